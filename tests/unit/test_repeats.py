"""The same invoice from another file: a warning, never a refusal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ocrwatch.checking.sameness import marks, rule
from ocrwatch.document import Cell, Document, Filed, Outcome, Read, Recorded, Row, rereading
from ocrwatch.journal import Journal
from ocrwatch.ports import Field
from ocrwatch.repeats import warned
from tests.fakes_ledger import FakeLedger
from tests.filed import dropped
from tests.unit.ledger.books import row

FIELDS = (Field(name="number", type="id", unique=True),)


class Desk:
    """A journal and a ledger; documents with one row each that carries a number."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.journal = Journal(folder / "state", lambda: 1.0)
        self.ledger = FakeLedger()

    def read(self, name: str, number: str | None) -> tuple[Document, Row]:
        (document,) = self.journal.documents.save([dropped(self.folder, name, name.encode(), key=0)])
        made = replace(row(1), id=document.id, cells=(Cell("number", number),), file=document.path)
        return document, made

    def told(self, document: Document, made: Row) -> list[str]:
        (after,) = warned(self.journal, document, [made], self.ledger, FIELDS)
        return [str(said) for said in after.check]

    def record(self, document: Document, made: Row) -> Document:
        self.ledger.append([made])
        for stage in (
            Read(rows=(made,)),
            Recorded(rows=(made,), target=None),
            Filed(outcome=Outcome.DONE, path=document.path, rows=(made,)),
        ):
            (document,) = self.journal.documents.save([replace(document, stage=stage)])
        return document


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.journal.close()


def test_the_row_of_the_same_invoice_is_named(desk: Desk) -> None:
    """By its number in the sheet; another invoice is not warned of."""
    first = desk.read("a.jpg", "0012")
    assert desk.told(*first) == []
    desk.record(*first)
    assert desk.told(*desk.read("b.jpg", "0013")) == []
    assert desk.told(*desk.read("c.jpg", "0012")) == ["same invoice as row 2"]
    assert desk.told(*desk.read("d.jpg", None)) == []


def test_two_in_one_group_know_of_each_other(desk: Desk) -> None:
    """The second is told of the first by its file's name: its row has no number yet."""
    assert desk.told(*desk.read("a.jpg", "0012")) == []
    assert desk.told(*desk.read("b.jpg", "0012")) == ["same invoice as the scan a.jpg"]


def test_asked_again_after_a_crash_it_is_not_its_own_repeat(desk: Desk) -> None:
    """The marks were kept, the row was not written."""
    first = desk.read("a.jpg", "0012")
    assert desk.told(*first) == desk.told(*first) == []


def test_a_deleted_row_is_not_warned_of(desk: Desk) -> None:
    """There is nothing to look at."""
    first = desk.read("a.jpg", "0012")
    desk.told(*first)
    desk.record(*first)
    desk.ledger.rows.clear()
    assert desk.told(*desk.read("b.jpg", "0012")) == []


def test_read_again_the_first_is_not_the_repeat_of_the_second(desk: Desk) -> None:
    """The later one carries the warning, and keeps it."""
    first, second = desk.read("a.jpg", "0012"), desk.read("b.jpg", "0012")
    for each in (first, second):
        desk.told(*each)
    again = [rereading(desk.record(*each)) for each in (first, second)]
    assert desk.told(again[0], first[1]) == []
    assert desk.told(again[1], second[1]) == ["same invoice as row 2"]


def test_a_number_that_was_read_again_leaves_no_mark_of_the_old_one(desk: Desk) -> None:
    """Corrected by another reading."""
    document, made = desk.read("a.jpg", "0012")
    desk.told(document, made)
    desk.told(document, replace(made, cells=(Cell("number", "0099"),)))
    desk.record(document, made)
    assert desk.told(*desk.read("b.jpg", "0012")) == []
    assert desk.told(*desk.read("c.jpg", "0099")) == ["same invoice as row 2"]


def test_rows_from_before_the_rule_are_marked_once(desk: Desk) -> None:
    """A field becomes `unique` when there are rows already."""
    desk.record(*desk.read("a.jpg", "0012"))

    def ensure() -> int:
        return desk.journal.invoices.ensure_marked("book", rule(FIELDS), lambda each: marks(each, FIELDS).left)

    assert (ensure(), ensure()) == (1, 0)
    assert desk.told(*desk.read("b.jpg", "0012")) == ["same invoice as row 2"]
