"""A new workbook, made by openpyxl with one empty sheet; and a new sheet's header and first look.

openpyxl is loaded when a workbook is made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path

from ocrwatch.errors import LedgerBusy
from ocrwatch.ledger.dressing import (
    HEADER_HEIGHT_POINTS,
    Surroundings,
    amber_format,
    heading_format,
    set_print_titles,
)
from ocrwatch.ledger.formats import Entry
from ocrwatch.ledger.header import Header
from ocrwatch.ledger.layout import Column, Part, column_width
from ocrwatch.ledger.new_rows import changed_row, entry_cell, new_row
from ocrwatch.ledger.package import Package
from ocrwatch.ledger.references import Area
from ocrwatch.ledger.refusals import UNUSABLE_SECONDS, ensure_package
from ocrwatch.ledger.standing import Standing
from ocrwatch.ledger.styles import Styles
from ocrwatch.ledger.tables import new_table, tables_of
from ocrwatch.messages import message

_EMPTY_SHEET = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{space}"><sheetData/></worksheet>'
)


def new_workbook(sheet: str) -> bytes:
    """A workbook with the empty sheet `sheet`. Raises ValueError for a name that no sheet can have."""
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = sheet
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def copied(template: Path) -> bytes:
    """A workbook that begins as `template` is. Raises `LedgerBusy`."""
    place = {"name": template.name, "folder": str(template.parent)}
    try:
        content = template.read_bytes()
    except FileNotFoundError as error:
        text = "The template {name} is not in {folder}. Put it there, or name another in the configuration; rows wait."
        raise LedgerBusy(message(text, **place), after_seconds=UNUSABLE_SECONDS) from error
    except OSError as error:
        text = "The template {name} in {folder} cannot be read: {reason}. Its rows wait."
        said = message(text, reason=error.strerror or type(error).__name__, **place)
        raise LedgerBusy(said, after_seconds=UNUSABLE_SECONDS) from error
    ensure_package(BytesIO(content), template.name)
    return content


def empty_sheet(package: Package) -> bytes:
    """The XML of an empty sheet of the workbook's kind."""
    space = package.space
    return _EMPTY_SHEET.format(space=space).encode()


def dressed(
    package: Package,
    standing: Standing,
    styles: Styles,
    columns: Sequence[Column],
    rows: Sequence[Mapping[str, Entry]],
    *,
    index: int,
) -> Standing:
    """The empty sheet with its header, its table of one empty row, and its look; widths fit `rows`."""
    survey = standing.survey
    places = {column.key: place for place, column in enumerate(columns, 1)}
    headings = {
        places[c.key]: entry_cell(
            survey.grammar.prefix, 1, places[c.key], heading_format(styles, c), Entry(value=c.header), is_1904=False
        )
        for c in columns
    }
    known = next((row for row in survey.window if row.number == 1), None)
    if known is None:
        top = new_row(survey.grammar, 1, headings, HEADER_HEIGHT_POINTS)
    else:
        top = changed_row(survey.grammar, known, headings, HEADER_HEIGHT_POINTS)
    part = new_table(package, Area(1, 1, len(columns), 2), [column.header for column in columns])
    relation = package.relate(standing.part, "table", part)
    surroundings = _around(package, standing, styles, places, columns, rows).with_table(
        relation, package.relations_space
    )
    set_print_titles(package, standing.name, index)
    tables = (*standing.tables, *(each for each in tables_of(package, package.sheets[index]) if each.part == part))
    dressed_survey = replace(
        survey,
        head=surroundings.head,
        close=surroundings.close,
        header=Header(row=1, places=places),
        top=[top],
        window=[row for row in survey.window if row.number > 1],
        left=1,
        right=max(survey.right, *headings),
        first=1,
        bottom=max(1, survey.bottom),
        last_row=1,
    )
    return replace(standing, survey=dressed_survey, tables=tables, table=tables[-1])


def _around(
    package: Package,
    standing: Standing,
    styles: Styles,
    places: Mapping[str, int],
    columns: Sequence[Column],
    rows: Sequence[Mapping[str, Entry]],
) -> Surroundings:
    """The columns' widths, what is hidden, frozen and marked."""
    surroundings = (
        Surroundings(standing.survey.head, standing.survey.close)
        .with_widths({places[column.key]: column_width(column, rows) for column in columns})
        .with_hidden([places[column.key] for column in columns if column.is_hidden])
        .with_look(has_views=package.workbook.first("bookViews") is not None)
    )
    for column in columns:
        if column.part is Part.CHECK:
            surroundings = surroundings.with_marks(places[column.key], amber_format(styles))
    return surroundings
