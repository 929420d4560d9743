"""Items on their own sheet of a real workbook: in one save with their row, once, at constant cost, as guests."""

from __future__ import annotations

import random
import shutil
import subprocess
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from ocrwatch.document import Amount, Cell, Items
from ocrwatch.errors import DiskFull, LedgerBusy
from ocrwatch.ledger import writing
from ocrwatch.ledger.locks import Locks
from ocrwatch.ledger.workbook import WorkbookLedger
from ocrwatch.ports import Change, Field
from tests.killing import killed
from tests.unit.ledger.books import (
    FIELDS,
    ITEMS,
    ITEMS_SHEET,
    WITH_ITEMS,
    bought,
    csv_at,
    item,
    items,
    ledger_at,
    records,
    row,
    sheet_of,
    sheets_looked_through,
    until_written,
)
from tests.unit.ledger.packages import make, raw_members


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "Ledger.xlsx"


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    return sheets_looked_through(monkeypatch)


def edit(path: Path, change: Callable[[Worksheet], object], sheet: str = ITEMS_SHEET) -> None:
    """What a person does in another program; the table goes along with the rows, as in Excel."""
    book = load_workbook(path)
    change(book[sheet])
    for table in book[sheet].tables.values():
        left, _, right = table.ref.partition(":")
        table.ref = f"{left}:{right.rstrip('0123456789')}{max(2, book[sheet].max_row)}"
        table.autoFilter.ref = table.ref
    book.save(path)


def names(path: Path, sheet: str = ITEMS_SHEET) -> list[object]:
    return [record["name"] for record in records(path, sheet)]


def test_items_stand_typed_in_a_table_of_their_own(path: Path) -> None:
    """Numbers are numbers, text is text, the id is text; the sheet is an Excel table with a frozen header."""
    ledger_at(path, WITH_ITEMS).append(
        [replace(row(1), items=items(item("=1+1", None, "8.20"), item("茶", "0.250", "3")))]
    )
    sheet = sheet_of(path, ITEMS_SHEET)
    assert [cell.value for cell in sheet[1]] == ["name", "quantity", "amount", "Document ID"]
    assert [cell.value for cell in sheet[2]] == ["=1+1", None, 8.2, row(1).id]
    assert [cell.data_type for cell in sheet[2]] == ["s", "n", "n", "s"]
    assert [cell.value for cell in sheet[3]] == ["茶", 0.25, 3, row(1).id]
    assert (sheet["C2"].number_format, sheet["B3"].number_format, sheet["D2"].number_format) == (
        '"¥"#,##0.00',
        "#,##0.000",
        "@",
    )
    (table,) = sheet.tables.values()
    assert (table.ref, sheet.freeze_panes) == ("A1:D3", "A2")
    (other,) = sheet_of(path).tables.values()
    assert other.name != table.name


def test_a_sheet_is_made_with_the_first_items(path: Path) -> None:
    """Documents without items make none, and the ledger's own sheet has no column for the table."""
    ledger = ledger_at(path, WITH_ITEMS)
    ledger.append([row(1)])
    assert load_workbook(path).sheetnames == ["Receipts"]
    ledger.append([bought(2, "tea")])
    assert load_workbook(path).sheetnames == ["Receipts", ITEMS_SHEET]
    assert "items" not in [cell.value for cell in sheet_of(path)[1]]


