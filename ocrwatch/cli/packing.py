"""`ocrwatch pack`: a month's rows and scans as one zip, to be handed in."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ocrwatch.cli import terminal
from ocrwatch.cli.ledgers import shelf_of
from ocrwatch.cli.opening import ConfigOption, loaded, opened
from ocrwatch.cli.terminal import complain, help_text, say
from ocrwatch.errors import LineError, UsageError
from ocrwatch.messages import Message, message

if TYPE_CHECKING:
    from ocrwatch.config.settings import Inbox, Settings
    from ocrwatch.journal import Journal
    from ocrwatch.ledger.layout import Column
    from ocrwatch.packing.packing import Known, Order, Packed
    from ocrwatch.ports import Line, Pages

_LOOK_AT_IT = 1
_MONTH = re.compile(r"[1-9]\d{3}-(0[1-9]|1[0-2])")
_REMARKS_SHOWN = 20


class MonthRule(StrEnum):
    """By what a row's month is told."""

    DOCUMENT = "document"
    RECEIVED = "received"


def pack(
    inbox: Annotated[
        str,
        typer.Option(
            "--inbox",
            metavar="FOLDER",
            help=help_text(message("Which watched folder, by its name or path (default: each of them).")),
        ),
    ] = "",
    month: Annotated[
        str, typer.Option("--month", metavar="YYYY-MM", help=help_text(message("Which month (default: the last one).")))
    ] = "",
    by: Annotated[
        str,
        typer.Option(
            "--by", metavar="COLUMN", help=help_text(message("Totals by what stands in this column, too: Folder, …"))
        ),
    ] = "",
    month_of: Annotated[
        MonthRule | None,
        typer.Option(
            "--month-of",
            help=help_text(message("Whose month: the date on the paper, or the day it came in (default: month_of).")),
        ),
    ] = None,
    per_page: Annotated[
        int,
        typer.Option(
            "--per-page",
            metavar="1|2",
            min=1,
            max=2,
            help=help_text(message("How many pictures on a page of the PDF.")),
        ),
    ] = 1,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", metavar="FILE", help=help_text(message("The zip to be made (default: beside the spreadsheet)."))
        ),
    ] = None,
    config: ConfigOption = None,
) -> int:
    """Exit status 1 where something is missing or is to be looked at."""
    settings = loaded(config).settings
    inboxes = _chosen(settings, inbox)
    month = month or _last_month(datetime.now().astimezone())
    if not _MONTH.fullmatch(month):
        raise UsageError(message("{month} is no month. Write it as 2026-11.", month=month))
    target = None if output is None else _target(output, len(inboxes))
    in_order = True
    with opened(settings) as (journal, _), _pages() as pages:
        for each in inboxes:
            order = _order(each, month, by, month_of.value if month_of else each.month_of, per_page)
            in_order &= _pack_one(settings, journal, pages, each, order, target)
    return 0 if in_order else _LOOK_AT_IT


def _pack_one(
    settings: Settings, journal: Journal, pages: Pages, inbox: Inbox, order: Order, target: Path | None
) -> bool:
    """Whether all is in order."""
    from ocrwatch.config.together import destinations
    from ocrwatch.locales import renderer
    from ocrwatch.packing.packing import Packer, UnknownColumn

    packer = Packer(
        lambda: _lines(settings, inbox),
        _known(journal, inbox, order.columns),
        pages,
        inbox=str(inbox.folder),
        places=[*destinations(inbox), inbox.folder],
        render=renderer(settings.language),
        clock=time.time,
    )
    try:
        packed = packer.pack(order, target or _folder(inbox) / f"{order.name}.zip", may_number=target is None)
    except UnknownColumn as error:
        raise UsageError(_no_column(order.by, error.known)) from error
    except LineError as error:
        complain(error.message, mark=terminal.BAD)
        return False
    _tell(packed, order, inbox)
    return not packed.remarks


def _tell(packed: Packed, order: Order, inbox: Inbox) -> None:
    if packed.path is None:
        say(message("{folder}: there are no rows of {month}.", folder=str(inbox.folder), month=order.month))
    else:
        text = "{path}: rows: {rows}, scans: {scans}, pages in the PDF: {pages}."
        said = message(text, path=str(packed.path), rows=packed.rows, scans=packed.scans, pages=packed.pages)
        say(said, mark=terminal.WARNING if packed.remarks else terminal.GOOD)
    for remark in packed.remarks[:_REMARKS_SHOWN]:
        complain(remark, mark=terminal.WARNING)
    if len(packed.remarks) > _REMARKS_SHOWN:
        complain(message("More of it stands in the zip."))


