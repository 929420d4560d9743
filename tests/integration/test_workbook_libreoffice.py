"""The workbook in a real office program: it reads what we wrote, and its lock keeps us away."""

from __future__ import annotations

import csv
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from ocrwatch.document import Amount, Value
from ocrwatch.errors import LedgerBusy
from ocrwatch.ledger.locks import Locks, libreoffice_runs
from ocrwatch.messages import message
from ocrwatch.ports import Field
from tests.unit.ledger.books import ledger_at, records, row
from tests.unit.ledger.packages import add_pivot, make, raw_members, rewritten
from tests.waiting import wait_until

SOFFICE = shutil.which("soffice")
pytestmark = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not here")

CSV = "csv:Text - txt - csv (StarCalc):44,34,UTF8,1,,0,false,true,true,false"
FIELDS = (
    Field(name="发票号码", type="id"),
    Field(name="moment", type="datetime"),
    Field(name="day", type="date"),
    Field(name="total", type="amount"),
    Field(name="text"),
)
ROWS: list[dict[str, Value]] = [
    {
        "发票号码": "24319166100000123456",
        "moment": datetime(2024, 11, 5, 8, 30),
        "day": date(2024, 2, 29),
        "total": Amount(Decimal("-1553.50"), "CNY"),
        "text": "=1+1",
    },
    {"发票号码": "007", "text": '_x0041_ 上海, "quoted"\nnext line', "total": Amount(Decimal(1200), "JPY")},
    {"text": "+49 30 123456", "day": "03/04/2018", "total": Amount(Decimal("0.125"))},
]


def convert(workbook: Path, target: str, profile: Path) -> None:
    """Let LibreOffice write `workbook` as `target` into the folder `out` beside it."""
    command = [str(SOFFICE), "--headless", f"-env:UserInstallation=file://{profile}", "--convert-to", target]
    command += ["--outdir", str(workbook.parent / "out"), str(workbook)]
    subprocess.run(command, check=True, capture_output=True, timeout=100)


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("office")


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    path = tmp_path / "Ledger.xlsx"
    ledger = ledger_at(path, FIELDS)
    scan = tmp_path / "done" / "车票 1.jpg"
    ledger.append([row(number, values, file=scan) for number, values in enumerate(ROWS[:2])])
    ledger.append([row(2, ROWS[2], check=(message("look at it"),))])
    return path


def test_libreoffice_shows_what_was_read(workbook: Path, profile: Path) -> None:
    """As CSV, as it shows them: every digit, the currency, no formula made of text, the link's name."""
    convert(workbook, CSV, profile)
    (made,) = (workbook.parent / "out").glob("*.csv")
    with made.open(encoding="utf-8", newline="") as file:
        first, second, third = csv.DictReader(file)
    assert first["发票号码"] == "24319166100000123456"
    assert (first["moment"], first["day"], first["total"]) == ("2024-11-05 08:30", "2024-02-29", "-¥1,553.50")
    assert first["text"] == "=1+1"
    assert first["File"] == "车票 1.jpg"
    assert (second["发票号码"], second["total"]) == ("007", "¥1,200")
    assert second["text"] == ROWS[1]["text"]
    assert (third["text"], third["day"], third["total"]) == ("+49 30 123456", "03/04/2018", "0.125")
    assert (third["Check"], third["Received"], third["Pages"]) == ("look at it", "2025-03-04 09:05", "1")
    assert [each["Document ID"] for each in (first, second, third)] == [f"{number:016x}" for number in range(3)]


def test_a_workbook_saved_by_libreoffice_takes_further_rows(workbook: Path, profile: Path) -> None:
    """Opened and saved there, all values are as before, and the next row is put below them."""
    before = records(workbook)
    convert(workbook, "xlsx:Calc MS Excel 2007 XML", profile)
    saved = workbook.parent / "out" / workbook.name
    ledger = ledger_at(saved, FIELDS)
    assert ledger.find([row(1).id]) == {row(1).id: 3}
    assert ledger.append([row(9, {"text": "next"})]) == {row(9).id: 5}
    after = records(saved)
    own = ("发票号码", "moment", "day", "total", "Check", "Received", "Pages", "Engine", "Document ID")
    assert [[each[name] for name in own] for each in after[:3]] == [[each[name] for name in own] for each in before]
    assert after[3]["text"] == "next"


ALL_SHEETS = "csv:Text - txt - csv (StarCalc):44,34,UTF8,1,,0,false,true,false,false,false,-1"


