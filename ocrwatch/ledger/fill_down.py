"""What a new row takes over from those above it: formulas that go on, and formats.

formulas     those of the table's calculated columns, and those that the last two rows have alike, row for row
formats      a prepared cell's own; else those of the last three rows where they agree, so that one row that someone
             marked colours no others; else the column's
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ocrwatch.ledger.dressing import ColumnRange
from ocrwatch.ledger.grammar import Cell, SheetRow
from ocrwatch.ledger.new_rows import empty_cell, formula_cell
from ocrwatch.ledger.references import moved, reach
from ocrwatch.ledger.styles import Styles
from ocrwatch.ledger.survey import Survey
from ocrwatch.ledger.tables import TablePart

_AGREEING_ROWS = 3


class FillDown:
    """For rows below `survey.recent`. `ours` are the columns that we fill ourselves."""

    def __init__(
        self,
        survey: Survey,
        table: TablePart | None,
        styles: Styles,
        columns: Sequence[ColumnRange],
        ours: set[int],
        shared: Callable[[], Mapping[str, tuple[str, int]]],
    ) -> None:
        self._grammar = survey.grammar
        self._styles = styles
        self._columns = columns
        self._shared = shared
        rows = survey.recent
        self._recent = [{cell.column: cell for cell in self._grammar.cells(row)} for row in rows]
        self._numbers = [row.number for row in rows]
        self._formulas = {
            column: found
            for column in (self._recent[-1] if rows else ())
            if column not in ours and (found := self._going_on(column)) is not None
        }
        if table is not None:
            for column, text in enumerate(table.formulas, table.ref.left):
                if text and column not in ours and column not in self._formulas and not reach(text).rows:
                    self._formulas[column] = (text, 0)
        self._agreed = self._agreed_formats()

    def bases(self, prepared: SheetRow | None) -> Callable[[int], int]:
        """The usual format in each column of a row; `prepared` is the row as it is there."""
        own = {cell.column: cell.style for cell in self._grammar.cells(prepared)} if prepared else {}

        def base(column: int) -> int:
            if column in own:
                return own[column]
            if column in self._agreed:
                return self._agreed[column]
            return next((each.style for each in self._columns if each.holds(column)), 0)

        return base

    def cells(self, number: int, prepared: SheetRow | None) -> dict[int, bytes]:
        """The cells of row `number` that go on by themselves; those that are `prepared` with content stay."""
        known = {cell.column: cell for cell in self._grammar.cells(prepared)} if prepared else {}
        base = self.bases(prepared)
        prefix = self._grammar.prefix
        found = {
            column: empty_cell(prefix, number, column, style)
            for column, style in self._agreed.items()
            if column not in known
        }
        for column, (text, origin) in self._formulas.items():
            if column in known and self._grammar.has_content(known[column]):
                continue
            formula = moved(text, number - origin) if origin else text
            if formula is not None:
                found[column] = formula_cell(prefix, number, column, base(column), formula)
        return found

    # ------------------------------------------------------------

    def _going_on(self, column: int) -> tuple[str, int] | None:
        """The formula that the last two rows have alike in `column`, and the row it is told for."""
        if len(self._recent) < 2 or self._numbers[-1] - self._numbers[-2] != 1:
            return None
        texts = [
            self._formula(row.get(column), number) for row, number in zip(self._recent, self._numbers, strict=True)
        ]
        before, last = texts[-2:]
        if before is None or last is None or moved(before, 1) != last:
            return None
        return last, self._numbers[-1]

    def _formula(self, cell: Cell | None, row: int) -> str | None:
        formula = self._grammar.formula_of(cell) if cell is not None else None
        if formula is None or formula.kind not in ("", "shared"):
            return None
        if formula.text or formula.kind == "":
            return formula.text or None
        first = self._shared().get(formula.group)
        return moved(first[0], row - first[1]) if first else None

    def _agreed_formats(self) -> dict[int, int]:
        if len(self._recent) < _AGREEING_ROWS:
            return {}
        found: dict[int, int] = {}
        for column, cell in self._recent[-1].items():
            looks = {self._styles.format(row[column].style).look for row in self._recent if column in row}
            if len(looks) == 1 and all(column in row for row in self._recent):
                found[column] = cell.style
        return found
