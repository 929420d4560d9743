"""Commands that ask something of the line: the running daemon carries them out within a second, or they wait for it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from ocrwatch.cli.opening import ConfigOption, loaded, opened
from ocrwatch.cli.terminal import complain, help_text, say
from ocrwatch.desktop.instance import is_running
from ocrwatch.document import Document, Filed, Outcome
from ocrwatch.errors import UsageError
from ocrwatch.journal import Journal
from ocrwatch.messages import message
from ocrwatch.service import orders
from ocrwatch.service.pausing import paused_by_user
from ocrwatch.service.status import pause_to_json

_LONGEST_PAUSE_MINUTES = 366 * 24 * 60
_STOP_SECONDS = 15.0
_SOME_FAILED = 1


def accept(
    config: ConfigOption = None,
    skip: Annotated[
        bool, typer.Option("--skip", help=help_text(message("Leave them where they lie, for good.")))
    ] = False,
) -> int:
    """Decide on the scans that lay in a folder when it was first watched."""
    with opened(loaded(config).settings) as (journal, running):
        count = journal.sightings.accept(skip=skip)
        if running:
            journal.orders.give(orders.LOOK)
        if not count:
            say(message("No scans wait for a decision."))
        elif skip:
            say(message("Left alone where they lie: {count}.", count=count))
        else:
            say(message("To be read: {count}.", count=count))
            say_when(running)
    return 0


def retry(
    config: ConfigOption = None,
    which: Annotated[
        list[str] | None, typer.Argument(metavar="[FILE|ID]…", help=help_text(message("Which (default: all failed).")))
    ] = None,
) -> int:
    """Exit status 1 when one that is named is not among the failed."""
    settings = loaded(config).settings
    with opened(settings) as (journal, running):
        every, unknown = _failed(journal, which or [])
        found = [document for document in every if document.inbox in {str(inbox.folder) for inbox in settings.inbox}]
        if len(found) < len(every):
            text = "Left in failed, because their folders are not watched any more: {count}."
            complain(message(text, count=len(every) - len(found)))
        for name in unknown:
            complain(message("{name} is not among the failed scans.", name=name))
        if found and running:
            journal.orders.give(orders.RETRY, " ".join(str(document.key) for document in found))
        count = len(found) if running else len(orders.retry(journal, [document.key for document in found]))
        if count:
            say(message("To be read again: {count}.", count=count))
            say_when(running)
        elif not unknown:
            say(message("No failed scan is there to be read again."))
    return _SOME_FAILED if unknown else 0


def pause(
    config: ConfigOption = None,
    minutes: Annotated[
        float | None,
        typer.Option(
            "--minutes",
            min=0,
            max=_LONGEST_PAUSE_MINUTES,
            help=help_text(message("For so long (default: until you resume).")),
        ),
    ] = None,
) -> int:
    """Pause reading; what is read already is still recorded and filed."""
    seconds = None if minutes is None else 60 * minutes
    with opened(loaded(config).settings) as (journal, running):
        if running:
            journal.orders.give(orders.PAUSE, "" if seconds is None else str(seconds))
        else:
            journal.orders.set_pause(pause_to_json(paused_by_user(time.time(), seconds)))
    if minutes is None:
        say(message("Reading is paused until you say: ocrwatch resume"))
    else:
        say(message("Reading is paused for {minutes} minutes.", minutes=f"{minutes:g}"))
    return 0


def resume(config: ConfigOption = None) -> int:
    """Go on, and try now what waits."""
    with opened(loaded(config).settings) as (journal, running):
        if running:
            journal.orders.give(orders.RESUME)
        else:
            journal.orders.set_pause(None)
        say(message("Reading goes on."))
        say_when(running)
    return 0


def stop(config: ConfigOption = None) -> int:
    """Stop the daemon, and wait until it has ended."""
    settings = loaded(config).settings
    with opened(settings) as (journal, running):
        if not running:
            say(message("ocrwatch is not running."))
            return 0
        journal.orders.give(orders.STOP)
    if not _has_ended(settings.state_dir):
        raise UsageError(message("ocrwatch has not stopped yet. Ask again in a moment: ocrwatch status"))
    say(message("ocrwatch has stopped."))
    return 0


def _has_ended(state_dir: Path) -> bool:
    import threading

    deadline = time.monotonic() + _STOP_SECONDS
    moment = threading.Event()
    while time.monotonic() < deadline:
        if not is_running(state_dir):
            return True
        moment.wait(0.1)
    return False


def _failed(journal: Journal, which: list[str]) -> tuple[list[Document], list[str]]:
    """The failed documents that are named, or all; and the names that none has."""
    if not which:
        return list(journal.documents.failed()), []
    found: dict[int, Document] = {}
    unknown = []
    for name in which:
        failed = [document for document in journal.documents.matching(name) if _is_failed(document)]
        found |= {document.key: document for document in failed}
        if not failed:
            unknown.append(name)
    return list(found.values()), unknown


def _is_failed(document: Document) -> bool:
    return isinstance(document.stage, Filed) and document.stage.outcome is Outcome.FAILED


def say_when(running: bool) -> None:
    """Where no daemon runs: when it will be done."""
    if not running:
        say(message("ocrwatch is not running; it goes on with them when it is started: ocrwatch run"))
