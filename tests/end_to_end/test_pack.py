"""A month is handed in: real scans, read by the installed program, corrected in the spreadsheet, packed."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZipFile

import pypdfium2
import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from PIL import Image

from ocrwatch.samples import sample_files
from tests.endpoint_replies import JSON, Asked, Reply, completion, fenced
from tests.endpoint_server import EndpointServer
from tests.program import Program

READ: dict[str, dict[str, JSON]] = {
    "receipt-photo.jpg": {"date": "2025-11-23", "company": "HARBOUR LANE GROCERS", "total": "£28.14"},
    "train-ticket.jpg": {"date": "2025-11-03", "company": "中国铁路", "total": "￥553.50"},
    "invoice-zh.png": {"date": "2025-11-12", "company": "云栖谷文具商行", "total": "¥1356.00"},
    "invoice.pdf": {"date": "2025-11-14", "company": "Falkenried Signs GmbH", "total": "€4,281.62"},
    "two pages.tif": {"date": "2025-10-30", "company": "October", "total": "CNY 10.00"},
}
"""What each scan is read as, in the order in which they are dropped."""


def _pages(path: Path) -> None:
    """A TIFF of two pages in black and white, as scanners make them."""
    page = Image.new("1", (1240, 1754), 1)
    page.paste(0, (100, 100, 1140, 200))
    other = page.rotate(180)
    page.save(path, compression="group4", save_all=True, append_images=[other], dpi=(150, 150))


@contextmanager
def recorded(folder: Path) -> Iterator[Program]:
    """Five scans of anna and ben, recorded in the order of READ."""
    current: list[str] = []

    def respond(_: Asked) -> Reply:
        return completion(fenced(READ[current[-1]]))

    scans = {path.name: path for path in sample_files()}
    scans["two pages.tif"] = folder / "two pages.tif"
    _pages(scans["two pages.tif"])
    with EndpointServer(respond) as server:
        made = Program(folder, base_url=server.base_url, concurrency=1, more="recursive = true")
        fields = "fields = ['company', {name = 'date', type = 'date'}, {name = 'total', type = 'amount'}]"
        text = made.config.read_text(encoding="utf-8")
        before = next(line for line in text.splitlines() if line.startswith("fields"))
        made.config.write_text(text.replace(before, fields), encoding="utf-8")
        for number, name in enumerate(READ):
            subfolder = made.inbox / ("anna" if number % 2 == 0 else "ben")
            subfolder.mkdir(exist_ok=True)
            current.append(name)
            shutil.copy(scans[name], subfolder / name)
            made.once()
        yield made


@pytest.fixture(scope="module")
def corrected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """For tests that only pack, and name their zips."""
    with recorded(tmp_path_factory.mktemp("corrected")) as made:
        edit(made, correct)
        yield made


def edit(program: Program, change: Callable[[Worksheet], None]) -> None:
    """As a person does, in another program."""
    book = load_workbook(program.ledger)
    change(book["Scans"])
    book.save(program.ledger)


def correct(sheet: Worksheet) -> None:
    """A category of one's own, a total put right, the date that brings October's scan into November."""
    rows = {sheet.cell(number, 1).value: number for number in range(2, sheet.max_row + 1)}
    last = sheet.max_column + 1
    sheet.cell(1, last).value = "Category"
    for company, category in (("中国铁路", "Travel"), ("云栖谷文具商行", "Office"), ("October", "Travel")):
        sheet.cell(rows[company], last).value = category
    sheet.cell(rows["中国铁路"], 3).value = 553
    sheet.cell(rows["October"], 2).value = "2025-11-30"
    sheet.tables.clear()


def packed(program: Program, *arguments: str, expect: int = 0) -> str:
    finished = program.run("pack", "--month", "2025-11", "--month-of", "document", *arguments)
    assert finished.returncode == expect, finished.stdout + finished.stderr
    return finished.stdout + finished.stderr


def book_in(archive: ZipFile, name: str = "in 2025-11.xlsx") -> Workbook:
    return load_workbook(io.BytesIO(archive.read(name)))


def values(sheet: Worksheet) -> list[list[object]]:
    return [list(line) for line in sheet.iter_rows(values_only=True)]


def test_a_month_is_handed_in(corrected: Program, tmp_path: Path) -> None:
    """Rows as they stand now, scans in their order, one PDF of all pages, totals by currency and by a column."""
    target = tmp_path / "November.zip"
    said = packed(corrected, "--by", "category", "--output", str(target))
    assert "rows: 5, scans: 5, pages in the PDF: 6" in said
    with ZipFile(target) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [
            "scans/001 2025-11-23 HARBOUR LANE GROCERS 28.14 GBP.jpg",
            "scans/002 2025-11-03 中国铁路 553.00 CNY.jpg",
            "scans/003 2025-11-12 云栖谷文具商行 1356.00 CNY.png",
            "scans/004 2025-11-14 Falkenried Signs GmbH 4281.62 EUR.pdf",
            "scans/005 2025-11-30 October 10.00 CNY.tif",
            "in 2025-11.pdf",
            "in 2025-11.xlsx",
        ]
        chinese = archive.getinfo("scans/002 2025-11-03 中国铁路 553.00 CNY.jpg")
        assert chinese.flag_bits & 0x800, "the name says that it is UTF-8"
        (ticket,) = corrected.done.rglob("train-ticket.jpg")
        assert archive.read(chinese) == ticket.read_bytes()
        book, pdf = book_in(archive), archive.read("in 2025-11.pdf")
    _assert_rows(book["Scans"])
    assert values(book["Totals"]) == [
        ["Category", "Currency", "Rows", "total"],
        ["Office", "CNY", 1, 1356],
        ["Travel", "CNY", 2, 563],
        ["(none)", "EUR", 1, 4281.62],
        ["(none)", "GBP", 1, 28.14],
        ["All", "CNY", 3, 1919],
        ["All", "EUR", 1, 4281.62],
        ["All", "GBP", 1, 28.14],
    ]
    assert _captions(pdf) == [
        "No. 1 2025-11-23", "No. 2 2025-11-03", "No. 3 2025-11-12", "No. 4 2025-11-14", "No. 5 2025-11-30 1/2",
        "No. 5 2025-11-30 2/2",
    ]  # fmt: skip
    assert ticket.read_bytes() in pdf, "a JPEG goes into the PDF as it is"


def _assert_rows(sheet: Worksheet) -> None:
    header, *rows = values(sheet)
    assert header[:5] == ["No.", "company", "date", "total", "Folder"]
    assert header[-1] == "Category"
    assert [row[0] for row in rows] == [1, 2, 3, 4, 5, None, "Total CNY", "Total EUR", "Total GBP"]
    assert [row[3] for row in rows] == [28.14, 553, 1356, 4281.62, 10, None, 1919, 4281.62, 28.14]
    assert [row[4] for row in rows[:5]] == ["anna", "ben", "anna", "ben", "anna"]
    link = rows[1][header.index("File")]
    assert link == (
        '=HYPERLINK("scans/002 2025-11-03 中国铁路 553.00 CNY.jpg","002 2025-11-03 中国铁路 553.00 CNY.jpg")'
    )
    formats = {sheet.cell(line, 4).value: sheet.cell(line, 4).number_format for line in (2, 3, 5, 8)}
    assert formats == {28.14: '"£"#,##0.00', 553: '"¥"#,##0.00', 4281.62: '"€"#,##0.00', 1919: '"¥"#,##0.00'}


def _captions(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    return [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]


def test_two_on_a_page(corrected: Program, tmp_path: Path) -> None:
    """Two pictures share a page where it is asked for; totals by the ledger's own column of subfolders."""
    target = tmp_path / "two.zip"
    packed(corrected, "--inbox", "in", "--per-page", "2", "--by", "Folder", "--output", str(target))
    with ZipFile(target) as archive:
        book, pdf = book_in(archive), archive.read("in 2025-11.pdf")
    assert [row[0] for row in values(book["Totals"])] == ["Folder", "anna", "anna", "ben", "ben", "All", "All", "All"]
    assert _captions(pdf) == [
        "No. 1 2025-11-23 No. 2 2025-11-03", "No. 3 2025-11-12 No. 4 2025-11-14",
        "No. 5 2025-11-30 1/2 No. 5 2025-11-30 2/2",
    ]  # fmt: skip


