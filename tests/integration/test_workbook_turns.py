"""Several ocrwatch, on one computer or on several, write one workbook."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ocrwatch.errors import LedgerBusy
from ocrwatch.ledger.locks import Locks
from ocrwatch.ledger.turns import Turns, lock_path
from tests.conftest import ROOT
from tests.unit.ledger.books import ledger_at, records, row
from tests.waiting import wait_until

WRITER = """
import sys, threading
from pathlib import Path
from ocrwatch.errors import LedgerBusy
from tests.unit.ledger.books import ledger_at, row
path, first, count, own_sheet = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
pause, replace = threading.Event(), Path.replace

def slowly(self, target):  # as on a share: others write between our last look and the renaming
    pause.wait(0.03)
    return replace(self, target)

Path.replace = slowly
print("ready", flush=True)
sys.stdin.readline()
ledger = ledger_at(path, sheet=own_sheet)
for number in range(first, first + count):
    while True:
        try:
            ledger.append([row(number)])
            break
        except LedgerBusy as error:
            assert "another ocrwatch" in str(error), error
            pause.wait(0.01)
"""
HOLDER = """
import sys
from pathlib import Path
from ocrwatch.ledger.turns import Turns
with Turns().taken(Path(sys.argv[1])):
    print("taken", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "Ledger.xlsx"


def _started(code: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    program = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert program.stdout is not None
    assert program.stdout.readline().strip() in {"ready", "taken"}
    return program


@pytest.mark.parametrize("sheets", [("Receipts", "Receipts"), ("A", "B")], ids=["one sheet", "a sheet each"])
def test_two_programs_lose_no_row(path: Path, tmp_path: Path, sheets: tuple[str, str]) -> None:
    """Two programs append at the same time, renaming slowly as a share does: every row is there once."""
    count = 12
    writers = [_started(WRITER, path, 1 + count * n, count, sheet) for n, sheet in enumerate(sheets)]
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("\n")
        writer.stdin.flush()
    assert [writer.wait(60) for writer in writers] == [0, 0]
    found = [str(record["company"]) for sheet in sorted(set(sheets)) for record in records(path, sheet)]
    assert sorted(found) == sorted(f"shop {number}" for number in range(1, 2 * count + 1))
    assert [each.name for each in tmp_path.iterdir()] == ["Ledger.xlsx"]


def test_rows_wait_while_another_program_writes(path: Path, tmp_path: Path) -> None:
    """While another ocrwatch has its turn, rows wait and the message names its computer; then they land."""
    holder = _started(HOLDER, path)
    ledger = ledger_at(path)
    with pytest.raises(LedgerBusy, match=r"being written by another ocrwatch \(") as caught:
        ledger.append([row(1)])
    assert caught.value.after_seconds == 1
    assert ledger.find([row(1).id]) == {}
    holder.communicate("\n", timeout=20)
    assert ledger.append([row(1)]) == {row(1).id: 2}
    assert [each.name for each in tmp_path.iterdir()] == ["Ledger.xlsx"]


def test_a_lock_left_by_a_crash_holds_nobody_up(path: Path, tmp_path: Path) -> None:
    """A program of this computer was killed in its turn: the next has its own at once."""
    holder = _started(HOLDER, path)
    holder.kill()
    holder.wait(20)
    wait_until(lambda: lock_path(path).exists())
    assert ledger_at(path).append([row(1)]) == {row(1).id: 2}
    assert [each.name for each in tmp_path.iterdir()] == ["Ledger.xlsx"]


def test_a_turn_that_was_lost_writes_nothing(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A computer that slept in its turn finds another's lock before it replaces the workbook: its rows wait."""
    ledger = ledger_at(path)
    ledger.append([row(1)])
    before = path.read_bytes()
    closed = Locks.ensure_closed
    looks = iter(range(10))

    def taken_over(self: Locks, workbook: Path) -> None:
        closed(self, workbook)
        if next(looks) == 2:
            lock_path(workbook).write_bytes(b"of another")

    monkeypatch.setattr(Locks, "ensure_closed", taken_over)
    with pytest.raises(LedgerBusy, match="another ocrwatch"):
        ledger.append([row(2)])
    assert path.read_bytes() == before
    assert lock_path(path).read_bytes() == b"of another"


def test_a_long_name_has_its_turn(tmp_path: Path) -> None:
    """A name too long for a longer one beside it has a lock all the same."""
    path = tmp_path / ("票" * 80 + ".xlsx")
    with Turns().taken(path):
        (only,) = tmp_path.iterdir()
        assert only.name.startswith(".")
    assert list(tmp_path.iterdir()) == []
