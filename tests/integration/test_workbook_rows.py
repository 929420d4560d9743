"""What stands in the workbook: its look, and each value as it was read."""

from __future__ import annotations

import math
import string
import subprocess
import sys
import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from ocrwatch.document import Amount, Cell, Row, Value
from ocrwatch.ledger.formats import entry, fit_text
from ocrwatch.ledger.locks import Locks
from ocrwatch.ledger.workbook import WorkbookLedger
from ocrwatch.messages import message
from ocrwatch.ports import Change, Field, FieldType
from tests.unit.ledger.books import FIELDS, SHEET, ledger_at, records, row, sheet_of

TICKET = (
    Field(name="发票号码", type="id"),
    Field(name="发车日期和时间点", type="datetime"),
    Field(name="席别类型"),
    Field(name="票价", type="amount"),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "Ledger.xlsx"


def test_a_new_sheet_has_our_columns_in_order(path: Path) -> None:
    """Fields come first, then Folder where it is wanted, then our own columns."""
    ledger_at(path).append([row(1)])
    ledger_at(path, sheet="Recursive", folder_column=True).append([row(2, folder="Anna")])
    own = ["Check", "File", "Received", "Pages", "Engine", "Document ID"]
    fields = [field.name for field in FIELDS]
    assert [cell.value for cell in sheet_of(path)[1]] == [*fields, *own]
    assert [cell.value for cell in sheet_of(path, "Recursive")[1]] == [*fields, "Folder", *own]
    assert records(path, "Recursive")[0]["Folder"] == "Anna"


def test_a_new_sheet_has_a_styled_frozen_header_and_a_table(path: Path) -> None:
    """The header is bold white on a fill and stays in view; the rows are an Excel table that grows with them."""
    ledger_at(path).append([row(1)])
    ledger_at(path).append([row(2), row(3)])
    sheet = sheet_of(path)
    assert sheet.freeze_panes == "A2"
    for cell in sheet[1]:
        assert cell.font.bold
        assert cell.font.name == "Calibri"
        assert cell.font.color.rgb.endswith("FFFFFF")
        assert cell.fill.patternType == "solid"
    (table,) = sheet.tables.values()
    assert table.ref == "A1:J4"
    assert [column.name for column in table.tableColumns] == [cell.value for cell in sheet[1]]
    assert sheet.print_title_rows == "$1:$1"


def test_columns_are_wide_enough_and_chinese_counts_double(path: Path) -> None:
    """A column fits its header and its values; a Chinese character takes two places."""
    ledger_at(path, TICKET).append(
        [row(1, {"席别类型": "软卧代二等座"}), row(2, {"席别类型": "乌鲁木齐呼和浩特东二等座"})]
    )
    sheet = sheet_of(path)
    widths = {cell.value: sheet.column_dimensions[cell.column_letter].width for cell in sheet[1]}
    assert widths["发车日期和时间点"] >= 2 * len("发车日期和时间点")
    assert 2 * len("乌鲁木齐呼和浩特东二等座") <= widths["席别类型"] <= 42
    assert widths["发票号码"] >= 20
    assert widths["Received"] >= len("2025-03-04 09:05")


def test_values_have_their_types(path: Path) -> None:
    """Dates are dates, amounts are numbers with their currency, long numbers are text to the last digit."""
    values: dict[str, Value] = {
        "发票号码": "24319166100000123456",
        "发车日期和时间点": datetime(2024, 11, 5, 8, 30),
        "席别类型": "二等座",
        "票价": Amount(Decimal("-553.50"), "CNY"),
    }
    ledger_at(path, TICKET).append([row(1, values, pages="5 of 39"), row(2, {"席别类型": "无座"})])
    sheet = sheet_of(path)
    number, moment, kind, price = sheet[2][:4]
    assert (number.value, number.data_type, number.number_format) == ("24319166100000123456", "s", "@")
    assert (moment.value, moment.number_format) == (datetime(2024, 11, 5, 8, 30), "yyyy-mm-dd hh:mm")
    assert (kind.value, kind.data_type) == ("二等座", "s")
    assert (price.value, price.number_format) == (-553.5, '"¥"#,##0.00')
    assert price.alignment.horizontal == "right"
    first, second = records(path)
    assert (first["Pages"], second["Pages"]) == ("5 of 39", 1)
    assert first["Received"] == datetime(2025, 3, 4, 9, 5)
    assert second["票价"] is None
    assert first["Document ID"] == "0000000000000001"


@pytest.mark.parametrize(
    "text", ["=1+1", '=HYPERLINK("http://x")', "+49 30 1", "-12", "@home", "'quoted", "#N/A", "TRUE"]
)
def test_text_that_looks_like_a_formula_stays_text(path: Path, text: str) -> None:
    """What begins like a formula or an error is a string cell with its text unchanged, also after another save."""
    ledger_at(path).append([row(1, {"company": text, "number": text})])
    ledger_at(path).append([row(2)])
    sheet = sheet_of(path)
    for cell in (sheet["A2"], sheet["D2"]):
        assert (cell.value, cell.data_type) == (text, "s")
    with zipfile.ZipFile(path) as package:
        formulas = package.read("xl/worksheets/sheet1.xml").count(b"<f>")
    assert formulas == 0
    assert bool(sheet["D2"].quotePrefix) is text.startswith(tuple("=+-@'"))


def test_control_characters_are_removed(path: Path) -> None:
    """What XML cannot hold is left out; line breaks stay, and what Excel would unescape is escaped, for good."""
    ledger_at(path).append([row(1, {"company": "a\x00b\x07c\r\nd\ud800\uffff_x0041_"})])
    ledger_at(path).append([row(2)])
    assert records(path)[0]["company"] == "abc\nd_x005f_x0041_"  # Excel shows _x0041_


def test_a_field_named_like_one_of_ours_keeps_its_name(path: Path) -> None:
    """Our own column gives way to a field of the same name."""
    ledger_at(path, [Field(name="Pages"), Field(name="check")]).append([row(1, {"Pages": "front"}, pages="2")])
    assert (
        records(path)[0] | {"Pages": "front", "Pages (scan)": 2, "check": None, "Check (scan)": None}
        == records(path)[0]
    )


def test_remarks_stand_in_check_and_are_marked(path: Path) -> None:
    """Several remarks stand in one cell, a rule colours them, and an empty Check is an empty cell."""
    remarks = (message("{field} is missing", field="total"), message("the date is ambiguous"))
    ledger_at(path).append([row(1, check=remarks), row(2)])
    sheet = sheet_of(path)
    assert [sheet["E2"].value, sheet["E3"].value] == ["total is missing; the date is ambiguous", None]
    ((ranges, rules),) = [(str(each.sqref), each.rules) for each in sheet.conditional_formatting]
    assert ranges == "E2:E1048576"
    assert rules[0].formula == ["LEN(TRIM(E2))>0"]
    assert rules[0].dxf.fill.bgColor.rgb.endswith("FFE699")


def test_text_too_long_for_a_cell_is_cut_and_said_so(path: Path) -> None:
    """A cell holds 32 767 characters: the rest is cut visibly, and Check names the field."""
    ledger_at(path).append([row(1, {"company": "x" * 40_000})])
    (record,) = records(path)
    assert str(record["company"]).endswith("x…")
    assert len(str(record["company"])) == 32_767
    assert record["Check"] == "company was too long for a cell and is cut"


def test_file_is_a_relative_link_with_its_text(path: Path, tmp_path: Path) -> None:
    """The link is a formula from the workbook's folder, and programs that calculate nothing see the file's name."""
    name = '发票 "1" #2.jpg'
    ledger_at(path).append([row(1, file=tmp_path / "done" / name), row(2)])
    ledger_at(path).append([row(3, file=tmp_path.parent / "b.jpg")])
    sheet = sheet_of(path)
    assert sheet["F2"].value == '=HYPERLINK("done/发票 ""1"" %232.jpg","发票 ""1"" #2.jpg")'
    assert sheet["F3"].value is None
    assert sheet["F4"].value == '=HYPERLINK("../b.jpg","b.jpg")'
    shown = load_workbook(path, data_only=True)[SHEET]
    assert [shown["F2"].value, shown["F4"].value] == [name, "b.jpg"]
    assert "F2" not in [link.ref for link in sheet._hyperlinks]


def test_rows_with_other_fields_lose_nothing(path: Path) -> None:
    """Cells that have no column get one at the right, inside the table."""
    ledger_at(path).append([row(1)])
    ledger_at(path).append([row(2, {"company": "b", "seat": "12F"})])
    assert [record.get("seat") for record in records(path)] == [None, "12F"]
    (table,) = sheet_of(path).tables.values()
    assert table.ref == "A1:K3"
    assert table.tableColumns[-1].name == "seat"


def test_loading_the_ledger_does_not_load_openpyxl() -> None:
    """The daemon is small until the first row is written."""
    code = "import sys, ocrwatch.ledger.workbook; sys.exit(int(bool({'openpyxl', 'PIL', 'psutil'} & set(sys.modules))))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


TEXTS = st.text(st.characters(codec="utf-8"), max_size=20) | st.text(string.printable, max_size=8)
AMOUNTS = st.builds(
    Amount,
    st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**9), max_value=10**9),
    st.sampled_from(["", "CNY", "JPY", "EUR", "XYZ"]),
)
VALUES: dict[FieldType, st.SearchStrategy[Value]] = {
    "text": st.none() | TEXTS,
    "id": st.none() | TEXTS | st.from_regex(r"\A[0-9]{1,25}\Z"),
    "amount": st.none() | AMOUNTS | TEXTS,
    "date": st.none() | st.dates(date(1905, 1, 1), date(9999, 12, 31)) | TEXTS,
    "datetime": st.none()
    | st.datetimes(datetime(1905, 1, 1), datetime(9999, 12, 31)).map(lambda m: m.replace(microsecond=0)),
    "integer": st.none() | st.integers(-(10**15) + 1, 10**15 - 1) | st.integers(10**16, 10**20),
}
ALL_TYPES = tuple(Field(name=kind, type=kind) for kind in get_args(FieldType))


