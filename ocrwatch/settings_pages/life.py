"""When the pages end by themselves.

a page is open (its stream stands)        goes on, for hours
the last page was closed                  ends a little later: going from page to page closes one, too
no JavaScript, nobody asks for anything   ends after half an hour
something is being done                   goes on
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ocrwatch.ports import Clock

GRACE_SECONDS = 8.0
IDLE_SECONDS = 1800.0
LONGEST_SECONDS = 12 * 3600.0


class Life:
    """Counts what goes on. Any thread may call."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._doing = 0
        self._streams = 0
        self._had_stream = False
        self._is_over = False
        self._last = clock()

    @contextmanager
    def doing(self) -> Iterator[None]:
        """A request is being answered."""
        self._count(doing=1)
        try:
            yield
        finally:
            self._count(doing=-1)

    @contextmanager
    def open_page(self) -> Iterator[None]:
        """A page stands open in the browser."""
        self._count(streams=1)
        try:
            yield
        finally:
            self._count(streams=-1)

    def end(self) -> None:
        """End now."""
        with self._changed:
            self._is_over = True
            self._changed.notify_all()

    @property
    def is_over(self) -> bool:
        """Whether it was ended."""
        return self._is_over

    def seconds_left(self) -> float:
        """Until the end, if nothing happens any more; 0 or less when it has come."""
        with self._changed:
            return self._seconds_left()

    def wait(self) -> None:
        """Return when the end has come."""
        with self._changed:
            while not self._is_over and (left := self._seconds_left()) > 0:
                self._changed.wait(left)
            self._is_over = True

    def _seconds_left(self) -> float:
        if self._is_over:
            return 0.0
        if self._doing or self._streams:
            allowed = LONGEST_SECONDS
        else:
            allowed = GRACE_SECONDS if self._had_stream else IDLE_SECONDS
        return self._last + allowed - self._clock()

    def _count(self, *, doing: int = 0, streams: int = 0) -> None:
        with self._changed:
            self._doing += doing
            self._streams += streams
            self._had_stream = self._had_stream or streams > 0
            self._last = self._clock()
            self._changed.notify_all()
