"""PDF, OFD and XML of one invoice make one row, wherever the power is cut."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ocrwatch.document import Cell, Document, Filed, Outcome, Row
from ocrwatch.ports import Profile, Reading
from tests.fakes_ledger import FakeLedger
from tests.line import NOW, Crash, Crasher, Line, Running

FILES = {
    "a.pdf": "26312000000123456789 as PDF",
    "b.ofd": "26312000000123456789 as OFD",
    "c.xml": "26312000000123456789 as XML",
}


class NumberChecker:
    """Rows whose invoice is told by the file's own first word, where it is a number."""

    def rows(self, document: Document, profile: Profile, reading: Reading) -> tuple[Row, ...]:
        number = document.path.read_text().split()[0]
        cells = (Cell("company", number),)
        received = datetime.fromtimestamp(NOW, UTC)
        invoice = number if number.isdigit() else ""
        return (Row(id=document.id, cells=cells, received=received, engine=reading.engine, invoice=invoice),)


def _begun(running: Running) -> Running:
    from dataclasses import replace

    ((inbox, route),) = running.routes.items()
    running.routes[inbox] = replace(route, checker=NumberChecker())
    running.take_in()
    return running


def _line(folder: Path, files: dict[str, str] = FILES) -> Line:
    line = Line(folder)
    for name, content in files.items():
        line.drop(name, content)
    return line


def _assert_one_row(line: Line) -> None:
    assert isinstance(line.ledger, FakeLedger)
    assert len(line.ledger.rows) == 1, "a row is missing or doubled"
    assert line.ledger.rows[0].check == ()
    filed = sorted(path for path in (line.inbox / "done").rglob("*") if path.is_file())
    assert sorted(path.read_text() for path in filed) == sorted(FILES.values()), "a file is lost, doubled or changed"
    assert len([path for path in filed if path.parent.name == "duplicates"]) == 2
    assert [path.name for path in line.inbox.iterdir() if path.is_file()] == []


def test_three_files_of_one_invoice_make_one_row(tmp_path: Path) -> None:
    """Dropped together; the other two are kept as duplicates and say of what."""
    line = _line(tmp_path)
    with line.started() as running:
        assert _begun(running).work()
        stages = [running.journal.documents.get(key) for key in (1, 2, 3)]
    _assert_one_row(line)
    ends = [each.stage for each in stages if each is not None]
    assert all(isinstance(stage, Filed) for stage in ends)
    assert [stage.outcome for stage in ends if isinstance(stage, Filed)] == [
        Outcome.DONE, Outcome.DUPLICATE, Outcome.DUPLICATE,
    ]  # fmt: skip
    reasons = {str(stage.reason) for stage in ends[1:] if isinstance(stage, Filed)}
    assert reasons == {"Same invoice as row 2, as another file."}


def test_a_power_cut_at_any_moment_makes_no_second_row(tmp_path: Path) -> None:
    """Before and after each change of the world, one run for each."""
    counting = Crasher(at=0)
    with _line(tmp_path / "counting").started(counting) as running:
        assert _begun(running).work()
    assert counting.moment > 30
    for at in range(1, counting.moment + 1):
        line = _line(tmp_path / str(at))
        with pytest.raises(Crash), line.started(Crasher(at)) as running:
            assert _begun(running).work()
        with line.started() as running:
            assert _begun(running).work()
        _assert_one_row(line)
        shutil.rmtree(tmp_path / str(at))


def test_another_invoice_and_an_uncertain_one_keep_their_rows(tmp_path: Path) -> None:
    """Only two that both tell it for certain are one."""
    files = {"a.xml": "26312000000123456789", "b.xml": "26312000000123456780", "c.jpg": "number? 26312000000123456789"}
    line = _line(tmp_path, files)
    with line.started() as running:
        assert _begun(running).work()
    assert isinstance(line.ledger, FakeLedger)
    assert len(line.ledger.rows) == 3


def test_once_its_row_is_deleted_another_file_makes_a_new_one(tmp_path: Path) -> None:
    """There is no row any more that it could be a duplicate of."""
    line = _line(tmp_path, {"a.pdf": FILES["a.pdf"]})
    with line.started() as running:
        assert _begun(running).work()
    assert isinstance(line.ledger, FakeLedger)
    line.ledger.rows.clear()
    line.drop("c.xml", FILES["c.xml"])
    with line.started() as running:
        assert _begun(running).work()
    assert len(line.ledger.rows) == 1
