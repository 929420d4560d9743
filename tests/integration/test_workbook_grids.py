"""Tables as they are printed, on sheets of their documents' own, written into real workbooks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from ocrwatch.checking.table_cells import grids
from ocrwatch.document import Grid, GridCell, Row
from ocrwatch.errors import LedgerBusy
from ocrwatch.ledger.grid_sheets import grid_sheet_name, reread_sheet_name
from ocrwatch.ledger.workbook import WorkbookLedger
from ocrwatch.ports import Change, Field
from ocrwatch.reading.printed_tables import printed_tables
from tests import task_papers
from tests.unit.ledger.books import everything_in, ledger_at, row, sheet_of

FIELDS = (Field(name="Table", type="sheet"),)
STOCK = grids(printed_tables(task_papers.TABLE))
RAGGED = grids(printed_tables(task_papers.RAGGED))


def tables_at(folder: Path) -> WorkbookLedger:
    return ledger_at(folder / "Ledger.xlsx", FIELDS, sheet="Tables")


def scanned(number: int, name: str, *tables: Grid, folder: Path) -> Row:
    return replace(row(number), cells=(), file=folder / "done" / name, grids=tables or STOCK)


def cells_of(sheet: Worksheet) -> list[tuple[object, ...]]:
    return list(sheet.iter_rows(values_only=True))


def test_a_table_comes_with_its_row(tmp_path: Path) -> None:
    """In one save: merged cells merged, numbers numbers, identifiers text, and a link from the row."""
    assert tables_at(tmp_path).append([scanned(1, "März 1.png", folder=tmp_path)]) == {f"{1:016x}": 2}
    book = load_workbook(tmp_path / "Ledger.xlsx")
    assert book.sheetnames == ["Tables", "März 1"]
    assert book["Tables"]["A2"].value == '=HYPERLINK("#\'März 1\'!A1","März 1")'
    sheet = book["März 1"]
    assert cells_of(sheet) == [
        ("Stock in March", None, None, None),
        ("Article", "Warehouse", None, "Price"),
        (None, "North", "South", None),
        ("00715", 12, 7, 1234.5),
        ("00716 & lid", 0, None, 8.25),
    ]
    assert {str(area) for area in sheet.merged_cells.ranges} == {"A2:A3", "B2:C2", "D2:D3"}
    assert (sheet["D4"].number_format, sheet["A4"].data_type, sheet["C5"].border.left.style) == (
        "#,##0.00",
        "s",
        "thin",
    )


def test_every_document_has_a_sheet_of_its_own(tmp_path: Path) -> None:
    """Names that clash, are too long, or forbidden; whatever sheets there are."""
    book = Workbook()
    book.active.title = "stock"
    book.save(tmp_path / "Ledger.xlsx")
    ledger = tables_at(tmp_path)
    names = ("Stock.png", "Tables.png", "a[1]:*.png", "'x'.jpg", f"{'long ' * 10}.png", f"{'long ' * 10}.jpg", "[].png")
    ledger.append([scanned(n, name, folder=tmp_path) for n, name in enumerate(names, 1)])
    ledger.append([scanned(20, "Stock.jpg", folder=tmp_path)])
    assert load_workbook(tmp_path / "Ledger.xlsx").sheetnames == [
        "stock", "Tables", "Stock (2)", "Tables (2)", "a 1", "x", "long long long long long long l",
        "long long long long long lo (2)", "Table", "Stock (3)",
    ]  # fmt: skip
    assert len(list(sheet_of(tmp_path / "Ledger.xlsx", "Tables").iter_rows())) == 9


def test_a_row_that_is_there_gets_no_second_sheet(tmp_path: Path) -> None:
    """A save that reached the disk and was not known of is not made again; a deleted sheet stays deleted."""
    tables_at(tmp_path).append([scanned(1, "a.png", folder=tmp_path)])
    before = everything_in(tmp_path)
    tables_at(tmp_path).append([scanned(1, "a.png", folder=tmp_path)])
    assert everything_in(tmp_path) == before
    book = load_workbook(tmp_path / "Ledger.xlsx")
    del book["a"]
    book.save(tmp_path / "Ledger.xlsx")
    ledger = tables_at(tmp_path)
    ledger.append([scanned(1, "a.png", folder=tmp_path), scanned(2, "b.png", RAGGED[0], folder=tmp_path)])
    assert load_workbook(tmp_path / "Ledger.xlsx").sheetnames == ["Tables", "b"]


def test_a_ragged_table_is_not_padded(tmp_path: Path) -> None:
    """Where the paper has no cell the sheet has none: neither border nor text."""
    tables_at(tmp_path).append([scanned(1, "a.png", RAGGED[0], STOCK[0], folder=tmp_path)])
    sheet = sheet_of(tmp_path / "Ledger.xlsx", "a")
    assert cells_of(sheet)[:4] == [
        ("a", "b", None, None), ("c", None, None, None), (None, None, None, None), ("Stock in March", None, None, None),
    ]  # fmt: skip
    assert (sheet["A2"].border.left.style, sheet["B2"].border.left.style) == ("thin", None)


def test_a_caption_of_several_lines_takes_several_rows(tmp_path: Path) -> None:
    """And what stands below the last table is a caption alone."""
    tables = grids(printed_tables(f"<h1>Stock</h1><p>of März</p>{task_papers.RAGGED}<p>Seen</p>"))
    tables_at(tmp_path).append([scanned(1, "a.png", *tables, folder=tmp_path)])
    sheet = sheet_of(tmp_path / "Ledger.xlsx", "a")
    assert [values[0] for values in cells_of(sheet)] == ["Stock", "of März", "a", "c", None, "Seen"]


def test_another_reading_has_another_sheet(tmp_path: Path) -> None:
    """The row leads there; what a person did on the earlier one stays. Done twice, as after a crash, it is one."""
    ledger = tables_at(tmp_path)
    ledger.append([scanned(1, "a.png", folder=tmp_path)])
    again = scanned(1, "a.png", RAGGED[0], folder=tmp_path)
    for _ in range(2):
        assert ledger.amend([Change(id=again.id, reading=again)]) == {again.id}
    name = reread_sheet_name("a", again.grids)
    book = load_workbook(tmp_path / "Ledger.xlsx")
    assert book.sheetnames == ["Tables", "a", name]
    assert name in str(book["Tables"]["A2"].value)
    ledger.amend([Change(id=again.id, reading=replace(again, grids=(), pages="2"))])
    assert name in str(sheet_of(tmp_path / "Ledger.xlsx", "Tables")["A2"].value)


def test_a_protected_structure_keeps_the_row_waiting(tmp_path: Path) -> None:
    """No sheet can be added: nothing is written, and the reason says why."""
    from openpyxl.workbook.protection import WorkbookProtection

    tables_at(tmp_path).append([scanned(1, "a.png", folder=tmp_path)])
    book = load_workbook(tmp_path / "Ledger.xlsx")
    book.security = WorkbookProtection(lockStructure=True)
    book.save(tmp_path / "Ledger.xlsx")
    before = everything_in(tmp_path)
    with pytest.raises(LedgerBusy, match="its structure is protected"):
        tables_at(tmp_path).append([scanned(2, "b.png", folder=tmp_path)])
    assert everything_in(tmp_path) == before


def test_text_that_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    """In cells, captions and names; characters that no workbook holds are left out."""
    table = Grid(cells=(GridCell(row=0, column=0, value="=1+1"),), caption='=cmd|"x"\x00')
    tables_at(tmp_path).append([scanned(1, '=a"b.png', table, folder=tmp_path)])
    book = load_workbook(tmp_path / "Ledger.xlsx")
    sheet = book[book.sheetnames[1]]
    assert [(cell.value, cell.data_type) for cell in (sheet["A1"], sheet["A2"])] == [('=cmd|"x"', "s"), ("=1+1", "s")]
    assert book["Tables"]["A2"].value == '=HYPERLINK("#\'=a""b\'!A1","=a""b")'


def test_names_of_sheets_fit() -> None:
    """At most 31 UTF-16 units, never empty, never one that is taken or that a ledger may want later."""
    taken: set[str] = set()
    for stem in ("𝒜" * 40, "", "History", "Receipts", "a" * 31, "A" * 31, "x/y", "''"):
        name = grid_sheet_name(stem, taken)
        assert 0 < len(name.encode("utf-16-le")) // 2 <= 31
        assert name.casefold() not in {*map(str.casefold, taken), "history", "receipts"}
        taken.add(name)
