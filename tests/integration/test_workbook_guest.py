"""The workbook is the user's: what they do with it is respected."""

from __future__ import annotations

import threading
from collections.abc import Callable
from copy import copy
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.table import TableFormula
from openpyxl.worksheet.worksheet import Worksheet

from ocrwatch.document import Amount, Cell
from ocrwatch.errors import LedgerBusy
from ocrwatch.ledger.formats import amount_format
from ocrwatch.ledger.locks import Locks
from ocrwatch.ports import Change, Field
from tests.unit.ledger.books import (
    FIELDS,
    SHEET,
    edit,
    everything_in,
    ledger_at,
    records,
    row,
    sheet_of,
    sheets_looked_through,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "Ledger.xlsx"


def rename_headers(path: Path, headers: list[str]) -> None:
    """Put `headers` over the table's columns, in the table too, as Excel does."""

    def change(sheet: Worksheet) -> None:
        (table,) = sheet.tables.values()
        for place, header in enumerate(headers, 1):
            sheet.cell(1, place).value = header
            table.tableColumns[place - 1].name = header

    edit(path, change)


def test_columns_are_found_by_their_header_wherever_they_are(path: Path) -> None:
    """Columns that the user rearranged are filled where they stand now, spelling and case aside."""
    ledger_at(path).append([row(1, {"company": "a"})])
    edit(path, lambda sheet: sheet.delete_rows(2))
    headers = [str(cell.value) for cell in sheet_of(path)[1]]
    rename_headers(path, [" COMPANY ", "Document ID", *headers[1:3], headers[0], *headers[4:9]])
    ledger_at(path).append([row(2, {"company": "b", "number": "007", "date": date(2025, 1, 2)})])
    sheet = sheet_of(path)
    assert [sheet["A2"].value, sheet["B2"].value, sheet["E2"].value] == ["b", row(2).id, "007"]
    assert len(list(sheet.columns)) == 10
    assert ledger_at(path).find([row(2).id]) == {row(2).id: 2}


def test_a_column_that_was_deleted_comes_back_at_the_right(path: Path) -> None:
    """A missing column is added right of the table and belongs to it; earlier rows keep it empty."""
    ledger_at(path).append([row(1)])
    rename_headers(path, ["number", "date", "total", "my own"])
    ledger_at(path).append([row(2, {"company": "b"})])
    assert [record["my own"] for record in records(path)] == ["shop 1", None]
    assert [record["company"] for record in records(path)] == [None, "b"]
    (table,) = sheet_of(path).tables.values()
    assert (table.ref, table.tableColumns[-1].name) == ("A1:K3", "company")
    assert len({column.id for column in table.tableColumns}) == 11


def test_own_columns_formulas_and_formats_stay(path: Path) -> None:
    """Columns, formulas, comments, rules, lists, widths and formats of the user's are as before."""
    ledger_at(path).append([row(1), row(2)])

    def decorate(sheet: Worksheet) -> None:
        sheet["L1"], sheet["L2"] = "category", "travel"
        sheet["M2"] = "=C2*1.19"
        sheet["N2"] = ArrayFormula("N2:N3", "=C2:C3*2")
        sheet["L2"].font = Font(name="Courier", color="FF0000")
        sheet["D2"].fill = PatternFill("solid", fgColor="00FF00")
        sheet["L2"].comment = Comment("mine", "Anna")
        sheet.conditional_formatting.add("L2:L9", CellIsRule(operator="equal", formula=['"x"'], font=Font(bold=True)))
        choice = DataValidation(type="list", formula1='"a,b"')
        choice.add("L2:L9")
        sheet.add_data_validation(choice)
        sheet.column_dimensions["L"].width = 33
        sheet.column_dimensions["A"].hidden = True
        sheet.row_dimensions[2].height = 40
        sheet.merge_cells("P1:Q2")
        sheet.freeze_panes = "B2"

    edit(path, decorate)
    ledger_at(path).append([row(3)])
    ledger_at(path).amend([Change(id=row(1).id, cells=[Cell("total", Amount(Decimal(5), "EUR"))])])
    sheet = sheet_of(path)
    assert [sheet["L1"].value, sheet["L2"].value, sheet["M2"].value] == ["category", "travel", "=C2*1.19"]
    assert (sheet["N2"].value.ref, sheet["N2"].value.text) == ("N2:N3", "=C2:C3*2")
    assert (sheet["L2"].font.name, sheet["L2"].comment.text) == ("Courier", "mine")
    assert sheet["D2"].fill.fgColor.rgb.endswith("00FF00")
    assert "L2:L9" in [str(each.sqref) for each in sheet.conditional_formatting]
    assert str(sheet.data_validations.dataValidation[0].sqref) == "L2:L9"
    assert (sheet.column_dimensions["L"].width, sheet.row_dimensions[2].height) == (33, 40)
    assert sheet.column_dimensions["A"].hidden
    assert [str(each) for each in sheet.merged_cells.ranges] == ["P1:Q2"]
    assert sheet.freeze_panes == "B2"
    assert [sheet["D4"].value, sheet["L4"].value] == ["shop 3", None]


def test_a_calculated_column_goes_on(path: Path) -> None:
    """A column of the table with a formula of its own is filled in new rows too, and the table grows."""
    ledger_at(path).append([row(1)])

    def calculate(sheet: Worksheet) -> None:
        (table,) = sheet.tables.values()
        column = copy(table.tableColumns[-1])
        column.id, column.name = 11, "gross"
        column.calculatedColumnFormula = TableFormula(attr_text="Scans_1[[#This Row],[total]]*1.19")
        table.tableColumns.append(column)
        table.ref = table.autoFilter.ref = "A1:K2"
        sheet["K1"], sheet["K2"] = "gross", "=Scans_1[[#This Row],[total]]*1.19"

    edit(path, calculate)
    ledger_at(path).append([row(2), row(3)])
    sheet = sheet_of(path)
    assert [sheet[f"K{number}"].value for number in (2, 3, 4)] == ["=Scans_1[[#This Row],[total]]*1.19"] * 3
    (table,) = sheet.tables.values()
    assert (table.ref, table.autoFilter.ref) == ("A1:K4", "A1:K4")


def test_a_header_below_a_title_is_found(path: Path) -> None:
    """Title rows may stand above the header, and a sheet without a table stays one."""
    book = Workbook()
    sheet = book.active
    sheet.title = SHEET
    sheet["A1"] = "Receipts of 2025"
    for place, header in enumerate(["Date", "Company", "note", "Document ID"], 2):
        sheet.cell(4, place).value = header
    book.save(path)
    ledger_at(path).append([row(1, {"company": "a", "date": date(2025, 1, 2)})])
    (record,) = records(path, header_row=4)
    assert (record["Company"], record["note"], record["number"]) == ("a", None, None)
    assert sheet_of(path)["A1"].value == "Receipts of 2025"
    assert not sheet_of(path).tables
    assert ledger_at(path).find([row(1).id]) == {row(1).id: 5}


def test_other_sheets_and_their_charts_stay(path: Path) -> None:
    """A sheet of ours is added to the user's workbook; theirs, a chart on it and names stay."""
    book = Workbook()
    sheet = book.active
    for number in range(1, 5):
        sheet.cell(number, 1).value = number
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=1, min_row=1, max_row=4))
    sheet.add_chart(chart, "C1")
    book.save(path)
    ledger_at(path).append([row(1)])
    ledger_at(path).append([row(2)])
    after = load_workbook(path)
    assert after.sheetnames == ["Sheet", SHEET]
    assert [cell.value for cell in after["Sheet"]["A"]] == [1, 2, 3, 4]
    assert len(after["Sheet"]._charts) == 1


