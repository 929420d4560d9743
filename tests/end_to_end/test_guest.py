"""The spreadsheet is the user's: what they change stays, what is lost comes back, with the installed program."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.endpoint_server import EndpointServer, answering
from tests.pictures import drop, receipts_of, truth_of
from tests.program import Program
from tests.waiting import wait_until

PICTURES = receipts_of(4)
TRUTH = truth_of(PICTURES)


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    """Four scans recorded one after the other, so that there is an order in which rows were written."""
    with EndpointServer(answering(TRUTH, 0.0)) as server:
        made = Program(tmp_path, base_url=server.base_url)
        for name, data in PICTURES.items():
            drop(made.inbox, {name: data})
            made.once()
        yield made


def edit(program: Program, change: Callable[[Worksheet], None]) -> None:
    """As a person does, in another program."""
    book = load_workbook(program.ledger)
    change(book["Scans"])
    book.save(program.ledger)


def totals(program: Program) -> list[object]:
    return [row["total"] for row in program.rows()]


def row_of(sheet: Worksheet, company: str) -> int:
    return next(cell.row for cell in sheet["A"] if cell.value == f"Company of {company}")


def said(program: Program, *arguments: str, expect: int = 0) -> str:
    finished = program.run("ledger", *arguments)
    assert finished.returncode == expect, finished.stdout + finished.stderr
    return finished.stdout + finished.stderr


def test_a_ledger_as_it_was_left_is_in_order(program: Program) -> None:
    """Exit status 0, also after it was sorted, a column was moved in, and a note was put above."""
    assert "4" in said(program, "check")

    def rearrange(sheet: Worksheet) -> None:
        lines = [[cell.value for cell in line] for line in sheet.iter_rows(min_row=2)]
        for number, values in enumerate(reversed(lines), 2):
            for column, value in enumerate(values, 1):
                sheet.cell(number, column).value = value
        sheet.tables.clear()
        sheet.insert_rows(1, 2)
        sheet["A1"] = "My receipts"
        sheet.insert_cols(2)
        sheet["B3"] = "project"
        sheet["B4"] = "kitchen"

    edit(program, rearrange)
    assert "corrected to" not in said(program, "check")


def test_corrections_and_deletions_are_explained_and_stay(program: Program) -> None:
    """They are the user's: in order, known to `why` and the status, and not undone by `rebuild`."""

    def correct(sheet: Worksheet) -> None:
        sheet.cell(row_of(sheet, "scan002.jpg"), 4).value = "99.00"
        sheet.delete_rows(row_of(sheet, "scan001.jpg"))
        sheet.tables.clear()

    edit(program, correct)
    told = said(program, "check")
    assert "2.50 was corrected to 99.00" in told
    assert "deleted by hand: 1 (scan001.jpg)" in told
    assert "99.00" in program.run("why", "scan002.jpg").stdout
    assert "deleted" in program.run("why", "scan001.jpg").stdout
    status = program.status()
    assert (status["corrections"], status["rows_gone"]) == (1, 1)
    assert "No row is missing" in said(program, "rebuild")
    assert totals(program) == ["0.50", "99.00", "3.50"]
    said(program, "rebuild", "--deleted")
    assert totals(program) == ["0.50", "99.00", "3.50", "1.50"]
    assert "deleted by hand" not in said(program, "check")


def test_rows_lost_to_an_older_copy_are_asked_about_and_come_back(program: Program, tmp_path: Path) -> None:
    """Nobody can tell them from deleted ones: `check` asks, `rebuild` is the yes, also when rows came after it."""
    older = tmp_path / "older.xlsx"

    def cut(sheet: Worksheet) -> None:
        sheet.delete_rows(row_of(sheet, "scan002.jpg"), 2)
        sheet.tables.clear()

    edit(program, cut)
    told = said(program, "check", expect=1)
    assert "Did you delete them?" in told
    assert "scan002.jpg" in told
    assert "scan003.jpg" in told
    shutil.copy(program.ledger, older)
    said(program, "rebuild")
    assert totals(program) == ["0.50", "1.50", "2.50", "3.50"]
    assert "Did you" not in said(program, "check")
    for row in program.rows():
        assert "done/" in str(row["File"])


def test_a_workbook_that_is_gone_is_rebuilt_with_what_was_corrected(program: Program, tmp_path: Path) -> None:
    """Into its own place, or into a new file; a person's corrections come along."""
    edit(program, lambda sheet: setattr(sheet.cell(row_of(sheet, "scan000.jpg"), 1), "value", "Anna's shop"))
    said(program, "check")
    program.ledger.unlink()
    told = said(program, "check", expect=1)
    assert "lost" in told
    said(program, "rebuild")
    assert {row["company"] for row in program.rows()} == {
        "Anna's shop",
        *(f"Company of scan00{n}.jpg" for n in (1, 2, 3)),
    }
    other = tmp_path / "Other.xlsx"
    said(program, "rebuild", "--to", str(other))
    assert load_workbook(other)["Scans"].max_row == 5
    assert "there already" in said(program, "rebuild", "--to", str(other), expect=2)


