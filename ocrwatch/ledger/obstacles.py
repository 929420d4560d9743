"""What keeps rows from being added: things that stand where they belong, a totals row that cannot move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ocrwatch.errors import LedgerBusy, LedgerFull
from ocrwatch.ledger.references import MAX_ROWS, Area
from ocrwatch.ledger.refusals import UNUSABLE_SECONDS, unusable
from ocrwatch.ledger.standing import Standing
from ocrwatch.ledger.survey import Survey
from ocrwatch.ledger.tables import TablePart
from ocrwatch.messages import message


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where rows are to stand: in `scope`, and of that `ours` are the columns that are filled, by their headings."""

    sheet: str
    file: str
    scope: Area
    ours: Mapping[int, str]


def ensure_free(survey: Survey, merged: Sequence[Area], place: Place, *, totals_row: int) -> None:
    """Raises `LedgerBusy` when something stands where rows are to; the row `totals_row` is going to move away (0: none
    is). In prepared rows only the columns that are filled matter."""
    names = {"sheet": place.sheet, "file": place.file}
    scope = place.scope
    if scope.bottom > MAX_ROWS:
        raise unusable(message("The sheet {sheet} of {file} is full.", **names))
    _ensure_room(survey, place)
    taken = [max(scope.top, area.top) for area in merged if _is_in_the_way(area, survey, place)]
    grammar = survey.grammar
    for row in survey.window:
        if scope.top <= row.number <= scope.bottom and row.number != totals_row:
            is_prepared = row.number <= survey.prepared_ends
            for cell in grammar.cells(row):
                if not grammar.has_content(cell) or cell.column not in (place.ours if is_prepared else scope.columns):
                    continue
                if is_prepared and grammar.formula_of(cell) is not None:
                    raise _formula_in_the_way(row.number, place.ours[cell.column], names)
                taken.append(row.number)
    if taken:
        text = "Something stands in row {row} of {sheet} in {file}, where the next rows belong: move it away."
        raise unusable(message(text, row=max(scope.top, min(taken)), **names))


def _ensure_room(survey: Survey, place: Place) -> None:
    if not survey.has_footer or place.scope.bottom <= survey.prepared_ends:
        return
    text = (
        "The sheet {sheet} of {file} has no empty row left above row {row}. Insert empty rows above row {row} (at "
        "least {count}) and save it; the rows wait, and land by themselves."
    )
    count = place.scope.bottom - survey.prepared_ends
    said = message(text, sheet=place.sheet, file=place.file, row=survey.prepared_ends + 1, count=count)
    room = max(0, survey.prepared_ends + 1 - place.scope.top)
    raise LedgerFull(said, room=room, after_seconds=UNUSABLE_SECONDS)


def _is_in_the_way(area: Area, survey: Survey, place: Place) -> bool:
    """Merged cells; those of one prepared row are filled in their first cell."""
    if not area.touches(place.scope):
        return False
    if area.bottom > survey.prepared_ends:
        return True
    ours = place.ours.keys() & set(area.columns)
    return bool(ours) if area.top < area.bottom else bool(ours - {area.left})


def _formula_in_the_way(row: int, column: str, names: Mapping[str, str]) -> LedgerBusy:
    text = (
        "A formula stands in row {row} of {sheet} in {file}, in the column {column}, which scans are to fill. Take the "
        "formulas out of that column, or take the column out of the configuration."
    )
    return unusable(message(text, row=row, column=column, **names))


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
