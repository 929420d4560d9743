"""What goes on when rows are added: ranges that end with the last one, formulas, formats."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.styles import Font, PatternFill

from ocrwatch.document import Amount, Value
from tests.unit.ledger.books import SHEET, ledger_at, row, sheet_of
from tests.unit.ledger.packages import HEADERS, Book, Sheet, rewritten

xlsxwriter = pytest.importorskip("xlsxwriter", reason="XlsxWriter makes the workbooks of these tests")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "Ledger.xlsx"


def plain(path: Path, fill: Callable[[Book, Sheet], object], rows: int = 2) -> None:
    """A plain range, no table: the header, and rows of totals 1, 2 … with the ids 1, 2 …"""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet(SHEET)
        sheet.write_row(0, 0, HEADERS)
        for number in range(1, rows + 1):
            sheet.write_row(number, 2, [number, f"shop {number}"])
            sheet.write(number, 9, f"{number:016x}")
        fill(book, sheet)


def paid(number: int) -> dict[str, Value]:
    return {"company": f"shop {number}", "total": Amount(Decimal(number), "EUR"), "date": date(2025, 1, number)}


def member(path: Path, name: str) -> str:
    with zipfile.ZipFile(path) as package:
        return package.read(name).decode()


def _ranges(book: Book, sheet: Sheet) -> None:
    sheet.autofilter("A1:J3")
    sheet.conditional_format("C2:C3", {"type": "cell", "criteria": ">", "value": 1, "format": book.add_format()})
    sheet.conditional_format("C2:C3", {"type": "data_bar", "data_bar_2010": True})
    sheet.conditional_format("D2:D9", {"type": "cell", "criteria": ">", "value": 1, "format": book.add_format()})
    sheet.conditional_format("N2:N3", {"type": "cell", "criteria": ">", "value": 1, "format": book.add_format()})
    sheet.data_validation("D2:D3", {"validate": "list", "source": ["a", "b"]})
    sheet.print_area("A1:J3")
    other = book.add_worksheet("It's mine")
    chart = book.add_chart({"type": "line"})
    chart.add_series({"categories": f"={SHEET}!$D$2:$D$3", "values": f"={SHEET}!$C$2:$C$3"})
    chart.add_series({"values": f"={SHEET}!$C$2:$C$9"})
    chart.add_series({"values": "='It''s mine'!$C$2:$C$3"})
    other.insert_chart("A1", chart)
    book.define_name("All_totals", f"={SHEET}!$C$2:$C$3")
    book.define_name("Some_totals", f"={SHEET}!$C$2:$C$2")
    book.define_name("Other_totals", "='It''s mine'!$C$2:$C$3")
    book.define_name("Tax", f"=SUM({SHEET}!$C$2:$C$3)*0.19")


def test_ranges_that_end_with_the_last_row_go_on(path: Path) -> None:
    """Filter, rules, lists, names, the printed area and charts take new rows in; what ends elsewhere stays."""
    plain(path, _ranges)
    ledger = ledger_at(path)
    ledger.append([row(3, paid(3)), row(4, paid(4))])
    ledger.append([row(5, paid(5))])
    sheet = sheet_of(path)
    assert sheet.auto_filter.ref == "A1:J6"
    assert sorted({str(each.sqref) for each in sheet.conditional_formatting}) == ["C2:C6", "D2:D9", "N2:N3"]
    assert str(sheet.data_validations.dataValidation[0].sqref) == "D2:D6"
    assert re.findall("<xm:sqref>(.*?)<", member(path, "xl/worksheets/sheet1.xml")) == ["C2:C6"], "of a data bar"
    names = dict(re.findall('<definedName name="([^"]*)"[^>]*>([^<]*)<', member(path, "xl/workbook.xml")))
    assert names == {
        "All_totals": f"{SHEET}!$C$2:$C$6",
        "Some_totals": f"{SHEET}!$C$2:$C$2",
        "Other_totals": "'It''s mine'!$C$2:$C$3",
        "Tax": f"SUM({SHEET}!$C$2:$C$3)*0.19",
        "_xlnm.Print_Area": f"{SHEET}!$A$1:$J$6",
        "_xlnm._FilterDatabase": f"{SHEET}!$A$1:$J$6",
    }
    assert re.findall("<c:f>(.*?)</c:f>", member(path, "xl/charts/chart1.xml")) == [
        f"{SHEET}!$D$2:$D$6", f"{SHEET}!$C$2:$C$6", f"{SHEET}!$C$2:$C$9", "'It''s mine'!$C$2:$C$3",
    ]  # fmt: skip


def _formulas(_: Book, sheet: Sheet) -> None:
    for number in (2, 3):
        sheet.write_formula(f"L{number}", f"=C{number}*$M$1+N${number}", None, 7)
        sheet.write_formula(f"M{number}", f'=IF(C{number}>C{number - 1},"C2",Q{number})', None, 7)
        sheet.write_formula(f"N{number}", "=SUM(C:C)", None, 7)
    sheet.write_formula("O3", "=C3*2", None, 7)


def test_formulas_that_the_last_two_rows_have_alike_go_on(path: Path) -> None:
    """Filled down, each for its row, from any program's way to write them; one alone does not go on."""
    plain(path, _formulas)
    ledger = ledger_at(path)
    ledger.append([row(3, paid(3))])
    ledger.append([row(4, paid(4)), row(5, paid(5))])
    sheet = sheet_of(path)
    assert [sheet[f"L{number}"].value for number in (4, 6)] == [None, None], "N$2 and N$3 are not alike"
    assert [sheet[f"M{number}"].value for number in (4, 5, 6)] == [
        f'=IF(C{number}>C{number - 1},"C2",Q{number})' for number in (4, 5, 6)
    ], "what stands in a text is no reference"
    assert [sheet[f"N{number}"].value for number in (4, 5, 6)] == ["=SUM(C:C)"] * 3
    assert [sheet[f"O{number}"].value for number in (4, 5, 6)] == [None] * 3