def test_the_workbook_changes_whole_or_not_at_all(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever keeps the items' sheet from its rows keeps the ledger's from its own."""
    ledger = ledger_at(path, WITH_ITEMS)
    ledger.append([bought(1, "tea")])
    edit(path, lambda sheet: sheet.protection.enable())
    before = path.read_bytes()
    with pytest.raises(LedgerBusy, match="protected"):
        ledger.append([bought(2, "milk")])
    assert path.read_bytes() == before
    edit(path, lambda sheet: sheet.protection.disable())
    before, write, calls = path.read_bytes(), writing.write_package, Counter[str]()

    def failing(*arguments: object) -> object:
        calls["write"] += 1
        if calls["write"] == 2:
            raise OSError(28, "no room")
        return write(*arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(writing, "write_package", failing)
        with pytest.raises(DiskFull):
            ledger.append([bought(2, "milk")])
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    ledger.append([bought(2, "milk")])
    assert names(path) == ["tea", "milk"]
    assert len(records(path)) == 2


def test_a_deleted_item_stays_deleted(path: Path) -> None:
    """And a row that is put back finds the items that still stand under its id: none is there twice."""
    ledger = ledger_at(path, WITH_ITEMS)
    ledger.append([bought(1, "bread", "milk"), bought(2, "tea", "salt")])
    edit(path, lambda sheet: sheet.delete_rows(3))
    ledger.append([bought(1, "bread", "milk"), bought(3, "eggs")])
    assert names(path) == ["bread", "tea", "salt", "eggs"]
    edit(path, lambda sheet: sheet.delete_rows(2), sheet="Receipts")
    ledger.append([bought(1, "bread", "milk")])
    assert names(path) == ["bread", "tea", "salt", "eggs"]
    edit(path, lambda sheet: sheet.delete_rows(2))
    edit(path, lambda sheet: sheet.delete_rows(4), sheet="Receipts")
    ledger.append([bought(1, "bread", "milk")])
    assert names(path) == ["tea", "salt", "eggs", "bread", "milk"]


def test_what_a_person_adds_to_the_items_survives(path: Path) -> None:
    """Columns of their own, moved ones, notes below: as in the ledger's own sheet."""
    ledger = ledger_at(path, WITH_ITEMS)
    ledger.append([bought(1, "bread", "milk")])

    def change(sheet: Worksheet) -> None:
        sheet.insert_cols(1)
        sheet.tables.clear()
        sheet["A1"], sheet["A2"], sheet["F1"] = "kind", "food", "twice"
        for number in (2, 3):
            sheet[f"F{number}"] = f"=D{number}*2"

    edit(path, change)
    ledger.append([bought(2, "tea")])
    assert ledger.amend([Change(id=row(1).id, items=bought(1, "rye", "milk").items)])
    sheet = sheet_of(path, ITEMS_SHEET)
    assert [sheet[f"{column}4"].value for column in "ABDEF"] == [None, "tea", 1, row(2).id, "=D4*2"]
    assert (sheet["A2"].value, sheet["B2"].value, sheet["F2"].value) == ("food", "rye", "=D2*2")


def test_both_sheets_are_looked_through_once(path: Path, looked: list[str]) -> None:
    """As long as nobody else saves the file; after someone did, once more. Rows without items leave theirs alone."""
    locks = Locks()
    ledger = ledger_at(path, WITH_ITEMS, locks=locks)
    other = ledger_at(path, WITH_ITEMS, sheet="Others", locks=locks)
    for number in range(1, 13):
        currency = ("EUR", "CNY", "USD", "GBP")[number % 4]
        ledger.append([replace(row(number), items=items(item("tea", "1", f"{number}.50", currency)))])
        ledger.append([row(100 + number, {"total": Amount(Decimal(number), currency)})])
        other.append([bought(number, "oil")])
    assert sorted(looked) == sorted(["Receipts", ITEMS_SHEET, "Others", "Others items"])
    assert len(names(path)) == len(names(path, "Others items")) == 12
    edit(path, lambda sheet: sheet.cell(2, 1, "green tea"))
    looked.clear()
    for number in range(13, 16):
        ledger.append([bought(number, "milk")])
    assert sorted(looked) == ["Receipts", ITEMS_SHEET]
    assert names(path)[0] == "green tea"
    assert len(names(path)) == 15


def test_nothing_of_the_users_is_touched(path: Path) -> None:
    """After 1, 2 and 50 appends, parts that need not change have their bytes."""
    pytest.importorskip("xlsxwriter", reason="XlsxWriter makes the workbook of this test")
    make(path)
    before = raw_members(path)
    ledger = ledger_at(path, WITH_ITEMS)
    for number in range(1, 51):
        ledger.append([bought(number, "bread", "milk")])
        if number in (1, 2, 50):
            after = raw_members(path)
            assert {name for name in before if after.get(name) != before[name]} <= {
                "[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml",
                "xl/calcChain.xml", "xl/worksheets/sheet2.xml", "xl/worksheets/sheet3.xml", "xl/tables/table1.xml",
                "docProps/app.xml",
            }  # fmt: skip
    assert names(path) == ["bread", "milk"] * 50


def test_full_sheets_go_on_in_others(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The items' sheet is full long before the ledger's; ids in the full one still count as written."""
    monkeypatch.setattr("ocrwatch.ledger.edition.MAX_ROWS", 5)
    ledger = ledger_at(path, WITH_ITEMS)
    ledger.append([bought(1, "a", "b")])
    ledger.append([bought(2, "c", "d")])
    ledger.append([bought(3, "e", "f")])
    assert names(path) == ["a", "b", "c", "d"]
    assert names(path, f"{ITEMS_SHEET} (2)") == ["e", "f"]
    edit(path, lambda sheet: sheet.delete_rows(2), sheet="Receipts")
    ledger.append([bought(1, "a", "b")])
    assert [line.shown["name"] for line in ledger.lines("items")] == ["a", "b", "c", "d", "e", "f"]


@pytest.mark.parametrize(
    ("sheet", "field", "expected"),
    [
        ("Receipts", "Artikel/Preise: [alt]", "Receipts Artikel Preise alt"),
        ("S" * 31, "items", "S" * 25 + " items"),
        ("收据" * 12, "货物或应税劳务、服务名称明细表格列", "收据" * 7 + "收 货物或应税劳务、服务名称明细表"),
    ],
)
def test_any_table_has_a_sheet(path: Path, sheet: str, field: str, expected: str) -> None:
    """Its name is made fit for a sheet, at most 31 characters long."""
    fields = (*FIELDS, replace(ITEMS, name=field))
    tables = (Items(name=field, lines=(item("tea", "1", "2"),)),)
    ledger_at(path, fields, sheet=sheet).append([replace(row(1), items=tables)])
    assert load_workbook(path).sheetnames == [sheet, expected]


def test_two_tables_have_two_sheets(path: Path) -> None:
    """Also where their names would be cut to the same; and a table that is no field any more loses nothing."""
    long = ("things that were bought 1", "things that were bought 2")
    fields = (*FIELDS, *(replace(ITEMS, name=name) for name in long))
    tables = tuple(Items(name=name, lines=(item(name, "1", "2"),)) for name in (*long, "gone"))
    ledger = ledger_at(path, fields, sheet="A sheet with a long name")
    ledger.append([replace(row(1), items=tables)])
    found = load_workbook(path).sheetnames
    assert len({name.casefold() for name in found}) == 4
    assert all(len(name) <= 31 for name in found)
    assert [next(iter(ledger.lines(name))).shown["name"] for name in (*long, "gone")] == [*long, "gone"]


def test_fields_of_items_may_be_called_as_our_columns(path: Path) -> None:
    """Only the id is ours there: a field `Check` or `File` of the items is theirs."""
    own = Field(name="items", type="items", fields=(Field(name="Check"), Field(name="File")))
    table = (Items(name="items", lines=((Cell("Check", "ok"), Cell("File", "a.txt")),)),)
    ledger_at(path, (*FIELDS, own)).append([replace(row(1), items=table)])
    assert records(path, ITEMS_SHEET) == [{"Check": "ok", "File": "a.txt", "Document ID": row(1).id}]


EDITS = st.sampled_from(["delete item", "change item", "new item", "delete row", "note", "sort", "nothing", "reread"])


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=st.lists(st.tuples(EDITS, st.integers(0, 99)), min_size=3, max_size=8))
def test_whatever_people_do_each_item_is_there_once(
    tmp_path_factory: pytest.TempPathFactory, edits: list[tuple[str, int]]
) -> None:
    """Random edits between appends: what was not deleted is there once, and no value of a person's changes."""
    path = tmp_path_factory.mktemp("book") / "Ledger.xlsx"
    ledger = ledger_at(path, WITH_ITEMS)
    expected: list[tuple[str, str]] = []  # ids and names, in the order of the sheet
    for number, (edit_, chance) in enumerate(edits, 1):
        made = [bought(number, *(f"item {number}.{place}" for place in range(chance % 4)))]
        there = ledger.find([row(each).id for each in range(1, number)])
        ledger.append([*made, *(replace(made[0], id=each, items=bought(1, "never").items) for each in there)])
        expected += [(made[0].id, str(line[0].value)) for each in made[0].items for line in each.lines]
        if expected:
            expected = _edited(path, ledger, edit_, chance, expected)
        shown = [(line.id, str(line.shown["name"])) for line in ledger.lines("items")]
        assert shown == expected


def _edited(
    path: Path, ledger: WorkbookLedger, what: str, chance: int, expected: list[tuple[str, str]]
) -> list[tuple[str, str]]:
    """One edit of the items' sheet, and what it is to show then."""
    place = chance % len(expected)
    row_id, name = expected[place]
    match what:
        case "delete item":
            edit(path, lambda sheet: sheet.delete_rows(place + 2))
            return [*expected[:place], *expected[place + 1 :]]
        case "change item":
            edit(path, lambda sheet: sheet.cell(place + 2, 1, f"my {name}"))
            return [*expected[:place], (row_id, f"my {name}"), *expected[place + 1 :]]
        case "new item":
            edit(path, lambda sheet: sheet.append(["mine", None, None, row_id]))
            return [*expected, (row_id, "mine")]
        case "delete row":
            edit(path, lambda sheet: sheet.delete_rows(2), sheet="Receipts")
        case "note":
            edit(path, lambda sheet: sheet.cell(1, 9, "note"))
        case "sort":
            moved = sorted(expected, key=lambda each: each[1])

            def sort(sheet: Worksheet) -> None:
                for number, (each, text) in enumerate(moved, 2):
                    sheet.cell(number, 1, text)
                    sheet.cell(number, 4, each)

            edit(path, sort)
            return moved
        case "reread":
            count = sum(each == row_id for each, _ in expected)
            names = iter([f"again {number}" for number in range(count)])
            if ledger.amend(
                [Change(id=row_id, items=items(*(item(f"again {number}", "1", "1") for number in range(count))))]
            ):
                return [(each, next(names)) if each == row_id else (each, text) for each, text in expected]
    return expected


# ---------------------------------------------------------------- CSV


def test_items_of_a_csv_lie_in_a_file_beside_it(tmp_path: Path) -> None:
    """With a column for the currency only where an item has one; written before their row, never twice."""
    path = tmp_path / "Ledger.csv"
    ledger = csv_at(path, WITH_ITEMS)
    ledger.append([bought(1, "=bread"), row(2)])
    beside = (tmp_path / "Ledger items.csv").read_text(encoding="utf-8-sig")
    assert beside.splitlines() == [
        "name,quantity,amount,Document ID,amount (currency)",
        f"'=bread,1,1,{row(1).id},CNY",
    ]
    (tmp_path / ".~lock.Ledger.csv#").write_text(",x,elsewhere,,;")
    with pytest.raises(LedgerBusy):
        ledger.append([bought(3, "tea")])
    assert (tmp_path / "Ledger items.csv").read_text(encoding="utf-8-sig") == beside
    (tmp_path / ".~lock.Ledger.csv#").unlink()
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:1]))  # the crash came between the two files
    csv_at(path, WITH_ITEMS).append([bought(1, "=bread"), bought(3, "tea")])
    assert [line.shown["name"] for line in ledger.lines("items")] == ["=bread", "tea"]


