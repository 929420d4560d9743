"""The row of a scan that was not read for fields: its text or formula, and what goes beside it.

Rules
  1. What the engine wrote is not judged as a value is: a `?` on a page of text is a question mark.
  2. A text goes into the row and whole into a file; a document only into a file; tables to a sheet of their own, or to
     a file where the ledger has no sheets (the field's type says which).

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

from collections.abc import Iterator

from ocrwatch.checking.table_cells import csv_text, grids
from ocrwatch.document import Beside, Cell, Grid
from ocrwatch.messages import Message, message
from ocrwatch.ports import PAGE_BREAK, PrintedTable, Profile, Reading

_PAGE_BREAKS = {"markdown": "\n\n---\n\n", "latex": "\n\n\\newpage\n\n"}
_SUFFIXES = {"markdown": ".md", "latex": ".tex"}


def task_cells(profile: Profile, reading: Reading) -> tuple[Cell, ...]:
    """The row's cells. The links to files and sheets are none: the ledger makes them."""
    return tuple(
        Cell(field.name, _in_cell(reading.text, profile) or None)
        for field in profile.fields
        if field.type not in ("file", "sheet")
    )


def task_grids(reading: Reading) -> tuple[Grid, ...]:
    """The tables with their cells typed."""
    return grids(reading.tables)


def task_files(profile: Profile, reading: Reading, found: tuple[Grid, ...]) -> tuple[Beside, ...]:
    """What is to lie beside the filed scan."""
    match profile.task:
        case "text" if reading.text:
            return (Beside(suffix=".txt", content=_ended(reading.text)),)
        case "document" if reading.text:
            text = _PAGE_BREAKS[profile.document_format].join(reading.text.split(PAGE_BREAK))
            return (Beside(suffix=_SUFFIXES[profile.document_format], content=_ended(text)),)
        case "table" if found and any(field.type == "file" for field in profile.fields):
            return (Beside(suffix=".csv", content=csv_text(found)),)
        case _:
            return ()


def task_check(reading: Reading) -> Iterator[Message]:
    """What a person should look at."""
    if not reading.text and not any(table.cells for table in reading.tables):
        yield message("Nothing could be read from this scan")
    tables = [table for table in reading.tables if table.cells]
    for number, table in enumerate(tables, 1):
        if table.is_ragged:
            yield _ragged(table, number, len(tables))


def _ragged(table: PrintedTable, number: int, count: int) -> Message:
    if count == 1:
        return message("the rows of the table do not fit together: compare with the scan")
    return message("the rows of table {number} do not fit together: compare with the scan", number=number)


def _in_cell(text: str, profile: Profile) -> str:
    """Pages are parted by an empty line; a formula has no pages worth that."""
    return text.replace(PAGE_BREAK, "\n" if profile.task == "formula" else "\n\n").strip("\n")


def _ended(text: str) -> str:
    return text if text.endswith("\n") else f"{text}\n"
