"""The rows of a sheet as they stand there, read one by one: a large workbook is never in memory as a whole.

Loads openpyxl: import it late.
"""

from __future__ import annotations

import struct
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from typing import BinaryIO
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile
from zlib import error as ZlibError  # noqa: N812 -- an exception's name

from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from ocrwatch.errors import LedgerBusy
from ocrwatch.ledger.header import SEARCH_ROWS, Header, find_header
from ocrwatch.ledger.layout import Column, Part, places_of_fields
from ocrwatch.ledger.refusals import UNUSABLE_SECONDS, damaged
from ocrwatch.messages import message
from ocrwatch.ports import Line, Shown

# What openpyxl raises, depending on where in a package the damage is.
_DAMAGE = (
    BadZipFile, InvalidFileException, ZlibError, ParseError, struct.error, EOFError, LookupError, ValueError, TypeError,
    AttributeError, OSError, NotImplementedError, RuntimeError, AssertionError, RecursionError,
)  # fmt: skip

warnings.filterwarnings("ignore", category=UserWarning, module=r"openpyxl\.")


def lines_in(
    file: BinaryIO, name: str, sheets: Sequence[str], columns: Sequence[Column], header: Header | None = None
) -> Iterator[Line]:
    """The rows of `sheets` that carry an id; `file` is the workbook `name`. Raises `LedgerBusy`, see the port.

    `header` is that of the last sheet, where it is known.
    """
    with _reading(file, name) as book:
        for sheet in sheets:
            worksheet = book[sheet]
            if isinstance(worksheet, ReadOnlyWorksheet):
                worksheet.reset_dimensions()  # programs write wrong ones
                known = header if sheet == sheets[-1] else None
                yield from _lines(worksheet.iter_rows(values_only=True), columns, name, sheet, known)


@contextmanager
def _reading(file: BinaryIO, name: str) -> Iterator[Workbook]:
    try:
        book = load_workbook(file, read_only=True, data_only=True)
        try:
            yield book
        finally:
            book.close()
    except _DAMAGE as error:
        raise LedgerBusy(damaged(name), after_seconds=UNUSABLE_SECONDS) from error


def _lines(
    rows: Iterable[Sequence[Shown]], columns: Sequence[Column], file: str, sheet: str, known: Header | None
) -> Iterator[Line]:
    rows = iter(rows)
    first = list(islice(rows, SEARCH_ROWS))
    header = known or find_header(first, columns)
    if header is None:
        return
    below = chain(first[header.row :], rows)
    ids = next(column for column in columns if column.part is Part.ID)
    place = header.places.get(ids.key)
    if place is None:
        if any(value is not None for values in below for value in values):
            text = (
                "The column {column} is gone from the sheet {sheet} of {file}: which row belongs to which scan cannot "
                "be told. Undo that, or restore a backup: ocrwatch ledger restore"
            )
            raise LedgerBusy(message(text, column=ids.header, sheet=sheet, file=file), after_seconds=UNUSABLE_SECONDS)
        return
    places = tuple(places_of_fields(header.places, columns).items())
    for number, values in enumerate(below, header.row + 1):
        count = len(values)
        value = values[place - 1] if place <= count else None
        if value is not None:
            shown = {key: values[at - 1] if at <= count else None for key, at in places}
            yield Line(number=number, id=str(value).strip(), shown=shown)
