"""What people do to a ledger is noticed after they have saved it, at low priority.

    look, every few seconds      how do the files look: nothing more, while nobody but us has saved them
    somebody else has            they look the same at the next look, and nothing is to be done for a document
    compare, row by row          a document that comes breaks it off, and it is tried again later
    note                         corrections and deletions, for `status` and `why`; rows lost to a stale save come back

Rules
  1. A document is never delayed by it.
  2. What was compared is a state of the file that nobody changed meanwhile, neither they nor we; else nothing is noted.
  3. How the files looked is kept: what was noticed before a restart is not looked for again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ocrwatch.document import Signature
from ocrwatch.errors import LineError
from ocrwatch.journal import Journal
from ocrwatch.journal.openings import Opening
from ocrwatch.messages import Message, message
from ocrwatch.ports import Clock, Field, Ledger, Line
from ocrwatch.service.comparison import Comparison, Known, compare
from ocrwatch.service.mending import known_of, note, put_back
from ocrwatch.service.stale_saves import overwritten

log = logging.getLogger(__name__)

LOOK_SECONDS = 5.0
"""How often the files are looked at."""

REST_SECONDS = 30.0
_REST_TIMES = 10
_LONGEST_REST_SECONDS = 3600.0
"""After a comparison its ledger rests for so long, or so many times as long as it took. A clock that was set back makes
none wait."""

_LINES_AT_A_TIME = 200

Looks = tuple[tuple[Path, Signature | None], ...]
"""How each of a ledger's workbooks looks; None: it is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """One ledger. `looks` tells how its files look, and looks for their locks; `savers` stays the same as long as
    nobody but us saves them. `workbook` is the one of a month, or of ""."""

    book: str
    ledger: Ledger
    fields: Sequence[Field]
    looks: Callable[[], Looks]
    savers: Callable[[Looks], object]
    workbook: Callable[[str], Path]


class _BrokenOff(Exception):
    """Something more important came up."""


class _Attention:
    """What is known of one ledger."""

    def __init__(self, watched: Watched, stored: str) -> None:
        self.watched = watched
        self.stored = stored
        self.before: Looks | None = None
        self.changed_at = 0.0
        self.noticed: object = None
        self.not_before = 0.0
        self.returned: set[str] = set()


class Noticing:
    """For one thread. `on_notice` is told of rows that were put back."""

    def __init__(
        self, journal: Journal, ledgers: Sequence[Watched], clock: Clock, on_notice: Callable[[Message], None]
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._on_notice = on_notice
        self._ledgers = [_Attention(each, journal.openings.looked(each.book)) for each in ledgers]

    def look(self, is_idle: Callable[[], bool]) -> None:
        """Look at the files, and compare what somebody else has saved, as long as `is_idle`."""
        for each in self._ledgers:
            try:
                self._look_at(each, is_idle)
            except (_BrokenOff, LineError) as error:
                log.info("a comparison is put off: %s", type(error).__name__)

    def _look_at(self, each: _Attention, is_idle: Callable[[], bool]) -> None:
        looks = each.watched.looks()
        is_quiet, each.before = looks == each.before, looks
        if not is_quiet:
            each.changed_at = self._clock()
        if not is_quiet or not looks or any(look is None for _, look in looks) or not is_idle():
            return
        savers = each.watched.savers(looks)
        if savers == each.noticed or str(looks) == each.stored:
            self._settle(each, looks)
        elif not 0.0 < each.not_before - self._clock() < _LONGEST_REST_SECONDS:
            begun = self._clock()
            try:
                self._compare(each, looks, is_idle)
            finally:
                now = self._clock()
                each.not_before = now + min(max(REST_SECONDS, _REST_TIMES * (now - begun)), _LONGEST_REST_SECONDS)

    def _settle(self, each: _Attention, looks: Looks) -> None:
        """All there is was noticed in the files that look so."""
        each.noticed = each.watched.savers(looks)
        if str(looks) != each.stored:
            self._journal.openings.note_look(each.watched.book, str(looks))
            each.stored = str(looks)

    def _compare(self, each: _Attention, looks: Looks, is_idle: Callable[[], bool]) -> None:
        watched, book = each.watched, each.watched.book
        if not self._journal.written.has_rows(book):
            self._settle(each, looks)
            return
        log.info("a ledger was saved by another program, and is compared")
        known = known_of(self._journal, book)
        found = compare(_while_idle(watched.ledger.lines(), is_idle), known, watched.fields)
        if not is_idle() or watched.looks() != looks:
            raise _BrokenOff
        if rows := self._overwritten(each, found, known):
            self._return(each, rows)  # what else there is, a comparison finds after that
            return
        note(self._journal, book, found)
        self._settle(each, looks)

    def _overwritten(self, each: _Attention, found: Comparison, known: Known) -> list[str]:
        """Rows that are to come back. Once: those that are gone again are for the person to say."""

        def openings(month: str) -> tuple[Opening, ...]:
            return self._journal.openings.of(each.watched.workbook(month))

        rows = overwritten(
            found, known, self._journal.written.corrections(each.watched.book), openings, each.changed_at
        )
        return [] if each.returned & set(rows) else rows

    def _return(self, each: _Attention, rows: Sequence[str]) -> None:
        book = each.watched.book
        count = 0
        try:
            for added in put_back(self._journal, book, each.watched.ledger, rows):
                count += added
        finally:
            if count:
                each.returned.update(rows)
                self._tell_of_return(book, count)

    def _tell_of_return(self, book: str, count: int) -> None:
        text = (
            "{ledger} was saved by a program that had opened it before its last rows were written: these were gone, "
            "and were added again ({count}). Close it there and open it again before you change it."
        )
        self._on_notice(message(text, ledger=Path(book.rpartition("|")[0]).name, count=count))


def _while_idle(lines: Iterator[Line], is_idle: Callable[[], bool]) -> Iterator[Line]:
    for number, line in enumerate(lines):
        if number % _LINES_AT_A_TIME == 0 and not is_idle():
            raise _BrokenOff
        yield line
