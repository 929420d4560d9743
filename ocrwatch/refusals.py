"""Refusals that the reading service does not explain: this file's fault, or the set-up's? Three files in a row tell."""

from __future__ import annotations

import threading

from ocrwatch.document import Document
from ocrwatch.errors import EverythingRefused, LineError, RefusedByEndpoint, UnexplainedRefusal
from ocrwatch.messages import message

REFUSALS_THAT_PAUSE = 3
"""Different files in a row that meet one before it is taken for a fault of the set-up."""

_PAUSE_SECONDS = 600.0


class Refusals:
    """Those met since the last picture that was read; for any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: dict[str, int] = {}

    def forget(self) -> None:
        """A picture was read."""
        with self._lock:
            self._keys.clear()

    def weighed(self, document: Document, error: UnexplainedRefusal) -> LineError:
        """What the refusal of `document` means."""
        with self._lock:
            self._keys[document.digest] = document.key
            if len(self._keys) >= REFUSALS_THAT_PAUSE:
                keys = tuple(self._keys.values())
                self._keys.clear()
                text = "The reading service refuses every picture: {reason}"
                return EverythingRefused(message(text, reason=error.message), keys=keys, after_seconds=_PAUSE_SECONDS)
        return RefusedByEndpoint(error.message) if document.attempts else error
