"""Which rows are of a month, and how they are handed in."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from ocrwatch.document import Amount, Cell, Row
from ocrwatch.ledger.formats import amount_format, shown_currency
from ocrwatch.ledger.layout import columns
from ocrwatch.packing.rows import Look, packed_name, papers_of, rows_of, usual_template
from ocrwatch.packing.selecting import rule_of, selected
from ocrwatch.packing.totals import By, groups, totals, uncounted
from ocrwatch.ports import Field, Line, Shown

FIELDS = (
    Field(name="date", type="date"),
    Field(name="company"),
    Field(name="net", type="amount"),
    Field(name="total", type="amount"),
)
COLUMNS = columns(FIELDS, folder_column=True)
BY_DOCUMENT, BY_RECEIVED = rule_of(COLUMNS, "document"), rule_of(COLUMNS, "received")
NOVEMBER = datetime(2026, 11, 24, 12)
A, B, C = "a" * 16, "b" * 16, "c" * 16


def line(row_id: str, number: int = 2, received: Shown = NOVEMBER, **shown: Shown) -> Line:
    return Line(number=number, id=row_id, shown={"received": received, "document id": row_id, **shown})


def ids(lines: list[Line], month: str = "2026-11", *, by_document: bool = True) -> list[str]:
    found = selected(lines, month, BY_DOCUMENT if by_document else BY_RECEIVED)
    return [each.id for each in found.lines]


def test_the_month() -> None:
    """By the date on the paper as it stands now, else by the day it came in; rows stay in the sheet's order."""
    lines = [
        line(A, date=datetime(2026, 10, 31)),
        line(B, date="2026-11-01"),
        line(C, date=None),
        line("d" * 16, date="31.10.2026"),
        line("e" * 16, date=datetime(2026, 11, 30), received=datetime(2026, 12, 1)),
    ]
    assert ids(lines) == [B, C, "d" * 16, "e" * 16]
    assert ids(lines, by_document=False) == [A, B, C, "d" * 16]
    assert ids(lines, "2026-10") == [A]


def test_one_paper() -> None:
    """The rows of one paper stand together, by its first date."""
    lines = [
        line(f"{A}-1", 2, date=None, received=datetime(2026, 12, 1)),
        line(B, 3, date=datetime(2026, 11, 5)),
        line(f"{A}-2", 4, date=datetime(2026, 11, 2), received=datetime(2026, 12, 1)),
    ]
    assert ids(lines) == [f"{A}-1", B, f"{A}-2"]
    assert ids(lines, "2026-12") == []


def test_without_any_date() -> None:
    """A row of no month at all is told."""
    lines = [line(A, 7, received=None), line(B, 8, received="yesterday", date="tomorrow"), line(C, 9)]
    assert selected(lines, "2026-11", BY_DOCUMENT).undated == (7, 8)


def written(row_id: str, total: Amount | None, net: Amount | None = None) -> dict[str, Row]:
    cells = (Cell("net", net), Cell("total", total))
    return {row_id: Row(id=row_id, cells=cells, received=datetime(2026, 11, 1, tzinfo=UTC), engine="local")}


LOOK = Look(headings={}, formats={})


def amounts(row: Row) -> list[object]:
    return [cell.value for cell in row.cells if cell.name in ("net", "total")]


def test_as_they_stand() -> None:
    """What a person corrected counts, and the currency that was read goes with it; their own columns come along."""
    look = Look(headings={"date": "date", "project": "Project", "received": "Received"}, formats={})
    lines = [line(A, date=datetime(2026, 11, 3), total=99.5, net=None, project="Kitchen", check="look here", pages=2)]
    (row,) = rows_of(lines, COLUMNS, written(A, Amount(Decimal(98), "EUR")), look, UTC)
    assert amounts(row) == [None, Amount(Decimal("99.5"), "EUR")]
    assert row.cells[-1] == Cell("Project", "Kitchen")
    assert [str(said) for said in row.check] == ["look here"]
    assert (row.pages, row.received) == ("2", NOVEMBER.replace(tzinfo=UTC))


def test_one_currency_a_paper() -> None:
    """An amount that a person added has the paper's currency, where that is certain."""
    (row,) = rows_of([line(A, net=8, total=10)], COLUMNS, written(A, Amount(Decimal(10), "EUR")), LOOK, UTC)
    assert amounts(row) == [Amount(Decimal(8), "EUR"), Amount(Decimal(10), "EUR")]
    both = written(A, Amount(Decimal(10), "EUR"), Amount(Decimal(8), "USD"))
    (row,) = rows_of([line(A, net=8, total=10)], COLUMNS, both, LOOK, UTC)
    assert amounts(row) == [Amount(Decimal(8), "USD"), Amount(Decimal(10), "EUR")]
    (row,) = rows_of([line(A, net=8, total=10)], COLUMNS, {}, LOOK, UTC)
    assert amounts(row) == [Amount(Decimal(8)), Amount(Decimal(10))], "nothing is guessed"


