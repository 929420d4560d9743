"""Words of forms: totals, headings and what they ask for."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from ocrwatch.ledger.first_look import FirstRows, fields_in, kind_of, sheets_in
from ocrwatch.ledger.forms import is_place_to_sign, is_total
from ocrwatch.ledger.header import find_header, headings_of, whole_header
from ocrwatch.ledger.layout import columns
from ocrwatch.ledger.references import Area
from ocrwatch.ports import Field
from tests.unit.ledger.papers import make_expenses, make_travel


@pytest.mark.parametrize(
    "text",
    [
        "合计",
        "合 计：",
        "总计（元）",
        "小计金额",
        "Total",
        "TOTAL:",
        "Grand total (EUR)",
        "Sub-total",
        "Summe",
        "人民币（大写）",
    ],
)
def test_words_for_totals(text: str) -> None:
    """In any spelling, with nothing behind them but a unit."""
    assert is_total(text)


@pytest.mark.parametrize(
    "text", ["TotalEnergies", "total so far: see the bank", "Summer", "合计了12张票", "Totally", ""]
)
def test_other_words_are_no_totals(text: str) -> None:
    """Names and notes that begin alike."""
    assert not is_total(text)


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("金额", "amount"), ("价税合计", "amount"), ("交通费", "amount"), ("Total amount", "amount"), ("Unit price", "amount"),
        ("日期", "date"), ("出发日期", "date"), ("Invoice date", "date"), ("发票号码", "id"), ("Invoice number", "id"),
        ("车次", "text"), ("出发地点", "text"), ("备注", "text"), ("Update", "text"), ("Numbers", "text"), ("税率", "text"),
        ("费用类别", "text"),
    ],
)  # fmt: skip
def test_types_are_guessed_from_words_that_leave_no_doubt(heading: str, kind: str) -> None:
    """All else is text."""
    assert kind_of(heading) == kind


def test_headings_ask_for_fields(tmp_path: Path) -> None:
    """Those of two rows by both; neither running numbers nor what the sheet calculates. One amount alone is missed."""
    make_travel(tmp_path / "travel.xlsx")
    make_expenses(tmp_path / "expenses.xlsx")
    travel, sums = (look() for _, look in sheets_in(tmp_path / "travel.xlsx"))
    (expenses,) = (look() for _, look in sheets_in(tmp_path / "expenses.xlsx"))
    assert [(field.name, field.type) for field in fields_in(travel)] == [
        ("出发日期", "date"), ("出发地点", "text"), ("到达日期", "date"), ("到达地点", "text"), ("车次", "text"), ("交通费", "amount"),
        ("补助天数", "text"), ("补助标准", "text"),
    ]  # fmt: skip
    assert [field.name for field in fields_in(travel) if field.required] == ["交通费"]
    assert fields_in(sums) == ()
    assert [field.name for field in fields_in(expenses)] == ["Date", "Supplier", "Amount", "Rate"]


def test_our_own_columns_are_no_fields(tmp_path: Path) -> None:
    """A form that we filled once asks for the same as before."""
    book = Workbook()
    book.active.append(["Date", "Amount", "Check", "File", "Document ID"])
    book.save(tmp_path / "a.xlsx")
    ((name, sheet),) = [(name, look()) for name, look in sheets_in(tmp_path / "a.xlsx")]
    assert name == "Sheet"
    assert [field.name for field in fields_in(sheet)] == ["Date", "Amount"]
    assert list(sheets_in(tmp_path / "none.xlsx")) == []


def test_a_row_of_labels_is_no_header() -> None:
    """Names of what is to be filled in beside them end with a colon."""
    rows = {1: ["部门：", None, "姓名："], 2: ["Claim of", "2026"], 3: ["a", "b", "Total"], 4: ["Total", "x", "y", "z"]}
    sheet = FirstRows(name="x", rows=rows, merged=(), formulas={})
    assert [field.name for field in fields_in(sheet)] == ["a", "b", "Total"]


def test_a_heading_below_a_common_one_is_known_by_both() -> None:
    """By its own text too, of which the first counts; cells merged over many rows are no part of a header."""
    rows = {4: ["Item", "Departure", None, "Arrival", None], 5: [None, "Date", "Place", "Date", "Place"]}
    merged = [Area(1, 4, 1, 5), Area(2, 4, 3, 4), Area(4, 4, 5, 4), Area(6, 4, 6, 20)]
    known = columns([Field(name=name) for name in ("Date", "Place", "Item")], folder_column=False)
    header = find_header([[], [], [], rows[4], rows[5]], known)
    assert header is not None
    found = whole_header(header, rows, merged)
    assert found.row == 5
    assert [found.places[key] for key in ("item", "date", "place", "arrival date", "arrivalplace")] == [1, 2, 3, 4, 5]
    assert headings_of(header, rows, merged)[4] == "Arrival Date"
    assert whole_header(header, rows, merged[1:]) == header


@pytest.mark.parametrize(
    "text",
    ["Signature: ____", "Approved by (name):", "审批人：", "经手人签字：________", "部门负责人（签章）：", "审核："],
)
def test_places_to_sign(text: str) -> None:
    """They end a form."""
    assert is_place_to_sign(text)


@pytest.mark.parametrize(
    "text", ["Signature", "signed yesterday", "审核通过", "ask Bob: approved by whom", "出差 报销 2026", "负责人 张三"]
)
def test_no_places_to_sign(text: str) -> None:
    """Without a place to write on, it is a note."""
    assert not is_place_to_sign(text)
