"""The items of receipts as the engine on this computer finds them: all of them, or none."""

from __future__ import annotations

import pytest

from ocrwatch.config.profiles import built_in
from ocrwatch.ports import Field
from ocrwatch.reading import finder_items
from ocrwatch.reading.lines import rows
from tests.unit.reading.typed import typed

ITEMS = built_in()["receipt-items"].fields[-1]


def found(paper: str, field: Field = ITEMS) -> list[tuple[str | None, ...]]:
    """Name, quantity, unit price and amount of each line."""
    return [tuple(line.values()) for line in finder_items.items(rows(typed(paper)), field)]


IN_ONE_ROW = """
    TEA HOUSE LTD
    Item                 Qty   Price   Amount
                               (RM)    (RM)
    Green tea            2     2.50    5.00 SR
    Milk 1.5% 1L         1     3.20    3.20*
    7" Bread             12    1.10    13.20
    Sub Total                          21.40
    GST 6%                             1.28
    Total                              22.68
    CASH                               30.00
    Tax summary
    SR                         21.40   1.28
    Total                      21.40   1.28
    """


def test_name_and_numbers_may_stand_in_one_row() -> None:
    """The amounts add up to a sum below; a tax code may stand behind them."""
    assert found(IN_ONE_ROW) == [
        ("Green tea", "2", "2.50", "5.00"),
        ("Milk 1.5% 1L", "1", "3.20", "3.20"),
        ('7" Bread', "12", "1.10", "13.20"),
    ]


@pytest.mark.parametrize(
    "paper",
    [
        """
        Item            QTY   U/P     Amount
        9555067700208   10    10.57   105.70
        YELLOW PAPER
        A4 80 GRAM
        4974052801334   1     2.70    2.70
        - ARTLINE 70
        Total Qty       11            108.40
        """,
        """
        Description     Qty   U.price   Total
        YELLOW PAPER
        A4 80 GRAM
                        10    10.57     105.70
        - ARTLINE 70
                        1     2.70      2.70
        Total                           108.40
        """,
    ],
    ids=["below", "above"],
)
def test_the_name_may_stand_below_or_above_its_numbers(paper: str) -> None:
    """In the same way all over the table; a long name takes more rows."""
    assert found(paper) == [
        ("YELLOW PAPER A4 80 GRAM", "10", "10.57", "105.70"),
        ("- ARTLINE 70", "1", "2.70", "2.70"),
    ]


def test_numbers_that_do_not_explain_the_amount_are_left_out() -> None:
    """And they are no part of the name."""
    paper = """
    Description   U.P    Iss  Exc  Sale   Amt(RM)
    O.C. WHITE    2.13   10   1    9      19.19
    JUMBO         3.00   5    2    3      9.00
    Total                                 28.19
    """
    assert found(paper) == [("O.C. WHITE", None, None, "19.19"), ("JUMBO", None, None, "9.00")]


def test_quantity_and_price_are_told_apart_or_left_out() -> None:
    """By the head's order, else by their looks: 1.00 times 0.75 could be either way."""
    head = "Item   {}   Amount\nTea   {}   {}   {}\nTotal   {}"
    assert found(head.format("Price   Qty", "2.50", "3", "7.50", "7.50")) == [("Tea", "3", "2.50", "7.50")]
    assert found(head.format("Qty   Price", "0.500", "2.50", "1.25", "1.25")) == [("Tea", "0.500", "2.50", "1.25")]
    assert found(head.format("", "3", "2.50", "7.50", "7.50")) == [("Tea", "3", "2.50", "7.50")]
    assert found(head.format("", "2.50", "3", "7.50", "7.50")) == [("Tea", "3", "2.50", "7.50")]
    assert found(head.format("", "1.00", "0.75", "0.75", "0.75")) == [("Tea", None, None, "0.75")]


@pytest.mark.parametrize(
    ("change", "into"),
    [
        ("5.00 SR", "5.60 SR"),  # misread: it does not add up
        ("3.20*", "3,2 *"),
        ("Green tea  ", "           "),
        ("Item                 Qty   Price   Amount", "                                           "),
        ("Sub Total                          21.40", "Sub Total                          21,4"),
        ("GST 6%                             1.28", "Delicia raspberry                  -.44"),
        ("Milk 1.5% 1L         1     3.20    3.20*", "Milk 1.5% 1L\n    1     3.20    3.20"),
        ("Milk 1.5% 1L", "Milk 1.5% 1L         1     3.20    3.20*\n    member price\n    Salt"),
    ],
)
def test_where_anything_is_unclear_there_are_none(change: str, into: str) -> None:
    """A sum that does not fit, a row of another kind, a row among the sums: then it may be incomplete."""
    assert change in IN_ONE_ROW
    assert found(IN_ONE_ROW.replace(change, into)) == []


def test_a_table_of_the_users_own_gets_what_it_asks_for() -> None:
    """By the names of its fields; what none of them means stays away, and what is not printed is empty."""
    own = Field(
        name="Positionen",
        type="items",
        fields=(
            Field(name="Artikel"),
            Field(name="Farbe"),
            Field(name="金额", type="amount"),
            Field(name="qty", type="integer"),
        ),
    )
    assert found(IN_ONE_ROW, own)[0] == ("Green tea", None, "5.00", "2")


def test_a_chinese_receipt() -> None:
    """Heads and sums in Chinese."""
    paper = """
    商品名称     数量   单价    金额
    干炒河粉     2      10.00   20.00
    豆奶仙草     1      3.00    3.00
    合计                        23.00
    """
    assert found(paper) == [("干炒河粉", "2", "10.00", "20.00"), ("豆奶仙草", "1", "3.00", "3.00")]
