"""The rows of a sheet as what their cells show, read in one pass: only a batch of them is in memory at a time.

Most programs write rows and cells in one plain form, which one pattern takes apart many at a time; a row that is
written otherwise is taken cell by cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ocrwatch.ledger.cell_values import CellValues
from ocrwatch.ledger.grammar import Grammar, SheetRow
from ocrwatch.ledger.markup import escaped
from ocrwatch.ledger.references import column_number
from ocrwatch.ledger.sheet_stream import Batch, SheetStream
from ocrwatch.ports import Shown

_PLAIN = (
    rb'<PXrow r="(\d+)"[^>]*>'
    rb'|<PXc r="([A-Z]+)\d+"(?: s="(\d+)")?(?: t="(\w+)")?'
    rb"(?:/>|>(?:<PXf[^>]*>[^<]*</PXf>|<PXf[^>]*/>)?"
    rb"(?:<PXv>([^<]*)</PXv>|<PXv\s*/>|<PXis><PXt[^>]*>([^<]*)</PXt></PXis>)?</PXc>)"
)
"""A row's tag, or a whole cell; `PX` stands for the prefix."""

RowValues = tuple[int, dict[int, Shown]]
"""The number of a row, and what its cells show, by column. Cells without content are left out."""


def row_values(stream: SheetStream, values: CellValues) -> Iterator[RowValues]:
    """The rows of `stream`, in the order in which they stand there. Raises `BadPackage`, ValueError, IndexError."""
    reader = _Reader(stream.grammar, values)
    before = 0
    for batch in stream.batches():
        for row in reader.rows(batch, before):
            before = row[0]
            yield row


class _Reader:
    def __init__(self, grammar: Grammar, values: CellValues) -> None:
        self._grammar = grammar
        self._values = values
        self._pattern = re.compile(_PLAIN.replace(b"PX", re.escape(grammar.prefix)))
        self._tags = grammar.row_begins + b" ", grammar.cell_begins + b" "
        self._columns = _Columns()

    def rows(self, batch: Batch, before: int) -> Iterator[RowValues]:
        """The rows of `batch`; the one before has the number `before`."""
        if batch.is_plain and (found := self._taken_apart(batch.data)) is not None:
            yield from self._plain_rows(found)
            return
        for _, row in self._grammar.rows_at(batch.data, batch.shadow, before):
            found = self._taken_apart(row.data) if batch.is_plain else None
            yield from self._plain_rows(found) if found is not None else ((row.number, self._cells(row)),)

    def _taken_apart(self, data: bytes) -> list[tuple[bytes, ...]] | None:
        """The rows' tags and the cells in `data`; None where some are not plain."""
        found = self._pattern.findall(data)
        return found if len(found) == sum(map(data.count, self._tags)) else None

    def _plain_rows(self, found: list[tuple[bytes, ...]]) -> Iterator[RowValues]:
        number, cells = 0, dict[int, Shown]()
        columns, of = self._columns, self._values.of
        for row, letters, style, kind, value, own in found:
            if value:
                cells[columns[letters]] = of(kind, style, value)
            elif own:
                cells[columns[letters]] = of(b"inlineStr", style, own)
            elif row:
                if number:
                    yield number, cells
                number, cells = int(row), {}
        if number:
            yield number, cells

    def _cells(self, row: SheetRow) -> dict[int, Shown]:
        found: dict[int, Shown] = {}
        for cell in self._grammar.cells(row):
            raw = self._grammar.raw_value(cell)
            if raw:
                found[cell.column] = self._values.of(cell.kind.encode(), str(cell.style).encode(), escaped(raw))
        return found


class _Columns(dict[bytes, int]):
    """The number of each column by its letters."""

    def __missing__(self, letters: bytes) -> int:
        number = self[letters] = column_number(letters.decode())
        return number
