"""Identifiers: their check digits are tried, they are never changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocrwatch.checking.identifiers import doubt_about
from ocrwatch.ports import Field


def _field(name: str, *labels: str) -> Field:
    return Field(name=name, type="id", labels=labels)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("身份证号码", "360426199101010071"),
        ("身份证号码", "11010519491231002X"),
        ("身份证号码", "11010519491231002x"),
        ("身份证号码", "4107281991****5515"),
        ("身份证号码", "E12345678"),
        ("纳税人识别号", "91110000600037341L"),
        ("购买方税号", "360426199101010071"),
        ("seller tax id", "91110000600037341L"),
        ("seller tax id", "DE136695976"),
        ("seller tax id", "12-3456789"),
        ("VAT no", "DE 136 695 976"),
        ("IBAN", "GB82 WEST 1234 5698 7654 32"),
        ("发票号码", "24319134567890123456"),
        ("receipt number", "360426199101010072"),
    ],
)
def test_identifiers_that_fit_raise_no_doubt(name: str, text: str) -> None:
    """Right check digits, masks, other papers and kinds that are not told pass."""
    assert doubt_about(text, _field(name)) is None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("身份证号码", "360426199101010072"),
        ("身份证号码", "36042619910101007"),
        ("身份证号码", "3604261991010100711"),
        ("身份证号码", "110105194913310025"),
        ("纳税人识别号", "91110000600037341M"),
        ("纳税人识别号", "91110000600037341I"),
        ("seller tax id", "DE136695978"),
        ("IBAN", "GB82 WEST 1234 5698 7654 33"),
    ],
)
def test_a_wrong_check_digit_or_length_is_named(name: str, text: str) -> None:
    """One misread character is told to the person."""
    doubt = doubt_about(text, _field(name))
    assert doubt is not None
    assert name in str(doubt)


def test_the_kind_is_told_by_a_label_too() -> None:
    """A field of any name whose label says what it is gets the same check."""
    assert doubt_about("360426199101010072", _field("holder", "身份证号码")) is not None


@given(text=st.text(), name=st.sampled_from(["身份证号码", "seller tax id", "IBAN", "number"]))
def test_no_identifier_raises(text: str, name: str) -> None:
    """Any text passes through the checks."""
    doubt_about(text, _field(name))


@given(
    text=st.text(alphabet="0123456789ABCDEFGHXLDEFRIT", max_size=24),
    name=st.sampled_from(["身份证号码", "税号", "IBAN"]),
)
def test_no_plausible_identifier_raises(text: str, name: str) -> None:
    """Nor do texts that look like identifiers."""
    doubt_about(text, _field(name))
