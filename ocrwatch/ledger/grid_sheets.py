"""Sheets of documents' own: tables as they are printed, one below the other, and nothing else.

    caption                     bold
    ┌───────┬───────┐           a border around each cell, merged cells as on the paper
    └───────┴───────┘
                                an empty row, then the next table

A cell where the printed table has none has no border: so a ragged table shows. The sheet is made once, with its
document's row in one save, and is the person's from then on.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from ocrwatch.document import Grid, GridCell
from ocrwatch.ledger.formats import LINE_POINTS, Entry, entry, line_points, lines_taken, shown_width
from ocrwatch.ledger.new_rows import empty_cell, entry_cell
from ocrwatch.ledger.references import MAX_ROWS, Area, column_letters
from ocrwatch.ledger.styles import Format, Styles

MIN_WIDTH = 6
MAX_WIDTH = 48
_MOST_COLUMNS = 16_384
_MOST_LINES = 20
_NAME_UNITS = 31
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_TAKEN = frozenset({"history", "receipts", "invoices", "tickets", "scans", "texts", "tables", "documents", "formulas"})
"""Excel keeps the first for itself; the others are ledgers' sheets that may come later."""

_BORDER = "".join(
    f'<{side} style="thin"><color rgb="FFBFBFBF"/></{side}>' for side in ("left", "right", "top", "bottom")
)


def grid_sheet_name(stem: str, taken: Collection[str]) -> str:
    """What the sheet of the document `stem` is called; `taken` are the names of all sheets, and of those to come."""
    name = _cut(" ".join(_NOT_IN_NAMES.sub(" ", stem).split()).strip("' "), _NAME_UNITS) or "Table"
    used = _TAKEN | {each.casefold() for each in taken}
    number, free = 2, name
    while free.casefold() in used:
        end = f" ({number})"
        free = _cut(name, _NAME_UNITS - len(end)) + end
        number += 1
    return free


def reread_sheet_name(stem: str, grids: Sequence[Grid]) -> str:
    """What the sheet of another reading is called: the same for the same tables, so that it is made once."""
    end = f" ({hashlib.sha256(repr(grids).encode('utf-8', 'replace')).hexdigest()[:6]})"
    name = " ".join(_NOT_IN_NAMES.sub(" ", stem).split()).strip("' ")
    return (_cut(name, _NAME_UNITS - len(end)) or "Table") + end


def sheet_link(name: str) -> Entry:
    """The link from a row to its sheet."""
    target = f"#'{name.replace(chr(39), chr(39) * 2)}'!A1"
    texts = (text.replace('"', '""') for text in (target, name))
    return Entry(value="=HYPERLINK({})".format(",".join(f'"{text}"' for text in texts)), formula=True)


def grid_sheet(grids: Sequence[Grid], styles: Styles, *, space: str, is_1904: bool) -> bytes:
    """The XML of the sheet; formats it needs are added to `styles`."""
    drawing = _Drawing(styles, is_1904=is_1904)
    for grid in grids:
        drawing.draw(grid)
    return drawing.sheet(space)


@dataclass(frozen=True, slots=True)
class _Place:
    """A cell on the sheet, counted from 1."""

    row: int
    column: int


