"""The CSV file of a table, beside the ledger's: one record an item, several with one id.

An item's currency has a column only where an item has one: quantities have none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from ocrwatch.document import Amount, Cell
from ocrwatch.ledger import csv_text
from ocrwatch.ledger.csv_records import CsvContent, CsvRecords
from ocrwatch.ledger.items import ItemsSheet, beside
from ocrwatch.ledger.layout import Column, Part, further_columns, heading_key
from ocrwatch.ledger.locks import Locks
from ocrwatch.ports import Line

Lines = Sequence[Sequence[Cell]]


class CsvItems:
    """The items of `sheet`, of the ledger at `path`. Others as of `CsvLedger`."""

    def __init__(self, path: Path, sheet: ItemsSheet, *, locks: Locks, before_change: Callable[[Path], None]) -> None:
        self._columns = sheet.columns
        self._records = CsvRecords(beside(path, sheet.field), sheet.columns, locks=locks, before_change=before_change)

    def add(self, items: Mapping[str, Lines]) -> None:
        """Add the items, by the ids of their rows; none to an id that is there."""

        def add(file: CsvContent, _: Path) -> str | None:
            there = file.all_ids(self._records.id_key)
            missing = {row_id: lines for row_id, lines in items.items() if lines and row_id not in there}
            if not missing:
                return None
            text, places, width = self._records.headed(file, self._further(missing.values()))
            records = [
                csv_text.merged((), self._texts(row_id, line), places, width)
                for row_id, lines in missing.items()
                for line in lines
            ]
            return text + csv_text.written(records, file.table.delimiter)

        if any(items.values()):
            self._records.change(add)

    def put(self, items: Mapping[str, Lines]) -> None:
        """Let the items of rows become these, by the rows' ids; a record too many keeps its id alone."""

        def put(file: CsvContent, _: Path) -> str | None:
            there = file.all_ids(self._records.id_key)
            changed = {row_id: lines for row_id, lines in items.items() if lines or row_id in there}
            if not changed:
                return None
            text, places, width = self._records.headed(file, self._further(changed.values()))
            table = csv_text.table(text, self._columns)
            nothing = dict.fromkeys(self._keys(places), "")
            more: list[list[str]] = []
            for row_id, lines in changed.items():
                numbers = there.get(row_id, [])
                wanted = [nothing | self._texts(row_id, line) for line in lines]
                wanted += [nothing] * (len(numbers) - len(lines))
                for number, texts in zip(numbers, wanted, strict=False):
                    table.records[number - 1] = csv_text.merged(table.records[number - 1], texts, places, width)
                more += [csv_text.merged((), texts, places, width) for texts in wanted[len(numbers) :]]
            return csv_text.written([*table.records, *more], table.delimiter)

        self._records.change(put)

    def lines(self) -> Iterator[Line]:
        """As the port says."""
        return self._records.lines()

    # ------------------------------------------------------------

    def _texts(self, row_id: str, line: Sequence[Cell]) -> dict[str, str]:
        return csv_text.cell_texts(line) | {self._records.id_key: row_id}

    def _keys(self, places: Mapping[str, int]) -> list[str]:
        """The columns that the items have, with those of their currencies."""
        fields = [column for column in self._columns if column.part is Part.FIELD]
        currencies = [heading_key(csv_text.currency_heading(column.header)) for column in fields]
        return [key for key in (*(column.key for column in fields), *currencies) if key in places]

    def _further(self, items: Iterable[Lines]) -> tuple[Column, ...]:
        cells = [cell for lines in items for line in lines for cell in line]
        currencies = [
            Cell(csv_text.currency_heading(cell.name), None)
            for cell in cells
            if isinstance(cell.value, Amount) and cell.value.currency
        ]
        return further_columns(self._columns, [*cells, *currencies])
