"""What is told beside the icon, and when."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ocrwatch.desktop.menu import OpenFolder, OpenLedger, ShowFile
from ocrwatch.desktop.notices import (
    LONGEST_SECONDS,
    QUIET_SECONDS,
    SETTLED_SECONDS,
    WAITING_SECONDS,
    Diary,
    Kind,
    Notice,
    due,
    noted,
)
from ocrwatch.document import Arrived, Document, Filed, Outcome
from ocrwatch.messages import message
from tests.unit.desktop.seeing import IDLE, ROW, daemon, halted, paused, rows_wait, status
from tests.unit.test_document import document

LEDGER = Path("/home/Ledger.xlsx")
CHECK = (message("Look at the date."),)
BUSY = status(to_read=1)


def filed(outcome: Outcome = Outcome.DONE, *, key: int = 1, check: bool = False, name: str = "a.jpg") -> Document:
    row = replace(ROW, check=CHECK if check else (), volume="")
    rows = (row,) if outcome is Outcome.DONE else ()
    reason = message("It is blank.") if outcome is Outcome.FAILED else None
    stage = Filed(outcome=outcome, path=Path("/in/failed", name), rows=rows, reason=reason)
    return replace(document(stage), key=key, book=f"{LEDGER}|Scans", path=Path("/in", name))


def diary_of(*documents: Document, at: float = 0.0) -> Diary:
    diary = Diary()
    for each in documents:
        diary = noted(diary, each, at)
    return diary


def said(diary: Diary, now: float = 100.0, wanted: frozenset[Kind] = frozenset(Kind)) -> list[Notice]:
    return list(due(diary, IDLE, now, wanted)[1])


def test_a_backlog_is_told_once_when_it_is_over() -> None:
    """Twelve scans are one notice; not while one is under way; not again."""
    diary = diary_of(*(filed(key=key) for key in range(12)))
    assert due(diary, BUSY, QUIET_SECONDS - 1)[1] == ()
    assert due(diary, IDLE, SETTLED_SECONDS / 2) == (diary, (), SETTLED_SECONDS / 2)
    diary, (notice,), _ = due(diary, IDLE, SETTLED_SECONDS)
    assert str(notice.title) == "12 scans were added to Ledger.xlsx"
    assert notice.action == OpenLedger(LEDGER)
    assert str(notice.offer) == "Open spreadsheet"
    assert due(diary, IDLE, 500.0)[1:] == ((), None)


def test_what_waits_does_not_hold_back_what_is_done() -> None:
    """Something is still to be read, but nothing has moved for a while."""
    (notice,) = due(diary_of(filed()), BUSY, QUIET_SECONDS)[1]
    assert str(notice.title) == "1 scan was added to Ledger.xlsx"


def test_a_backlog_of_hours_is_told_of_now_and_then() -> None:
    """Scans that follow one another without a pause are told after ten minutes."""
    diary = noted(diary_of(filed(), at=0.0), filed(key=2), LONGEST_SECONDS - 1)
    assert due(diary, BUSY, LONGEST_SECONDS - 0.5)[1] == ()
    assert len(due(diary, BUSY, LONGEST_SECONDS)[1]) == 1


def test_doubtful_rows_are_told_with_what_was_done() -> None:
    """One notice, unless one of the two is not wanted."""
    diary = diary_of(filed(key=1), filed(key=2, check=True))
    (both,) = said(diary)
    assert (both.kind, str(both.title)) == (Kind.DONE, "2 scans were added to Ledger.xlsx")
    assert str(both.text) == "1 row has something to look at: see its column Check."
    (only,) = said(diary, wanted=frozenset({Kind.DOUBTFUL}))
    assert (only.kind, str(only.title)) == (Kind.DOUBTFUL, "Rows to look at in Ledger.xlsx")
    (plain,) = said(diary, wanted=frozenset({Kind.DONE}))
    assert str(plain.text) == str(LEDGER)
    assert said(diary_of(filed()), wanted=frozenset({Kind.DOUBTFUL})) == []


def test_each_spreadsheet_has_its_own_notice_and_a_month_its_workbook() -> None:
    """What a click opens is the workbook that holds the rows."""
    monthly = filed(key=2)
    assert isinstance(monthly.stage, Filed)
    stage = replace(monthly.stage, rows=(replace(ROW, volume="2026-11"),))
    monthly = replace(monthly, book="/home/{year}-{month}.xlsx|Scans", stage=stage)
    actions = [notice.action for notice in said(diary_of(filed(key=1), monthly))]
    assert actions == [OpenLedger(LEDGER), OpenLedger(Path("/home/2026-11.xlsx"))]


def test_one_failed_scan_is_named_with_its_reason_and_shown_by_a_click() -> None:
    """What happened, to which file, why."""
    (notice,) = said(diary_of(filed(Outcome.FAILED, name="scan.jpg")))
    assert (str(notice.title), str(notice.text)) == ("scan.jpg could not be read", "It is blank.")
    assert notice.action == ShowFile(Path("/in/failed/scan.jpg"))


def test_many_failed_scans_are_one_notice() -> None:
    """With their number, their reason where it is one, and their folder."""
    (notice,) = said(diary_of(*(filed(Outcome.FAILED, key=key, name=f"{key}.jpg") for key in range(40))))
    assert (str(notice.title), str(notice.text)) == ("40 scans could not be read", "It is blank.")
    assert notice.action == OpenFolder(Path("/in/failed"))


def test_scans_that_are_read_again_add_nothing() -> None:
    """Amended rows are no news; the same document may be counted another time later."""
    again = replace(document(Arrived(earlier=(ROW,))), key=1)
    diary = noted(noted(Diary(), again, 0.0), filed(key=1), 1.0)
    assert said(diary) == []
    assert len(said(noted(diary, filed(key=2), 2.0))) == 1


@pytest.mark.parametrize("outcome", [Outcome.DUPLICATE, Outcome.GONE])
def test_duplicates_and_scans_taken_away_are_no_news(outcome: Outcome) -> None:
    """Nothing was added, nothing failed."""
    assert said(diary_of(filed(outcome))) == []


def test_rows_that_wait_for_a_moment_are_no_news_and_are_told_once_after() -> None:
    """Per spreadsheet and reason; when they wait again later, it is told again."""
    waits = status(waiting=(rows_wait(3),))
    diary, nothing, seconds = due(Diary(), waits, 0.0)
    assert (nothing, seconds) == ((), WAITING_SECONDS)
    diary, (notice,), seconds = due(diary, waits, WAITING_SECONDS)
    assert (notice.kind, str(notice.title)) == (Kind.WAITING, "3 rows wait for Ledger.xlsx")
    assert str(notice.text) == "The workbook Ledger.xlsx is open."
    assert seconds is None
    diary, nothing, _ = due(diary, waits, 99.0)
    assert nothing == ()
    diary, _, _ = due(diary, IDLE, 100.0)
    diary, nothing, _ = due(diary, waits, 101.0)
    assert nothing == ()
    assert len(due(diary, waits, 101.0 + WAITING_SECONDS)[1]) == 1


def test_a_pause_is_told_once_unless_a_person_made_it() -> None:
    """What stands in the way and what to do; again when it comes back."""
    halt = status(daemon=daemon(pause=halted()))
    diary, (notice,), _ = due(Diary(), halt, 0.0)
    assert (notice.kind, str(notice.title), str(notice.text)) == (Kind.PAUSED, "Reading is paused", "No credit.")
    diary, nothing, _ = due(diary, halt, 1.0)
    assert nothing == ()
    diary, nothing, _ = due(diary, status(daemon=daemon(pause=paused())), 2.0)
    assert nothing == ()
    assert len(due(diary, halt, 3.0)[1]) == 1


@pytest.mark.parametrize("kind", list(Kind))
def test_each_kind_can_be_turned_off_and_is_then_not_kept_for_later(kind: Kind) -> None:
    """Nothing of a kind that is not wanted is told, now or when it is wanted again."""
    wanted = frozenset(Kind) - {kind}
    diary = diary_of(filed(key=1, check=True), filed(Outcome.FAILED, key=2))
    of = status(daemon=daemon(pause=halted()), waiting=(rows_wait(),))
    diary = due(diary, of, -WAITING_SECONDS, wanted)[0]
    diary, notices, _ = due(diary, of, 100.0, wanted)
    assert kind not in {notice.kind for notice in notices}
    assert due(diary, of, 200.0)[1] == ()
