"""Where the header of a sheet stands.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ocrwatch.ledger.layout import Column, heading_key

SEARCH_ROWS = 200
"""Title rows and the like may stand above the header, within these first rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Where the header stands: its row, and the column of each header by its key. Both count from 1."""

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
