"""A ledger in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ocrwatch.document import Cell, Row
from ocrwatch.errors import LineError


class FakeLedger:
    """The port `Ledger` without a workbook. `rows` start at line 2; `trouble`, when set, is raised by every call."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.trouble: LineError | None = None
        self.writes = 0

    def append(self, rows: Sequence[Row]) -> dict[str, int]:
        self._ensure_usable()
        known = {row.id for row in self.rows}
        missing = list({row.id: row for row in rows if row.id not in known}.values())
        self.writes += bool(missing)
        self.rows += missing
        return self.find([row.id for row in rows])

    def find(self, ids: Sequence[str]) -> dict[str, int]:
        self._ensure_usable()
        numbers = {row.id: number for number, row in enumerate(self.rows, 2)}
        return {each: numbers[each] for each in ids if each in numbers}

    def amend(self, row_id: str, cells: Sequence[Cell]) -> bool:
        self._ensure_usable()
        for index, row in enumerate(self.rows):
            if row.id == row_id:
                changed = {cell.name: cell for cell in cells}
                kept = [changed.pop(cell.name, cell) for cell in row.cells]
                self.rows[index] = replace(row, cells=(*kept, *changed.values()))
                self.writes += 1
                return True
        return False

    def _ensure_usable(self) -> None:
        if self.trouble is not None:
            raise self.trouble
