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
from itertools import islice

from ocrwatch.ledger.body_packing import BodyPacker
from ocrwatch.ledger.grammar import Cell, Grammar, SheetRow, row_number
from ocrwatch.ledger.header import SEARCH_ROWS, Header, find_header
from ocrwatch.ledger.ids import RowIds
from ocrwatch.ledger.layout import Column, Part
from ocrwatch.ledger.markup import unescaped
from ocrwatch.ledger.references import MAX_ROWS, Area, column_letters, column_number
from ocrwatch.ledger.refusals import BadPackage
from ocrwatch.ledger.sheet_stream import Batch, SheetStream

WINDOW_ROWS = 2000
_RECENT_ROWS = 3
_HEX = re.compile(b"[0-9a-f]*")
_DIGITS_ON = re.compile(b"[0-9].*", re.DOTALL)

Texts = Callable[[Iterable[int]], Iterator[str]]
"""The shared texts of numbers that do not fall."""

Scope = Callable[[Header], Area | None]
"""The table of a header: its columns, from the header down to its last row of data; None: all columns, without end."""


@dataclass(slots=True, kw_only=True)
class Survey:
    """See above. Numbers of rows and columns count from 1. `last_row` is the header's where no row has content.

    `left`, `right`, `first`, `bottom` are the outermost columns and rows with a cell (0: there is none). `filled_below`
    is the last row with content below `last_row`, in the table's columns if there is one; `window_full`: there are rows
    below the window. `body_begins`, `body_ends`, `window_ends` are places in the rows' XML: there end top, body and
    window.
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
    left: int = 0
    right: int = 0
    first: int = 0
    bottom: int = 0
    body_begins: int = 0
    body_ends: int = 0
    window_ends: int = 0
    close: bytes = b""

    def take_column(self, column: int) -> None:
        """There is a cell in `column`."""
        self.left = min(self.left, column) if self.left else column
        self.right = max(self.right, column)


def surveyed(
    pieces: Iterator[bytes],
    columns: Sequence[Column],
    texts: Texts,
    scope: Scope,
    *,
    window_rows: int = WINDOW_ROWS,
    packer: BodyPacker | None = None,
) -> Survey:
    """The survey of the worksheet whose XML comes in `pieces`; `packer` packs the body meanwhile.

    Raises `BadPackage`.
    """
    stream = SheetStream(pieces)
    grammar = stream.grammar
    survey = Survey(head=stream.head, grammar=grammar)
    batches = stream.batches()
    first, batch = _first_rows(batches, grammar)
    survey.header = find_header(_values([row for _, row in first], grammar, texts), columns)
    number = survey.header.row if survey.header else 0
    survey.last_row = survey.bottom = number
    top = [(start, row) for start, row in first if row.number <= number]
    survey.top = [row for _, row in top]
    begun = top[-1][0] + len(top[-1][1].data) if top else 0
    survey.body_begins = survey.body_ends = survey.window_ends = begun
    for row in survey.top:
        for cell in grammar.cells(row):
            survey.take_column(cell.column)
    survey.first = top[0][1].number if top else 0
    area = scope(survey.header) if survey.header else None
    key = next(column.key for column in columns if column.part is Part.ID)
    rows = _Rows(survey, area, survey.header.places.get(key) if survey.header else None, window_rows)
    if packer is not None:
        packer.begin(grammar, number)
    rows.packer = packer
    place = len(batch)
    before = rows.take(batch.cut(begun, place), begun, number)
    for batch in batches:
        before = rows.take(batch, place, before)
        place += len(batch)
    rows.resolve(texts)
    survey.close = stream.close
    return survey


def _first_rows(batches: Iterator[Batch], grammar: Grammar) -> tuple[list[tuple[int, SheetRow]], Batch]:
    """The rows among which the header may stand, and whatever came with them, with their places in those bytes."""
    found: list[tuple[int, SheetRow]] = []
    data = shadow = b""
    for batch in batches:
        before = found[-1][1].number if found else 0
        found += ((start + len(data), row) for start, row in grammar.rows_at(batch.data, batch.shadow, before))
        data, shadow = data + batch.data, shadow + batch.shadow
        if found and found[-1][1].number >= SEARCH_ROWS:
            break
    is_clean = data == shadow
    return found, Batch(data, data if is_clean else shadow, is_clean and grammar.is_plain(data))


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
        self.packer: BodyPacker | None = None
        self._beyond: re.Pattern[bytes] | None = None
        prefix = re.escape(self._grammar.prefix)
        self._cell_begins = self._grammar.cell_begins + b' r="'
        self._row_ends = b"</" + self._grammar.prefix + b"row>"
        letters = column_letters(id_column or 0).encode()
        values = rb"<%sis><%st[^>]*>([^<]*)</%st></%sis></%sc>|<%sv>([^<]*)</%sv></%sc>" % ((prefix,) * 8)
        self._id_cell = re.compile(rb'<%sc r="%s(\d+)"((?:[^>]*[^/>])?)>(?:%s)?' % (prefix, letters, values))

    def take(self, batch: Batch, place: int, before: int) -> int:
        """Rows that begin at `place` in the rows' XML; the one before has the number `before`.

        The number of the last is returned.
        """
        if batch.is_plain:
            rows = _backwards(batch.data, self._grammar)
            self._take_columns(batch.data)
            if self._id_column is not None:
                self._take_ids(batch.data)
            first = next(iter(self._grammar.rows_at(batch.data, batch.data, before)), None)
        else:
            listed = list(self._grammar.rows_at(batch.data, batch.shadow, before))
            self._take_cells([row for _, row in listed])
            rows, first = reversed(listed), listed[0] if listed else None
        if first is None:
            return before
        survey = self._survey
        survey.first = survey.first or first[1].number
        last = self._take_content(rows, place)
        if self.packer is not None:
            self.packer.take(batch, survey.body_ends - place)
        return last

    def resolve(self, texts: Texts) -> None:
        """The ids, once all texts are known."""
        self._found.fill(self._survey.ids, texts)

    # ------------------------------------------------------------

    def _take_columns(self, data: bytes) -> None:
        """The first and the last cell of every row, unless all are within the columns that are known."""
        if self._beyond is not None and self._survey.left == 1 and self._beyond.search(data) is None:
            return
        begins, skipped = self._cell_begins, len(self._cell_begins)
        ends: set[bytes] = set()
        for row in data.split(self._row_ends):
            first, last = row.find(begins), row.rfind(begins)
            if first >= 0:
                ends.add(row[first + skipped : first + skipped + 3])
                ends.add(row[last + skipped : last + skipped + 3])
        for each in ends:
            self._survey.take_column(column_number(_DIGITS_ON.sub(b"", each).decode()))
        self._beyond = re.compile(re.escape(begins) + _letters_after(column_letters(self._survey.right)))

    def _take_ids(self, data: bytes) -> None:
        found = self._id_cell.findall(data)
        if self._found.add_usual([int(each[0]) for each in found], [each[2] for each in found]):
            return
        for row, attributes, own, value in found:
            if own and b't="inlineStr"' in attributes:
                self._found.add(int(row), unescaped(own))
            elif value and b't="s"' in attributes:
                self._found.add_shared(int(row), int(value))
            else:
                self._take_unusual_id(data, int(row))

    def _take_unusual_id(self, data: bytes, number: int) -> None:
        """Of a cell that is not as programs usually write one."""
        begins = b'%s%s%d"' % (self._cell_begins, column_letters(self._id_column or 0).encode(), number)
        place = data.index(begins)
        match = self._grammar.cell_end.search(data, place)
        cell = self._grammar.cells(SheetRow(number, data[place : match.end() if match else len(data)]))[0]
        self._take_id(number, cell)

    def _take_id(self, row: int, cell: Cell) -> None:
        if not self._grammar.has_content(cell):
            return
        raw = self._grammar.raw_value(cell)
        if cell.kind == "s":
            self._found.add_shared(row, int(raw))
        else:
            self._found.add(row, raw)

    def _take_cells(self, rows: list[SheetRow]) -> None:
        for row in rows:
            for cell in self._grammar.cells(row):
                self._survey.take_column(cell.column)
                if cell.column == self._id_column:
                    self._take_id(row.number, cell)

    def _take_content(self, rows: Iterator[tuple[int, SheetRow]], place: int) -> int:
        """Rows from the last to the first, as many as are needed; the number of the last."""
        survey = self._survey
        limit = self._area.bottom if self._area else MAX_ROWS
        below: list[tuple[int, SheetRow]] = []
        filled_below = bottom = 0
        for start, row in rows:
            bottom = bottom or row.number
            filled = self._is_filled(row)
            if filled and row.number <= limit:
                more = [each for _, each in islice(rows, _RECENT_ROWS - 1)][::-1]
                survey.recent = [*survey.recent, *more, row][-_RECENT_ROWS:]
                survey.last_row = row.number
                survey.body_ends = survey.window_ends = place + start + len(row.data)
                survey.window, survey.window_full, survey.filled_below = [], False, 0
                break
            filled_below = filled_below or (row.number if filled else 0)
            below.append((start, row))
        survey.filled_below = filled_below or survey.filled_below
        survey.bottom = max(survey.bottom, bottom)
        room = self._window_rows - len(survey.window)
        taken = below[::-1][:room]
        survey.window += [row for _, row in taken]
        survey.window_full = survey.window_full or len(below) > room
        if taken:
            survey.window_ends = place + taken[-1][0] + len(taken[-1][1].data)
        return bottom

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


def _letters_after(letters: str) -> bytes:
    """A pattern for all columns to the right of that one."""
    same = [
        f"{letters[:place]}[{chr(ord(letter) + 1)}-Z][A-Z]{{{len(letters) - place - 1}}}"
        for place, letter in enumerate(letters)
        if letter != "Z"
    ]
    return f"(?:{'|'.join([*same, f'[A-Z]{{{len(letters) + 1},}}'])})[0-9]".encode()


def _backwards(data: bytes, grammar: Grammar) -> Iterator[tuple[int, SheetRow]]:
    """The rows from the last to the first; a row reaches to the next one's beginning."""
    end = len(data)
    while (start := data.rfind(grammar.row_begins, 0, end)) >= 0:
        match = grammar.row.match(data, start)
        if match is None:
            raise BadPackage("a row has no tag")
        yield start, SheetRow(row_number(match[1] or b"", 0), data[start:end])
        end = start


