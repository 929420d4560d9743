"""What the cells of a workbook show is read as openpyxl reads it, whoever wrote the workbook."""

from __future__ import annotations

import random
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from ocrwatch.ledger.layout import columns
from ocrwatch.ledger.lines import lines_in
from ocrwatch.ports import Field, Line, Shown
from tests.integration.test_workbook_libreoffice import convert

SHEET = "Scans"
WIDTH = 8
HEADINGS = [f"h{number}" for number in range(WIDTH)]
pytestmark = pytest.mark.filterwarnings("ignore:Cell .* is marked as a date")
COLUMNS = columns([Field(name=name) for name in HEADINGS], folder_column=False)
FORMATS = [
    "General", "0.00", "@", "yyyy-mm-dd", "d.m.yy h:mm", "h:mm:ss", "[h]:mm", "[mm]:ss.0", '"dmy" 0', "[Red]0.0",
    '[$-804]yyyy"年"m"月"d"日";@', r"0.00\d", "#,##0.00_);[Red](#,##0.00)", "mmm-yy", "0.00E+00", '"¥"#,##0.00',
]  # fmt: skip
NUMBERS = [0, 1, -7, 0.25, 1e-9, 1e15, 123456.789, 59, 60, 61, 0.999999999, 45000.5, 2958465, 2958466, -1, 1e300]
TEXTS = [
    "shop", " a  b ", "上海 & <b>", "a\nb", "'=1+1", "_x0041_", "0012", "\U0001f600", "]]>", '"q"', "&amp;", "e\u0301",
]  # fmt: skip


def lines_of(path: Path) -> list[Line]:
    with path.open("rb") as file:
        return list(lines_in(file, path.name, [SHEET], COLUMNS))


def as_openpyxl_reads(path: Path) -> dict[int, dict[str, Shown]]:
    """The rows with an id, under our headings."""
    sheet = openpyxl.load_workbook(path, data_only=True, read_only=True)[SHEET]
    sheet.reset_dimensions()
    rows = sheet.iter_rows(values_only=True)
    first = next(rows)
    found = {}
    for number, values in enumerate(rows, 2):
        shown = dict(zip(first, values, strict=False))
        if shown.get("Document ID"):
            found[number] = {name: shown.get(name) for name in HEADINGS}
    return found


def same(ours: Shown, theirs: Shown) -> bool:
    """An empty text is none; openpyxl takes an escape out of shared texts; it counts thousandths of a second."""
    if isinstance(ours, timedelta) and isinstance(theirs, timedelta):
        return abs(ours - theirs) < timedelta(milliseconds=2)
    if isinstance(ours, str):
        return (
            ours.replace("x005F_", "") == (theirs or "").replace("x005F_", "")
            if isinstance(theirs, str | None)
            else False
        )
    return type(ours) is type(theirs) and ours == theirs


def ensure_same(path: Path) -> None:
    expected = as_openpyxl_reads(path)
    found = lines_of(path)
    assert [line.number for line in found] == sorted(expected)
    assert len(expected) > 5
    for line in found:
        for name in HEADINGS:
            ours, theirs = line.shown[name], expected[line.number][name]
            assert same(ours, theirs), (line.number, name, ours, theirs)


