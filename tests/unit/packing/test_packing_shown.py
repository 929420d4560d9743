"""What cells show becomes values again."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocrwatch.document import Amount, Value
from ocrwatch.packing.shown import free, typed
from ocrwatch.ports import FieldType, Shown


@pytest.mark.parametrize(
    ("shown", "kind", "value"),
    [
        (553.5, "amount", Amount(Decimal("553.5"), "CNY")),
        (0.1 + 0.2, "amount", Amount(Decimal("0.3"), "CNY")),
        ("-12.50", "amount", Amount(Decimal("-12.50"), "CNY")),
        ("12,50", "amount", "12,50"),
        ("NaN", "amount", "NaN"),
        (True, "amount", "TRUE"),
        (None, "amount", None),
        ("", "amount", None),
        (7.0, "integer", 7),
        (7.5, "integer", "7.5"),
        ("7", "integer", 7),
        (datetime(2026, 11, 3), "date", date(2026, 11, 3)),
        (datetime(2026, 11, 3, 9, 30), "date", datetime(2026, 11, 3, 9, 30)),
        ("2026-11-03", "date", date(2026, 11, 3)),
        ("03/11/2026", "date", "03/11/2026"),
        ("2026-11-03 09:30", "datetime", datetime(2026, 11, 3, 9, 30)),
        (12345.0, "id", "12345"),
        ("00123", "id", "00123"),
        (datetime(2026, 11, 3), "text", "2026-11-03"),
        (time(9, 30), "text", "09:30:00"),
        (timedelta(hours=30), "text", "1 day, 6:00:00"),
    ],
)
def test_typed(shown: Shown, kind: FieldType, value: Value) -> None:
    """A cell's value is of its column's type, or the text that stands there; what is no number is none."""
    assert typed(shown, kind, "CNY") == value


@pytest.mark.parametrize(
    ("shown", "value"),
    [
        (3, 3),
        (0.19, Amount(Decimal("0.19"))),
        ("=1+1", "=1+1"),
        (False, "FALSE"),
        (datetime(2026, 11, 3), date(2026, 11, 3)),
        (date(2026, 11, 3), date(2026, 11, 3)),
        (None, None),
        (float("inf"), "inf"),
    ],
)
def test_of_the_persons_own(shown: Shown, value: Value) -> None:
    """A column of the person's own is handed in as it is."""
    assert free(shown) == value


@given(
    st.none() | st.text() | st.booleans() | st.integers() | st.floats() | st.dates() | st.datetimes() | st.times(),
    st.sampled_from(["text", "amount", "date", "datetime", "id", "integer"]),
)
def test_anything(shown: Shown, kind: FieldType) -> None:
    """Whatever a person put into a cell, it becomes some value, and nothing that is there becomes nothing."""
    for value in (typed(shown, kind), free(shown)):
        assert (value is None) == (shown is None or shown == "")
