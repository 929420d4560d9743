"""How a new sheet looks: header, table, widths, what is printed. An existing sheet keeps the look its user gave it.

Loads openpyxl: import it late.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count

from openpyxl.cell.cell import Cell
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.worksheet.table import Table, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

from ocrwatch.ledger.layout import Column, Part

MAX_ROWS = 1_048_576

_FIELD_FILL = PatternFill("solid", fgColor="1F4E78")
_OWN_FILL = PatternFill("solid", fgColor="5B6B7B")
_HEADER_LINE = Border(bottom=Side(style="medium", color="BDD7EE"))
_AMBER_FILL = PatternFill("solid", bgColor="FFE699")
_AMBER_FONT = Font(color="7F6000")
_HEADER_HEIGHT_POINTS = 24


def write_heading(sheet: Worksheet, row: int, place: int, column: Column) -> None:
    """The header cell of one of our columns."""
    cell = sheet.cell(row, place)
    cell.value = column.header
    cell.data_type = "s"
    cell.font = font_of_book(cell, color="FFFFFF", bold=True)
    cell.fill = _FIELD_FILL if column.part is Part.FIELD else _OWN_FILL
    cell.border = _HEADER_LINE
    cell.alignment = Alignment(vertical="center", wrap_text=True)


def font_of_book(cell: Cell, *, color: str, bold: bool = False, underline: str | None = None) -> Font:
    """The workbook's usual font, which `cell` has as long as it has no style, in a form of ours."""
    usual = cell.font
    return Font(
        name=usual.name, family=usual.family, scheme=usual.scheme, size=usual.size, charset=usual.charset,
        color=color, bold=bold, underline=underline,
    )  # fmt: skip


def width_of(sheet: Worksheet, place: int) -> float | None:
    """The width of the column, in characters; None where nobody set one. One entry may speak for many columns."""
    for dimension in sheet.column_dimensions.values():
        own = column_index_from_string(dimension.index)
        if (dimension.min or own) <= place <= (dimension.max or own):
            return float(dimension.width)
    return None


def set_width(sheet: Worksheet, place: int, width: float) -> None:
    """Set the width of a column that has none: two entries for one column would make a damaged workbook."""
    if width_of(sheet, place) is None:
        sheet.column_dimensions[get_column_letter(place)].width = width


def dress(sheet: Worksheet, widths: Mapping[int, float], check: int, last: int) -> None:
    """Give a sheet with a header in row 1 and rows down to `last` its table and look; `check` is that column."""
    for place, width in widths.items():
        set_width(sheet, place, width)
    sheet.row_dimensions[1].height = _HEADER_HEIGHT_POINTS
    sheet.freeze_panes = "A2"
    table = Table(displayName=_free_table_name(sheet), ref=f"A1:{get_column_letter(max(widths))}{last}")
    table.tableStyleInfo = TableStyleInfo(name="TableStyleLight9", showRowStripes=True)
    sheet.add_table(table)
    letter = get_column_letter(check)
    rule = FormulaRule(formula=[f"LEN(TRIM({letter}2))>0"], fill=_AMBER_FILL, font=_AMBER_FONT)
    sheet.conditional_formatting.add(f"{letter}2:{letter}{MAX_ROWS}", rule)
    _dress_for_print(sheet)


def _dress_for_print(sheet: Worksheet) -> None:
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"


def _free_table_name(sheet: Worksheet) -> str:
    """A name that no table and no range of the workbook has."""
    book = sheet.parent
    taken = {name.casefold() for each in book.worksheets for name in each.tables}
    taken |= {name.casefold() for name in book.defined_names}
    return next(name for number in count(1) if (name := f"Scans_{number}").casefold() not in taken)
