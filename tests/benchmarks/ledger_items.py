"""Items in a large workbook: `python -m tests.benchmarks.ledger_items [DOCUMENTS …]`.

Prints, for ledgers with five items a document: one document more with its items, and one without (goal: at most twice as
long), beside a copy of the same file with fsync; the first one in a new process, which looks through both sheets; memory
(goal: at most 80 MB at 500 000 items).
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import UTC
from decimal import Decimal
from pathlib import Path

from ocrwatch.document import Amount, Cell, Items, Row
from ocrwatch.ledger.locks import Locks
from ocrwatch.ledger.workbook import WorkbookLedger
from ocrwatch.ports import Field
from tests.benchmarks.ledger import FIELDS, ROUNDS, SHEET, copy_with_fsync, peak_mb, row, seconds

ITEMS = Field(
    name="items",
    type="items",
    fields=(Field(name="name"), *(Field(name=name, type="amount") for name in ("quantity", "unit price", "amount"))),
)
ITEMS_EACH = 5
_GROUP = 5000
_FURTHER = 10**9


def ledger_at(path: Path) -> WorkbookLedger:
    return WorkbookLedger(path, SHEET, (*FIELDS, ITEMS), folder_column=False, locks=Locks(), render=str, zone=UTC)


def bought(number: int, folder: Path) -> Row:
    """A row with its items."""
    lines = tuple(
        (
            Cell("name", f"article {number * 7 + place}"),
            Cell("quantity", Amount(Decimal(place + 1))),
            Cell("unit price", Amount(Decimal(number % 999) / 100, "CNY")),
            Cell("amount", Amount(Decimal((number % 999) * (place + 1)) / 100, "CNY")),
        )
        for place in range(ITEMS_EACH)
    )
    return replace(row(number, folder), items=(Items(name="items", lines=lines),))


def measured(path: Path) -> None:
    """In a process of its own. Prints the figures as JSON."""
    ledger = ledger_at(path)
    first = seconds(lambda: ledger.append([bought(_FURTHER, path.parent)]))
    further, without, copies = [], [], []
    for number in range(_FURTHER + 1, _FURTHER + 1 + 2 * ROUNDS, 2):
        further.append(seconds(lambda number=number: ledger.append([bought(number, path.parent)])))
        without.append(seconds(lambda number=number: ledger.append([row(number + 1, path.parent)])))
        copies.append(seconds(lambda: copy_with_fsync(path)))
    print(json.dumps([first, *map(statistics.median, (further, without, copies)), peak_mb()]))


def one_size(documents: int, folder: Path) -> None:
    path = folder / f"{documents}.xlsx"
    ledger = ledger_at(path)
    for start in range(0, documents, _GROUP):
        ledger.append([bought(number, folder) for number in range(start, min(documents, start + _GROUP))])
    command = [sys.executable, "-m", "tests.benchmarks.ledger_items", "--measure", str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    first, further, without, copy, peak = json.loads(done.stdout)
    print(
        f"{documents:7} rows, {documents * ITEMS_EACH:7} items, {path.stat().st_size / 1e6:5.1f} MB: with items "
        f"{further * 1e3:6.1f} ms, without {without * 1e3:6.1f} ms, copy {copy * 1e3:6.1f} ms, ratios "
        f"{further / copy:4.2f} and {without / copy:4.2f}; first {first:5.2f} s; peak {peak:5.1f} MB",
        flush=True,
    )


def main(arguments: list[str]) -> None:
    """Print the figures."""
    if arguments[:1] == ["--measure"]:
        measured(Path(arguments[1]))
        return
    with tempfile.TemporaryDirectory() as name:
        for documents in map(int, arguments or ("1000", "20000", "100000")):
            one_size(documents, Path(name))


if __name__ == "__main__":
    main(sys.argv[1:])
