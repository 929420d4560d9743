"""A field's text becomes its typed value, or stays as it is and is named: nothing is guessed."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocrwatch.checking.evidence import evidence_in
from ocrwatch.checking.printed import has_unread, narrowed, trimmed
from ocrwatch.checking.values import Checked, checked
from ocrwatch.document import Amount, Value
from ocrwatch.messages import message
from ocrwatch.ports import DateOrder, Field, FieldType

ARRIVED = date(2018, 4, 1)


def look(
    text: str | None,
    type_: FieldType,
    *page: str,
    name: str = "field",
    required: bool = True,
    labels: tuple[str, ...] = (),
    order: DateOrder | None = None,
    earlier: DateOrder | None = None,
) -> Checked:
    field = Field(name=name, type=type_, required=required, labels=labels)
    evidence = evidence_in((text or "", *page), ARRIVED, set_order=order, earlier_order=lambda: earlier)
    return checked(text, field, evidence)


def said(found: Checked) -> list[str]:
    return [str(each) for each in found.check]


# ---------------------------------------------------------------- empty and unread


@pytest.mark.parametrize("type_", ["text", "amount", "date", "datetime", "id", "integer"])
@pytest.mark.parametrize("text", [None, "", "  ", "\u3000\n", "\u200b \ufeff"])
def test_what_was_not_read_is_empty(type_: FieldType, text: str | None) -> None:
    """An empty cell, named where the field is required; no zero, no today, no default."""
    assert look(text, type_) == Checked(None, (message("{field} is missing", field="field"),))
    assert look(text, type_, required=False) == Checked(None)


@pytest.mark.parametrize(
    ("type_", "text"),
    [
        ("text", "SAN?ATION"),
        ("amount", "1?.50"),
        ("amount", "￥337.5？"),
        ("date", "0?/03/2018"),
        ("datetime", "2018-03-0? 10:44"),
        ("id", "4107281991?1015515"),
        ("integer", "1?"),
        ("id", "12\ufffd4"),
    ],
)
def test_unread_characters_are_named(type_: FieldType, text: str) -> None:
    """A text with `?` stays as it is, whatever could be made of the rest."""
    assert look(text, type_) == Checked(
        text, (message("{field} has characters that could not be read (?)", field="field"),)
    )


# ---------------------------------------------------------------- amounts


@pytest.mark.parametrize(
    ("text", "number", "currency"),
    [
        ("8.20", "8.20", ""),
        ("RM 8.20", "8.20", "MYR"),
        ("￥337.50元", "337.50", "CNY"),
        ("$8.20", "8.20", "$"),
        ("0.00", "0.00", ""),
        ("-12.00", "-12.00", ""),
        ("(12.00)", "-12.00", ""),
        ("12.00 CR", "-12.00", ""),
        ("退￥337.50元", "-337.50", "CNY"),
        ("退票 ￥20.00", "-20.00", "CNY"),
        ("￥20.00", "20.00", "¥"),
        ("Refund RM 5.00", "-5.00", "MYR"),
        ("Total: RM8.20", "8.20", "MYR"),
        ("total 8.20", "8.20", ""),
        ("合计8.20", "8.20", ""),
    ],
)
def test_amounts_are_typed(text: str, number: str, currency: str) -> None:
    """Exact numbers, refunds negative, the currency as printed and none where none is."""
    found = look(text, "amount", name="Total", labels=("合计",))
    assert found.value == Amount(Decimal(number), currency)
    assert str(found.value.number) == number
    assert found.check == ()


@pytest.mark.parametrize(
    "text", ["free", "8.20 + 1.00", "5 x 1.20", "8%", "8.20 incl. GST", "RM", "12-34", "Total 1 8.20", "1,2,3", "8.2.0"]
)
def test_what_is_not_one_amount_stays_text(text: str) -> None:
    """No part of a text is taken for the whole."""
    assert look(text, "amount", name="Total") == Checked(
        text, (message("{field} does not look like an amount", field="Total"),)
    )


def test_an_amount_that_can_be_two_stays_text() -> None:
    """1.234 may be a thousand and more; the row says between what to choose, and the page can settle it."""
    found = look("1.234", "amount", name="Total")
    assert found.value == "1.234"
    assert said(found) == ["Total could be 1234 or 1.234: which?"]
    assert look("1.234", "amount", "9,90 1,50").value == Amount(Decimal("1234"))


# ---------------------------------------------------------------- dates


def test_an_ambiguous_date_is_settled_by_evidence_alone() -> None:
    """By the setting, else the page, else the inbox's earlier dates; else it stays text and the row asks."""
    text = "06/03/2018"
    assert look(text, "date", order="DMY") == Checked(date(2018, 3, 6))
    assert look(text, "date", order="MDY", earlier="DMY").value == date(2018, 6, 3)
    assert look(text, "date", "31/03/2018", earlier="MDY") == Checked(date(2018, 3, 6))
    assert look(text, "date", earlier="DMY") == Checked(date(2018, 3, 6))
    found = look(text, "date", name="date")
    assert found.value == text
    assert said(found) == ["date could be 2018-03-06 or 2018-06-03: which?"]
    assert said(look("05/06/07", "date", name="date")) == ["date could be 2005-06-07, 2007-05-06 or 2007-06-05: which?"]


