"""Months packed from real ledgers, journals and scans: every kind of ledger, and what can be wrong with scans."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from PIL import Image

from ocrwatch.cli.packing import pack
from ocrwatch.document import Amount, Value
from ocrwatch.errors import DiskFull, FolderAway
from ocrwatch.packing.bundle import bundle
from tests.recorded_month import FIELDS, RecordedMonth

MONTH = "2026-11"


def jpeg(shade: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (120, 160), (shade, shade, 200)).save(buffer, "JPEG")
    return buffer.getvalue()


SCANS = {f"IMG_{number}.jpg": jpeg(50 * number) for number in (1, 2, 3)}


def values(company: str, day: int, total: str, currency: str = "CNY", month: int = 11) -> list[dict[str, Value]]:
    return [{"company": company, "date": date(2026, month, day), "total": Amount(Decimal(total), currency)}]


VALUES = {
    "IMG_1.jpg": values("中国铁路", 3, "553.5"),
    "IMG_2.jpg": values("Falkenried", 20, "10", "EUR"),
    "IMG_3.jpg": values("Harbour", 7, "20"),
}


@pytest.fixture
def month(tmp_path: Path) -> RecordedMonth:
    made = RecordedMonth(tmp_path)
    made.record(SCANS, VALUES)
    return made


def packed(month: RecordedMonth, expect: int = 0, target: str = "Tickets 2026-11.zip", **options: str) -> ZipFile:
    """The zip that is made."""
    assert pack(config=month.config, month=MONTH, **options) == expect  # type: ignore[arg-type]
    return ZipFile(io.BytesIO((month.folder / target).read_bytes()))


def rows(archive: ZipFile) -> list[dict[str, object]]:
    """The numbered rows of the workbook, by heading."""
    book = load_workbook(io.BytesIO(archive.read("Tickets 2026-11.xlsx")))
    header, *lines = book["Tickets"].iter_rows(values_only=True)
    return [dict(zip(map(str, header), line, strict=True)) for line in lines if isinstance(line[0], int)]


def totals(archive: ZipFile) -> dict[object, object]:
    book = load_workbook(io.BytesIO(archive.read("Tickets 2026-11.xlsx")))
    return {line[0]: line[2] for line in list(book["Totals"].iter_rows(values_only=True))[1:]}


def edit(ledger: Path, change: Callable[[Worksheet], object]) -> None:
    book = load_workbook(ledger)
    change(book["Tickets"])
    book.save(ledger)


def scans(archive: ZipFile) -> list[str]:
    return [name.removeprefix("scans/") for name in archive.namelist() if name.startswith("scans/")]


def remarks(archive: ZipFile) -> list[str]:
    return archive.read("Please read.txt").decode("utf-8-sig").splitlines()


def test_a_csv_file(tmp_path: Path) -> None:
    """A ledger as CSV is handed in as a workbook, its amounts and currencies typed."""
    month = RecordedMonth(tmp_path, ledger="Ledger.csv")
    month.record(SCANS, VALUES)
    text = month.ledger.read_text("utf-8-sig").replace("553.5", "500")
    month.ledger.write_text("\ufeff" + text, "utf-8")
    archive = packed(month)
    found = rows(archive)
    assert [row["total"] for row in found] == [500, 10, 20]
    assert list(found[0])[:5] == ["No.", "company", "date", "total", "Check"]
    assert found[0]["date"] == datetime(2026, 11, 3)
    assert totals(archive) == {"CNY": 520, "EUR": 10}


def test_a_workbook_a_month(tmp_path: Path) -> None:
    """Of several workbooks all are looked through: the date on the paper counts, not where the row stands."""
    month = RecordedMonth(tmp_path, ledger="{year}/Scans {month}.xlsx", more="month_of = 'document'")
    early = {**VALUES, "IMG_2.jpg": values("Falkenried", 20, "10", "EUR", month=10)}
    month.record(SCANS, early, months={"IMG_1.jpg": "2026-11", "IMG_2.jpg": "2026-10", "IMG_3.jpg": "2026-11"})
    assert [row["company"] for row in rows(packed(month))] == ["中国铁路", "Harbour"]
    edit(tmp_path / "2026" / "Scans 10.xlsx", lambda sheet: sheet.cell(2, 2, datetime(2026, 11, 1)))
    archive = packed(month, target="Tickets 2026-11 (2).zip")
    assert [row["company"] for row in rows(archive)] == ["Falkenried", "中国铁路", "Harbour"]
    assert totals(archive) == {"CNY": Decimal("573.5"), "EUR": 10}


def test_two_folders_of_one_sheet(tmp_path: Path) -> None:
    """Of a sheet that two folders fill, each hands in its own."""
    ledger = tmp_path / "Ledger.xlsx"
    other = f"[[inbox]]\nfolder = '{tmp_path / 'Ben'}'\nfields = {FIELDS}\nledger = '{ledger}'\nsheet = 'Tickets'"
    month = RecordedMonth(tmp_path, more=other)
    month.record({"IMG_1.jpg": SCANS["IMG_1.jpg"]}, VALUES)
    month.record({"IMG_2.jpg": SCANS["IMG_2.jpg"]}, VALUES, inbox=1)
    assert [row["company"] for row in rows(packed(month))] == ["中国铁路"]
    assert (tmp_path / "Ben 2026-11.zip").exists(), "without --inbox each folder has its zip"


def test_a_lost_journal(month: RecordedMonth) -> None:
    """Without the journal scans are found by their names and bytes, and currencies by the cells' formats."""
    shutil.rmtree(month.folder / "state")
    archive = packed(month)
    assert scans(archive) == ["001 2026-11-03 中国铁路 553.50 ¥.jpg", "002 2026-11-20 Falkenried 10.00 EUR.jpg",
                              "003 2026-11-07 Harbour 20.00 ¥.jpg"]  # fmt: skip
    assert totals(archive) == {"¥": Decimal("573.5"), "EUR": 10}


