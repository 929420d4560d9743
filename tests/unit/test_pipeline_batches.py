"""The line's promises for batches whose pages are rows, and for blank scans, wherever the power is cut."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocrwatch.document import Filed, Outcome, Recorded
from ocrwatch.service import orders
from ocrwatch.service.recovery import Places, rebuild
from tests.fakes_ledger import FakeLedger
from tests.line import Crash, Crasher, Line, at_work, cut_short

SCANS = {"a.jpg": "single", "batch.pdf": "batch of 4", "blank.jpg": "white"}


def _line(folder: Path) -> Line:
    line = Line(folder)
    for name, content in SCANS.items():
        line.drop(name, content)
    return line


def _run_to_the_end(line: Line) -> None:
    with line.started() as running:
        running.take_in()
        assert running.work()


def _texts(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith(".reason.txt")
    }


def _assert_promises_kept(line: Line) -> None:
    assert isinstance(line.ledger, FakeLedger)
    rows = {row.id: row for row in line.ledger.rows}
    assert len(rows) == len(line.ledger.rows) == 4, "a row is missing or doubled"
    assert [path.name for path in line.inbox.iterdir() if path.is_file()] == [], "a scan was left behind"
    assert _texts(line.inbox / "done") == {
        "a.jpg": "single",
        "batch p1.pdf": "page 1 of batch of 4",
        "batch p2.pdf": "page 2 of batch of 4",
        "batch p4.pdf": "page 4 of batch of 4",
        "blank/blank.jpg": "white",
        "originals/batch.pdf": "batch of 4",
    }
    assert _texts(line.inbox / "failed") == {"batch p3.pdf": "page 3 of batch of 4"}
    note = line.inbox / "failed" / "batch p3.pdf.reason.txt"
    assert "It is torn." in note.read_text(encoding="utf-8-sig")
    for row in rows.values():
        assert row.file is not None
        expected = f"batch p{row.page}.pdf" if row.page else "a.jpg"
        assert row.file == line.inbox / "done" / expected, "a row leads to another page"
    assert set(line.billed.values()) <= {1}, "an answer was paid for twice"
    with line.started() as running:
        stages = [document.stage for document in running.journal.documents.matching("batch p3.pdf")]
        assert [stage.outcome for stage in stages if isinstance(stage, Filed)] == [Outcome.FAILED]
        counts = Counter[str]()
        for (_, station), count in running.journal.documents.counts().items():
            counts[station] += count
        assert counts == {"done": 2, "blank": 1, "failed": 1}


def test_each_page_of_a_batch_becomes_a_row_and_a_file(tmp_path: Path) -> None:
    """The batch is kept among the originals, its unread page lies in failed, the blank scan in done/blank."""
    line = _line(tmp_path)
    _run_to_the_end(line)
    _assert_promises_kept(line)


def _moments(folder: Path) -> int:
    crasher = Crasher(at=0)
    with _line(folder).started(crasher) as running:
        running.take_in()
        assert running.work()
    return crasher.moment


def test_a_power_cut_at_any_single_moment_breaks_no_promise(tmp_path: Path) -> None:
    """Before and after each change of the world, pages' names and files included; one run for each."""
    moments = _moments(tmp_path / "counting")
    assert moments > 40
    for at in range(1, moments + 1):
        folder = tmp_path / str(at)
        line = _line(folder)
        with pytest.raises(Crash), line.started(Crasher(at)) as running:
            running.take_in()
            assert running.work()
        _run_to_the_end(line)
        _assert_promises_kept(line)
        shutil.rmtree(folder)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(1, 50), min_size=2, max_size=6))
def test_power_cuts_in_a_row_break_no_promise(tmp_path_factory: pytest.TempPathFactory, cuts: list[int]) -> None:
    """Several starts are cut short, each at a moment of its own, before one is let through."""
    line = _line(tmp_path_factory.mktemp("line"))
    cut_short(line, cuts, at_work)
    _run_to_the_end(line)
    _assert_promises_kept(line)


