"""The sheets of a ledger's tables: one for each field of type `items`, beside the ledger's own, one row an item.

    Receipts          company │ total │ … │ Check │ File │ … │ Document ID
    Receipts items    name │ quantity │ unit price │ amount │ Document ID

An item's row belongs to the row with its id. The items of a document come with its row, in the same save, and never
again: whatever stands under an id counts as written, and what was deleted stays so.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ocrwatch.document import Cell, Items
from ocrwatch.ledger.formats import Entry
from ocrwatch.ledger.layout import Column, Part, cell_entries, further_columns, header_text, heading_key
from ocrwatch.ports import Field, items_fields

_NAME_UNITS = 31
_FIELD_UNITS = 15
"""So much of a field's name is kept where sheet and field together are too long for a sheet's name."""

_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f]|^'|'$")


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemsSheet:
    """Where the items of the field `field` go, and under which columns."""

    field: str
    sheet: str
    columns: tuple[Column, ...]

    def entered(self, cells: Sequence[Cell], row_id: str, further: Sequence[Column] = ()) -> dict[str, Entry]:
        """What an item puts into the columns, by key."""
        id_column = next(column for column in self.columns if column.part is Part.ID)
        found = cell_entries(cells, (*self.columns, *further))
        return {**found, id_column.key: Entry(value=row_id, number_format="@")}

    def emptied(self) -> dict[str, Entry]:
        """What is left of an item that is none any more: its id."""
        return {column.key: Entry(value=None) for column in self.columns if column.part is Part.FIELD}

    def further(self, lines: Iterable[Sequence[Cell]]) -> tuple[Column, ...]:
        """Columns for cells that have none."""
        return further_columns(self.columns, (cell for line in lines for cell in line))


def items_sheets(sheet: str, fields: Sequence[Field]) -> dict[str, ItemsSheet]:
    """The sheets of all tables among `fields`, by the tables' names; no two have one name."""
    found: dict[str, ItemsSheet] = {}
    taken = {sheet.casefold()}
    for field in items_fields(fields):
        name = _free(sheet_name(sheet, field.name), taken)
        taken.add(name.casefold())
        found[field.name] = ItemsSheet(field=field.name, sheet=name, columns=_columns(field.fields))
    return found


def unknown_sheet(sheet: str, field: str) -> ItemsSheet:
    """Of a table that is none of the ledger's any more: its rows, read before the fields were changed, lose nothing."""
    return ItemsSheet(field=field, sheet=sheet_name(sheet, field), columns=_columns(()))


def sheet_name(sheet: str, field: str) -> str:
    """What the sheet of the table `field` is called, beside the sheet `sheet`."""
    field = " ".join(_NOT_IN_NAMES.sub(" ", field).split()) or "items"
    whole = f"{sheet} {field}"
    if _units(whole) <= _NAME_UNITS:
        return whole
    end = _cut(field, max(_FIELD_UNITS, _NAME_UNITS - 1 - _units(sheet)))
    return f"{_cut(sheet, _NAME_UNITS - 1 - _units(end))} {end}"


def beside(path: Path, field: str) -> Path:
    """The CSV file of the table `field`, beside the one at `path`."""
    name = " ".join(re.sub(r'[<>:"/\\|?*\x00-\x1f]', " ", field).split()).strip(". ") or "items"
    return path.with_name(f"{path.stem} {name}{path.suffix}")


def fields_of(items: Iterable[Items]) -> list[str]:
    """The names of the tables, each once."""
    return list(dict.fromkeys(each.name for each in items))


def _columns(fields: Sequence[Field]) -> tuple[Column, ...]:
    found: Mapping[str, Column] = {
        column.key: column for column in (Column(header=header_text(each.name), kind=each.type) for each in fields)
    }
    taken = heading_key(Part.ID.value) in found
    last = Column(header=f"{Part.ID.value} (scan)" if taken else Part.ID.value, part=Part.ID)
    return (*found.values(), last)


def _free(name: str, taken: set[str]) -> str:
    number, free = 2, name
    while free.casefold() in taken:
        free = f"{_cut(name, _NAME_UNITS - 1 - len(str(number)))} {number}"
        number += 1
    return free


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _cut(text: str, units: int) -> str:
    return text.encode("utf-16-le")[: 2 * max(0, units)].decode("utf-16-le", "ignore").strip(" '")
