"""Forms that somebody prepared are filled as they are."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, date
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Border, Side
from openpyxl.worksheet.table import Table
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook

from ocrwatch.document import Amount, Row, Value
from ocrwatch.errors import LedgerBusy, LedgerFull
from ocrwatch.ledger.layout import Choice
from ocrwatch.ledger.locks import Locks
from ocrwatch.ledger.workbook import WorkbookLedger
from ocrwatch.ports import Field
from tests.unit.ledger.books import SHEET, edit, everything_in, ledger_at, row, sheet_of
from tests.unit.ledger.packages import rewritten
from tests.unit.ledger.papers import (
    EXPENSE_SHEET,
    EXPENSES,
    TRAVEL,
    TRAVEL_HEADINGS,
    TRAVEL_SHEET,
    make_expenses,
    make_travel,
)

THIN = Border(*(Side("thin"),) * 4)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "Form.xlsx"


def form_at(
    path: Path,
    sheet: str,
    fields: Sequence[Field],
    *,
    headings: dict[str, str] | None = None,
    own: Collection[str] | None = None,
) -> WorkbookLedger:
    choice = Choice(headings=headings or {}, own=own)
    return WorkbookLedger(path, sheet, fields, folder_column=False, choice=choice, locks=Locks(), render=str, zone=UTC)


def travel_at(path: Path, own: Collection[str] | None = ("Check", "File")) -> WorkbookLedger:
    return form_at(path, TRAVEL_SHEET, TRAVEL, headings=TRAVEL_HEADINGS, own=own)


def trip(number: int) -> Row:
    values: dict[str, Value] = {
        "出发日期": date(2026, 11, number),
        "出发地点": "北京南",
        "到达地点": "上海虹桥",
        "车次": f"G{number}",
        "票价": Amount(Decimal(500 + number), "CNY"),
    }
    return row(number, values)


def expense(number: int) -> Row:
    values: dict[str, Value] = {
        "Date": date(2026, 11, number),
        "Supplier": f"Shop {number}",
        "Amount": Amount(Decimal(10 * number)),
    }
    return row(number, values)


def test_a_form_is_filled_above_its_footer(path: Path) -> None:
    """Below a header of two rows, into the prepared rows, each value under its heading; all else stays as it was."""
    make_travel(path)
    before, sums_before = _shown(path, TRAVEL_SHEET), _shown(path, "汇总")
    assert travel_at(path).append([trip(1)]) == {row(1).id: 7}
    ledger = travel_at(path)
    assert ledger.append([trip(2), trip(3)]) == {row(2).id: 8, row(3).id: 9}
    assert ledger.append([trip(4)]) == {row(4).id: 10}
    after = _shown(path, TRAVEL_SHEET)
    assert {place: after[place] for place in before} == before
    assert _shown(path, "汇总") == sums_before
    sheet = sheet_of(path, TRAVEL_SHEET)
    assert [cell.value for cell in sheet[8]][:9] == [
        2, sheet["B8"].value, "北京南", None, "上海虹桥", "G2", 502, None, None,
    ]  # fmt: skip
    assert str(sheet["B8"].value) == "2026-11-02 00:00:00"
    assert [sheet.cell(6, place).value for place in (11, 12, 13)] == ["Check", "File", "Document ID"]
    assert all(sheet[f"{place}8"].border.left.style == "thin" for place in "ABCDEFGHIJ")
    merged = {str(each) for each in sheet.merged_cells.ranges}
    assert {"A1:J1", "A5:A6", "B5:C5", "G5:G6", "A12:F12", "A13:J13"} <= merged
    assert CalamineWorkbook.from_path(str(path)).get_sheet_by_name(TRAVEL_SHEET).to_python()[8][5] == "G3"
    assert [line.shown["票价"] for line in travel_at(path).lines()] == [501, 502, 503, 504]
    assert [line.shown["出发日期"].day for line in travel_at(path).lines()] == [1, 2, 3, 4]


def test_parts_of_a_form_that_need_not_change_are_the_same_bytes(path: Path) -> None:
    """Only the sheet, those that depend on it, the formats and the workbook's part are written anew."""
    make_travel(path)
    before = _parts(path)
    travel_at(path).append([trip(1)])
    after = _parts(path)
    changed = {name for name in before if after.get(name) != before[name]}
    assert changed <= {
        "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml", "xl/styles.xml", "xl/workbook.xml",
    }  # fmt: skip