def test_a_moved_scan_is_found_by_its_content_and_its_link_follows(program: Program) -> None:
    """Renamed inside the folder of filed scans; one that is nowhere is told."""
    (program.done / "sorted").mkdir()
    (program.done / "scan001.jpg").rename(program.done / "sorted" / "Anna's receipt.jpg")
    (program.done / "scan002.jpg").unlink()
    told = said(program, "check", expect=1)
    assert "sorted" in told
    assert "scan002.jpg is not there any more" in told
    row = next(row for row in program.rows() if row["total"] == "1.50")
    assert "sorted/Anna's receipt.jpg" in str(row["File"])
    assert "Anna's receipt.jpg" in program.run("why", "Anna's receipt.jpg").stdout


def test_another_day_is_restored_and_what_it_lacks_comes_back(program: Program) -> None:
    """Listed without a date; the present one is kept; the rows that were written since are named and rebuilt."""
    (place,) = (program.state / "backups").iterdir()
    (backup,) = place.iterdir()
    shutil.move(backup, place / "2026-01-02.xlsx")
    assert "2026-01-02" in said(program, "restore")
    assert "no backup of 2026-01-03" in said(program, "restore", "2026-01-03", expect=2)
    lock = program.ledger.with_name(f"~${program.ledger.name}")
    lock.touch()
    assert "open" in said(program, "restore", "2026-01-02", expect=1)
    lock.unlink()
    told = said(program, "restore", "2026-01-02")
    assert "written since: 3" in told
    assert totals(program) == ["0.50"]
    drop(program.inbox, receipts_of(1, first=9))
    assert "lost" in said(program, "check", expect=1)
    said(program, "rebuild")
    assert totals(program) == ["0.50", "1.50", "2.50", "3.50"]


def test_without_the_column_of_ids_nothing_is_added_twice(program: Program) -> None:
    """Rows cannot be told apart then: `check` and `rebuild` say so and change nothing."""

    def drop_column(sheet: Worksheet) -> None:
        sheet.delete_cols(next(cell.column for cell in sheet[1] if cell.value == "Document ID"))
        sheet.tables.clear()

    edit(program, drop_column)
    before = program.ledger.read_bytes()
    for command in ("check", "rebuild"):
        assert "Document ID is gone" in said(program, command, expect=1)
    assert program.ledger.read_bytes() == before


def test_a_preview_tells_the_next_row_and_writes_nothing(program: Program, tmp_path: Path) -> None:
    """The row number and each column's letter; a workbook that cannot be used is told with the reason."""
    before = program.ledger.read_bytes()
    told = said(program, "preview")
    assert "the next row is row 6 of the sheet Scans" in told
    assert "D  total" in told
    assert program.ledger.read_bytes() == before
    assert not any(path.name.startswith(".") for path in tmp_path.iterdir())
    program.ledger.write_bytes(b"PK, but no workbook")
    assert "damaged" in said(program, "preview", expect=1)
    program.ledger.unlink()
    assert "will be made; the next row is row 2" in said(program, "preview")
    assert not program.ledger.exists()


def test_scans_read_again_amend_their_rows_save_what_was_corrected(program: Program) -> None:
    """Asked anew, with the daemon at rest or at work; scans stay, corrected cells and deleted rows too."""

    def correct(sheet: Worksheet) -> None:
        sheet.cell(row_of(sheet, "scan000.jpg"), 4).value = "99.00"
        sheet.delete_rows(row_of(sheet, "scan001.jpg"))
        sheet.tables.clear()

    edit(program, correct)
    better = {
        digest: {**fields, "total": f"1{fields['total']}", "company": "Better"} for digest, fields in TRUTH.items()
    }
    with EndpointServer(answering(better, 0.0)) as server:
        text = program.config.read_text()
        program.config.write_text(re.sub(r"http://127.0.0.1:\d+", server.base_url.removesuffix("/v1"), text))
        assert program.run("reread", "nothing.jpg").returncode == 1
        assert "To be read again: 1" in program.run("reread", "scan002.jpg").stdout
        program.once()
        assert len(server.asked) == 1
        assert sorted(totals(program)) == ["12.50", "3.50", "99.00"]
        with program.running():
            assert program.run("reread", "--inbox", str(program.inbox)).returncode == 0
            wait_until(lambda: "13.50" in totals(program))
            wait_until(lambda: len(server.asked) == 5 and not program.status()["to_record"])
    rows = program.rows()
    assert sorted(str(row["total"]) for row in rows) == ["12.50", "13.50", "99.00"]
    assert {row["company"] for row in rows} == {"Better"}
    assert program.filed() == sorted(PICTURES)
    assert "corrected to 99.00" in said(program, "check")


