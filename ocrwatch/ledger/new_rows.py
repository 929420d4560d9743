"""The XML of rows: new ones, and rows that are there and get cells."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from ocrwatch.ledger.formats import Entry
from ocrwatch.ledger.grammar import Grammar, SheetRow
from ocrwatch.ledger.links import cached_text
from ocrwatch.ledger.markup import escaped
from ocrwatch.ledger.references import column_letters

_SPANS = re.compile(rb"""\sspans\s*=\s*(?:"[^"]*"|'[^']*')""")
_HEIGHT = re.compile(rb"""\s(?:ht|customHeight)\s*=""")


def entry_cell(prefix: bytes, row: int, column: int, style: int, entry: Entry, *, is_1904: bool) -> bytes:
    """A cell with `entry`; text is always the cell's own."""
    p = prefix
    match entry.value:
        case None:
            return empty_cell(p, row, column, style)
        case str() as text if entry.formula:
            formula = text.removeprefix("=")
            cached = cached_text(formula)
            shown = b"<%sv>%s</%sv>" % (p, escaped(cached), p) if cached is not None else b""
            kind = b' t="str"' if cached is not None else b""
            inner = b"<%sf>%s</%sf>%s" % (p, escaped(formula), p, shown)
            return b"<%sc%s%s>%s</%sc>" % (p, _place(row, column, style), kind, inner, p)
        case str() as text:
            space = b' xml:space="preserve"' if text != text.strip() or "\n" in text or "  " in text else b""
            inner = b"<%sis><%st%s>%s</%st></%sis>" % (p, p, space, escaped(text), p, p)
            return b'<%sc%s t="inlineStr">%s</%sc>' % (p, _place(row, column, style), inner, p)
        case int() | Decimal() as number:
            return _number_cell(p, row, column, style, format(number, "d" if isinstance(number, int) else "f"))
        case date() as day:
            return _number_cell(p, row, column, style, serial_number(day, is_1904=is_1904))


def formula_cell(prefix: bytes, row: int, column: int, style: int, formula: str) -> bytes:
    """A cell with a formula that is not calculated yet."""
    p = prefix
    return b"<%sc%s><%sf>%s</%sf></%sc>" % (p, _place(row, column, style), p, escaped(formula), p, p)


def empty_cell(prefix: bytes, row: int, column: int, style: int) -> bytes:
    """A cell with a format at most."""
    return b"<%sc%s/>" % (prefix, _place(row, column, style)) if style else b""


def serial_number(moment: date, *, is_1904: bool) -> str:
    """Days since the workbook's first one, with the time as their fraction."""
    first = datetime(1904, 1, 1) if is_1904 else datetime(1899, 12, 30)  # noqa: DTZ001 -- cells know no zones
    whole = moment if isinstance(moment, datetime) else datetime(moment.year, moment.month, moment.day)  # noqa: DTZ001
    passed = whole - first
    return repr(passed.days + passed.seconds / 86400) if passed.seconds else str(passed.days)


def new_row(grammar: Grammar, number: int, cells: Mapping[int, bytes], height_points: int | None) -> SheetRow:
    """A row with `cells` by column; an empty one for a column is left out."""
    content = b"".join(cells[column] for column in sorted(cells))
    height = b' ht="%d" customHeight="1"' % height_points if height_points else b""
    data = b'<%srow r="%d"%s>%s</%srow>' % (grammar.prefix, number, height, content, grammar.prefix)
    return SheetRow(number, data)


def changed_row(
    grammar: Grammar, row: SheetRow, cells: Mapping[int, bytes], height_points: int | None = None
) -> SheetRow:
    """`row` with `cells` in the place of its own in those columns; other cells stay as they are."""
    shown = {cell.column: grammar.with_place(row, cell) for cell in grammar.cells(row)}
    shown.update(cells)
    inner, _ = grammar.tag_end(row)
    start = _SPANS.sub(b"", row.data[:inner]).rstrip(b">").rstrip(b"/")  # spans need not be told, but must be right
    if height_points and not _HEIGHT.search(start):
        start += b' ht="%d" customHeight="1"' % height_points
    content = b"".join(shown[column] for column in sorted(shown))
    return SheetRow(row.number, b"%s>%s</%srow>" % (start, content, grammar.prefix))


def _place(row: int, column: int, style: int) -> bytes:
    place = b' r="%s%d"' % (column_letters(column).encode(), row)
    return place + b' s="%d"' % style if style else place


def _number_cell(p: bytes, row: int, column: int, style: int, number: str) -> bytes:
    return b"<%sc%s><%sv>%s</%sv></%sc>" % (p, _place(row, column, style), p, number.encode(), p, p)