def test_a_batch_taken_away_after_its_rows_were_written_leaves_no_reserved_names(tmp_path: Path) -> None:
    """The rows stay, and nothing pretends to be a page."""
    line = Line(tmp_path)
    batch = line.drop("batch.pdf", "batch of 4")
    line.drop("other.jpg", "other")
    with line.started() as running:
        running.take_in()
        while not any(isinstance(each.stage, Recorded) for each in running.journal.documents.on_the_line()):
            running.work(1)
        batch.unlink()
        assert running.work()
        (document,) = running.journal.documents.matching("batch.pdf")
    assert isinstance(document.stage, Filed)
    assert document.stage.outcome is Outcome.GONE
    assert len(document.stage.rows) == 3
    assert _texts(line.inbox / "done") == {"other.jpg": "other"}
    assert _texts(line.inbox / "failed") == {}


def test_the_unread_page_of_a_batch_is_retried_as_a_scan_of_its_own(tmp_path: Path) -> None:
    """It leaves failed, and gets a row beside those of the others."""
    line = _line(tmp_path)
    _run_to_the_end(line)
    with line.started() as running:
        (failed,) = running.journal.documents.failed()
        assert orders.retry(running.journal, [failed.key])
        assert running.work()
    assert isinstance(line.ledger, FakeLedger)
    assert len(line.ledger.rows) == 5
    assert line.ledger.rows[-1].file == line.inbox / "done" / "batch p3.pdf"
    assert _texts(line.inbox / "failed") == {}
    assert list((line.inbox / "failed").iterdir()) == []


def test_a_batch_read_again_keeps_each_row_with_its_page(tmp_path: Path) -> None:
    """What a page says now goes into that page's row, whichever pages could not be read; files stay where they are."""
    line = _line(tmp_path)
    _run_to_the_end(line)
    before = _texts(line.inbox)
    with line.started() as running:
        keys = [document.key for document in running.journal.documents.recorded(str(line.inbox))]
        for document in running.journal.documents.recorded(str(line.inbox)):
            running.journal.answers.retire(document.digest)
        assert len(orders.reread(running.journal, keys)) == 2
        assert running.work()
    assert _texts(line.inbox) == before
    assert isinstance(line.ledger, FakeLedger)
    assert len(line.ledger.rows) == 4
    for row in line.ledger.rows:
        assert "reading 2" in str(row.cells[0].value)
        assert row.file is not None
        assert row.file.name == (f"batch p{row.page}.pdf" if row.page else "a.jpg")


def test_a_lost_journal_doubles_no_row_of_a_batch_and_loses_no_page(tmp_path: Path) -> None:
    """It is lost when the rows are written and no page is made: the batch is read once more, for its pages' files."""
    line = Line(tmp_path)
    line.drop("batch.pdf", "batch of 4")
    line.drop("a.jpg", "single")
    with line.started() as running:
        running.take_in()
        while not all(isinstance(each.stage, Recorded) for each in running.journal.documents.on_the_line()):
            running.work(1)
    assert isinstance(line.ledger, FakeLedger)
    before = [(row.id, row.file) for row in line.ledger.rows]
    shutil.rmtree(line.state)
    with line.started() as running:
        route = running.routes[str(line.inbox)]
        running.routes[str(line.inbox)] = replace(route, profile=replace(route.profile, pages="each"))
        place = Places(book="book", recursive=False, done=line.inbox / "done", failed=line.inbox / "failed")
        rebuild(running.journal, {str(line.inbox): place}, running.routes, lambda: line.now)
        running.take_in()
        assert running.work()
    assert [(row.id, row.file) for row in line.ledger.rows] == before
    assert all(file is not None and file.exists() for _, file in before)
    assert _texts(line.inbox) == {
        "done/a.jpg": "single",
        "done/batch p1.pdf": "page 1 of batch of 4",
        "done/batch p2.pdf": "page 2 of batch of 4",
        "done/batch p4.pdf": "page 4 of batch of 4",
        "done/originals/batch.pdf": "batch of 4",
        "failed/batch p3.pdf": "page 3 of batch of 4",
    }
