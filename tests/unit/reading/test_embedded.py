"""The reader in front: data is taken as it is, the page is read where it does not suffice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ocrwatch.checking.checker import RowChecker
from ocrwatch.config.profiles import built_in
from ocrwatch.document import MAX_ATTEMPTS, Document, Signature
from ocrwatch.errors import BadAnswer, BadKey, DecoderCrashed, Unreadable
from ocrwatch.messages import message
from ocrwatch.ports import Embedded, Field, Inspection, Picture, PictureLimits, Profile, Reading
from ocrwatch.reading.embedded import EmbeddedReader
from ocrwatch.reading.meanings import filled
from tests.einvoices import DIGITAL, DIGITAL_LINE, FACTUR_X, TICKET
from tests.fakes_reader import NoReader, SaidReader

DOCUMENT = Document(
    inbox="", book="", path=Path("a.pdf"), signature=Signature(0, 0, 0), digest="0" * 64, pages=2, arrived_at=0.0
)
INVOICE = Embedded(facts={**DIGITAL, "currency": "CNY"}, invoice=DIGITAL["number"])
RAILWAY = Embedded(facts={**TICKET, "currency": "CNY"}, paper="train ticket", invoice=TICKET["number"])


class DataPages:
    """Implements the port `Pages` for a file that holds this data."""

    def __init__(self, found: Embedded | None, error: DecoderCrashed | None = None) -> None:
        self.found = found
        self.error = error

    def inspect(self, path: Path) -> Inspection:
        raise AssertionError

    def picture(self, path: Path, digest: str, page: int, limits: PictureLimits) -> Picture:
        raise AssertionError

    def embedded(self, path: Path, digest: str) -> Embedded | None:
        if self.error is not None:
            raise self.error
        return self.found


def profile(*fields: Field) -> Profile:
    return Profile(name="own", fields=fields)


def read(found: Embedded | None, asked: Profile, page: SaidReader | NoReader, document: Document = DOCUMENT) -> Reading:
    return EmbeddedReader(pages=DataPages(found), reader=page).read(document, asked)


def said(reading: Reading) -> list[str]:
    return [str(remark) for remark in reading.remarks]


# ---------------------------------------------------------------- the built-in document types


def test_a_chinese_invoice_fills_its_type() -> None:
    """Every field from the data; nobody looks at the page."""
    reading = read(INVOICE, built_in()["china-invoice"], NoReader())
    assert reading.entries == (
        {
            "发票号码": DIGITAL["number"], "开票日期": "2026-11-05", "购买方名称": DIGITAL["buyer"],
            "购买方税号": DIGITAL["buyer tax id"], "销售方名称": DIGITAL["seller"], "项目名称": DIGITAL["item"],
            "金额": "CNY 1132.08", "税额": "CNY 67.92", "价税合计": "CNY 1200.00",
        },
    )  # fmt: skip
    assert (reading.engine, reading.pages, reading.remarks, reading.embedded) == ("embedded data", "2", (), INVOICE)


def test_a_railway_ticket_fills_its_type() -> None:
    """Fare and journey; of a type for invoices it has no seller, and its page would not tell one."""
    (entry,) = read(RAILWAY, built_in()["train-ticket"], NoReader()).entries
    assert entry == {
        "发票号码": TICKET["number"], "车次": "G7629", "起始站": "上海虹桥站", "终点站": "杭州东站",
        "发车日期和时间点": "2026-11-03 19:54", "座位号": "05车12A号", "席别类型": "二等座", "票价": "CNY 130.00",
        "身份证号码": TICKET["person id"], "购票人姓名": "张三丰",
    }  # fmt: skip
    (entry,) = read(RAILWAY, built_in()["china-invoice"], NoReader()).entries
    assert entry["价税合计"] == "CNY 130.00"
    assert "销售方名称" not in entry


@pytest.mark.parametrize("name", ["invoice", "receipt"])
def test_factur_x_fills_other_types(name: str) -> None:
    """Company and seller are one, whatever the type calls it."""
    (entry,) = read(Embedded(facts=FACTUR_X, invoice="x"), built_in()[name], NoReader()).entries
    assert entry["seller" if name == "invoice" else "company"] == FACTUR_X["seller"]
    assert (entry["number"], entry["date"], entry["total"]) == ("RE-2026/0815", "2026-11-04", "EUR 1607.10")


# ---------------------------------------------------------------- own fields


def test_own_names_are_known_by_name_or_label() -> None:
    """In either language; where nothing is known, nothing is filled."""
    asked = profile(
        Field(name="Rechnungsnummer"), Field(name="Lieferant", labels=("seller",)), Field(name="合计"),
        Field(name="Kostenstelle", required=False), Field(name="beides", labels=("seller", "buyer"), required=False),
    )  # fmt: skip
    reading = read(INVOICE, asked, NoReader())
    assert reading.entries == (
        {"Rechnungsnummer": DIGITAL["number"], "Lieferant": DIGITAL["seller"], "合计": "CNY 1200.00"},
    )
    assert said(reading) == ["Kostenstelle is not in the invoice's data", "beides is not in the invoice's data"]


def test_what_is_paid_is_the_sum_before_tax_beside_a_total() -> None:
    """金额 alone is what is paid."""
    alone, beside = profile(Field(name="金额")), profile(Field(name="金额"), Field(name="价税合计"))
    assert filled(alone, INVOICE).entry == {"金额": "CNY 1200.00"}
    assert filled(beside, INVOICE).entry["金额"] == "CNY 1132.08"


def test_a_bare_date_on_a_ticket_is_not_guessed() -> None:
    """Its day of issue is not its day of travel."""
    asked = profile(Field(name="日期", type="date"), Field(name="开票日期", type="date"), Field(name="乘车日期"))
    assert filled(asked, RAILWAY).entry == {"开票日期": "2026-11-06", "乘车日期": "2026-11-03 19:54"}
    assert filled(asked, INVOICE).entry["日期"] == "2026-11-05"


# ---------------------------------------------------------------- tables


LINES = Field(
    name="明细",
    type="items",
    fields=(
        Field(name="品名"),
        Field(name="qty", type="amount"),
        Field(name="金额", type="amount"),
        Field(name="颜色"),
    ),
)


def test_the_lines_of_the_data_fill_a_table() -> None:
    """By the names of the table's own fields; what the data has no word for stays empty."""
    reading = read(replace(INVOICE, lines=(DIGITAL_LINE,)), profile(Field(name="合计"), LINES), NoReader())
    (entry,) = reading.entries
    assert entry == {
        "合计": "CNY 1200.00",
        "明细": ({"品名": DIGITAL_LINE["item"], "qty": "12", "金额": "CNY 1132.08", "颜色": None},),
    }


