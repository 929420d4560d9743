"""Values found by the label they stand at: dates, numbers, parties, and fields of the user's own.

A label's value stands behind it in its line, else right of it, else right under it.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from ocrwatch.ports import FieldType
from ocrwatch.reading import finder_labels as labels
from ocrwatch.reading import finder_values as values
from ocrwatch.reading.finder_amounts import Found
from ocrwatch.reading.finder_vocabulary import is_label
from ocrwatch.reading.lines import Line, VisualRow

_OTHER_DATE = re.compile(
    r"\bdue|deliver|expir|valid|birth|\bclosed?\b|print|until|\bbefore\b|return|warrant|check.?(in|out)|best"
    r"|有效|到期|截止|出生|打印|预计|交货|送达",
    re.IGNORECASE,
)
_NEXT_LABEL = re.compile(
    r"\s+[^\W\d_][\w.]*(?:\s?(?:no|id)\.?)?\s?[:：].*\Z|[,，;；]\s*[\u4e00-\u9fff]{2,8}\s?[:：].*\Z", re.IGNORECASE
)
_LONG_NUMBER = re.compile(r"(?<![\dA-Za-z])\d{20}(?![\dA-Za-z])")


def date(paper: Sequence[VisualRow], names: Sequence[str], *, with_time: bool) -> Found | None:
    """The paper's date: the one at its label, else the highest that is not labelled as another date."""
    found = []
    for number, row in enumerate(paper):
        for line in row:
            for piece in values.dates(line.text):
                context = _context(paper, number, line, line.text.find(piece))
                if _OTHER_DATE.search(context):
                    continue
                hit = labels.find(context, names)
                rank = hit.rank if hit else len(names)
                found.append((rank, number, _dated(row, line, piece) if with_time else Found(piece, (line,))))
    return min(found, key=lambda item: item[:2], default=(0, 0, None))[2]


def currency(paper: Sequence[VisualRow], names: Sequence[str]) -> Found | None:
    """The currency that the paper's amounts carry, when it is one."""
    found = [
        Found(sign, row)
        for row in paper
        for amount in values.amounts(" ".join(line.text for line in row))
        if values.has_cents(amount) and (sign := values.currency_of(amount))
    ]
    return found[0] if len({value.text for value in found}) == 1 else None


def number(paper: Sequence[VisualRow], names: Sequence[str]) -> Found | None:
    """The paper's own number, at its label; else the one 20-digit number of a Chinese electronic invoice."""
    at_label = first(paper, names, _first_identifier)
    if at_label is not None:
        return at_label
    long = [Found(match, (line,)) for row in paper for line in row for match in _LONG_NUMBER.findall(line.text)]
    return long[0] if len({value.text for value in long}) == 1 else None


def party(paper: Sequence[VisualRow], names: Sequence[str]) -> Found | None:
    """A name at its label."""
    return first(paper, names, name)


def labelled(paper: Sequence[VisualRow], type_: FieldType, names: Sequence[str], others: Sequence[str]) -> Found | None:
    """What stands at one of the labels `names`, if it looks like `type_`."""

    def text(piece: str) -> str | None:
        hit = labels.find(piece, others)
        return None if hit is not None and hit.start == 0 else _NEXT_LABEL.sub("", piece).strip() or None

    looks: dict[FieldType, Callable[[str], str | None]] = {
        "text": text,
        "id": _first_identifier,
        "integer": lambda piece: next(iter(re.findall(r"(?<![\d.,])\d+(?![\d.,])", piece)), None),
        "amount": lambda piece: next(iter(values.amounts(piece)), None),
        "date": lambda piece: next(iter(values.dates(piece)), None),
        "datetime": lambda piece: next((values.date_with_time(piece, date) for date in values.dates(piece)), None),
    }
    return first(paper, names, looks[type_])


def first(paper: Sequence[VisualRow], names: Sequence[str], looks: Callable[[str], str | None]) -> Found | None:
    """The piece that `looks` takes at the most telling label; the highest on the paper of several."""
    best: tuple[int, int, Found] | None = None
    for index, row in enumerate(paper):
        for line in row:
            hit = labels.find(line.text, names)
            if hit is None or not labels.leads(line.text, hit) or (best and best[0] <= hit.rank):
                continue
            for place in _places(paper, index, row, line, hit):
                if (piece := looks(place.text)) is not None:
                    best = (hit.rank, index, Found(piece, place.lines))
                    break
    return best[2] if best else None


def _places(paper: Sequence[VisualRow], index: int, row: VisualRow, line: Line, hit: labels.Hit) -> Iterator[Found]:
    rest = labels.behind(line.text, hit)
    if labels.squeezed(rest) not in ("", "no", "number", "id"):
        yield Found(rest, (line,))
        return
    right = next(iter(labels.right_of(row, line)), None)
    if right is not None and not _names_a_value(right.text):
        yield Found(right.text.lstrip(" :：#.").rstrip(), (right,))
    under = labels.below(paper, index, line)
    if under is not None and not _names_a_value(under.text):
        yield Found(under.text.strip(), (under,))


def _names_a_value(text: str) -> bool:
    before, colon, behind = text.replace("：", ":").partition(":")
    return is_label(before) or bool(colon and not behind.strip())


def _context(paper: Sequence[VisualRow], number: int, line: Line, start: int) -> str:
    """What introduces a value: the text before it, its left neighbour, and a heading right above it."""
    if labels.squeezed(line.text[:start]):
        return line.text[:start]
    row = paper[number]
    left = row[row.index(line) - 1].text if row.index(line) else ""
    if left and (left.rstrip().endswith((":", "：")) or not any(c.isdigit() for c in left)):
        return left
    above = [
        other.text
        for other in (paper[number - 1] if number else ())
        if other.box.overlap(line.box) > 0.5 and not any(c.isdigit() for c in other.text)
    ]
    return above[0] if above else ""


def _dated(row: VisualRow, line: Line, piece: str) -> Found:
    """The date with its time of day, which may stand in the next line of the row."""
    beside = [line, *labels.right_of(row, line)[:1]]
    text = " ".join(other.text for other in beside)
    whole = values.date_with_time(text, piece)
    return Found(whole, tuple(beside) if len(whole) > len(piece) else (line,))


def _first_identifier(piece: str) -> str | None:
    if values.dates(piece):
        return None
    found = values.identifiers(piece)
    return found[0] if found else None


def name(piece: str) -> str | None:
    piece = _NEXT_LABEL.sub("", piece).strip()
    return piece if sum(character.isalpha() for character in piece) >= 2 else None
