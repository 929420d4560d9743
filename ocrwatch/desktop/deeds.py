"""What clicks do. Each ends with something a person can see: a window, another icon, or a notice that says why not.

on_action (any thread) ──▶ Deeds.do, one after the other, on a thread of their own
"""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Protocol, assert_never

from ocrwatch.desktop import opening
from ocrwatch.desktop.choosing import Choose, NoDialogue
from ocrwatch.desktop.menu import (
    Action,
    DecideHeld,
    OpenFolder,
    OpenLedger,
    OpenLog,
    OpenSettings,
    PauseReading,
    Quit,
    ReadFile,
    ResumeReading,
    RetryAll,
    ShowFile,
    StartAtLogin,
)
from ocrwatch.desktop.notices import Kind, Notice
from ocrwatch.desktop.opening import CannotOpen
from ocrwatch.errors import OcrwatchError
from ocrwatch.inbox.kinds import SCAN_SUFFIXES, kind_of
from ocrwatch.ledger.in_volumes import workbooks_of
from ocrwatch.ledger.volumes import is_series
from ocrwatch.messages import Message, message
from ocrwatch.on_disk import is_folder
from ocrwatch.ports import Render
from ocrwatch.service import orders

log = logging.getLogger(__name__)

_HEAD_BYTES = 4096


class Autostart(Protocol):
    """Whether the program starts at login. Each raises OcrwatchError, OSError."""

    def is_on(self) -> bool:
        """Whether it does."""
        ...

    def turn_on(self) -> None:
        """Have it start."""
        ...

    def turn_off(self) -> None:
        """Have it not."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """Where deeds lead.

    `ask` gives the line an order, `decide` says whether held scans are read, `failed` are the keys of the failed.
    `settings` opens the settings, `end` ends the program.
    """

    ask: Callable[[str, str], None]
    decide: Callable[[bool], None]
    failed: Callable[[], Sequence[int]]
    choose: Choose
    tell: Callable[[Notice], None]
    log_file: Path
    end: Callable[[], None]
    settings: Callable[[], None] | None = None
    autostart: Autostart | None = None


class Deeds:
    """Carries out what was clicked."""

    def __init__(self, doors: Doors, render: Render) -> None:
        self._doors = doors
        self._render = render

    def do(self, action: Action) -> None:
        """Carry out `action`; what goes wrong is told."""
        try:
            self._do(action)
        except CannotOpen as error:
            folder = error.folder
            self._say(error.message, None if folder is None else OpenFolder(folder))
        except OcrwatchError as error:
            self._say(error.message)
        except OSError as error:
            log.exception("A click came to nothing")
            self._say(message("It could not be done: {reason}.", reason=error.strerror or type(error).__name__))

    def _do(self, action: Action) -> None:
        doors = self._doors
        match action:
            case OpenLedger():
                opening.open_file(newest(action.ledger))
            case OpenFolder():
                opening.open_folder(action.folder)
            case ShowFile():
                opening.show_file(action.path)
            case ReadFile():
                self._read(action.folder)
            case RetryAll():
                doors.ask(orders.RETRY, " ".join(map(str, doors.failed())))
            case PauseReading():
                doors.ask(orders.PAUSE, "" if action.seconds is None else str(action.seconds))
            case ResumeReading():
                doors.ask(orders.RESUME, "")
            case DecideHeld():
                doors.decide(action.read)
            case StartAtLogin():
                if doors.autostart is not None:
                    doors.autostart.turn_on() if action.on else doors.autostart.turn_off()
            case OpenSettings():
                if doors.settings is not None:
                    doors.settings()
            case OpenLog():
                opening.open_file(doors.log_file)
            case Quit():
                doors.end()
            case _ as unreachable:
                assert_never(unreachable)

    def _read(self, folder: Path) -> None:
        """The chosen files are copied into the watched folder: their rows come like all others."""
        if not is_folder(folder):
            opening.open_folder(folder)  # says that it is not there
        title = self._render(message("Choose scans to be read"))
        try:
            chosen = self._doors.choose(title)
        except NoDialogue as error:
            log.info("No dialogue: %s", error.message.template)
            opening.open_folder(folder)  # to drop them there
            return
        for path in chosen:
            take_in(path, folder)

    def _say(self, said: Message, action: OpenFolder | None = None) -> None:
        offer = None if action is None else message("Open the folder")
        self._doors.tell(Notice(kind=Kind.FAILED, title=Message("ocrwatch"), text=said, action=action, offer=offer))


def newest(ledger: Path) -> Path:
    """The workbook of `ledger`; where there is one a month, that which was changed last."""
    if not is_series(ledger):
        return ledger
    return max(workbooks_of(ledger), key=lambda path: path.stat().st_mtime, default=ledger.parent)


def take_in(path: Path, folder: Path) -> Path:
    """Copy `path` into `folder`, over no other file; the copy. Raises OcrwatchError, OSError."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if kind_of(head) is None and path.suffix.lower() not in SCAN_SUFFIXES:
        raise OcrwatchError(message("{name} is no picture and no PDF: it is not read.", name=path.name))
    if path.parent == folder:
        raise OcrwatchError(message("{name} lies in the watched folder already.", name=path.name))
    for number in count(1):
        target = folder / (path.name if number == 1 else f"{path.stem} ({number}){path.suffix}")
        try:
            descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        except FileExistsError:
            continue
        _copy(path, descriptor, target)
        return target
    raise AssertionError  # numbers do not end


def _copy(path: Path, descriptor: int, target: Path) -> None:
    try:
        with os.fdopen(descriptor, "wb") as copy, path.open("rb") as file:
            shutil.copyfileobj(file, copy)
    except OSError:
        target.unlink(missing_ok=True)
        raise
