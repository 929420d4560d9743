"""A daemon at work in a terminal: what it is about to do, its progress, what came of it."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Protocol, Self

from ocrwatch.cli import terminal
from ocrwatch.cli.opening import state_unusable
from ocrwatch.cli.progress import Progress
from ocrwatch.cli.tally import Tally
from ocrwatch.cli.terminal import say
from ocrwatch.desktop.ending import Ending
from ocrwatch.document import Document, Filed, Outcome, Read
from ocrwatch.errors import Busy, UsageError
from ocrwatch.messages import Message, message
from ocrwatch.service.status import DaemonStatus, Status, held, sentences_of_waiting

if TYPE_CHECKING:
    from ocrwatch.app import App
    from ocrwatch.config.loading import Loaded
    from ocrwatch.config.settings import Settings
    from ocrwatch.desktop.instance import InstanceLock

ONCE_PATIENCE_SECONDS = 60.0
"""`--once` waits so long for what may still become ready: a retry that is due, a workbook that is being closed."""

STOP_SECONDS = 5.0
"""Documents in flight get so long when the program is to end."""

_SOME_FAILED, _SOME_WAIT = 1, 4

_SIGNAL_SECONDS = 0.5 if os.name == "nt" else 3600.0
"""On Windows a signal is heard of only between two waits."""

_LOOK_SECONDS = 0.5

_NO_NEWS_SECONDS = 4.0
"""A scan that waits for less (for its twin, say) is no news."""

_REMEMBERED = 100
"""Notices that are not told again."""


class Listener(Protocol):
    """Whoever looks on beside the terminal. Called from any thread."""

    def changed(self, document: Document) -> None:
        """`document` has moved on."""
        ...

    def stir(self) -> None:
        """What the daemon knows of itself has changed."""
        ...


class Session:
    """A daemon that is started on entering, and stopped in order on leaving."""

    def __init__(
        self,
        settings: Settings,
        *,
        once: bool,
        on_recorded: Callable[[Document], None] = lambda _: None,
        lock: InstanceLock | None = None,
        ending: Ending | None = None,
    ) -> None:
        """`once`: it will end by itself. `on_recorded` is called with each document that has got its row and is filed,
        from any thread. A `lock` that is given is held already; `ending` may outlive this session."""
        self._settings = settings
        self._is_once = once
        self._on_recorded = on_recorded
        self._progress = Progress(tells_batches=not once)
        self._tally = Tally()
        self._told: deque[Message] = deque(maxlen=_REMEMBERED)
        self._listener: Listener | None = None
        self._lock = lock
        self._ending = ending or Ending()
        self.following: Loaded | None = None

    def __enter__(self) -> Self:
        from ocrwatch.app import App

        try:
            self._app: App = App(
                self._settings,
                terminal.rendered,
                lock=self._lock,
                on_change=self._changed,
                on_notice=self._noticed,
                on_status=self._status_changed,
            )
        except OSError as error:
            raise state_unusable(self._settings.state_dir, error) from error
        except Busy as error:
            raise UsageError(error.message) from error
        self._announce()
        self.heed_signals()
        self._app.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.end()
        while self.following is not None and not self._ending.is_asked and not self._app.service.stop(_LOOK_SECONDS):
            pass  # another session follows: it must not meet what is still under way
        self._app.stop(STOP_SECONDS)
        if self.following is None or self._ending.is_asked:
            self._ending.over()

    def end_for(self, following: Loaded) -> None:
        """End, for a configuration that is to be in force next. From any thread."""
        self.following = following
        self._app.service.ask_to_stop()

    @property
    def app(self) -> App:
        """The daemon, once entered."""
        return self._app

    def listen(self, listener: Listener) -> None:
        """Have `listener` told, too, from now on."""
        self._listener = listener

    def until_stopped(self) -> int:
        """Work until somebody says stop."""
        while not self._app.service.wait_for_stop(_SIGNAL_SECONDS):
            pass
        return self.stopping()

    def stopping(self) -> int:
        """Say that it ends; the exit status."""
        self._progress.end()
        if self.following is None:
            say(message("ocrwatch stops."))
        else:
            say(message("The configuration was changed: it takes effect now."))
        return 0

    def once(self) -> int:
        """Work until nothing is left that can be done now; the exit status."""
        self._app.service.wait_until_done(ONCE_PATIENCE_SECONDS)
        self._progress.end()
        status = self._app.status()
        waiting = [*sentences_of_waiting(status), *_left_over(status)]
        for said in waiting:
            terminal.complain(said, mark=terminal.WARNING)
        _summarise(self._tally, status)
        if self._tally.failed:
            return _SOME_FAILED
        return _SOME_WAIT if waiting else 0

    # ------------------------------------------------------------

    def _announce(self) -> None:
        for inbox in self._settings.inbox:
            text = "{folder} is watched; rows go to {ledger}, sheet {sheet}."
            say(message(text, folder=str(inbox.folder), ledger=str(inbox.ledger), sheet=inbox.sheet_name()))
        if self._app.host:
            say(message("Pictures are sent to {host} to be read.", host=self._app.host))
        else:
            say(message("Pictures are read on this computer: none leaves it."))

    def heed_signals(self) -> None:
        """Stop when the system, or whoever presses Ctrl+C, asks for it; in the main thread."""
        self._ending.heed(self._app.service.ask_to_stop)

    def _changed(self, document: Document) -> None:
        self._progress.changed(document)
        if self._listener is not None:
            self._listener.changed(document)
        match document.stage:
            case Filed() as stage:
                self._tally.count(stage)
                if stage.outcome is Outcome.DONE:
                    self._on_recorded(document)
            case _ if document.trouble is not None and document.not_before - time.time() > _NO_NEWS_SECONDS:
                self._noticed(document.trouble)
            case Read() if document.trouble is not None:
                self._noticed(document.trouble)

    def _status_changed(self, status: DaemonStatus) -> None:
        if self._listener is not None:
            self._listener.stir()
        for trouble in (status.trouble, status.misconfigured):
            if trouble is not None:
                self._noticed(trouble)
        for folder in status.folders:
            if folder.trouble is not None:
                self._noticed(folder.trouble)
        if status.pause is not None:
            self._noticed(status.pause.reason)
        for place, count in self._app.journal.sightings.held().items():
            self._noticed(held(str(place), count))

    def _noticed(self, said: Message) -> None:
        """Tell it to whoever looks on; `--once` tells what still waits at its end."""
        if self._is_once and not terminal.is_watched():
            return
        if said not in self._told:
            self._told.append(said)
            self._progress.tell(said, terminal.WARNING)


def _left_over(status: Status) -> Iterator[Message]:
    """What nothing stands in the way of and is not done all the same: somebody stopped the program."""
    waiting = sum(len(group.names) for group in status.waiting)
    if left := status.to_read + status.to_record - waiting:
        yield message("Stopped before all was done; scans left: {count}.", count=left)


def _summarise(tally: Tally, status: Status) -> None:
    said = [*tally.sentences()]
    for sentence in said:
        say(sentence)
    if not said and not sentences_of_waiting(status):
        say(message("There was nothing to read."))
