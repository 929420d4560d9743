"""What a sheet holds, found out in one pass: its header, the ids, where the rows end, what stands below them.

title                ┐
Date │ Total │ …     ┘ top      the rows down to the header's
…    │ …     │ …       body     rows with content
…    │ …     │ …       recent   the last three of those
              …        window   what stands below them: prepared rows, a totals row, notes; the first ones
              …        rest     the rows below the window, if there are so many
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ocrwatch.ledger.grammar import Grammar, SheetRow, row_number, shadow_of
from ocrwatch.ledger.header import SEARCH_ROWS, Header, find_header
from ocrwatch.ledger.ids import RowIds
from ocrwatch.ledger.layout import Column, Part
from ocrwatch.ledger.references import Area, column_letters, column_number
from ocrwatch.ledger.sheet_stream import SheetStream

WINDOW_ROWS = 2000
_RECENT_ROWS = 3

Texts = Callable[[Iterable[int]], Iterator[str]]
"""The shared texts of numbers that do not fall."""

Scope = Callable[[Header], Area | None]
"""The table of a header: its columns, from the header down to its last row of data; None: all columns, without end."""


@dataclass(slots=True, kw_only=True)
class Survey:
    """See above. Numbers of rows and columns count from 1. `last_row` is the header's where no row has content.

    `used` are all columns that have a cell, `bottom` is the last row of all. `filled_below` is the last row with
    content below `last_row`, in the table's columns if there is one; `window_full`: there are rows below the window.
    `body_begins`, `body_ends`, `window_ends` are places in the rows' XML: there end top, body and window.
    """

    head: bytes
    grammar: Grammar
    header: Header | None = None
    top: list[SheetRow] = field(default_factory=list)
    ids: RowIds = field(default_factory=RowIds)
    last_row: int = 0
    recent: list[SheetRow] = field(default_factory=list)
    window: list[SheetRow] = field(default_factory=list)
    window_full: bool = False
    filled_below: int = 0
    used: set[int] = field(default_factory=set)
    first: int = 0
    bottom: int = 0
    body_begins: int = 0
    body_ends: int = 0
    window_ends: int = 0
    close: bytes = b""

    @property
    def is_blank(self) -> bool:
        """No cell has content."""
        return self.header is None and not self.last_row


def surveyed(
    pieces: Iterator[bytes], columns: Sequence[Column], texts: Texts, scope: Scope, *, window_rows: int = WINDOW_ROWS
) -> Survey:
    """The survey of the worksheet whose XML comes in `pieces`. Raises `BadPackage`."""
    stream = SheetStream(pieces)
    grammar = stream.grammar
    survey = Survey(head=stream.head, grammar=grammar)
    batches = stream.batches()
    first, batch = _first_rows(batches, grammar)
    survey.header = find_header(_values([row for _, row in first], grammar, texts), columns)
    number = survey.header.row if survey.header else 0
    survey.last_row = number
    top = [(start, row) for start, row in first if row.number <= number]
    survey.top = [row for _, row in top]
    begun = top[-1][0] + len(top[-1][1].data) if top else 0
    survey.body_begins = survey.body_ends = survey.window_ends = begun
    area = scope(survey.header) if survey.header else None
    key = next(column.key for column in columns if column.part is Part.ID)
    rows = _Rows(survey, area, survey.header.places.get(key) if survey.header else None, window_rows)
    place = len(batch)
    rows.take([(start, row) for start, row in first if row.number > number], batch[begun:], 0)
    before = first[-1][1].number if first else 0
    for batch in batches:
        found = list(_numbered(batch, grammar, before))
        before = found[-1][1].number if found else before
        rows.take(found, batch, place)
        place += len(batch)
    for row in survey.top:
        survey.used.update(cell.column for cell in grammar.cells(row))
    if survey.top:
        survey.first = survey.top[0].number
        survey.bottom = max(survey.bottom, survey.top[-1].number)
    rows.resolve(texts)
    survey.close = stream.close
    return survey


def _first_rows(batches: Iterator[bytes], grammar: Grammar) -> tuple[list[tuple[int, SheetRow]], bytes]:
    """The rows among which the header may stand, and whatever came with them, with their places in those bytes."""
    found: list[tuple[int, SheetRow]] = []
    whole = b""
    for batch in batches:
        before = found[-1][1].number if found else 0
        found += ((start + len(whole), row) for start, row in grammar.rows_at(batch, shadow_of(batch)[0], before))
        whole += batch
        if found and found[-1][1].number >= SEARCH_ROWS:
            break
    return found, whole


def _numbered(batch: bytes, grammar: Grammar, before: int) -> Iterator[tuple[int, SheetRow]]:
    """As `grammar.rows_at`, quicker: a row reaches to the next one's beginning."""
    shadow, _ = shadow_of(batch)
    begun: int | None = None
    for match in grammar.row.finditer(shadow):
        if begun is not None:
            yield begun, SheetRow(before, batch[begun : match.start()])
        before, begun = row_number(match[1] or b"", before), match.start()
    if begun is not None:
        yield begun, SheetRow(before, batch[begun:])


