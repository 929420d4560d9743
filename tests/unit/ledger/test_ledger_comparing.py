"""Does a cell still say what was written into it?"""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocrwatch.document import Amount, Value
from ocrwatch.ledger.comparing import corrections, kinds_of, shows
from ocrwatch.ledger.formats import entry
from ocrwatch.ports import Field, Line, Shown
from tests.unit.ledger.books import row


@pytest.mark.parametrize(
    ("shown", "value"),
    [
        (None, None),
        ("", None),
        (None, ""),
        ("Shop", "Shop"),
        ("Shop ", "Shop"),
        ("two\nlines", "two\r\nlines"),
        ("_x0041_", "_x0041_"),
        ("_x005F_x0041_", "_x0041_"),
        (8.2, Amount(Decimal("8.20"), "CNY")),
        (8, Amount(Decimal("8.00"))),
        (-0.1, Amount(Decimal("-0.10"))),
        ("8.20", Amount(Decimal("8.20"))),
        (12, 12),
        (12.0, 12),
        ("12", 12),
        (12345, "12345"),
        (datetime(2026, 11, 24), date(2026, 11, 24)),
        (datetime(2026, 11, 24, 9, 5, 0, 400), datetime(2026, 11, 24, 9, 5)),
        ("2026-11-24", date(2026, 11, 24)),
        ("1890-01-01", date(1890, 1, 1)),
        ("12345678901234567890", "12345678901234567890"),
    ],
)
def test_what_says_the_same_is_the_same(shown: Shown, value: Value) -> None:
    """However a program stores it."""
    assert shows(shown, value)


@pytest.mark.parametrize(
    ("shown", "value"),
    [
        ("Shop", None),
        (None, "Shop"),
        ("shop", "Shop"),
        (8.21, Amount(Decimal("8.20"))),
        (None, Amount(Decimal("8.20"))),
        ("8.20 or so", Amount(Decimal("8.20"))),
        (True, 1),
        (time(1), 1),
        (123, "00123"),
        (datetime(2026, 11, 25), date(2026, 11, 24)),
        (datetime(2026, 11, 24, 9, 5), date(2026, 11, 24)),
        ("24 November", date(2026, 11, 24)),
        (46350.0, date(2026, 11, 24)),
        (12345678901234567000.0, "12345678901234567890"),
    ],
)
def test_what_says_something_else_was_changed(shown: Shown, value: Value) -> None:
    """A lost leading zero, a lost digit of a long number: not the same."""
    assert not shows(shown, value)


VALUES = st.one_of(
    st.none(),
    st.text(max_size=40),
    st.integers(-(10**14), 10**14),
    st.builds(Amount, st.decimals(-(10**9), 10**9, places=2, allow_nan=False)),
    st.dates(),
    st.datetimes(),
)


@given(VALUES)
def test_a_value_shows_itself(value: Value) -> None:
    """What is put into a cell, read back as programs read it, is never taken for a correction."""
    put = entry(value).value
    assert shows(float(put) if isinstance(put, Decimal) else put, value)


@given(VALUES, VALUES)
def test_nothing_raises_and_different_texts_differ(one: Value, other: Value) -> None:
    """Any pair can be compared; two texts are the same only when they read the same."""
    put = entry(one).value
    said = shows(float(put) if isinstance(put, Decimal) else put, other)
    if isinstance(one, str) and isinstance(other, str) and one.strip() != other.strip() and one.isprintable():
        assert not said or entry(one).value == entry(other).value or "_x" in one + other


def test_a_column_that_is_gone_was_not_corrected() -> None:
    """Only headings that are there are compared; names are found by what they have in common."""
    written = row(1, {"Total  sum": Amount(Decimal(8)), "company": "Shop"})
    line = Line(number=5, id=written.id, shown={"total sum": 9.0})
    (found,) = corrections(
        written.cells, line, kinds_of([Field(name="Total  sum", type="amount"), Field(name="company")])
    )
    assert (found.heading, found.found) == ("Total  sum", 9.0)
