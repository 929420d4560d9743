"""The rows below a sheet's header, looked through batch by batch: ids, columns, where the content ends.

Most programs write rows and cells in one plain form, of which a few patterns tell all; what is written otherwise is
taken cell by cell.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from ocrwatch.ledger.body_packing import BodyPacker
from ocrwatch.ledger.grammar import Cell, Grammar, SheetRow, row_number
from ocrwatch.ledger.ids import RowIds
from ocrwatch.ledger.markup import unescaped
from ocrwatch.ledger.references import MAX_ROWS, Area, column_letters, column_number
from ocrwatch.ledger.refusals import BadPackage
from ocrwatch.ledger.sheet_stream import Batch
from ocrwatch.ledger.survey import RECENT_ROWS, Survey

Texts = Callable[[Iterable[int]], Iterator[str]]
"""The shared texts of numbers that do not fall."""

_HEX = re.compile(b"[0-9a-f]*")
_DIGITS_ON = re.compile(b"[0-9].*", re.DOTALL)


class RowTaker:
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
                more = [each for _, each in islice(rows, RECENT_ROWS - 1)][::-1]
                survey.recent = [*survey.recent, *more, row][-RECENT_ROWS:]
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
