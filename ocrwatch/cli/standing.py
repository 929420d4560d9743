"""`ocrwatch status` and `ocrwatch why`."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated

import typer

from ocrwatch.cli import terminal
from ocrwatch.cli.opening import ConfigOption, loaded, opened, outdated, whereabouts
from ocrwatch.cli.showing import display, items_lines, row_pairs
from ocrwatch.cli.terminal import about, complain, help_text, rendered, say, say_json, say_pairs
from ocrwatch.document import (
    Arrived,
    Blank,
    Document,
    Duplicate,
    Filed,
    Outcome,
    Read,
    Recorded,
    Refused,
    Row,
)
from ocrwatch.journal import Journal
from ocrwatch.journal.written import Cause
from ocrwatch.messages import Message, message
from ocrwatch.service.pausing import Pause
from ocrwatch.service.status import (
    FolderStatus,
    Status,
    daemon_from_json,
    pause_from_json,
    sentences_of_waiting,
    snapshot,
    status_to_json,
)

_SHOWN = 5
_NOT_FOUND = 1

JsonOption = Annotated[bool, typer.Option("--json", help=help_text(message("Print JSON.")))]


def status(config: ConfigOption = None, as_json: JsonOption = False) -> int:
    """How things stand."""
    found = loaded(config)
    with opened(found.settings) as (journal, running):
        now = snapshot(journal, daemon_from_json(journal.orders.published()) if running else None)
        pause = now.daemon.pause if running else pause_from_json(journal.orders.pause())
        failed = journal.documents.failed()[:_SHOWN]
    if as_json:
        say_json(status_to_json(now, rendered))
        return 0
    _say_state(now, pause)
    if not running:
        say(whereabouts(found.settings))
    if running and (said := outdated(found.path, now.daemon)) is not None:
        complain(said, mark=terminal.WARNING)
    say_pairs(
        [
            (message("Recorded"), str(now.done)),
            (message("To be read"), str(now.to_read)),
            (message("To be recorded or filed"), str(now.to_record)),
            (message("Duplicates"), str(now.duplicates)),
            (message("Blank"), str(now.blank)),
            (message("Failed"), str(now.failed)),
        ]
    )
    for said in sentences_of_waiting(now):
        complain(said, mark=terminal.WARNING)
    for document in failed:
        if isinstance(document.stage, Filed) and document.stage.reason is not None:
            complain(about(document.path.name, document.stage.reason), mark=terminal.BAD)
    for folder in now.daemon.folders:
        for said in _about_folder(folder):
            say(said)
    return 0


def why(
    words: Annotated[
        list[str], typer.Argument(metavar="FILE|ID", help=help_text(message("A scan's file name, or an id.")))
    ],
    config: ConfigOption = None,
) -> int:
    """Exit status 1 when nothing is known of it."""
    what = " ".join(words)  # a name with spaces, typed without quotes
    with opened(loaded(config).settings) as (journal, running):
        found = journal.documents.matching(what)
        by_hand = {document.key: _by_hand(journal, document) for document in found[:_SHOWN]}
        folders = daemon_from_json(journal.orders.published()).folders if running else ()
    if not found:
        known = [*_of_no_document(what, folders)]
        for each in known or [message("Nothing is known of {what}.", what=what)]:
            complain(each)
        return 0 if known else _NOT_FOUND
    for document in found[:_SHOWN]:
        say(f"{document.path.name}  {document.id}")
        for said in _story(document):
            say(f"  {rendered(said)}")
        for row in _rows(document):
            say_pairs(row_pairs(row), indent=4)
            for line in items_lines(row):
                say(f"    {line}")
        for said in by_hand[document.key]:
            say(f"  {rendered(said)}")
    if len(found) > _SHOWN:
        say(message("and {count} earlier ones", count=len(found) - _SHOWN))
    return 0


# ---------------------------------------------------------------- status


def _say_state(status: Status, pause: Pause | None) -> None:
    if not status.running:
        say(message("ocrwatch is not running. Start it: ocrwatch run"))
    elif pause is None:
        if status.daemon.engine:
            say(message("ocrwatch is running; pictures are sent to {host}.", host=status.daemon.engine))
        else:
            say(message("ocrwatch is running; pictures are read on this computer."))
    if pause is not None:
        say(_pause_said(pause))


def _pause_said(pause: Pause) -> Message:
    if not pause.by_user:
        return message("Reading is paused: {reason}", reason=pause.reason)
    if pause.until is None:
        return message("You have paused reading. Go on: ocrwatch resume")
    return message("You have paused reading until {time}.", time=_moment(pause.until))


def _about_folder(folder: FolderStatus) -> Iterator[Message]:
    if folder.trouble is not None:
        return  # told above
    match folder.mode, folder.mode_reason:
        case "native", _:
            yield message("{folder}: watched.", folder=folder.folder)
        case "poll", None:
            yield message("{folder}: looked at every few seconds.", folder=folder.folder)
        case "poll", Message() as reason:
            yield message("{folder}: looked at every few seconds ({reason}).", folder=folder.folder, reason=reason)
    if folder.other_kinds:
        names = ", ".join(folder.other_kinds[:_SHOWN]) + (" …" if len(folder.other_kinds) > _SHOWN else "")
        yield message("{folder}: no scans, left alone: {names}", folder=folder.folder, names=names)


# ---------------------------------------------------------------- why


def _of_no_document(name: str, folders: Sequence[FolderStatus]) -> Iterator[Message]:
    """What is known of a file that lies in a watched folder and is not taken."""
    for folder in folders:
        yield from (said for said in folder.not_ready if name in str(said))
        if name in folder.other_kinds:
            yield message("{name} is no picture, no PDF and no e-invoice: it is left alone where it lies.", name=name)


def _story(document: Document) -> Iterator[Message]:
    yield message("Arrived {time} in {folder}.", time=_moment(document.arrived_at), folder=document.inbox)
    match document.stage:
        case Arrived():
            yield message("It is to be read. Attempts so far: {count}.", count=document.attempts)
        case Read():
            yield message("It is read; its row is to be written.")
        case Recorded():
            yield message("Its row is written; the scan is to be filed.")
        case Refused(reason=reason):
            yield message("It cannot be read: {reason}", reason=reason)
        case Duplicate(row=row, one_invoice=True):
            yield message("The same invoice stands in row {row} already, from another file.", row=row)
        case Duplicate(row=row):
            if row:
                yield message("The same file stands in row {row} already.", row=row)
            else:
                yield message("The same file was recorded already.")
        case Blank():
            yield message("It is blank; it is to be put into the folder blank.")
        case Filed():
            yield from _end(document.stage)
    if document.trouble is not None:
        yield document.trouble
    if document.not_before > time.time():
        yield message("It is tried again at {time}.", time=_moment(document.not_before))


def _end(stage: Filed) -> Iterator[Message]:
    match stage.outcome:
        case Outcome.DONE:
            yield message("It is recorded.")
        case Outcome.FAILED:
            yield message("It failed.")
        case Outcome.DUPLICATE:
            yield message("It is a duplicate.")
        case Outcome.GONE:
            yield message("It was taken away.")
        case Outcome.BLANK:
            yield message("It is no document.")
    if stage.reason is not None:
        yield stage.reason
    if stage.path is not None:
        yield message("It lies in {path}.", path=str(stage.path))


def _by_hand(journal: Journal, document: Document) -> tuple[Message, ...]:
    """What people did to the document's rows, as last noticed."""
    absences = journal.written.absences(document.book)
    said = []
    for row in _rows(document):
        for noted in journal.written.corrections_of(document.book, [row.id]):
            text = "{field} was corrected by hand: {found}"
            said.append(message(text, field=noted.heading, found=display(noted.found) or "—"))
        match absences.get(row.id):
            case Cause.DELETED:
                said.append(message("Its row was deleted from the spreadsheet by hand."))
            case Cause.LOST | Cause.UNCLEAR:
                said.append(message("Its row is missing from the spreadsheet: ocrwatch ledger check"))
            case Cause.NAMELESS:
                said.append(message("Its row lost its Document ID when that column was deleted from the spreadsheet."))
            case None:
                pass
    return tuple(said)


def _rows(document: Document) -> tuple[Row, ...]:
    match document.stage:
        case Read(rows=rows) | Recorded(rows=rows) | Filed(rows=rows):
            return rows
        case _:
            return ()


def _moment(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds).astimezone():%Y-%m-%d %H:%M:%S}"
