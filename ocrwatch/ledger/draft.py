"""The next state of a ledger's sheet: columns added, rows added, cells changed, all in memory.

Rules
  1. Columns are found by their header's text, wherever the user moved them; a missing one is added at the right, and
     what we do not know is left alone.
  2. Rows are added below the last row with content. Nothing is ever written over: where something stands in the way,
     the rows wait and the user is told which row it is. The table's own totals row moves down, where nothing lies below
     it and nothing refers to it.
  3. Formulas go on: those of calculated columns, and those that the last two rows have alike.

What stands is not changed: a draft that is not saved leaves no trace.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from ocrwatch.ledger.dressing import ColumnRange, Surroundings, heading_format
from ocrwatch.ledger.fill_down import FillDown
from ocrwatch.ledger.formats import LINE_POINTS, Entry, line_points, lines_taken
from ocrwatch.ledger.grammar import SheetRow
from ocrwatch.ledger.growing import Growth, grown_close
from ocrwatch.ledger.header import MOST_HEADER_ROWS, Header
from ocrwatch.ledger.layout import MIN_WIDTH, Column, Part, column_width
from ocrwatch.ledger.new_rows import changed_row, entry_cell, new_row
from ocrwatch.ledger.obstacles import Place, ensure_free, totals_shift
from ocrwatch.ledger.references import Area
from ocrwatch.ledger.stale import Freshening
from ocrwatch.ledger.standing import Standing
from ocrwatch.ledger.styles import Styles
from ocrwatch.ledger.survey import Survey
from ocrwatch.ledger.tables import grown_table
from ocrwatch.ledger.totals import grown_sums, moved_totals

_MOST_LINES = 12
_NEVER_CUT = ("amount", "date", "datetime")


@dataclass(frozen=True, slots=True)
class Source:
    """What a draft may read of the workbook: small parts, and, slowly, which columns have content from a row on, the
    last column in which a form has anything, and the formulas that cells share, by their group: text and row of the
    first."""

    content: Callable[[str], bytes]
    filled_columns: Callable[[int], set[int]]
    drawn_right: Callable[[], int]
    shared_formulas: Callable[[], Mapping[str, tuple[str, int]]]


class Draft:
    """Changes to the sheet that stands as `standing` says; `file` is the workbook's name.

    Raises `LedgerBusy` where the sheet cannot take them.
    """

    def __init__(
        self, standing: Standing, styles: Styles, columns: Sequence[Column], source: Source, file: str
    ) -> None:
        self.styles = styles
        self.parts: dict[str, bytes] = {}
        """Small parts that change with the sheet."""
        self.new_rows: list[SheetRow] = []
        self.amended: dict[int, Callable[[SheetRow], SheetRow]] = {}
        self.survey: Survey = replace(
            standing.survey,
            top=list(standing.survey.top),
            window=list(standing.survey.window),
        )
        self.table = standing.table
        self.growth: Growth | None = None
        self._standing = standing
        self._columns = list(columns)
        self._source = source
        self._file = file
        self._surroundings = Surroundings(self.survey.head, self.survey.close)
        assert self.survey.header is not None
        self._places = dict(self.survey.header.places)

    def ensure_columns(self, further: Sequence[Column], rows: Sequence[Mapping[str, Entry]] = ()) -> None:
        """Add the columns that the sheet lacks, at the right; their widths fit `rows`."""
        self._columns += further
        missing = [column for column in self._columns if column.key not in self._places]
        if not missing:
            return
        header = self.survey.header
        assert header is not None
        headings: dict[int, bytes] = {}
        joining: list[str] = []
        free, joins = self._free_place(header.row, len(missing))
        for place, column in enumerate(missing, free):
            self._places[column.key] = place
            style = heading_format(self.styles, column)
            entry = Entry(value=column.header)
            headings[place] = entry_cell(self._prefix, header.row, place, style, entry, is_1904=False)
            joining += [column.header] if joins else []
        if joining and self.table is not None:
            ref = replace(self.table.ref, right=self.table.ref.right + len(joining))
            self._grow_table(ref, joining)
        self._put_in_header(headings)
        widths = {self._places[column.key]: column_width(column, rows) for column in self._needing_width(missing)}
        hidden = [self._places[column.key] for column in missing if column.is_hidden]
        self._surroundings = self._surroundings.with_widths(widths).with_hidden(hidden)
        self.survey.header = Header(row=header.row, places=dict(self._places))
        self._finish()

    def append(self, rows: Sequence[Mapping[str, Entry]], further: Sequence[Column] = ()) -> int:
        """Add `rows`; the number of the first. `further` columns are those that only some of the rows have."""
        self.ensure_columns(further, rows)
        self._pass_tall_header()
        survey = self.survey
        first, last = survey.last_row + 1, survey.last_row + len(rows)
        scope = self._scope(first, last)
        shift = totals_shift(self._standing, self.table, survey, last, self._file)
        kept = self.table.ref.bottom if self.table is not None and shift else 0
        ours = {self._places[column.key]: column.header for column in self._columns}
        place = Place(sheet=self._standing.name, file=self._file, scope=scope, ours=ours)
        ensure_free(survey, self._surroundings.merged(), place, totals_row=kept)
        if shift and self.table is not None:
            survey.window = moved_totals(survey, self.table, shift, self._standing.name.casefold())
            survey.filled_below = self.table.ref.bottom + shift
        self._write(rows, first)
        self._grow(first, last, shift, scope)
        self._finish()
        return first

    def amend(self, changes: Mapping[int, Mapping[str, Entry]]) -> None:
        """Set cells of rows, by the numbers of the rows and the keys of the columns."""
        for number, entries in changes.items():
            self.amended[number] = self._amendment(entries)
        for place in {self._places[key] for entries in changes.values() for key in entries}:
            self.survey.take_column(place)
        self.survey.recent = [self._amended(row) for row in self.survey.recent]
        self.survey.window = [self._amended(row) for row in self.survey.window]
        self._finish()

    # ------------------------------------------------------------ columns

    def _free_place(self, header_row: int, count: int) -> tuple[int, bool]:
        """The first of `count` columns with nothing in them, and whether they join the table.

        In a form they stand right of all that is drawn there.
        """
        if self.table is not None:
            right = self.table.ref.right
            wanted = set(range(right + 1, right + 1 + count))
            if right >= self.survey.right or not wanted & self._source.filled_columns(header_row):
                return right + 1, True
        if self.survey.has_footer:
            return self._source.drawn_right() + 1, False
        return max(self._source.filled_columns(1), default=0) + 1, False

    def _needing_width(self, missing: Sequence[Column]) -> list[Column]:
        """Those that are new; in a sheet that gets its first row, also those whose values would show as ###."""
        is_first = any(column.part is Part.ID for column in missing)
        return [c for c in self._columns if c in missing or (is_first and c.kind in _NEVER_CUT)]

    def _put_in_header(self, cells: Mapping[int, bytes]) -> None:
        top = self.survey.top
        assert self.survey.header is not None
        if top and top[-1].number == self.survey.header.row:
            top[-1] = changed_row(self.survey.grammar, top[-1], cells)
        else:
            top.append(new_row(self.survey.grammar, self.survey.header.row, cells, None))
        for place in cells:
            self.survey.take_column(place)

    # ------------------------------------------------------------ rows

    def _pass_tall_header(self) -> None:
        """A header of cells merged over several rows reaches down to the last of these."""
        survey = self.survey
        assert survey.header is not None
        row = survey.header.row
        most = row + MOST_HEADER_ROWS - 1
        merged = (area for area in self._surroundings.merged() if area.top <= row < area.bottom <= most)
        lowest = max((area.bottom for area in merged if set(area.columns) & set(self._places.values())), default=row)
        if survey.last_row < lowest:
            self.new_rows = [each for each in survey.window if each.number <= lowest]
            survey.window = [each for each in survey.window if each.number > lowest]
            survey.last_row = lowest

    def _scope(self, first: int, last: int) -> Area:
        """Where the new rows need room: the table's columns, or ours."""
        places = self.table.ref.columns if self.table is not None else [self._places[c.key] for c in self._columns]
        return Area(min(places), first, max(places), last)

    def _write(self, rows: Sequence[Mapping[str, Entry]], first: int) -> None:
        survey = self.survey
        ours = {self._places[column.key] for column in self._columns}
        shared = self._source.shared_formulas
        known_columns = self._surroundings.columns()
        filler = FillDown(survey, self.table, self.styles, known_columns, ours, shared)
        prepared = {row.number: row for row in survey.window}
        for number, entries in enumerate(rows, first):
            known = prepared.pop(number, None)
            bases = filler.bases(known)
            cells = filler.cells(number, known)
            for column in self._columns:
                if column.key in entries:
                    place = self._places[column.key]
                    cells[place] = self._cell(number, place, bases(place), column, entries[column.key])
            height = self._height(number, entries, known_columns)
            filled = {place: cell for place, cell in cells.items() if cell}
            if known is not None:
                row = changed_row(survey.grammar, known, filled, height)
                self.new_rows.append(Freshening(survey.grammar, {number: lambda each: each}).row(row))
            else:
                self.new_rows.append(new_row(survey.grammar, number, filled, height))
            for place in filled:
                survey.take_column(place)
        survey.window = [row for row in survey.window if row.number in prepared]
        survey.recent = [*survey.recent, *self.new_rows[-len(rows) :]][-3:]

    def _cell(self, row: int, place: int, base: int, column: Column, entry: Entry) -> bytes:
        style = self.styles.for_entry(base, entry, wraps=_wraps(column, entry))
        return entry_cell(self._prefix, row, place, style, entry, is_1904=self._standing.is_1904)

    def _height(self, row: int, entries: Mapping[str, Entry], known: Sequence[ColumnRange]) -> int | None:
        """Excel fits rows to wrapped text by itself; not every program does. None: one line."""
        lines, points = 1, LINE_POINTS
        for column in self._columns:
            entry = entries.get(column.key)
            if entry is not None and _wraps(column, entry):
                width = self._width(row, self._places[column.key], known)
                lines = max(lines, lines_taken(str(entry.value), width))
                points = max(points, line_points(str(entry.value)))
        return points * min(lines, _MOST_LINES) if lines > 1 else None

    def _width(self, row: int, place: int, known: Sequence[ColumnRange]) -> float:
        """Of the cell, with those that are merged with it."""
        merged = (each for each in self._surroundings.merged() if each.top <= row <= each.bottom)
        places = next((each.columns for each in merged if each.left == place), (place,))
        return sum(next((each.width for each in known if each.holds(p) and each.width), MIN_WIDTH) for p in places)

    def _grow(self, first: int, last: int, shift: int, scope: Area) -> None:
        survey = self.survey
        ends = {first - 1}
        if self.table is not None:
            ends.add(self.table.data_bottom)
            bottom = max(self.table.ref.bottom + shift, last)
            self._grow_table(self.table.ref.grown(bottom), ())
        assert survey.header is not None
        area = Area(scope.left, survey.header.row, scope.right, max(ends))
        self.growth = Growth(sheet=self._standing.name.casefold(), ends=frozenset(ends), bottom=last, scope=area)
        passed = replace(
            self.growth, ends=self.growth.ends | set(range(first, last))
        )  # a form's sum may end among them
        survey.top = grown_sums(survey.grammar, survey.top, passed)
        survey.window = grown_sums(survey.grammar, survey.window, passed)
        survey.last_row = last
        survey.bottom = max(survey.bottom, last, survey.window[-1].number if survey.window else 0)
        if self.growth.ends & self._standing.ends.close:
            head, close = self._surroundings.head, self._surroundings.close
            self._surroundings = Surroundings(head, grown_close(head, close, self.growth))

    def _grow_table(self, ref: Area, further: Sequence[str]) -> None:
        assert self.table is not None
        data = self.parts.get(self.table.part) or self._source.content(self.table.part)
        grown = grown_table(data, ref, self.table.totals_rows, further)
        if grown != data:
            self.parts[self.table.part] = grown
        self.table = replace(self.table, ref=ref, formulas=(*self.table.formulas, *("" for _ in further)))

    def _finish(self) -> None:
        """The sheet's size is told, and head and close are what they are now."""
        survey = self.survey
        size = Area(survey.left or 1, survey.first or 1, survey.right or 1, survey.bottom or 1)
        self._surroundings = self._surroundings.with_dimension(size)
        survey.head, survey.close = self._surroundings.head, self._surroundings.close

    # ------------------------------------------------------------ changes of cells

    def _amended(self, row: SheetRow) -> SheetRow:
        return self.amended[row.number](row) if row.number in self.amended else row

    def _amendment(self, entries: Mapping[str, Entry]) -> Callable[[SheetRow], SheetRow]:
        def amend(row: SheetRow) -> SheetRow:
            styles = {cell.column: cell.style for cell in self.survey.grammar.cells(row)}
            columns = self._surroundings.columns()
            cells: dict[int, bytes] = {}
            for column in self._columns:
                if column.key in entries:
                    place = self._places[column.key]
                    usual = next((each.style for each in columns if each.holds(place)), 0)
                    base = styles.get(place, usual)
                    cells[place] = self._cell(row.number, place, base, column, entries[column.key])
            return changed_row(self.survey.grammar, row, cells, self._height(row.number, entries, columns))

        return amend

    @property
    def _prefix(self) -> bytes:
        return self.survey.grammar.prefix


def _wraps(column: Column, entry: Entry) -> bool:
    return isinstance(entry.value, str) and column.part in (Part.FIELD, Part.CHECK, Part.FOLDER)
