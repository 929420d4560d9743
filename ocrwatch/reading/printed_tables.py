"""From HTML, as a model writes it, to tables as they are printed.

    <tr><td rowspan=2>a</td><td>b</td></tr>      a │ b          a cell that reaches down holds its place there
    <tr><td>c</td></tr>                            │ c

Rules
  1. Tags may be left unclosed, attributes unquoted, `<table>` missing altogether: rows make a table.
  2. Nothing is padded: a table whose rows do not come to one width, whose cells overlap or reach out of it, is ragged,
     and keeps every text in a place of its own.
  3. Text outside of the tables is the caption of the next one, or stands alone after the last.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser

from ocrwatch.ports import PrintedCell, PrintedTable

_MOST_SPAN = 200
_LINE_ENDS = frozenset({"br", "p", "div", "li", "h1", "h2", "h3", "h4", "h5", "h6", "caption"})
_HIDDEN = frozenset({"script", "style", "head", "title"})


def printed_tables(html: str) -> tuple[PrintedTable, ...]:
    """The tables of `html`, in their order, and the text between them."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.finished()


def is_cut_off(html: str) -> bool:
    """Whether `html` ends within a table or a tag."""
    opened, closed = (len(re.findall(tag, html, re.IGNORECASE)) for tag in (r"<table\b", r"</table\s*>"))
    if opened:
        return opened > closed
    return bool(re.search(r"<[^<>]*\Z", html)) or _last_row(html, "<tr\\b") > _last_row(html, "</tr\\s*>")


def _last_row(html: str, tag: str) -> int:
    return max((match.start() for match in re.finditer(tag, html, re.IGNORECASE)), default=-1)


@dataclass(slots=True)
class _Cell:
    text: str = ""
    rows: int = 1
    columns: int = 1
    heading: bool = False


@dataclass(slots=True)
class _Table:
    rows: list[list[_Cell]] = field(default_factory=list)
    caption: str = ""


class _Reader(HTMLParser):
    """Tables inside of cells are text there: a sheet has no cell within a cell."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._tables: list[_Table] = []
        self._table: _Table | None = None
        self._row: list[_Cell] | None = None
        self._cell: _Cell | None = None
        self._caption = ""
        self._depth = 0
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """As the tags say; what is not closed ends where the next one of its kind begins."""
        if tag in _HIDDEN:
            self._hidden += 1
        elif tag == "table":
            self._begin_table()
        elif self._depth > 1:
            self._text("\n" if tag == "tr" else " " if tag in ("td", "th") else "")
        elif tag == "tr":
            self._end_row()
            self._row = []
        elif tag in ("td", "th"):
            self._begin_cell(tag, dict(attrs))
        elif tag in _LINE_ENDS:
            self._text("\n")

    def handle_endtag(self, tag: str) -> None:
        """The end of what is open."""
        if tag in _HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag == "table":
            self._depth = max(0, self._depth - 1)
            if not self._depth:
                self._end_table()
        elif self._depth > 1:
            return
        elif tag == "tr":
            self._end_row()
        elif tag in ("td", "th"):
            self._cell = None
        elif tag in _LINE_ENDS:
            self._text("\n")

    def handle_data(self, data: str) -> None:
        """What is printed."""
        self._text(data if "\n" not in data or not data.isspace() else " ")

    def finished(self) -> tuple[PrintedTable, ...]:
        """All tables."""
        self._end_table()
        found = [_placed(table) for table in self._tables]
        if caption := _tidy(self._caption):
            found.append(PrintedTable(cells=(), caption=caption))
        return tuple(found)

    # ------------------------------------------------------------

    def _begin_table(self) -> None:
        if self._cell is None:
            self._end_table()
            self._depth = 0
        self._depth += 1

    def _end_table(self) -> None:
        self._end_row()
        if self._table is not None:
            self._tables.append(self._table)
        self._table = None

    def _begin_cell(self, tag: str, attributes: dict[str, str | None]) -> None:
        if self._row is None:
            self._row = []
        self._cell = _Cell(
            rows=_span(attributes.get("rowspan")), columns=_span(attributes.get("colspan")), heading=tag == "th"
        )
        self._row.append(self._cell)

    def _end_row(self) -> None:
        self._cell = None
        if self._row is not None:
            if self._table is None:
                self._table = _Table(caption=_tidy(self._caption))
                self._caption = ""
            self._table.rows.append(self._row)
        self._row = None

    def _text(self, text: str) -> None:
        if self._hidden:
            return
        if self._cell is not None:
            self._cell.text += text
        else:
            self._caption += text


def _span(said: str | None) -> int:
    match = re.match(r"\s*([0-9]{1,6})", said or "")
    return min(max(1, int(match[1])), _MOST_SPAN) if match else 1


def _tidy(text: str) -> str:
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return re.sub(r"\n{2,}", "\n", "\n".join(lines)).strip()


def _placed(table: _Table) -> PrintedTable:
    """The cells in their places: each takes the first one of its row that is free."""
    taken: dict[tuple[int, int], bool] = {}
    cells: list[PrintedCell] = []
    is_ragged = False
    height = len(table.rows)
    for row, line in enumerate(table.rows):
        column = 0
        for cell in line:
            while (row, column) in taken:
                column += 1
            rows = min(cell.rows, height - row)
            area = {(y, x) for y in range(row, row + rows) for x in range(column, column + cell.columns)}
            if area & taken.keys():  # it would lie over another one
                area = {(row, column)}
            is_ragged |= len(area) < cell.rows * cell.columns
            taken.update(dict.fromkeys(area, True))
            cells.append(_printed(cell, row, column, area))
            column += 1
    widths = {max((x for y, x in taken if y == row), default=-1) for row in range(height)}
    return PrintedTable(cells=tuple(cells), caption=table.caption, is_ragged=is_ragged or len(widths) > 1)


def _printed(cell: _Cell, row: int, column: int, area: set[tuple[int, int]]) -> PrintedCell:
    at = PrintedCell(row=row, column=column, text=_tidy(cell.text), heading=cell.heading)
    return replace(at, rows=len({y for y, _ in area}), columns=len({x for _, x in area}))
