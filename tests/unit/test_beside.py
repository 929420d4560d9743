"""Files beside the filed scan, on the line: whole and never doubled, at whatever moment the power is cut."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from ocrwatch.document import Row
from ocrwatch.service import orders
from tests.fakes_ledger import FakeLedger
from tests.line import Crash, Crasher, Line

SCANS = {"a.jpg": "first", "b.jpg": "second"}


def _line(folder: Path) -> Line:
    line = Line(folder)
    line.checker.suffix = ".txt"
    (line.inbox / "done").mkdir()
    (line.inbox / "done" / "b.txt").write_text("mine")
    for name, content in SCANS.items():
        line.drop(name, content)
    return line


def _to_the_end(line: Line, crasher: Crasher | None = None) -> None:
    with line.started(crasher) as running:
        running.take_in()
        assert running.work()


def _read_again(line: Line, crasher: Crasher | None = None) -> None:
    with line.started() as asking:
        recorded = asking.journal.documents.recorded(str(line.inbox))
        for document in recorded:
            asking.journal.answers.retire(document.digest)
        orders.reread(asking.journal, [document.key for document in recorded])
    _to_the_end(line, crasher)


def rows_of(line: Line) -> list[Row]:
    assert isinstance(line.ledger, FakeLedger)
    return list(line.ledger.rows)


def _assert_whole(line: Line, *, further: int = 0) -> None:
    done = line.inbox / "done"
    assert (done / "b.txt").read_text() == "mine", "a person's file was written over"
    texts = {path.name: path.read_text(encoding="utf-8-sig") for path in done.glob("*.txt") if path.name != "b.txt"}
    assert len(texts) == 2 + further, f"a file is missing or doubled: {texts}"
    assert {path.name for path in done.iterdir()} - texts.keys() == {"a.jpg", "b.jpg", "b.txt"}, "something was left"
    for row in rows_of(line):
        (beside,) = row.beside
        assert beside.path is not None
        assert texts[beside.path.name] == row.cells[0].value, "the row leads to another file"


def test_the_row_leads_to_its_file(tmp_path: Path) -> None:
    """Beside a person's own file of that name; what it held is not kept in the journal twice."""
    line = _line(tmp_path)
    _to_the_end(line)
    _assert_whole(line)
    with sqlite3.connect(line.state / "journal.sqlite") as journal:
        stages = [json.loads(text) for (text,) in journal.execute("SELECT stage FROM documents")]
    assert [row["beside"][0]["content"] for stage in stages for row in stage["rows"]] == [None, None]


def test_a_power_cut_at_any_moment_leaves_each_file_once_and_whole(tmp_path: Path) -> None:
    """Before and after each change of the world, one run for each."""
    counting = Crasher(at=0)
    _to_the_end(_line(tmp_path / "counting"), counting)
    assert counting.moment > 20
    for at in range(1, counting.moment + 1):
        line = _line(tmp_path / str(at))
        with pytest.raises(Crash):
            _to_the_end(line, Crasher(at))
        _to_the_end(line)
        _assert_whole(line)


def test_another_reading_makes_another_file(tmp_path: Path) -> None:
    """The row leads there; the file of before is the person's, and stays."""
    line = _line(tmp_path)
    _to_the_end(line)
    (line.inbox / "done" / "a.txt").write_text("corrected", encoding="utf-8")
    _read_again(line)
    _assert_whole(line, further=2)
    assert (line.inbox / "done" / "a.txt").read_text(encoding="utf-8") == "corrected"
    assert {row.beside[0].path for row in rows_of(line)} == {
        line.inbox / "done" / name for name in ("a (2).txt", "b (3).txt")
    }


def test_a_power_cut_while_reading_again_leaves_each_file_once(tmp_path: Path) -> None:
    """Before and after each change of the world, one run for each."""
    line, counting = _line(tmp_path / "counting"), Crasher(at=0)
    _to_the_end(line)
    _read_again(line, counting)
    assert counting.moment > 15
    for at in range(1, counting.moment + 1):
        line = _line(tmp_path / str(at))
        _to_the_end(line)
        with pytest.raises(Crash):
            _read_again(line, Crasher(at))
        _to_the_end(line)
        _assert_whole(line, further=2)


def test_a_scan_that_was_taken_away_has_its_file(tmp_path: Path) -> None:
    """Its row stands in the ledger and leads there."""
    line = Line(tmp_path)
    line.checker.suffix = ".txt"
    scan = line.drop("a.jpg", "first")
    with line.started() as running:
        running.take_in()
        (document,) = running.journal.documents.on_the_line()
        (recorded,) = running.pipeline.record([running.pipeline.read(document)])
        scan.unlink()
        running.pipeline.file(recorded)
    (row,) = rows_of(line)
    assert (line.inbox / "done" / "a.txt").read_text(encoding="utf-8-sig") == row.cells[0].value
