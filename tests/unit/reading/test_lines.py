"""Lines of print: straightened, in rows, in reading order."""

from __future__ import annotations

import math
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from ocrwatch.reading.lines import Box, Line, Quad, rows, straightened, text

TABLE = [
    ["Coffee", "2", "7.00"],
    ["Bread and butter", "1", "4.50"],
    ["Water", "1", "2.00"],
    ["Total for everything", "13.50"],
]
LEFT = (100, 500, 800)


def quads(degrees: float, scale: float = 1.0) -> list[tuple[str, Quad, float]]:
    """The table as an engine sees it on a page turned by `degrees` (clockwise)."""
    turn = math.radians(degrees)

    def place(x: float, y: float) -> tuple[float, float]:
        x, y = scale * x, scale * y
        return x * math.cos(turn) - y * math.sin(turn), x * math.sin(turn) + y * math.cos(turn)

    read = []
    for number, row in enumerate(TABLE):
        for left, cell in zip((LEFT[0], *LEFT[-len(row) + 1 :]), row, strict=True):
            top, right = 100 + 60 * number, left + 16 * len(cell)
            read.append(
                (cell, (place(left, top), place(right, top), place(right, top + 30), place(left, top + 30)), 1.0)
            )
    return read


def cells(lines: Sequence[Line]) -> list[list[str]]:
    return [[line.text for line in row] for row in rows(lines)]


@given(st.floats(-12, 12), st.floats(0.3, 4), st.randoms())
def test_rows_are_found_however_the_page_leans(degrees: float, scale: float, chance) -> None:
    """A page turned by up to 12 degrees, at any resolution, its lines in any order, gives the same rows."""
    read = quads(degrees, scale)
    chance.shuffle(read)
    assert cells(straightened(read)) == TABLE


def test_a_leaning_line_is_as_high_as_its_print() -> None:
    """Straightening gives back the height of the print, not that of the leaning rectangle."""
    assert all(abs(line.box.height - 30) < 1 for line in straightened(quads(8)))


def test_a_slanted_stamp_does_not_turn_the_page() -> None:
    """Print that leans by more than 20 degrees has no say in how the page lies."""
    stamp: Quad = ((100, 900), (300, 800), (310, 820), (110, 920))
    assert cells(straightened([*quads(0), ("PAID", stamp, 0.9)]))[:4] == TABLE


def test_few_lines_are_left_as_they_lie() -> None:
    """Two lines are too few to tell how the page lies."""
    read = quads(5)[:2]
    assert [line.box.left for line in straightened(read)] == [min(x for x, _ in quad) for _, quad, _ in read]


def test_lines_that_overlap_from_above_are_two_rows() -> None:
    """Print that stands over other print is another row, though their heights touch."""
    upper, lower = Line("upper", Box(0, 0, 100, 30), 1), Line("lower", Box(10, 12, 90, 42), 1)
    assert cells([lower, upper]) == [["upper"], ["lower"]]


def test_text_is_the_rows_in_reading_order() -> None:
    """All print, a row a line, its cells parted by two spaces."""
    assert text(straightened(quads(3))).splitlines()[0] == "Coffee  2  7.00"


def test_no_lines_are_no_rows() -> None:
    """An empty page is empty text."""
    assert straightened([]) == []
    assert text([]) == ""
