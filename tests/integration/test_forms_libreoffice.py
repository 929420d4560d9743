"""Filled forms in a real office program: sums are right, and what it saves is filled on."""

from __future__ import annotations

import csv
import shutil
import subprocess
from pathlib import Path

import pytest

from ocrwatch.errors import LedgerFull
from tests.integration.test_workbook_forms import expense, form_at, travel_at, trip
from tests.unit.ledger.books import row
from tests.unit.ledger.papers import EXPENSE_SHEET, EXPENSES, make_expenses, make_travel

SOFFICE = shutil.which("soffice")
pytestmark = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not here")

CSV = "csv:Text - txt - csv (StarCalc):44,34,UTF8,1,,0,false,true,true,false,false,-1"


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("office")


def saved_by_libreoffice(workbooks: list[Path], target: str, profile: Path, folder: Path) -> None:
    command = [str(SOFFICE), "--headless", f"-env:UserInstallation=file://{profile}", "--convert-to", target]
    subprocess.run(
        [*command, "--outdir", str(folder), *map(str, workbooks)], check=True, capture_output=True, timeout=100
    )


def test_forms_add_up_and_are_filled_on_after_its_own_save(tmp_path: Path, profile: Path) -> None:
    """Sums in the footer, in rows and on another sheet are those of the rows, before and after LibreOffice's save."""
    travel, expenses = tmp_path / "travel.xlsx", tmp_path / "expenses.xlsx"
    make_travel(travel)
    make_expenses(expenses)
    travel_at(travel).append([trip(1), trip(2)])
    form_at(expenses, EXPENSE_SHEET, EXPENSES).append([expense(1), expense(2)])
    out = tmp_path / "out"
    saved_by_libreoffice([travel, expenses], "xlsx", profile, out)
    travel, expenses = out / "travel.xlsx", out / "expenses.xlsx"
    assert travel_at(travel).append([trip(3)]) == {row(3).id: 9}
    assert travel_at(travel).append([trip(4), trip(5)]) == {row(4).id: 10, row(5).id: 11}
    assert form_at(expenses, EXPENSE_SHEET, EXPENSES).append([expense(3), expense(4)]) == {row(3).id: 7, row(4).id: 8}
    with pytest.raises(LedgerFull, match="above row 12"):
        travel_at(travel).append([trip(6)])
    saved_by_libreoffice([travel, expenses], CSV, profile, out)
    form = _cells(out / "travel-差旅费报销单.csv")
    assert [form[number][9] for number in range(6, 11)] == [f"{500 + number}.00" for number in range(1, 6)]
    assert (form[11][0], form[11][6], form[11][9]) == ("合计", "2,515.00", "2,515.00")
    assert form[14][0] == "报销人："
    assert _cells(out / "travel-汇总.csv")[0][1] == "2,515.00"
    assert _cells(out / "expenses-Expenses.csv")[8][2:4] == ["Total:", "100"]


def _cells(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))
