"""The workbook that is handed in: the rows as the ledger would write them, numbered, and totals.

The rows are written by the ledger's own room, so that they look and link as people know them. Totals are values, not
formulas: what is handed in shows them everywhere, also where nothing is calculated (mail programs, phones), and a
currency is no column that a formula could ask for.

Loads openpyxl: import it late.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ocrwatch.document import Amount, Cell, Row, Value
from ocrwatch.ledger.formats import amount_format, display_width
from ocrwatch.ledger.layout import Choice, Column, Part, heading_key
from ocrwatch.ledger.locks import Locks
from ocrwatch.ledger.workbook import WorkbookLedger
from ocrwatch.messages import Message, message
from ocrwatch.packing.totals import By, Total, groups, totals
from ocrwatch.ports import Field, Render

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

NUMBER = "No."
_LONGEST_SHEET_NAME = 31
_WIDEST = 42


def write_book(
    path: Path, sheet: str, columns: Sequence[Column], rows: Sequence[Row], by: By | None, render: Render
) -> None:
    """Write `rows` to a new workbook at `path`; their `file` are where the scans will lie beside it."""
    from openpyxl import load_workbook

    fields = [column for column in columns if column.part is Part.FIELD]
    number = _free(NUMBER, [column.header for column in columns])
    ledger = WorkbookLedger(
        path,
        sheet,
        [Field(name=number, type="integer"), *(Field(name=each.header, type=each.kind) for each in fields)],
        folder_column=True,
        choice=Choice(own=[c.part.value for c in columns if c.part is not Part.FIELD and not c.is_hidden]),
        locks=Locks(),
        render=render,
    )
    ledger.append([_numbered(row, number, place) for place, row in enumerate(rows, 1)])
    headings = [column.header for column in fields if column.kind == "amount"]
    if headings:
        book = load_workbook(path)
        _add_totals_rows(book[sheet], totals(rows, headings), render)
        _add_totals_sheet(book, sheet, rows, headings, by, render)
        book.save(path)


def _numbered(row: Row, heading: str, number: int) -> Row:
    return replace(row, cells=(Cell(heading, number), *row.cells))


def _free(name: str, taken: Sequence[str]) -> str:
    keys = set(map(heading_key, taken))
    while heading_key(name) in keys:
        name += "#"
    return name


# ---------------------------------------------------------------- totals


def _add_totals_rows(sheet: Worksheet, found: Sequence[Total], render: Render) -> None:
    """A line for each currency below the rows, one left free: the table ends before it."""
    places = {str(cell.value): cell.column for cell in sheet[1]}
    line = sheet.max_row + 2
    for currency in dict.fromkeys(total.currency for total in found):
        _put(sheet, line, 1, render(_label(currency)))
        for total in found:
            if total.currency == currency:
                _put(sheet, line, places[total.heading], total.amount)
        line += 1


def _add_totals_sheet(
    book: Workbook, rows_sheet: str, rows: Sequence[Row], headings: Sequence[str], by: By | None, render: Render
) -> None:
    name = render(message("Totals"))[:_LONGEST_SHEET_NAME]
    sheet = book.create_sheet(name if name.casefold() != rows_sheet.casefold() else f"{name[:28]} (2)")
    lines = list(_lines(rows, headings, by, render))
    for number, (is_bold, values) in enumerate(lines, 1):
        for place, value in enumerate(values, 1):
            _put(sheet, number, place, value, bold=is_bold, right=value in headings)
    header = lines[0][1]
    for place in range(1, len(header) + 1):
        widest = max(display_width(_shown(values[place - 1])) for _, values in lines)
        sheet.column_dimensions[sheet.cell(1, place).column_letter].width = min(_WIDEST, max(9, widest + 2))
    sheet.freeze_panes = "A2"


def _lines(
    rows: Sequence[Row], headings: Sequence[str], by: By | None, render: Render
) -> Iterator[tuple[bool, Sequence[Value]]]:
    """The header, the totals of each group, and those of all; whether each stands out."""
    first = [by.heading] if by is not None else []
    yield True, [*first, *map(render, (message("Currency"), message("Rows"))), *headings]
    if by is not None:
        for group, those in groups(rows, by):
            for values in _by_currency(those, headings):
                yield False, [group or render(message("(none)")), *values]
    for values in _by_currency(rows, headings):
        yield by is not None, [*([render(message("All"))] if by is not None else []), *values]


def _by_currency(rows: Sequence[Row], headings: Sequence[str]) -> Iterator[Sequence[Value]]:
    """A line for each currency in `rows`: how many rows have an amount in it, and the sums under `headings`."""
    found = totals(rows, headings)
    for currency in dict.fromkeys(total.currency for total in found):
        count = sum(
            any(
                isinstance(cell.value, Amount) and cell.value.currency == currency and cell.name in headings
                for cell in row.cells
            )
            for row in rows
        )
        sums = {total.heading: total.amount for total in found if total.currency == currency}
        yield [currency or "—", count, *(sums.get(heading) for heading in headings)]


def _label(currency: str) -> Message:
    return message("Total {currency}", currency=currency) if currency else message("Total")


def _put(sheet: Worksheet, line: int, place: int, value: Value, *, bold: bool = True, right: bool = False) -> None:
    from openpyxl.styles import Alignment, Font

    cell = sheet.cell(line, place)
    if isinstance(value, Amount):
        cell.value, cell.number_format = value.number, amount_format(value)
    else:
        cell.value = value
        if isinstance(value, str):
            cell.data_type = "s"  # text, whatever it begins with
    if right or isinstance(value, Amount):
        cell.alignment = Alignment(horizontal="right")
    if bold:
        cell.font = Font(name=cell.font.name, size=cell.font.size, family=cell.font.family, bold=True)


def _shown(value: Value) -> str:
    if isinstance(value, Amount):
        return f"{value.currency} {value.number:,.2f}"
    return "" if value is None else str(value)
