"""What stands on a Chinese train ticket, of which hardly anything has a label.

          北京南站        G123         上海虹桥站          stations left and right of the train number
       2024年03月05日 10:30开    05车08F号  二等座         known by their shape
       1101011990****1234  张三                            the name stands behind the identity card number

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ocrwatch.reading import finder_values as values
from ocrwatch.reading.finder_amounts import Found
from ocrwatch.reading.lines import Line, VisualRow

_TRAIN = re.compile(r"(?<![A-Za-z0-9])(?:[GDCZTKYSL]\s?\d{1,4}|\d{4}(?=次))(?![A-Za-z0-9.])次?")
_STATION = re.compile(r"[\u4e00-\u9fff]{1,8}\s?站(?![\u4e00-\u9fff])")
_NOT_A_STATION = re.compile(r"车站|进站|出站|检票|网站|本站|到站|售票|候车")
_PLACE = re.compile(r"[\u4e00-\u9fff]{2,8}")
_ARROW = re.compile(r"\s*(?:→|⇒|➔|->|—>|-->|至|—|--)\s*")
_SEAT = re.compile(r"(?<!\d)\d{1,2}\s?车\s*(?:\d{1,3}\s?[A-F]?\s?号?\s*(?:[上中下]铺?)?|无座)")
_SEAT_CLASS = re.compile(
    r"(?:新空调)?(?:优选)?(?:商务|特等|一等|二等|高级软|高级动|软|硬|动|一等软|二等软)(?:座|卧)(?:代[一二硬软]?[等]?座)?|(?<!车)(?<!车\s)无座"
)
_DEPARTS = re.compile(r"\d{4}\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?日\s*\d{1,2}[:：]\d{2}\s*开?")
_NAME = re.compile(r"\A[\u4e00-\u9fff]{2,4}(?:·[\u4e00-\u9fff]{1,8})?\Z")


def train(rows: Sequence[VisualRow]) -> Found | None:
    """The train's number: alone in its line, or together with 次."""
    found = [
        Found(match.group().removesuffix("次"), (line,))
        for line in _lines(rows)
        for match in _TRAIN.finditer(line.text)
        if match.group() == line.text.strip() or match.group().endswith("次") or _stations_in(line.text)
    ]
    return found[0] if len({value.text for value in found}) == 1 else None


def origin(rows: Sequence[VisualRow]) -> Found | None:
    return _stations(rows)[0]


def destination(rows: Sequence[VisualRow]) -> Found | None:
    return _stations(rows)[1]


def departure(rows: Sequence[VisualRow]) -> Found | None:
    """The one date on the ticket that has a time of day."""
    return _only(_DEPARTS, rows)


def seat(rows: Sequence[VisualRow]) -> Found | None:
    return _only(_SEAT, rows)


def seat_class(rows: Sequence[VisualRow]) -> Found | None:
    return _only(_SEAT_CLASS, rows)


def person_id(rows: Sequence[VisualRow]) -> Found | None:
    found = [Found(number, (line,)) for line in _lines(rows) for number in values.person_ids(line.text)]
    return found[0] if len({value.text for value in found}) == 1 else None


def passenger(rows: Sequence[VisualRow]) -> Found | None:
    """The name behind the identity card number: in the same line, or the next one in its row."""
    number = person_id(rows)
    if number is None:
        return None
    for row in rows:
        if number.lines[0] not in row:
            continue
        text = " ".join(line.text for line in row)
        name = text[text.index(number.text) + len(number.text) :].strip()
        if _NAME.match(name):
            return Found(name, (row[-1],))
    return None


def _lines(rows: Sequence[VisualRow]) -> Iterator[Line]:
    return (line for row in rows for line in row)


def _only(pattern: re.Pattern[str], rows: Sequence[VisualRow]) -> Found | None:
    """The one piece of the rows' text that has this shape; None when there are two that differ."""
    found = [
        Found(match.group().strip(), row)
        for row in rows
        for match in pattern.finditer(" ".join(line.text for line in row))
    ]
    return found[0] if len({value.text for value in found}) == 1 else None


def _stations(rows: Sequence[VisualRow]) -> tuple[Found | None, Found | None]:
    """Where from and where to: two names with 站 on one height, else the places beside the train's number."""
    for row in rows:
        named = [Found(name, (line,)) for line in row for name in _stations_in(line.text)]
        if len(named) == 2:
            return named[0], named[1]
    number = train(rows)
    if number is not None:
        for row in rows:
            if number.lines[0] in row:
                at = row.index(number.lines[0])
                return _place(row[:at]), _place(row[at + 1 :])
    return None, None


def _stations_in(text: str) -> list[str]:
    pieces = [piece for part in _ARROW.split(text) for piece in _STATION.findall(part)]
    return [piece for piece in pieces if not _NOT_A_STATION.search(piece)]


def _place(beside: Sequence[Line]) -> Found | None:
    """The one Chinese name among the lines on one side of the train's number."""
    places = [line for line in beside if _PLACE.fullmatch(line.text.strip())]
    return Found(places[0].text.strip(), (places[0],)) if len(places) == 1 else None
