"""Where the header of a sheet stands.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ocrwatch.ledger.layout import Column, heading_key
from ocrwatch.ledger.references import Area

SEARCH_ROWS = 200
"""Title rows and the like may stand above the header, within these first rows."""

MOST_HEADER_ROWS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Where the header stands: its last row, and the column of each heading by its key. Both count from 1."""

    row: int
    places: Mapping[str, int]


def find_header(rows: Iterable[Sequence[object]], columns: Sequence[Column]) -> Header | None:
    """The row that names most of our columns, among the first rows of a sheet; None when none names any."""
    keys = {column.key for column in columns}
    best: Header | None = None
    for number, values in enumerate(rows, 1):
        if number > SEARCH_ROWS:
            break
        places: dict[str, int] = {}
        for place, value in enumerate(values, 1):
            if isinstance(value, str) and value:
                places.setdefault(heading_key(value), place)
        ours = keys & places.keys()
        if ours and (best is None or len(ours) > len(keys & best.places.keys())):
            best = Header(row=number, places=places)
    return best


def whole_header(header: Header, rows: Mapping[int, Sequence[object]], merged: Sequence[Area]) -> Header:
    """The header with the rows that merged cells join to it, one of which may have headings of its own.

    A heading below a common one is known by its own text and by both together ("Departure" over "Date": "Departure
    Date", "DepartureDate").
    """
    numbers = _header_rows(header.row, rows, merged)
    if len(numbers) == 1:
        return header
    places = dict(header.places)
    for number in (each for each in reversed(numbers) if each != header.row):
        for place, value in enumerate(rows.get(number, ()), 1):
            if isinstance(value, str) and value:
                places.setdefault(heading_key(value), place)
    for place, texts in _texts_by_column(numbers, rows, merged).items():
        if len(texts) > 1:
            for joined in ("".join(texts), " ".join(texts)):
                places.setdefault(heading_key(joined), place)
    return Header(row=numbers[-1], places=places)


def headings_of(header: Header, rows: Mapping[int, Sequence[object]], merged: Sequence[Area]) -> dict[int, str]:
    """What stands over each column, from the left; `header` is one row."""
    found = _texts_by_column(_header_rows(header.row, rows, merged), rows, merged)
    return {place: (" " if "".join(texts).isascii() else "").join(texts) for place, texts in found.items() if texts}


def _header_rows(row: int, rows: Mapping[int, Sequence[object]], merged: Sequence[Area]) -> range:
    """The rows that cells merged over several rows join to that one."""
    top = bottom = row
    for area in merged:
        is_joining = area.top < area.bottom < area.top + MOST_HEADER_ROWS
        if is_joining and area.top <= row <= area.bottom and _text(rows, area.top, area.left):
            top, bottom = min(top, area.top), max(bottom, area.bottom)
    return range(top, bottom + 1)


def _texts_by_column(
    numbers: range, rows: Mapping[int, Sequence[object]], merged: Sequence[Area]
) -> dict[int, list[str]]:
    """The different texts over each column, from above."""
    width = max((len(rows.get(number, ())) for number in numbers), default=0)
    hidden = (area.right for area in merged if area.top in numbers and _text(rows, area.top, area.left))
    return {
        place: list(dict.fromkeys(filter(None, (_shown(rows, number, place, merged) for number in numbers))))
        for place in range(1, max((width, *hidden)) + 1)
    }


def _shown(rows: Mapping[int, Sequence[object]], number: int, place: int, merged: Sequence[Area]) -> str:
    """What a person sees in the cell: of merged cells, the text of the first."""
    cell = Area(place, number, place, number)
    area = next((each for each in merged if each.touches(cell)), cell)
    return _text(rows, area.top, area.left)


def _text(rows: Mapping[int, Sequence[object]], number: int, place: int) -> str:
    values = rows.get(number, ())
    value = values[place - 1] if place <= len(values) else None
    return value if isinstance(value, str) else ""