def _same(read: object, kind: FieldType, value: Value) -> bool:
    """Whether the cell `read` holds `value`."""
    match value:
        case Amount(number=number):
            return isinstance(read, int | float) and math.isclose(read, number, rel_tol=1e-15)
        case datetime():
            return read == value
        case date():
            return isinstance(read, datetime) and read.date() == value
        case int() if kind != "id" and len(str(abs(value))) <= 15:
            return read == value
        case None | "":
            return read is None
        case _:
            return read == (fit_text(str(value))[0] or None) and entry(value, kind).value == read


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.fixed_dictionaries(VALUES), min_size=1, max_size=4), min_size=1, max_size=3))
def test_every_value_is_read_back(tmp_path: Path, groups: list[list[dict[FieldType, Value]]]) -> None:
    """Any rows, appended in any grouping, stand in the workbook exactly as they were given."""
    path = tmp_path / "Ledger.xlsx"
    path.unlink(missing_ok=True)
    given_rows: list[Row] = []
    for group in groups:
        rows = [row(len(given_rows) + index, dict(values)) for index, values in enumerate(group)]
        given_rows += rows
        ledger_at(path, ALL_TYPES).append(rows)
    found = records(path)
    assert len(found) == len(given_rows)
    for record, expected in zip(found, given_rows, strict=True):
        assert record["Document ID"] == expected.id
        for cell in expected.cells:
            assert _same(record[cell.name], _kind(cell), cell.value), cell.name


