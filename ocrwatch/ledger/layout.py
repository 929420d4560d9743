"""Which columns the ledger has, and what a row puts into them.

    field … field  [Folder]  Check  File  Received  Pages  Engine  Document ID

`Folder` stands only where the inbox is recursive. A column is known by its header's text, wherever the user moved it.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from enum import Enum
from functools import lru_cache
from pathlib import PurePath

from ocrwatch.document import Cell, Row
from ocrwatch.ledger.formats import Entry, display_width, entry, fit_text, shown_width
from ocrwatch.ledger.links import display_name, link_formula
from ocrwatch.messages import message
from ocrwatch.ports import Change, Field, FieldType, Render, cell_fields

MIN_WIDTH = 9
MAX_WIDTH = 42
_HEADER_ROOM = 4
"""Columns that a header's filter button and margins take."""

_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_CHINESE = r"[\u3005\u3007\u3400-\u9fff\uf900-\ufaff]"
_SPACE_FOR_LOOKS = re.compile(f"(?<={_CHINESE}) | (?={_CHINESE})")

_TYPICAL_WIDTHS: dict[FieldType, int] = {"amount": 13, "date": 12, "datetime": 18, "id": 24, "integer": 9, "text": 14}


class Part(Enum):
    """What a column is for; the value is its header, save for fields."""

    FIELD = ""
    FOLDER = "Folder"
    CHECK = "Check"
    FILE = "File"
    RECEIVED = "Received"
    PAGES = "Pages"
    ENGINE = "Engine"
    ID = "Document ID"


OF_READING = (Part.CHECK, Part.PAGES, Part.ENGINE)
"""What becomes another when a scan is read again."""

