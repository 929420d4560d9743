"""Texts as panels and menus take them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ocrwatch.desktop.labels import one_line, within_units


def test_a_label_is_one_line_and_not_too_long() -> None:
    """Line breaks and what steers a terminal become spaces; what is cut off ends in an ellipsis."""
    assert one_line("a\nb\tc\u202ed  e") == "a b c d e"
    assert one_line("x" * 20, 10) == "x" * 9 + "…"
    assert one_line("x" * 10, 10) == "x" * 10
    assert one_line("表" * 10, 10) == "表" * 4 + "…"


@given(st.text())
def test_a_label_never_grows(text: str) -> None:
    """Whatever a file is called."""
    shown = one_line(text, 12)
    assert len(shown) <= 12
    assert "\n" not in shown


@given(st.text(), st.integers(2, 200))
def test_windows_counts_utf_16_units(text: str, units: int) -> None:
    """What is within is untouched; what is cut is within."""
    cut = within_units(text, units)
    size = len(text.encode("utf-16-le", errors="surrogatepass")) // 2
    assert len(cut.encode("utf-16-le", errors="surrogatepass")) // 2 <= units
    assert (cut == text) == (size <= units)
