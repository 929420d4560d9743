"""`ocrwatch doctor`: each thing that has to be right, looked at, with what to do where it is not."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ocrwatch import __version__
from ocrwatch.cli import terminal
from ocrwatch.cli.opening import ConfigOption, loaded, opened, outdated, whereabouts
from ocrwatch.cli.terminal import rendered, say
from ocrwatch.config.paths import is_open_to_others
from ocrwatch.errors import OcrwatchError
from ocrwatch.messages import Message, message
from ocrwatch.on_disk import is_folder, is_there
from ocrwatch.service.status import daemon_from_json, sentences_of_waiting, snapshot

if TYPE_CHECKING:
    from ocrwatch.config.loading import Loaded
    from ocrwatch.config.settings import Inbox, Settings

_PROBLEMS = 1


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found. `mark` is good, a warning or bad."""

    said: Message
    mark: str = terminal.GOOD


def doctor(config: ConfigOption = None) -> int:
    """Exit status 1 when something has to be mended."""
    found = loaded(config)
    say(f"ocrwatch {__version__}")
    marks: Counter[str] = Counter()
    for check in (_configuration, _state, _engine, _folders, _ledgers, _waiting):
        for finding in _safely(check, found):
            say(finding.said, mark=finding.mark)
            marks[finding.mark] += 1
    if marks[terminal.BAD]:
        say(message("Things to mend: {count}.", count=marks[terminal.BAD]))
        return _PROBLEMS
    say(message("Nothing has to be mended.") if marks[terminal.WARNING] else message("All is well."))
    return 0


def _safely(check: Callable[[Loaded], Iterator[Finding]], found: Loaded) -> Iterator[Finding]:
    """What `check` finds; an error it meets is a finding too."""
    try:
        yield from check(found)
    except OcrwatchError as error:
        yield Finding(error.message, terminal.BAD)


def _configuration(found: Loaded) -> Iterator[Finding]:
    if found.path is None:
        yield Finding(message("No configuration file: the defaults hold. To make one: ocrwatch init"))
    else:
        yield Finding(message("Configuration: {path}", path=str(found.path)))
    if found.site is not None:
        yield Finding(message("Configuration for all users of this computer: {path}", path=str(found.site)))
        if is_open_to_others(found.site):
            text = (
                "{path} can be changed by others than the administrator, so what it locks is not safe. Make it root's."
            )
            yield Finding(message(text, path=str(found.site)), terminal.WARNING)
    for notice in found.notices:
        yield Finding(notice, terminal.WARNING)


def _state(found: Loaded) -> Iterator[Finding]:
    with opened(found.settings) as (journal, running):
        yield Finding(message("The records of ocrwatch are in order: {path}", path=str(journal.database.path)))
        if journal.database.set_aside is not None:
            text = "They were damaged and begun anew; the damaged ones are kept: {path}"
            yield Finding(message(text, path=str(journal.database.set_aside)), terminal.WARNING)
        yield Finding(message("The log: {path}", path=str(found.settings.state_dir / "logs")))
        if running:
            yield Finding(message("ocrwatch is running."))
            said = outdated(found.path, daemon_from_json(journal.orders.published()))
            if said is not None:
                yield Finding(said, terminal.WARNING)
        else:
            yield Finding(message("ocrwatch is not running. Start it: ocrwatch run"), terminal.WARNING)


# ---------------------------------------------------------------- folders


def _folders(found: Loaded) -> Iterator[Finding]:
    for inbox in found.settings.inbox:
        yield from _folder(inbox)


def _folder(inbox: Inbox) -> Iterator[Finding]:
    from ocrwatch.inbox.filesystems import file_system

    folder = str(inbox.folder)
    if not is_folder(inbox.folder):
        text = "The folder {folder} is not there. It is made when ocrwatch first runs; or plug its drive in."
        yield Finding(message(text, folder=folder), terminal.WARNING)
        return
    try:
        with tempfile.TemporaryFile(prefix=".ocrwatch-", dir=inbox.folder):
            pass
    except OSError as error:
        text = "Nothing can be written into {folder}: {reason}. Scans could not be moved out of it."
        yield Finding(message(text, folder=folder, reason=_reason(error)), terminal.BAD)
        return
    if inbox.watch == "poll" or not file_system(inbox.folder).sends_events:
        text = (
            "{folder} can be read and written; its file system tells of nothing, so it is looked at every few seconds."
        )
        yield Finding(message(text, folder=folder))
    else:
        yield _events(inbox)


