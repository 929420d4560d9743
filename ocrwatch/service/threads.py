"""Threads that do not fall over: a program that looks alive must be."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

log = logging.getLogger(__name__)

_AGAIN_SECONDS = 1.0


class Threads:
    """Threads that work until `is_stopping`, each begun again should it ever fall over."""

    def __init__(self, is_stopping: Callable[[], bool]) -> None:
        self._is_stopping = is_stopping
        self._threads: list[threading.Thread] = []
        self._stopped = threading.Event()

    def begin(self, name: str, work: Callable[[], None]) -> None:
        """Let `work` be done, until it returns."""
        thread = threading.Thread(target=self._watched, args=(name, work), name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def join(self, seconds: float) -> bool:
        """True when all have ended within `seconds`."""
        self._stopped.set()
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _watched(self, name: str, work: Callable[[], None]) -> None:
        while not self._is_stopping():
            try:
                work()
            except Exception:
                log.exception("The %s fell over and is started again", name)
                self._stopped.wait(_AGAIN_SECONDS)
            else:
                return
