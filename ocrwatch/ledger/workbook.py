"""The port `Ledger`: one sheet of one workbook.

    append ─┐                      ┌─ changed meanwhile: once more ─┐
    amend ──┴─ hold ── closed? ── read ── load ── change ── closed? ── save over it ── remember the ids

Rules
  1. Nothing is kept open between two calls, neither file nor workbook: the user may do with them what they like.
     What stays is the ids, by how the file looked: `find` reads it only when someone else has changed it.
  2. A row whose id stands in the sheet is not added a second time, whatever the caller believes: a save that reached
     the disk may still have ended in an error.
  3. A save that would lose something of the user's is not done (`losses.py`).

openpyxl is loaded when the first workbook is.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from ocrwatch.document import Cell, Row, Signature
from ocrwatch.errors import LedgerBusy
from ocrwatch.ledger import saving
from ocrwatch.ledger.layout import (
    cell_entries,
    columns,
    entries,
    further_columns,
    link_entries,
    reading_entries,
)
from ocrwatch.ledger.locks import OPEN_SECONDS, Locks
from ocrwatch.ledger.losses import ensure_lossless
from ocrwatch.messages import message
from ocrwatch.ports import Field, Line, Render

if TYPE_CHECKING:
    from ocrwatch.ledger.sheet import LedgerSheet

_TRIES = 5
"""How often a workbook that others save at the same time is read again before its rows wait."""

_READ_ONLY_SECONDS = 15


@dataclass(frozen=True, slots=True)
class _Known:
    """The row number of every id in the sheet of a file that looked like `signature`."""

    signature: Signature
    ids: dict[str, int]


class WorkbookLedger:
    """The sheet `sheet` of the workbook at `path`, both made when missing.

    Times are shown in `zone` (None: this computer's). One `locks` serves all ledgers of the program.
    """

    def __init__(
        self,
        path: Path,
        sheet: str,
        fields: Sequence[Field],
        *,
        folder_column: bool,
        locks: Locks,
        render: Render,
        zone: tzinfo | None = None,
        before_change: Callable[[Path], None] = lambda _: None,
        ensure_there: Callable[[Path], None] = lambda _: None,
    ) -> None:
        """`ensure_there` is called with the workbook's real place before it is looked at, `before_change` when it is
        about to be changed; both may raise."""
        self._path = path
        self._sheet = sheet
        self._columns = columns(fields, folder_column=folder_column)
        self._locks = locks
        self._render = render
        self._zone = zone
        self._before_change = before_change
        self._ensure_there = ensure_there
        self._known: _Known | None = None

    def append(self, rows: Sequence[Row]) -> dict[str, int]:
        """As the port says; a row whose id the sheet holds already is not added, its number is returned."""
        if not rows:
            return {}

        def add(sheet: LedgerSheet, ids: dict[str, int], folder: Path) -> bool:
            missing = list({row.id: row for row in rows if row.id not in ids}.values())
            if not missing:
                return False
            further = further_columns(self._columns, (cell for row in missing for cell in row.cells))
            every = (*self._columns, *further)
            filled = [entries(row, every, folder=folder, zone=self._zone, render=self._render) for row in missing]
            first = sheet.append(filled, further)
            ids.update({row.id: number for number, row in enumerate(missing, first)})
            return True

        ids = self._change(add)
        return {row.id: ids[row.id] for row in rows}

    def find(self, ids: Sequence[str]) -> dict[str, int]:
        """As the port says. A workbook that is open elsewhere is read all the same, as it was saved last."""
        with self._held() as path:
            known = self._ids(path)
        return {each: known[each] for each in ids if each in known}

    def amend(
        self, row_id: str, cells: Sequence[Cell], *, reading: Row | None = None, file: Path | None = None
    ) -> bool:
        """As the port says; other cells of the row stay as they are, a missing column is added."""

        def put(sheet: LedgerSheet, ids: dict[str, int], folder: Path) -> bool:
            if row_id not in ids:
                return False
            further = further_columns(self._columns, cells)
            sheet.ensure_columns(further)
            changed = cell_entries(cells, (*self._columns, *further))
            if reading is not None:
                changed |= reading_entries(reading, self._columns, render=self._render)
            if file is not None:
                changed |= link_entries(file, self._columns, folder=folder)
            sheet.put(ids[row_id], changed)
            return True

        return row_id in self._change(put)

    def lines(self) -> Iterator[Line]:
        """As the port says."""
        from ocrwatch.ledger.lines import lines_in

        with self._held() as path:
            saving.ensure_folder(path.parent)
            snapshot = saving.read(path)
        if snapshot is not None:
            yield from lines_in(snapshot.content, path.name, self._sheet, self._columns)

    # ------------------------------------------------------------

    @contextmanager
    def _held(self) -> Iterator[Path]:
        """The workbook's real place, symbolic links followed, for this thread alone."""
        path = Path(os.path.realpath(self._path))
        with self._locks.held(path):
            self._ensure_there(path)
            yield path
            if path.exists():  # it may have been made just now
                self._ensure_there(path)

    def _change(self, change: Callable[[LedgerSheet, dict[str, int], Path], bool]) -> dict[str, int]:
        """Load, `change`, save; the ids by row number afterwards.

        `change` is given the sheet, its ids, to be kept true, and the workbook's folder; False: nothing is to be saved.
        """
        with self._held() as path:
            saving.ensure_folder(path.parent)
            for _ in range(_TRIES):
                self._locks.ensure_closed(path)
                _ensure_writable(path)
                self._before_change(path)
                ids = self._changed(path, change)
                if ids is not None:
                    return ids
        text = "The workbook {name} is being saved by another program again and again. Its rows wait."
        raise LedgerBusy(message(text, name=path.name), after_seconds=OPEN_SECONDS)

    def _changed(
        self, path: Path, change: Callable[[LedgerSheet, dict[str, int], Path], bool]
    ) -> dict[str, int] | None:
        """One try; None when the file was changed meanwhile."""
        from ocrwatch.ledger import package
        from ocrwatch.ledger.sheet import LedgerSheet

        before = saving.read(path)
        book = package.new_workbook() if before is None else package.load(before.content, path.name)
        if before is not None and not self._is_as_known(before.signature):
            ensure_lossless(before.content, path.name)
        sheet = LedgerSheet(book, self._sheet, self._columns, path.name)
        ids = sheet.rows_by_id()
        signature = before.signature if before else None
        if change(sheet, ids, path.parent):
            content = package.dump(book)
            signature = saving.save(path, content, expected=signature, check=lambda: self._locks.ensure_closed(path))
            if signature is None:
                return None
        self._known = _Known(signature, ids) if signature else None
        return ids

    def _ids(self, path: Path) -> dict[str, int]:
        from ocrwatch.ledger.ids import ids_in

        signature = saving.signature_of(path)
        if signature is None:
            saving.ensure_folder(path.parent)  # it may be on a drive that is away
            return {}
        if self._known is not None and self._known.signature == signature:
            return self._known.ids
        snapshot = saving.read(path)
        if snapshot is None:
            return {}
        try:
            ids = ids_in(snapshot.content, path.name, self._sheet, self._columns)
        except LedgerBusy:
            self._locks.ensure_closed(path)  # no wonder that it cannot be read while someone saves it
            raise
        self._known = _Known(snapshot.signature, ids)
        return ids

    def _is_as_known(self, signature: Signature) -> bool:
        return self._known is not None and self._known.signature == signature


def _ensure_writable(path: Path) -> None:
    """A file that someone protected would be replaced all the same."""
    if saving.is_read_only(path):
        text = "The workbook {name} is marked as read-only. Allow changes to it; its rows wait."
        raise LedgerBusy(message(text, name=path.name), after_seconds=_READ_ONLY_SECONDS)
