"""Readers for tests: one that must not be asked, and one that says what it is told to."""

from __future__ import annotations

from collections.abc import Mapping

from ocrwatch.document import Document
from ocrwatch.errors import LineError
from ocrwatch.ports import Profile, Reading, Said


class NoReader:
    """Implements the port `Reader`: nobody may look at the page."""

    def read(self, document: Document, profile: Profile) -> Reading:
        raise AssertionError(f"the page of {document.path.name} was read")


class SaidReader:
    """Implements the port `Reader`: says the same of every page, or raises."""

    def __init__(self, *entries: Mapping[str, Said], error: LineError | None = None) -> None:
        self.entries = entries
        self.error = error
        self.asked = 0

    def read(self, document: Document, profile: Profile) -> Reading:
        self.asked += 1
        if self.error is not None:
            raise self.error
        return Reading(entries=self.entries, engine="scripted", pages="1")
