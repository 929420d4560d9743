"""References in formulas: what they reach, and how they read elsewhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocrwatch.ledger.references import (
    Area,
    area,
    column_letters,
    column_number,
    grown_range,
    grown_reference,
    moved,
    named_areas,
    reach,
)


@given(st.integers(1, 16_384))
def test_columns_have_letters(number: int) -> None:
    """A, Z, AA … XFD, and back."""
    assert column_number(column_letters(number)) == number


def test_the_last_column_is_xfd() -> None:
    """As Excel names it."""
    assert [column_letters(number) for number in (1, 26, 27, 702, 703, 16_384)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A1", Area(1, 1, 1, 1)),
        ("$B$2:C10", Area(2, 2, 3, 10)),
        ("C10:B2", Area(2, 2, 3, 10)),
        ("A:A", None),
        ("1:1", None),
        ("name", None),
        ("", None),
    ],
)
def test_areas(text: str, expected: Area | None) -> None:
    """Cells and ranges are areas; whole rows, columns and names are none."""
    assert area(text) == expected


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("C2*1.19", "C5*1.19"),
        ("$C2+C$2+$C$2", "$C5+C$2+$C$2"),
        ('IF(A2="A2",A1:B2,"it""s A2")', 'IF(A5="A2",A4:B5,"it""s A2")'),
        ("'A2 & B2'!C2+Sheet2!C2", "'A2 & B2'!C5+Sheet2!C5"),
        ("LOG10(A2)+A2B+Tab2[a2]", "LOG10(A5)+A2B+Tab2[a2]"),
        ("SUM(2:3)+SUM(A:A)", "SUM(5:6)+SUM(A:A)"),
        ("Scans_1[[#This Row],[A2]]*A2", "Scans_1[[#This Row],[A2]]*A5"),
        ("1E2+A2", "1E2+A5"),
        ("#REF!+A2", "#REF!+A5"),
    ],
)
def test_formulas_move_with_their_row(formula: str, expected: str) -> None:
    """Relative rows move; fixed ones, texts, names of sheets, functions and tables stay."""
    assert moved(formula, 3) == expected


def test_a_formula_does_not_leave_the_sheet() -> None:
    """Above the first row there is nothing."""
    assert moved("A2", -2) is None


@pytest.mark.parametrize(
    "formula",
    [
        "C5*2",
        "$C5+C$5",
        "IF(C5>0,TRUE,FALSE)",
        "Scans_1[[#This Row],[total]]*2",
        "[@total]*2",
        "1+1",
        '"A1"',
        "LOG10(C5)",
    ],
)
def test_confined_to_their_row(formula: str) -> None:
    """These depend on nothing outside row 5."""
    assert reach(formula).confined_to(5)


@pytest.mark.parametrize(
    "formula",
    [
        "C4", "SUM(C:C)", "SUM(C5:C6)", "SUM(5:5)", "Rate*2", "Sheet2!C5", "Scans_1[total]", "INDIRECT(C5)",
        "OFFSET(C5,1,0)", "'a b'!C5", "[1]Sheet1!C5", "C$4", "SUM(Sheet1:Sheet3!C5)", "Scans_1[[#All],[total]]",
        "[@total]+SUM([total])",
    ],
)  # fmt: skip
def test_not_confined_to_their_row(formula: str) -> None:
    """These may depend on others; when in doubt, they do."""
    assert not reach(formula).confined_to(5)


def test_reach_names_sheets_and_names() -> None:
    """Sheets without their quotes, names of ranges and tables, all case-folded."""
    found = reach("SUM('It''s Mine'!A1,Totals!B:B)+Rate+Scans_1[total]+LET(x,1,x)")
    assert found.sheets == {"it's mine", "totals"}
    assert {"rate", "scans_1"} <= found.names
    assert not found.unfathomed
    assert reach("SUM(One:Three!A1)").unfathomed


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("Mine!$A$2:$A$9", "Mine!$A$2:$A$12"),
        ("'MINE'!A2:B9,Mine!C2:C9", "'MINE'!A2:B12,Mine!C2:C12"),
        ("Mine!$A$2:$A$8", None),
        ("Other!$A$2:$A$9", None),
        ("Mine!$A$9", None),
        ("Mine!$Z$2:$Z$9", None),
        ("SUM(Mine!$A$2:$A$9)", None),
        ("Mine!$A:$A", None),
    ],
)
def test_ranges_grow_that_end_with_the_last_row(formula: str, expected: str | None) -> None:
    """Only ranges on the sheet, in the ledger's columns, that end in just that row."""
    assert grown_reference(formula, "mine", frozenset({9}), 12, Area(1, 1, 5, 9)) == expected


def test_a_range_told_upside_down_is_left_alone() -> None:
    """Its last number is not its last row."""
    assert grown_range("A9:A2", frozenset({9}), 12, Area(1, 1, 5, 9)) is None


def test_plain_references_are_named_with_their_sheets() -> None:
    """What stands in a text or in a table's brackets is none."""
    formula = "SUM(A1:B2,'x y'!C3)&\"D4\"&Tab[E5]"
    assert list(named_areas(formula)) == [("", Area(1, 1, 2, 2)), ("x y", Area(3, 3, 3, 3))]