def write_randomly(path: Path, seed: int, **options: object) -> None:
    """By XlsxWriter: all types of cells in all formats; ids as texts, numbers, formulas; rows and cells left out."""
    dice = random.Random(seed)
    book = xlsxwriter.Workbook(str(path), {"nan_inf_to_errors": True, **options})
    sheet = book.add_worksheet(SHEET)
    formats = [book.add_format({"num_format": code}) for code in FORMATS]
    bold = book.add_format({"bold": True})
    sheet.write_row(0, 0, [*HEADINGS, "Document ID"])
    for row in range(1, 60):
        if dice.random() < 0.1:
            continue
        for column in range(WIDTH):
            look = dice.choice(formats)
            match dice.randrange(9):
                case 0 | 1:
                    sheet.write_number(row, column, dice.choice(NUMBERS), look)
                case 2 | 3:
                    sheet.write_string(row, column, dice.choice(TEXTS), look)
                case 4:
                    sheet.write_boolean(row, column, dice.random() < 0.5, look)
                case 5:
                    result = dice.choice([3, 2.5, "text & more", "", True, "#N/A", 45000])
                    sheet.write_formula(row, column, '=A1&"<>"', look, result)
                case 6:
                    sheet.write_blank(row, column, None, look)
                case 7:
                    sheet.write_rich_string(row, column, "plain ", bold, "bold &", " rest")
                case _:
                    moment = dice.choice(
                        [datetime(2024, 2, 29, 8, 30), date(1999, 12, 31), time(7, 5), timedelta(days=2)]
                    )
                    sheet.write_datetime(row, column, moment, look)
        if dice.random() < 0.9:
            dice.choice([
                lambda row=row: sheet.write_string(row, WIDTH, f"{row:016x}"),
                lambda row=row: sheet.write_number(row, WIDTH, row),
                lambda row=row: sheet.write_formula(row, WIDTH, "=A1", None, f"id {row}"),
                lambda row=row: sheet.write_string(row, WIDTH, f" {row:016x}-1 "),
            ])()  # fmt: skip
    book.close()


@pytest.mark.parametrize("options", [{}, {"in_memory": True}, {"constant_memory": True}, {"date_1904": True}])
@pytest.mark.parametrize("seed", range(6))
def test_what_xlsxwriter_wrote(tmp_path: Path, seed: int, options: dict[str, object]) -> None:
    """Shared and inline texts, rich ones, numbers, moments of both calendars, formulas, errors, blanks."""
    path = tmp_path / "Ledger.xlsx"
    write_randomly(path, seed, **options)
    ensure_same(path)


def test_what_openpyxl_wrote(tmp_path: Path) -> None:
    """Formulas without a value, rich texts, dates of Python's own types."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = SHEET
    sheet.append([*HEADINGS, "Document ID"])
    rich = CellRichText("a ", TextBlock(InlineFont(b=True), "b "), "c")
    for number in range(1, 9):
        moment = datetime(2025, number, 3, 4, 5, 6, 789000)
        sheet.append(
            [rich, "=A1", moment, moment.date(), moment.time(), number % 2 == 0, "", number / 3, f"{number:016x}"]
        )
    book.save(tmp_path / "Ledger.xlsx")
    ensure_same(tmp_path / "Ledger.xlsx")


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not here")
def test_what_libreoffice_saved(tmp_path: Path) -> None:
    """LibreOffice writes shared texts, its own formats, and calculates formulas anew."""
    path = tmp_path / "Ledger.xlsx"
    write_randomly(path, 11)
    convert(path, "xlsx", tmp_path / "profile")
    ensure_same(tmp_path / "out" / "Ledger.xlsx")


def rewritten_sheet(path: Path, change: Callable[[str], str]) -> None:
    """The same workbook with another sheet, by openpyxl's own readable XML."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = next(name for name in parts if "worksheets/sheet" in name)
    parts[name] = change(parts[name].decode()).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, content in parts.items():
            archive.writestr(each, content)


ODD: dict[str, Callable[[str], str]] = {
    "no places": lambda text: re.sub(r'(<(?:c|row)) r="\w+"', r"\1", text),
    "other quotes": lambda text: re.sub(r'<c r="(\w+)"', r"<c  r='\1'", text),
    "other order": lambda text: re.sub(r'<c r="(\w+)" s="(\d+)" t="(\w+)"', r'<c t="\3" s="\2" r="\1"', text),
    "prefix": lambda text: re.sub(r"<(/?)(?=\w)", r"<\1x:", text).replace("xmlns=", "xmlns:x="),
    "comments": lambda text: text.replace("<v>", "<!-- <c r='A1'> --><v>"),
    "cdata": lambda text: re.sub(r"<v>([^<&]*)</v>", r"<v><![CDATA[\1]]></v>", text),
    "spaces": lambda text: text.replace("</c>", "\n </c >").replace("</row>", "\t</row >"),
    "empty values": lambda text: re.sub(r'<c r="(B\d\d|B[2-9])"[^>]*>.*?</c>', r'<c r="\1"><v/></c>', text),
    "references": lambda text: text.replace("<v>", "<v>&#48;").replace('t="s"><v>&#48;', 't="s"><v>'),
    "rows end themselves": lambda text: text.replace("</sheetData>", '<row r="99" ht="20"/></sheetData>'),
    "attributes of rows": lambda text: text.replace("<row ", '<row collapsed="0" ').replace(
        "<v>", '<v xml:space="preserve">'
    ),
}