# ---------------------------------------------------------------- what is packed


def _chosen(settings: Settings, name: str) -> list[Inbox]:
    """The watched folder `name`, by its path, its own name or its sheet's; all where it is "". Raises UsageError."""
    if not name:
        return list(settings.inbox)
    key, path = name.casefold(), Path(name).expanduser().absolute()
    ways: tuple[Callable[[Inbox], bool], ...] = (
        lambda each: each.folder == path,
        lambda each: each.folder.name.casefold() == key,
        lambda each: each.sheet_name().casefold() == key,
    )
    for way in ways:
        found = [each for each in settings.inbox if way(each)]
        if len(found) == 1:
            return found
        if found:
            several = ", ".join(str(each.folder) for each in found)
            text = "Several folders are called {name}: {several}. Name one by its path."
            raise UsageError(message(text, name=name, several=several))
    watched = ", ".join(str(each.folder) for each in settings.inbox)
    raise UsageError(message("{folder} is not watched. Watched: {watched}.", folder=name, watched=watched))


def _order(inbox: Inbox, month: str, by: str, month_of: str, per_page: int) -> Order:
    from ocrwatch.filing.templates import parsed
    from ocrwatch.packing.packing import Order

    return Order(
        title=inbox.folder.name,
        month=month,
        month_of="document" if month_of == "document" else "received",
        sheet=inbox.sheet_name(),
        columns=_columns(inbox),
        template=parsed(inbox.name) if inbox.name else None,
        by=by,
        per_page=2 if per_page == 2 else 1,
    )


def _columns(inbox: Inbox) -> tuple[Column, ...]:
    from ocrwatch.books import choice_of, profile_of
    from ocrwatch.ledger.layout import columns

    return columns(profile_of(inbox).fields, folder_column=inbox.recursive, choice=choice_of(inbox))


def _lines(settings: Settings, inbox: Inbox) -> Iterator[Line]:
    """The rows of all workbooks of `inbox`, the earliest first."""
    from ocrwatch.books import workbooks_of

    shelf = shelf_of(settings)
    for workbook in workbooks_of(inbox):
        yield from shelf.ledger(inbox, workbook).lines()


def _known(journal: Journal, inbox: Inbox, columns: tuple[Column, ...]) -> Known:
    from ocrwatch.books import book_of, workbooks_of
    from ocrwatch.packing.looks import look_of, together
    from ocrwatch.packing.packing import Known

    book = book_of(inbox)
    return Known(
        rows=lambda ids: journal.written.rows(book, ids),
        documents=lambda ids: journal.documents.of_rows(book, ids),
        look=lambda ids: together([look_of(path, inbox.sheet_name(), columns, ids) for path in workbooks_of(inbox)]),
    )


@contextmanager
def _pages() -> Iterator[Pages]:
    """Pictures of pages, decoded in a child process."""
    from ocrwatch.app import DECODING_BYTES
    from ocrwatch.childprocess import ChildProcess
    from ocrwatch.inbox.pages import ChildPages

    child = ChildProcess(name="decoding", memory_bytes=DECODING_BYTES)
    try:
        yield ChildPages(child)
    finally:
        child.close()


# ---------------------------------------------------------------- where to


def _folder(inbox: Inbox) -> Path:
    """The spreadsheet's, without what changes with the date."""
    return next(folder for folder in inbox.ledger.parents if "{" not in str(folder))


def _target(output: Path, folders: int) -> Path:
    path = output.expanduser().absolute()
    if folders > 1:
        raise UsageError(message("Each watched folder has a zip of its own. Say which one is meant: --inbox FOLDER"))
    if path.suffix.lower() != ".zip":
        raise UsageError(message("The name of {path} must end in {suffix}.", path=path.name, suffix=".zip"))
    if path.exists():
        raise UsageError(message("{path} is there already: name a file that is not.", path=str(path)))
    return path


def _last_month(now: datetime) -> str:
    year, month = (now.year, now.month - 1) if now.month > 1 else (now.year - 1, 12)
    return f"{year:04}-{month:02}"


def _no_column(name: str, known: tuple[str, ...]) -> Message:
    from rapidfuzz import fuzz, process

    guess = process.extractOne(name.casefold(), known, scorer=fuzz.ratio, score_cutoff=70.0, processor=str.casefold)
    if guess is not None:
        return message("There is no column {name}. Did you mean {guess}?", name=name, guess=guess[0])
    return message("There is no column {name}. There are: {known}.", name=name, known=", ".join(known))
