"""Another buyer is named, ours is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from ocrwatch.checking.buyers import ANYBODY, Buyer, other_buyer
from ocrwatch.checking.checker import RowChecker
from ocrwatch.config.profiles import built_in
from ocrwatch.document import Document, Signature
from ocrwatch.ports import Embedded, Reading
from tests.einvoices import BUYER, BUYER_TAX_ID

OURS = Buyer(name=BUYER, tax_id=BUYER_TAX_ID)
FIELDS = built_in()["china-invoice"].fields


def told(name: str | None, tax_id: str | None, ours: Buyer = OURS) -> list[str]:
    values = {"购买方名称": name, "购买方税号": tax_id}
    return [str(said) for said in other_buyer(FIELDS, values, {}, ours)]


@pytest.mark.parametrize("name", [BUYER, f" {BUYER[:3]} {BUYER[3:]}", None, "杭州云溪测试科技有限?司"])
@pytest.mark.parametrize(
    "tax_id", [BUYER_TAX_ID, "９１３３０１０５MA7C4PL8XP", BUYER_TAX_ID.lower(), None, "9133?105MA7C4PL8XP"]
)
def test_ours_however_it_is_written(name: str | None, tax_id: str | None) -> None:
    """Width, case and spaces are no difference; what was not read names nobody."""
    assert told(name, tax_id) == []


def test_brackets_of_either_width_are_one() -> None:
    """甲（杭州）公司 is 甲(杭州)公司."""
    assert told("甲（杭州）公司", None, Buyer(name="甲(杭州)公司")) == []


def test_another_is_named() -> None:
    """By name, by number, by both; one character of the number is enough."""
    assert told("别人有限公司", BUYER_TAX_ID) == [f"the buyer is 别人有限公司, not {BUYER}"]
    assert told(BUYER, BUYER_TAX_ID[:-1] + "Q") == [
        f"the buyer's tax number is {BUYER_TAX_ID[:-1]}Q, not {BUYER_TAX_ID}"
    ]
    assert len(told("别人有限公司", "91110108MA01ABCD2H")) == 2


def test_anybody_where_nobody_is_set() -> None:
    """Without a buyer in the configuration nothing is said."""
    assert told("别人有限公司", "91110108MA01ABCD2H", ANYBODY) == []


def test_the_data_names_the_buyer_where_no_column_does() -> None:
    """A train ticket's columns have none; its data does, and Check tells."""
    document = Document(
        inbox="", book="", path=Path("a"), signature=Signature(0, 0, 0), digest="0" * 64, arrived_at=1.7e9
    )
    own = Embedded(facts={"buyer": "别人有限公司"}, paper="train ticket", invoice="1" * 20)
    reading = Reading(entries=({"车次": "G1"},), engine="embedded data", pages="1", embedded=own)
    (row,) = RowChecker(buyer=OURS).rows(document, built_in()["train-ticket"], reading)
    assert f"the buyer is 别人有限公司, not {BUYER}" in [str(said) for said in row.check]
    assert row.invoice == "1" * 20
