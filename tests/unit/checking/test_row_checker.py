"""Rows of real document types: typed, doubts named, orders of dates learnt."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from ocrwatch.checking.checker import RowChecker
from ocrwatch.config.profiles import built_in
from ocrwatch.document import Amount, Document, Row, Signature, Value
from ocrwatch.journal import Journal
from ocrwatch.messages import message
from ocrwatch.ports import DateOrder, Field, PageReading, Profile, Reading

ARRIVED = datetime(2018, 6, 30, 12, 0, tzinfo=UTC)
DATES = Profile(name="dates", fields=(Field(name="date", type="date"),))


def document(digest: str = "ab" * 32, inbox: str = "in") -> Document:
    return Document(
        inbox=inbox,
        book="b",
        path=Path("scan.jpg"),
        signature=Signature(1, 2, 3),
        digest=digest,
        arrived_at=ARRIVED.timestamp(),
    )


def row_of(profile: Profile, entry: dict[str, str | None], **more: object) -> Row:
    reading = replace(Reading(entries=(entry,), engine="e", pages="1"), **more)  # type: ignore[arg-type]
    (row,) = RowChecker().rows(document(), profile, reading)
    return row


def values(row: Row) -> dict[str, Value]:
    return {cell.name: cell.value for cell in row.cells}


def said(row: Row) -> list[str]:
    return [str(each) for each in row.check]


# ---------------------------------------------------------------- document types


def test_a_train_ticket() -> None:
    """All ten fields of a ticket are typed; its long numbers stay as they are."""
    ticket: dict[str, str | None] = {
        "发票号码": "24439116782000000123",
        "车次": "G1234",
        "起始站": "北京南",
        "终点站": "上海虹桥",
        "发车日期和时间点": "2018年07月12日 08:05开",
        "座位号": "05车12F号",
        "席别类型": "二等座",
        "票价": "￥553.00元",
        "身份证号码": "1101011990****0012",
        "购票人姓名": "张三",
    }
    row = row_of(built_in()["train-ticket"], ticket)
    assert row.check == ()
    assert values(row) == {
        **ticket,
        "发车日期和时间点": datetime(2018, 7, 12, 8, 5),
        "票价": Amount(Decimal("553.00"), "CNY"),
    }


def test_a_refunded_ticket_is_negative() -> None:
    """退 before the fare is money that comes back."""
    row = row_of(built_in()["train-ticket"], {"票价": "退￥553.00元"})
    assert values(row)["票价"] == Amount(Decimal("-553.00"), "CNY")


def test_a_receipt_without_a_currency_gets_none() -> None:
    """An unseen currency stays empty, in the amount and in its own field; optional fields are not missed."""
    row = row_of(built_in()["receipt"], {"company": "TED HENG", "date": "31/05/2018", "total": "153.35"})
    assert row.check == ()
    found = values(row)
    assert found["total"] == Amount(Decimal("153.35"))
    assert (found["currency"], found["tax"], found["number"], found["address"]) == (None, None, None, None)


def test_doubts_come_in_the_order_of_the_fields_then_the_rules_then_the_reader() -> None:
    """All that is doubtful is named once."""
    entry: dict[str, str | None] = {"number": "12?4", "date": "5/6/18", "seller": "A", "net": "1.00", "tax": "1.00"}
    remark = message("{field} is hard to read: compare it with the scan.", field="seller")
    row = row_of(built_in()["invoice"], {**entry, "total": "9.00"}, remarks=(remark, remark), pages="5 of 39")
    assert said(row) == [
        "number has characters that could not be read (?)",
        "date could be 2018-05-06 or 2018-06-05: which?",
        "net and tax do not add up to total",
        "Only 5 of 39 pages were read",
        "seller is hard to read: compare it with the scan.",
    ]
    assert (values(row)["number"], values(row)["date"]) == ("12?4", "5/6/18")


def test_nothing_read_is_said_first() -> None:
    """An empty row says so before it names each field."""
    row = row_of(DATES, {})
    assert said(row) == ["Nothing could be read from this scan", "date is missing"]
    assert said(row_of(DATES, {"date": "?"})) == ["date has characters that could not be read (?)"]


@pytest.mark.parametrize(
    ("pages", "remarks"),
    [("1", []), ("39", []), ("39 of 39", []), ("", []), ("0 of 2", ["Only 0 of 2 pages were read"])],
)
def test_pages_left_out_are_named(pages: str, remarks: list[str]) -> None:
    """A document that was not read whole says so in its row."""
    assert said(row_of(DATES, {"date": "2018-05-31"}, pages=pages)) == remarks


def test_a_day_that_has_begun_elsewhere_is_not_the_future() -> None:
    """A paper from the other side of the date line is no reason to look; the arrival is told in local time."""
    row = row_of(DATES, {"date": "2018-07-01"})
    assert row.check == ()
    assert row.received == ARRIVED
    assert row.received.utcoffset() == ARRIVED.astimezone().utcoffset()


# ---------------------------------------------------------------- the order of dates


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = Journal(tmp_path, lambda: 0.0)
    yield opened
    opened.close()


def date_in(
    journal: Journal, text: str, digest: str, *, inbox: str = "in", page: str = "", setting: str = "auto"
) -> Value:
    orders = journal.date_orders
    checker = RowChecker(date_order=setting, earlier_orders=orders.counts, learn_order=orders.learn)  # type: ignore[arg-type]
    reading = Reading(entries=({"date": text},), engine="e", pages="1", text=page)
    ((cell,),) = [row.cells for row in checker.rows(document(digest, inbox), DATES, reading)]
    return cell.value


def test_an_inbox_learns_the_order_of_its_dates(journal: Journal) -> None:
    """Two documents with dates in one order settle it for that inbox; ambiguous ones teach nothing."""
    assert date_in(journal, "06/03/2018", "a") == "06/03/2018"
    assert date_in(journal, "28/03/2018", "b") == date(2018, 3, 28)
    assert date_in(journal, "06/03/2018", "c") == "06/03/2018"
    assert date_in(journal, "1 May 2018", "d", page="printed 31.05.2018") == date(2018, 5, 1)
    assert date_in(journal, "06/03/2018", "e") == date(2018, 3, 6)
    assert date_in(journal, "06/03/2018", "f", inbox="other") == "06/03/2018"
    assert journal.date_orders.counts("in") == {"DMY": 2}


def test_reading_a_document_again_teaches_nothing_new(journal: Journal) -> None:
    """After a crash the same document is read once more: it is one document all the same."""
    for _ in range(3):
        date_in(journal, "28/03/2018", "b")
    assert journal.date_orders.counts("in") == {"DMY": 1}
    assert date_in(journal, "06/03/2018", "c") == "06/03/2018"


def test_one_foreign_document_does_not_turn_an_inbox_round(journal: Journal) -> None:
    """Against twenty of one order a single other does not count; against fewer it leaves the inbox open."""
    for number in range(19):
        date_in(journal, "28/03/2018", f"d{number}")
    assert date_in(journal, "03/28/2018", "foreign") == date(2018, 3, 28)
    assert date_in(journal, "06/03/2018", "x") == "06/03/2018"
    date_in(journal, "28/03/2018", "d19")
    assert date_in(journal, "06/03/2018", "x") == date(2018, 3, 6)


def test_a_page_that_contradicts_itself_teaches_nothing(journal: Journal) -> None:
    """Dates in two orders on one page say nothing of either."""
    date_in(journal, "28/03/2018", "a", page="03/28/2018")
    assert journal.date_orders.counts("in") == {}


@pytest.mark.parametrize(("setting", "value"), [("DMY", date(2018, 3, 6)), ("MDY", date(2018, 6, 3))])
def test_a_setting_needs_no_learning(journal: Journal, setting: DateOrder, value: date) -> None:
    """Where the order is set, earlier documents are not asked and none is remembered."""
    for number in range(3):
        journal.date_orders.learn("in", str(number), "MDY" if setting == "DMY" else "DMY")
    before = journal.date_orders.counts("in")
    assert date_in(journal, "06/03/2018", "a", setting=setting) == value
    date_in(journal, "28/03/2018", "b", setting=setting)
    assert journal.date_orders.counts("in") == before


# ---------------------------------------------------------------- speed


def test_checking_loads_little_until_it_is_needed() -> None:
    """The daemon loads the checker at its start: tables of identifiers come with the first identifier that has one."""
    script = """