def test_no_value_beside_a_formula_is_old(path: Path) -> None:
    """What depends on the new row has no value any more: in that row, in the footer, on other sheets."""
    make_travel(path)
    travel_at(path).append([trip(1)])
    book = load_workbook(path, data_only=True)
    assert [book[TRAVEL_SHEET][place].value for place in ("J7", "G12", "J12")] == [None] * 3
    assert book["汇总"]["B1"].value is None
    assert book[TRAVEL_SHEET]["J9"].value == 0, "a row that is still empty"


def test_our_columns_stand_right_of_the_form_and_are_not_printed(path: Path) -> None:
    """The column of ids is hidden where it was not chosen; the form is printed as before."""
    make_travel(path)
    travel_at(path, own=()).append([trip(1)])
    sheet = sheet_of(path, TRAVEL_SHEET)
    assert [cell.value for cell in sheet[6] if cell.column > 10] == ["Document ID"]
    assert sheet.column_dimensions["K"].hidden
    assert not sheet.column_dimensions["J"].hidden
    assert sheet.print_area == f"'{TRAVEL_SHEET}'!$A$1:$J$15"
    assert travel_at(path, own=()).find([row(1).id]) == {row(1).id: 7}


def test_a_form_that_is_full_names_the_row(path: Path, tmp_path: Path) -> None:
    """Rows wait and nothing is written; once rows were inserted they land there, and sums reach them."""
    make_expenses(path)
    ledger = form_at(path, EXPENSE_SHEET, EXPENSES)
    ledger.append([expense(1), expense(2), expense(3)])
    before = everything_in(tmp_path)
    for each in (ledger, form_at(path, EXPENSE_SHEET, EXPENSES)):
        with pytest.raises(LedgerFull, match=r"no empty row left above row 9\. Insert .* \(at least 1\)") as caught:
            each.append([expense(4), expense(5)])
        assert caught.value.room == 1
        assert everything_in(tmp_path) == before
    ledger.append([expense(4)])
    with pytest.raises(LedgerFull):
        ledger.append([expense(5)])

    def insert(sheet: Worksheet) -> None:  # as Excel does: the sum above the place stays as it was
        sheet.insert_rows(9, 2)

    edit(path, insert, EXPENSE_SHEET)
    assert ledger.append([expense(5)]) == {row(5).id: 9}
    assert ledger.append([expense(6)]) == {row(6).id: 10}
    sheet = sheet_of(path, EXPENSE_SHEET)
    assert (sheet["C11"].value, sheet["D11"].value) == ("Total:", "=SUM(D5:D10)")
    assert sheet["A13"].value.startswith("Signature")
    assert [sheet[f"F{number}"].value for number in (9, 10)] == ["=D9*E9", "=D10*E10"]
    with pytest.raises(LedgerFull, match="above row 11"):
        ledger.append([expense(7)])


def test_a_formula_under_a_field_is_not_written_over(path: Path, tmp_path: Path) -> None:
    """Rows wait, and the message names row and column."""
    make_expenses(path)
    before = everything_in(tmp_path)
    with pytest.raises(LedgerBusy, match=r"A formula stands in row 5 .* in the column In EUR"):
        form_at(path, EXPENSE_SHEET, (*EXPENSES, Field(name="In EUR", type="amount"))).append([expense(1)])
    assert everything_in(tmp_path) == before


def test_a_form_is_filled_where_a_person_has_begun(path: Path) -> None:
    """Rows typed by hand count; a number in another column does not."""
    make_expenses(path)
    edit(path, lambda sheet: sheet.cell(5, 3, "Taxi"), EXPENSE_SHEET)
    edit(path, lambda sheet: sheet.cell(7, 1, "x"), EXPENSE_SHEET)
    assert form_at(path, EXPENSE_SHEET, EXPENSES).append([expense(1), expense(2)]) == {row(1).id: 6, row(2).id: 7}
    assert sheet_of(path, EXPENSE_SHEET)["A7"].value == "x"


