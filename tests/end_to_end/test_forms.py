"""A person's own forms, with the installed program."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.endpoint_server import EndpointServer, answering
from tests.pictures import drop, receipts_of, truth_of
from tests.program import Program

SHEET = "Claim"


def make_form(path: Path, headings: list[str], *, rows: int = 2) -> None:
    """A title, the header in row 3, `rows` empty rows, a total that counts."""
    book = Workbook()
    sheet = book.active
    sheet.title = SHEET
    sheet["A1"] = "Claim"
    for place, heading in enumerate(headings, 1):
        sheet.cell(3, place, heading)
    total = 4 + rows
    sheet.cell(total, 1, "Total")
    sheet.cell(total, 3, f"=COUNTA(B4:B{total - 1})")
    sheet.cell(total + 1, 1, "Signature:")
    book.save(path)


def change_configuration(program: Program, *changes: tuple[str, str]) -> None:
    text = program.config.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    program.config.write_text(text, encoding="utf-8")


def said(program: Program, *arguments: str, expect: int = 0) -> str:
    finished = program.run("ledger", *arguments)
    assert finished.returncode == expect, finished.stdout + finished.stderr
    return finished.stdout + finished.stderr


def column(path: Path, heading: str, sheet: str = SHEET) -> list[object]:
    cells = load_workbook(path)[sheet]
    place = next(cell.column for cell in cells[3] if cell.value == heading)
    return [cells.cell(number, place).value for number in range(4, 8)]


@pytest.mark.long
def test_a_form_takes_what_fits_and_the_rest_lands_when_there_is_room(tmp_path: Path) -> None:
    """Three scans, two empty rows: two are written, the third waits by name, and lands when a row was inserted."""
    pictures = receipts_of(3)
    with EndpointServer(answering(truth_of(pictures), 0.0)) as server:
        program = Program(tmp_path, base_url=server.base_url, more="headings = {company = 'Shop'}")
        change_configuration(program, ("sheet = 'Scans'\n", "own_columns = ['Check']\n"))
        make_form(program.ledger, ["Item", "Shop", "total", "date", "address"])
        told = said(program, "preview")
        assert "the next row is row 4 of the sheet Claim" in told
        assert "B  Shop (the field company)" in told
        assert "G  Document ID (hidden)" in told
        assert "empty rows left after that one: 1" in told
        drop(program.inbox, pictures)
        assert "has no empty row left above row 6" in program.once(expect=4)
        assert [value is not None for value in column(program.ledger, "Shop")] == [True, True, False, False]
        assert "no empty row left above row 6" in said(program, "preview", expect=1)
        book = load_workbook(program.ledger)
        book[SHEET].insert_rows(6)
        book.save(program.ledger)
        program.once()
        assert [value is not None for value in column(program.ledger, "Shop")] == [True, True, True, False]
        assert load_workbook(program.ledger)[SHEET]["C7"].value == "=COUNTA(B4:B6)"
        assert "corrected: 3" in said(program, "check")


def test_rows_are_rebuilt_into_a_form_as_far_as_it_has_room(tmp_path: Path) -> None:
    """What does not fit is told; it comes when there is room and it is asked for again."""
    pictures = receipts_of(3)
    with EndpointServer(answering(truth_of(pictures), 0.0)) as server:
        program = Program(tmp_path, base_url=server.base_url, more="headings = {company = 'Shop'}")
        change_configuration(program, ("sheet = 'Scans'\n", "own_columns = ['Check']\n"))
        make_form(program.ledger, ["Item", "Shop", "total", "date", "address"], rows=3)
        drop(program.inbox, pictures)
        program.once()
    make_form(program.ledger, ["Item", "Shop", "total", "date", "address"], rows=2)
    told = said(program, "rebuild", expect=1)
    assert "Rows added: 2" in told
    assert "no empty row left above row 6" in told
    assert "ocrwatch ledger rebuild" in told
    assert "lost" in said(program, "check", expect=1)
    book = load_workbook(program.ledger)
    book[SHEET].insert_rows(6)
    book.save(program.ledger)
    assert "Rows added: 1" in said(program, "rebuild")
    assert [value is not None for value in column(program.ledger, "Shop")] == [True, True, True, False]


def test_each_folder_and_month_has_a_copy_of_the_form(tmp_path: Path) -> None:
    """Its headings are the fields. The same file is a duplicate in whichever folder it comes again."""
    pictures = receipts_of(3)
    with EndpointServer(answering(truth_of(pictures), 0.0)) as server:
        program = Program(tmp_path, base_url=server.base_url, fields=("x",), more="recursive = true")
        make_form(tmp_path / "Form.xlsx", ["company", "total", "remark"])
        change_configuration(
            program,
            ('fields = ["x"]\n', "template = 'Form.xlsx'\n"),
            ("sheet = 'Scans'\n", ""),
            ("Ledger.xlsx", "{folder}.xlsx"),
        )
        names = list(pictures)
        drop(program.inbox, {names[0]: pictures[names[0]]})
        for folder, name in (("Anna", names[1]), ("张三", names[2])):
            (program.inbox / folder).mkdir()
            drop(program.inbox / folder, {name: pictures[name]})
        program.once()
        (program.inbox / "Bob").mkdir()
        drop(program.inbox / "Bob", {"again.jpg": pictures[names[0]]})
        program.once()
        assert sorted(path.name for path in tmp_path.glob("*.xlsx")) == [
            "Anna.xlsx",
            "Form.xlsx",
            "in.xlsx",
            "张三.xlsx",
        ]
        for name in ("in", "Anna", "张三"):
            first, second, *_ = column(tmp_path / f"{name}.xlsx", "company")
            assert first is not None
            assert second is None
        assert column(tmp_path / "张三.xlsx", "Folder")[0] == "张三"
        assert "corrected: 3" in said(program, "check")
        (tmp_path / "张三.xlsx").unlink()
        assert "lost" in said(program, "check", expect=1)
        said(program, "rebuild")
        assert column(tmp_path / "张三.xlsx", "company")[0]


def _delete_ids(sheet: Worksheet) -> None:
    sheet.delete_cols(next(cell.column for cell in sheet[1] if cell.value == "Document ID"))
    sheet.tables.clear()


@pytest.mark.parametrize("again", [True, False])
def test_a_deleted_column_of_ids_is_told_once(tmp_path: Path, *, again: bool) -> None:
    """It comes back at the right; rows that lost their ids are neither taken for deleted nor added a second time."""
    pictures = receipts_of(3)
    names = list(pictures)
    with EndpointServer(answering(truth_of(pictures), 0.0)) as server:
        program = Program(tmp_path, base_url=server.base_url)
        drop(program.inbox, {name: pictures[name] for name in names[:2]})
        program.once()
        book = load_workbook(program.ledger)
        _delete_ids(book["Scans"])
        book.save(program.ledger)
        drop(program.inbox, {"again.jpg": pictures[names[0]]} if again else {})
        program.once()
        drop(program.inbox, {names[2]: pictures[names[2]]})
        program.once()
        told = [line for line in program.log().splitlines() if "The column Document ID is gone" in line]
        ids = [row["Document ID"] for row in program.rows()]
        assert [each is not None for each in ids] == [False, False, True]
        assert len(told) == 1
        assert ("again.jpg" in program.filed(program.done / "duplicates")) is again
        checked = said(program, "check", expect=1)
        assert "lost their Document ID when that column was deleted: 2" in checked
        assert "deleted by hand" not in checked
        said(program, "rebuild")
        said(program, "rebuild", "--deleted")
        assert len(program.rows()) == 3
        assert "lost its Document ID" in program.run("why", names[0]).stdout
