"""Of a user's workbook nothing is changed but what a row more must change."""

from __future__ import annotations

import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook

from ocrwatch.document import Amount
from tests.unit.ledger.books import SHEET, ledger_at, records, row
from tests.unit.ledger.packages import FEATURES, add_pivot, make, raw_members, rewritten

pytest.importorskip("xlsxwriter", reason="XlsxWriter makes the workbooks of these tests")

TABLE = "xl/tables/table1.xml"
OURS = {"xl/worksheets/sheet2.xml", TABLE, "xl/styles.xml"}
"""The ledger's sheet, its table, and formats; XlsxWriter sets the flag that everything is to be calculated itself."""

TOTALS = "xl/worksheets/sheet3.xml"


@pytest.mark.parametrize("here", [False, True], ids=["on another sheet", "on the same sheet"])
@pytest.mark.parametrize("suffix", ["xlsx", "xlsm"])
def test_untouched_parts_are_the_same_bytes(tmp_path: Path, here: bool, suffix: str) -> None:
    """After 1, 2 and 50 appends every other part has the very same compressed bytes; the rows are read back exactly."""
    path = tmp_path / f"Ledger.{suffix}"
    make(path, here=here, macros=suffix == "xlsm")
    before = raw_members(path)
    ledger = ledger_at(path)
    for number in range(1, 51):
        ledger.append([row(number, {"company": f"shop {number}", "total": Amount(Decimal(number), "EUR")})])
        if number in (1, 2, 50):
            after = raw_members(path)
            assert after.keys() == before.keys()
            changed = {name for name in before if after[name] != before[name]}
            assert changed == (OURS | {TOTALS}) - ({TABLE} if number == 1 else set()), "its first row was empty"
    assert [record["total"] for record in records(path)[:50]] == list(range(1, 51))
    assert ledger_at(path).find([row(50).id]) == {row(50).id: 51}
    calamine = pytest.importorskip("python_calamine")
    rows = calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_name(SHEET).to_python()
    assert [each[3] for each in rows[1:51]] == [f"shop {number}" for number in range(1, 51)]


@pytest.mark.parametrize("name", FEATURES)
def test_each_feature_alone_stays(tmp_path: Path, name: str) -> None:
    """Whatever the feature, with it alone on the ledger's own sheet too, rows land and its parts stay."""
    path = tmp_path / "Ledger.xlsx"
    make(path, features=(name,), here=True)
    before = raw_members(path)
    ledger_at(path).append([row(1)])
    ledger_at(path).append([row(2)])
    after = raw_members(path)
    assert {name for name in before if after.get(name) != before[name]} == OURS | {TOTALS}
    assert [record["company"] for record in records(path)[:2]] == ["shop 1", "shop 2"]


def test_stale_totals_lose_their_values_and_nothing_else(tmp_path: Path) -> None:
    """What reaches our rows, directly or through others, has no old value beside it; constants keep theirs."""
    path = tmp_path / "Ledger.xlsx"
    make(path, features=())
    ledger_at(path).append([row(1)])
    shown = load_workbook(path, data_only=True)
    assert [shown["Totals"][place].value for place in ("A1", "A2", "A3", "B3")] == [None, None, None, 3]
    assert shown["Mine"]["H2"].value == 2
    formulas = load_workbook(path)["Totals"]
    assert [formulas[place].value for place in ("A1", "A2", "A3")] == [
        f"=SUM({SHEET}!C:C)", "=A1*2", "=SUM(Tickets[total])",
    ]  # fmt: skip


def test_pivot_tables_stay_and_the_chain_of_calculation_goes(tmp_path: Path) -> None:
    """Every part of a pivot table is the same bytes; Excel makes the chain anew where the package says there is none."""
    path = tmp_path / "Ledger.xlsx"
    make(path, features=())
    rewritten(path, add_pivot)
    before = raw_members(path)
    ledger = ledger_at(path)
    ledger.append([row(1)])
    ledger.append([row(2)])
    after = raw_members(path)
    assert before.keys() - after.keys() == {"xl/calcChain.xml"}
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed == OURS | {TOTALS, "[Content_Types].xml", "xl/_rels/workbook.xml.rels"}
    book = load_workbook(path)
    assert len(book["Mine"]._pivots) == 1
    with zipfile.ZipFile(path) as package:
        for name in ("[Content_Types].xml", "xl/_rels/workbook.xml.rels"):
            assert b"calcChain" not in package.read(name)
            assert b"pivotCacheDefinition1.xml" in package.read(name)
