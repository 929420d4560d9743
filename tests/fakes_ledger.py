"""A ledger in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from ocrwatch.document import Cell, Items, Row, Value
from ocrwatch.errors import LineError
from ocrwatch.ledger.formats import entry
from ocrwatch.ledger.layout import heading_key
from ocrwatch.ports import Change, Line, Shown


class FakeLedger:
    """The port `Ledger` without a workbook. `rows` start at line 2; `trouble`, when set, is raised by every call."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.items: dict[str, list[tuple[str, tuple[Cell, ...]]]] = {}
        """By the name of the table: ids and lines."""
        self.trouble: LineError | None = None
        self.writes = 0

    def append(self, rows: Sequence[Row]) -> dict[str, int]:
        self._ensure_usable()
        known = {row.id for row in self.rows}
        missing = list({row.id: row for row in rows if row.id not in known}.values())
        self.writes += bool(missing)
        self.rows += missing
        for row in missing:
            for items in row.items:
                if not any(each == row.id for each, _ in self.items.get(items.name, ())):
                    self.items.setdefault(items.name, []).extend((row.id, line) for line in items.lines)
        return self.find([row.id for row in rows])

    def find(self, ids: Sequence[str]) -> dict[str, int]:
        self._ensure_usable()
        numbers = {row.id: number for number, row in enumerate(self.rows, 2)}
        return {each: numbers[each] for each in ids if each in numbers}

    def amend(self, changes: Sequence[Change]) -> set[str]:
        self._ensure_usable()
        by_id = {change.id: change for change in changes}
        found = by_id.keys() & {row.id for row in self.rows}
        self.rows = [_changed(row, by_id[row.id]) if row.id in by_id else row for row in self.rows]
        for row_id in found:
            for each in by_id[row_id].items:
                self._put(row_id, each)
        self.writes += bool(found)
        return found

    def _put(self, row_id: str, items: Items) -> None:
        lines = self.items.setdefault(items.name, [])
        places = [place for place, (each, _) in enumerate(lines) if each == row_id]
        for number, place in enumerate(places):
            lines[place] = (row_id, items.lines[number] if number < len(items.lines) else ())
        lines += [(row_id, line) for line in items.lines[len(places) :]]

    def lines(self, items: str = "") -> Iterator[Line]:
        self._ensure_usable()
        if items:
            for number, (row_id, line) in enumerate(self.items.get(items, []), 2):
                shown = {heading_key(cell.name): _shown(cell.value) for cell in line}
                yield Line(number=number, id=row_id, shown=shown)
            return
        for number, row in enumerate(tuple(self.rows), 2):
            shown = {heading_key(cell.name): _shown(cell.value) for cell in row.cells}
            yield Line(number=number, id=row.id, shown={**shown, "check": "; ".join(map(str, row.check)) or None})

    def _ensure_usable(self) -> None:
        if self.trouble is not None:
            raise self.trouble


def _changed(row: Row, change: Change) -> Row:
    changed = {cell.name: cell for cell in change.cells}
    kept = [changed.pop(cell.name, cell) for cell in row.cells]
    read = change.reading or row
    return replace(
        row,
        cells=(*kept, *changed.values()),
        check=read.check,
        pages=read.pages,
        engine=read.engine,
        file=change.file or row.file,
    )


def _shown(value: Value) -> Shown:
    put = entry(value).value
    return float(put) if isinstance(put, Decimal) else put
