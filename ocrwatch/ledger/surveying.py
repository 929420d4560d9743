"""A worksheet is looked through: one pass makes its `Survey`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from ocrwatch.ledger.body_packing import BodyPacker
from ocrwatch.ledger.dressing import Surroundings
from ocrwatch.ledger.forms import Sheet, rows_of
from ocrwatch.ledger.grammar import Cell, Grammar, SheetRow
from ocrwatch.ledger.header import SEARCH_ROWS, Header, find_header, whole_header
from ocrwatch.ledger.layout import Column, Part
from ocrwatch.ledger.references import MAX_COLUMNS, Area
from ocrwatch.ledger.sheet_stream import Batch, SheetStream
from ocrwatch.ledger.survey import WINDOW_ROWS, Survey
from ocrwatch.ledger.survey_rows import RowTaker, Texts

Scope = Callable[[Header], Area | None]
"""The table of a header: its columns, from the header down to its last row of data; None: all columns, without end."""


def surveyed(
    pieces: Iterator[bytes],
    columns: Sequence[Column],
    texts: Texts,
    scope: Scope,
    *,
    is_drawn: Callable[[int], bool] = lambda _: False,
    window_rows: int = WINDOW_ROWS,
    packer: BodyPacker | None = None,
) -> Survey:
    """The survey of the worksheet whose XML comes in `pieces`; `packer` packs the body meanwhile.

    `is_drawn` tells whether a format has border lines. Raises `BadPackage`.
    """
    stream = SheetStream(pieces)
    grammar = stream.grammar
    survey = Survey(head=stream.head, grammar=grammar)
    batches = stream.batches()
    first, batch = first_rows(batches, grammar)
    following = next(batches, None)
    values = dict(enumerate(row_texts([row for _, row in first], grammar, texts), 1))
    survey.header = find_header(values.values(), columns)
    area = scope(survey.header) if survey.header else None
    if survey.header and following is None:  # it is small, and all of it is here
        merged = Surroundings(stream.head, stream.close).merged()
        survey.header = whole_header(survey.header, values, merged)
        area = _with_prepared_rows(survey, columns, [row for _, row in first], merged, texts, is_drawn, area)
    place = _begun(survey, first)
    key = next(column.key for column in columns if column.part is Part.ID)
    rows = RowTaker(survey, area, survey.header.places.get(key) if survey.header else None, window_rows)
    number = survey.last_row
    if packer is not None:
        packer.begin(grammar, number)
    rows.packer = packer
    before = rows.take(batch.cut(place, len(batch)), place, number)
    place = len(batch)
    rest = chain((following,) if following is not None else (), batches)
    del first, values, following  # a large sheet is never here as a whole
    for batch in rest:
        before = rows.take(batch, place, before)
        place += len(batch)
    rows.resolve(texts)
    survey.close = stream.close
    return survey


def _begun(survey: Survey, first: Sequence[tuple[int, SheetRow]]) -> int:
    """The survey with all down to its header; where that ends."""
    number = survey.header.row if survey.header else 0
    survey.last_row = survey.bottom = number
    top = [(start, row) for start, row in first if row.number <= number]
    survey.top = [row for _, row in top]
    begun = top[-1][0] + len(top[-1][1].data) if top else 0
    survey.body_begins = survey.body_ends = survey.window_ends = begun
    for row in survey.top:
        for cell in survey.grammar.cells(row):
            survey.take_column(cell.column)
    survey.first = top[0][1].number if top else 0
    return begun


def _with_prepared_rows(
    survey: Survey,
    columns: Sequence[Column],
    rows: Sequence[SheetRow],
    merged: Sequence[Area],
    texts: Texts,
    is_drawn: Callable[[int], bool],
    table: Area | None,
) -> Area | None:
    """Where content ends that is not prepared for ours, told in `survey` too; `table` where nothing is prepared."""
    grammar, header = survey.grammar, survey.header
    assert header is not None
    places = {each.part: header.places.get(each.key, 0) for each in columns}
    found = rows_of(
        Sheet(
            grammar=grammar,
            rows=[row for row in rows if row.number > header.row],
            header_row=header.row,
            merged=merged,
            fields={header.places[c.key] for c in columns if c.part is Part.FIELD and c.key in header.places},
            ids=places[Part.ID],
            table=table,
        ),
        lambda cells: _texts_of(cells, grammar, texts),
        is_drawn,
    )
    survey.prepared_ends, survey.has_footer = found.prepared_ends, found.has_footer
    if not found.prepared_ends:
        return table
    return (table or Area(1, header.row, MAX_COLUMNS, 0)).grown(found.last_row)


def first_rows(batches: Iterator[Batch], grammar: Grammar) -> tuple[list[tuple[int, SheetRow]], Batch]:
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


def row_texts(rows: Sequence[SheetRow], grammar: Grammar, texts: Texts) -> Iterator[list[object]]:
    """The texts of the rows in which the header may stand, row by row from 1."""
    rows = [row for row in rows if row.number <= SEARCH_ROWS]
    cells = {
        row.number: [
            cell for cell in grammar.cells(row) if cell.kind in ("s", "inlineStr", "str") and grammar.has_content(cell)
        ]
        for row in rows
    }
    shown = iter(_texts_of([cell for each in cells.values() for cell in each], grammar, texts))
    for number in range(1, rows[-1].number + 1 if rows else 1):
        values: list[object] = []
        for cell in cells.get(number, ()):
            values += [None] * (cell.column - 1 - len(values))
            values.append(next(shown))
        yield values


def _texts_of(cells: Sequence[Cell], grammar: Grammar, texts: Texts) -> list[str]:
    """What stands in cells that hold text."""
    raw = [(cell.kind, grammar.raw_value(cell)) for cell in cells]
    numbers = sorted({int(value) for kind, value in raw if kind == "s"})
    shared = dict(zip(numbers, texts(numbers), strict=True))
    return [shared[int(value)] if kind == "s" else value for kind, value in raw]
