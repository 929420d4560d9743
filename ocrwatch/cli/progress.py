"""A bar over a backlog, when a person looks on; plain lines of what matters otherwise."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from ocrwatch.cli import terminal
from ocrwatch.document import Document, Filed, Outcome
from ocrwatch.messages import Message, message

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

BACKLOG = 3
"""Documents on the line from which on a bar is shown."""


class Progress:
    """Called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: set[int] = set()
        self._done = 0
        self._bar: tuple[RichProgress, TaskID] | None = None

    def changed(self, document: Document) -> None:
        """`document` has moved on."""
        if not terminal.is_watched():
            return
        with self._lock:
            if isinstance(document.stage, Filed):
                self._done += document.key in self._open
                self._open.discard(document.key)
            else:
                self._open.add(document.key)
            if not self._open:
                self._end()
            elif self._bar is not None or len(self._open) >= BACKLOG:
                self._show()

    def filed(self, name: str, stage: Filed) -> None:
        """The scan `name` is at rest: failures are always told, the rest to a person who looks on."""
        if stage.outcome is Outcome.FAILED and stage.reason is not None:
            self.tell(message("{name}: {reason}", name=name, reason=stage.reason), terminal.BAD)
        elif terminal.is_watched() and self._bar is None:
            self._tell_success(name, stage)

    def tell(self, said: Message, mark: str) -> None:
        """A line above the bar."""
        with self._lock:
            if self._bar is None:
                terminal.complain(said, mark=mark)
            else:
                self._bar[0].console.print(f"{mark} {terminal.rendered(said)}", markup=False, highlight=False)

    def end(self) -> None:
        """Take the bar away."""
        with self._lock:
            self._end()

    def _tell_success(self, name: str, stage: Filed) -> None:
        if stage.reason is not None:
            self.tell(message("{name}: {reason}", name=name, reason=stage.reason), terminal.WARNING)
        elif any(row.check for row in stage.rows):
            text = "{name}: recorded, with something to look at (column Check)."
            self.tell(message(text, name=name), terminal.WARNING)
        else:
            self.tell(message("{name}: recorded.", name=name), terminal.GOOD)

    def _show(self) -> None:
        if self._bar is None:
            self._bar = _started()
        bar, task = self._bar
        bar.update(task, completed=self._done, total=self._done + len(self._open))

    def _end(self) -> None:
        if self._bar is not None:
            self._bar[0].stop()
        self._bar = None
        self._done = 0


def _started() -> tuple[RichProgress, TaskID]:
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as RichProgress

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = RichProgress(*columns, transient=True)
    bar.start()
    return bar, bar.add_task(terminal.rendered(message("Reading scans")))
