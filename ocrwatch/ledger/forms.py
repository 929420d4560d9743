"""Forms: sheets that somebody prepared, with a footer below the rows that are to be filled.

    Travel expenses                  title
    No. │ Date │ Place │ Amount      header
      1 │ …    │ …     │ …           filled rows
      2 │      │       │             prepared rows: no column of ours holds a value; they may hold something else
    Total              │ =SUM(…)     footer
    Signature: ______

A stray note below the rows of a ledger is no footer: rows go on below it. A footer is the first row with content below
the last one that carries an id, of which one of these is true:

  1. A formula in it refers to several rows above it, and the rows beside it do not repeat that formula.
  2. A cell of it is a word for a total and no more ("合计", "Total:") or a place to sign ("审批人：____"), and most of
     our columns are empty in it.
  3. The rows from the header down are drawn (cells of ours with border lines), and it stands at most five rows below
     the last of them, or among them with cells merged otherwise than theirs; most of our columns are empty in it, and
     not all of it stands right of them.

Where there is no footer, rows at the end are prepared when they hold formulas and running numbers alone, none of them
in a column of ours.

Only sheets of at most about a megabyte are looked at so.

Pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property

from ocrwatch.ledger.grammar import Cell, Grammar, SheetRow
from ocrwatch.ledger.references import Area, moved, named_areas, reach

_NEAR_ROWS = 5
_TOTAL = re.compile(
    r"(?:合计|总计|共计|小计|总额|大写|人民币)[^0-9]{0,20}"
    r"|(?:(?:grand|sub|net)-?)?totals?(?:amount|costs?|expenses?|due|reimbursement|claimed|payable)?(?:[:(].*)?"
    r"|(?:sum|summe|gesamt|gesamtbetrag)(?:[:(].*)?"
)
_PLACE_TO_SIGN = re.compile(
    r"[^:_]{0,12}(?:签字|签名|签章|盖章|(?:经办|经手|审批|审核|复核|批准|报销|领款|填表|制表|负责|出差)人?)(?:\([^)]*\))?[:_].*"
    r"|[^:_]{0,20}(?:signature|signed|(?:approved|prepared|checked|reviewed|authori[sz]ed|submitted)by)[^:_]{0,20}[:_].*"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Where rows end: `last_row` is the last one with a value, `prepared_ends` and `has_footer` are as in `Survey`."""

    last_row: int
    prepared_ends: int
    has_footer: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What is looked at: all rows below the header, which ends in `header_row`; `merged` cells; the columns of our
    `fields` and of the `ids` (0: there is none). With `table`, its rows alone matter."""

    grammar: Grammar
    rows: Sequence[SheetRow]
    header_row: int
    merged: Sequence[Area]
    fields: AbstractSet[int]
    ids: int
    table: Area | None = None


@dataclass(frozen=True, slots=True)
class _Filled:
    """A row with content, and that."""

    number: int
    cells: Mapping[int, Cell]


Texts = Callable[[Sequence[Cell]], list[str]]
"""What stands in cells with texts."""


def rows_of(sheet: Sheet, texts: Texts, is_drawn: Callable[[int], bool]) -> Rows:
    """Where the rows of `sheet` end; `is_drawn` tells whether a format has border lines."""
    filled, floor = _below_ids(sheet)
    if sheet.table is None and sheet.fields:
        found = _Footers(sheet, filled, texts, is_drawn).ends()
        if found:
            values = [row.number for row in filled if row.number <= found and not _is_prepared(sheet, row)]
            return Rows(last_row=max([floor.number, *values]), prepared_ends=found, has_footer=True)
    last = filled[-1].number if filled else floor.number
    trailing = _trailing(sheet, filled, floor)
    return Rows(last_row=last - trailing, prepared_ends=last if trailing else 0, has_footer=False)


def _below_ids(sheet: Sheet) -> tuple[list[_Filled], _Filled]:
    """The rows with content below the last one with an id, and that one; the header's row where there is none."""
    found: list[_Filled] = []
    for row in reversed(sheet.rows):
        if sheet.table is not None and row.number > sheet.table.bottom:
            continue
        cells = {
            cell.column: cell
            for cell in sheet.grammar.cells(row)
            if sheet.grammar.has_content(cell) and (sheet.table is None or cell.column in sheet.table.columns)
        }
        if sheet.ids in cells:
            return found[::-1], _Filled(row.number, cells)
        if cells:
            found.append(_Filled(row.number, cells))
    return found[::-1], _Filled(sheet.header_row, {})


def _is_prepared(sheet: Sheet, row: _Filled) -> bool:
    """No column of ours holds a value; a formula that looks at its own row alone is the form's."""
    return not any(
        column in sheet.fields and not _is_own(_formula(sheet, cell), row.number) for column, cell in row.cells.items()
    )


def _formula(sheet: Sheet, cell: Cell) -> str | None:
    """The cell's formula; "" for one that it shares with a cell above it."""
    formula = sheet.grammar.formula_of(cell)
    return None if formula is None else formula.text


def _is_own(formula: str | None, row: int) -> bool:
    return formula is not None and (not formula or reach(formula).confined_to(row))


