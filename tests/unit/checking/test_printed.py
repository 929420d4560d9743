"""Characters that look alike get one form, and nothing else is changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocrwatch.checking.printed import folded, has_unread, narrowed, trimmed


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("ＲＭ　８．２０", "RM 8.20"),
        ("￥１２：３０", "¥12:30"),
        ("a\u00a0\u2009b\r\n c", "a b c"),
        ("5\u20133\u2212 2", "5-3- 2"),
        ("1\u2019234", "1'234"),
        ("8\u200b.2\ufeff0", "8.20"),
        ("12²", "12²"),
        ("①", "①"),
        ("½", "½"),
        ("ﬁ", "ﬁ"),
        ("é", "é"),
    ],
)
def test_forms_are_unified_and_values_are_not(text: str, plain: str) -> None:
    """Width, spaces, dashes and apostrophes become plain; a square or a fraction does not become a digit."""
    assert folded(text) == plain


def test_identifiers_are_narrowed_alone() -> None:
    """Letters and digits in full width become plain; spaces, dashes and other signs stay."""
    assert narrowed("ＡＢ－１２　x（３）") == "AB－12　x（3）"


@given(st.text())
def test_trimming_takes_the_edges_alone(text: str) -> None:
    """What is left stands in the text, and has no blank or invisible character at its ends."""
    left = trimmed(text)
    assert left in text
    assert trimmed(left) == left
    assert not left or not (left[0].isspace() or left[-1].isspace())
    assert folded(folded(text)) == folded(text)


@pytest.mark.parametrize(
    ("text", "unread"), [("a?", True), ("？", True), ("\ufffd", True), ("4107****5515", False), ("", False)]
)
def test_unread_marks(text: str, unread: bool) -> None:
    """A question mark in either width says that a character was not read; a mask of stars is print."""
    assert has_unread(text) is unread