def test_shared_formulas_go_on(path: Path) -> None:
    """As Excel writes a filled column: one formula that the other rows share."""
    plain(path, lambda _, sheet: [sheet.write_formula(f"L{number}", f"=C{number}*2", None, 7) for number in (2, 3)])

    def share(parts: dict[str, bytes]) -> None:
        name = "xl/worksheets/sheet1.xml"
        data = parts[name].replace(b"<f>C2*2</f>", b'<f t="shared" ref="L2:L3" si="0">C2*2</f>')
        parts[name] = data.replace(b"<f>C3*2</f>", b'<f t="shared" si="0"/>')

    rewritten(path, share)
    ledger = ledger_at(path)
    ledger.append([row(3, paid(3))])
    ledger.append([row(4, paid(4))])
    sheet = sheet_of(path)
    assert [sheet[f"L{number}"].value for number in (4, 5)] == ["=C4*2", "=C5*2"]
    shown = load_workbook(path, data_only=True)[SHEET]
    assert [shown[f"L{number}"].value for number in (2, 3, 4)] == [7, 7, None], "those stay true"


def test_old_values_are_not_shown_on_the_ledgers_own_sheet(path: Path) -> None:
    """Sums of the column go, and what is made of them in their row; what is confined to its row stays."""

    def fill(_: Book, sheet: Sheet) -> None:
        sheet.write_formula("L2", "=C2*2", None, 7)
        sheet.write_formula("L3", "=C3/SUM(C$2:C$99)", None, 7)
        sheet.write_formula("M3", "=L3*100", None, 7)
        sheet.write_array_formula("P2:P3", "{=C2:C3*2}", None, 7)
        sheet.write("P3", 8)

    plain(path, fill)
    ledger_at(path).append([row(3, paid(3))])
    shown = load_workbook(path, data_only=True)[SHEET]
    assert [shown[place].value for place in ("L2", "L3", "M3")] == [None, None, None], "P2 shares its row with L2"
    assert [shown["P2"].value, shown["P3"].value] == [None, None]
    assert [shown["C2"].value, shown["D3"].value] == [1, "shop 2"]


