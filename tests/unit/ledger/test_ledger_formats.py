"""How a value stands in a cell."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from ocrwatch.document import Amount, Value
from ocrwatch.ledger.formats import amount_format, display_width, entry, fit_text, line_points, lines_taken, shown_width
from ocrwatch.ports import FieldType


@pytest.mark.parametrize(
    ("number", "currency", "expected"),
    [
        ("1", "CNY", '"¥"#,##0.00'),
        ("1.5", "", "#,##0.0"),
        ("1", "", "#,##0"),
        ("100", "JPY", '"¥"#,##0'),
        ("100.5", "JPY", '"¥"#,##0.0'),
        ("1.2345", "EUR", '"€"#,##0.0000'),
        ("1", "KWD", '"KWD "#,##0.000'),
        ("1E+3", "USD", '"$"#,##0.00'),
    ],
)
def test_an_amount_shows_its_currency_and_every_decimal(number: str, currency: str, expected: str) -> None:
    """At least the currency's usual decimals, and more where more are printed."""
    assert amount_format(Amount(Decimal(number), currency)) == expected


@pytest.mark.parametrize(
    ("value", "kind", "expected", "number_format"),
    [
        (None, "text", None, "General"),
        ("", "text", None, "General"),
        ("00123", "text", "00123", "@"),
        ("A1", "id", "A1", "@"),
        (12, "integer", 12, "0"),
        (12, "id", "12", "@"),
        (10**16, "integer", "10000000000000000", "@"),
        (date(1900, 1, 1), "date", "1900-01-01", "General"),
        (date(2024, 2, 29), "date", date(2024, 2, 29), "yyyy-mm-dd"),
        (datetime(2024, 2, 29, 8, 30), "datetime", datetime(2024, 2, 29, 8, 30), "yyyy-mm-dd hh:mm"),
        (datetime(2024, 2, 29, 8, 30, 5), "datetime", datetime(2024, 2, 29, 8, 30, 5), "yyyy-mm-dd hh:mm:ss"),
        (Amount(Decimal("1234567890123456.7"), "CNY"), "amount", "CNY 1234567890123456.7", "@"),
        (Amount(Decimal("1234567890123.45")), "amount", Decimal("1234567890123.45"), "#,##0.00"),
    ],
)
def test_no_digit_is_lost(value: Value, kind: FieldType, expected: object, number_format: str) -> None:
    """What a spreadsheet's number or date cannot hold exactly stays text."""
    made = entry(value, kind)
    assert (made.value, made.number_format) == (expected, number_format)


def test_text_is_cut_between_characters() -> None:
    """A character outside the basic plane counts twice and is never split."""
    text, cut = fit_text("𠮷" * 20_000)
    assert cut
    assert len(text.encode("utf-16-le")) // 2 <= 32_767
    assert text == "𠮷" * (len(text) - 1) + "…"
    assert fit_text("x" * 32_767) == ("x" * 32_767, False)


def test_widths_count_what_is_seen() -> None:
    """Chinese counts double, combining marks nothing, the longest line decides; numbers count as they are shown."""
    assert display_width("车票ab") == 6
    assert display_width("e\u0301") == 1
    assert display_width("ab\nabcd") == 4
    assert display_width("") == 0
    assert shown_width(entry(Amount(Decimal("1234.5"), "CNY"))) == len("¥1,234.50")
    assert shown_width(entry(date(2024, 2, 29))) == 10


def test_lines_are_counted_with_their_wrapping() -> None:
    """Long lines take several, each line at least one."""
    assert lines_taken("short", 20) == 1
    assert lines_taken("a\n\nb", 20) == 3
    assert lines_taken("x" * 40, 21) == 2
    assert lines_taken("车" * 20, 21) == 2


def test_broad_letters_need_more_room() -> None:
    """Capitals are broader than the digits that a column is measured in: a second line is not cut off."""
    assert lines_taken("QUAYSIDE COFFEE ROOMS", 22) == 2
    assert lines_taken("quayside coffee room", 22) == 1


def test_wide_characters_need_higher_lines() -> None:
    """A line of Chinese is higher than one of Latin letters."""
    assert (line_points("Total 12"), line_points("合计 12"), line_points("")) == (15, 17, 15)
