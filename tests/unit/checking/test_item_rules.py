"""A table's lines as rows: typed, doubts named by their line, sums and products compared; nothing ever filled."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from ocrwatch.checking.checker import RowChecker
from ocrwatch.config.profiles import built_in
from ocrwatch.document import Amount, Cell, Value
from ocrwatch.ports import Field, ItemTexts, Profile, Reading, Said
from tests.unit.checking.test_row_checker import document, said

RECEIPT = built_in()["receipt-items"]
HEAD: dict[str, Said] = {"company": "Tea house", "date": "31/05/2018", "total": "8.00"}
TEA = {"name": "Green tea", "quantity": "2", "unit price": "2.50", "amount": "5.00"}
MILK = {"name": "Milk", "quantity": None, "unit price": None, "amount": "3.00"}


def checked(lines: ItemTexts, profile: Profile = RECEIPT, **head: str) -> tuple[list[dict[str, Value]], list[str]]:
    """The lines of the row's table, and what is said of the row."""
    entry: dict[str, Said] = {**HEAD, **head, "items": lines}
    (row,) = RowChecker().rows(document(), profile, Reading(entries=(entry,), engine="e", pages="1"))
    found = [{cell.name: cell.value for cell in line} for items in row.items for line in items.lines]
    return found, said(row)


def test_each_cell_has_its_type_and_what_is_missing_stays_empty() -> None:
    """One cell for each field of the table, in its order; an optional one is not missed."""
    lines, check = checked((TEA, MILK))
    assert check == []
    assert lines == [
        {
            "name": "Green tea",
            "quantity": Amount(Decimal(2)),
            "unit price": Amount(Decimal("2.50")),
            "amount": Amount(Decimal("5.00")),
        },
        {"name": "Milk", "quantity": None, "unit price": None, "amount": Amount(Decimal("3.00"))},
    ]
    assert list(lines[1]) == ["name", "quantity", "unit price", "amount"]


def test_doubts_name_their_line() -> None:
    """What is no value of its type stays text; after five lines it is told how many more there are."""
    lines, check = checked(({**TEA, "quantity": "two"}, {**MILK, "amount": "3.0?"}))
    assert [line["quantity"] for line in lines] == ["two", None]
    assert lines[1]["amount"] == "3.0?"
    assert check == [
        "items, line 1: quantity does not look like an amount",
        "items, line 2: amount has characters that could not be read (?)",
    ]
    _, check = checked(tuple({**MILK, "amount": "x"} for _ in range(8)))
    assert check[4:] == ["items, line 5: amount does not look like an amount", "items: 3 more to look at"]


def test_fields_of_any_type_may_stand_in_a_line() -> None:
    """Dates, numbers and ids are read as the document's own are; a required one is missed by its line."""
    own = Field(
        name="items",
        type="items",
        fields=(
            Field(name="day", type="date"),
            Field(name="no", type="id"),
            Field(name="n", type="integer", required=False),
        ),
    )
    lines, check = checked(({"day": "31/05/2018", "no": "007", "n": "3"}, {"day": None, "no": "x", "n": None}), Profile(
        name="p", fields=(own,)
    ))  # fmt: skip
    assert lines[0] == {"day": date(2018, 5, 31), "no": "007", "n": 3}
    assert check == ["items, line 2: day is missing"]


@pytest.mark.parametrize(
    ("head", "amounts", "said"),
    [
        ({"total": "8.00"}, ("5.00", "3.00"), None),
        ({"total": "8.05"}, ("5.00", "3.00"), None),
        ({"total": "8.10"}, ("5.00", "3.00"), "items add up to 8.00, total says 8.10"),
        ({"total": "8.48", "tax": "0.48"}, ("5.00", "3.00"), None),
        ({"total": "9.00", "tax": "0.48"}, ("5.00", "3.00"), "items add up to 8.00, total says 9.00"),
        ({"total": "9.00"}, ("5.00", None), None),
        ({"total": "9.00"}, ("5.00", "about 3"), None),
        ({"total": "about 9"}, ("5.00", "3.00"), None),
        ({"total": "RM9.00"}, ("$5.00", "$3.00"), None),
        ({"total": "7.00"}, ("10.00", "-3.00"), None),
    ],
)
def test_the_amounts_are_added_up(head: dict[str, str], amounts: tuple[str | None, ...], said: str | None) -> None:
    """Against the total, or the total without tax; not where an amount is missing or in another currency."""
    lines = tuple({"name": "x", "amount": amount} for amount in amounts)
    _, check = checked(lines, **head)
    found = [each for each in check if "add up" in each]
    assert found == ([said] if said else [])


def test_the_net_may_be_what_the_lines_add_up_to() -> None:
    """As on an invoice, whose lines stand without the tax."""
    fields = (*(field for field in built_in()["invoice"].fields if field.type == "amount"), RECEIPT.fields[-1])
    lines: ItemTexts = ({"name": "x", "amount": "100.00"},)
    profile = Profile(name="p", fields=fields)
    assert checked(lines, profile, net="100.00", tax="19.00", total="119.00")[1] == []
    assert checked(lines, profile, net="90.00", tax="19.00", total="109.00")[1] == [
        "items add up to 100.00, total says 109.00"
    ]


@pytest.mark.parametrize(
    ("quantity", "price", "amount", "is_right"),
    [
        ("3", "2.50", "7.50", True),
        ("3", "2.50", "8.50", False),
        ("0.456", "12.90", "5.88", True),
        ("300", "0.03", "9.99", True),
        ("300", "0.03", "12.00", False),
        ("10", "3", "30.50", False),
        ("-1", "2.50", "-2.50", True),
    ],
)
def test_quantity_and_unit_price_make_the_amount(quantity: str, price: str, amount: str, is_right: bool) -> None:
    """Within the rounding of a printed unit price."""
    _, check = checked(({"name": "x", "quantity": quantity, "unit price": price, "amount": amount},), total=amount)
    assert check == ([] if is_right else [f"items, line 1: {quantity} x {price} is not {amount}"])


def test_a_table_without_lines_is_missing() -> None:
    """Where it is required; the row is there all the same, and nothing stands on the table's sheet."""
    for lines in ((), None):
        entry: dict[str, Said] = {**HEAD, "items": lines}
        (row,) = RowChecker().rows(document(), RECEIPT, Reading(entries=(entry,), engine="e", pages="1"))
        assert (row.items, said(row)) == ((), ["items is missing"])
    assert row.cells[0] == Cell("company", "Tea house")


def test_a_sum_that_is_printed_is_no_doubt() -> None:
    """As a subtotal before tax and service, where the text is known; a single item's own amount is no sum."""
    entry: dict[str, Said] = {**HEAD, "total": "1,234.00", "items": (TEA, {**MILK, "amount": "1,100.00"})}
    for text, count in (("Tea 5.00 Milk 1,100.00 Subtotal 1,105.00", 0), ("Tea 5.00 Milk 1,100.00 x1,105.009", 1)):
        reading = Reading(entries=(entry,), engine="e", pages="1", text=text)
        (row,) = RowChecker().rows(document(), RECEIPT, reading)
        assert len([each for each in said(row) if "add up" in each]) == count
    single = Reading(entries=({**HEAD, "items": (TEA,)},), engine="e", pages="1", text="Tea 5.00 Total 8.00")
    assert said(RowChecker().rows(document(), RECEIPT, single)[0]) == ["items add up to 5.00, total says 8.00"]
