"""A worksheet is looked through: one pass makes its `Survey`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ocrwatch.ledger.body_packing import BodyPacker
from ocrwatch.ledger.grammar import Grammar, SheetRow
from ocrwatch.ledger.header import SEARCH_ROWS, Header, find_header
from ocrwatch.ledger.layout import Column, Part
from ocrwatch.ledger.references import Area
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
    rows = RowTaker(survey, area, survey.header.places.get(key) if survey.header else None, window_rows)
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
