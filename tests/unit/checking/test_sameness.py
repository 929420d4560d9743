"""By what two documents are the same invoice."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ocrwatch.checking.sameness import marks, rule
from ocrwatch.config.profiles import built_in
from ocrwatch.document import Amount, Cell, Row, Value
from ocrwatch.ports import Field

FIELDS = (
    Field(name="发票号码", type="id", unique=True),
    Field(name="company"),
    Field(name="date", type="date"),
    Field(name="total", type="amount"),
)
DAY, TOTAL = date(2026, 11, 24), Amount(Decimal("8.20"), "CNY")


def made(**values: Value) -> Row:
    cells = tuple(Cell({"number": "发票号码"}.get(name, name), value) for name, value in values.items())
    return Row(id="a" * 16, cells=cells, received=datetime(2026, 1, 1, tzinfo=UTC), engine="local")


def is_found(later: Row, earlier: Row) -> bool:
    return bool(set(marks(later, FIELDS).sought) & set(marks(earlier, FIELDS).left))


def test_the_number_alone_tells_the_same_invoice() -> None:
    """However it is spaced and in whatever width; what else is read may differ."""
    assert is_found(made(number="２４１１ 0012", company="a"), made(number="24110012", company="b"))
    assert not is_found(made(number="24110012"), made(number="24110013"))


def test_without_a_number_seller_date_and_amount_do() -> None:
    """All three; an earlier row that has a number is found by them too."""
    same = {"company": "Shop  & Sons", "date": DAY, "total": TOTAL}
    earlier = made(number="1", company="shop & sons", date=DAY, total=Amount(Decimal("8.2"), "CNY"))
    assert is_found(made(**same), earlier)
    for other in ({"company": "Else"}, {"date": date(2026, 11, 25)}, {"total": Amount(Decimal("8.21"), "CNY")}):
        assert not is_found(made(**{**same, **other}), earlier)
    for name in same:
        assert marks(made(**{**same, name: None}), FIELDS).sought == ()


def test_two_numbers_tell_two_invoices_apart() -> None:
    """Two tickets of one price on one day from one seller."""
    same = {"company": "Shop", "date": DAY, "total": TOTAL}
    assert not is_found(made(number="1", **same), made(number="2", **same))


def test_what_is_not_plainly_read_marks_nothing() -> None:
    """A number with characters that were not read is no number."""
    assert marks(made(number="2411?012"), FIELDS).left == ()
    assert marks(made(company="Shop", date="24.11.", total=TOTAL), FIELDS).left == ()


def test_the_built_in_types_know_their_invoices() -> None:
    """Tickets and invoices by number, receipts by shop, date and total."""
    profiles = built_in()
    assert [field.name for field in profiles["train-ticket"].fields if field.unique] == ["发票号码"]
    assert [field.name for field in profiles["invoice"].fields if field.unique] == ["number"]
    receipt = made(company="Shop", date=DAY, total=TOTAL, tax=Amount(Decimal(1), "CNY"))
    assert len(marks(receipt, profiles["receipt"].fields).sought) == 1


def test_the_rule_changes_with_the_fields() -> None:
    """So that rows from before are marked anew."""
    assert rule(FIELDS) != rule(FIELDS[1:])
    assert rule(FIELDS) == rule((FIELDS[0], Field(name="more"), *FIELDS[1:]))


VALUES = st.one_of(
    st.none(),
    st.text(max_size=8),
    st.integers(),
    st.dates(),
    st.builds(Amount, st.decimals(places=2, allow_nan=False, allow_infinity=False)),
)


@given(VALUES, VALUES, VALUES, VALUES)
def test_a_row_finds_itself(number: Value, company: Value, day: Value, total: Value) -> None:
    """What is sought is among what is left, whatever was read."""
    found = marks(made(number=number, company=company, date=day, total=total), FIELDS)
    assert set(found.sought) <= set(found.left)
    assert all(found.left)
