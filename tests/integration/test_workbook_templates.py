"""New workbooks that begin as a copy of a person's own, and columns that were chosen."""

from __future__ import annotations

import os
import stat
from datetime import UTC
from pathlib import Path

import pytest
from openpyxl import load_workbook

from ocrwatch.document import Cell
from ocrwatch.errors import LedgerBusy
from ocrwatch.ledger.layout import Choice
from ocrwatch.ledger.locks import Locks
from ocrwatch.ledger.workbook import WorkbookLedger
from ocrwatch.ports import Change
from tests.integration.test_workbook_forms import trip
from tests.unit.ledger.books import FIELDS, SHEET, csv_at, records, row, sheet_of
from tests.unit.ledger.packages import make, raw_members
from tests.unit.ledger.papers import TRAVEL, TRAVEL_HEADINGS, TRAVEL_SHEET, make_travel


def copied_from(template: Path, path: Path, sheet: str = TRAVEL_SHEET) -> WorkbookLedger:
    fields, headings = (TRAVEL, TRAVEL_HEADINGS) if sheet == TRAVEL_SHEET else (FIELDS, {})
    choice = Choice(headings=headings)
    return WorkbookLedger(
        path, sheet, fields, folder_column=False, choice=choice, template=template, locks=Locks(), render=str, zone=UTC
    )


def test_each_new_workbook_begins_as_the_template(tmp_path: Path) -> None:
    """The template stays as it is, whatever its rights; the copy has those of any new file."""
    template = tmp_path / "表.xlsx"
    make_travel(template)
    template.chmod(0o444)
    before = template.read_bytes()
    for number in (1, 2):
        path = tmp_path / f"报销 {number}.xlsx"
        ledger = copied_from(template, path)
        assert ledger.append([trip(1)]) == {row(1).id: 7}
        assert ledger.append([trip(2)]) == {row(2).id: 8}
        assert sheet_of(path, TRAVEL_SHEET)["A1"].value == TRAVEL_SHEET
        plain = tmp_path / "plain"
        plain.touch()
        assert os.name == "nt" or stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)
    assert template.read_bytes() == before


def test_a_template_with_macros_keeps_them(tmp_path: Path) -> None:
    """And all else that the workbook carries."""
    template, path = tmp_path / "T.xlsm", tmp_path / "L.xlsm"
    make(template, macros=True)
    copied_from(template, path, SHEET).append([row(1)])
    before, after = raw_members(template), raw_members(path)
    assert after["xl/vbaProject.bin"] == before["xl/vbaProject.bin"]
    assert after["xl/worksheets/sheet1.xml"] == before["xl/worksheets/sheet1.xml"]
    assert sheet_of(path)["D2"].value == "shop 1"


def test_a_missing_template_makes_rows_wait(tmp_path: Path) -> None:
    """No other workbook is made in its place; once it is there they land."""
    template, path = tmp_path / "表.xlsx", tmp_path / "a.xlsx"
    ledger = copied_from(template, path)
    with pytest.raises(LedgerBusy, match=r"The template 表\.xlsx is not in "):
        ledger.append([trip(1)])
    assert not path.exists()
    template.write_bytes(b"no workbook")
    with pytest.raises(LedgerBusy, match=r"表\.xlsx is no Excel file"):
        ledger.append([trip(1)])
    assert not path.exists()
    make_travel(template)
    assert ledger.append([trip(1)]) == {row(1).id: 7}


def test_own_columns_are_chosen(tmp_path: Path) -> None:
    """Left out ones are not written; the ids stand in a hidden column, which is found again and sorted along."""
    path = tmp_path / "Ledger.xlsx"

    def ledger() -> WorkbookLedger:
        choice = Choice(own=("File",), headings={"total": "Sum"})
        return WorkbookLedger(
            path, SHEET, FIELDS, folder_column=True, choice=choice, locks=Locks(), render=str, zone=UTC
        )

    ledger().append([row(1, {"company": "a", "total": "1"}), row(2, {"company": "b"})])
    sheet = sheet_of(path)
    assert [cell.value for cell in sheet[1]] == ["number", "date", "Sum", "company", "File", "Document ID"]
    assert [letter for letter, each in sheet.column_dimensions.items() if each.hidden] == ["F"]
    (table,) = sheet.tables.values()
    assert table.ref == "A1:F3"
    book = load_workbook(path)
    rows = [[cell.value for cell in cells] for cells in book[SHEET].iter_rows(min_row=2)]
    for number, values in enumerate(reversed(rows), 2):
        for place, value in enumerate(values, 1):
            book[SHEET].cell(number, place).value = value
    book.save(path)
    assert ledger().find([row(1).id, row(2).id]) == {row(1).id: 3, row(2).id: 2}
    assert ledger().amend([Change(id=row(1).id, cells=[Cell("total", "7")], reading=row(1))])
    ledger().append([row(3)])
    assert [record["Sum"] for record in records(path)] == [None, "7", None]
    assert [line.shown["total"] for line in ledger().lines()] == [None, "7", None]
    assert sheet_of(path).column_dimensions["F"].hidden


def test_a_column_that_was_told_with_others_is_hidden_alone(tmp_path: Path) -> None:
    """Programs describe many columns at once."""
    path = tmp_path / "Ledger.xlsx"
    book = load_workbook_with_wide_columns(path)
    book.save(path)
    choice = Choice(own=())
    WorkbookLedger(path, SHEET, FIELDS, folder_column=False, choice=choice, locks=Locks(), render=str).append([row(1)])
    sheet = sheet_of(path)
    assert sheet["E1"].value == "Document ID"
    told = {letter: (each.min, each.max, each.hidden) for letter, each in sheet.column_dimensions.items()}
    assert told == {"B": (2, 2, False), "C": (3, 4, False), "E": (5, 5, True), "F": (6, 40, False)}


def load_workbook_with_wide_columns(path: Path):  # type: ignore[no-untyped-def]
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = SHEET
    book.active.append(["number", "date", "total", "company"])
    wide = book.active.column_dimensions["C"]
    wide.min, wide.max, wide.width = 3, 40, 20
    return book


def test_a_csv_file_has_headings_and_chosen_columns_too(tmp_path: Path) -> None:
    """Cells are found by their fields' names all the same."""
    from ocrwatch.ledger.csv_file import CsvLedger

    path = tmp_path / "a.csv"
    choice = Choice(own=("Document ID",), headings={"company": "Shop"})
    ledger = CsvLedger(path, FIELDS, folder_column=False, choice=choice, locks=Locks(), render=str)
    ledger.append([row(1)])
    assert path.read_text(encoding="utf-8-sig").splitlines()[0] == "number,date,total,total (currency),Shop,Document ID"
    assert ledger.amend([Change(id=row(1).id, cells=[Cell("company", "other")])])
    assert [line.shown["company"] for line in ledger.lines()] == ["other"]
    assert csv_at(path).find([row(1).id]) == {row(1).id: 2}