@pytest.mark.parametrize(
    ("type_", "text", "value"),
    [
        ("date", "28/03/2018", date(2018, 3, 28)),
        ("date", "2018年3月28日", date(2018, 3, 28)),
        ("date", "28/03/2018 10:44", date(2018, 3, 28)),
        ("date", "Date: 28 MAR 2018", date(2018, 3, 28)),
        ("datetime", "2018年3月28日 10:44开", datetime(2018, 3, 28, 10, 44)),
        ("datetime", "28/03/2018 3:05:09 PM", datetime(2018, 3, 28, 15, 5, 9)),
    ],
)
def test_dates_are_typed(type_: FieldType, text: str, value: Value) -> None:
    """A day, with the printed time of day where the field has one."""
    found = look(text, type_, name="date")
    assert found == Checked(value)
    assert type(found.value) is type(value)


@pytest.mark.parametrize("text", ["31/02/2018", "yesterday", "2018", "28/03", "10:44", "28/03/2018 to 29/03/2018", "1"])
def test_what_is_no_date_stays_text(text: str) -> None:
    """Nothing is completed: no year, no day, no month."""
    for type_ in ("date", "datetime"):
        assert look(text, type_) == Checked(text, (message("{field} does not look like a date", field="field"),))


def test_a_time_is_not_invented() -> None:
    """A day alone in a field for a time stays a day, and the row says so."""
    found = look("2018-03-28", "datetime", name="departure")
    assert type(found.value) is date
    assert said(found) == ["departure has no time of day"]


@pytest.mark.parametrize(
    ("name", "text", "remarks"),
    [
        ("date", "2018-04-02", []),
        ("date", "2018-04-03", ["date lies in the future"]),
        ("due date", "2018-06-30", []),
        ("发车时间", "2018-06-30", []),
        ("due date", "2020-06-30", ["due date lies in the future"]),
        ("date", "1977-12-31", ["date lies more than 40 years back"]),
        ("date of birth", "1950-01-01", []),
        ("date", "Mon 2018-03-28", ["date: the day of the week does not fit the date"]),
        ("date", "Wed 2018-03-28", []),
    ],
)
def test_unlikely_days_are_kept_and_named(name: str, text: str, remarks: list[str]) -> None:
    """The printed day stands; a person is asked to look where it is odd for such a field."""
    found = look(text, "date", name=name)
    assert type(found.value) is date
    assert said(found) == remarks


def test_a_date_against_the_setting_is_named() -> None:
    """13 can be no month: the date is that day, and the row says that the setting does not fit."""
    found = look("03/13/2018", "date", name="date", order="DMY")
    assert found.value == date(2018, 3, 13)
    assert said(found) == ["date is not written in the order DMY"]


# ---------------------------------------------------------------- identifiers, whole numbers, text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("24439116782000000123", "24439116782000000123"),
        ("0012", "0012"),
        (" 4107281991****5515 ", "4107281991****5515"),
        ("ＡＢ１２", "AB12"),
        ("No. 12-3 / 4", "No. 12-3 / 4"),
        ("1e5", "1e5"),
        ("=1+1", "=1+1"),
    ],
)
def test_identifiers_stay_as_printed(text: str, value: str) -> None:
    """No digit, zero or sign is lost; only full-width letters and digits are narrowed."""
    assert look(text, "id", name="number") == Checked(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [("5", 5), ("-3", -3), ("+4", 4), ("－３", -3), ("007", 7), ("pieces: 12", 12), ("999999999999999", 10**15 - 1)],
)
def test_whole_numbers_are_typed(text: str, value: int) -> None:
    """Digits with a sign at most, the field's own label before them apart."""
    assert look(text, "integer", name="pieces") == Checked(value)


@pytest.mark.parametrize("text", ["5.0", "1,000", "1 000", "two", "5 pcs", "1e3", "--5", "9999999999999999", "²", "٣"])
def test_what_is_no_whole_number_stays_text(text: str) -> None:
    """Nothing is rounded, joined or taken out of other words."""
    assert look(text, "integer") == Checked(
        text, (message("{field} does not look like a whole number", field="field"),)
    )


@pytest.mark.parametrize("text", ["=SUM(A1)", "a\nb", "ＴＥＤ　ＨＥＮＧ", "O'Neil & Sons", "12.00", "合计：8.20"])
def test_texts_are_verbatim(text: str) -> None:
    """A text field is what was read."""
    assert look(text, "text") == Checked(text)


# ---------------------------------------------------------------- everything

types = st.sampled_from(["text", "amount", "date", "datetime", "id", "integer"])
wild = st.text(max_size=30) | st.text("0123456789.,-/:() ?￥RM元年月日退CR\u200b\u3000", max_size=16)


@given(text=wild, type_=types, page=wild, order=st.sampled_from([None, "DMY", "MDY", "YMD"]))
def test_a_value_is_typed_or_the_text_itself(text: str, type_: FieldType, page: str, order: DateOrder | None) -> None:
    """No text raises; a value that is not typed is the whole text, and then the row says why."""
    found = look(text, type_, page, order=order)
    printed = trimmed(text)
    if not printed:
        assert found.value is None
    elif isinstance(found.value, str):
        assert found.value == (narrowed(printed) if type_ == "id" and not has_unread(printed) else printed)
        assert found.check or type_ in ("text", "id")
    else:
        assert not has_unread(printed)
        assert {"amount": Amount, "date": date, "datetime": date, "integer": int}[type_]
        assert isinstance(found.value, {"amount": Amount, "integer": int}.get(type_, date))


@given(text=wild, type_=types)
def test_typed_numbers_have_the_printed_digits(text: str, type_: FieldType) -> None:
    """A number's digits stand in the text in their order."""
    found = look(text, type_)
    if isinstance(found.value, Amount):
        digits = f"{abs(found.value.number):f}".replace(".", "").lstrip("0")
    elif isinstance(found.value, int):
        digits = str(abs(found.value)).lstrip("0")
    else:
        return
    if trimmed(text).isascii():
        assert digits in "".join(filter(str.isdigit, text))
