"""A known workbook that is missing for a moment: many programs save by putting another file in its place.

A new one is made only when it stayed away for 30 s. Until then rows wait, and nobody concludes that a row was deleted.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from ocrwatch.errors import LedgerBusy
from ocrwatch.messages import message
from ocrwatch.on_disk import is_folder, is_there
from ocrwatch.ports import Clock

log = logging.getLogger(__name__)

AWAY_SECONDS = 30.0
_AGAIN_SECONDS = 2.0


class Presence:
    """Of one workbook. `was_written` tells whether it holds rows of ours, as far as is known from earlier days."""

    def __init__(self, clock: Clock, was_written: Callable[[], bool]) -> None:
        self._clock = clock
        self._was_written = was_written
        self._is_known = False
        self._missing_since: float | None = None

    def ensure_there(self, path: Path) -> None:
        """Raises `LedgerBusy` while the workbook may come back. A drive that is away is no concern here."""
        if is_there(path):
            self._is_known, self._missing_since = True, None
            return
        if not is_folder(path.parent) or not (self._is_known or self._was_written()):
            return
        now = self._clock()
        if self._missing_since is None:
            self._missing_since = now
            log.info("a known workbook is missing")
        if not 0.0 <= now - self._missing_since < AWAY_SECONDS:
            return
        text = (
            "The spreadsheet {name} is not in {folder} at this moment. Its rows wait; if it stays away, a new one is "
            "made after {seconds} seconds."
        )
        said = message(text, name=path.name, folder=str(path.parent), seconds=int(AWAY_SECONDS))
        raise LedgerBusy(said, after_seconds=_AGAIN_SECONDS)
