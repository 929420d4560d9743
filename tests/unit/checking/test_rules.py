"""What must hold between fields is tried where it is unmistakable, and named, never mended."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ocrwatch.checking.rules import breaches
from ocrwatch.config.profiles import built_in
from ocrwatch.document import Amount, Value
from ocrwatch.ports import Field

MONEY = (
    Field(name="net", type="amount"),
    Field(name="tax", type="amount"),
    Field(name="total", type="amount"),
)


def amount(number: str, currency: str = "") -> Amount:
    return Amount(Decimal(number), currency)


def said(fields: tuple[Field, ...], **values: Value) -> list[str]:
    return [str(each) for each in breaches(fields, values)]


@pytest.mark.parametrize(
    ("net", "tax", "total", "remarks"),
    [
        ("100.00", "6.00", "106.00", []),
        ("100.00", "6.00", "106.05", []),
        ("100.00", "6.00", "106.06", ["net and tax do not add up to total"]),
        ("100.00", "6.00", "100.00", ["net and tax do not add up to total"]),
        ("-100.00", "-6.00", "-106.00", []),
        ("-100.00", "-6.00", "106.00", ["net and tax do not add up to total"]),
        ("0", "0", "0", []),
        ("1.00", "106.00", "6.00", ["tax is more than total"]),
        ("1.00", "-106.00", "6.00", ["tax is more than total"]),
    ],
)
def test_sums(net: str, tax: str, total: str, remarks: list[str]) -> None:
    """Net and tax make the total, to a rounding of 0.05; the tax is a part of it. Refunds likewise."""
    assert said(MONEY, net=amount(net), tax=amount(tax), total=amount(total)) == remarks


def test_what_is_not_an_amount_is_not_added() -> None:
    """Missing values, texts, and other currencies are not compared; an unseen currency may be the same."""
    assert said(MONEY, net=None, tax=amount("6"), total=amount("106")) == []
    assert said(MONEY, net="100?", tax=amount("6"), total=amount("1")) == ["tax is more than total"]
    assert said(MONEY, net=amount("1"), tax=None, total=amount("106")) == []
    assert said(MONEY, net=amount("1"), tax="6?", total=amount("106")) == []
    assert said(MONEY, net=amount("1"), tax=amount("6", "EUR"), total=amount("106", "USD")) == []
    assert said(MONEY, net=amount("1", "EUR"), tax=amount("6", "USD"), total=amount("106", "USD")) == []
    assert said(MONEY, net=amount("1"), tax=amount("6", "USD"), total=amount("106")) == [
        "net and tax do not add up to total"
    ]


@pytest.mark.parametrize(
    "fields",
    [
        (Field(name="tax", type="amount"), Field(name="tip", type="amount")),
        (*MONEY, Field(name="Total Amount", type="amount")),
        (Field(name="tax"), Field(name="total", type="amount")),
        (Field(name="a", type="amount", labels=("tax",)), Field(name="b", type="amount", labels=("tax", "total"))),
    ],
)
def test_a_role_that_is_not_clear_is_not_tried(fields: tuple[Field, ...]) -> None:
    """Two fields for one role, or none, are no ground for a remark."""
    values: dict[str, Value] = {field.name: amount("9") for field in fields}
    values["tax"] = amount("1000")
    assert breaches(fields, values) == ()


def test_a_field_is_known_by_its_label_too() -> None:
    """A person's own names are fine where their labels tell the role."""
    fields = (
        Field(name="不含税", type="amount"),
        Field(name="税", type="amount", labels=("税额",)),
        Field(name="一共", type="amount", labels=("价税合计",)),
    )
    assert said(fields, 不含税=amount("100"), 税=amount("13"), 一共=amount("113")) == []
    assert said(fields, 不含税=amount("100"), 税=amount("13"), 一共=amount("131")) == [
        "不含税 and 税 do not add up to 一共"
    ]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("北京南", "上海虹桥", False),
        ("北京南", "北京南", True),
        ("Berlin  HBF", "berlin hbf", True),
        ("ＡＢ", "ab", True),
        ("", "", False),
    ],
)
def test_two_places_differ(one: str, other: str, same: bool) -> None:
    """A train leaves one place for another."""
    fields = (Field(name="起始站"), Field(name="终点站"))
    assert said(fields, 起始站=one or None, 终点站=other or None) == (
        ["起始站 and 终点站 are the same"] if same else []
    )


def test_seller_and_buyer_differ() -> None:
    """Nobody sells to himself, by name or by tax number."""
    fields = built_in()["invoice"].fields
    values: dict[str, Value] = {"seller": "A Ltd", "buyer": "A LTD", "seller tax id": "91X", "buyer tax id": "91Y"}
    assert [str(each) for each in breaches(fields, values)] == ["seller and buyer are the same"]
    values = {"seller": "A", "buyer": "B", "seller tax id": "91X", "buyer tax id": "91x"}
    assert [str(each) for each in breaches(fields, values)] == ["seller tax id and buyer tax id are the same"]


@pytest.mark.parametrize("name", ["receipt", "invoice", "train-ticket"])
def test_built_in_types_have_clear_roles(name: str) -> None:
    """The rules are tried for the built-in document types, in so far as they have the fields."""
    fields = built_in()[name].fields
    values: dict[str, Value] = {field.name: "same" for field in fields}
    values |= {"net": amount("1"), "tax": amount("2"), "total": amount("9")}
    expected = {
        "receipt": [],
        "invoice": [
            "net and tax do not add up to total",
            "seller and buyer are the same",
            "seller tax id and buyer tax id are the same",
        ],
        "train-ticket": ["起始站 and 终点站 are the same"],
    }
    assert [str(each) for each in breaches(fields, values)] == expected[name]
