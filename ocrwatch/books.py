"""From an inbox's settings to its ledger. The daemon and the commands build it here, so that both mean the same.

Knows the configuration, as `app` and `cli` do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ocrwatch.checking.buyers import ANYBODY, Buyer
from ocrwatch.config.profiles import profile
from ocrwatch.config.settings import Inbox, Settings
from ocrwatch.document import Row
from ocrwatch.ledger import in_volumes
from ocrwatch.ledger.backups import Backups
from ocrwatch.ledger.csv_file import CsvLedger
from ocrwatch.ledger.in_volumes import SeriesLedger
from ocrwatch.ledger.items import beside
from ocrwatch.ledger.layout import Choice
from ocrwatch.ledger.locks import Locks
from ocrwatch.ledger.volumes import completed, is_series, volume_in, workbook_of
from ocrwatch.ledger.workbook import WorkbookLedger
from ocrwatch.ports import Clock, Ledger, Profile, Render, items_fields


def profile_of(inbox: Inbox) -> Profile:
    """The document type in force for `inbox`."""
    return profile(inbox.profile_name(), inbox.fields, inbox.prompt, inbox.pages)


def buyer_of(inbox: Inbox) -> Buyer:
    """Whom the invoices of `inbox` are for."""
    return Buyer(name=inbox.buyer.name, tax_id=inbox.buyer.tax_id) if inbox.buyer else ANYBODY


def book_of(inbox: Inbox) -> str:
    """The name of the sheet that the inbox's rows go to; duplicates are told within one."""
    return f"{inbox.ledger}|{'' if is_csv(inbox) else inbox.sheet_name()}"


def choice_of(inbox: Inbox) -> Choice:
    """What was chosen for the columns of `inbox`."""
    return Choice(headings=inbox.headings, own=inbox.own_columns)


def is_csv(inbox: Inbox) -> bool:
    """Whether the ledger is a CSV file, which has no sheets."""
    return inbox.ledger.suffix.lower() == ".csv"


def inboxes_by_book(settings: Settings) -> dict[str, Inbox]:
    """One inbox of each sheet."""
    return {book_of(inbox): inbox for inbox in reversed(settings.inbox)}


def workbooks_of(inbox: Inbox) -> list[Path]:
    """The workbooks of `inbox`: its one, whether it is there or not; of several, those that are there."""
    return in_volumes.workbooks_of(inbox.ledger, inbox.template) if is_series(inbox.ledger) else [inbox.ledger]


def items_files_of(inbox: Inbox, workbook: Path) -> list[Path]:
    """The files beside `workbook`, one of `inbox`, that its items go to: a workbook has them in sheets."""
    if not is_csv(inbox):
        return []
    return [beside(workbook, field.name) for field in items_fields(profile_of(inbox).fields)]


def workbook_for(inbox: Inbox, row: Row) -> Path:
    """The workbook of a row of `inbox`."""
    return workbook_of(inbox.ledger, completed(row, inbox.ledger, inbox.folder.name))


def backups_of(settings: Settings, clock: Clock) -> Backups:
    """The backups of all ledgers."""
    return Backups(settings.state_dir / "backups", clock)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """What all ledgers of the program share."""

    locks: Locks
    backups: Backups
    render: Render
    presence: Callable[[str, str], Callable[[Path], None]] = lambda book, volume: lambda path: None
    """By book and volume: what is to be asked before the workbook is looked at (see `ledger.presence`)."""
    ids_gone: Callable[[str, str], Callable[[Path], None]] = lambda book, volume: lambda path: None
    """By book and volume: whom to tell that the workbook has no column of ids any more."""

    def ledger(self, inbox: Inbox, path: Path | None = None) -> Ledger:
        """The ledger of `inbox`, at `path` in place of its own. Made new: keep it, it remembers."""
        if path is None and is_series(inbox.ledger):
            return SeriesLedger(
                inbox.ledger, lambda workbook: self.ledger(inbox, workbook), inbox.folder.name, inbox.template
            )
        volume = volume_in(path, inbox.ledger) if path else ""
        there = self.presence(book_of(inbox), volume)
        if is_csv(inbox):
            return CsvLedger(
                path or inbox.ledger,
                profile_of(inbox).fields,
                folder_column=inbox.recursive,
                choice=choice_of(inbox),
                locks=self.locks,
                render=self.render,
                before_change=self.backups.before_change,
                ensure_there=there,
            )
        return WorkbookLedger(
            path or inbox.ledger,
            inbox.sheet_name(),
            profile_of(inbox).fields,
            folder_column=inbox.recursive,
            choice=choice_of(inbox),
            template=inbox.template,
            locks=self.locks,
            render=self.render,
            before_change=self.backups.before_change,
            ensure_there=there,
            on_ids_gone=self.ids_gone(book_of(inbox), volume),
        )
