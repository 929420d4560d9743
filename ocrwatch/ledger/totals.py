"""Totals: a table's totals row moves down, and sums above and below the rows go on with them."""

from __future__ import annotations

from collections.abc import Iterable

from ocrwatch.ledger.grammar import Cell, Grammar, SheetRow
from ocrwatch.ledger.growing import Growth
from ocrwatch.ledger.markup import escaped
from ocrwatch.ledger.new_rows import changed_row, new_row
from ocrwatch.ledger.references import Area, column_letters, grown_ranges
from ocrwatch.ledger.stale import Freshening
from ocrwatch.ledger.survey import Survey
from ocrwatch.ledger.tables import TablePart


def moved_totals(survey: Survey, table: TablePart, shift: int, sheet: str) -> list[SheetRow]:
    """The window with the totals row `shift` rows further down; cells beside the table stay in their row.

    Ranges in its formulas that end with the rows of data go on with them. `sheet` is the sheet's case-folded name.
    """
    old, new = table.ref.bottom, table.ref.bottom + shift
    rows = {row.number: row for row in survey.window}
    row = rows.get(old)
    if row is None:
        return survey.window
    grammar = survey.grammar
    cells = [cell for cell in grammar.cells(row) if cell.column in table.ref.columns]
    growth = Growth(
        sheet=sheet,
        ends=frozenset({table.data_bottom, survey.last_row}),
        bottom=table.data_bottom + shift,
        scope=Area(table.ref.left, table.ref.top, table.ref.right, table.data_bottom),
    )
    moved = {cell.column: _moved(grammar, cell, new, growth) for cell in cells}
    rows[old] = changed_row(grammar, row, dict.fromkeys(moved, b""))
    rows[new] = changed_row(grammar, rows[new], moved) if new in rows else new_row(grammar, new, moved, None)
    return [rows[number] for number in sorted(rows)]


def _moved(grammar: Grammar, cell: Cell, number: int, growth: Growth) -> bytes:
    """The cell in row `number`, its value to be calculated anew where it is a formula's."""
    p = grammar.prefix
    style = b' s="%d"' % cell.style if cell.style else b""
    place = b' r="%s%d"' % (column_letters(cell.column).encode(), number)
    formula = grammar.formula_of(cell)
    if formula is not None and formula.text and not formula.kind:
        grown = escaped(_text(formula.text, growth))
        return b"<%sc%s%s><%sf>%s</%sf></%sc>" % (p, place, style, p, grown, p, p)
    kind = b' t="%s"' % cell.kind.encode() if cell.kind != "n" else b""
    return b"<%sc%s%s%s>%s</%sc>" % (p, place, style, kind, cell.content, p)


def grown_sums(grammar: Grammar, rows: Iterable[SheetRow], growth: Growth) -> list[SheetRow]:
    """`rows` that stand above or below those of the ledger, the ranges in their formulas grown."""
    return [_grown(grammar, row, growth) if grammar.formula_begins in row.data else row for row in rows]


def _grown(grammar: Grammar, row: SheetRow, growth: Growth) -> SheetRow:
    """Those that share a formula go on with the first of them."""
    pieces: list[bytes] = []
    place = 0
    for cell in grammar.cells(row):
        formula, match = grammar.formula_of(cell), grammar.formula.search(cell.content)
        if formula is None or match is None or formula.kind not in ("", "shared") or b"<!" in cell.content:
            continue
        text = _text(formula.text, growth)
        if text != formula.text:
            pieces += [row.data[place : cell.inner + match.start(2)], escaped(text)]
            place = cell.inner + match.end(2)
    if not pieces:
        return row
    grown = SheetRow(row.number, b"".join([*pieces, row.data[place:]]))
    return Freshening(grammar, {row.number: lambda each: each}).row(grown)


def _text(formula: str, growth: Growth) -> str:
    return grown_ranges(formula, growth.ends, growth.bottom, growth.scope, growth.sheet)
