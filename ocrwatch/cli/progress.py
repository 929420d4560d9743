"""A bar over a backlog, when a person looks on; plain lines of what matters otherwise."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from ocrwatch.cli import terminal
from ocrwatch.cli.tally import Tally
from ocrwatch.cli.terminal import about
from ocrwatch.document import Document, Filed, Outcome
from ocrwatch.messages import Message, message

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

BACKLOG = 3
"""Documents on the line from which on a bar is shown."""


class Progress:
    """Called from any thread."""

    def __init__(self, *, tells_batches: bool) -> None:
        """`tells_batches`: what came of a batch is told when its bar goes."""
        self._tells_batches = tells_batches
        self._lock = threading.Lock()
        self._open: set[int] = set()
        self._batch = Tally()
        self._bar: tuple[RichProgress, TaskID] | None = None

    def changed(self, document: Document) -> None:
        """`document` has moved on: failures are always told, the rest to a person who looks on."""
        with self._lock:
            if not isinstance(document.stage, Filed):
                self._open.add(document.key)
            else:
                self._open.discard(document.key)
                self._filed(document.path.name, document.stage)
            if self._bar is not None and not self._open:
                self._end()
            elif terminal.is_watched() and (self._bar is not None or len(self._open) >= BACKLOG):
                self._show()

    def tell(self, said: Message, mark: str) -> None:
        """A line above the bar."""
        with self._lock:
            self._tell(said, mark)

    def end(self) -> None:
        """Take the bar away."""
        with self._lock:
            if self._bar is not None:
                self._bar[0].stop()
            self._bar = None

    # ------------------------------------------------------------ the caller holds the lock

    def _filed(self, name: str, stage: Filed) -> None:
        if stage.outcome is Outcome.FAILED and stage.reason is not None:
            self._tell(about(name, stage.reason), terminal.BAD)
        if self._bar is not None:
            self._batch.count(stage)
        elif terminal.is_watched() and stage.outcome is not Outcome.FAILED:
            self._tell_one(name, stage)

    def _tell_one(self, name: str, stage: Filed) -> None:
        if stage.reason is not None:
            self._tell(about(name, stage.reason), terminal.WARNING)
        elif any(row.check for row in stage.rows):
            text = "{name}: recorded, with something to look at (column Check)."
            self._tell(message(text, name=name), terminal.WARNING)
        else:
            self._tell(message("{name}: recorded.", name=name), terminal.GOOD)

    def _tell(self, said: Message, mark: str) -> None:
        if self._bar is None:
            terminal.complain(said, mark=mark)
        else:
            self._bar[0].console.print(f"{mark} {terminal.rendered(said)}", markup=False, highlight=False)

    def _show(self) -> None:
        if self._bar is None:
            self._batch = Tally()
            self._bar = _started()
        bar, task = self._bar
        bar.update(task, completed=self._batch.total, total=self._batch.total + len(self._open))

    def _end(self) -> None:
        """The batch is done: the bar goes, what came of it stays."""
        assert self._bar is not None
        self._bar[0].stop()
        self._bar = None
        for said in self._batch.sentences() if self._tells_batches else ():
            terminal.complain(said)


def _started() -> tuple[RichProgress, TaskID]:
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as RichProgress

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = RichProgress(*columns, transient=True)
    bar.start()
    return bar, bar.add_task(terminal.rendered(message("Reading scans")))
