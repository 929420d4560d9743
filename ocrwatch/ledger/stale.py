"""No stale totals: the cached values of formulas that reach our rows are taken away.

Programs that trust caches (LibreOffice, pandas, previews) would show what was true before our rows came. A cell whose
formula has no value beside it is calculated by all that calculate, and is empty for the others.

    which sheets       those whose formulas reach ours: by its name, by its tables, by named ranges that do, through
                       each other; when in doubt (INDIRECT, OFFSET, ranges over several sheets) they do
    which formulas     on those sheets, all that are not confined to their own row, and the others of the same row with
                       them; constants such as the links to scans keep theirs

Everything else of a sheet stays as it is, byte for byte.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from ocrwatch.ledger.grammar import Cell, Formula, Grammar, SheetRow, shadow_of
from ocrwatch.ledger.links import cached_text
from ocrwatch.ledger.markup import unescaped
from ocrwatch.ledger.references import Area, Reach, area, reach
from ocrwatch.ledger.sheet_stream import Batch, SheetStream

_TYPE = re.compile(rb"""\st\s*=\s*(?:"\w+"|'\w+')""")
_CONSTANT = Reach()
_ANYTHING = Reach(unfathomed=True)
_OWN_ROW = Reach(fixed=True)
"""Confined to any row, and no constant."""


@dataclass(frozen=True, slots=True)
class Reached:
    """All that the formulas of one sheet, or one name, refer to."""

    sheets: frozenset[str]
    names: frozenset[str]
    unfathomed: bool

    def touches(self, sheets: set[str], names: set[str]) -> bool:
        return self.unfathomed or not sheets.isdisjoint(self.sheets) or not names.isdisjoint(self.names)


def reached_by(formulas: Iterable[str]) -> Reached:
    """What all of `formulas` refer to together; there may be very many."""
    sheets: set[str] = set()
    names: set[str] = set()
    unfathomed = False
    for each in map(reach, formulas):
        sheets |= each.sheets
        names |= each.names
        unfathomed |= each.unfathomed
    return Reached(frozenset(sheets), frozenset(names), unfathomed)


def formulas_in(pieces: Iterator[bytes]) -> Iterator[str]:
    """The formulas of a worksheet, save links to scans."""
    stream = SheetStream(pieces)
    grammar = stream.grammar
    for batch in stream.batches():
        if grammar.formula_begins in batch.shadow:
            for match in grammar.formula.finditer(batch.shadow):
                text = unescaped(match[2] or b"")
                if text and cached_text(text) is None:
                    yield text


def affected_sheets(
    ours: str, sheets: Mapping[str, Reached], names: Mapping[str, Reached], tables: Mapping[str, Iterable[str]]
) -> set[str]:
    """The sheets that may show a value that depends on the sheet `ours`, with that. `tables`: names by sheet.

    All names are case-folded.
    """
    found, found_names = {ours}, set(tables.get(ours, ()))
    while True:
        new_names = {name for name, its in names.items() if name not in found_names and its.touches(found, found_names)}
        new = {name for name, its in sheets.items() if name not in found and its.touches(found, found_names)}
        if not new and not new_names:
            return found
        found |= new
        found_names |= new_names
        for name in new:
            found_names.update(tables.get(name, ()))


class Freshening:
    """Takes stale values out of the rows of one affected sheet, which must come in their order.

    `amended`: what changes rows, by their numbers; all formulas of these count as stale. The first row comes after the
    row `before`.
    """

    def __init__(
        self, grammar: Grammar, amended: Mapping[int, Callable[[SheetRow], SheetRow]] | None = None, before: int = 0
    ) -> None:
        self._grammar = grammar
        self._amended = amended or {}
        self._shared: dict[str, Reach] = {}
        self._areas: list[Area] = []
        self._before = before
        prefix = re.escape(grammar.prefix)
        quote, text = rb"""(?:"|&quot;)""", rb"""[^"<&]*"""
        link = rb"HYPERLINK\(%s%s%s,%s%s%s\)" % (quote, text, quote, quote, text, quote)
        self._other_formula = re.compile(rb'<%sf(?!(?: aca="\w+")?>%s</)[\s/>]' % (prefix, link))
        """Anything but a link to a scan as programs usually write it."""

    def rows(self, batch: Batch) -> bytes:
        """The rows of `batch` without what is stale; its very bytes where nothing is."""
        data = batch.data
        if not self._has_work(batch):
            return data
        pieces: list[bytes] = []
        place = 0
        for start, row in self._grammar.rows_at(data, batch.shadow, self._before):
            done = self.row(row)
            if done is not row:
                pieces += [data[place:start], done.data]
                place = start + len(row.data)
        return b"".join([*pieces, data[place:]]) if pieces else data

    def row(self, row: SheetRow) -> SheetRow:
        """The row without what is stale; the same object where nothing is."""
        grammar = self._grammar
        self._before = row.number
        if row.number in self._amended:
            row = self._amended[row.number](row)
        areas = [each for each in self._areas if each.top <= row.number <= each.bottom]
        if grammar.formula_begins not in row.data and not areas:
            return row
        cells = grammar.cells(row)
        reaches = {cell: found for cell in cells if (found := self._reach_of(cell, row.number)) is not None}
        stale = row.number in self._amended or any(not each.confined_to(row.number) for each in reaches.values())
        gone = {cell for cell, each in reaches.items() if stale and each != _CONSTANT}
        for cell in gone:
            formula = grammar.formula_of(cell)
            if formula is not None and formula.kind in ("array", "dataTable") and (spread := area(formula.ref)):
                areas.append(spread)
                if spread.bottom > row.number:
                    self._areas.append(spread)
        gone |= {cell for cell in cells if any(cell.column in each.columns for each in areas) and cell not in reaches}
        self._areas = [each for each in self._areas if each.bottom > row.number]
        return self._without_values(row, gone)

    # ------------------------------------------------------------

    def _has_work(self, batch: Batch) -> bool:
        """Also where rows have to be counted, since they do not tell their numbers."""
        return bool(self._areas or self._amended or not batch.is_plain or self._other_formula.search(batch.data))

    def _reach_of(self, cell: Cell, row: int) -> Reach | None:
        """What the cell's formula refers to; None where it has none."""
        formula = self._grammar.formula_of(cell)
        if formula is None:
            return None
        if formula.kind == "dataTable":
            return _ANYTHING
        if formula.kind == "shared":
            return self._shared_reach(formula, row)
        return _CONSTANT if cached_text(formula.text) is not None else reach(formula.text)

    def _shared_reach(self, formula: Formula, row: int) -> Reach:
        """Those that share a formula refer to rows as the first one does, each from its own."""
        if formula.text:
            found = reach(formula.text)
            confined = found.confined_to(row) and not found.fixed
            self._shared[formula.group] = found if found == _CONSTANT else _OWN_ROW if confined else _ANYTHING
        return self._shared.get(formula.group, _ANYTHING)

    def _without_values(self, row: SheetRow, gone: set[Cell]) -> SheetRow:
        data, place = row.data, 0
        pieces: list[bytes] = []
        for cell in sorted(gone, key=lambda each: each.start):
            value = self._grammar.value.search(shadow_of(cell.content)[0])
            if value is None:
                continue
            tag = _TYPE.sub(b"", data[cell.start : cell.inner])
            content = cell.content[: value.start()] + cell.content[value.end() :]
            pieces += [data[place : cell.start], tag, content]
            place = cell.inner_end
        return SheetRow(row.number, b"".join([*pieces, data[place:]])) if pieces else row