@pytest.mark.parametrize("change", ODD.values(), ids=ODD)
def test_odd_ways_of_writing(tmp_path: Path, change: Callable[[str], str]) -> None:
    """XML that says the same otherwise is read the same."""
    path = tmp_path / "Ledger.xlsx"
    write_without_gaps(path)
    rewritten_sheet(path, change)
    ensure_same(path)


def write_without_gaps(path: Path) -> None:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet(SHEET)
    looks = [book.add_format({"num_format": code}) for code in ("0.0", "yyyy-mm-dd")]
    sheet.write_row(0, 0, [*HEADINGS, "Document ID"])
    for row in range(1, 12):
        values = [row, f"shop {row}", row / 4, 40_000 + row, True, f"a & {row}", row * 100, "x"]
        for column, value in enumerate(values):
            sheet.write(row, column, value, looks[column % 2])
        sheet.write_string(row, WIDTH, f"{row:016x}")
    book.close()


def test_dates_by_the_numbers_that_only_chinese_excel_uses(tmp_path: Path) -> None:
    """The built-in formats 27 to 36 and 50 to 58 show dates, which openpyxl does not know."""
    path = tmp_path / "Ledger.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet(SHEET)
    sheet.write_row(0, 0, [*HEADINGS, "Document ID"])
    sheet.write_number(1, 0, 45_000, book.add_format({"num_format": 31}))
    sheet.write_number(1, 1, 45_000, book.add_format({"num_format": 58}))
    sheet.write_number(1, 2, 1.5, book.add_format({"num_format": 46}))
    sheet.write_string(1, WIDTH, "a")
    book.close()
    (line,) = lines_of(path)
    assert [line.shown[name] for name in ("h0", "h1", "h2")] == [
        datetime(2023, 3, 15), datetime(2023, 3, 15), timedelta(days=1.5),
    ]  # fmt: skip


def test_moments_as_text(tmp_path: Path) -> None:
    """Cells of the type `d` tell a moment in the form of ISO 8601."""
    path = tmp_path / "Ledger.xlsx"
    write_without_gaps(path)
    moments = iter(["2026-01-02", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05.250", "03:04:05", "PT1H30M"] * 9)
    rewritten_sheet(
        path,
        lambda text: re.sub(
            r'<c r="(A\d+)" s="\d+"><v>\d+</v>', lambda m: f'<c r="{m[1]}" t="d"><v>{next(moments)}</v>', text
        ),
    )
    ensure_same(path)
    assert [line.shown["h0"] for line in lines_of(path)[:5]] == [
        date(2026, 1, 2), datetime(2026, 1, 2, 3, 4, 5), datetime(2026, 1, 2, 3, 4, 5, 250000), time(3, 4, 5),
        timedelta(hours=1.5),
    ]  # fmt: skip


def test_many_rows_come_in_several_batches(tmp_path: Path) -> None:
    """Rows around the ends of batches are each there once."""
    path = tmp_path / "Ledger.xlsx"
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet(SHEET)
    sheet.write_row(0, 0, [*HEADINGS, "Document ID"])
    for row in range(1, 6000):
        sheet.write_row(row, 0, [*(f"text {row} {column}" for column in range(WIDTH)), f"{row:016x}"])
    book.close()
    assert [(line.number, line.shown["h7"]) for line in lines_of(path)] == list(_expected())


def _expected() -> Iterator[tuple[int, str]]:
    for row in range(1, 6000):
        yield row + 1, f"text {row} 7"