def test_cells_merged_within_a_row_are_filled_in_their_first(path: Path) -> None:
    """Over several rows they are in the way."""

    def merge(sheet: Worksheet) -> None:
        for number in range(5, 9):
            sheet.merge_cells(f"D{number}:E{number}")
        sheet.merge_cells("A5:A8")
        sheet.merge_cells("B7:B8")

    make_expenses(path)
    edit(path, merge, EXPENSE_SHEET)
    ledger = form_at(path, EXPENSE_SHEET, EXPENSES)
    ledger.append([expense(1), expense(2)])
    assert [sheet_of(path, EXPENSE_SHEET)[f"D{number}"].value for number in (5, 6)] == [10, 20]
    with pytest.raises(LedgerBusy, match="Something stands in row 7"):
        ledger.append([expense(3)])


def test_a_sheet_with_none_of_the_fields_gets_them(path: Path) -> None:
    """Also where it has something like a footer."""
    book = Workbook()
    book.active.title = SHEET
    for cells in (["File", "Pages"], ["a", 1], [], ["Total", "=SUM(B2:B3)"], [], ["Signature"]):
        book.active.append(cells)
    book.save(path)
    assert ledger_at(path).append([row(1)]) == {row(1).id: 7}


# ---------------------------------------------------------------- what is a footer, and what is none


def _ledger_with(path: Path, change: Callable[[Worksheet], object], *, rows: int = 3) -> None:
    """A plain sheet with our headings and `rows` rows of ours, no table, changed."""
    book = Workbook()
    sheet = book.active
    sheet.title = SHEET
    sheet.append(["number", "date", "total", "company", "Document ID"])
    book.save(path)
    ledger_at(path).append([row(number) for number in range(1, rows + 1)])
    edit(path, change)


def _note_far_below(sheet: Worksheet) -> None:
    sheet["A30"] = "remember to ask Bob"


def _note_with_total(sheet: Worksheet) -> None:
    sheet["A30"] = "total so far: see the bank"


def _bordered_and_note(sheet: Worksheet) -> None:
    for cells in sheet.iter_rows(min_row=1, max_row=4, max_col=5):
        for cell in cells:
            cell.border = THIN
    sheet["A30"] = "a note"


def _running_total(sheet: Worksheet) -> None:
    for number in range(2, 5):
        sheet[f"L{number}"] = f"=SUM(C$2:C{number})"


def _row_by_hand(sheet: Worksheet) -> None:
    for place, value in enumerate(["8", "2025-01-01", 3, "Total"], 1):
        sheet.cell(5, place, value)


@pytest.mark.parametrize(
    ("change", "lands"),
    [
        (_note_far_below, 31),
        (_note_with_total, 31),
        (_bordered_and_note, 31),
        (_running_total, 5),
        (_row_by_hand, 6),
    ],
)
def test_what_is_no_footer_stops_no_row(path: Path, change: Callable[[Worksheet], object], lands: int) -> None:
    """A ledger that grows goes on below what was written there, however many rows come."""
    _ledger_with(path, change)
    ledger = ledger_at(path)
    assert ledger.append([row(8)]) == {row(8).id: lands}
    assert ledger.append([row(9), row(10)]) == {row(9).id: lands + 1, row(10).id: lands + 2}


def _sum_below(sheet: Worksheet) -> None:
    sheet["C9"] = "=SUM(C2:C8)"


def _total_in_words(sheet: Worksheet) -> None:
    sheet["A9"] = "合 计："


def _place_to_sign(sheet: Worksheet) -> None:
    sheet["A9"], sheet["C9"] = "审 批 人：", "日期："


def _drawn_and_signature(sheet: Worksheet) -> None:
    for cells in sheet.iter_rows(min_row=1, max_row=8, max_col=4):
        for cell in cells:
            cell.border = THIN
    sheet["B11"] = "Approved by"


def _drawn_and_merged(sheet: Worksheet) -> None:
    for cells in sheet.iter_rows(min_row=1, max_row=9, max_col=4):
        for cell in cells:
            cell.border = THIN
    sheet["A9"] = "Approved by"
    sheet.merge_cells("A9:D9")


