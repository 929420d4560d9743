"""Where the threads meet: the documents on the line, by the step they are due for, and whether reading pauses.

One condition guards it all. A thread with nothing to do waits on it until the next document is due.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from ocrwatch.document import Arrived, Document, Step
from ocrwatch.ports import Clock
from ocrwatch.service.pausing import FOR_EVER, Pause, may_read, next_chance, probing
from ocrwatch.service.schedule import WRITE_SECONDS, Schedule, next_write

GROUP = 500
"""Documents recorded in one write at most."""

LONGEST_WAIT_SECONDS = 60.0
"""Waits are cut to this, so that a clock that was set, or a laptop that slept, is noticed."""

_LOOK_SECONDS = 1.0
"""How often `wait_until_done` asks what no document tells it."""


class Line:
    """For any thread. `pause` is when and why reading stands still, by a person's will or the line's."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._condition = threading.Condition()
        self._schedule = Schedule()
        self._is_stopping = False
        self._has_been_looked_for = False
        self._moved_at = clock()
        self._arrived_at = 0.0
        self._write_began_at = 0.0
        self.pause: Pause | None = None
        self._power_pause: Pause | None = None

    # ------------------------------------------------------------ the stop

    @property
    def is_stopping(self) -> bool:
        """Whether nothing is to be taken up any more."""
        return self._is_stopping

    def stop(self) -> None:
        """Hand nothing out any more."""
        with self._condition:
            self._is_stopping = True
            self._condition.notify_all()

    def wait_for_stop(self, seconds: float | None) -> bool:
        """Wait until somebody ordered the stop; False when `seconds` went by first."""
        with self._condition:
            return self._condition.wait_for(lambda: self._is_stopping, seconds)

    def wait_until_done(self, is_done: Callable[[], bool]) -> None:
        """Wait until `is_done`, asked each time that something has moved, or somebody ordered the stop."""
        with self._condition:
            while not self._is_stopping and not is_done():
                self._condition.wait(_LOOK_SECONDS)

    # ------------------------------------------------------------ documents

    def put(self, documents: Sequence[Document], *, looked: bool = False) -> None:
        """They are on the line, or have moved on. `looked`: these are all that a look at the folders has found."""
        with self._condition:
            self._has_been_looked_for |= looked
            for document in documents:
                self._put(document)
            self._condition.notify_all()  # a look that found nothing may be what `wait_until_done` waits for

    def _put(self, document: Document) -> None:
        self._schedule.put(document)
        if document.trouble is None:
            self._moved_at = self._clock()
        if isinstance(document.stage, Arrived):
            self._arrived_at = self._clock()

    def hurry(self) -> None:
        """What waits is due now."""
        with self._condition:
            self._schedule.hurry()
            self._condition.notify_all()

    def next_to_read(self) -> Document | None:
        """Wait for a document to read; None at the stop."""
        with self._condition:
            while not self._is_stopping:
                now = self._clock()
                if self._power_pause is None and may_read(self.pause, now):
                    document = self._schedule.take(Step.READ, now)
                    if document is not None:
                        self.pause = probing(self.pause, now)
                        return document
                self._wait_to(max(self._schedule.next_time(Step.READ), self._next_chance()))
            return None

    def next_to_write(self) -> list[Document] | None:
        """Wait for documents to file, or, as many as have gathered, to record; None at the stop."""
        with self._condition:
            while not self._is_stopping:
                now = self._clock()
                may_write_at = next_write(self._write_began_at, now) if self._may_be_joined(now) else now
                batch = self._schedule.take_all(Step.FILE, now, GROUP)
                if not batch and may_write_at <= now:
                    batch = self._schedule.take_all(Step.RECORD, now, GROUP)
                if batch:
                    return batch
                next_record = max(self._schedule.next_time(Step.RECORD), may_write_at)
                self._wait_to(min(next_record, self._schedule.next_time(Step.FILE)))
            return None

    def wrote(self, began_at: float) -> None:
        """A write to the ledgers that began at `began_at` has ended."""
        self._write_began_at = began_at

    def _may_be_joined(self, now: float) -> bool:
        """Whether more rows may come to share the next write: scans are being read, or come in just now."""
        return bool(self._schedule.count()[Step.READ]) or now - self._arrived_at < WRITE_SECONDS

    def _wait_to(self, moment: float) -> None:
        seconds = None if moment == FOR_EVER else min(LONGEST_WAIT_SECONDS, max(0.0, moment - self._clock()))
        self._condition.wait(seconds)

    # ------------------------------------------------------------ how things stand

    def change_pause(self, change: Callable[[Pause | None], Pause | None]) -> tuple[Pause | None, Pause | None]:
        """Let `change` say how long reading stands still from now on; the pause before and after."""
        with self._condition:
            before, self.pause = self.pause, change(self.pause)
            if self.pause != before:
                self._condition.notify_all()
            return before, self.pause

    def is_idle(self) -> bool:
        """Whether nothing is being done, and no row waits: there is time for what may wait."""
        with self._condition:
            if self._schedule.out() or self._schedule.count()[Step.RECORD]:
                return False
            due = max(self._schedule.next_time(Step.READ), self._next_chance())
            return min(due, self._schedule.next_time(Step.FILE)) > self._clock()

    def pause_for_power(self, pause: Pause | None) -> None:
        """Let reading stand still for want of mains; None: no more."""
        with self._condition:
            if pause != self._power_pause:
                self._power_pause = pause
                self._condition.notify_all()

    def pause_in_force(self) -> Pause | None:
        """When and why reading stands still; a person's pause is told before others."""
        with self._condition:
            is_by_user = self.pause is not None and self.pause.by_user
            return self.pause if is_by_user else self._power_pause or self.pause

    def _next_chance(self) -> float:
        return next_chance(self.pause) if self._power_pause is None else FOR_EVER

    def is_done(self, patience_seconds: float, *, more_may_come: Callable[[], bool]) -> bool:
        """Whether nothing is left that could be done within `patience_seconds` of the last that moved.

        `more_may_come` tells whether files are being written that will arrive.
        """
        with self._condition:
            if self._schedule.out() or not self._has_been_looked_for:
                return False
            patience_ends = self._moved_at + patience_seconds
            if self._clock() < patience_ends and more_may_come():
                return False
            stands_still = self._next_chance() > patience_ends
            return not any(
                document.not_before <= patience_ends
                for document in self._schedule.documents()
                if not (stands_still and isinstance(document.stage, Arrived))
            )