def test_lines_that_add_up_to_the_sum_before_tax_are_right() -> None:
    """Whether that sum has a column or not; lines that add up to nothing in the data are told of."""
    asked = profile(Field(name="价税合计", type="amount"), LINES)
    for net, said_ in (("1132.08", []), ("1000.00", ["明细 add up to 1000.00, 价税合计 says 1200.00"])):
        found = replace(INVOICE, lines=({**DIGITAL_LINE, "net": net, "unit price": ""},))
        (row,) = RowChecker().rows(DOCUMENT, asked, read(found, asked, NoReader()))
        assert [str(remark) for remark in row.check if "add up" in str(remark)] == said_


def test_a_table_that_is_not_in_the_data_is_read_from_the_page() -> None:
    """Print alone tells no lines for certain."""
    lines = ({"品名": "云服务器"},)
    reading = read(INVOICE, profile(Field(name="合计"), LINES), SaidReader({"合计": "1200.00", "明细": lines}))
    assert reading.entries == ({"合计": "CNY 1200.00", "明细": lines},)
    assert said(reading) == []


# ---------------------------------------------------------------- the page is read as well


ASKED = profile(
    Field(name="发票号码", type="id"), Field(name="total", type="amount"), Field(name="date", type="date"),
    Field(name="department"),
)  # fmt: skip


def test_a_required_field_that_is_not_in_the_data_is_read_from_the_page() -> None:
    """What both tell is taken from the data; written otherwise it is no other."""
    page = SaidReader({"发票号码": DIGITAL["number"], "total": "¥1,200.00", "date": "5/11/2026", "department": "R&D"})
    reading = read(INVOICE, ASKED, page)
    assert reading.entries[0]["department"] == "R&D"
    assert reading.entries[0]["total"] == "CNY 1200.00"
    assert (reading.engine, said(reading), page.asked) == ("embedded data, scripted", [], 1)


def test_what_the_page_says_otherwise_is_told() -> None:
    """The data wins, and a person is asked to look."""
    page = SaidReader({"发票号码": "26312000000123456780", "total": "¥1,300.00", "date": "6/11/2026"})
    reading = read(INVOICE, ASKED, page)
    assert reading.entries[0]["发票号码"] == DIGITAL["number"]
    assert said(reading) == [
        f"{name} is {data} in the data, and {other} on the page: the data was taken"
        for name, data, other in (
            ("发票号码", DIGITAL["number"], "26312000000123456780"),
            ("total", "CNY 1200.00", "¥1,300.00"),
            ("date", "2026-11-05", "6/11/2026"),
        )
    ]


def test_of_several_papers_on_a_page_none_is_taken() -> None:
    """Which of them the data is, nobody knows."""
    page = SaidReader({"department": "A"}, {"department": "B"})
    reading = read(INVOICE, ASKED, page)
    assert len(reading.entries) == 1
    assert "department" not in reading.entries[0]


def test_without_a_page_the_data_is_the_row() -> None:
    """An OFD cannot be drawn: what it tells is not lost for what it does not."""
    page = SaidReader(error=Unreadable(message("It cannot be drawn.")))
    reading = read(INVOICE, ASKED, page)
    assert reading.entries[0]["total"] == "CNY 1200.00"
    assert said(reading) == [
        "department is not in the invoice's data",
        "the rest could not be read from the page: It cannot be drawn.",
    ]


def test_data_that_tells_nothing_asked_for_is_no_row() -> None:
    """Then the page's own reason stands."""
    with pytest.raises(Exception, match="It cannot be drawn"):
        read(INVOICE, profile(Field(name="department")), SaidReader(error=Unreadable(message("It cannot be drawn."))))


def test_a_bad_answer_is_tried_again_and_costs_no_data_in_the_end() -> None:
    """Only the last attempt gives the page up."""
    page = SaidReader(error=BadAnswer(message("No answer.")))
    with pytest.raises(BadAnswer):
        read(INVOICE, ASKED, page)
    last = replace(DOCUMENT, attempts=MAX_ATTEMPTS - 1)
    assert read(INVOICE, ASKED, page, last).entries[0]["total"] == "CNY 1200.00"


def test_a_pause_is_a_pause() -> None:
    """The page waits for a better key; so does the row."""
    with pytest.raises(BadKey):
        read(INVOICE, ASKED, SaidReader(error=BadKey(message("Bad key."))))


def test_no_data_is_the_other_readers_business() -> None:
    """Also where the data brought the decoder down."""
    page = SaidReader({"total": "5"})
    assert read(None, ASKED, page) == SaidReader({"total": "5"}).read(DOCUMENT, ASKED)
    crashed = DataPages(None, DecoderCrashed(message("It ended.")))
    assert EmbeddedReader(pages=crashed, reader=page).read(DOCUMENT, ASKED).engine == "scripted"