def test_an_empty_sheet_of_that_name_is_used_and_case_is_no_matter(path: Path) -> None:
    """An empty sheet the user made is dressed like a new one."""
    book = Workbook()
    book.active.title = SHEET.upper()
    book.active.column_dimensions.group("A", "XFD", outline_level=0)
    book.active.column_dimensions["A"].width = 20
    book.save(path)
    ledger_at(path).append([row(1)])
    sheet = sheet_of(path, SHEET.upper())
    assert sheet["D2"].value == "shop 1"
    assert len(sheet.tables) == 1
    dimensions = list(sheet.column_dimensions.values())
    assert [(each.min, each.max, each.width) for each in dimensions] == [(1, 16384, 20)], "columns are described twice"


def test_two_sheets_of_one_workbook_get_tables_of_their_own(path: Path) -> None:
    """Each sheet's table has a name of its own, whatever names the user gave."""
    ledger_at(path, sheet="A").append([row(1)])
    ledger_at(path, sheet="B").append([row(1)])
    names = [name for sheet in ("A", "B") for name in sheet_of(path, sheet).tables]
    assert len(set(names)) == 2


def test_deleted_rows_leave_their_place_to_the_next(path: Path) -> None:
    """A row the user cleared at the end is not found any more, and the next one takes its place in the table."""
    ledger = ledger_at(path)
    ledger.append([row(1), row(2)])

    def clear(sheet: Worksheet) -> None:
        for cell in sheet[3]:
            cell.value = None

    edit(path, clear)
    assert ledger.find([row(1).id, row(2).id]) == {row(1).id: 2}
    assert ledger.append([row(3)]) == {row(3).id: 3}
    assert [record["company"] for record in records(path)] == ["shop 1", "shop 3"]