def _events(inbox: Inbox) -> Finding:
    from ocrwatch.inbox.native import NativeObserver

    observer = NativeObserver()
    try:
        observer.watch(inbox.folder, recursive=inbox.recursive, heard=lambda _: None)
    except OSError as error:
        text = "{folder}: the system cannot watch it ({reason}); it is looked at every few seconds."
        return Finding(message(text, folder=str(inbox.folder), reason=_reason(error)), terminal.WARNING)
    finally:
        observer.stop()
    return Finding(
        message("{folder} can be read and written, and the system tells of changes.", folder=str(inbox.folder))
    )


# ---------------------------------------------------------------- spreadsheets


def _ledgers(found: Loaded) -> Iterator[Finding]:
    import time

    from ocrwatch.books import Shelf, backups_of, inboxes_by_book, workbooks_of
    from ocrwatch.ledger.locks import Locks, present_locks

    shelf = Shelf(locks=Locks(), backups=backups_of(found.settings, time.time), render=rendered)
    missing: dict[Path, None] = {}
    for inbox in inboxes_by_book(found.settings).values():
        workbooks = [path for path in workbooks_of(inbox) if is_there(path)]
        if not workbooks:
            missing.setdefault(inbox.ledger)
        for path in workbooks:
            shelf.ledger(inbox, path).find(("",))
            holders = [lock for lock in present_locks(Path(os.path.realpath(path))) if not lock.stale]
            if holders:
                text = "{ledger} is open in {program}: rows wait until it is closed."
                yield Finding(message(text, ledger=str(path), program=holders[0].program), terminal.WARNING)
            else:
                text = "{ledger} can be read and written, sheet {sheet}."
                yield Finding(message(text, ledger=str(path), sheet=inbox.sheet_name()))
    for path in missing:
        yield Finding(message("{ledger} is not there yet; it is made with the first row.", ledger=str(path)))


# ---------------------------------------------------------------- what waits, what failed


def _waiting(found: Loaded) -> Iterator[Finding]:
    with opened(found.settings) as (journal, running):
        now = snapshot(journal, daemon_from_json(journal.orders.published()) if running else None)
    for said in sentences_of_waiting(now):
        yield Finding(said, terminal.WARNING)
    if now.failed:
        text = "Failed scans: {count}. Why: ocrwatch status. To read them again: ocrwatch retry"
        yield Finding(message(text, count=now.failed), terminal.WARNING)


# ---------------------------------------------------------------- engine


def _engine(found: Loaded) -> Iterator[Finding]:
    from ocrwatch.config.secrets import engine_in_force, key_in_time

    settings = found.settings
    if engine_in_force(settings) == "endpoint":
        yield from _endpoint(settings, key_in_time(settings))
        return
    from ocrwatch.reading import local

    problem = local.missing()
    if problem is not None:
        yield Finding(problem, terminal.BAD)
    else:
        yield Finding(whereabouts(settings))


def _endpoint(settings: Settings, key: str | None) -> Iterator[Finding]:
    from ocrwatch.app import Engine
    from ocrwatch.cli.reading import Forgotten
    from ocrwatch.reading.endpoint import EndpointReader

    yield Finding(whereabouts(settings))
    if key is None:
        yield Finding(
            message("No key is set. Where the reading service asks for one: ocrwatch key set"), terminal.WARNING
        )
    engine = Engine(settings, Forgotten())
    try:
        assert isinstance(engine.ocr, EndpointReader)
        probe = engine.ocr.probe()
        yield Finding(probe.said, terminal.GOOD if probe.ok else terminal.BAD)
    finally:
        engine.close()


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__