# ---------------------------------------------------------------- killed, and in an office program

SCRIPT = """
import sys
from pathlib import Path
from tests.unit.ledger.books import WITH_ITEMS, bought, csv_at, ledger_at, until_written
path, number = Path(sys.argv[1]), int(sys.argv[2])
ledger = (csv_at if path.suffix == ".csv" else ledger_at)(path, WITH_ITEMS)
while True:
    until_written(lambda: ledger.append([bought(number, "bread", "milk"), bought(number + 1, "tea")]))
    print(number + 1, flush=True)
    number += 2
"""


@pytest.mark.parametrize("name", ["Ledger.xlsx", "Ledger.csv"])
@pytest.mark.parametrize(
    "kills", [6, pytest.param(100, marks=[pytest.mark.long, pytest.mark.timeout(1200)])], ids=["few", "many"]
)
def test_every_item_is_there_once_after_kills(tmp_path: Path, name: str, kills: int) -> None:
    """With a workbook, never a row without its items, nor items without their row."""
    path = tmp_path / name
    ledger = csv_at if path.suffix == ".csv" else ledger_at
    chance = random.Random(kills)
    done = 0
    for _ in range(kills):
        done = killed(SCRIPT, path, done, chance.uniform(0, 0.06))
        present = ledger(path, WITH_ITEMS)
        rows = {line.id for line in present.lines()}
        assert {row(number).id for number in range(1, done + 1)} <= rows
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as package:
                assert package.testzip() is None
            assert rows == {line.id for line in present.lines("items")}
    last = done + 2
    wanted = [bought(number, *(("bread", "milk") if number % 2 else ("tea",))) for number in range(1, last + 1)]
    until_written(lambda: ledger(path, WITH_ITEMS).append(wanted))
    counts = Counter((line.id, line.shown["name"]) for line in ledger(path, WITH_ITEMS).lines("items"))
    assert counts == {(each.id, str(line[0].value)): 1 for each in wanted for line in each.items[0].lines}


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not here")
def test_an_office_program_and_a_fast_reader_see_the_items(path: Path, tmp_path: Path) -> None:
    """Sums and lookups by the id are right in LibreOffice; python-calamine reads the same lines."""
    calamine = pytest.importorskip("python_calamine", reason="python-calamine is the other reader")
    ledger = ledger_at(path, WITH_ITEMS)
    ledger.append([bought(1, "bread", "milk"), bought(2, "tea")])

    def totals(sheet: Worksheet) -> None:
        sheet["L1"] = f"=SUM('{ITEMS_SHEET}'!C:C)"
        sheet["L2"] = f"=SUMIF('{ITEMS_SHEET}'!D:D,J2,'{ITEMS_SHEET}'!C:C)"

    edit(path, totals, sheet="Receipts")
    ledger.append([bought(3, "salt", "pepper", "oil")])
    assert ledger.amend([Change(id=row(2).id, items=bought(2, "tea", "cake").items)])
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path / 'office'}", "--convert-to"]
    subprocess.run(
        [*command, "csv:Text - txt - csv (StarCalc):44,34,UTF8,1,,0,false,true,false,false,false,1", path.name],
        cwd=tmp_path, check=True, capture_output=True, timeout=100,
    )  # fmt: skip
    shown = next(tmp_path.glob("Ledger*.csv")).read_text(encoding="utf-8").splitlines()
    assert (shown[0].split(",")[11], shown[1].split(",")[11]) == ("12", "3")
    lines = calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_name(ITEMS_SHEET).to_python()
    assert [line[0] for line in lines] == ["name", "bread", "milk", "tea", "salt", "pepper", "oil", "cake"]
