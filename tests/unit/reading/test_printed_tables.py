"""HTML of models becomes tables as they are printed; nothing is padded or lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocrwatch.ports import PrintedTable
from ocrwatch.reading.printed_tables import printed_tables
from tests import task_papers


def places(table: PrintedTable) -> dict[tuple[int, int], str]:
    return {(cell.row, cell.column): cell.text for cell in table.cells}


def test_merged_cells_hold_their_places() -> None:
    """A cell that reaches down or across keeps the others out of its way, and its reach is kept."""
    (table,) = printed_tables(task_papers.TABLE)
    assert places(table) == {
        (0, 0): "Article", (0, 1): "Warehouse", (0, 3): "Price", (1, 1): "North", (1, 2): "South",
        (2, 0): "00715", (2, 1): "12", (2, 2): "7", (2, 3): "1,234.50",
        (3, 0): "00716 & lid", (3, 1): "0", (3, 2): "", (3, 3): "8.25",
    }  # fmt: skip
    reach = {cell.text: (cell.rows, cell.columns) for cell in table.cells if (cell.rows, cell.columns) != (1, 1)}
    assert reach == {"Article": (2, 1), "Warehouse": (1, 2), "Price": (2, 1)}
    assert [cell.heading for cell in table.cells] == [True] * 5 + [False] * 8
    assert (table.caption, table.is_ragged) == ("Stock in March", False)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<tr><td>a<td>b<tr><td>c<td>d", {(0, 0): "a", (0, 1): "b", (1, 0): "c", (1, 1): "d"}),
        ("<TABLE><TR><TD colspan=2>a</TD></TR><TR><TD>b</TD><TD>c</TD></TR></TABLE>", {(0, 0): "a", (1, 0): "b", (1, 1): "c"}),
        ("<table><tr><td>a<br/>b &lt; c</td></tr></table>", {(0, 0): "a\nb < c"}),
        ("<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>\n b \n</td></tr></tbody></table>", {(0, 0): "a", (1, 0): "b"}),
        ("<table><tr><td>a<table><tr><td>x</td><td>y</td></tr></table></td></tr></table>", {(0, 0): "a\nx y"}),
    ],
)  # fmt: skip
def test_loose_html_is_read(html: str, expected: dict[tuple[int, int], str]) -> None:
    """Unclosed and unquoted, capitals, line breaks, sections, a table within a cell."""
    (table,) = printed_tables(html)
    assert places(table) == expected
    assert not table.is_ragged


@pytest.mark.parametrize(
    "html",
    [
        task_papers.RAGGED,
        "<table><tr><td>a</td></tr><tr><td>b</td><td>c</td></tr></table>",
        "<table><tr><td rowspan=3>a</td><td>b</td></tr><tr><td>c</td></tr></table>",
        "<table><tr><td colspan=3>a</td></tr><tr><td>b</td><td>c</td></tr></table>",
        "<table><tr><td>a</td><td rowspan=2>b</td></tr><tr><td colspan=2>c</td></tr></table>",
        "<table><tr></tr><tr><td>a</td></tr></table>",
    ],
)
def test_rows_that_do_not_fit_together_are_told(html: str) -> None:
    """Too short, too long, reaching out of the table, or over another cell: each text keeps a place of its own."""
    (table,) = printed_tables(html)
    assert table.is_ragged
    covered = [
        (row, column)
        for cell in table.cells
        for row in range(cell.row, cell.row + cell.rows)
        for column in range(cell.column, cell.column + cell.columns)
    ]
    assert len(covered) == len(set(covered))


def test_text_beside_the_tables_is_kept() -> None:
    """It is the caption of the next table, or stands alone."""
    html = f"<h1>Stock</h1><p>of March</p>{task_papers.RAGGED}<p>Seen: Li</p><style>td {{}}</style>"
    assert [table.caption for table in printed_tables(html)] == ["Stock\nof March", "Seen: Li"]


@given(
    st.lists(
        st.lists(st.tuples(st.text("ab<&", max_size=3), st.integers(0, 4), st.integers(0, 4)), max_size=4), max_size=5
    )
)
def test_every_text_has_a_place_of_its_own(rows: list[list[tuple[str, int, int]]]) -> None:
    """However its spans lie: no two cells share a place, and none is lost."""
    from html import escape

    html = "".join(
        "<tr>" + "".join(f"<td rowspan={r} colspan={c}>{escape(text)}</td>" for text, r, c in row) + "</tr>"
        for row in rows
    )
    tables = printed_tables(f"<table>{html}</table>")
    cells = [cell for table in tables for cell in table.cells]
    assert [cell.text for cell in cells] == [text for row in rows for text, _, _ in row]
    covered = [
        (y, x)
        for cell in cells
        for y in range(cell.row, cell.row + cell.rows)
        for x in range(cell.column, cell.column + cell.columns)
    ]
    assert len(covered) == len(set(covered))


@given(st.text("<>/tablerd hp=\"'&;!-012", max_size=80))
def test_any_text_is_read_without_trouble(html: str) -> None:
    """Whatever it is, it ends in tables or in none."""
    assert all(cell.rows >= 1 and cell.columns >= 1 for table in printed_tables(html) for cell in table.cells)
