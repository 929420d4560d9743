from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocrwatch.document import Amount, Cell, Row, Value
from ocrwatch.filing.naming import filed_name
from ocrwatch.filing.templates import filled, named_after, parsed, unknown_places, value_text

RECEIVED = datetime(2026, 11, 24, 22, 30, tzinfo=UTC)


def row(folder: str = "", **values: Value) -> Row:
    cells = tuple(Cell(name, value) for name, value in values.items())
    return Row(id="0123456789abcdef-2", cells=cells, received=RECEIVED, engine="local", folder=folder)


def name(template: str, scan: str = "IMG_1.JPG", folder: str = "", **values: Value) -> str:
    found = parsed(template)
    assert found is not None
    return named_after(row(folder, **values), found, scan, zone=UTC)


def test_by_what_was_read() -> None:
    """A scan is called by the values of its row, plainly, and keeps its suffix."""
    values: dict[str, Value] = {
        "date": date(2026, 11, 3), "company": "中国铁路", "total": Amount(Decimal("553.5"), "CNY"), "seats": 2,
    }  # fmt: skip
    assert name("{date} {company} {total}", **values) == "2026-11-03 中国铁路 553.50 CNY.JPG"
    assert name("{seats}x {ＤＡＴＥ}", **values) == "2x 2026-11-03.JPG"


def test_beside_the_fields() -> None:
    """The day of arrival, the subfolder and the id may stand in a name; a field of that name goes before them."""
    assert name("{received} {folder} {id}", folder="anna/trip") == "2026-11-24 anna-trip 0123456789abcdef.JPG"
    assert name("{id}", id="A-7") == "A-7.JPG"


@pytest.mark.parametrize(
    ("template", "given", "said"),
    [
        ("{a} {b} {c}", "a c", "A C"),
        ("{a}_{b}-{c}", "a c", "A_C"),
        ("{a} - {b}", "a", "A"),
        ("{a} - {b}", "b", "B"),
        ("{a} ({b}) {c}", "a c", "A C"),
        ("{a} ({b})", "a", "A"),
        ("{a} ({b}, {c})", "a c", "A (C)"),
        ("{a} ({b}, {c})", "a b", "A (B)"),
        ("{a}，{b}，{c}", "c", "C"),
        ("No {a} of {b}", "a", "No A of"),
        ("paid {a}{b}", "b", "paid B"),
        ("{a} {b} {c} {d}", "a d", "A D"),
        ("x {a} {b}", "", ""),
    ],
)
def test_what_is_missing(template: str, given: str, said: str) -> None:
    """What is missing is left out with what separated it; without any value nothing is left."""
    found = parsed(template)
    assert found is not None
    assert filled(found, {key: key.upper() for key in given.split()}) == said


def test_a_minus_stays() -> None:
    """A refund at a name's beginning stays a refund: only the template's own text is tidied."""
    refund = Amount(Decimal("-12"), "EUR")
    assert name("{date} - {total} {company}", total=refund) == "-12.00 EUR.JPG"
    assert name("{total}", total=refund) == "-12.00 EUR.JPG"


def test_nothing_known() -> None:
    """A scan of which nothing is known keeps its name."""
    assert name("Receipt {date} {company}", company=None, date=None) == "IMG_1.JPG"
    assert name("{company}", company=" . \u202e\u0007") == "IMG_1.JPG"


@pytest.mark.parametrize(
    ("company", "filed"),
    [
        ("../../etc/passwd", "-..-etc-passwd.jpg"),
        ("..\\..\\C:", "-..-C-.jpg"),
        (".hidden", "hidden.jpg"),
        ("CON", "_CON.jpg"),
        ("~$Book", "$Book.jpg"),
        ("a\u202egpj.exe\u2066b", "agpj.exeb.jpg"),
        ("Two\nlines\tand  more", "Two lines and more.jpg"),
        ('"ACME" <GmbH>?*', "ACME GmbH.jpg"),
        ("zero\u200bwidth\ufeff", "zerowidth.jpg"),
    ],
)
def test_path_tricks(company: str, filed: str) -> None:
    """No value makes a path, a hidden file, a device, or a name that reads otherwise than it is."""
    assert filed_name(name("{company}", "scan.jpg", company=company)) == filed


@given(st.text(max_size=400), st.text(max_size=400), st.sampled_from([".jpg", ".PDF", ""]))
def test_any_value(one: str, two: str, suffix: str) -> None:
    """Whatever was read, the name is one part of a path, at most 255 bytes, with the scan's own suffix."""
    made = filed_name(name("{a} ({b}) {total}", "scan" + suffix, a=one, b=two, total=Amount(Decimal("1.5"), "USD")))
    assert 0 < len(made.encode()) <= 255
    assert not set("/\\:\0") & set(made)
    assert not made.startswith(".")
    assert made.endswith("1_50 USD" if not suffix else "1.50 USD" + suffix), "long values do not push out the total"


def test_without_suffix() -> None:
    """The decimals of an amount are no suffix: a number goes behind them."""
    assert name("{total}", "scan", total=Amount(Decimal("12.5"))) == "12_50"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (Amount(Decimal("1234.5"), "CNY"), "1234.50 CNY"),
        (Amount(Decimal("0.125"), ""), "0.125"),
        (Amount(Decimal("1500"), "JPY"), "1500 JPY"),
        (Amount(Decimal("1E+3"), "USD"), "1000.00 USD"),
        (datetime(2026, 11, 3, 7, 5), "2026-11-03 07.05"),
        (7, "7"),
        (None, ""),
    ],
)
def test_values(value: Value, said: str) -> None:
    """Values stand plainly in a name: days as ISO, amounts with their cents and currency."""
    assert value_text(value) == said


def test_what_is_no_template() -> None:
    """Braces must pair and hold a name, and the name be one of the fields."""
    assert parsed("{date") is None
    assert parsed("date}") is None
    assert parsed("{}") is None
    assert parsed("{{date}}") is None
    template = parsed("{Date} {totl} {received}")
    assert template is not None
    assert unknown_places(template, ["date", "total"]) == ["totl"]
