"""The port `Ledger` over a CSV file: rows are added at its end, what stands before is kept byte for byte.

Written as a workbook is (`saving.py`): whole, or not at all. Only `amend`, and a column that is missing, have the
records written anew.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import BinaryIO

from ocrwatch.document import Cell, Row, Signature
from ocrwatch.errors import LedgerBusy
from ocrwatch.ledger import csv_text, saving
from ocrwatch.ledger.layout import Column, Part, columns, further_columns
from ocrwatch.ledger.locks import OPEN_SECONDS, Locks
from ocrwatch.messages import Message, message
from ocrwatch.ports import Field, Line, Render

_TRIES = 5
_UNUSABLE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class _File:
    """The file as it was read. `text` has no mark before it."""

    signature: Signature | None
    text: str
    table: csv_text.Table

    def ids(self, key: str) -> dict[str, int]:
        """The number of each record with an id, by it."""
        header = self.table.header
        found: dict[str, int] = {}
        if header is not None and key in header.places:
            place = header.places[key] - 1
            for number, record in enumerate(self.table.records[header.row :], header.row + 1):
                if place < len(record) and record[place].strip():
                    found.setdefault(record[place].strip(), number)
        return found


class CsvLedger:
    """The CSV file at `path`, made when missing. Parameters as of `WorkbookLedger`."""

    def __init__(
        self,
        path: Path,
        fields: Sequence[Field],
        *,
        folder_column: bool,
        locks: Locks,
        render: Render,
        zone: tzinfo | None = None,
        before_change: Callable[[Path], None] = lambda _: None,
        ensure_there: Callable[[Path], None] = lambda _: None,
    ) -> None:
        self._path = path
        self._columns = csv_text.with_currencies(columns(fields, folder_column=folder_column))
        self._id_key = next(column.key for column in self._columns if column.part is Part.ID)
        self._locks = locks
        self._render = render
        self._zone = zone
        self._before_change = before_change
        self._ensure_there = ensure_there
        self._known: _File | None = None

    def append(self, rows: Sequence[Row]) -> dict[str, int]:
        """As the port says."""
        if not rows:
            return {}

        def add(file: _File, folder: Path) -> str | None:
            ids = file.ids(self._id_key)
            missing = list({row.id: row for row in rows if row.id not in ids}.values())
            if not missing:
                return None
            text, places, width = self._headed(file, [cell for row in missing for cell in row.cells])
            filled = (
                csv_text.row_texts(row, self._columns, folder=folder, zone=self._zone, render=self._render)
                for row in missing
            )
            records = [csv_text.merged((), texts, places, width) for texts in filled]
            return text + csv_text.written(records, file.table.delimiter)

        ids = self._change(add).ids(self._id_key)
        return {row.id: ids[row.id] for row in rows}

    def find(self, ids: Sequence[str]) -> dict[str, int]:
        """As the port says."""
        with self._held():
            known = self._file().ids(self._id_key)
        return {each: known[each] for each in ids if each in known}

    def amend(
        self, row_id: str, cells: Sequence[Cell], *, reading: Row | None = None, file: Path | None = None
    ) -> bool:
        """As the port says."""

        def put(present: _File, folder: Path) -> str | None:
            number = present.ids(self._id_key).get(row_id)
            if number is None:
                return None
            texts = csv_text.cell_texts(cells)
            if reading is not None:
                texts |= csv_text.reading_texts(reading, self._columns, render=self._render)
            if file is not None:
                texts |= csv_text.link_texts(file, self._columns, folder=folder)
            text, places, width = self._headed(present, cells)
            table = csv_text.table(text, self._columns)
            table.records[number - 1] = csv_text.merged(table.records[number - 1], texts, places, width)
            return csv_text.written(table.records, table.delimiter)

        return row_id in self._change(put).ids(self._id_key)

    def lines(self) -> Iterator[Line]:
        """As the port says."""
        with self._held():
            file = self._file()
        header = file.table.header
        if header is None:
            return
        if self._id_key not in header.places:
            text = "The column of ids is gone from {name}: which row belongs to which scan cannot be told."
            raise _unusable(message(text, name=self._path.name))
        place = header.places[self._id_key] - 1
        for number, record in enumerate(file.table.records[header.row :], header.row + 1):
            if place < len(record) and record[place].strip():
                shown = {
                    key: csv_text.unguarded(record[at - 1]) or None if at <= len(record) else None
                    for key, at in header.places.items()
                }
                yield Line(number=number, id=record[place].strip(), shown=shown)

    # ------------------------------------------------------------

    def _headed(self, file: _File, cells: Sequence[Cell]) -> tuple[str, Mapping[str, int], int]:
        """The text with all columns that `cells` need, its last line ended; where they are; how many there are."""
        needed = [*self._columns, *further_columns(self._columns, cells)]
        text = file.text if not file.text or file.text.endswith(("\n", "\r")) else file.text + "\r\n"
        header, records = file.table.header, file.table.records
        if header is None:
            names = [csv_text.guarded(column.header) for column in needed]
            return csv_text.written([names], file.table.delimiter), _places(needed), len(needed)
        lacking = [column for column in needed if column.key not in header.places]
        width = len(records[header.row - 1])
        places = {**header.places, **{column.key: width + n for n, column in enumerate(lacking, 1)}}
        if lacking:
            names = [*records[header.row - 1], *(csv_text.guarded(column.header) for column in lacking)]
            records = [*records[: header.row - 1], names, *records[header.row :]]
            text = csv_text.written(records, file.table.delimiter)
        return text, places, width + len(lacking)

    def _change(self, change: Callable[[_File, Path], str | None]) -> _File:
        """Read, `change`, save; the file as it is then. None: nothing is to be saved."""
        with self._held() as path:
            saving.ensure_folder(path.parent)
            for _ in range(_TRIES):
                self._locks.ensure_closed(path)
                if saving.is_read_only(path):
                    raise _unusable(message("{name} is marked as read-only. Allow changes to it.", name=path.name))
                self._before_change(path)
                file = self._file()
                changed = change(file, path.parent)
                if changed is None:
                    return file
                saved = self._saved(path, file, changed)
                if saved is not None:
                    return saved
        text = "The spreadsheet {name} is being saved by another program again and again. Its rows wait."
        raise LedgerBusy(message(text, name=path.name), after_seconds=OPEN_SECONDS)

    def _saved(self, path: Path, file: _File, text: str) -> _File | None:
        def write(target: BinaryIO) -> None:
            target.write((csv_text.MARK + text).encode())

        expected = file.signature
        signature = saving.save(path, write, expected=expected, check=lambda: self._locks.ensure_closed(path))
        if signature is None:
            return None
        self._known = _File(signature, text, csv_text.table(text, self._columns))
        return self._known

    def _file(self) -> _File:
        """The file as it is. Caller holds it."""
        path = self._real()
        signature = saving.signature_of(path)
        if signature is None:
            saving.ensure_folder(path.parent)
            return _File(None, "", csv_text.table("", self._columns))
        if self._known is None or self._known.signature != signature:
            self._known = self._read(path)
        return self._known

    def _read(self, path: Path) -> _File:
        with saving.opened(path) as opened:
            if opened is None:
                return _File(None, "", csv_text.table("", self._columns))
            content, signature = opened.file.read(), opened.signature
        try:
            text = content.decode("utf-8-sig")
            table = csv_text.table(text, self._columns)
        except UnicodeDecodeError as error:
            said = "{name} was saved with other characters than UTF-8. Save it as “CSV UTF-8”; it is left as it is."
            raise _unusable(message(said, name=path.name)) from error
        except csv.Error as error:
            said = "{name} is no CSV that can be read; it is left as it is. Mend it."
            raise _unusable(message(said, name=path.name)) from error
        if table.header is None and text.strip():
            said = "{name} has content, but no row with the columns' names; it is left as it is."
            raise _unusable(message(said, name=path.name))
        return _File(signature, text, table)

    @contextmanager
    def _held(self) -> Iterator[Path]:
        path = self._real()
        with self._locks.held(path):
            self._ensure_there(path)
            yield path
            if path.exists():  # it may have been made just now
                self._ensure_there(path)

    def _real(self) -> Path:
        return Path(os.path.realpath(self._path))


def _unusable(reason: Message) -> LedgerBusy:
    text = "{reason} Nothing was written; its rows wait."
    return LedgerBusy(message(text, reason=reason), after_seconds=_UNUSABLE_SECONDS)


def _places(needed: Sequence[Column]) -> dict[str, int]:
    return {column.key: place for place, column in enumerate(needed, 1)}