def test_formats_go_on(path: Path) -> None:
    """What the last three rows have alike goes on, a mark on one of them does not; columns' formats count."""
    plain(path, lambda book, sheet: sheet.set_column("I:I", 20, book.add_format({"font_color": "#FF0000"})), rows=4)
    book = load_workbook(path)
    sheet = book[SHEET]
    for number in range(2, 6):
        sheet[f"D{number}"].font = Font(name="Courier New", bold=True)
        sheet[f"B{number}"].number_format = "d/m/yyyy"
        sheet[f"B{number}"].value = date(2025, 1, 1)
        sheet[f"L{number}"].fill = PatternFill("solid", fgColor="00FF00")
    sheet["C5"].fill = PatternFill("solid", fgColor="FFFF00")
    book.save(path)
    ledger = ledger_at(path)
    ledger.append([row(5, paid(5))])
    ledger.append([row(6, paid(6))])
    sheet = sheet_of(path)
    for number in (6, 7):
        assert (sheet[f"D{number}"].font.name, sheet[f"D{number}"].font.bold) == ("Courier New", True)
        assert sheet[f"B{number}"].number_format == "d/m/yyyy"
        assert sheet[f"C{number}"].number_format == '"€"#,##0.00'
        assert sheet[f"C{number}"].fill.patternType is None
        assert sheet[f"L{number}"].fill.fgColor.rgb.endswith("00FF00")
        assert sheet[f"I{number}"].font.color.rgb == "FFFF0000"


def test_days_count_from_1904_where_the_workbook_says_so(path: Path) -> None:
    """Macintosh workbooks: dates read back as they were."""
    with xlsxwriter.Workbook(path, {"date_1904": True}) as book:
        book.add_worksheet("Other")
    ledger_at(path).append([row(3, paid(3))])
    sheet = sheet_of(path)
    assert sheet["B2"].value.date() == date(2025, 1, 3)
    assert sheet["G2"].value.year == 2025


def test_prepared_rows_are_filled_as_they_are(path: Path) -> None:
    """Empty rows with formats and heights are used, their formats kept; the table grows past its end alone."""

    def fill(book: Book, sheet: Sheet) -> None:
        grey = book.add_format({"bg_color": "#DDDDDD", "border": 1})
        for number in range(3, 6):
            sheet.set_row(number, 30)
            for column in range(11):
                sheet.write_blank(number, column, None, grey)

    plain(path, fill)
    ledger = ledger_at(path)
    ledger.append([row(3, paid(3))])
    ledger.append([row(4, paid(4)), row(5, paid(5)), row(6, paid(6))])
    sheet = sheet_of(path)
    assert [sheet[f"D{number}"].value for number in range(2, 8)] == [f"shop {number}" for number in range(1, 7)]
    assert [sheet[f"D{number}"].fill.patternType for number in range(2, 8)] == [None, None, *["solid"] * 3, None], (
        "two marked rows are no rule"
    )
    assert [sheet.row_dimensions[number].height for number in (4, 5, 6)] == [30, 30, 30]
    assert sheet["K4"].fill.patternType == "solid"


def test_more_prepared_rows_than_are_held(path: Path) -> None:
    """Thousands of prepared rows are filled one after the other, in order, their formats kept."""

    def fill(book: Book, sheet: Sheet) -> None:
        grey = book.add_format({"bg_color": "#DDDDDD"})
        for number in range(3, 4000):
            sheet.write_blank(number, 3, None, grey)

    plain(path, fill)
    ledger = ledger_at(path)
    for first, end in ((3, 4), (4, 6), (6, 2106), (2106, 2107)):
        ledger.append([row(number) for number in range(first, end)])
    numbers = [int(each) for each in re.findall(r'<row r="(\d+)"', member(path, "xl/worksheets/sheet1.xml"))]
    assert numbers == list(range(1, 4001))
    sheet = sheet_of(path)
    assert [sheet.cell(number, 4).value for number in range(2, 2108)] == [f"shop {number}" for number in range(1, 2107)]
    assert {sheet.cell(number, 4).fill.patternType for number in range(4, 4001)} == {"solid"}
    assert sheet["D2108"].value is None
