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
from ocrwatch.on_disk import is_there

if TYPE_CHECKING:
    from ocrwatch.config.settings import Inbox
    from ocrwatch.ledger.layout import Column

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
    from ocrwatch.books import Shelf, workbook_for
    from ocrwatch.ledger.backups import Backups
    from ocrwatch.ledger.locks import Locks
    from ocrwatch.ledger.shape import Shape
    from ocrwatch.ledger.workbook import WorkbookLedger

    shelf = Shelf(locks=Locks(), backups=Backups(folder / "backups", time.time), render=rendered)
    row = _sample(inbox)
    workbook = workbook_for(inbox, row)
    copy = folder / workbook.name
    is_new = not is_there(workbook)
    try:
        if not is_new:
            shutil.copyfile(workbook, copy)
        ledger = shelf.ledger(inbox, copy)
        number = ledger.append([row])[row.id]
        shape = ledger.shape() if isinstance(ledger, WorkbookLedger) else Shape()
    except (LineError, OSError) as error:
        complain(error.message if isinstance(error, LineError) else _unreadable(workbook, error), mark=terminal.BAD)
        return False
    said = "{ledger}: the next row is row {row} of the sheet {sheet}."
    if is_new:
        said = "{ledger} will be made; the next row is row {row} of the sheet {sheet}."
    say(message(said, ledger=str(workbook), sheet=inbox.sheet_name(), row=number))
    say_pairs([(letters, _named(column)) for letters, column in shape.columns])
    if shape.rows_left is not None:
        text = (
            "It is a form: empty rows left after that one: {count}. When none is left, rows wait until you insert some."
        )
        say(message(text, count=shape.rows_left))
    return True


def _sample(inbox: Inbox) -> Row:
    from ocrwatch.books import profile_of
    from ocrwatch.ports import cell_fields

    cells = tuple(Cell(field.name, None) for field in cell_fields(profile_of(inbox).fields))
    return Row(id=_NOBODYS, cells=cells, received=datetime.now().astimezone(), engine="-")


def _named(column: Column) -> str:
    """The column's heading, and what fills it where that has another name."""
    if column.is_hidden:
        return rendered(message("{heading} (hidden)", heading=column.header))
    if column.field:
        return rendered(message("{heading} (the field {field})", heading=column.header, field=column.field))
    return column.header


def _unreadable(workbook: Path, error: OSError) -> Message:
    text = "{ledger} cannot be read: {reason}."
    return message(text, ledger=str(workbook), reason=error.strerror or type(error).__name__)
