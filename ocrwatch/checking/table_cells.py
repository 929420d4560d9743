"""The cells of printed tables: what is a number for certain becomes one, all else stays as it is printed.

    1,234.50 │ -3 │ ¥ 12.00      numbers
    007 │ 13800138000 │ 1,234 where the table does not say what its comma is │ 12 % │ (5) │ 3/4      text

Rules
  1. Identifiers stay text: digits that begin with a zero, and more than nine of them without any grouping.
  2. Which of `.` and `,` is the decimal sign must be told by the table itself, or by a currency.
  3. A number shows every digit that was printed, in its order.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from ocrwatch.checking.amounts import decimal_sign_on, read_amount
from ocrwatch.checking.printed import folded
from ocrwatch.document import Amount, Grid, GridCell, Value
from ocrwatch.ports import PrintedTable

_COUNT = re.compile(r"-?(?:0|[1-9][0-9]{0,8})")
_IDENTIFIER = re.compile(r"[+-]?(?:0[0-9]|[0-9]{10})")
_CALCULATED = ("=", "+", "-", "@", "\t", "\r")


def grids(tables: Sequence[PrintedTable]) -> tuple[Grid, ...]:
    """`tables` with their cells typed."""
    return tuple(_grid(table) for table in tables)


def csv_text(found: Iterable[Grid]) -> str:
    """The tables as CSV, one below the other. A merged cell's text stands in its first place."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    for number, grid in enumerate(found):
        if number:
            writer.writerow([])
        if grid.caption:
            writer.writerow([_plain(grid.caption)])
        height = max((cell.row + cell.rows for cell in grid.cells), default=0)
        for row in range(height):
            line = {cell.column: _plain(cell.value) for cell in grid.cells if cell.row == row}
            writer.writerow([line.get(column, "") for column in range(max(line, default=-1) + 1)])
    return buffer.getvalue()


def _grid(table: PrintedTable) -> Grid:
    page = "\n".join(folded(cell.text) for cell in table.cells)
    sign = decimal_sign_on(page)
    return Grid(
        caption=table.caption,
        cells=tuple(
            GridCell(
                row=cell.row,
                column=cell.column,
                rows=cell.rows,
                columns=cell.columns,
                heading=cell.heading,
                value=_typed(cell.text, page, sign),
            )
            for cell in table.cells
        ),
    )


def _typed(text: str, page: str, sign: str | None) -> Value:
    plain = folded(text)
    if not plain:
        return text or None
    if _COUNT.fullmatch(plain):
        return int(plain)
    if (not plain.isascii() and re.search(r"[^\W\d_]", plain)) or "(" in plain or _IDENTIFIER.match(plain):
        return text
    match read_amount(plain, page=page, decimal_sign=sign):
        case Amount() as amount:
            return amount
        case _:
            return text


def _plain(value: Value) -> str:
    """A cell of the CSV: a number in plain digits, a text so that no program calculates it."""
    match value:
        case None:
            return ""
        case Amount(number=number, currency=""):
            return f"{number:f}"
        case Amount(number=number, currency=currency):
            return f"{currency} {number:f}"
        case int():
            return str(value)
        case _:
            text = str(value)
            return f"'{text}" if text.lstrip(" '").startswith(_CALCULATED) else text
