"""What keeps rows from being added: things that stand where they belong, a totals row that cannot move."""

from __future__ import annotations

from collections.abc import Sequence

from ocrwatch.ledger.references import MAX_ROWS, Area
from ocrwatch.ledger.refusals import unusable
from ocrwatch.ledger.standing import Standing
from ocrwatch.ledger.survey import Survey
from ocrwatch.ledger.tables import TablePart
from ocrwatch.messages import message


def ensure_free(survey: Survey, merged: Sequence[Area], sheet: str, file: str, scope: Area, *, totals_row: int) -> None:
    """Raises `LedgerBusy` when something stands in `scope`; the row `totals_row` is going to move away (0: none is)."""
    if scope.bottom > MAX_ROWS:
        raise unusable(message("The sheet {sheet} of {file} is full.", sheet=sheet, file=file))
    grammar = survey.grammar
    taken = [area.top for area in merged if area.touches(scope)]
    for row in survey.window:
        if scope.top <= row.number <= scope.bottom and row.number != totals_row:
            cells = (cell for cell in grammar.cells(row) if cell.column in scope.columns)
            taken += [row.number for cell in cells if grammar.has_content(cell)]
    if taken:
        text = "Something stands in row {row} of {sheet} in {file}, where the next rows belong: move it away."
        raise unusable(message(text, row=max(scope.top, min(taken)), sheet=sheet, file=file))


def totals_shift(standing: Standing, table: TablePart | None, survey: Survey, last: int, file: str) -> int:
    """By how many rows the table's totals row moves down, so that rows to `last` have room; 0: it stays."""
    if table is None or not table.totals_rows or last <= table.data_bottom:
        return 0
    if survey.filled_below > table.ref.bottom:
        text = (
            "Something stands in row {row} of {sheet} in {file}, below the table's totals row, which must move down "
            "for the next rows: move it away."
        )
        raise unusable(message(text, row=survey.filled_below, sheet=standing.name, file=file))
    if standing.pinned or survey.window_full:
        text = (
            "The table in {sheet} of {file} has a totals row that formulas elsewhere refer to by its place, so it "
            "cannot move down: switch it off (Table Design > Total Row)."
        )
        raise unusable(message(text, sheet=standing.name, file=file))
    return last - table.data_bottom