import sys
from ocrwatch.checking.checker import RowChecker
heavy = {"stdnum", "dateparser", "babel", "price_parser", "pydantic", "PIL", "openpyxl", "httpx", "dateutil"}
print(sorted(heavy & set(sys.modules)))
from ocrwatch.checking.identifiers import doubt_about
from ocrwatch.ports import Field
print(doubt_about("91110000600037341L", Field(name="税号", type="id")), sorted(heavy & set(sys.modules)))
"""
    found = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert found.stdout.splitlines() == ["[]", "None ['stdnum']"]


def test_rows_of_pages_carry_their_page_in_their_id() -> None:
    """By the page, not by the order: one that could not be read moves no other. A page may show several papers."""
    profile = Profile(name="own", fields=(Field(name="name"),))

    def page(number: int, *names: str, pages: str = "1") -> PageReading:
        return PageReading(number, Reading(entries=tuple({"name": name} for name in names), engine="e", pages=pages))

    apart = (page(2, "a", pages="2 of 4"), page(4, "b", "c"))
    reading = Reading(entries=(), engine="e", pages="2 of 4", apart=apart)
    rows = RowChecker().rows(document(), profile, reading)
    name = document().id
    assert [(row.id, row.page, row.cells[0].value) for row in rows] == [
        (f"{name}-2", 2, "a"),
        (f"{name}-4-1", 4, "b"),
        (f"{name}-4-2", 4, "c"),
    ]
    assert [row.pages for row in rows] == ["2 of 4", "1", "1"]
    assert [said(row) for row in rows] == [["Only 2 of 4 pages were read"], [], []]
