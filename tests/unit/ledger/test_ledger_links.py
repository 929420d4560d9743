"""The formula that links a row to its scan."""

from __future__ import annotations

import re
from pathlib import PurePath, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocrwatch.ledger.links import cached_text, display_name, link_formula, link_target


@pytest.mark.parametrize(
    ("file", "folder", "expected"),
    [
        (PurePosixPath("/s/done/a.jpg"), PurePosixPath("/s"), "done/a.jpg"),
        (PurePosixPath("/s/a.jpg"), PurePosixPath("/s/books/2025"), "../../a.jpg"),
        (PurePosixPath("/S/a.jpg"), PurePosixPath("/s"), "../S/a.jpg"),
        (PurePosixPath("/s/50% #1?.jpg"), PurePosixPath("/s"), "50%25 %231%3F.jpg"),
        (PurePosixPath("/s/车票.jpg"), PurePosixPath("/s"), "车票.jpg"),
        (PureWindowsPath(r"C:\Scans\done\a.jpg"), PureWindowsPath(r"c:\SCANS"), "done/a.jpg"),
        (PureWindowsPath(r"D:\a b.jpg"), PureWindowsPath(r"C:\x"), "file:///D:/a b.jpg"),
        (PureWindowsPath(r"\\nas\scans\a.jpg"), PureWindowsPath(r"C:\x"), "file://nas/scans/a.jpg"),
    ],
)
def test_a_link_is_relative_where_it_can_be(file: PurePath, folder: PurePath, expected: str) -> None:
    """On the same drive from the workbook's folder; on another by its full address."""
    assert link_target(file, folder) == expected


@given(st.text(st.characters(exclude_characters="/\x00", codec="utf-8"), min_size=1, max_size=300))
def test_the_cached_text_is_the_name_shown(name: str) -> None:
    """Whatever the name, each text in the formula is within Excel's limit, and what it shows is the name."""
    file = PurePosixPath("/s/done") / name
    formula = link_formula(file, PurePosixPath("/s"))
    if formula is None:
        assert len(name) > 100
        return
    assert formula.startswith("=HYPERLINK(")
    assert cached_text(formula[1:]) == display_name(file)
    literals = re.findall(r'"(?:[^"]|"")*"', formula)
    assert all(len(literal.encode("utf-16-le")) // 2 - 2 <= 255 for literal in literals)


def test_a_path_too_long_for_a_formula_is_no_link() -> None:
    """Excel would refuse the whole workbook."""
    assert link_formula(PurePosixPath("/", *["x" * 200] * 12), PurePosixPath("/s")) is None


@pytest.mark.parametrize("formula", ["SUM(A1:A2)", 'HYPERLINK("a")', "HYPERLINK(A1,B1)", 'HYPERLINK("a","b")&"c"'])
def test_other_formulas_have_no_text_we_know(formula: str) -> None:
    """Only our own form is told without calculating."""
    assert cached_text(formula) is None
