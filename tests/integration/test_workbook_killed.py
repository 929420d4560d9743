"""Killed at any moment of an append, the workbook opens, and every row is there once after the restart."""

from __future__ import annotations

import random
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.killing import killed
from tests.unit.ledger.books import SHEET, ledger_at, row, until_written
from tests.unit.ledger.packages import make

pytest.importorskip("xlsxwriter", reason="XlsxWriter makes the workbooks of these tests")

SCRIPT = """
import sys
from pathlib import Path
from tests.unit.ledger.books import ledger_at, row, until_written
ledger, number = ledger_at(Path(sys.argv[1])), int(sys.argv[2])
while True:
    until_written(lambda: ledger.append([row(number), row(number + 1)]))
    print(number + 1, flush=True)
    number += 2
"""
LONGEST_SECONDS = 0.06
"""A few appends take so long."""


@pytest.mark.parametrize(
    "kills", [10, pytest.param(200, marks=[pytest.mark.long, pytest.mark.timeout(1200)])], ids=["few", "many"]
)
def test_every_row_is_there_once_after_kills(tmp_path: Path, kills: int) -> None:
    """What was acknowledged is there; what was not is there once when it is given again."""
    path = tmp_path / "Ledger.xlsx"
    make(path, here=True)
    chance = random.Random(kills)
    ledger_at(path).append([row(number) for number in range(1, 1001)])
    done = 1000
    for _ in range(kills):
        done = killed(SCRIPT, path, done, chance.uniform(0, LONGEST_SECONDS))
        with zipfile.ZipFile(path) as package:
            assert package.testzip() is None
        present = ledger_at(path).find([row(number).id for number in range(1, done + 3)])
        assert {row(number).id for number in range(1, done + 1)} <= present.keys()
    until_written(lambda: ledger_at(path).append([row(number) for number in range(1, done + 3)]))
    counts = Counter(cells[9].value for cells in load_workbook(path)[SHEET].iter_rows(min_row=2, max_col=10))
    counts.pop(None, None)
    assert counts == {row(number).id: 1 for number in range(1, done + 3)}