def test_what_is_gone(tmp_path: Path) -> None:
    """A deleted row stays deleted, a scan that was moved is found by its bytes; one that is gone is named in words."""
    with recorded(tmp_path) as program:
        edit(program, lambda sheet: sheet.delete_rows(4) or sheet.tables.clear())
        (photo,) = program.done.rglob("receipt-photo.jpg")
        photo.rename(program.done / "renamed.jpg")
        (ticket,) = program.done.rglob("train-ticket.jpg")
        ticket.unlink()
        said = packed(program, expect=1)
        zips = list(program.ledger.parent.glob("*.zip"))
    assert "No. 2: the scan train-ticket.jpg is not to be found." in said
    assert [path.name for path in zips] == ["in 2025-11.zip"]
    with ZipFile(zips[0]) as archive:
        text = archive.read("Please read.txt").decode("utf-8-sig")
        assert text == "No. 2: the scan train-ticket.jpg is not to be found.\r\n"
        names = [name[:10] for name in archive.namelist() if name.startswith("scans/")]
        assert names == ["scans/001 ", "scans/003 "], "of the rows that are there: October is not November"
        header, *rows = values(book_in(archive)["Scans"])
    assert [row[0] for row in rows[:3]] == [1, 2, 3]
    assert rows[1][3] == 553.5
    assert rows[1][header.index("File")] is None