class _Drawing:
    def __init__(self, styles: Styles, *, is_1904: bool) -> None:
        self._styles = styles
        self._is_1904 = is_1904
        self._cells: dict[_Place, bytes] = {}
        self._merged: list[Area] = []
        self._widths: dict[int, float] = {}
        self._wrapped: list[tuple[_Place, str, int]] = []
        self._points: dict[int, int] = {}
        self._bottom = 0
        border = styles.part("borders", f"<border>{_BORDER}<diagonal/></border>")
        self._bold = styles.font(0, color="FF000000", bold=True)
        self._framed = Format(border=border)

    def draw(self, grid: Grid) -> None:
        """Put the grid below what is there."""
        top = self._bottom + 2 if self._bottom else 1
        for line in grid.caption.splitlines():
            shown = entry(line)
            self._put(
                _Place(top, 1), self._styles.for_entry(self._number(Format(font=self._bold)), shown, wraps=False), shown
            )
            self._points[top] = line_points(line)
            self._bottom = top
            top += 1
        for cell in grid.cells:
            if top + cell.row + cell.rows - 1 <= MAX_ROWS and cell.column + cell.columns <= _MOST_COLUMNS:
                self._draw_cell(cell, _Place(top + cell.row, cell.column + 1))

    def sheet(self, space: str) -> bytes:
        """The whole sheet."""
        rows: dict[int, list[tuple[int, bytes]]] = {}
        for place, data in self._cells.items():
            rows.setdefault(place.row, []).append((place.column, data))
        heights = self._heights()
        body = b"".join(
            b'<row r="%d"%s>%s</row>'
            % (number, heights.get(number, b""), b"".join(data for _, data in sorted(rows[number])))
            for number in sorted(rows)
        )
        return b"".join(
            (
                b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="%s">' % space.encode(),
                b'<sheetFormatPr defaultRowHeight="%d" customHeight="1"/>' % LINE_POINTS,
                b"".join(self._columns()),
                b"<sheetData>%s</sheetData>" % body,
                b"".join(self._merges()),
                b"</worksheet>",
            )
        )

    # ------------------------------------------------------------

    def _draw_cell(self, cell: GridCell, place: _Place) -> None:
        shown = entry(cell.value)
        base = self._number(replace(self._framed, font=self._bold) if cell.heading else self._framed)
        wraps = isinstance(shown.value, str)
        area = Area(place.column, place.row, place.column + cell.columns - 1, place.row + cell.rows - 1)
        for row in range(area.top, area.bottom + 1):
            for column in area.columns:
                self._cells[_Place(row, column)] = empty_cell(b"", row, column, base)
        self._put(place, self._styles.for_entry(base, shown, wraps=wraps), shown)
        self._bottom = max(self._bottom, area.bottom)
        if (cell.rows, cell.columns) != (1, 1):
            self._merged.append(area)
        if cell.columns == 1:
            room = 4 if shown.right else 2  # numbers are indented
            width = min(MAX_WIDTH, max(MIN_WIDTH, shown_width(shown) + room))
            self._widths[place.column] = max(self._widths.get(place.column, 0), width)
        if isinstance(shown.value, str) and cell.rows == 1:
            self._wrapped.append((place, shown.value, cell.columns))

    def _put(self, place: _Place, style: int, shown: Entry) -> None:
        self._cells[place] = entry_cell(b"", place.row, place.column, style, shown, is_1904=self._is_1904)

    def _number(self, wanted: Format) -> int:
        return self._styles.number(wanted)

    def _heights(self) -> dict[int, bytes]:
        """Excel fits rows to wrapped text by itself; not every program does."""
        points = dict(self._points)
        for place, text, columns in self._wrapped:
            width = sum(self._widths.get(place.column + more, MIN_WIDTH) for more in range(columns))
            wanted = line_points(text) * min(_MOST_LINES, lines_taken(text, width))
            points[place.row] = max(points.get(place.row, LINE_POINTS), wanted)
        return {row: b' ht="%d" customHeight="1"' % height for row, height in points.items() if height > LINE_POINTS}

    def _columns(self) -> Iterator[bytes]:
        if self._widths:
            yield b"<cols>"
            for column, width in sorted(self._widths.items()):
                yield b'<col min="%d" max="%d" width="%s" customWidth="1"/>' % (
                    column, column, format(width, "g").encode(),
                )  # fmt: skip
            yield b"</cols>"

    def _merges(self) -> Iterator[bytes]:
        if self._merged:
            yield b'<mergeCells count="%d">' % len(self._merged)
            for area in self._merged:
                ends = (f"{column_letters(area.left)}{area.top}", f"{column_letters(area.right)}{area.bottom}")
                yield b'<mergeCell ref="%s"/>' % ":".join(ends).encode()
            yield b"</mergeCells>"


def _cut(text: str, units: int) -> str:
    return text.encode("utf-16-le")[: 2 * max(0, units)].decode("utf-16-le", "ignore").strip("' ")