# ---------------------------------------------------------------- a footer


class _Footers:
    """Looks for the footer among `filled` rows."""

    def __init__(self, sheet: Sheet, filled: Sequence[_Filled], texts: Texts, is_drawn: Callable[[int], bool]) -> None:
        self._sheet = sheet
        self._filled = filled
        self._by_number = {row.number: row for row in filled}
        self._sparse = [row for row in filled if self._is_sparse(row)]
        self._worded = self._worded_as_footers(texts)
        self._is_drawn = is_drawn

    def ends(self) -> int:
        """The last row above the footer; 0: there is none."""
        for row in self._filled:
            if row.number in self._worded or self._sums(row):
                return row.number - 1
            if row in self._sparse and (last := self._below_drawn(row)):
                return last
        return 0

    def _is_sparse(self, row: _Filled) -> bool:
        """Most of our columns are empty in it."""
        fields = self._sheet.fields
        return len(fields & row.cells.keys()) <= max(1, len(fields) // 2)

    def _worded_as_footers(self, texts: Texts) -> set[int]:
        grammar = self._sheet.grammar
        cells = [
            (row.number, cell)
            for row in self._sparse
            for cell in row.cells.values()
            if cell.kind in ("s", "inlineStr", "str") and grammar.formula_of(cell) is None
        ]
        shown = texts([cell for _, cell in cells])
        return {
            number for (number, _), text in zip(cells, shown, strict=True) if is_total(text) or is_place_to_sign(text)
        }

    def _sums(self, row: _Filled) -> bool:
        for column, cell in row.cells.items():
            formula = _formula(self._sheet, cell)
            if formula and self._reaches_up(formula, row.number) and not self._is_repeated(formula, column, row.number):
                return True
        return False

    def _reaches_up(self, formula: str, number: int) -> bool:
        above = self._sheet.header_row
        return any(not sheet and above <= where.top < where.bottom < number for sheet, where in named_areas(formula))

    def _is_repeated(self, formula: str, column: int, number: int) -> bool:
        for step in (-1, 1):
            other = self._by_number.get(number + step)
            if other is not None and column in other.cells:
                text = _formula(self._sheet, other.cells[column])
                if text == "" or (text is not None and moved(formula, step) == text):
                    return True
        return False

    def _below_drawn(self, row: _Filled) -> int:
        """The last row above it, where its place and its merged cells tell that it is the footer; else 0."""
        last = self._last_drawn
        is_beside = min(row.cells) > max(self._sheet.fields)
        if last < self._sheet.header_row + 2 or is_beside:
            return 0
        if last < row.number <= last + _NEAR_ROWS:
            return last
        is_merged = row.number <= last and self._spans(row.number) - self._spans(self._sheet.header_row + 1)
        return row.number - 1 if is_merged else 0

    @cached_property
    def _last_drawn(self) -> int:
        """The last of the rows from the header down in which most of our columns have lines; rows that were inserted
        between them may have none."""
        sheet = self._sheet
        last = sheet.header_row
        for row in sheet.rows:
            if row.number > last + _NEAR_ROWS:
                break
            drawn = sum(c.column in sheet.fields and self._is_drawn(c.style) for c in sheet.grammar.cells(row))
            last = row.number if 2 * drawn >= len(sheet.fields) else last
        return last

    def _spans(self, number: int) -> set[tuple[int, int]]:
        """The columns, from and to, of cells that are merged in the row and hide a column of ours."""
        return {
            (each.left, each.right)
            for each in self._sheet.merged
            if each.top <= number <= each.bottom and len(self._sheet.fields & set(each.columns)) > 1
        }


def is_total(text: str) -> bool:
    """Whether `text` is a word for a total and no more."""
    return _TOTAL.fullmatch(_plain(text)) is not None


def is_place_to_sign(text: str) -> bool:
    """Whether `text` tells who is to sign, with a colon or a line to sign on."""
    return _PLACE_TO_SIGN.fullmatch(_plain(text)) is not None


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


# ---------------------------------------------------------------- prepared rows without a footer


def _trailing(sheet: Sheet, filled: Sequence[_Filled], floor: _Filled) -> int:
    """How many rows at the end are prepared: one below the other, right below what is filled."""
    known = [floor, *filled]
    count = 0
    while count < len(filled):
        above, row = known[-2 - count], known[-1 - count]
        if row.number != above.number + 1 or not _is_running(sheet, row, above):
            break
        count += 1
    return count


def _is_running(sheet: Sheet, row: _Filled, above: _Filled) -> bool:
    """Formulas and running numbers alone, none of them in a column of ours."""
    if sheet.fields & row.cells.keys():
        return False
    return all(
        sheet.grammar.formula_of(cell) is not None or _is_next(sheet.grammar, cell, above.cells.get(column))
        for column, cell in row.cells.items()
    )


def _is_next(grammar: Grammar, cell: Cell, above: Cell | None) -> bool:
    """The number after the one above; the first of all is 1."""
    try:
        before = int(grammar.raw_value(above)) if above is not None and above.kind == "n" else 0
        return cell.kind == "n" and int(grammar.raw_value(cell)) == before + 1
    except ValueError:
        return False