def _kind(cell: Cell) -> FieldType:
    return next(field.type for field in ALL_TYPES if field.name == cell.name)


def test_a_full_sheet_goes_on_in_another(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that have no room go to a sheet of the same name with a number; all are found, changed, and there once."""
    monkeypatch.setattr("ocrwatch.ledger.edition.MAX_ROWS", 5)
    for number in range(1, 8, 2):
        ledger_at(path).append([row(number), row(number + 1)])
    ledger = ledger_at(path)
    ledger.append([row(9)])
    ledger.append([row(10), row(1)])
    assert [record["company"] for record in records(path)] == [f"shop {number}" for number in range(1, 5)]
    assert [record["company"] for record in records(path, f"{SHEET} (2)")] == [
        f"shop {number}" for number in range(5, 9)
    ]
    assert [record["company"] for record in records(path, f"{SHEET} (3)")] == ["shop 9", "shop 10"]
    assert ledger.find([row(number).id for number in (1, 5, 10)]) == {row(1).id: 2, row(5).id: 2, row(10).id: 3}
    changes = [Change(id=row(number).id, cells=[Cell("company", "other")]) for number in (1, 6, 10, 99)]
    assert ledger.amend(changes) == {row(number).id for number in (1, 6, 10)}
    ledger.append([row(11)])
    assert [record["company"] for record in records(path)][:2] == ["other", "shop 2"]
    assert [record["company"] for record in records(path, f"{SHEET} (2)")][:2] == ["shop 5", "other"]
    assert [record["company"] for record in records(path, f"{SHEET} (3)")] == ["shop 9", "other", "shop 11"]


def test_a_group_of_changes_is_one_write(path: Path) -> None:
    """The file is opened, backed up and replaced once, however many rows change; without a row, not at all."""
    ledger_at(path).append([row(number) for number in range(1, 31)])
    saved: list[Path] = []
    ledger = WorkbookLedger(
        path, SHEET, FIELDS, folder_column=False, locks=Locks(), render=str, before_change=saved.append
    )
    changes = [Change(id=row(number).id, cells=[Cell("company", f"other {number}")]) for number in range(1, 30, 2)]
    assert ledger.amend(changes) == {change.id for change in changes}
    assert len(saved) == 1
    assert [record["company"] for record in records(path)][:3] == ["other 1", "shop 2", "other 3"]
    before = path.stat()
    assert ledger.amend([Change(id=row(99).id)]) == ledger.amend([]) == set()
    assert path.stat() == before


def test_a_copy_of_the_sheet_is_not_taken_for_its_continuation(path: Path) -> None:
    """A sheet that the user copied has the name that a further one would have."""
    ledger_at(path).append([row(1)])
    book = load_workbook(path)
    book.copy_worksheet(book[SHEET]).title = f"{SHEET} (2)"
    book.save(path)
    ledger_at(path).append([row(2)])
    assert [record["company"] for record in records(path)] == ["shop 1", "shop 2"]
    assert len(records(path, f"{SHEET} (2)")) == 1


def test_rows_are_as_high_as_what_is_wrapped_in_them(tmp_path: Path) -> None:
    """Two lines of capitals, two of Chinese, one line: the first two rows get room for theirs, the third stays."""
    path = tmp_path / "Ledger.xlsx"
    ledger = ledger_at(path)
    ledger.append([row(1, {"company": "x"})])
    width = sheet_of(path).column_dimensions["D"].width
    names = ("QU" * int(width / 2), "海" * int(width * 0.6), "x")
    ledger.append([row(number, {"company": name}) for number, name in enumerate(names, 2)])
    heights = [sheet_of(path).row_dimensions[number].height for number in (3, 4, 5)]
    assert heights == [30, 34, None]