def test_another_currency(month: RecordedMonth) -> None:
    """Who changes the currency that a cell shows changes the total that it is in; text is in none, and told."""

    def change(sheet: Worksheet) -> None:
        sheet.cell(2, 3).number_format = '"$"#,##0.00'
        sheet.cell(4, 3).value = "about 20"

    edit(month.ledger, change)
    archive = packed(month, expect=1)
    assert totals(archive) == {"USD": 553.5, "EUR": 10}
    assert remarks(archive) == ["No. 3: what stands under total is no number. No total counts it."]
    assert rows(archive)[2]["total"] == "about 20"


def test_several_rows_of_one_scan(tmp_path: Path) -> None:
    """They share one scan, which has the first one's number; the caption names all."""
    month = RecordedMonth(tmp_path)
    both = [*values("Anna", 3, "1"), *values("Ben", 4, "2")]
    month.record({"IMG_1.jpg": SCANS["IMG_1.jpg"]}, {"IMG_1.jpg": both})
    archive = packed(month)
    assert scans(archive) == ["001 2026-11-03 Anna 1.00 CNY.jpg"]
    assert [row["File"] for row in rows(archive)] == [
        '=HYPERLINK("scans/001 2026-11-03 Anna 1.00 CNY.jpg","001 2026-11-03 Anna 1.00 CNY.jpg")'
    ] * 2
    assert b"(No. 1, 2     2026-11-03)" in archive.read("Tickets 2026-11.pdf")


def test_the_persons_own_names(tmp_path: Path) -> None:
    """Where names of scans are chosen, they are chosen here, too."""
    month = RecordedMonth(tmp_path, more="name = '{company}_{received}'")
    month.record(SCANS, VALUES)
    assert scans(packed(month))[0] == "001 中国铁路_2026-11-24.jpg"


@pytest.mark.parametrize("ledger", ["Ledger.xlsx", "Ledger.csv"])
def test_columns_of_ones_choice(tmp_path: Path, ledger: str) -> None:
    """Other headings, and no column of when a scan came in: the pack has the same, and knows the month all the same."""
    chosen = "name = '{company}'\nown_columns = ['File']\nheadings = {company = 'Payee', total = 'Paid'}"
    month = RecordedMonth(tmp_path, ledger=ledger, more=chosen)
    month.record(SCANS, VALUES)
    archive = packed(month, by="payee")
    assert list(rows(archive)[0]) == ["No.", "Payee", "date", "Paid", "File", "Document ID"]
    assert scans(archive) == ["001 中国铁路.jpg", "002 Falkenried.jpg", "003 Harbour.jpg"]
    book = load_workbook(io.BytesIO(archive.read("Tickets 2026-11.xlsx")))
    assert [cell.value for cell in book["Totals"][1]] == ["Payee", "Currency", "Rows", "Paid"]
    assert next(book["Totals"].iter_rows(min_row=2, values_only=True))[:2] == ("Falkenried", "EUR")
    letter = next(cell.column_letter for cell in book["Tickets"][1] if cell.value == "Document ID")
    assert book["Tickets"].column_dimensions[letter].hidden
    month_before = pack(config=month.config, month="2026-10")
    assert month_before == 0


