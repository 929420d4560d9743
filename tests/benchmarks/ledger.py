"""Rows for a large workbook: `python -m tests.benchmarks.ledger [ROWS …]`.

Prints, for workbooks of 15 columns made by XlsxWriter:

    one row more         beside a copy of the same file with fsync; goal: at most 2 x at 100 000 rows, and growing no
                         faster than the file
    the first one        after someone else's save, beside one inflate and deflate (level 6) of the sheet; goal: at most
                         1.5 x at 100 000 rows, whether texts stand in the cells or in the table of shared ones
    memory               the most that the process had resident; goal: at most 80 MB at 500 000 rows
    10 000 documents     in groups of 50, beside openpyxl doing the same (measured on 200, extrapolated)
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from ocrwatch.document import Amount, Cell, Row
from ocrwatch.ledger.locks import Locks
from ocrwatch.ledger.workbook import WorkbookLedger
from ocrwatch.ports import Field

FIELDS = (
    Field(name="number", type="id"),
    Field(name="date", type="date"),
    Field(name="total", type="amount"),
    *(Field(name=f"field {index}") for index in range(6)),
)
HEADERS = (*(field.name for field in FIELDS), "Check", "File", "Received", "Pages", "Engine", "Document ID")
SHEET = "Receipts"
ROUNDS = 15
DOCUMENTS = 10_000
GROUP = 50
MEASURED_BY_OPENPYXL = 200


def ledger_at(path: Path) -> WorkbookLedger:
    """The ledger that is measured."""
    return WorkbookLedger(path, SHEET, FIELDS, folder_column=False, locks=Locks(), render=str, zone=UTC)


def row(number: int, folder: Path) -> Row:
    """A row of 15 columns."""
    values = [f"24{number:018}", datetime(2025, 1, 1 + number % 28, tzinfo=UTC).date()]
    cells = [Cell(header, value) for header, value in zip(HEADERS, values, strict=False)]
    cells.append(Cell("total", Amount(Decimal(number % 9999) / 100, "CNY")))
    cells += (Cell(f"field {index}", f"text {number} {index}") for index in range(6))
    file = folder / "done" / f"scan {number}.jpg"
    received = datetime(2025, 1, 1, 9, 30, tzinfo=UTC)
    return Row(id=f"{number:016x}", cells=tuple(cells), received=received, engine="local", file=file)


def make(path: Path, rows: int, *, shared: bool) -> None:
    """A workbook as another program saves it."""
    import xlsxwriter

    with xlsxwriter.Workbook(path, {} if shared else {"constant_memory": True}) as book:
        sheet = book.add_worksheet(SHEET)
        sheet.write_row(0, 0, HEADERS)
        for number in range(1, rows + 1):
            texts = [f"text {number} {index}" for index in range(6)]
            sheet.write_row(number, 0, [f"24{number:018}", 45_000 + number % 365, number % 9999 / 100, *texts, ""])
            sheet.write_formula(number, 10, f'=HYPERLINK("done/{number}.jpg","{number}.jpg")', None, f"{number}.jpg")
            sheet.write_row(number, 11, [45_000.5, 1, "local", f"{number:016x}"])


def seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def copy_with_fsync(path: Path) -> None:
    """The least that a whole new file costs."""
    with path.open("rb") as source, path.with_suffix(".copy").open("wb") as target:
        shutil.copyfileobj(source, target, 1 << 20)
        target.flush()
        os.fsync(target.fileno())


def repacked(path: Path) -> float:
    """Seconds of one inflate and one deflate, at level 6, of the sheet."""
    with zipfile.ZipFile(path) as package:
        content = package.read("xl/worksheets/sheet1.xml")
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    packed = packer.compress(content) + packer.flush()
    inflating = seconds(lambda: zlib.decompress(packed, -15))
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return inflating + seconds(lambda: packer.compress(content) + packer.flush())


def measured(path: Path) -> None:
    """In a process of its own: the first append, further ones, memory. Prints them as JSON."""
    ledger = ledger_at(path)
    first = seconds(lambda: ledger.append([row(10**9, path.parent)]))
    further = []
    copies = []
    for number in range(ROUNDS):
        further.append(seconds(lambda number=number: ledger.append([row(10**9 + 1 + number, path.parent)])))
        copies.append(seconds(lambda: copy_with_fsync(path)))
    print(json.dumps([first, statistics.median(further), statistics.median(copies), peak_mb()]))


def peak_mb() -> float:
    """The most memory this process had resident; what `getrusage` tells is handed on by the parent."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def one_size(rows: int, folder: Path, *, shared: bool) -> None:
    path = folder / f"{rows}.xlsx"
    make(path, rows, shared=shared)
    size = path.stat().st_size
    baseline = repacked(path)
    command = [sys.executable, "-m", "tests.benchmarks.ledger", "--measure", str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    first, further, copy, peak = json.loads(done.stdout)
    texts = "shared" if shared else "own"
    print(
        f"{rows:7} rows, {texts:6} texts, {size / 1e6:5.1f} MB: one row {further * 1e3:6.1f} ms, copy {copy * 1e3:6.1f} ms, "
        f"ratio {further / copy:4.2f}; first {first:5.2f} s, inflate + deflate {baseline:5.2f} s, "
        f"ratio {first / baseline:4.2f}; peak {peak:5.1f} MB",
        flush=True,
    )
    path.unlink()


def by_openpyxl(path: Path, documents: int) -> float:
    """Seconds for as many documents in groups, each group a load, an append and a save."""
    from openpyxl import Workbook, load_workbook

    book = Workbook()
    book.active.append(HEADERS)
    book.save(path)

    def group(begun: int) -> None:
        book = load_workbook(path)
        for number in range(begun, begun + GROUP):
            values = [f"24{number:018}", 45_000, number / 100, *(f"text {number} {index}" for index in range(6))]
            book.active.append([*values, "", f"{number}.jpg", 45_000.5, 1, "local", f"{number:016x}"])
        book.save(path)

    return seconds(lambda: [group(begun) for begun in range(0, documents, GROUP)])


def many_documents(folder: Path) -> None:
    path = folder / "many.xlsx"
    ledger = ledger_at(path)
    groups = range(1, DOCUMENTS, GROUP)
    ours = seconds(lambda: [ledger.append([row(begun + i, folder) for i in range(GROUP)]) for begun in groups])
    theirs = by_openpyxl(folder / "openpyxl.xlsx", MEASURED_BY_OPENPYXL)
    # each save holds all rows before it: the cost grows with the square of the number of groups
    done, all_groups = MEASURED_BY_OPENPYXL // GROUP, DOCUMENTS // GROUP
    extrapolated = theirs * (all_groups * (all_groups + 1)) / (done * (done + 1))
    print(
        f"{DOCUMENTS} documents in groups of {GROUP}: {ours:.1f} s; openpyxl {MEASURED_BY_OPENPYXL} in {theirs:.1f} s, "
        f"extrapolated {extrapolated:.0f} s"
    )


def main(arguments: list[str]) -> None:
    """Print the figures."""
    if arguments[:1] == ["--measure"]:
        measured(Path(arguments[1]))
        return
    with tempfile.TemporaryDirectory() as name:
        for rows in map(int, arguments or ("1000", "10000", "100000", "500000")):
            one_size(rows, Path(name), shared=False)
        one_size(100_000, Path(name), shared=True)
        many_documents(Path(name))


if __name__ == "__main__":
    main(sys.argv[1:])
