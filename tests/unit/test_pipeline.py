"""The line's promises: nothing lost, nothing paid for twice, never two rows, wherever the power is cut."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocrwatch.document import Arrived, Cell, Document, Filed, Outcome, Read
from ocrwatch.errors import (
    BadAnswer,
    DiskFull,
    EverythingRefused,
    FolderAway,
    LedgerBusy,
    Offline,
    ServerTrouble,
    UnexplainedRefusal,
    Unusable,
)
from ocrwatch.ledger.in_volumes import SeriesLedger
from ocrwatch.messages import message
from ocrwatch.ports import Change
from ocrwatch.service import orders
from tests.fakes_ledger import FakeLedger
from tests.line import Crash, Crasher, Line, Running, at_work, cut_short

SAID = message("It did not work.")
SCANS = {"a.jpg": "first", "b.jpg": "second", "c.jpg": "first"}
"""c.jpg holds the bytes of a.jpg."""


def _run_to_the_end(line: Line) -> None:
    with line.started() as running:
        running.take_in()
        assert running.work()


def _assert_promises_kept(line: Line) -> None:
    done = line.inbox / "done"
    assert isinstance(line.ledger, FakeLedger)
    ids = [row.id for row in line.ledger.rows]
    assert len(ids) == len(set(ids)) == 2, "a row is missing or doubled"
    assert [path.name for path in line.inbox.iterdir() if path.is_file()] == [], "a scan was left behind"
    filed = sorted(path for path in done.rglob("*") if path.is_file())
    assert len(filed) == 3, f"a scan is lost or doubled: {filed}"
    assert sorted(path.read_text() for path in filed) == ["first", "first", "second"]
    assert set(line.billed.values()) <= {1}, (
        "an answer was paid for twice"
    )  # uncounted when the power was cut just then
    for row in line.ledger.rows:
        assert row.file is not None
        assert row.file.exists(), "a row's link leads nowhere"
        assert _items_of(line, row.id) == [f"{name} of {row.cells[0].value}" for name in ("bread", "milk")], (
            "an item is missing or doubled"
        )


def _items_of(line: Line, row_id: str) -> list[str]:
    assert isinstance(line.ledger, FakeLedger)
    return [str(cell.value) for each, cells in line.ledger.items["items"] if each == row_id for cell in cells]


def test_a_scan_becomes_a_row_and_is_filed_and_its_twin_is_told(tmp_path: Path) -> None:
    """Two scans make two rows; a third with the same bytes goes to done/duplicates, unbilled."""
    line = Line(tmp_path)
    for name, content in SCANS.items():
        line.drop(name, content)
    _run_to_the_end(line)
    _assert_promises_kept(line)
    assert (line.inbox / "done" / "duplicates" / "c.jpg").exists()


def _moments(tmp_path: Path) -> int:
    line, crasher = Line(tmp_path / "counting"), Crasher(at=0)
    for name, content in SCANS.items():
        line.drop(name, content)
    with line.started(crasher) as running:
        running.take_in()
        running.work()
    return crasher.moment


@pytest.mark.parametrize("name", ["", "{company}"])
def test_a_power_cut_at_any_single_moment_breaks_no_promise(tmp_path: Path, name: str) -> None:
    """The power is cut before and after each change of the world, one run for each; scans keep their names or not."""
    moments = _moments(tmp_path)
    assert moments > 30
    for at in range(1, moments + 1):
        folder = tmp_path / str(at)
        line = Line(folder)
        line.name = name
        for scan, content in SCANS.items():
            line.drop(scan, content)
        with pytest.raises(Crash), line.started(Crasher(at)) as running:
            running.take_in()
            assert running.work()
        _run_to_the_end(line)
        _assert_promises_kept(line)
        if name:
            filed = {path.name for path in (line.inbox / "done").glob("*.jpg")}
            assert all(name.startswith("company of") for name in filed), filed
        shutil.rmtree(folder)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(1, 40), min_size=2, max_size=6))
def test_power_cuts_in_a_row_break_no_promise(tmp_path_factory: pytest.TempPathFactory, cuts: list[int]) -> None:
    """Several starts are cut short, each at a moment of its own, before one is let through."""
    line = Line(tmp_path_factory.mktemp("line"))
    for name, content in SCANS.items():
        line.drop(name, content)
    cut_short(line, cuts, at_work)
    _run_to_the_end(line)
    _assert_promises_kept(line)


def test_a_power_cut_before_midnight_leaves_each_row_in_one_month(tmp_path: Path) -> None:
    """The month is told once, when the scan is read: at whatever moment the power is cut and the month changes."""

    def started(folder: Path) -> tuple[Line, dict[str, FakeLedger]]:
        months: dict[str, FakeLedger] = {}
        (folder / "books").mkdir(parents=True)

        def ledger_at(path: Path) -> FakeLedger:
            path.touch()
            return months.setdefault(path.stem, FakeLedger())

        line = Line(folder, SeriesLedger(folder / "books" / "{year}-{month}.xlsx", ledger_at))
        line.volume_of = lambda _: "2026-11"
        for name, content in SCANS.items():
            line.drop(name, content)
        return line, months

    crasher = Crasher(at=0)
    with started(tmp_path / "counting")[0].started(crasher) as running:
        running.take_in()
        assert running.work()
    for at in range(1, crasher.moment + 1):
        line, months = started(tmp_path / str(at))
        with pytest.raises(Crash), line.started(Crasher(at)) as running:
            running.take_in()
            assert running.work()
        line.volume_of = lambda _: "2026-12"
        _run_to_the_end(line)
        ids = [row.id for ledger in months.values() for row in ledger.rows]
        assert len(ids) == len(set(ids)) == 2, "a row is missing or doubled"
        assert all(row.volume == month for month, ledger in months.items() for row in ledger.rows)
        assert (line.inbox / "done" / "duplicates" / "c.jpg").exists()


# ---------------------------------------------------------------- reading again


def _ask_again(running: Running) -> None:
    """As `ocrwatch reread` does where the question is the same."""
    recorded = running.journal.documents.recorded(str(running.line.inbox))
    for document in recorded:
        running.journal.answers.retire(document.digest)
    orders.reread(running.journal, [document.key for document in recorded])


def _recorded_and_corrected(folder: Path) -> Line:
    """Two scans with their rows; a person put another company into the first, and changed one of its items."""
    line = Line(folder)
    line.drop("a.jpg", "first")
    line.drop("b.jpg", "second")
    _run_to_the_end(line)
    assert isinstance(line.ledger, FakeLedger)
    line.ledger.amend([Change(id=line.ledger.rows[0].id, cells=[Cell("company", "Anna's shop")])])
    line.ledger.items["items"][0] = (line.ledger.rows[0].id, (Cell("name", "Anna's bread"),))
    return line


def _assert_read_again(line: Line) -> None:
    assert isinstance(line.ledger, FakeLedger)
    corrected, amended = (str(row.cells[0].value) for row in line.ledger.rows)
    assert corrected == "Anna's shop", "a person's correction was written over"
    assert amended.endswith("reading 2"), "the row was not amended"
    theirs, ours = (_items_of(line, row.id) for row in line.ledger.rows)
    assert theirs[0] == "Anna's bread"
    assert len(theirs) == 2, "items were added beside those that a person changed"
    assert ours == [f"{name} of {amended}" for name in ("bread", "milk", "tea")], "the items were not amended"
    assert set(line.billed.values()) <= {1, 2}, "an answer was paid for twice"  # 1: cut between storing and counting
    assert sorted(path.name for path in (line.inbox / "done").iterdir()) == ["a.jpg", "b.jpg"]
    with line.started() as running:
        for document in running.journal.documents.recorded(str(line.inbox)):
            assert isinstance(document.stage, Filed)
            (row,) = document.stage.rows
            assert "reading" not in str(row.cells[0].value) or row.id == line.ledger.rows[1].id
            assert document.stage.path is not None
            assert document.stage.path.exists()


def test_a_recorded_scan_is_read_again_and_its_row_follows(tmp_path: Path) -> None:
    """What a person corrected stays, the rest is amended; the scans stay where they are."""
    line = _recorded_and_corrected(tmp_path)
    with line.started() as running:
        _ask_again(running)
        assert running.work()
    _assert_read_again(line)


def test_rows_that_are_read_again_together_are_one_write(tmp_path: Path) -> None:
    """However many documents of one ledger wait, it is written once."""
    line = Line(tmp_path)
    for name in ("a", "b", "c"):
        line.drop(f"{name}.jpg", name)
    _run_to_the_end(line)
    assert isinstance(line.ledger, FakeLedger)
    before = line.ledger.writes
    with line.started() as running:
        _ask_again(running)
        assert running.work()
    assert line.ledger.writes == before + 1
    assert all(str(row.cells[0].value).endswith("reading 2") for row in line.ledger.rows)


def test_a_power_cut_while_reading_again_breaks_no_promise(tmp_path: Path) -> None:
    """Before and after each change of the world, one run for each: no correction is lost, nothing paid for twice."""
    counting = _recorded_and_corrected(tmp_path / "counting")
    crasher = Crasher(at=0)
    with counting.started(crasher) as running:
        _ask_again(running)
        asked_at = crasher.moment
        assert running.work()
    assert crasher.moment - asked_at > 15
    for at in range(asked_at + 1, crasher.moment + 1):
        line = _recorded_and_corrected(tmp_path / str(at))
        with pytest.raises(Crash), line.started(Crasher(at)) as running:
            _ask_again(running)
            assert running.work()
        _run_to_the_end(line)
        _assert_read_again(line)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(2, 25), min_size=2, max_size=5))
def test_power_cuts_in_a_row_while_reading_again_break_no_promise(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[int]
) -> None:
    """Several starts are cut short before one is let through."""
    line = _recorded_and_corrected(tmp_path_factory.mktemp("line"))
    with line.started() as running:
        _ask_again(running)
    cut_short(line, cuts, lambda running: running.work())
    _run_to_the_end(line)
    _assert_read_again(line)


def test_what_is_corrected_while_the_row_waits_stays(tmp_path: Path) -> None:
    """The workbook is open when the row is to be amended, and the person changes just that cell."""
    line = _recorded_and_corrected(tmp_path)
    assert isinstance(line.ledger, FakeLedger)
    amend = line.ledger.amend
    with line.started() as running:
        _ask_again(running)
        line.ledger.amend = _busy  # type: ignore[method-assign]
        assert not running.work(rounds=8)
        assert all(isinstance(d.stage, Read) and d.stage.recording for d in running.journal.documents.on_the_line())
        line.ledger.amend = amend  # type: ignore[method-assign]
        amend([Change(id=line.ledger.rows[1].id, cells=[Cell("company", "Bert's shop")])])
        assert running.work()
    assert [row.cells[0].value for row in line.ledger.rows] == ["Anna's shop", "Bert's shop"]


def _busy(*_: object) -> set[str]:
    raise LedgerBusy(message("The workbook is open."), after_seconds=2)


def test_a_scan_that_cannot_be_read_again_stays_recorded(tmp_path: Path) -> None:
    """It does not go to failed: its row is as it was, and the reason is kept."""
    line = _recorded_and_corrected(tmp_path)
    with line.started() as running:
        _ask_again(running)
        running.reader.troubles = [Unusable(SAID), Unusable(SAID)]
        assert running.work()
        for document in running.journal.documents.recorded(str(line.inbox)):
            assert isinstance(document.stage, Filed)
            assert "read again" in str(document.stage.reason)
            assert len(document.stage.rows) == 1
    assert sorted(path.name for path in (line.inbox / "done").iterdir()) == ["a.jpg", "b.jpg"]


def test_a_deleted_row_stays_deleted_when_its_scan_is_read_again(tmp_path: Path) -> None:
    """Reading again amends rows; it adds none."""
    line = _recorded_and_corrected(tmp_path)
    assert isinstance(line.ledger, FakeLedger)
    del line.ledger.rows[1]
    with line.started() as running:
        _ask_again(running)
        assert running.work()
    assert len(line.ledger.rows) == 1


def test_the_same_scan_dropped_while_it_is_read_again_is_a_duplicate(tmp_path: Path) -> None:
    """Its row stands, whatever becomes of the reading."""
    line = _recorded_and_corrected(tmp_path)
    with line.started() as running:
        _ask_again(running)
        line.drop("c.jpg", "second")
        running.take_in()
        assert running.work()
    assert isinstance(line.ledger, FakeLedger)
    assert len(line.ledger.rows) == 2
    assert (line.inbox / "done" / "duplicates" / "c.jpg").exists()


# ---------------------------------------------------------------- remedies


def _one(line: Line) -> Document:
    with line.started() as running:
        (document,) = running.journal.documents.matching("a.jpg")
        return document


def test_a_trouble_that_passes_costs_an_attempt_and_no_scan(tmp_path: Path) -> None:
    """Five server errors in a row, over hours; then the row is there."""
    line = Line(tmp_path)
    line.drop("a.jpg", "first")
    with line.started() as running:
        running.take_in()
        running.reader.troubles = [ServerTrouble(SAID)] * 5
        assert running.work()
    assert isinstance(line.ledger, FakeLedger)
    assert len(line.ledger.rows) == 1
    assert line.now > 1_700_000_000 + 1000


def test_after_six_attempts_it_fails_with_its_reason_beside_it(tmp_path: Path) -> None:
    """The scan lies in failed with a note in plain words; no row."""
    line = Line(tmp_path)
    line.drop("a.jpg", "first")
    with line.started() as running:
        running.take_in()
        running.reader.troubles = [ServerTrouble(SAID)] * 6
        assert running.work()
    assert (line.inbox / "failed" / "a.jpg").read_text() == "first"
    assert "Tried 6 times" in (line.inbox / "failed" / "a.jpg.reason.txt").read_text(encoding="utf-8-sig")
    assert line.ledger.find(["first"]) == {}


def test_a_weekend_offline_costs_no_attempt(tmp_path: Path) -> None:
    """A hundred failures to connect fail nothing."""
    line = Line(tmp_path)
    line.drop("a.jpg", "first")
    with line.started() as running:
        running.take_in()
        running.reader.troubles = [Offline(SAID)] * 100
        assert running.work(rounds=300)
    assert (line.inbox / "done" / "a.jpg").exists()


def test_rows_wait_while_the_workbook_is_open(tmp_path: Path) -> None:
    """The document stays read, named with its trouble; the row lands when the workbook is closed, paid for once."""
    ledger = FakeLedger()
    line = Line(tmp_path, ledger)
    line.drop("a.jpg", "first")
    ledger.trouble = LedgerBusy(message("The workbook is open."), after_seconds=2)
    with line.started() as running:
        running.take_in()
        assert not running.work(rounds=20)
    waiting = _one(line)
    assert isinstance(waiting.stage, Read)
    assert waiting.trouble == message("The workbook is open.")
    assert waiting.attempts == 0
    ledger.trouble = None
    _run_to_the_end(line)
    assert len(ledger.rows) == 1
    assert set(line.billed.values()) == {1}


def test_a_scan_that_failed_and_is_retried_leaves_failed(tmp_path: Path) -> None:
    """After `retry` the scan moves from failed to done, and its note goes."""
    line = Line(tmp_path)
    line.drop("a.jpg", "first")
    with line.started() as running:
        running.take_in()
        running.reader.troubles = [Unusable(SAID)]
        assert running.work()
        (failed,) = running.journal.documents.failed()
        assert orders.retry(running.journal, [failed.key])
        assert running.work()
    assert sorted(path.name for path in (line.inbox / "done").iterdir()) == ["a.jpg"]
    assert list((line.inbox / "failed").iterdir()) == []


def test_unusable_answers_are_not_used_again(tmp_path: Path) -> None:
    """A scan that failed for its answers and is dropped again is asked for anew."""
    line = Line(tmp_path)
    line.drop("a.jpg", "first")
    with line.started() as running:
        running.take_in()
        (document,) = running.journal.documents.on_the_line()
        running.journal.answers.put("f" * 64, "rubbish", digest=document.digest)
        running.reader.troubles = [BadAnswer(SAID), Unusable(SAID)]
        assert running.work()
        assert running.journal.answers.get("f" * 64) is None


def test_one_unexplained_refusal_fails_its_file(tmp_path: Path) -> None:
    """It is asked once more, then it fails; the line goes on."""
    line = Line(tmp_path)
    line.drop("a.jpg", "first")
    line.drop("b.jpg", "second")
    with line.started() as running:
        running.take_in()
        running.reader.troubles = [UnexplainedRefusal(SAID)]
        running.work(1)
        running.reader.troubles = []
        (a, *_) = running.journal.documents.on_the_line()
        running.line.now = a.not_before
        running.reader.troubles = [UnexplainedRefusal(SAID)]
        assert running.work()
    assert (line.inbox / "failed" / "a.jpg").exists()
    assert (line.inbox / "done" / "b.jpg").exists()
    assert line.halts == []


def test_several_files_refused_in_a_row_pause_the_line_and_come_back(tmp_path: Path) -> None:
    """The third different file makes it a fault of the set-up; the keys of all three are named for the return."""
    line = Line(tmp_path)
    for name in ("a.jpg", "b.jpg", "d.jpg"):
        line.drop(name, name)
    with line.started() as running:
        running.take_in()
        running.reader.troubles = [UnexplainedRefusal(SAID)] * 3
        running.work(1)
        (halt,) = line.halts
        assert isinstance(halt, EverythingRefused)
        assert len(halt.keys) == 3
        assert all(isinstance(document.stage, Arrived) for document in running.journal.documents.on_the_line())


def test_a_folder_that_is_not_configured_any_more_makes_its_documents_wait(tmp_path: Path) -> None:
    """They are neither lost nor failed."""
    line = Line(tmp_path)
    line.drop("a.jpg", "first")
    with line.started() as running:
        running.take_in()
        running.routes.clear()
        assert not running.work(rounds=20)
    waiting = _one(line)
    assert isinstance(waiting.stage, Arrived)
    assert waiting.attempts == 0
    assert waiting.trouble is not None
    assert "not watched any more" in str(waiting.trouble)


def test_a_fault_of_the_program_costs_neither_thread_nor_scan(tmp_path: Path) -> None:
    """Whatever a station raises is absorbed; after six times the scan lies in failed."""
    line = Line(tmp_path)
    line.drop("a.jpg", "first")
    with line.started() as running:
        running.take_in()
        running.reader.read = lambda document, profile: 1 / 0  # type: ignore[assignment, method-assign, return-value]
        assert running.work()
    assert (line.inbox / "failed" / "a.jpg").read_text() == "first"


# ---------------------------------------------------------------- what people do meanwhile


def test_a_scan_taken_away_before_it_was_read_is_forgotten(tmp_path: Path) -> None:
    """No row, no failure, nothing waits."""
    line = Line(tmp_path)
    scan = line.drop("a.jpg", "first")
    with line.started() as running:
        running.take_in()
        running.work(1)
        scan.unlink()
        assert running.work()
    gone = _one(line)
    assert isinstance(gone.stage, Filed)
    assert gone.stage.outcome is Outcome.GONE
    assert line.ledger.find([gone.id]) == {}


def test_a_scan_overwritten_after_it_was_read_is_remarked_and_the_new_one_is_read(tmp_path: Path) -> None:
    """A scanner reused the name: the first row says so, the second scan gets a row of its own."""
    line = Line(tmp_path)
    line.drop("a.jpg", "first")
    with line.started() as running:
        running.take_in()
        running.work(1)
        line.drop("a.jpg", "another scan")
        assert running.work()
        running.take_in()
        assert running.work()
    assert isinstance(line.ledger, FakeLedger)
    first, second = line.ledger.rows
    assert "overwritten" in str(first.check[0])
    assert second.check == ()
    assert [path.read_text() for path in (line.inbox / "done").iterdir()] == ["another scan"]


def test_a_deleted_row_is_written_again_when_its_scan_is_dropped_again(tmp_path: Path) -> None:
    """The user deleted the row: the same bytes are no duplicate then, and cost nothing."""
    ledger = FakeLedger()
    line = Line(tmp_path, ledger)
    line.drop("a.jpg", "first")
    _run_to_the_end(line)
    ledger.rows.clear()
    line.drop("again.jpg", "first")
    _run_to_the_end(line)
    assert len(ledger.rows) == 1
    assert set(line.billed.values()) == {1}


@pytest.mark.parametrize("error", [DiskFull(SAID), FolderAway(SAID)])
def test_an_unwritable_done_folder_is_waited_for(tmp_path: Path, error: DiskFull | FolderAway) -> None:
    """The scan stays in the inbox, the document waits visibly, then all is done."""
    line = Line(tmp_path)
    line.drop("a.jpg", "first")
    with line.started() as running:
        running.take_in()
        route = running.routes[str(line.inbox)]
        reserve, calls = route.filer.reserve, []

        def failing(document: Document, outcome: Outcome) -> Path | None:
            calls.append(outcome)
            if len(calls) < 4:
                raise error
            return reserve(document, outcome)

        route.filer.reserve = failing  # type: ignore[method-assign]
        assert running.work()
    assert len(calls) == 4
    assert (line.inbox / "done" / "a.jpg").exists()


def test_nothing_is_read_while_an_answer_could_not_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The journal's disk is nearly full: the scan waits, and nothing is paid for."""
    line = Line(tmp_path)
    line.drop("a.jpg", "first")
    monkeypatch.setattr("ocrwatch.journal.database.ROOM_BYTES", 1 << 62)
    with line.started() as running:
        running.take_in()
        assert not running.work(rounds=10)
        (waiting,) = running.journal.documents.on_the_line()
        assert waiting.trouble is not None
        assert waiting.attempts == 0
    assert not line.billed
    monkeypatch.undo()
    _run_to_the_end(line)
    assert (line.inbox / "done" / "a.jpg").exists()


def test_the_journal_survives_a_power_cut(tmp_path: Path) -> None:
    """What is committed is on the disk: write-ahead log, synchronised in full."""
    with Line(tmp_path).started() as running, running.journal.database.reading() as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2
