"""One worksheet: finding its columns, adding rows, its first look.

Rules
  1. Columns are found by their header's text, wherever the user moved them; a missing one is added at the right, and
     what we do not know is left alone.
  2. Rows are added below the last row with content. Nothing is ever shifted or written over: where something stands in
     the way, the rows wait and the user is told which row it is.

Loads openpyxl: import it late.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from openpyxl import Workbook
from openpyxl.cell.cell import Cell as SheetCell
from openpyxl.cell.cell import MergedCell
from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.worksheet.table import Table, TableColumn
from openpyxl.worksheet.worksheet import Worksheet

from ocrwatch.errors import LedgerBusy
from ocrwatch.ledger import look
from ocrwatch.ledger.formats import Entry, lines_taken
from ocrwatch.ledger.header import SEARCH_ROWS, Header, find_header
from ocrwatch.ledger.layout import MIN_WIDTH, Column, Part, column_width
from ocrwatch.messages import Message, message

MAX_ROWS = 1_048_576
_UNUSABLE_SECONDS = 60


def sheet_named(book: Workbook, sheet: str) -> Worksheet | None:
    """The sheet, its case aside, as Excel does; a chart sheet too."""
    names = [name for name in book.sheetnames if name.casefold() == sheet.casefold()]
    return book[sheet if sheet in names else names[0]] if names else None


class LedgerSheet:
    """A worksheet with our header. Raises `LedgerBusy` where it cannot be used; `file` is the workbook's name."""

    def __init__(self, book: Workbook, sheet: str, columns: Sequence[Column], file: str) -> None:
        self._file = file
        self._columns = list(columns)
        worksheet = sheet_named(book, sheet)
        if worksheet is None:
            worksheet = self._created(book, sheet)
        self._sheet = worksheet
        if not isinstance(worksheet, Worksheet):
            raise self._unusable(message("The sheet {sheet} of {file} is a chart.", sheet=sheet, file=file))
        if worksheet.protection.sheet:
            raise self._unusable(message("The sheet {sheet} of {file} is protected.", sheet=sheet, file=file))
        last = min(SEARCH_ROWS, worksheet.max_row)  # rows that are asked for come into being
        header = find_header(worksheet.iter_rows(max_row=last, values_only=True), columns)
        self._is_new = header is None
        if header is None:
            if self._last_row_with_content(range(1, worksheet.max_column + 1), 0):
                text = "The sheet {sheet} of {file} has content, but no row with the columns' names."
                raise self._unusable(message(text, sheet=sheet, file=file))
            header = Header(row=1, places={column.key: place for place, column in enumerate(columns, 1)})
            for column in columns:
                look.write_heading(worksheet, 1, header.places[column.key], column)
        self._row = header.row
        self._places = dict(header.places)
        self._table = None if self._is_new else self._table_of_header()

    def rows_by_id(self) -> dict[str, int]:
        """The row number of every document id; the first, where one stands twice."""
        place = self._places.get(self._id_key())
        found: dict[str, int] = {}
        if place is not None:
            for row in range(self._row + 1, self._sheet.max_row + 1):
                value = self._sheet.cell(row, place).value
                if value is not None:
                    found.setdefault(str(value).strip(), row)
        return found

    def append(self, rows: Sequence[Mapping[str, Entry]], further: Sequence[Column] = ()) -> int:
        """Add `rows`; the number of the first. `further` columns are those that only some of the rows have."""
        self._ensure_columns([*self._columns, *further], rows)
        first = self._first_free_row()
        last = first + len(rows) - 1
        if last > MAX_ROWS:
            text = "The sheet {sheet} of {file} is full."
            raise self._unusable(message(text, sheet=self._sheet.title, file=self._file))
        self._ensure_free(first, last)
        for number, entries in enumerate(rows, first):
            self.put(number, entries)
        if self._is_new:
            self._dress(rows, last)
        elif self._table is not None:
            self._extend_table(first, last)
        for number, entries in enumerate(rows, first):
            self._fit_height(number, entries)
        return first

    def put(self, row: int, entries: Mapping[str, Entry]) -> None:
        """Set cells of `row`, by key."""
        for column in self._columns:
            if column.key in entries:
                _write(self._sheet.cell(row, self._places[column.key]), column, entries[column.key])

    def ensure_columns(self, further: Sequence[Column]) -> None:
        """Add the columns that the sheet lacks, at the right."""
        self._ensure_columns([*self._columns, *further], ())

    # ------------------------------------------------------------ columns

    def _created(self, book: Workbook, sheet: str) -> Worksheet:
        if book.security is not None and book.security.lockStructure:
            text = "{file} has no sheet {sheet}, and its structure is protected."
            raise self._unusable(message(text, sheet=sheet, file=self._file))
        try:
            return book.create_sheet(sheet)
        except ValueError as error:
            text = "A sheet of {file} cannot be named {sheet}."
            raise self._unusable(message(text, sheet=sheet, file=self._file)) from error

    def _ensure_columns(self, columns: Sequence[Column], rows: Sequence[Mapping[str, Entry]]) -> None:
        self._columns = list(columns)
        for column in columns:
            if column.key not in self._places:
                place = self._free_column(column)
                self._places[column.key] = place
                look.write_heading(self._sheet, self._row, place, column)
                look.set_width(self._sheet, place, column_width(column, rows))

    def _free_column(self, column: Column) -> int:
        """A place for `column` with nothing in it, right of the table, which takes it in, or of all else."""
        sheet = self._sheet
        if self._table is not None:
            left, top, right, bottom = range_boundaries(self._table.ref)
            below = range(top, max(bottom, sheet.max_row) + 1)
            if all(sheet.cell(row, right + 1).value is None for row in below):
                number = 1 + max(each.id for each in self._table.tableColumns)
                self._table.tableColumns.append(TableColumn(id=number, name=column.header))
                self._set_table_ref(left, top, right + 1, bottom)
                return int(right) + 1
        filled = (place for row in sheet.iter_rows() for place, cell in enumerate(row, 1) if cell.value is not None)
        return max(filled, default=0) + 1

    # ------------------------------------------------------------ rows

    def _first_free_row(self) -> int:
        if self._table is None:
            return self._last_row_with_content(range(1, self._sheet.max_column + 1), self._row) + 1
        left, top, right, bottom = range_boundaries(self._table.ref)
        if self._table.totalsRowCount:
            text = (
                "The table in {sheet} of {file} has a totals row, which cannot be moved yet: "
                "switch it off (Table Design > Total Row)."
            )
            raise self._unusable(message(text, sheet=self._sheet.title, file=self._file))
        for row in range(bottom, top, -1):
            if self._has_content(row, range(left, right + 1)):
                return row + 1
        return int(top) + 1

    def _last_row_with_content(self, places: range, above: int) -> int:
        """The last row below `above` with content in `places`; `above` when there is none."""
        for row in range(self._sheet.max_row, above, -1):
            if self._has_content(row, places):
                return row
        return above

    def _has_content(self, row: int, places: Iterable[int]) -> bool:
        return any(self._sheet.cell(row, place).value is not None for place in places)

    def _ensure_free(self, first: int, last: int) -> None:
        places: Iterable[int] = self._places.values()
        if self._table is not None:
            left, _, right, _ = range_boundaries(self._table.ref)
            places = range(left, right + 1)
        for row in range(first, last + 1):
            cells = [self._sheet.cell(row, place) for place in places]
            if any(cell.value is not None or isinstance(cell, MergedCell) for cell in cells):
                text = "Something stands in row {row} of {sheet} in {file}, where the next rows belong: move it away."
                raise self._unusable(message(text, row=row, sheet=self._sheet.title, file=self._file))

    def _fit_height(self, row: int, entries: Mapping[str, Entry]) -> None:
        """Excel fits rows to wrapped text by itself; not every program does."""
        lines = 1
        for column in self._columns:
            entry = entries.get(column.key)
            if entry is not None and _wraps(column, entry):
                width = look.width_of(self._sheet, self._places[column.key])
                lines = max(lines, lines_taken(str(entry.value), width or MIN_WIDTH))
        if lines > 1:
            self._sheet.row_dimensions[row].height = _LINE_POINTS * min(lines, _MOST_LINES)

    # ------------------------------------------------------------ the table

    def _table_of_header(self) -> Table | None:
        ours = {self._places[column.key] for column in self._columns if column.key in self._places}
        for table in self._sheet.tables.values():
            left, top, right, _ = range_boundaries(table.ref)
            if top == self._row and ours & set(range(left, right + 1)):
                return table
        return None

    def _set_table_ref(self, left: int, top: int, right: int, bottom: int) -> None:
        assert self._table is not None
        self._table.ref = f"{get_column_letter(left)}{top}:{get_column_letter(right)}{bottom}"
        if self._table.autoFilter is not None:
            self._table.autoFilter.ref = self._table.ref

    def _extend_table(self, first: int, last: int) -> None:
        assert self._table is not None
        left, top, right, bottom = range_boundaries(self._table.ref)
        self._set_table_ref(left, top, right, max(bottom, last))
        for place, column in enumerate(self._table.tableColumns, left):
            formula = column.calculatedColumnFormula
            if formula is None or not formula.attr_text or formula.array:
                continue
            for row in range(first, last + 1):
                cell = self._sheet.cell(row, place)
                if cell.value is None:
                    cell.value = "=" + re.sub("^=", "", formula.attr_text)

    def _dress(self, rows: Sequence[Mapping[str, Entry]], last: int) -> None:
        widths = {self._places[column.key]: column_width(column, rows) for column in self._columns}
        look.dress(self._sheet, widths, self._places[self._key_of(Part.CHECK)], last)

    # ------------------------------------------------------------

    def _id_key(self) -> str:
        return self._key_of(Part.ID)

    def _key_of(self, part: Part) -> str:
        return next(column.key for column in self._columns if column.part is part)

    def _unusable(self, reason: Message) -> LedgerBusy:
        text = "{reason} Nothing was written; its rows wait. Mend it, or choose another sheet in the configuration."
        return LedgerBusy(message(text, reason=reason), after_seconds=_UNUSABLE_SECONDS)


_LINE_POINTS = 15
_MOST_LINES = 12
_LINK_COLOR = "0563C1"


def _wraps(column: Column, entry: Entry) -> bool:
    return isinstance(entry.value, str) and column.part in (Part.FIELD, Part.CHECK, Part.FOLDER)


def _write(cell: SheetCell, column: Column, entry: Entry) -> None:
    cell.value = entry.value
    if isinstance(entry.value, str):
        cell.data_type = "f" if entry.formula else "s"  # openpyxl takes =… for a formula, #N/A for an error
    cell.number_format = entry.number_format
    if entry.quoted:
        cell.quotePrefix = True
    if entry.formula:
        cell.font = look.font_of_book(cell, color=_LINK_COLOR, underline="single")
    cell.alignment = Alignment(
        vertical="top",
        wrap_text=_wraps(column, entry),
        horizontal="right" if entry.right else "left",
        indent=1 if entry.right else 0,  # a gap to text in the next column
    )