def test_scans_that_are_not_as_they_were(month: RecordedMonth) -> None:
    """One that was changed is handed in and told; one that no decoder opens is handed in, is not in the PDF, and told."""
    done = month.folder / "Tickets" / "done"
    turned = io.BytesIO()
    Image.open(done / "IMG_1.jpg").rotate(90, expand=True).save(turned, "JPEG")
    (done / "IMG_1.jpg").write_bytes(turned.getvalue())
    (done / "IMG_2.jpg").write_bytes(b"no picture, whatever its name says")
    (done / "IMG_3.jpg").unlink()
    archive = packed(month, expect=1)
    assert archive.read("scans/001 2026-11-03 中国铁路 553.50 CNY.jpg") == turned.getvalue()
    told = remarks(archive)
    assert told[0] == "No. 1: IMG_1.jpg was changed since it was read. It is here as it is now."
    assert told[1].startswith("No. 2: IMG_2.jpg was changed")
    assert told[2] == "No. 3: the scan IMG_3.jpg is not to be found."
    assert told[3].startswith("No. 2: not in the PDF. IMG_2.jpg")
    assert turned.getvalue() in archive.read("Tickets 2026-11.pdf")


def test_no_scan_at_all(month: RecordedMonth) -> None:
    """The rows are handed in all the same; there is no empty PDF."""
    shutil.rmtree(month.folder / "Tickets" / "done")
    archive = packed(month, expect=1)
    assert archive.namelist() == ["Tickets 2026-11.xlsx", "Please read.txt"]
    assert len(remarks(archive)) == 3


def test_the_ledger_stays_as_it_is(month: RecordedMonth) -> None:
    """Neither ledger nor scans are touched, and nothing is left beside them."""

    def tree() -> dict[str, bytes]:
        return {
            str(path): path.read_bytes()
            for path in month.folder.rglob("*")
            if path.is_file() and "state" not in path.parts
        }

    before = tree()
    packed(month)
    (month.folder / "Tickets 2026-11.zip").unlink()
    assert tree() == before


def test_a_ledger_that_cannot_be_read(month: RecordedMonth, capsys: pytest.CaptureFixture[str]) -> None:
    """It is told, and no zip is made."""
    month.ledger.write_bytes(b"PK no workbook")
    assert pack(config=month.config, month=MONTH) == 1
    assert "Ledger.xlsx" in capsys.readouterr().err
    assert not list(month.folder.glob("*.zip"))


def test_broken_off(tmp_path: Path) -> None:
    """A zip that is not finished leaves nothing; a full disk and a folder that is closed are told as such."""
    for fault, told in ((OSError(28, "No space left"), DiskFull), (ValueError(), ValueError)):
        with pytest.raises(told), bundle(tmp_path / "a.zip", 0.0, may_number=True) as zipped:
            zipped.add("a.txt", b"a")
            raise fault
    assert not list(tmp_path.iterdir())
    (tmp_path / "file").touch()
    with pytest.raises(FolderAway), bundle(tmp_path / "file" / "a.zip", 0.0, may_number=True):
        pass


def test_a_name_taken_meanwhile(tmp_path: Path) -> None:
    """What appeared under the zip's name while it was made is not written over."""
    with bundle(tmp_path / "a.zip", 0.0, may_number=True) as zipped:
        (tmp_path / "a.zip").write_bytes(b"theirs")
    assert zipped.path == tmp_path / "a (2).zip"
    with pytest.raises(FolderAway, match="is there already"), bundle(tmp_path / "a.zip", 0.0, may_number=False):
        pass
    assert (tmp_path / "a.zip").read_bytes() == b"theirs"
    assert len(list(tmp_path.iterdir())) == 2
