"""From an inbox's settings to its ledger. The daemon and the commands build it here, so that both mean the same.

Knows the configuration, as `app` and `cli` do.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ocrwatch.config.profiles import profile
from ocrwatch.config.settings import Inbox, Settings
from ocrwatch.ledger.backups import Backups
from ocrwatch.ledger.locks import Locks
from ocrwatch.ledger.workbook import WorkbookLedger
from ocrwatch.ports import Clock, Ledger, Profile, Render


def profile_of(inbox: Inbox) -> Profile:
    """The document type in force for `inbox`."""
    return profile(inbox.profile_name(), inbox.fields, inbox.prompt)


def book_of(inbox: Inbox) -> str:
    """The name of the sheet that the inbox's rows go to; duplicates are told within one."""
    return f"{inbox.ledger}|{inbox.sheet_name()}"


def inboxes_by_book(settings: Settings) -> dict[str, Inbox]:
    """One inbox of each sheet."""
    return {book_of(inbox): inbox for inbox in reversed(settings.inbox)}


def backups_of(settings: Settings, clock: Clock) -> Backups:
    """The backups of all ledgers."""
    return Backups(settings.state_dir / "backups", clock)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """What all ledgers of the program share."""

    locks: Locks
    backups: Backups
    render: Render

    def ledger(self, inbox: Inbox, path: Path | None = None) -> Ledger:
        """The ledger of `inbox`, at `path` in place of its own. Made new: keep it, it remembers."""
        return WorkbookLedger(
            path or inbox.ledger,
            inbox.sheet_name(),
            profile_of(inbox).fields,
            folder_column=inbox.recursive,
            locks=self.locks,
            render=self.render,
            before_change=self.backups.before_change,
        )
