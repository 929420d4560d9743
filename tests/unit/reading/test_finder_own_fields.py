"""Fields of the user's own, found by the labels that papers print at them."""

from __future__ import annotations

import pytest

from ocrwatch.ports import Field, FieldType
from ocrwatch.reading.finder import find
from tests.unit.reading.typed import fields, found, typed


@pytest.mark.parametrize(
    "paper",
    [
        "Vehicle plate: WXY 1234",
        "VEHICLE PLATE   WXY 1234",
        "Vehicleplate:WXY 1234",
        "Vehicle plate :\nWXY 1234",
        "Vehicle plate: WXY 1234   Driver: Tan",
        "Driver: Tan   Vehicle plate: WXY 1234",
    ],
)
def test_a_label_is_found_behind_beside_or_above_its_value(paper: str) -> None:
    """The value stands behind its label, right of it, or under it; case, spaces and colons do not matter."""
    assert found(paper, fields("vehicle plate"))["vehicle plate"] == "WXY 1234"


def test_a_chinese_label_works_alike() -> None:
    """A Chinese field is found by its name, its value up to the next label."""
    assert found("车牌号：沪A12345  司机：王明", fields("车牌号", "司机")) == {"车牌号": "沪A12345", "司机": "王明"}


def test_the_next_label_is_not_a_value() -> None:
    """An empty place followed by another label stays empty."""
    assert found("Project:   Cost centre: 4711", fields("project", "cost centre")) == {"cost centre": "4711"}
    assert found("Project\nCost centre: 4711", fields("project", "cost centre")) == {"cost centre": "4711"}


def test_labels_of_a_field_are_tried_beside_its_name() -> None:
    """A field may name the labels that its papers print."""
    field = Field(name="plate", labels=("registration mark", "Kennzeichen"))
    assert found("Kennzeichen: B-XY 123", fields(field)) == {"plate": "B-XY 123"}


@pytest.mark.parametrize(
    ("type_", "printed", "value"),
    [
        ("amount", "RM 12.50 per day", "RM 12.50"),
        ("date", "from 12/03/2024 on", "12/03/2024"),
        ("datetime", "12/03/2024 14:30", "12/03/2024 14:30"),
        ("id", "AB-1234/X", "AB-1234/X"),
        ("integer", "17 pieces", "17"),
    ],
)
def test_a_value_is_the_piece_that_looks_like_its_type(type_: FieldType, printed: str, value: str) -> None:
    """From what stands at the label only the piece of the field's type is taken."""
    assert found(f"Rental: {printed}", fields(Field(name="rental", type=type_))) == {"rental": value}


@pytest.mark.parametrize("type_", ["amount", "date", "datetime", "id", "integer"])
def test_what_does_not_look_like_its_type_is_left(type_: FieldType) -> None:
    """Words at the label of a number or a date are no value."""
    assert found("Rental: as agreed", fields(Field(name="rental", type=type_))) == {}


def test_a_label_inside_a_word_is_none() -> None:
    """A label must begin and end where a word does."""
    assert found("Replated: no", fields("plate")) == {}
    assert found("The plates: two", fields("plate")) == {}


def test_a_paper_without_the_label_has_no_value() -> None:
    """What is not there is not in the answer."""
    assert found("CORNER SHOP LTD\nTOTAL    12.00", fields("vehicle plate")) == {}
    assert found("", fields("vehicle plate", "total", "date", "company")) == {}


def test_a_value_knows_the_lines_it_came_from() -> None:
    """The lines of a value tell how surely it was read."""
    lines = typed("Vehicle plate:   WXY 1234", score=0.7)
    (value,) = find(lines, fields("vehicle plate")).values()
    assert [line.text for line in value.lines] == ["WXY 1234"]
    assert value.lines[0].score == 0.7
