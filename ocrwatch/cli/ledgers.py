"""`ocrwatch ledger unlock|restore`, and what the commands about spreadsheets share."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ocrwatch.cli import terminal
from ocrwatch.cli.opening import ConfigOption, loaded, opened
from ocrwatch.cli.terminal import help_text, rendered, say
from ocrwatch.errors import LedgerBusy, LineError, UsageError
from ocrwatch.messages import message
from ocrwatch.service import orders

if TYPE_CHECKING:
    from ocrwatch.books import Shelf
    from ocrwatch.config.settings import Inbox, Settings
    from ocrwatch.journal import Journal
    from ocrwatch.ledger.backups import Backup
    from ocrwatch.ledger.locks import Lock

_NAMES_SHOWN = 12

LedgerOption = Annotated[
    str,
    typer.Option(
        "--ledger", metavar="FILE", help=help_text(message("Which spreadsheet, where there are several: its name."))
    ),
]


def unlock(
    config: ConfigOption = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help=help_text(message("Do not ask.")))] = False,
) -> int:
    """On the person's word: where the system itself says that it is open, nothing is removed."""
    from ocrwatch.ledger.locks import present_locks
    from ocrwatch.ledger.locks import unlock as unlocked

    settings = loaded(config).settings
    removed = 0
    with opened(settings) as (journal, running):
        for path in (*_workbooks(settings.inbox), *_items_files(settings.inbox)):
            real = Path(os.path.realpath(path))
            locks = present_locks(real)
            if locks and (yes or _is_closed(path, locks)):
                journal.openings.seen(real, {lock.sign: lock.program for lock in locks if not lock.stale})
                journal.openings.cleared(real)  # first: nobody is to take it for the end of the opening
                for lock in unlocked(path):
                    removed += 1
                    said = message("The lock {lock} of {ledger} was removed.", lock=lock.name, ledger=str(path))
                    say(said, mark=terminal.GOOD)
            elif not locks:
                say(message("{ledger} is not locked.", ledger=str(path)))
        if running and removed:
            journal.orders.give(orders.HURRY)
    return 0


def _is_closed(path: Path, locks: Sequence[Lock]) -> bool:
    for lock in locks:
        who = " ".join(filter(None, (lock.user, f"({lock.program})")))
        say(message("{ledger} is marked as open: {who}.", ledger=str(path), who=who))
    return bool(typer.confirm(rendered(message("Is it really closed everywhere?")), default=False))


def restore(
    date: Annotated[
        str, typer.Argument(metavar="[DATE]", help=help_text(message("Of which day, as listed (default: list them).")))
    ] = "",
    ledger: LedgerOption = "",
    config: ConfigOption = None,
) -> int:
    """The present workbook is kept first; an open one is not touched."""
    settings = loaded(config).settings
    inboxes = chosen(settings, ledger)
    shelf = shelf_of(settings)
    workbooks = _workbooks(inboxes.values())
    if not date:
        return _list(workbooks, shelf)
    found = [(path, backup) for path in workbooks for backup in shelf.backups.of(path) if backup.name == date]
    if not found:
        raise UsageError(message("There is no backup of {date}. To list them: ocrwatch ledger restore", date=date))
    if len(found) > 1:
        names = ", ".join(path.name for path, _ in found)
        raise UsageError(message("Several spreadsheets have one: {names}. Say which: --ledger NAME", names=names))
    ((workbook, backup),) = found
    with opened(settings) as (journal, running):
        theirs = {book: inbox for book, inbox in inboxes.items() if workbook in _workbooks([inbox])}
        _restore(journal, theirs, workbook, backup, shelf)
        if running:
            journal.orders.give(orders.HURRY)
    return 0


# ---------------------------------------------------------------- shared


def chosen(settings: Settings, name: str) -> dict[str, Inbox]:
    """One inbox for each sheet of the workbook `name`, of all where it is "". Raises UsageError for an unknown one."""
    from ocrwatch.books import inboxes_by_book

    every = inboxes_by_book(settings)
    found = {book: inbox for book, inbox in every.items() if not name or name in (inbox.ledger.name, str(inbox.ledger))}
    if not found:
        known = ", ".join(dict.fromkeys(inbox.ledger.name for inbox in every.values()))
        raise UsageError(message("{name} is no spreadsheet of yours. There are: {known}.", name=name, known=known))
    return found


