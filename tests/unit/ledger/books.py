"""Rows, ledgers and workbooks for the tests of the ledger."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from ocrwatch.document import Amount, Cell, Items, Row, Value
from ocrwatch.errors import LedgerBusy
from ocrwatch.ledger import opening
from ocrwatch.ledger.csv_file import CsvLedger
from ocrwatch.ledger.locks import Locks
from ocrwatch.ledger.package import Package, SheetPart
from ocrwatch.ledger.standing import Standing
from ocrwatch.ledger.workbook import WorkbookLedger
from ocrwatch.messages import Message
from ocrwatch.ports import Field
from tests.waiting import wait_until

if TYPE_CHECKING:
    import pytest  # not for the processes that are killed

SHEET = "Receipts"
RECEIVED = datetime(2025, 3, 4, 9, 5, 59, tzinfo=UTC)
FIELDS = (
    Field(name="number", type="id"),
    Field(name="date", type="date"),
    Field(name="total", type="amount"),
    Field(name="company"),
)
ITEMS = Field(
    name="items",
    type="items",
    fields=(Field(name="name"), Field(name="quantity", type="amount"), Field(name="amount", type="amount")),
)
WITH_ITEMS = (*FIELDS, ITEMS)
ITEMS_SHEET = "Receipts items"


def ledger_at(
    path: Path,
    fields: Sequence[Field] = FIELDS,
    *,
    sheet: str = SHEET,
    folder_column: bool = False,
    locks: Locks | None = None,
) -> WorkbookLedger:
    return WorkbookLedger(
        path, sheet, fields, folder_column=folder_column, locks=locks or Locks(), render=str, zone=UTC
    )


def csv_at(path: Path, fields: Sequence[Field] = FIELDS, *, locks: Locks | None = None) -> CsvLedger:
    return CsvLedger(path, fields, folder_column=False, locks=locks or Locks(), render=str, zone=UTC)


def row(
    number: int,
    values: dict[str, Value] | None = None,
    *,
    check: tuple[Message, ...] = (),
    file: Path | None = None,
    pages: str = "1",
    folder: str = "",
) -> Row:
    """A row with the id `number` as 16 hex digits."""
    return Row(
        id=f"{number:016x}",
        cells=tuple(Cell(name, value) for name, value in (values or {"company": f"shop {number}"}).items()),
        check=check,
        received=RECEIVED,
        engine="local",
        file=file,
        pages=pages,
        folder=folder,
    )


def item(name: str, quantity: str | None, amount: str, currency: str = "CNY") -> tuple[Cell, ...]:
    """A line of the table `ITEMS`."""
    number = None if quantity is None else Amount(Decimal(quantity))
    return (Cell("name", name), Cell("quantity", number), Cell("amount", Amount(Decimal(amount), currency)))


def items(*lines: tuple[Cell, ...]) -> tuple[Items, ...]:
    return (Items(name="items", lines=lines),)


def bought(number: int, *names: str) -> Row:
    """The row `number` with one item for each name, at 1 to 9."""
    lines = (item(name, "1", str(place)) for place, name in enumerate(names, 1))
    return replace(row(number), items=items(*lines))


def until_written(append: Callable[[], object]) -> None:
    """Append as the daemon does: while it is another's turn, later. A killed writer's lock may have to run out."""

    def is_done() -> bool:
        try:
            append()
        except LedgerBusy:
            return False
        return True

    wait_until(is_done)


def edit(path: Path, change: Callable[[Worksheet], object], sheet: str = SHEET) -> None:
    """Change the workbook as a person would."""
    book = load_workbook(path)
    worksheet = book[sheet]
    assert isinstance(worksheet, Worksheet)
    change(worksheet)
    book.save(path)


def sheets_looked_through(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the sheets that ledgers look through from now on, as they come."""
    found: list[str] = []
    standing_of = opening.standing_of

    def watched(package: Package, sheet: SheetPart, *arguments: object, **options: object) -> Standing:
        found.append(sheet.name)
        return standing_of(package, sheet, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(opening, "standing_of", watched)
    return found


def sheet_of(path: Path, sheet: str = SHEET) -> Worksheet:
    worksheet = load_workbook(path, rich_text=True)[sheet]
    assert isinstance(worksheet, Worksheet)
    return worksheet


def records(path: Path, sheet: str = SHEET, header_row: int = 1) -> list[dict[str, object]]:
    """The sheet's rows by header."""
    rows = list(sheet_of(path, sheet).iter_rows(min_row=header_row, values_only=True))
    return [dict(zip(map(str, rows[0]), values, strict=True)) for values in rows[1:]]


def everything_in(folder: Path) -> dict[str, bytes]:
    """All files in `folder` with their bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
