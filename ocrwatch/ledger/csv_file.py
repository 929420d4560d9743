"""The port `Ledger` over a CSV file: rows are added at its end, what stands before is kept byte for byte.

A table's items go to a file of their own beside it ("Ledger items.csv"). They are written first: a crash between the
two leaves items whose row comes when the line goes on, and an id that the file holds gets no items again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import tzinfo
from pathlib import Path

from ocrwatch.document import Row
from ocrwatch.ledger import csv_text
from ocrwatch.ledger.csv_items import CsvItems
from ocrwatch.ledger.csv_records import CsvContent, CsvRecords
from ocrwatch.ledger.items import ItemsSheet, items_sheets, unknown_sheet
from ocrwatch.ledger.layout import ALL, Choice, columns, further_columns, under_headings
from ocrwatch.ledger.locks import Locks
from ocrwatch.ports import Change, Field, Line, Render


class CsvLedger:
    """The CSV file at `path`, made when missing. Parameters as of `WorkbookLedger`."""

    def __init__(
        self,
        path: Path,
        fields: Sequence[Field],
        *,
        folder_column: bool,
        choice: Choice = ALL,
        locks: Locks,
        render: Render,
        zone: tzinfo | None = None,
        before_change: Callable[[Path], None] = lambda _: None,
        ensure_there: Callable[[Path], None] = lambda _: None,
    ) -> None:
        self._path = path
        self._columns = csv_text.with_currencies(columns(fields, folder_column=folder_column, choice=choice))
        self._render = render
        self._zone = zone
        self._records = CsvRecords(
            path, self._columns, locks=locks, before_change=before_change, ensure_there=ensure_there
        )
        self._id_key = self._records.id_key
        self._tables = items_sheets("", fields)
        self._items: dict[str, CsvItems] = {}
        self._new_items: Callable[[ItemsSheet], CsvItems] = lambda sheet: CsvItems(
            path, sheet, locks=locks, before_change=before_change
        )

    def append(self, rows: Sequence[Row]) -> dict[str, int]:
        """As the port says."""
        if not rows:
            return {}

        def add(file: CsvContent, folder: Path) -> str | None:
            ids = file.ids(self._id_key)
            missing = [
                replace(row, cells=under_headings(row.cells, self._columns))
                for row in {row.id: row for row in rows if row.id not in ids}.values()
            ]
            if not missing:
                return None
            further = further_columns(self._columns, (cell for row in missing for cell in row.cells))
            text, places, width = self._records.headed(file, further)
            filled = (
                csv_text.row_texts(row, self._columns, folder=folder, zone=self._zone, render=self._render)
                for row in missing
            )
            records = [csv_text.merged((), texts, places, width) for texts in filled]
            return text + csv_text.written(records, file.table.delimiter)

        self._append_items(rows)
        ids = self._records.change(add).ids(self._id_key)
        return {row.id: ids[row.id] for row in rows}

    def find(self, ids: Sequence[str]) -> dict[str, int]:
        """As the port says."""
        with self._records.held():
            known = self._records.file().ids(self._id_key)
        return {each: known[each] for each in ids if each in known}

    def amend(self, changes: Sequence[Change]) -> set[str]:
        """As the port says; the items are changed first, in a write of their own."""
        found: set[str] = set()

        def put(present: CsvContent, folder: Path) -> str | None:
            ids = present.ids(self._id_key)
            here = [
                replace(change, cells=under_headings(change.cells, self._columns))
                for change in changes
                if change.id in ids
            ]
            found.clear()
            found.update(change.id for change in here)
            if not here:
                return None
            further = further_columns(self._columns, (cell for change in here for cell in change.cells))
            text, places, width = self._records.headed(present, further)
            table = csv_text.table(text, self._columns)
            for change in here:
                texts = csv_text.change_texts(change, self._columns, folder=folder, render=self._render)
                number = ids[change.id]
                table.records[number - 1] = csv_text.merged(table.records[number - 1], texts, places, width)
            return csv_text.written(table.records, table.delimiter)

        self._amend_items(changes)
        if changes:
            self._records.change(put)
        return found

    def lines(self, items: str = "") -> Iterator[Line]:
        """As the port says."""
        yield from self._items_file(items).lines() if items else self._records.lines()

    # ------------------------------------------------------------

    def _append_items(self, rows: Sequence[Row]) -> None:
        """The items of those of `rows` that are not there yet."""
        having = [row for row in rows if row.items]
        if not having:
            return
        there = self.find([row.id for row in having])
        self._records.ensure_closed()
        for name in dict.fromkeys(items.name for row in having for items in row.items):
            missing = [(row.id, items) for row in having if row.id not in there for items in row.items]
            self._items_file(name).add({row_id: items.lines for row_id, items in missing if items.name == name})

    def _amend_items(self, changes: Sequence[Change]) -> None:
        """The items of those of the rows that are there, in one write for each table."""
        having = {change.id: change.items for change in changes if change.items}
        there = self.find(list(having)) if having else {}
        if there:
            self._records.ensure_closed()
        for name in dict.fromkeys(items.name for row_id in there for items in having[row_id]):
            lines = {row_id: items.lines for row_id in there for items in having[row_id] if items.name == name}
            self._items_file(name).put(lines)

    def _items_file(self, field: str) -> CsvItems:
        if field not in self._items:
            self._items[field] = self._new_items(self._tables.get(field) or unknown_sheet("", field))
        return self._items[field]
