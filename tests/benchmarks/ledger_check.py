"""What it costs to compare a ledger with the journal: `python -m tests.benchmarks.ledger_check [ROWS]`.

100 000 rows of 15 fields, a correction in every thousandth, every 997th deleted. Baseline: reading the same workbook
row by row with openpyxl and doing nothing with it. Memory is the process's peak.
"""

from __future__ import annotations

import hashlib
import resource
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import xlsxwriter
from openpyxl import load_workbook

from ocrwatch.document import Amount, Cell, Document, Filed, Outcome, Read, Recorded, Row, Signature, Value
from ocrwatch.journal import Journal
from ocrwatch.ledger.layout import columns
from ocrwatch.ledger.locks import Locks
from ocrwatch.ledger.workbook import WorkbookLedger
from ocrwatch.ports import Field
from ocrwatch.service.mending import looked_at

TEXTS, AMOUNTS, DATES = 7, 5, 3
FIELDS = (
    *(Field(name=f"text {number}") for number in range(TEXTS)),
    *(Field(name=f"amount {number}", type="amount") for number in range(AMOUNTS)),
    *(Field(name=f"date {number}", type="date") for number in range(DATES)),
)
BOOK, SHEET = "book", "Scans"


def main() -> None:
    """Print the figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        journal = Journal(folder / "state", time.time)
        ids = _fill_journal(journal, count, folder)
        path = folder / "Ledger.xlsx"
        _fill_workbook(path, ids)
        ledger = WorkbookLedger(path, SHEET, FIELDS, folder_column=False, locks=Locks(), render=str)
        before = _peak_mb()
        compared, found = _timed(lambda: looked_at(journal, BOOK, ledger, FIELDS))
        after = _peak_mb()
        lines, _ = _timed(lambda: sum(1 for _ in ledger.lines()))
        baseline, _ = _timed(
            lambda: sum(1 for _ in load_workbook(path, read_only=True).active.iter_rows(values_only=True))
        )
        journal.close()
    assert (len(found.corrected), len(found.missing)) == (-(-count // 1000) - _both(count), -(-count // 997))
    print(f"{count} rows of {len(FIELDS)} fields; seconds per 100 000 rows, processor's time in brackets")
    for said, (seconds, busy) in (("openpyxl reads", baseline), ("we read", lines), ("compared", compared)):
        ratio = busy / baseline[1]
        print(f"{said:<16}{seconds * 100_000 / count:6.2f} ({busy * 100_000 / count:.2f})   ratio {ratio:.2f}")
    print(f"peak memory: {before:.0f} MB before the comparison, {after:.0f} MB after it")


def _both(count: int) -> int:
    return sum(number % 997 == 0 for number in range(0, count, 1000))


def _timed(work):  # type: ignore[no-untyped-def]
    begun, busy = time.perf_counter(), time.process_time()
    result = work()
    return (time.perf_counter() - begun, time.process_time() - busy), result


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _values(number: int) -> list[Value]:
    day = date(2020, 1, 1) + timedelta(days=number % 2000)
    return [
        *(f"text {number} {column}" for column in range(TEXTS)),
        *(Amount(Decimal(number * 10 + column) / 100, "CNY") for column in range(AMOUNTS)),
        *([day] * DATES),
    ]


def _fill_journal(journal: Journal, count: int, folder: Path) -> list[str]:
    ids = []
    for start in range(0, count, 5000):
        read = []
        for number in range(start, min(count, start + 5000)):
            digest = hashlib.sha256(str(number).encode()).hexdigest()
            path = folder / f"{number}.jpg"
            cells = tuple(Cell(field.name, value) for field, value in zip(FIELDS, _values(number), strict=True))
            row = Row(id=digest[:16], cells=cells, received=datetime.now(UTC), engine="local", file=path)
            ids.append(row.id)
            read.append(
                Document(
                    inbox="in", book=BOOK, path=path, signature=Signature(1, 1, 1), digest=digest, arrived_at=0.0,
                    stage=Read(rows=(row,)),
                )
            )  # fmt: skip
        kept = journal.documents.save(read)
        kept = journal.documents.save(replace(d, stage=Recorded(rows=_rows(d), target=None)) for d in kept)
        journal.documents.save(replace(d, stage=Filed(outcome=Outcome.DONE, path=d.path, rows=_rows(d))) for d in kept)
    return ids


def _rows(document: Document) -> tuple[Row, ...]:
    assert isinstance(document.stage, Read | Recorded)
    return document.stage.rows


def _fill_workbook(path: Path, ids: list[str]) -> None:
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet(SHEET)
    sheet.write_row(0, 0, [column.header for column in columns(FIELDS, folder_column=False)])
    line = 1
    for number, row in enumerate(ids):
        if number % 997 == 0:
            continue
        for column, value in enumerate(_values(number)):
            sheet.write(line, column, value.number if isinstance(value, Amount) else value)
        if number % 1000 == 0:
            sheet.write_number(line, TEXTS, 0.25)
        sheet.write_string(line, len(FIELDS) + 5, row)
        line += 1
    book.close()


if __name__ == "__main__":
    main()
