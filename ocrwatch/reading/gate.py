"""Lets questions through to the service as fast as it takes them: `throttle`, shared by threads, at the present."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ocrwatch.errors import LineError, Offline, Throttled
from ocrwatch.messages import Message, message
from ocrwatch.ports import Clock
from ocrwatch.reading import throttle
from ocrwatch.reading.failures import Failure
from ocrwatch.reading.throttle import Traffic


class Gate:
    """What is known of the service's patience. `jitter`, 0 to 1, keeps a crowd from coming back as one."""

    def __init__(self, *, host: str, ceiling: int, clock: Clock) -> None:
        self._host = host
        self._clock = clock
        self._lock = threading.Lock()
        self._traffic = throttle.at_first(ceiling)
        self._trouble = message("No connection to {host}: is it running, and the computer online?", host=host)

    def ensure_open(self, jitter: float) -> None:
        """Raises what `passed` would raise now: ask before anything costly is done for a question."""
        with self._lock:
            error = self._refusal(jitter)
        if error is not None:
            raise error

    @contextmanager
    def passed(self, jitter: float) -> Iterator[None]:
        """Be counted as under way. Raises `Throttled` or `Offline` at once when nobody more may be now."""
        with self._lock:
            error = self._refusal(jitter)
            if error is None:
                self._traffic = throttle.asked(self._traffic)
        if error is not None:
            raise error
        try:
            yield
        finally:
            self._change(throttle.ended)

    def answered(self) -> None:
        """The service did what was asked."""
        self._change(throttle.answered)

    def explain(self, trouble: Message) -> None:
        """Why the service is not to be reached: those who are turned away are told."""
        with self._lock:
            self._trouble = trouble

    def unreachable(self) -> float:
        """There was no connection: the seconds until the next try."""
        now = self._clock()
        return throttle.offline_seconds(self._change(lambda traffic: throttle.unreachable(traffic, now)), now)

    def is_unreachable(self) -> bool:
        """Whether there was no connection at the last try."""
        with self._lock:
            return self._traffic.offline_since is not None

    def failed(self, kind: Failure, retry_after: str | None, jitter: float) -> tuple[Failure, float | None]:
        """What the failure `kind` means by now, and in how many seconds to come again where that is known.

        `retry_after` is the header of that name.
        """
        now = self._clock()
        seconds = throttle.retry_after_seconds(retry_after, now)
        if kind is Failure.QUOTA:
            traffic = self._change(lambda traffic: throttle.out_of_quota(traffic, now))
            kind = Failure.CREDIT if throttle.is_without_credit(traffic, now) else Failure.THROTTLED
        if kind is Failure.ELSEWHERE:
            return kind, self.unreachable()
        if kind is Failure.THROTTLED or (kind is Failure.TROUBLE and seconds is not None):
            traffic = self._change(lambda traffic: throttle.slowed(traffic, now, jitter, seconds))
            return kind, traffic.not_before - now
        self._change(throttle.reached)
        return kind, None

    def _refusal(self, jitter: float) -> LineError | None:
        now = self._clock()
        seconds = throttle.offline_seconds_to_wait(self._traffic, now, jitter)
        if seconds:
            return Offline(self._trouble, after_seconds=seconds)
        seconds = throttle.seconds_to_wait(self._traffic, now, jitter)
        if seconds:
            return Throttled(message("{host} asked to slow down.", host=self._host), after_seconds=seconds)
        return None

    def _change(self, step: Callable[[Traffic], Traffic]) -> Traffic:
        with self._lock:
            self._traffic = step(self._traffic)
            return self._traffic