@pytest.mark.parametrize(
    "change", [_sum_below, _total_in_words, _place_to_sign, _drawn_and_signature, _drawn_and_merged]
)
def test_a_footer_is_told_by_what_it_is(path: Path, change: Callable[[Worksheet], object]) -> None:
    """A sum of rows above, a word for a total, a place to sign, or a place at the end of a drawn grid: rows 5 to 8 are filled."""
    _ledger_with(path, change)
    ledger = ledger_at(path)
    assert ledger.append([row(8), row(9)]) == {row(8).id: 5, row(9).id: 6}
    assert ledger_at(path).append([row(10), row(11)]) == {row(10).id: 7, row(11).id: 8}
    with pytest.raises(LedgerFull, match="above row 9"):
        ledger_at(path).append([row(12)])


@pytest.mark.parametrize("in_table", [False, True])
def test_prepared_rows_without_a_footer_come_first(path: Path, *, in_table: bool) -> None:
    """Running numbers and formulas are no content; below the last of them rows go on, and a table grows."""
    book = Workbook()
    sheet = book.active
    sheet.title = SHEET
    sheet.append(["No.", "company", "total", "double"])
    for number in range(1, 4):
        sheet.append([number, None, None, f"=C{number + 1}*2"])
    if in_table:
        sheet.add_table(Table(displayName="Mine", ref="A1:D4"))
    book.save(path)
    assert ledger_at(path).append([row(1), row(2)]) == {row(1).id: 2, row(2).id: 3}
    assert ledger_at(path).append([row(3), row(4)]) == {row(3).id: 4, row(4).id: 5}
    assert [cell.value for cell in sheet_of(path)["A"]] == ["No.", 1, 2, 3, None]
    assert sheet_of(path)["D5"].value == "=C5*2"


def test_sums_above_the_rows_go_on(path: Path) -> None:
    """Also in a title, as ranges of charts and names do; those of other sheets stay."""
    book = Workbook()
    sheet = book.active
    sheet.title = SHEET
    sheet["A1"], sheet["B1"], sheet["C1"] = "Sum", f"=SUM(B4:B5)-SUM({SHEET}!B4:B5)", "=SUM(Other!B4:B5)"
    sheet.append([])
    for cells in (["company", "total"], ["a", 1], ["b", 2]):
        sheet.append(cells)
    book.create_sheet("Other")
    book.save(path)
    ledger = ledger_at(path)
    ledger.append([row(1)])
    ledger.append([row(2)])
    assert sheet_of(path)["B1"].value == f"=SUM(B4:B7)-SUM({SHEET}!B4:B7)"
    assert sheet_of(path)["C1"].value == "=SUM(Other!B4:B5)"


def test_sums_that_share_a_formula_go_on(path: Path) -> None:
    """As Excel writes what was filled to the right."""
    _ledger_with(path, _sums_below)
    shared = b'<c r="C5"><f t="shared" ref="C5:D5" si="0">SUM(C2:C4)</f><v>1</v></c><c r="D5"><f t="shared" si="0"/><v>1</v></c>'

    def share(parts: dict[str, bytes]) -> None:
        name = "xl/worksheets/sheet1.xml"
        parts[name] = re.sub(rb'<c r="C5".*?</c><c r="D5".*?</c>', shared, parts[name])
        assert shared in parts[name]

    rewritten(path, share)
    with pytest.raises(LedgerFull, match="above row 5"):
        ledger_at(path).append([row(8)])

    def insert(parts: dict[str, bytes]) -> None:
        name = "xl/worksheets/sheet1.xml"
        parts[name] = parts[name].replace(b'<row r="5"', b'<row r="6"').replace(b'r="C5"', b'r="C6"')
        parts[name] = (
            parts[name].replace(b'r="D5"', b'r="D6"').replace(b"C5:D5", b"C6:D6").replace(b'r="A5"', b'r="A6"')
        )

    rewritten(path, insert)
    ledger_at(path).append([row(8)])
    sheet = sheet_of(path)
    assert (sheet["C6"].value, sheet["D6"].value) == ("=SUM(C2:C5)", "=SUM(D2:D5)")


def _sums_below(sheet: Worksheet) -> None:
    sheet["C5"], sheet["D5"] = "=SUM(C2:C4)", "=SUM(D2:D4)"


def _shown(path: Path, sheet: str) -> dict[str, object]:
    """Every value, by its place."""
    return {
        cell.coordinate: cell.value
        for cells in sheet_of(path, sheet).iter_rows()
        for cell in cells
        if cell.value is not None
    }


def _parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}
