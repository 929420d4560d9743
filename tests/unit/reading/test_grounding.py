from __future__ import annotations

import pytest

from ocrwatch.ports import Field, Profile, Reading
from ocrwatch.reading.grounding import grounded

PROFILE = Profile(name="t", fields=(Field(name="total", type="amount"), Field(name="no", type="id"), Field(name="who")))
OWN = "Some Company Limited, Invoice INV-2024/0071\nSubtotal 1,134.50  Tax 100.00  Total EUR 1.234,50"


def said(**entry: str) -> Reading:
    return Reading(entries=(entry,), engine="model", pages="1")


@pytest.mark.parametrize("total", ["1,234.50", "€ 1234.5", "1.234,50", "100"])
def test_what_the_file_holds_is_no_doubt(total: str) -> None:
    """Whatever the separators; its own text is kept as evidence."""
    found = grounded(said(total=total, no="INV 2024 0071", who="Somebody else"), OWN, PROFILE)
    assert found.remarks == ()
    assert "Some Company" in found.text


@pytest.mark.parametrize(("name", "value"), [("total", "1,284.50"), ("no", "INV-2024/0077")])
def test_what_the_file_does_not_hold_is_told(name: str, value: str) -> None:
    """A digit that the service misread stands out."""
    (remark,) = grounded(said(**{name: value}), OWN, PROFILE).remarks
    assert value in str(remark)


def test_a_picture_with_a_stamp_tells_nothing() -> None:
    """So little text is no evidence."""
    reading = said(total="5.00")
    assert grounded(reading, "Page 1 of 1", PROFILE) == reading
