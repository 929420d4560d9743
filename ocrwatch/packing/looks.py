"""What `Ledger.lines` does not tell of a sheet: the texts of its headings, and which currency an amount's cell shows.

What cannot be found here is no trouble: headings are then shown as they are compared, currencies as they were written.

Loads openpyxl: import it late.
"""

from __future__ import annotations

import csv
import warnings
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Protocol
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

from ocrwatch.ledger import csv_text
from ocrwatch.ledger.header import SEARCH_ROWS, Header, find_header
from ocrwatch.ledger.layout import Column, Part, places_of_fields
from ocrwatch.packing.rows import Look
from ocrwatch.packing.selecting import shown_key
from ocrwatch.ports import Shown

_FAULTS = (OSError, ValueError, LookupError, TypeError, AttributeError, BadZipFile, ParseError, csv.Error)

NOTHING = Look(headings={}, formats={})

warnings.filterwarnings("ignore", category=UserWarning, module=r"openpyxl\.")


class _Cell(Protocol):
    """What openpyxl tells of one."""

    @property
    def value(self) -> Shown: ...


def look_of(ledger: Path, sheet: str, columns: Sequence[Column], ids: Collection[str]) -> Look:
    """How the sheet of `ledger` shows the rows `ids`."""
    try:
        if ledger.suffix.lower() == ".csv":
            return _of_csv(ledger, columns)
        return _of_workbook(ledger, sheet, columns, ids)
    except _FAULTS:
        return NOTHING


def together(looks: Sequence[Look]) -> Look:
    """Several workbooks' looks as one."""
    headings: dict[str, str] = {}
    formats: dict[tuple[str, str], str] = {}
    for look in looks:
        headings = {**look.headings, **headings}
        formats.update(look.formats)
    return Look(headings=headings, formats=formats)


def _of_csv(ledger: Path, columns: Sequence[Column]) -> Look:
    table = csv_text.table(ledger.read_text("utf-8-sig"), csv_text.with_currencies(columns))
    if table.header is None:
        return NOTHING
    texts = table.records[table.header.row - 1]
    headings = {key: csv_text.unguarded(texts[place - 1]) for key, place in _places(table.header, columns)}
    return Look(headings=headings, formats={})


def _of_workbook(ledger: Path, sheet: str, columns: Sequence[Column], ids: Collection[str]) -> Look:
    from openpyxl import load_workbook

    with ledger.open("rb") as file:
        book = load_workbook(file, read_only=True, data_only=True)
        try:
            name = next(each for each in book.sheetnames if each.casefold() == sheet.casefold())
            worksheet = book[name]
            if hasattr(worksheet, "reset_dimensions"):
                worksheet.reset_dimensions()  # programs write wrong ones
            rows: Iterator[Sequence[_Cell]] = worksheet.iter_rows()
            first = list(islice(rows, SEARCH_ROWS))
            header = find_header([[cell.value for cell in row] for row in first], columns)
            if header is None:
                return NOTHING
            texts = [cell.value for cell in first[header.row - 1]]
            headings = {key: " ".join(str(texts[place - 1]).split()) for key, place in _places(header, columns)}
            formats = _formats([first[header.row :], rows], header, columns, ids)
            return Look(headings=headings, formats=formats)
        finally:
            book.close()


def _formats(
    parts: Sequence[Iterator[Sequence[_Cell]] | list[Sequence[_Cell]]],
    header: Header,
    columns: Sequence[Column],
    ids: Collection[str],
) -> dict[tuple[str, str], str]:
    amounts = {shown_key(each) for each in columns if each.part is Part.FIELD and each.kind == "amount"}
    places = {key: place - 1 for key, place in _places(header, columns) if key in amounts}
    id_key = next(column.key for column in columns if column.part is Part.ID)
    id_place = header.places.get(id_key, 0) - 1
    if id_place < 0 or not places:
        return {}
    wanted, found = set(ids), {}
    for part in parts:
        for row in part:
            row_id = str(row[id_place].value or "").strip() if id_place < len(row) else ""
            if row_id not in wanted:
                continue
            for key, place in places.items():
                if place < len(row) and row[place].value is not None:
                    found[row_id, key] = str(getattr(row[place], "number_format", ""))
    return found


def _places(header: Header, columns: Sequence[Column]) -> Sequence[tuple[str, int]]:
    """Where each column stands, by the key that `Line.shown` has for it."""
    return tuple(places_of_fields(header.places, columns).items())