def shelf_of(settings: Settings) -> Shelf:
    """What the ledgers share."""
    from ocrwatch.books import Shelf, backups_of
    from ocrwatch.ledger.locks import Locks

    return Shelf(locks=Locks(), backups=backups_of(settings, time.time), render=rendered)


def enumerated(names: list[str]) -> str:
    """The first of `names`."""
    shown = ", ".join(names[:_NAMES_SHOWN])
    return shown if len(names) <= _NAMES_SHOWN else f"{shown}, …"


def _workbooks(inboxes: Iterable[Inbox]) -> list[Path]:
    from ocrwatch.books import workbooks_of

    return list(dict.fromkeys(path for inbox in inboxes for path in workbooks_of(inbox)))


def _items_files(inboxes: Iterable[Inbox]) -> list[Path]:
    """The files beside CSV files that items went to."""
    from ocrwatch.books import items_files_of, workbooks_of

    every = (path for inbox in inboxes for book in workbooks_of(inbox) for path in items_files_of(inbox, book))
    return [path for path in dict.fromkeys(every) if path.exists()]


# ---------------------------------------------------------------- restore


def _list(workbooks: list[Path], shelf: Shelf) -> int:
    for path in workbooks:
        backups = shelf.backups.of(path)
        if not backups:
            say(message("{ledger}: there is no backup yet. One is made before each day's first row.", ledger=str(path)))
            continue
        say(message("{ledger}, as it was before the first row of", ledger=str(path)))
        for backup in backups:
            say(f"  {backup.name}")
    return 0


def _restore(journal: Journal, inboxes: dict[str, Inbox], workbook: Path, backup: Backup, shelf: Shelf) -> None:
    from ocrwatch.books import items_files_of, profile_of
    from ocrwatch.journal.written import Cause
    from ocrwatch.service.mending import looked_at

    ledgers = {book: shelf.ledger(inbox) for book, inbox in inboxes.items()}
    gone_before = {}
    for book, ledger in ledgers.items():
        try:
            gone_before[book] = set(looked_at(journal, book, ledger, profile_of(inboxes[book]).fields).missing)
        except LineError:  # it cannot be read: the very reason why another is wanted
            deleted = {row for row, cause in journal.written.absences(book).items() if cause is Cause.DELETED}
            gone_before[book] = deleted
    kept = _put_in_place(backup, workbook, shelf)
    for path in dict.fromkeys(path for inbox in inboxes.values() for path in items_files_of(inbox, workbook)):
        since = [each for each in shelf.backups.of(path) if each.name >= backup.name]
        if since:  # the earliest of them is how it stood then, too
            _put_in_place(since[-1], path, shelf)
    if kept is not None:
        text = "The one that was there is kept. To have it back: ocrwatch ledger restore {date}"
        say(message(text, date=kept.stem))
    lacking = 0
    for book, ledger in ledgers.items():
        try:
            missing = set(looked_at(journal, book, ledger, profile_of(inboxes[book]).fields).missing)
        except LedgerBusy as error:
            say(error.message, mark=terminal.WARNING)
            continue
        lost = missing - gone_before[book]
        journal.written.note_absences(book, dict.fromkeys(lost, Cause.LOST))
        lacking += len(lost)
    if lacking:
        text = "It lacks rows that were written since: {count}. To add them: ocrwatch ledger rebuild"
        say(message(text, count=lacking), mark=terminal.WARNING)


def _put_in_place(backup: Backup, workbook: Path, shelf: Shelf) -> Path | None:
    """Where the one that was there is kept."""
    kept = shelf.backups.restore(backup, workbook, lambda: shelf.locks.ensure_closed(Path(os.path.realpath(workbook))))
    say(message("{ledger} is restored as of {date}.", ledger=str(workbook), date=backup.name), mark=terminal.GOOD)
    return kept
