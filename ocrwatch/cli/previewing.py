"""`ocrwatch ledger preview`: a row is added to a copy of the spreadsheet, and it is told where it landed."""

from __future__ import annotations

import shutil
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ocrwatch.cli import terminal
from ocrwatch.cli.ledgers import LedgerOption, chosen
from ocrwatch.cli.opening import ConfigOption, loaded
from ocrwatch.cli.terminal import complain, rendered, say, say_pairs
from ocrwatch.document import Cell, Row
from ocrwatch.errors import LineError
from ocrwatch.messages import Message, message

if TYPE_CHECKING:
    from ocrwatch.config.settings import Inbox

_CANNOT = 1
_NOBODYS = "0" * 15 + "p"


def preview(ledger: LedgerOption = "", config: ConfigOption = None) -> int:
    """Exit status 1 where a row could not be written."""
    settings = loaded(config).settings
    good = True
    for inbox in chosen(settings, ledger).values():
        with tempfile.TemporaryDirectory(prefix="ocrwatch-") as folder:
            good &= _preview_one(inbox, Path(folder))
    return 0 if good else _CANNOT


def _preview_one(inbox: Inbox, folder: Path) -> bool:
    from ocrwatch.books import Shelf, next_workbook
    from ocrwatch.ledger.backups import Backups
    from ocrwatch.ledger.locks import Locks

    shelf = Shelf(locks=Locks(), backups=Backups(folder / "backups", time.time), render=rendered)
    workbook = next_workbook(inbox, datetime.now().astimezone())
    copy = folder / workbook.name
    is_new = not workbook.exists()
    try:
        if not is_new:
            shutil.copyfile(workbook, copy)
        row = _sample(inbox)
        number = shelf.ledger(inbox, copy).append([row])[row.id]
    except (LineError, OSError) as error:
        complain(error.message if isinstance(error, LineError) else _unreadable(workbook, error), mark=terminal.BAD)
        return False
    said = "{ledger}: the next row is row {row} of the sheet {sheet}."
    if is_new:
        said = "{ledger} will be made; the next row is row {row} of the sheet {sheet}."
    say(message(said, ledger=str(workbook), sheet=inbox.sheet_name(), row=number))
    say_pairs(_columns(inbox, copy))
    return True


def _sample(inbox: Inbox) -> Row:
    from ocrwatch.books import profile_of
    from ocrwatch.ports import cell_fields

    cells = tuple(Cell(field.name, None) for field in cell_fields(profile_of(inbox).fields))
    return Row(id=_NOBODYS, cells=cells, received=datetime.now().astimezone(), engine="-")


def _columns(inbox: Inbox, copy: Path) -> list[tuple[str, str]]:
    """The letters of our columns and their headings, from left to right."""
    from ocrwatch.books import is_csv, profile_of
    from ocrwatch.ledger.layout import columns
    from ocrwatch.ledger.lines import letters_in

    if is_csv(inbox):
        return []
    ours = columns(profile_of(inbox).fields, folder_column=inbox.recursive)
    with copy.open("rb") as file:
        return letters_in(file, copy.name, inbox.sheet_name(), ours)


def _unreadable(workbook: Path, error: OSError) -> Message:
    text = "{ledger} cannot be read: {reason}."
    return message(text, ledger=str(workbook), reason=error.strerror or type(error).__name__)
