"""The rows of a sheet as they stand there, read one by one: a large workbook is never in memory as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import BinaryIO

from ocrwatch.errors import LedgerBusy
from ocrwatch.ledger.archive import Archive
from ocrwatch.ledger.cell_values import CellValues
from ocrwatch.ledger.header import SEARCH_ROWS, Header, find_header
from ocrwatch.ledger.layout import Column, Part, places_of_fields
from ocrwatch.ledger.opening import sheet_pieces
from ocrwatch.ledger.package import Package
from ocrwatch.ledger.references import MAX_ROWS
from ocrwatch.ledger.refusals import UNUSABLE_SECONDS, damage_translated
from ocrwatch.ledger.row_values import RowValues, row_values
from ocrwatch.ledger.shared_strings import SharedTexts
from ocrwatch.ledger.sheet_stream import SheetStream
from ocrwatch.ledger.styles import MINIMAL, Styles
from ocrwatch.ledger.survey import Survey
from ocrwatch.messages import message
from ocrwatch.ports import Line


def lines_in(
    file: BinaryIO, name: str, sheets: Sequence[str], columns: Sequence[Column], survey: Survey | None = None
) -> Iterator[Line]:
    """The rows of `sheets` that carry an id; `file` is the workbook `name`. Raises `LedgerBusy`, see the port.

    `survey` is that of the last sheet, where it is known.
    """
    with damage_translated(name):
        book = _Book(file)
        for sheet in sheets:
            known = survey if sheet == sheets[-1] else None
            yield from _lines(book.rows(sheet), columns, name, sheet, known)


class _Book:
    """The values in the workbook in `file`."""

    def __init__(self, file: BinaryIO) -> None:
        self._package = package = Package(Archive(file))
        styles, texts = package.part_of("styles"), package.part_of("sharedStrings")
        self._values = CellValues(
            Styles(package.read(styles) if styles is not None else MINIMAL.format(space=package.space).encode()),
            SharedTexts(sheet_pieces(package, texts) if texts is not None else iter(())),
            is_1904=package.is_1904,
        )

    def rows(self, sheet: str) -> Iterator[RowValues]:
        """The rows of `sheet`; none where there is no such sheet."""
        part = self._package.sheet(sheet)
        if part is not None and part.kind == "worksheet":
            yield from row_values(SheetStream(sheet_pieces(self._package, part.part)), self._values)


def _headed(
    rows: Iterator[RowValues], columns: Sequence[Column], known: Survey | None
) -> tuple[Header | None, Iterator[RowValues]]:
    """Where the header stands, and the rows below it."""
    first: list[RowValues] = []
    for row in rows:
        first.append(row)
        if row[0] >= SEARCH_ROWS:
            break
    cells = dict(first)
    last = max(cells, default=0)
    texts = (
        [cells[number].get(place) for place in range(1, max(cells[number], default=0) + 1)] if number in cells else ()
        for number in range(1, min(last, SEARCH_ROWS) + 1)
    )
    header = known.header if known is not None else find_header(texts, columns)
    below = (row for row in first if header is None or row[0] > header.row)
    return header, chain(below, rows)


def _lines(
    rows: Iterator[RowValues], columns: Sequence[Column], file: str, sheet: str, known: Survey | None
) -> Iterator[Line]:
    header, below = _headed(rows, columns, known)
    if header is None:
        return
    ids = next(column for column in columns if column.part is Part.ID)
    place = header.places.get(ids.key)
    if place is None:
        ends = MAX_ROWS if known is None else known.last_row  # a form's footer is no row
        if any(cells for number, cells in below if number <= ends):
            text = (
                "The column {column} is gone from the sheet {sheet} of {file}: which row belongs to which scan cannot "
                "be told. Undo that, or restore a backup: ocrwatch ledger restore"
            )
            raise LedgerBusy(message(text, column=ids.header, sheet=sheet, file=file), after_seconds=UNUSABLE_SECONDS)
        return
    places = tuple(places_of_fields(header.places, columns).items())
    for number, cells in below:
        row = str(cells.get(place, "")).strip()
        if row:
            yield Line(number=number, id=row, shown={key: cells.get(at) for key, at in places})
