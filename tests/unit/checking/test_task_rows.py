"""A scan that was read for another task than fields becomes one row, and what goes beside it."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path

import pytest

from ocrwatch.checking.checker import RowChecker
from ocrwatch.checking.table_cells import csv_text, grids
from ocrwatch.config.tasks import task_profile
from ocrwatch.document import Amount, Cell, Document, Row, Signature, Value
from ocrwatch.ports import PAGE_BREAK, DocumentFormat, PrintedCell, PrintedTable, Profile, Reading
from ocrwatch.reading.printed_tables import printed_tables
from tests import task_papers


def row_of(profile: Profile, *pages: str, tables: tuple[PrintedTable, ...] = ()) -> Row:
    document = Document(
        inbox="in", book="b", path=Path("a.png"), signature=Signature(1, 1, 1), digest="ab" * 32, arrived_at=0.0
    )
    reading = Reading(
        entries=({},), engine="m", pages=str(max(1, len(pages))), text=PAGE_BREAK.join(pages), tables=tables
    )
    (row,) = RowChecker().rows(document, profile, reading)
    return row


def test_text_goes_into_the_row_and_whole_into_a_file() -> None:
    """Pages are parted by an empty line in the cell, by a form feed in the file; a question mark is print."""
    row = row_of(task_profile("text"), "Is it?", "Yes.")
    assert row.cells == (Cell("Text", "Is it?\n\nYes."),)
    assert [(each.suffix, each.content, each.path) for each in row.beside] == [(".txt", "Is it?\n\f\nYes.\n", None)]
    assert row.check == ()


@pytest.mark.parametrize(("kind", "suffix", "between"), [("markdown", ".md", "---"), ("latex", ".tex", "\\newpage")])
def test_a_document_is_a_file(kind: DocumentFormat, suffix: str, between: str) -> None:
    """Its pages are parted in its own language; the row has no cell for it."""
    row = row_of(task_profile("document", document_format=kind), "# A", "# B")
    assert row.cells == ()
    assert [(each.suffix, each.content) for each in row.beside] == [(suffix, f"# A\n\n{between}\n\n# B\n")]


def test_a_formula_is_a_cell() -> None:
    """One line for each page, and no file."""
    row = row_of(task_profile("formula"), "a^2", "b")
    assert (row.cells, row.beside) == ((Cell("Formula", "a^2\nb"),), ())


def test_nothing_read_is_told() -> None:
    """A row without anything says so, and no empty file is made."""
    row = row_of(task_profile("text"), "")
    assert (row.cells, row.beside) == ((Cell("Text", None),), ())
    assert [str(remark) for remark in row.check] == ["Nothing could be read from this scan"]


def test_a_ragged_table_is_told_by_its_number() -> None:
    """Among several; alone it needs none."""
    ragged, good = printed_tables(task_papers.RAGGED)[0], printed_tables(task_papers.TABLE)[0]
    (remark,) = row_of(task_profile("table"), tables=(ragged,)).check
    assert str(remark) == "the rows of the table do not fit together: compare with the scan"
    (remark,) = row_of(task_profile("table"), tables=(good, ragged)).check
    assert str(remark) == "the rows of table 2 do not fit together: compare with the scan"


def test_tables_are_a_sheet_or_a_file() -> None:
    """Beside a CSV ledger, which has no sheets, they are a CSV of their own."""
    tables = printed_tables(task_papers.TABLE)
    assert row_of(task_profile("table"), tables=tables).beside == ()
    (file,) = row_of(task_profile("table", is_csv=True), tables=tables).beside
    assert file.suffix == ".csv"
    assert list(csv.reader(io.StringIO(file.content or ""))) == [
        ["Stock in March"],
        ["Article", "Warehouse", "", "Price"],
        ["", "North", "South"],
        ["00715", "12", "7", "1234.50"],
        ["00716 & lid", "0", "", "8.25"],
    ]


def values(*texts: str) -> list[Value]:
    cells = tuple(PrintedCell(row=number, column=0, text=text) for number, text in enumerate(texts))
    (grid,) = grids([PrintedTable(cells=cells)])
    return [cell.value for cell in grid.cells]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12), ("-3", -3), ("0", 0), ("2023", 2023), ("−4", -4),
        ("1,234.50", Amount(Decimal("1234.50"))), ("0.5", Amount(Decimal("0.5"))),
        ("€ 12.00", Amount(Decimal("12.00"), "EUR")), ("1,234,567", Amount(Decimal(1234567))),
    ],
)  # fmt: skip
def test_what_can_only_be_a_number_is_one(text: str, value: Value) -> None:
    """With every digit that was printed."""
    assert values(text) == [value]


@pytest.mark.parametrize(
    "text",
    ["007", "00715", "13800138000", "1,234", "1.234", "12 %", "(5)", "3/4", "2024-01-02", "12:30", "5 pcs", "1e5", "A1",
     "1.5.2023", "壹佰元整", "3 000", "12345678901234567890", "0012.50", "No. 5", "1-2"],
)  # fmt: skip
def test_what_may_be_something_else_stays_as_it_is_printed(text: str) -> None:
    """Identifiers, shares, dates, and numbers whose decimal sign nothing tells."""
    assert values(text) == [text]


def test_the_table_itself_tells_its_decimal_sign() -> None:
    """One number with two decimals settles what 1,234 is."""
    assert values("1,234", "8.25") == [Amount(Decimal(1234)), Amount(Decimal("8.25"))]
    assert values("1,234", "8,25") == [Amount(Decimal("1.234")), Amount(Decimal("8.25"))]
    assert values("1,234", "8,25", "8.25")[0] == "1,234"


def test_no_cell_of_the_csv_is_calculated() -> None:
    """What begins like a formula begins with an apostrophe; numbers are numbers."""
    cells = tuple(PrintedCell(row=0, column=n, text=text) for n, text in enumerate(("=1+1", "-3", "-x", "@a", "5")))
    assert csv_text(grids([PrintedTable(cells=cells)])) == "'=1+1,-3,'-x,'@a,5\r\n"