def test_a_totals_row_stays_last(path: Path) -> None:
    """The table's totals row moves down as rows come, its ranges with it; what stands beside it stays."""
    ledger_at(path).append([row(1)])

    def add_totals(sheet: Worksheet) -> None:
        (table,) = sheet.tables.values()
        table.totalsRowCount = 1
        table.ref = "A1:J3"
        sheet["C3"] = "=SUBTOTAL(109,Scans_1[total])"
        sheet["D3"] = "=COUNTA(D2:D2)"
        sheet["L3"] = "beside"

    edit(path, add_totals)
    ledger = ledger_at(path)
    ledger.append([row(2)])
    ledger.append([row(3), row(4)])
    sheet = sheet_of(path)
    assert [sheet[f"D{number}"].value for number in range(2, 7)] == [
        "shop 1", "shop 2", "shop 3", "shop 4", "=COUNTA(D2:D5)",
    ]  # fmt: skip
    assert [sheet["C3"].value, sheet["C6"].value, sheet["L3"].value] == [
        None,
        "=SUBTOTAL(109,Scans_1[total])",
        "beside",
    ]
    (table,) = sheet.tables.values()
    assert (table.ref, table.totalsRowCount, sheet.dimensions) == ("A1:J6", 1, "A1:L6")
    assert table.autoFilter.ref in ("A1:J5", "A1:J2")  # openpyxl left it as it was


def _referred_totals(sheet: Worksheet) -> None:
    (table,) = sheet.tables.values()
    table.totalsRowCount = 1
    table.ref = "A1:J3"
    sheet["C3"] = "=SUBTOTAL(109,Scans_1[total])"
    sheet["L1"] = "=C3*2"


def _below_totals(sheet: Worksheet) -> None:
    (table,) = sheet.tables.values()
    table.totalsRowCount = 1
    table.ref = "A1:J3"
    sheet["C3"] = "=SUBTOTAL(109,Scans_1[total])"
    sheet["C5"] = "a remark"


def _protected(sheet: Worksheet) -> None:
    sheet.protection.sheet = True


def _something_below(sheet: Worksheet) -> None:
    sheet["A3"] = "x"  # below the table's last row
    sheet["B4"] = "a remark"


def _merged_below(sheet: Worksheet) -> None:
    sheet.merge_cells("A3:C3")


def _no_header(sheet: Worksheet) -> None:
    sheet.delete_rows(1)
    sheet.tables.clear()
    for cell in sheet[1]:
        cell.value = "x"


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_referred_totals, "totals row that formulas elsewhere refer to"),
        (_below_totals, "row 5 .* below the table's totals row"),
        (_protected, "is protected"),
        (_something_below, "row 3"),
        (_merged_below, "row 3"),
        (_no_header, "no row with the columns' names"),
    ],
)
def test_a_sheet_that_cannot_take_rows_is_left_alone(
    path: Path, tmp_path: Path, spoil: Callable[[Worksheet], None], said: str
) -> None:
    """Where rows would break something of the user's they wait, and the message says what is in the way."""
    ledger_at(path).append([row(1)])
    edit(path, spoil)
    before = everything_in(tmp_path)
    with pytest.raises(LedgerBusy, match=said):
        ledger_at(path).append([row(2)])
    assert everything_in(tmp_path) == before


