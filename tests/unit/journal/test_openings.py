"""What was seen of the locks beside a workbook."""

from __future__ import annotations

from pathlib import Path

import pytest

from ocrwatch.journal import Journal
from ocrwatch.journal.openings import Opening

BOOK = Path("/data/Ledger.xlsx")
ANNA, BERT = {"~$Ledger.xlsx 1": "Excel"}, {"~$Ledger.xlsx 2": "Excel"}


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def journal(tmp_path: Path, clock: Clock) -> Journal:
    return Journal(tmp_path, clock)


def spans(journal: Journal) -> list[tuple[float, float | None]]:
    return [(opening.began_at, opening.ended_at) for opening in journal.openings.of(BOOK)]


def test_an_opening_lasts_from_the_first_look_to_the_first_without_it(journal: Journal, clock: Clock) -> None:
    """Another lock is another opening."""
    for clock.now, locks in ((100.0, ANNA), (105.0, ANNA), (110.0, {}), (120.0, BERT)):
        journal.openings.seen(BOOK, locks)
    assert spans(journal) == [(100.0, 110.0), (120.0, None)]
    journal.openings.seen(Path("/data/Other.xlsx"), {})
    assert spans(journal) == [(100.0, 110.0), (120.0, None)]


def test_a_lock_that_was_taken_away_tells_no_end(journal: Journal, clock: Clock) -> None:
    """Until another program, or the same anew, has it open."""
    journal.openings.seen(BOOK, ANNA)
    journal.openings.cleared(BOOK)
    for clock.now, locks in ((110.0, {}), (120.0, {})):
        journal.openings.seen(BOOK, locks)
    assert spans(journal) == [(100.0, None)]
    clock.now = 130.0
    journal.openings.seen(BOOK, BERT)
    assert spans(journal) == [(100.0, 130.0), (130.0, None)]


def test_a_look_that_finds_nothing_new_writes_nothing(journal: Journal, clock: Clock) -> None:
    """Looks come every few seconds."""
    journal.openings.seen(BOOK, ANNA)
    before = journal.database.stamp()
    for _ in range(5):
        clock.now += 5
        journal.openings.seen(BOOK, ANNA)
    assert journal.database.stamp() == before


def test_openings_outlive_the_program(journal: Journal, tmp_path: Path, clock: Clock) -> None:
    """One that is still there goes on, one that is gone has ended by the first look."""
    journal.openings.seen(BOOK, ANNA)
    journal.close()
    clock.now = 200.0
    again = Journal(tmp_path, clock)
    again.openings.seen(BOOK, ANNA)
    assert spans(again) == [(100.0, None)]
    again.close()
    clock.now = 300.0
    later = Journal(tmp_path, clock)
    later.openings.seen(BOOK, {})
    assert spans(later) == [(100.0, 300.0)]


@pytest.mark.parametrize(
    ("moment", "covered"), [(99.0, False), (100.0, True), (110.0, True), (111.0, False)], ids=lambda each: str(each)
)
def test_what_an_opening_covers(moment: float, *, covered: bool) -> None:
    """Both ends belong to it."""
    assert Opening(program="Excel", began_at=100.0, ended_at=110.0).covers(moment) is covered
    assert Opening(program="Excel", began_at=100.0).covers(moment) is (moment >= 100.0)
