"""A ledger as CSV text: what a row says, and how a program that opens it does not take it for a formula.

Rules
  1. UTF-8 with a byte order mark, so that Excel reads Chinese; whatever separates the fields of a file that is there
     (a comma, a semicolon, a tab) is kept.
  2. Text that a spreadsheet would calculate begins with an apostrophe; a number is a number.
  3. An amount has two columns: the exact number, and its currency.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from pathlib import PurePath

from ocrwatch.document import Amount, Cell, Row, Value
from ocrwatch.ledger.header import Header, find_header
from ocrwatch.ledger.layout import OF_READING, Column, Part, heading_key
from ocrwatch.ledger.links import display_name, link_target
from ocrwatch.ports import Change, Render

MARK = "\ufeff"

_CALCULATED = ("=", "+", "-", "@", "\t", "\r")
_DELIMITERS = (",", ";", "\t")
_UNFIT = re.compile("[\0\ud800-\udfff]")

csv.field_size_limit(64 * 1024 * 1024)  # what can be written must be read again


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A file's records, those above the header too. `header` is None in a file without one."""

    records: list[list[str]]
    delimiter: str
    header: Header | None


def table(text: str, columns: Sequence[Column]) -> Table:
    """The records of `text`, separated by what gives the most of `columns`. Raises `csv.Error`."""
    found = []
    trouble = csv.Error()
    for delimiter in _DELIMITERS:
        try:
            records = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
        except csv.Error as error:
            trouble = error
        else:
            found.append(Table(records=records, delimiter=delimiter, header=find_header(records, columns)))
    if not found:
        raise trouble
    return max(found, key=lambda each: len(each.header.places) if each.header else 0)


def written(records: Sequence[Sequence[str]], delimiter: str) -> str:
    """The text of `records`."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n").writerows(records)
    return buffer.getvalue()


def with_currencies(columns: Sequence[Column]) -> tuple[Column, ...]:
    """`columns`, with one for the currency behind each that holds amounts."""
    keys = {column.key for column in columns}
    found: list[Column] = []
    for column in columns:
        found.append(column)
        currency = Column(header=currency_heading(column.header))
        if column.part is Part.FIELD and column.kind == "amount" and currency.key not in keys:
            found.append(currency)
    return tuple(found)


def currency_heading(heading: str) -> str:
    """The heading over the currencies of the amounts under `heading`."""
    return f"{heading} (currency)"


def cell_texts(cells: Sequence[Cell]) -> dict[str, str]:
    """What `cells` put into their columns, by key."""
    found: dict[str, str] = {}
    for cell in cells:
        found[heading_key(cell.name)] = value_text(cell.value)
        if isinstance(cell.value, Amount):
            found[heading_key(currency_heading(cell.name))] = cell.value.currency
    return found


def row_texts(
    row: Row, columns: Sequence[Column], *, folder: PurePath, zone: tzinfo | None, render: Render
) -> dict[str, str]:
    """What `row` puts into each column, by key."""
    ours = [column for column in columns if column.part is not Part.FIELD]
    return cell_texts(row.cells) | {column.key: _own(row, column.part, folder, zone, render) for column in ours}


def change_texts(change: Change, columns: Sequence[Column], *, folder: PurePath, render: Render) -> dict[str, str]:
    """What `change` puts into the columns that it changes, by key."""
    found = cell_texts(change.cells)
    if (row := change.reading) is not None:
        found |= {c.key: _own(row, c.part, folder, None, render) for c in columns if c.part in OF_READING}
    if (file := change.file) is not None:
        found |= {column.key: _way(file, folder) for column in columns if column.part is Part.FILE}
    return found


def value_text(value: Value) -> str:
    """`value`, exact."""
    match value:
        case None:
            return ""
        case Amount(number=number):
            return f"{number:f}"
        case datetime():
            return value.isoformat(" ", "seconds" if value.second else "minutes")
        case date():
            return value.isoformat()
        case int():
            return str(value)
        case str():
            return guarded(value)


def guarded(text: str) -> str:
    """`text`, so that no spreadsheet calculates it, without what no file can hold."""
    text = _UNFIT.sub("\ufffd", text)
    return f"'{text}" if _would_be_calculated(text) else text


def unguarded(text: str) -> str:
    """The text that `guarded` was given."""
    return text[1:] if text.startswith("'") and _would_be_calculated(text) else text


def merged(record: Sequence[str], texts: Mapping[str, str], places: Mapping[str, int], width: int) -> list[str]:
    """`record` with `texts` in their places."""
    cells = [*record, *([""] * (width - len(record)))]
    for key, text in texts.items():
        if key in places:
            cells[places[key] - 1] = text
    return cells


def _would_be_calculated(text: str) -> bool:
    return text.lstrip(" '").startswith(_CALCULATED)


def _own(row: Row, part: Part, folder: PurePath, zone: tzinfo | None, render: Render) -> str:
    match part:
        case Part.CHECK:
            return guarded("; ".join(map(render, row.check)))
        case Part.FILE:
            return "" if row.file is None else _way(row.file, folder)
        case Part.RECEIVED:
            return f"{row.received.astimezone(zone):%Y-%m-%d %H:%M}"
        case Part.PAGES:
            return guarded(row.pages)
        case Part.ENGINE:
            return guarded(row.engine)
        case Part.FOLDER:
            return guarded(row.folder)
        case _:
            return row.id


def _way(file: PurePath, folder: PurePath) -> str:
    try:
        return guarded(link_target(file, folder))
    except ValueError:
        return guarded(display_name(file))
