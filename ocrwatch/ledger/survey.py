"""What a sheet holds, found out in one pass: its header, the ids, where the rows end, what stands below them.

title                ┐
Date │ Total │ …     ┘ top      the rows down to the header's
…    │ …     │ …       body     rows with content
…    │ …     │ …       recent   the last three of those
              …        window   what stands below them: prepared rows, a totals row, notes; the first ones
              …        rest     the rows below the window, if there are so many
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ocrwatch.ledger.grammar import Grammar, SheetRow
from ocrwatch.ledger.header import Header
from ocrwatch.ledger.ids import RowIds
from ocrwatch.ledger.layout import Column, Part

WINDOW_ROWS = 2000
RECENT_ROWS = 3


@dataclass(slots=True, kw_only=True)
class Survey:
    """See above. Numbers of rows and columns count from 1. `last_row` is the header's where no row has content.

    Rows down to `prepared_ends` (0: none) may hold what is not ours, such as a running number, and are filled all the
    same; with `has_footer` rows go no further (`forms.py`).

    `left`, `right`, `first`, `bottom` are the outermost columns and rows with a cell (0: there is none). `filled_below`
    is the last row with content below `last_row`, in the table's columns if there is one; `window_full`: there are rows
    below the window. `body_begins`, `body_ends`, `window_ends` are places in the rows' XML: there end top, body and
    window.
    """

    head: bytes
    grammar: Grammar
    header: Header | None = None
    top: list[SheetRow] = field(default_factory=list)
    ids: RowIds = field(default_factory=RowIds)
    last_row: int = 0
    recent: list[SheetRow] = field(default_factory=list)
    window: list[SheetRow] = field(default_factory=list)
    window_full: bool = False
    filled_below: int = 0
    prepared_ends: int = 0
    has_footer: bool = False
    left: int = 0
    right: int = 0
    first: int = 0
    bottom: int = 0
    body_begins: int = 0
    body_ends: int = 0
    window_ends: int = 0
    close: bytes = b""

    def take_column(self, column: int) -> None:
        """There is a cell in `column`."""
        self.left = min(self.left, column) if self.left else column
        self.right = max(self.right, column)


def lacks_ids(survey: Survey, columns: Sequence[Column]) -> bool:
    """Whether there are rows, and no column of ids."""
    header = survey.header
    if header is None or survey.last_row <= header.row:
        return False
    return not any(column.part is Part.ID and column.key in header.places for column in columns)
