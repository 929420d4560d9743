"""Chinese numerals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocrwatch.checking.numerals import counted, spelled


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("零", 0),
        ("十", 10),
        ("十二", 12),
        ("一十二", 12),
        ("二十", 20),
        ("一百零五", 105),
        ("一千零五十", 1050),
        ("一千五十", 1050),
        ("两千", 2000),
        ("十万", 100_000),
        ("一万零五百", 10_500),
        ("一亿零五万", 100_050_000),
        ("壹佰贰拾叁", 123),
        ("貳仟零捌拾", 2080),
    ],
)
def test_numerals_are_counted(text: str, number: int) -> None:
    """Plain and financial numerals are the numbers that they write."""
    assert counted(text) == number


@pytest.mark.parametrize("text", ["", "一万五", "一百五", "一二三", "万", "十百", "五百千", "一百a", "零零", "二〇"])
def test_what_is_no_number_is_none(text: str) -> None:
    """Short forms, digits side by side and units alone are no number."""
    assert counted(text) is None


@pytest.mark.parametrize(("text", "digits"), [("二〇一八", "2018"), ("二零二五", "2025"), ("十", None), ("", None)])
def test_digits_spelled_one_by_one(text: str, digits: str | None) -> None:
    """A year is spelled digit by digit."""
    assert spelled(text) == digits


def _written(number: int) -> str:
    """The numeral with every zero that the rules ask for."""
    digits, units = "零壹贰叁肆伍陆柒捌玖", ("", "拾", "佰", "仟")

    def section(value: int, *, leading: bool) -> str:
        text, gap = "", not leading
        for place in (3, 2, 1, 0):
            digit = value // 10**place % 10
            if digit:
                text += ("零" if gap and (text or not leading) else "") + digits[digit] + units[place]
                gap = False
            else:
                gap = bool(text) or not leading
        return text

    high, low = divmod(number, 10_000)
    if not high:
        return section(low, leading=True)
    tail = section(low, leading=low >= 1000)
    return section(high, leading=True) + "万" + tail


@given(number=st.integers(1, 99_999_999))
def test_every_number_written_by_the_rules_is_read_back(number: int) -> None:
    """Whatever is written by the rules is the number."""
    assert counted(_written(number)) == number


@given(text=st.text(alphabet="零一二三四五六七八九十百千万亿壹贰", max_size=60))
def test_no_numerals_raise(text: str) -> None:
    """Any heap of numerals is a number or none."""
    assert (counted(text) or 0) >= 0
