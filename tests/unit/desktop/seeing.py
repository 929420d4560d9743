"""How things may stand, for tests of what is shown of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from ocrwatch.desktop.menu import Entry, Failure, Item, Offers, Seen, Watched
from ocrwatch.document import Row
from ocrwatch.messages import Message, message
from ocrwatch.service.pausing import Pause
from ocrwatch.service.status import DaemonStatus, FolderStatus, Status, Waiting

OPEN = message("The workbook {name} is open.", name="Ledger.xlsx")
NO_CREDIT = message("No credit.")
ROW = Row(id="ab" * 8, cells=(), received=datetime(2026, 11, 25, tzinfo=UTC), engine="local")
RECEIPTS = Watched(folder=Path("/scans/Receipts"), ledger=Path("/scans/Ledger.xlsx"))
TICKETS = Watched(folder=Path("/scans/Tickets"), ledger=Path("/scans/Tickets.xlsx"))
IDLE = Status(running=True, daemon=DaemonStatus(engine="ocr.example"))
FAILURE = Failure(path=Path("/scans/Receipts/failed/a.jpg"), reason=message("It is blank."))
OFFERS = Offers(version="9.9", settings=True, starts_at_login=False)


def status(*, daemon: DaemonStatus | None = None, **changes: object) -> Status:
    return replace(IDLE, daemon=daemon or IDLE.daemon, **changes)  # type: ignore[arg-type]


def daemon(**changes: object) -> DaemonStatus:
    return replace(IDLE.daemon, **changes)  # type: ignore[arg-type]


def seen(of: Status = IDLE, **changes: object) -> Seen:
    return replace(Seen(status=of, watched=(RECEIPTS,), offers=OFFERS), **changes)  # type: ignore[arg-type]


def halted() -> Pause:
    return Pause(reason=NO_CREDIT, since=0.0, by_user=False)


def paused(until: float | None = None) -> Pause:
    return Pause(reason=message("Paused by you."), since=0.0, by_user=True, until=until)


def rows_wait(count: int = 2) -> Waiting:
    return Waiting(ledger="Ledger.xlsx", names=tuple(f"{number}.jpg" for number in range(count)), reason=OPEN)


def away() -> FolderStatus:
    return FolderStatus(folder="/scans/Receipts", trouble=message("The folder is away."))


def items(entries: tuple[Entry, ...]) -> list[Item]:
    """All entries with their submenus', separators left out."""
    found = []
    for entry in entries:
        if isinstance(entry, Item):
            found += [entry, *items(entry.entries)]
    return found


def item(entries: tuple[Entry, ...], text: str) -> Item:
    """The one entry that begins so."""
    (found,) = (each for each in items(entries) if str(each.text).startswith(text))
    return found


def texts(said: tuple[Message, ...]) -> list[str]:
    return [str(each) for each in said]
