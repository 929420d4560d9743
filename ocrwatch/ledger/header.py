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
    joining = [area for area in merged if area.top < area.bottom < area.top + MOST_HEADER_ROWS]
    top = bottom = header.row
    for area in joining:
        if area.top <= header.row <= area.bottom and _text(rows, area.top, area.left):
            top, bottom = min(top, area.top), max(bottom, area.bottom)
    if top == bottom:
        return header
    places = dict(header.places)
    for number in (each for each in range(bottom, top - 1, -1) if each != header.row):
        for place, value in enumerate(rows.get(number, ()), 1):
            if isinstance(value, str) and value:
                places.setdefault(heading_key(value), place)
    for place in range(1, max(len(rows.get(number, ())) for number in range(top, bottom + 1)) + 1):
        texts = list(
            dict.fromkeys(filter(None, (_shown(rows, number, place, merged) for number in range(top, bottom + 1))))
        )
        if len(texts) > 1:
            for joined in ("".join(texts), " ".join(texts)):
                places.setdefault(heading_key(joined), place)
    return Header(row=bottom, places=places)


def _shown(rows: Mapping[int, Sequence[object]], number: int, place: int, merged: Sequence[Area]) -> str:
    """What a person sees in the cell: of merged cells, the text of the first."""
    cell = Area(place, number, place, number)
    area = next((each for each in merged if each.touches(cell)), cell)
    return _text(rows, area.top, area.left)


def _text(rows: Mapping[int, Sequence[object]], number: int, place: int) -> str:
    values = rows.get(number, ())
    value = values[place - 1] if place <= len(values) else None
    return value if isinstance(value, str) else ""
