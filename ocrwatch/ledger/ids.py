"""The ids that a sheet holds, read row by row: a large workbook is never in memory as a whole.

Loads openpyxl: import it late.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, islice

from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from ocrwatch.ledger.header import SEARCH_ROWS, find_header
from ocrwatch.ledger.layout import Column, Part
from ocrwatch.ledger.package import reading
from ocrwatch.ledger.sheet import sheet_named


def ids_in(content: bytes, file: str, sheet: str, columns: Sequence[Column]) -> dict[str, int]:
    """The row number of every document id, as `LedgerSheet.rows_by_id` tells it; `content` is the workbook `file`.

    Raises `LedgerBusy` for what is no workbook we can use.
    """
    with reading(content, file) as book:
        worksheet = sheet_named(book, sheet)
        if not isinstance(worksheet, ReadOnlyWorksheet):
            return {}
        worksheet.reset_dimensions()  # programs write wrong ones
        return _ids(worksheet.iter_rows(values_only=True), columns)


def _ids(rows: Iterable[Sequence[object]], columns: Sequence[Column]) -> dict[str, int]:
    rows = iter(rows)
    first = list(islice(rows, SEARCH_ROWS))
    header = find_header(first, columns)
    key = next(column.key for column in columns if column.part is Part.ID)
    place = header.places.get(key) if header else None
    found: dict[str, int] = {}
    if header is None or place is None:
        return found
    for number, values in enumerate(chain(first[header.row :], rows), header.row + 1):
        value = values[place - 1] if place <= len(values) else None
        if value is not None:
            found.setdefault(str(value).strip(), number)
    return found