class _Found:
    """The ids as they are found: at once, or by the number of a shared text."""

    def __init__(self) -> None:
        self._rows = array("I")
        self._numbers = array("I")
        self._ids = RowIds()

    def add(self, row: int, text: str) -> None:
        if text.strip():
            self._ids.add(text, row)

    def add_usual(self, rows: list[int], texts: list[bytes]) -> bool:
        """All at once, if all are of 16 hex digits."""
        joined = b"".join(texts)
        if set(map(len, texts)) != {16} or not _HEX.fullmatch(joined):
            return False
        self._ids.add_keys(bytes.fromhex(joined.decode()), rows)
        return True

    def add_shared(self, row: int, number: int) -> None:
        self._rows.append(row)
        self._numbers.append(number)

    def fill(self, ids: RowIds, texts: Texts) -> None:
        numbers, rows = self._numbers, self._rows
        order: Sequence[int] = range(len(numbers))
        if any(numbers[place] > numbers[place + 1] for place in range(len(numbers) - 1)):
            order = sorted(order, key=numbers.__getitem__)
        shared = RowIds()
        wanted = numbers if isinstance(order, range) else array("I", (numbers[each] for each in order))
        for place, text in zip(order, texts(wanted), strict=True):
            if text.strip():
                shared.add(text, rows[place])
        ids.take(self._ids, shared)
