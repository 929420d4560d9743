"""What was written into the ledgers, as the journal knows it, and what people did to it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from ocrwatch.document import Amount, Arrived, Document, Filed, Outcome, Read, Recorded, Row, advance, rereading
from ocrwatch.journal import Journal
from ocrwatch.journal.schema import MIGRATIONS
from ocrwatch.journal.written import Cause, Noted
from tests.filed import dropped
from tests.unit.ledger.books import row

BOOK = "book"


class Kept:
    """A journal whose clock is one second later at each look."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = 100.0
        self.journal = Journal(folder / "state", self._clock)

    def _clock(self) -> float:
        self.now += 1.0
        return self.now

    def recorded(self, name: str, *, rows: int = 1) -> Document:
        """A scan with its rows, filed."""
        document = dropped(self.folder / "in", name, name.encode(), key=0)
        (document,) = self.journal.documents.save([document])
        made = tuple(
            replace(row(1), id=document.id if rows == 1 else f"{document.id}-{number}", file=document.path)
            for number in range(1, rows + 1)
        )
        for stage in (Read(rows=made), Recorded(rows=made, target=None), _filed(document, made)):
            (document,) = self.journal.documents.save([advance(document, stage)])
        return document


def _filed(document: Document, rows: tuple[Row, ...]) -> Filed:
    return Filed(outcome=Outcome.DONE, path=document.path, rows=rows)


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    made = Kept(tmp_path)
    yield made
    made.journal.close()


def test_rows_are_known_in_the_order_they_were_written(kept: Kept) -> None:
    """By id, several of one document too; each as it was."""
    one, two = kept.recorded("one", rows=2), kept.recorded("two")
    times = kept.journal.written.times(BOOK)
    assert list(times) == [f"{one.id}-1", f"{one.id}-2", two.id]
    assert times[f"{one.id}-1"] == times[f"{one.id}-2"] < times[two.id]
    assert isinstance(two.stage, Filed)
    assert kept.journal.written.rows(BOOK, [two.id, "f" * 16]) == {two.id: two.stage.rows[0]}
    assert kept.journal.written.times("another") == {}


def test_documents_that_have_no_row_yet_are_not_among_them(kept: Kept) -> None:
    """What is read and not recorded was not written."""
    document = dropped(kept.folder / "in", "new", key=0)
    (document,) = kept.journal.documents.save([document])
    kept.journal.documents.save([advance(document, Read(rows=(row(1),), recording=True))])
    assert kept.journal.written.times(BOOK) == {}


def test_while_a_document_is_read_again_its_rows_stay_known(kept: Kept) -> None:
    """At every stage, the rows that stand in the ledger; and when they were first written."""
    document = kept.recorded("one")
    before = kept.journal.written.times(BOOK)
    again = rereading(document)
    assert isinstance(again.stage, Arrived)
    other = replace(row(2), id=document.id)
    for stage in (None, Read(rows=(other,), earlier=again.stage.earlier)):
        (again,) = kept.journal.documents.save([advance(again, stage) if stage else again])
        assert kept.journal.written.times(BOOK) == before
        assert kept.journal.written.rows(BOOK, [document.id]) == {document.id: again_row(document)}
        assert kept.journal.documents.get(again.key) == again
    kept.journal.documents.save([advance(again, Recorded(rows=(other,), target=None))])
    assert kept.journal.written.rows(BOOK, [document.id]) == {document.id: other}
    assert kept.journal.written.times(BOOK) == before


def again_row(document: Document) -> Row:
    assert isinstance(document.stage, Filed)
    return document.stage.rows[0]


def test_a_document_whose_rows_are_not_known_is_named(kept: Kept) -> None:
    """As a journal that was rebuilt knows it."""
    document = dropped(kept.folder / "in", "old", key=0)
    kept.journal.documents.save([advance(document, _filed(document, ()))])
    assert kept.journal.written.forgotten(BOOK) == {document.id}
    assert kept.journal.written.times(BOOK) == {}


def test_scans_are_told_with_their_place(kept: Kept) -> None:
    """For looking after them."""
    document = kept.recorded("one")
    (scan,) = kept.journal.written.scans(BOOK)
    assert (scan.key, scan.path, scan.digest, scan.size_bytes) == (document.key, document.path, document.digest, 3)


def test_a_row_that_was_put_back_counts_as_written_now(kept: Kept) -> None:
    """And is not absent any more."""
    one, two = kept.recorded("one"), kept.recorded("two")
    kept.journal.written.note_absences(BOOK, {one.id: Cause.LOST})
    kept.journal.written.written_anew(BOOK, [one.id])
    assert list(kept.journal.written.times(BOOK)) == [two.id, one.id]
    assert kept.journal.written.absences(BOOK) == {}


def test_corrections_and_absences_are_kept_until_the_next_look(kept: Kept) -> None:
    """Values come back exactly; the next comparison takes the place of the last."""
    noted = Noted(row="a", heading="票价", written=Amount(Decimal("8.20"), "CNY"), found="eight")
    kept.journal.written.note(BOOK, [noted], {"b": Cause.DELETED})
    assert kept.journal.written.corrections(BOOK) == (noted,)
    assert kept.journal.written.corrections_of(BOOK, ["b", "a"]) == (noted,)
    assert kept.journal.written.absences(BOOK) == {"b": Cause.DELETED}
    assert kept.journal.written.counts() == (1, 1)
    kept.journal.written.note(BOOK, [], {})
    assert kept.journal.written.counts() == (0, 0)


def test_corrections_of_a_row_that_is_gone_are_not_forgotten(kept: Kept) -> None:
    """They come along when it is put back."""
    noted = Noted(row="a", heading="company", written="shop", found="Shop")
    kept.journal.written.note(BOOK, [noted], {})
    kept.journal.written.note(BOOK, [], {"a": Cause.LOST})
    assert kept.journal.written.corrections_of(BOOK, ["a"]) == (noted,)
    kept.journal.written.note(BOOK, [], {})
    assert kept.journal.written.corrections(BOOK) == ()


def test_a_journal_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    """Its recorded documents count as written when they were last changed."""
    state = tmp_path / "state"
    state.mkdir()
    with sqlite3.connect(state / "journal.sqlite") as connection:
        connection.executescript(MIGRATIONS[0])
        connection.execute("PRAGMA user_version = 1")
        stage = '{"stage": "Filed", "outcome": "done", "path": null, "rows": [{"id": "%s"}], "reason": null}' % (
            "a" * 16
        )
        values = ("in", BOOK, "a.jpg", "", 1, 1, "1", "a" * 64, 1, 0.0, 0, 0.0, None, "done", stage, 0, 77.0)
        connection.execute(
            "INSERT INTO documents (inbox, book, path, folder, size_bytes, mtime_ns, inode, digest, pages, arrived_at, "
            "attempts, not_before, trouble, station, stage, in_place, changed_at) VALUES "
            "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            values,
        )
    connection.close()
    journal = Journal(state, lambda: 1.0)
    try:
        assert journal.written.times(BOOK) == {"a" * 16: 77.0}
    finally:
        journal.close()