def _values(rows: Sequence[SheetRow], grammar: Grammar, texts: Texts) -> Iterator[list[object]]:
    """The texts of the rows in which the header may stand, row by row from 1."""
    rows = [row for row in rows if row.number <= SEARCH_ROWS]
    cells = {row.number: grammar.cells(row) for row in rows}
    numbers = sorted({
        int(grammar.raw_value(cell))
        for each in cells.values()
        for cell in each
        if cell.kind == "s" and grammar.has_content(cell)
    })  # fmt: skip
    shared = dict(zip(numbers, texts(numbers), strict=True))
    for number in range(1, rows[-1].number + 1 if rows else 1):
        values: list[object] = []
        for cell in cells.get(number, ()):
            if cell.kind not in ("s", "inlineStr", "str") or not grammar.has_content(cell):
                continue
            raw = grammar.raw_value(cell)
            values += [None] * (cell.column - 1 - len(values))
            values.append(shared[int(raw)] if cell.kind == "s" else raw)
        yield values


class _Rows:
    """Takes the rows below the header in, batch by batch."""

    def __init__(self, survey: Survey, area: Area | None, id_column: int | None, window_rows: int) -> None:
        self._survey = survey
        self._grammar = survey.grammar
        self._area = area
        self._id_column = id_column
        self._window_rows = window_rows
        self._found = _Found()
        prefix = re.escape(self._grammar.prefix)
        self._letters = re.compile(rb'<%sc r="([A-Z]+)' % prefix)
        if id_column is not None:
            letters = column_letters(id_column).encode()
            self._id_cell = re.compile(
                rb'<%sc r="%s(\d+)"([^>]*)(?:(?<=/)>|>(.*?)</%sc\s*>)' % (prefix, letters, prefix), re.DOTALL
            )

    def take(self, placed: list[tuple[int, SheetRow]], batch: bytes, place: int) -> None:
        """Rows with their places in their batch, which begins at `place` in the rows' XML."""
        if not placed:
            return
        survey = self._survey
        rows = [row for _, row in placed]
        survey.first = survey.first or rows[0].number
        survey.bottom = max(survey.bottom, rows[-1].number)
        if self._is_plain(batch):
            survey.used.update(column_number(each.decode()) for each in set(self._letters.findall(batch)))
            if self._id_column is not None:
                self._take_ids_plainly(batch)
        else:
            self._take_cells(rows)
        self._take_content(placed, place)

    def resolve(self, texts: Texts) -> None:
        """The ids, once all texts are known."""
        self._found.fill(self._survey.ids, texts)

    # ------------------------------------------------------------

    def _is_plain(self, batch: bytes) -> bool:
        """Every row and cell tells its place, first of all, and nothing can hide a tag."""
        grammar = self._grammar
        if b"<!" in batch or b"<?" in batch:
            return False
        cells = batch.count(grammar.cell_begins + b' r="')
        others = sum(batch.count(grammar.cell_begins + end) for end in (b" ", b">", b"/", b"\n", b"\t", b"\r"))
        return cells == others

    def _take_ids_plainly(self, batch: bytes) -> None:
        grammar = self._grammar
        for match in self._id_cell.finditer(batch):
            row, attributes, content = match.groups()
            if not content:
                continue
            if b't="s"' in attributes:
                value = grammar.value.search(content)
                if value is not None and value[2]:
                    self._found.add_shared(int(row), int(value[2]))
            else:
                found = grammar.cells(SheetRow(int(row), match[0]))[0]
                self._found.add(int(row), grammar.raw_value(found))

    def _take_cells(self, rows: list[SheetRow]) -> None:
        for row in rows:
            for cell in self._grammar.cells(row):
                self._survey.used.add(cell.column)
                if cell.column == self._id_column and self._grammar.has_content(cell):
                    raw = self._grammar.raw_value(cell)
                    if cell.kind == "s":
                        self._found.add_shared(row.number, int(raw))
                    else:
                        self._found.add(row.number, raw)

    def _take_content(self, placed: list[tuple[int, SheetRow]], place: int) -> None:
        survey = self._survey
        rows, skipped = [row for _, row in placed], 0
        limit = self._area.bottom if self._area else None
        index = next(
            (
                index
                for index in range(len(rows) - 1, -1, -1)
                if (limit is None or rows[index].number <= limit) and self._is_filled(rows[index])
            ),
            None,
        )
        if index is not None:
            survey.last_row = rows[index].number
            survey.recent = [*survey.recent, *rows[max(0, index - _RECENT_ROWS + 1) : index + 1]][-_RECENT_ROWS:]
            survey.body_ends = survey.window_ends = place + placed[index][0] + len(rows[index].data)
            survey.window, survey.window_full, survey.filled_below = [], False, 0
            rows, skipped = rows[index + 1 :], index + 1
        survey.filled_below = next((row.number for row in reversed(rows) if self._is_filled(row)), survey.filled_below)
        room = self._window_rows - len(survey.window)
        taken = rows[:room]
        survey.window += taken
        survey.window_full = survey.window_full or len(rows) > room
        if taken:
            start, row = placed[skipped + len(taken) - 1]
            survey.window_ends = place + start + len(row.data)

    def _is_filled(self, row: SheetRow) -> bool:
        """Whether the row has content, in the table's columns if there is one."""
        grammar, data = self._grammar, row.data
        if not (grammar.value_begins in data or grammar.formula_begins in data or grammar.text_begins in data):
            return False
        return any(
            grammar.has_content(cell)
            for cell in grammar.cells(row)
            if self._area is None or self._area.left <= cell.column <= self._area.right
        )


class _Found:
    """The ids as they are found: at once, or by the number of a shared text."""

    def __init__(self) -> None:
        self._rows = array("I")
        self._numbers = array("I")
        self._ids = RowIds()

    def add(self, row: int, text: str) -> None:
        if text.strip():
            self._ids.add(text, row)

    def add_shared(self, row: int, number: int) -> None:
        self._rows.append(row)
        self._numbers.append(number)

    def fill(self, ids: RowIds, texts: Texts) -> None:
        numbers, rows = self._numbers, self._rows
        order: Sequence[int] = range(len(numbers))
        if any(numbers[place] > numbers[place + 1] for place in range(len(numbers) - 1)):
            order = sorted(order, key=numbers.__getitem__)
        shared = RowIds()
        for place, text in zip(order, texts(numbers[each] for each in order), strict=True):
            if text.strip():
                shared.add(text, rows[place])
        ids.take(self._ids, shared)