def test_nothing_is_written_over(corrected: Program, tmp_path: Path) -> None:
    """A second zip is numbered; a named one must not be there; a month without rows makes none."""
    folder = corrected.ledger.parent
    assert "in 2025-11.zip" in packed(corrected)
    first = (folder / "in 2025-11.zip").read_bytes()
    assert "in 2025-11 (2).zip" in packed(corrected)
    assert (folder / "in 2025-11.zip").read_bytes() == first
    there = tmp_path / "mine.zip"
    there.write_bytes(b"mine")
    assert "is there already" in packed(corrected, "--output", str(there), expect=2)
    assert there.read_bytes() == b"mine"
    assert "there are no rows of 2024-01" in corrected.run("pack", "--month", "2024-01").stdout
    assert sorted(path.name for path in folder.glob("*.zip")) == ["in 2025-11 (2).zip", "in 2025-11.zip"]
    assert not list(folder.glob(".*.part"))


def test_what_cannot_be_asked_for(corrected: Program) -> None:
    """An unknown folder, month or column is refused with what there is."""
    assert "is not watched. Watched:" in packed(corrected, "--inbox", "out", expect=2)
    assert "There is no column folders. Did you mean Folder?" in packed(corrected, "--by", "folders", expect=2)
    assert "There are: company, date, total, Folder, Category." in packed(corrected, "--by", "xyz", expect=2)
    finished = corrected.run("pack", "--month", "2025-13")
    assert finished.returncode == 2
    assert "is no month" in finished.stderr


@pytest.mark.skipif(shutil.which("soffice") is None, reason="needs LibreOffice")
def test_an_office_program_opens_it(corrected: Program, tmp_path: Path) -> None:
    """LibreOffice opens the packed workbook and shows rows and totals."""
    target = tmp_path / "office.zip"
    packed(corrected, "--by", "Folder", "--output", str(target))
    with ZipFile(target) as archive:
        archive.extract("in 2025-11.xlsx", tmp_path)
    every_sheet = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    home = f"-env:UserInstallation=file://{tmp_path}/office"
    book = str(tmp_path / "in 2025-11.xlsx")
    command = ["soffice", home, "--headless", "--convert-to", every_sheet, "--outdir", str(tmp_path), book]
    subprocess.run(command, check=True, capture_output=True, timeout=100)
    assert "anna,CNY,2,1366\n" in (tmp_path / "in 2025-11-Totals.csv").read_text(encoding="utf-8")
    assert "Total CNY,,,1919" in (tmp_path / "in 2025-11-Scans.csv").read_text(encoding="utf-8")