_WIDTHS = {
    Part.FOLDER: 16,
    Part.CHECK: 36,
    Part.FILE: 26,
    Part.RECEIVED: 18,
    Part.PAGES: 9,
    Part.ENGINE: 20,
    Part.ID: 22,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column; `kind` is the type of its field, `field` that field's name where the heading is another."""

    header: str
    part: Part = Part.FIELD
    kind: FieldType = "text"
    field: str = ""
    is_hidden: bool = False

    @property
    def key(self) -> str:
        """By which it is found."""
        return heading_key(self.header)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a person chose: other `headings` for fields, by their names, and which of our `own` columns there are (None:
    all). The column of ids is always there, hidden where it was not chosen."""

    headings: Mapping[str, str] = field(default_factory=dict)
    own: Collection[str] | None = None


ALL = Choice()


def columns(fields: Sequence[Field], *, folder_column: bool, choice: Choice = ALL) -> tuple[Column, ...]:
    """All columns of the ledger, in the order of a new sheet, no two with one key.

    An own column gives way to a field of the same name: "Pages" is then "Pages (scan)".
    """
    found: dict[str, Column] = {}
    for each in cell_fields(fields):
        heading = choice.headings.get(each.name, each.name)
        name = each.name if heading != each.name else ""
        column = Column(header=header_text(heading), kind=each.type, field=name)
        found.setdefault(column.key, column)
    for part in Part:
        is_chosen = choice.own is None or part.value in choice.own
        if part is Part.FIELD or (part is Part.FOLDER and not folder_column) or not (is_chosen or part is Part.ID):
            continue
        taken = heading_key(part.value) in found
        header = f"{part.value} (scan)" if taken else part.value
        column = Column(header=header, part=part, is_hidden=not is_chosen)
        found[column.key] = column
    return tuple(found.values())


def under_headings(cells: Sequence[Cell], columns: Iterable[Column]) -> tuple[Cell, ...]:
    """`cells`, named as their columns are."""
    headings = {heading_key(column.field): column.header for column in columns if column.field}
    return tuple(Cell(headings.get(heading_key(cell.name), cell.name), cell.value) for cell in cells)


def places_of_fields(places: Mapping[str, int], columns: Iterable[Column]) -> dict[str, int]:
    """`places` by what fields are called, in place of their headings."""
    fields = {column.key: heading_key(column.field) for column in columns if column.field}
    others = {key: place for key, place in places.items() if key not in fields}
    return others | {fields[key]: place for key, place in places.items() if key in fields}


def further_columns(known: Iterable[Column], cells: Iterable[Cell]) -> tuple[Column, ...]:
    """Columns for cells that have none: rows read before the fields were changed lose nothing."""
    found = {column.key: column for column in known}
    before = len(found)
    for cell in cells:
        found.setdefault(heading_key(cell.name), Column(header=header_text(cell.name)))
    return tuple(found.values())[before:]


def header_text(name: str) -> str:
    """`name` on one line, fit for a header cell (255 characters in a table)."""
    return fit_text(" ".join(name.split()))[0][:255]


@lru_cache(maxsize=4096)
def heading_key(text: str) -> str:
    """What two spellings of one header have in common. Beside Chinese characters, space is for looks ("日　期")."""
    shown = _UNSEEN.sub("", unicodedata.normalize("NFKC", text))
    return _SPACE_FOR_LOOKS.sub("", " ".join(shown.split())).casefold()


def entries(
    row: Row, columns: Sequence[Column], *, folder: PurePath, zone: tzinfo | None, render: Render
) -> dict[str, Entry]:
    """What `row` puts into each of `columns`, by key. The workbook lies in `folder`; times are shown in `zone`."""
    kinds = {column.key: column.kind for column in columns}
    found = {heading_key(cell.name): entry(cell.value, kinds.get(heading_key(cell.name), "text")) for cell in row.cells}
    cut = [cell.name for cell in row.cells if found[heading_key(cell.name)].cut]
    for column in columns:
        if column.part is not Part.FIELD:
            found[column.key] = _own(row, column.part, cut, folder=folder, zone=zone, render=render)
    return found


def cell_entries(cells: Sequence[Cell], columns: Sequence[Column]) -> dict[str, Entry]:
    """What `cells` put into their columns, by key."""
    kinds = {column.key: column.kind for column in columns}
    return {heading_key(cell.name): entry(cell.value, kinds.get(heading_key(cell.name), "text")) for cell in cells}


def change_entries(change: Change, columns: Sequence[Column], *, folder: PurePath, render: Render) -> dict[str, Entry]:
    """What `change` puts into the columns that it changes, by key. The workbook lies in `folder`."""
    found = cell_entries(change.cells, columns)
    if change.reading is not None:
        every = entries(change.reading, columns, folder=folder, zone=None, render=render)
        found |= {column.key: every[column.key] for column in columns if column.part in OF_READING}
    if change.file is not None:
        found |= {column.key: _link(change.file, folder) for column in columns if column.part is Part.FILE}
    return found


def column_width(column: Column, filled: Iterable[Mapping[str, Entry]]) -> float:
    """A sensible width for a new column, in characters, by its header and first rows."""
    typical = _WIDTHS.get(column.part, _TYPICAL_WIDTHS[column.kind])
    if column.part is Part.CHECK:
        return typical
    widest = max((shown_width(each[column.key]) for each in filled if column.key in each), default=0)
    if column.part is Part.FILE:
        widest = 0  # the formula is longer than what it shows
    return min(MAX_WIDTH, max(MIN_WIDTH, typical, display_width(column.header) + _HEADER_ROOM, widest + 2))


def _own(row: Row, part: Part, cut: Sequence[str], *, folder: PurePath, zone: tzinfo | None, render: Render) -> Entry:
    match part:
        case Part.CHECK:
            remarks = [*row.check, *(message("{field} was too long for a cell and is cut", field=name) for name in cut)]
            return entry("; ".join(map(render, remarks)))
        case Part.FILE:
            return _link(row.file, folder)
        case Part.RECEIVED:
            return entry(row.received.astimezone(zone).replace(tzinfo=None, second=0, microsecond=0))
        case Part.PAGES:
            is_count = re.fullmatch("[0-9]{1,9}", row.pages) is not None
            return entry(int(row.pages) if is_count else row.pages)
        case Part.ENGINE:
            return entry(row.engine)
        case Part.FOLDER:
            return entry(row.folder)
        case _:
            return entry(row.id, "id")


def _link(file: PurePath | None, folder: PurePath) -> Entry:
    if file is None:
        return Entry(value=None)
    formula = link_formula(file, folder)
    return entry(display_name(file)) if formula is None else Entry(value=formula, formula=True)
