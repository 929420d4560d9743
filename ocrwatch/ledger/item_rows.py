"""The rows of items, as parts of a save: added with their document's row, or brought to what another reading gave.

Rules
  1. An id that the sheet holds has its items: nothing is added to it, so nothing is doubled and nothing deleted comes
     back.
  2. Another reading's items take the rows of the earlier ones, from the top down. Items that are more go to the end;
     a row too many keeps its id and nothing else: rows are never taken out of a sheet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from ocrwatch.document import Cell, Items
from ocrwatch.ledger.edition import Edition
from ocrwatch.ledger.formats import Entry
from ocrwatch.ledger.items import ItemsSheet, fields_of
from ocrwatch.ledger.relay import Leg
from ocrwatch.ledger.standing import Standing

Lines = Sequence[Sequence[Cell]]

ItemsById = Mapping[str, Sequence[Items]]
"""Tables by the ids of the rows that have them."""

SheetOf = Callable[[str], ItemsSheet]
"""The sheet of a table, by the table's name."""

KnownOf = Callable[[str], Standing | None]
"""How a sheet stands in the file that is being changed, if that is known, by its name."""


def legs_adding(items: ItemsById, sheet_of: SheetOf, known_of: KnownOf) -> list[Leg]:
    """The items of new rows, as parts of their save."""
    return [_adding(sheet, lines, known_of(sheet.sheet)) for sheet, lines in _by_sheet(items, sheet_of)]


def legs_amending(items: ItemsById, sheet_of: SheetOf, known_of: KnownOf) -> list[Leg]:
    """Items in the place of earlier ones, as parts of a save."""
    sheets = _by_sheet(items, sheet_of)
    return [leg for sheet, lines in sheets for leg in _amending(sheet, lines, known_of(sheet.sheet))]


def _by_sheet(items: ItemsById, sheet_of: SheetOf) -> list[tuple[ItemsSheet, dict[str, Lines]]]:
    """The lines of each table, by the ids of the rows that have it."""
    return [
        (
            sheet_of(field),
            {row_id: each.lines for row_id, tables in items.items() for each in tables if each.name == field},
        )
        for field in fields_of(each for tables in items.values() for each in tables)
    ]


def _adding(sheet: ItemsSheet, items: Mapping[str, Lines], known: Standing | None) -> Leg:
    """The items of new rows, by the rows' ids."""

    def add(edition: Edition) -> bool:
        there = edition.standing
        return _append(edition, sheet, {
            row_id: lines for row_id, lines in items.items() if there is None or not there.count_of(row_id)
        })  # fmt: skip

    return Leg(sheet=sheet.sheet, columns=sheet.columns, change=add, known=known, packs=True)


def _amending(sheet: ItemsSheet, items: Mapping[str, Lines], known: Standing | None) -> tuple[Leg, Leg]:
    """The items of rows that are there, by the rows' ids: first those that have rows, then those that need more."""

    def amend(edition: Edition) -> bool:
        there = edition.standing
        if there is None:
            return False
        further = sheet.further(_all(items))
        changes: dict[int, Mapping[str, Entry]] = {}
        for row_id, lines in items.items():
            for number, row in enumerate(there.rows_of(row_id)):
                is_one = number < len(lines)
                changes[row] = sheet.entered(lines[number], row_id, further) if is_one else sheet.emptied()
        if changes:
            edition.amend(there.name, changes, further)
        return bool(changes)

    def go_on(edition: Edition) -> bool:
        there = edition.standing
        return _append(edition, sheet, {
            row_id: lines[there.count_of(row_id) if there is not None else 0 :] for row_id, lines in items.items()
        })  # fmt: skip

    return (
        Leg(sheet=sheet.sheet, columns=sheet.columns, change=amend, known=known),
        Leg(sheet=sheet.sheet, columns=sheet.columns, change=go_on),
    )


def _append(edition: Edition, sheet: ItemsSheet, items: Mapping[str, Lines]) -> bool:
    further = sheet.further(_all(items))
    rows = [(row_id, sheet.entered(line, row_id, further)) for row_id, lines in items.items() for line in lines]
    if rows:
        edition.append_all(rows, further)
    return bool(rows)


def _all(items: Mapping[str, Lines]) -> Iterator[Sequence[Cell]]:
    return (line for lines in items.values() for line in lines)
