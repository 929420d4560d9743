"""The records of a CSV file: read, changed, saved whole or not at all; what stands before new ones stays as it is.

Written as a workbook is (`saving.py`). Only a change of records, and a column that is missing, have all of them written
anew.
"""

from __future__ import annotations

import csv
import os
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ocrwatch.document import Signature
from ocrwatch.errors import LedgerBusy
from ocrwatch.ledger import csv_text, saving
from ocrwatch.ledger.layout import Column, Part, places_of_fields
from ocrwatch.ledger.locks import OPEN_SECONDS, Locks
from ocrwatch.messages import Message, message
from ocrwatch.on_disk import is_there
from ocrwatch.ports import Line

_TRIES = 5
_UNUSABLE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class CsvContent:
    """The file as it was read. `crc` is that of its bytes; `text` has no mark before it."""

    signature: Signature | None
    crc: int
    text: str
    table: csv_text.Table

    def ids(self, key: str) -> dict[str, int]:
        """The number of the first record with an id, by it."""
        return {each: numbers[0] for each, numbers in self.all_ids(key).items()}

    def all_ids(self, key: str) -> dict[str, list[int]]:
        """The numbers of all records with an id, by it."""
        header = self.table.header
        found: dict[str, list[int]] = {}
        if header is not None and key in header.places:
            place = header.places[key] - 1
            for number, record in enumerate(self.table.records[header.row :], header.row + 1):
                if place < len(record) and record[place].strip():
                    found.setdefault(record[place].strip(), []).append(number)
        return found


class CsvRecords:
    """The file at `path`, made when missing, with `columns`. Others as of `WorkbookLedger`."""

    def __init__(
        self,
        path: Path,
        columns: Sequence[Column],
        *,
        locks: Locks,
        before_change: Callable[[Path], None],
        ensure_there: Callable[[Path], None] = lambda _: None,
    ) -> None:
        self.columns = tuple(columns)
        self.id_key = next(column.key for column in columns if column.part is Part.ID)
        self._path = path
        self._locks = locks
        self._before_change = before_change
        self._ensure_there = ensure_there
        self._known: CsvContent | None = None

    def lines(self) -> Iterator[Line]:
        """Every record that carries an id. Raises `LedgerBusy` where the column of ids is gone."""
        with self.held():
            file = self.file()
        header = file.table.header
        if header is None:
            return
        if self.id_key not in header.places:
            text = "The column of ids is gone from {name}: which row belongs to which scan cannot be told."
            raise unusable(message(text, name=self._path.name))
        place = header.places[self.id_key] - 1
        places = places_of_fields(header.places, self.columns)
        for number, record in enumerate(file.table.records[header.row :], header.row + 1):
            if place < len(record) and record[place].strip():
                shown = {
                    key: csv_text.unguarded(record[at - 1]) or None if at <= len(record) else None
                    for key, at in places.items()
                }
                yield Line(number=number, id=record[place].strip(), shown=shown)

    def ensure_closed(self) -> None:
        """Raises `LedgerBusy` while the file is open elsewhere."""
        self._locks.ensure_closed(self._real())

    def headed(self, file: CsvContent, further: Sequence[Column]) -> tuple[str, Mapping[str, int], int]:
        """The text with all columns that are needed, its last line ended; where they are; how many there are."""
        needed = [*self.columns, *further]
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

    def change(self, change: Callable[[CsvContent, Path], str | None]) -> CsvContent:
        """Read, `change`, save; the file as it is then. None: nothing is to be saved."""
        with self.held() as path:
            saving.ensure_folder(path.parent)
            for _ in range(_TRIES):
                self._locks.ensure_closed(path)
                if saving.is_read_only(path):
                    raise unusable(message("{name} is marked as read-only. Allow changes to it.", name=path.name))
                self._before_change(path)
                file = self.file()
                changed = change(file, path.parent)
                if changed is None:
                    return file
                saved = self._saved(path, file, changed)
                if saved is not None:
                    return saved
        text = "The spreadsheet {name} is being saved by another program again and again. Its rows wait."
        raise LedgerBusy(message(text, name=path.name), after_seconds=OPEN_SECONDS)

    def _saved(self, path: Path, file: CsvContent, text: str) -> CsvContent | None:
        content = (csv_text.MARK + text).encode()
        signature = saving.save(
            path,
            lambda target: target.write(content),
            expected=file.signature,
            check=lambda: self._locks.ensure_closed(path),
            is_same=lambda: _crc(path) == file.crc,
        )
        if signature is None:
            self._known = None
            return None
        self._locks.own_saves.saved(path, file.signature, signature)
        self._locks.look(path)  # whoever opened it since the last look has it without our rows
        self._known = CsvContent(signature, zlib.crc32(content), text, csv_text.table(text, self.columns))
        return self._known

    def file(self) -> CsvContent:
        """The file as it is. Caller holds it."""
        path = self._real()
        signature = saving.signature_of(path)
        if signature is None:
            saving.ensure_folder(path.parent)
            return CsvContent(None, 0, "", csv_text.table("", self.columns))
        if self._known is None or self._known.signature != signature:
            self._known = self._read(path)
        return self._known

    def _read(self, path: Path) -> CsvContent:
        with saving.opened(path) as opened:
            if opened is None:
                return CsvContent(None, 0, "", csv_text.table("", self.columns))
            content, signature = opened.file.read(), opened.signature
        try:
            text = content.decode("utf-8-sig")
            table = csv_text.table(text, self.columns)
        except UnicodeDecodeError as error:
            said = "{name} was saved with other characters than UTF-8. Save it as “CSV UTF-8”; it is left as it is."
            raise unusable(message(said, name=path.name)) from error
        except csv.Error as error:
            said = "{name} is no CSV that can be read; it is left as it is. Mend it."
            raise unusable(message(said, name=path.name)) from error
        if table.header is None and text.strip():
            said = "{name} has content, but no row with the columns' names; it is left as it is."
            raise unusable(message(said, name=path.name))
        self._locks.own_saves.seen(path, signature)
        return CsvContent(signature, zlib.crc32(content), text, table)

    @contextmanager
    def held(self) -> Iterator[Path]:
        path = self._real()
        with self._locks.held(path):
            self._ensure_there(path)
            yield path
            if is_there(path):  # it may have been made just now
                self._ensure_there(path)

    def _real(self) -> Path:
        return Path(os.path.realpath(self._path))


def _crc(path: Path) -> int:
    with saving.opened(path) as opened:
        return zlib.crc32(opened.file.read()) if opened is not None else 0


def unusable(reason: Message) -> LedgerBusy:
    text = "{reason} Nothing was written; its rows wait."
    return LedgerBusy(message(text, reason=reason), after_seconds=_UNUSABLE_SECONDS)


def _places(needed: Sequence[Column]) -> dict[str, int]:
    return {column.key: place for place, column in enumerate(needed, 1)}
