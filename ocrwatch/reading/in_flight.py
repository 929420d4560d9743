"""What is being asked just now: the same picture that comes twice at once is paid for once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ocrwatch.errors import TwinInProgress
from ocrwatch.messages import message

AGAIN_SECONDS = 2.0


class InFlight:
    """The requests under way, by their names. Many threads may use it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: set[str] = set()

    @contextmanager
    def alone(self, request: str, name: str) -> Iterator[None]:
        """Nobody else asks `request` meanwhile. Raises `TwinInProgress` for the file `name` when somebody does."""
        with self._lock:
            is_first = request not in self._requests
            self._requests.add(request)
        if not is_first:
            text = "{name} waits for the same picture, which is being read."
            raise TwinInProgress(message(text, name=name), after_seconds=AGAIN_SECONDS)
        try:
            yield
        finally:
            with self._lock:
                self._requests.discard(request)
