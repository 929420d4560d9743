"""From an inbox's settings to its ledger. The daemon and the commands build it here, so that both mean the same.

Knows the configuration, as `app` and `cli` do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ocrwatch.config.profiles import profile
from ocrwatch.config.settings import Inbox, Settings
from ocrwatch.ledger import monthly
from ocrwatch.ledger.backups import Backups
from ocrwatch.ledger.csv_file import CsvLedger
from ocrwatch.ledger.locks import Locks
from ocrwatch.ledger.monthly import MonthlyLedger
from ocrwatch.ledger.months import is_monthly, month_in, workbook_of
from ocrwatch.ledger.workbook import WorkbookLedger
from ocrwatch.ports import Clock, Ledger, Profile, Render


def profile_of(inbox: Inbox) -> Profile:
    """The document type in force for `inbox`."""
    return profile(inbox.profile_name(), inbox.fields, inbox.prompt, inbox.pages)


def book_of(inbox: Inbox) -> str:
    """The name of the sheet that the inbox's rows go to; duplicates are told within one."""
    return f"{inbox.ledger}|{'' if is_csv(inbox) else inbox.sheet_name()}"


def is_csv(inbox: Inbox) -> bool:
    """Whether the ledger is a CSV file, which has no sheets."""
    return inbox.ledger.suffix.lower() == ".csv"


def inboxes_by_book(settings: Settings) -> dict[str, Inbox]:
    """One inbox of each sheet."""
    return {book_of(inbox): inbox for inbox in reversed(settings.inbox)}


def workbooks_of(inbox: Inbox) -> list[Path]:
    """The workbooks of `inbox`: its one, whether it is there or not; of one for each month, those that are there."""
    return monthly.workbooks_of(inbox.ledger) if is_monthly(inbox.ledger) else [inbox.ledger]


def next_workbook(inbox: Inbox, now: datetime) -> Path:
    """The workbook of a row that is received `now`."""
    return workbook_of(inbox.ledger, f"{now:%Y-%m}")


def backups_of(settings: Settings, clock: Clock) -> Backups:
    """The backups of all ledgers."""
    return Backups(settings.state_dir / "backups", clock)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """What all ledgers of the program share."""

    locks: Locks
    backups: Backups
    render: Render
    presence: Callable[[str, str], Callable[[Path], None]] = lambda book, month: lambda path: None
    """By book and month: what is to be asked before the workbook is looked at (see `ledger.presence`)."""

    def ledger(self, inbox: Inbox, path: Path | None = None) -> Ledger:
        """The ledger of `inbox`, at `path` in place of its own. Made new: keep it, it remembers."""
        if path is None and is_monthly(inbox.ledger):
            return MonthlyLedger(inbox.ledger, lambda workbook: self.ledger(inbox, workbook))
        there = self.presence(book_of(inbox), month_in(path, inbox.ledger) if path else "")
        if is_csv(inbox):
            return CsvLedger(
                path or inbox.ledger,
                profile_of(inbox).fields,
                folder_column=inbox.recursive,
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
            locks=self.locks,
            render=self.render,
            before_change=self.backups.before_change,
            ensure_there=there,
        )