def test_a_field_that_is_added_is_read_into_the_rows_there_are(program: Program) -> None:
    """A changed question is asked; its column comes at the right."""
    more = {digest: {**fields, "city": f"City {fields['total']}"} for digest, fields in TRUTH.items()}
    with EndpointServer(answering(more, 0.0)) as server:
        text = program.config.read_text().replace('"total"]', '"total", "city"]')
        program.config.write_text(re.sub(r"http://127.0.0.1:\d+", server.base_url.removesuffix("/v1"), text))
        program.run("reread", "--inbox", str(program.inbox))
        program.once()
        assert len(server.asked) == 4
    assert [row["city"] for row in program.rows()] == [f"City {total}" for total in totals(program)]
    assert len(program.rows()) == 4


def test_the_same_invoice_from_another_file_is_told_and_recorded(tmp_path: Path) -> None:
    """Two pictures of one invoice: both rows are there, the second names the first. Also for rows written before the
    field was marked."""
    pictures = receipts_of(3)
    truth = {digest: {"number": "2411-0012", "total": "1.00"} for digest in truth_of(pictures)}
    with EndpointServer(answering(truth, 0.0)) as server:
        program = Program(tmp_path, base_url=server.base_url, fields=("number", "total"))
        drop(program.inbox, {"first.jpg": pictures["scan000.jpg"]})
        program.once()
        text = program.config.read_text()
        program.config.write_text(text.replace('["number",', '[{name = "number", type = "id", unique = true},'))
        drop(program.inbox, {"second.jpg": pictures["scan001.jpg"], "third.jpg": pictures["scan002.jpg"]})
        program.once()
    first, second, third = (row["Check"] for row in program.rows())
    assert (first, second, third) == (None, "same invoice as row 2", "same invoice as row 2")
    assert program.filed() == ["first.jpg", "second.jpg", "third.jpg"]


def test_each_month_has_a_workbook_of_its_own(tmp_path: Path) -> None:
    """By the date on the paper; the same file is a duplicate whatever the month; all months are checked and restored."""
    pictures = receipts_of(3)
    days = ("2026-01-31", "2026-02-01", "2026-02-02")
    truth = {digest: {"day": day, "total": "1.00"} for digest, day in zip(truth_of(pictures), days, strict=True)}
    with EndpointServer(answering(truth, 0.0)) as server:
        program = Program(tmp_path, base_url=server.base_url, fields=("day", "total"))
        text = program.config.read_text().replace('"day"', '{name = "day", type = "date"}')
        text = text.replace("Ledger.xlsx", "Scans {year}-{month}.xlsx").replace(
            "sheet =", 'month_of = "document"\nsheet ='
        )
        program.config.write_text(text)
        drop(program.inbox, pictures)
        program.once()
        drop(program.inbox, {"again.jpg": pictures["scan000.jpg"]})
        program.once()
        january, february = tmp_path / "Scans 2026-01.xlsx", tmp_path / "Scans 2026-02.xlsx"
        assert load_workbook(january)["Scans"].max_row == 2
        assert load_workbook(february)["Scans"].max_row == 3
        assert "again.jpg" in program.filed(program.done / "duplicates")
        assert "corrected: 3" in said(program, "check")
        february.unlink()
        assert "lost" in said(program, "check", expect=1)
        said(program, "rebuild")
        assert load_workbook(february)["Scans"].max_row == 3
        doctor = program.run("doctor").stdout
        assert "Scans 2026-01.xlsx can be read" in doctor


def test_a_ledger_may_be_a_csv_file(tmp_path: Path) -> None:
    """Recorded, checked, rebuilt and previewed like a workbook."""
    with EndpointServer(answering(TRUTH, 0.0)) as server:
        program = Program(tmp_path, base_url=server.base_url)
        program.config.write_text(program.config.read_text().replace("Ledger.xlsx", "Ledger.csv"))
        drop(program.inbox, PICTURES)
        program.once()
        path = tmp_path / "Ledger.csv"
        lines = path.read_text(encoding="utf-8-sig").splitlines()
        assert len(lines) == 5
        assert "corrected: 4" in said(program, "check")
        path.write_text("\n".join(lines[:2]), encoding="utf-8-sig")
        said(program, "rebuild", "--deleted")
        assert sorted(path.read_text(encoding="utf-8-sig").splitlines()) == sorted(lines)
        assert "the next row is row 6" in said(program, "preview")
        assert program.run("doctor").returncode == 0