def test_a_row_copied_by_hand() -> None:
    """Two rows of one id are two rows."""
    rows = rows_of([line(A, total=10), line(A, total=20)], COLUMNS, {}, LOOK, UTC)
    assert [row.id for row in rows] == [A, f"{A}-copy 2"]
    assert [paper.numbers for paper in papers_of(rows)] == [(1, 2)]


@pytest.mark.parametrize(
    ("number_format", "known", "currency"),
    [
        ('"¥"#,##0.00', "CNY", "CNY"),
        ('"¥"#,##0.00', "JPY", "JPY"),
        ('"¥"#,##0.00', "", "¥"),
        ('"€"#,##0.00', "CNY", "EUR"),
        ("[$€-407] #,##0.00", "USD", "EUR"),
        ("[$-804]#,##0.00", "CNY", "CNY"),
        ('#,##0.00"元"', "CNY", "CNY"),
        ('"￥"#,##0.00', "CNY", "CNY"),
        ("$#,##0.00;[Red]-$#,##0.00", "", "USD"),
        ('"CHF "#,##0.00', "", "CHF"),
        ("General", "EUR", "EUR"),
        ("#,##0.00", "", ""),
    ],
)
def test_the_currency_shown(number_format: str, known: str, currency: str) -> None:
    """A cell's currency is the one that it shows; what was written tells those apart that share a sign."""
    assert shown_currency(number_format, known) == currency


def test_our_own_formats() -> None:
    """What we wrote is what we read."""
    for currency in ("CNY", "JPY", "USD", "EUR", "CHF", "SEK", ""):
        assert shown_currency(amount_format(Amount(Decimal(1), currency)), currency) == currency


def test_names() -> None:
    """A scan is called by its row's number and what it is; the number has room for all rows."""
    lines = [line(A, date=datetime(2026, 11, 3), company="../中国铁路", total=553.5), line(B, company=None)]
    rows = rows_of(lines, COLUMNS, {}, LOOK, UTC)
    first, second = papers_of(rows)
    template = usual_template(COLUMNS)
    assert packed_name(first, "IMG_1.JPG", template, 2) == "001 2026-11-03 -中国铁路.JPG"
    assert packed_name(second, "IMG_2.JPG", template, 1500) == "0002 IMG_2.JPG"
    assert usual_template(columns((Field(name="a"), Field(name="b")), folder_column=False)).places == ("a",)
    assert usual_template(columns((Field(name="n", type="id"),), folder_column=False)).places == ()


def row(total: object, company: str | None = None, folder: str = "") -> Row:
    assert total is None or isinstance(total, Amount | str)
    cells = (Cell("company", company), Cell("total", total))
    return Row(id=A, cells=cells, received=datetime(2026, 11, 1, tzinfo=UTC), engine="", folder=folder)


def test_totals() -> None:
    """Sums are exact, currencies apart; what is no number is told and not counted."""
    cents = [row(Amount(Decimal("0.10"), "EUR")) for _ in range(3)]
    rows = [*cents, row(Amount(Decimal(5), "CNY")), row("about 7"), row(None)]
    found = {total.currency: (total.count, total.amount.number) for total in totals(rows, ["total"])}
    assert found == {"CNY": (1, Decimal(5)), "EUR": (3, Decimal("0.30"))}
    assert uncounted(rows, ["total"]) == [(5, "total")]


def test_groups() -> None:
    """By what stands in a column, those without anything last."""
    rows = [row(None, "b"), row(None, None, "x/y"), row(None, "A"), row(None, "b")]
    assert [(name, len(those)) for name, those in groups(rows, By(heading="company"))] == [("A", 1), ("b", 2), ("", 1)]
    assert [name for name, _ in groups(rows, By(heading="Folder", own=True))] == ["x/y", ""]


def test_the_day_of_a_paper() -> None:
    """The first date on it, else the day it came in."""
    rows = rows_of([line(A, date=datetime(2026, 11, 3)), line(B)], COLUMNS, {}, LOOK, UTC)
    assert [paper.day.day for paper in papers_of(rows)] == [3, 24]