def _totals(workbook: Path, profile: Path) -> list[list[str]]:
    """What LibreOffice shows on the sheet of totals."""
    convert(workbook, ALL_SHEETS, profile)
    with (workbook.parent / "out" / f"{workbook.stem}-Totals.csv").open(encoding="utf-8", newline="") as file:
        return [row[:1] for row in csv.reader(file)]


def test_totals_elsewhere_are_right_and_all_else_stays(tmp_path: Path, profile: Path) -> None:
    """Of rows added to its own file too: sums on another sheet are new, charts and rows are seen, parts stay."""
    pytest.importorskip("xlsxwriter", reason="XlsxWriter makes the workbook of this test")
    path = tmp_path / "Ledger.xlsx"
    make(path)
    rewritten(path, add_pivot)
    fields = (Field(name="total", type="amount"), Field(name="company"))

    def paid(number: int) -> dict[str, Value]:
        return {"total": Amount(Decimal(number), "EUR"), "company": f"shop {number}"}

    ledger = ledger_at(path, fields)
    for number in (1, 2, 3):
        ledger.append([row(number, paid(number))])
    assert _totals(path, profile) == [["6"], ["12"], ["6"]]
    convert(path, "xlsx:Calc MS Excel 2007 XML", profile)
    saved = path.parent / "out" / path.name
    before = raw_members(saved)
    ledger = ledger_at(saved, fields)
    for number in (4, 5):
        ledger.append([row(number, paid(number))])
    after = raw_members(saved)
    changed = {name for name in before if after.get(name) != before[name]}
    assert after.keys() == before.keys()
    assert {name.split("/")[1].partition("1")[0] for name in changed} <= {
        "worksheets",
        "tables",
        "styles.xml",
        "workbook.xml",
    }
    assert _totals(saved, profile) == [["15"], ["30"], ["15"]]
    if shutil.which("pdftotext"):
        convert(saved, "pdf", profile)
        command = ["pdftotext", "-layout", str(saved.parent / "out" / "Ledger.pdf"), "-"]
        shown = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        assert "shop 5" in shown
        assert "Sums" in shown, "the chart's title"


@contextmanager
def display() -> Iterator[str]:
    """A virtual screen of its own."""
    if not shutil.which("Xvfb"):
        pytest.skip("Xvfb is not here")
    read, write = os.pipe()
    with subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-nolisten", "tcp"], pass_fds=[write], stderr=-3
    ) as screen:
        os.close(write)
        try:
            with os.fdopen(read) as numbers:
                yield f":{numbers.readline().strip()}"
        finally:
            screen.terminate()


@contextmanager
def _opened(workbook: Path, profile: Path) -> Iterator[int]:
    """LibreOffice with `workbook` open; its process group."""
    with ExitStack() as stack:
        environment = {**os.environ, "DISPLAY": stack.enter_context(display()), "SAL_USE_VCLPLUGIN": "gen"}
        command = [str(SOFFICE), "--calc", "--norestore", "--nologo", "--nofirststartwizard"]
        command += [f"-env:UserInstallation=file://{profile}", str(workbook)]
        office = subprocess.Popen(command, env=environment, start_new_session=True, stdout=-3, stderr=-3)
        stack.enter_context(office)
        try:
            yield office.pid
        finally:
            os.killpg(office.pid, signal.SIGKILL)


def test_rows_wait_while_libreoffice_has_it_open(workbook: Path, profile: Path) -> None:
    """Its lock is seen and named; after it was killed the lock is stale, which is said, and the rows land."""
    said: list[str] = []
    ledger = ledger_at(workbook, FIELDS, locks=Locks(lambda each: said.append(str(each))))
    before = workbook.read_bytes()
    lock = workbook.with_name(f".~lock.{workbook.name}#")
    with _opened(workbook, profile):
        wait_until(lambda: lock.exists() and lock.stat().st_size > 0, seconds=60)
        with pytest.raises(LedgerBusy, match=r"is open: .*\(LibreOffice\)"):
            ledger.append([row(9)])
        assert workbook.read_bytes() == before
    assert lock.exists(), "killed, it could not remove its lock"
    try:
        wait_until(lambda: not libreoffice_runs(), seconds=5)
    except AssertionError:
        pytest.skip("another LibreOffice runs here: the lock cannot be told to be stale")
    assert ledger.append([row(9, {"text": "landed"})]) == {row(9).id: 5}
    assert len(said) == 1
    assert records(workbook)[3]["text"] == "landed"
