"""The port `Ledger`: one sheet of one workbook.

    append ─┐                             ┌──────── changed meanwhile: once more ────────┐
    amend ──┴─ hold ── closed? ── turn ── open ── as we left it? ── draft ── closed? ── save over it ── remember
                                                   no: look through it

Rules
  1. Nothing is kept open between two calls, neither file nor workbook: the user may do with them what they like.
     What stays is how the sheet stands (`memory.py`), by how the file looked: it is read again only when someone else
     has changed it.
  2. A row whose id stands in the sheet is not added a second time, whatever the caller believes: a save that reached
     the disk may still have ended in an error.
  3. From the look at the file to its replacement it is our turn (`turns.py`): no other ocrwatch writes it.
  4. Of the user's workbook nothing is changed but what a row more must change.
  5. A row's items go to sheets of their own (`items.py`) in the same save.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from datetime import tzinfo
from io import BytesIO
from pathlib import Path

from ocrwatch.document import Row
from ocrwatch.errors import LedgerBusy
from ocrwatch.ledger import item_rows, saving
from ocrwatch.ledger.creating import copied, new_workbook
from ocrwatch.ledger.edition import Edition, ensure_sheet_name
from ocrwatch.ledger.items import ItemsSheet, items_sheets, unknown_sheet
from ocrwatch.ledger.layout import (
    ALL,
    Choice,
    Column,
    change_entries,
    columns,
    entries,
    further_columns,
    under_headings,
)
from ocrwatch.ledger.locks import OPEN_SECONDS, Locks
from ocrwatch.ledger.memory import Memory, directory_crc
from ocrwatch.ledger.refusals import ensure_package
from ocrwatch.ledger.relay import Left, Leg, crc_of, written
from ocrwatch.ledger.shape import Shape, shape_of
from ocrwatch.ledger.standing import Standing
from ocrwatch.ledger.survey import Survey, lacks_ids
from ocrwatch.ledger.turns import Turn
from ocrwatch.messages import message
from ocrwatch.on_disk import is_there
from ocrwatch.ports import Change, Field, Line, Render

_TRIES = 5
"""How often a workbook that others save at the same time is read again before its rows wait."""

_READ_ONLY_SECONDS = 15

_Change = Callable[[Edition, Path], Sequence[Leg] | None]
"""Changes the ledger's sheet in a workbook that lies in that folder; what is to be changed in other sheets then, None:
nothing is to be saved."""


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
        choice: Choice = ALL,
        template: Path | None = None,
        locks: Locks,
        render: Render,
        zone: tzinfo | None = None,
        before_change: Callable[[Path], None] = lambda _: None,
        ensure_there: Callable[[Path], None] = lambda _: None,
        on_ids_gone: Callable[[Path], None] = lambda _: None,
    ) -> None:
        """A new workbook begins as a copy of `template`. `ensure_there` is called with the workbook's real place before
        it is looked at, `before_change` when it is about to be changed; both may raise. `on_ids_gone` is
        called whenever it is found to have rows and no column of ids."""
        self._path = path
        self._sheet = sheet
        self._template = template
        self._columns = columns(fields, folder_column=folder_column, choice=choice)
        self._items = items_sheets(sheet, fields)
        self._locks = locks
        self._render = render
        self._zone = zone
        self._before_change = before_change
        self._ensure_there = ensure_there
        self._on_ids_gone = on_ids_gone
        self._memory = Memory(locks.own_saves)

    def append(self, rows: Sequence[Row]) -> dict[str, int]:
        """As the port says; a row whose id the sheet holds already is not added, its number is returned."""
        numbers: dict[str, int] = {}

        def add(edition: Edition, folder: Path) -> Sequence[Leg] | None:
            numbers.clear()
            numbers.update(_found(edition, [row.id for row in rows]))
            missing = [
                replace(row, cells=under_headings(row.cells, self._columns))
                for row in {row.id: row for row in rows if row.id not in numbers}.values()
            ]
            if not missing:
                return None
            further = further_columns(self._columns, (cell for row in missing for cell in row.cells))
            every = (*self._columns, *further)
            filled = {
                row.id: entries(row, every, folder=folder, zone=self._zone, render=self._render) for row in missing
            }
            numbers.update(edition.append(filled, further))
            items = {row.id: row.items for row in missing if row.items}
            return item_rows.legs_adding(items, self._items_sheet, self._memory.last_of)

        if rows:
            self._change(add, packs=True)
        return {row.id: numbers[row.id] for row in rows}

    def find(self, ids: Sequence[str]) -> dict[str, int]:
        """As the port says. A workbook that is open elsewhere is read all the same, as it was saved last."""
        with self._held() as path:
            signature = saving.signature_of(path)
            if signature is None:
                saving.ensure_folder(path.parent)  # it may be on a drive that is away
                return {}
            if self._sheet in (known := self._memory.now(path, signature)):
                return _found_in(known[self._sheet], ids)
            return self._found_anew(path, ids)

    def amend(self, changes: Sequence[Change]) -> set[str]:
        """As the port says; other cells of the rows stay as they are, a missing column is added."""
        waiting = {change.id: change for change in changes}
        done: set[str] = set()
        while waiting and (changed := self._amended(waiting)):
            done |= changed
            waiting = {each: change for each, change in waiting.items() if each not in changed}
        return done

    def _amended(self, changes: Mapping[str, Change]) -> set[str]:
        """Change those of the rows that stand in one sheet: there is one sheet, unless it overflowed."""
        found: dict[str, int] = {}
        sheets: list[str] = []

        def put(edition: Edition, folder: Path) -> Sequence[Leg] | None:
            found.clear()
            standing = edition.standing
            rows = _found_in(standing, list(changes))
            if standing is None or not rows:
                return None
            sheets[:] = [standing.sheet_of(next(iter(rows))), standing.name]
            found.update({each: row for each, row in rows.items() if standing.sheet_of(each) == sheets[0]})
            named = {
                each: replace(changes[each], cells=under_headings(changes[each].cells, self._columns)) for each in found
            }
            further = further_columns(self._columns, (cell for change in named.values() for cell in change.cells))
            every = (*self._columns, *further)
            entered = {
                number: change_entries(named[each], every, folder=folder, render=self._render)
                for each, number in found.items()
            }
            edition.amend(sheets[0], entered, further)
            items = {each: changes[each].items for each in found if changes[each].items}
            return item_rows.legs_amending(items, self._items_sheet, self._memory.last_of)

        self._change(put, packs=False)
        if len(set(sheets)) > 1:
            self._memory.forget()  # it is of the earlier sheet now
        return set(found)

    def lines(self, items: str = "") -> Iterator[Line]:
        """As the port says."""
        from ocrwatch.ledger.lines import lines_in

        with ExitStack() as stack:
            with self._held() as path:
                saving.ensure_folder(path.parent)
                with saving.opened(path) as opened:
                    if opened is None:
                        return
                    table = self._items_sheet(items) if items else None
                    sheet, its_columns = (table.sheet, table.columns) if table else (self._sheet, self._columns)
                    sheets, survey = self._sheets(opened, path, sheet, its_columns)
                    copy = stack.enter_context(saving.copied(opened.file))
            yield from lines_in(copy, path.name, sheets, its_columns, survey)

    def shape(self) -> Shape:
        """How the sheet was saved last, for people. Raises as `append`."""
        with self._held() as path, saving.opened(path) as opened:
            if opened is None:
                return Shape()
            with closing(self._edition(opened, path)) as edition:
                return shape_of(edition.standing, self._columns)

    def _sheets(
        self, opened: saving.Opened, path: Path, sheet: str, columns: Sequence[Column]
    ) -> tuple[list[str], Survey | None]:
        """The names under which `sheet` stands: one, unless it overflowed; and the survey of the last."""
        known = self._memory.of(path, opened.signature, sheet)
        with closing(Edition(opened.file, path.name, sheet, columns, known)) as edition:
            standing = edition.standing
            self._memory.keep(path, opened.signature, edition.directory_crc, {sheet: standing})
        if standing is None:
            return [], None
        return [*(each.name for each in standing.earlier), standing.name], standing.survey

    # ------------------------------------------------------------ items

    def _items_sheet(self, field: str) -> ItemsSheet:
        return self._items.get(field) or unknown_sheet(self._sheet, field)

    # ------------------------------------------------------------

    @contextmanager
    def _held(self) -> Iterator[Path]:
        """The workbook's real place, symbolic links followed, for this thread alone."""
        path = Path(os.path.realpath(self._path))
        with self._locks.held(path):
            self._ensure_there(path)
            yield path
            if is_there(path):  # it may have been made just now
                self._ensure_there(path)

    def _change(self, change: _Change, *, packs: bool) -> None:
        """Open, `change`, save. `packs`: it is going to add rows."""
        with self._held() as path:
            saving.ensure_folder(path.parent)
            self._locks.ensure_closed(path)
            _ensure_writable(path)
            with self._turn(path) as turn:
                for _ in range(_TRIES):
                    self._locks.ensure_closed(path)
                    self._before_change(path)
                    if self._changed(path, change, turn, packs=packs):
                        return
        text = "The spreadsheet {name} is being saved by another program again and again. Its rows wait."
        raise LedgerBusy(message(text, name=path.name), after_seconds=OPEN_SECONDS)

    @contextmanager
    def _turn(self, path: Path) -> Iterator[Turn]:
        """No other ocrwatch writes the workbook meanwhile."""
        with ExitStack() as stack:
            try:
                turn = stack.enter_context(self._locks.turns.taken(path))
            except OSError as error:
                raise saving.translated(error, path) from error
            yield turn

    def _changed(self, path: Path, change: _Change, turn: Turn, *, packs: bool) -> bool:
        """One try; False when the file was changed meanwhile."""

        def let_go() -> None:
            if opened is not None:
                opened.file.close()  # Windows replaces no file that is open
            self._locks.ensure_closed(path)
            turn.ensure_ours()

        def is_same() -> bool:
            return opened is None or directory_crc(path) == edition.directory_crc

        with saving.opened(path) as opened, closing(self._edition(opened, path, packs=packs)) as edition:
            signature = opened.signature if opened is not None else None
            if signature is None or not self._memory.holds(path, signature):
                self._memory.forget()
            left: list[Left] = []
            try:
                legs = change(edition, path.parent)
                if legs is None:
                    self._memory.keep(path, signature, edition.directory_crc, {self._sheet: edition.standing})
                    return True
                saved = saving.save(
                    path,
                    lambda file: left.extend(written(edition, self._sheet, legs, path.name, file)),
                    expected=signature,
                    check=let_go,
                    is_same=is_same,
                )
            except LedgerBusy:
                if is_same():
                    raise
                saved = None  # no wonder that it could not be read: it was written over meanwhile
        if saved is None:
            return False
        for each in left:
            each.settle()
        self._locks.own_saves.saved(path, signature, saved)
        self._locks.look(path)  # whoever opened it since the last look has it without our rows
        self._memory.keep(path, saved, crc_of(left), {each.sheet: each.standing for each in left})
        return True

    def _edition(self, opened: saving.Opened | None, path: Path, *, packs: bool = False) -> Edition:
        name = path.name
        if opened is None:
            ensure_sheet_name(self._sheet, name)
            made = new_workbook(self._sheet) if self._template is None else copied(self._template)
            return Edition(BytesIO(made), name, self._sheet, self._columns, None)
        ensure_package(opened.file, name)
        known = self._memory.of(path, opened.signature, self._sheet)
        edition = Edition(opened.file, name, self._sheet, self._columns, known, packs=packs)
        if edition.standing is not None and lacks_ids(edition.standing.survey, self._columns):
            self._on_ids_gone(path)
        return edition

    def _found_anew(self, path: Path, ids: Sequence[str]) -> dict[str, int]:
        with saving.opened(path) as opened:
            if opened is None:
                return {}
            try:
                edition = self._edition(opened, path)
            except LedgerBusy:
                self._locks.ensure_closed(path)  # no wonder that it cannot be read while someone saves it
                raise
            self._memory.keep(path, opened.signature, edition.directory_crc, {self._sheet: edition.standing})
            return _found(edition, ids)


def _found(edition: Edition, ids: Sequence[str]) -> dict[str, int]:
    return _found_in(edition.standing, ids)


def _found_in(standing: Standing | None, ids: Sequence[str]) -> dict[str, int]:
    """The rows of those of `ids` that the sheet holds."""
    if standing is None:
        return {}
    rows = ((each, standing.row_of(each)) for each in ids)
    return {each: row for each, row in rows if row is not None}


def _ensure_writable(path: Path) -> None:
    """A file that someone protected would be replaced all the same."""
    if saving.is_read_only(path):
        text = "The spreadsheet {name} is marked as read-only. Allow changes to it; its rows wait."
        raise LedgerBusy(message(text, name=path.name), after_seconds=_READ_ONLY_SECONDS)