def test_a_chart_sheet_of_that_name_is_left_alone(path: Path, tmp_path: Path) -> None:
    """A chart sheet takes no rows."""
    book = Workbook()
    chart = BarChart()
    chart.add_data(Reference(book.active, min_col=1, min_row=1, max_row=4))
    book.create_chartsheet(SHEET).add_chart(chart)
    book.save(path)
    before = everything_in(tmp_path)
    with pytest.raises(LedgerBusy, match="is a chart"):
        ledger_at(path).append([row(1)])
    assert ledger_at(path).find([row(1).id]) == {}
    assert everything_in(tmp_path) == before


def test_amend_touches_no_other_cell(path: Path) -> None:
    """Only the named cells change; a corrected amount is typed, a cell without a column gets one."""
    ledger = ledger_at(path)
    ledger.append([row(1), row(2, {"company": "b", "date": date(2025, 1, 2)})])
    before = records(path)
    assert ledger.amend(
        [Change(id=row(2).id, cells=[Cell("total", Amount(Decimal("7.10"), "EUR")), Cell("remark", "=x")])]
    )
    after = records(path)
    assert after[0] == before[0] | {"remark": None}
    assert after[1] == before[1] | {"total": 7.1, "remark": "=x"}
    assert sheet_of(path)["C3"].number_format == '"€"#,##0.00'
    assert ledger.amend([Change(id=row(2).id, cells=[Cell("total", None)])])
    assert records(path)[1]["total"] is None
    assert ledger.find([row(2).id]) == {row(2).id: 3}


def test_ledgers_of_one_workbook_do_not_get_in_each_others_way(path: Path, tmp_path: Path) -> None:
    """Two sheets, one also through a symbolic link, written by two threads at once: every row lands."""
    link = tmp_path / "link.xlsx"
    link.symlink_to(path)
    locks = Locks()
    failures: list[BaseException] = []

    def fill(book: Path, sheet: str) -> None:
        ledger = ledger_at(book, [Field(name="company"), *FIELDS[:1]], sheet=sheet, locks=locks)
        try:
            for number in range(8):
                ledger.append([row(number)])
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=fill, args=args) for args in ((path, "A"), (link, "B"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    for sheet in ("A", "B"):
        assert [record["company"] for record in records(path, sheet)] == [f"shop {number}" for number in range(8)]


def test_ledgers_of_one_workbook_know_of_each_others_saves(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In turns they look through their sheets once; after someone else's save, once more; formats stay their own."""
    looked = sheets_looked_through(monkeypatch)
    locks = Locks()
    first, second = (ledger_at(path, sheet=sheet, locks=locks) for sheet in ("A", "B"))
    currencies = ("EUR", "CNY", "JPY", "GBP", "USD", "THB")
    for number, currency in enumerate(currencies, 1):
        amount = Amount(Decimal(number), currency)
        first.append([row(number, {"company": f"shop {number}", "total": amount})])
        second.append([row(number, {"company": f"other {number}", "total": amount})])
        assert second.find([row(number).id]) == first.find([row(number).id]) == {row(number).id: number + 1}
    assert looked == ["A", "B"]
    for sheet in ("A", "B"):
        formats = [sheet_of(path, sheet)[f"C{number}"].number_format for number in range(2, 8)]
        assert formats == [amount_format(Amount(Decimal(1), currency)) for currency in currencies]
    edit(path, lambda sheet: sheet.cell(2, 4, "corrected"), sheet="A")
    for ledger in (first, second, first, second):
        ledger.append([row(len(looked) + 10)])
    assert looked == ["A", "B"] * 2
    assert [record["company"] for record in records(path, "A")][:2] == ["corrected", "shop 2"]
    assert [record["company"] for record in records(path, "B")][:2] == ["other 1", "other 2"]
