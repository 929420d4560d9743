"""The data of e-invoices as XML and OFD, and what their print says, as pure functions."""

from __future__ import annotations

from dataclasses import replace

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocrwatch.inbox.einvoices import pdf_data, printed, xml_tree
from ocrwatch.inbox.einvoices.dialects import invoice_in
from ocrwatch.inbox.einvoices.found import amount, day, from_data, to_data
from ocrwatch.inbox.einvoices.ofd import Ofd
from ocrwatch.inbox.einvoices.package import BadPackage, Bomb, Locked, Package, place
from ocrwatch.inbox.einvoices.page_text import Piece, printed_rows
from ocrwatch.inbox.einvoices.roots import is_invoice
from ocrwatch.ports import Embedded
from tests import einvoices
from tests.pdf_paper import Paper, Text

PRINTED_TICKET = {meaning: said for meaning, said in einvoices.TICKET.items() if meaning not in ("net", "tax")}


def of_xml(data: bytes) -> Embedded:
    found = invoice_in(xml_tree.parsed(data))
    assert found is not None
    return found


def of_ofd(data: bytes) -> Embedded:
    found = Ofd.opened(data).invoice()
    assert found is not None
    return found


def of_pdf(data: bytes) -> Embedded | None:
    document = pypdfium2.PdfDocument(data)
    try:
        return pdf_data.invoice(document)
    finally:
        document.close()


# ---------------------------------------------------------------- the same facts from every form


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16", "GBK", "gb18030"])
def test_digital_invoice_as_xml(encoding: str) -> None:
    """Whatever its encoding; its number alone tells it from all others."""
    found = of_xml(einvoices.digital_xml(encoding=encoding))
    assert found == Embedded(
        facts={**einvoices.DIGITAL, "currency": "CNY"},
        lines=(einvoices.DIGITAL_LINE,),
        invoice=einvoices.DIGITAL["number"],
    )


@pytest.mark.parametrize(
    "data",
    [
        einvoices.digital_ofd(),
        einvoices.digital_ofd(tagged=False),
        einvoices.digital_ofd(tagged=False, attached={"original_invoice.xml": einvoices.digital_xml()}),
    ],
    ids=["by its tags", "by its print", "by its attachment"],
)
def test_digital_invoice_as_ofd(data: bytes) -> None:
    """From its tags, from its print alone, from the XML in it: the same facts."""
    assert replace(of_ofd(data), lines=()) == replace(of_xml(einvoices.digital_xml()), lines=())


@pytest.mark.parametrize(
    "data",
    [
        einvoices.digital_pdf(),
        einvoices.digital_pdf(properties=False),
        einvoices.digital_pdf(attachments={"invoice.xml": einvoices.digital_xml()}),
    ],
    ids=["with properties", "by its print", "by its attachment"],
)
def test_digital_invoice_as_pdf(data: bytes) -> None:
    """A PDF's print is told apart by where it stands: buyer on the left, seller on the right, a name over two rows."""
    found = of_pdf(data)
    assert found is not None
    assert replace(found, lines=()) == replace(of_xml(einvoices.digital_xml()), lines=())


def test_railway_ticket_in_each_form() -> None:
    """Its data tells what its print does, and the tax besides."""
    data = of_xml(einvoices.railway_xml())
    assert (data.paper, data.facts) == ("train ticket", {**einvoices.TICKET, "currency": "CNY"})
    assert of_ofd(einvoices.railway_ofd()) == of_pdf(einvoices.railway_pdf(attached=True)) == data
    print_ = of_pdf(einvoices.railway_pdf())
    assert print_ is not None
    assert (print_.paper, print_.facts) == ("train ticket", {**PRINTED_TICKET, "currency": "CNY"})
    assert of_ofd(einvoices.ofd(einvoices.railway_page())) == print_
    assert print_.invoice == data.invoice == einvoices.TICKET["number"]


def test_factur_x() -> None:
    """The VAT number before the local one, the amount in the invoice's currency; its seller, number and date tell it."""
    found = of_xml(einvoices.factur_x_xml())
    assert found.facts == einvoices.FACTUR_X
    assert found.lines == (
        {"item": "Schreibtisch", "quantity": "1", "unit price": "450.50", "net": "450.50", "tax rate": "19%"},
        {"item": "Bürostuhl", "quantity": "3", "unit price": "300.00", "net": "900.00", "tax rate": "19%"},
    )
    assert found.invoice == "DE136695976|RE-2026/0815|2026-11-04"
    assert of_pdf(einvoices.factur_x_pdf()) == found
    assert [str(said) for said in of_xml(einvoices.factur_x_xml(kind="381")).remarks] == [
        "it is a credit note: its amounts are to be subtracted"
    ]


def test_electronic_vat_invoice_from_before() -> None:
    """The XML in an OFD from before has a code besides its number; together they tell it."""
    found = of_xml(
        """<?xml version="1.0" encoding="UTF-8"?><fp:eInvoice xmlns:fp="http://www.edrm.org.cn/schema/e-invoice/2019">
        <fp:InvoiceCode>031002000111</fp:InvoiceCode><fp:InvoiceNo>12345678</fp:InvoiceNo>
        <fp:IssueDate>2026年11月05日</fp:IssueDate><fp:Buyer><fp:BuyerName>买方</fp:BuyerName></fp:Buyer>
        <fp:TaxInclusiveTotalAmount>113</fp:TaxInclusiveTotalAmount><fp:GoodsInfos><fp:GoodsInfo><fp:Item>*甲*乙</fp:Item>
        <fp:Quantity>2.500</fp:Quantity><fp:Price>11.111111111111111111</fp:Price><fp:TaxScheme>13%</fp:TaxScheme>
        </fp:GoodsInfo><fp:GoodsInfo><fp:Item>*丙*丁</fp:Item></fp:GoodsInfo></fp:GoodsInfos></fp:eInvoice>""".encode()
    )
    assert found.invoice == "031002000111|12345678"
    assert found.facts == {
        "number": "12345678", "code": "031002000111", "date": "2026-11-05", "buyer": "买方", "total": "113.00",
        "currency": "CNY", "item": "*甲*乙; *丙*丁",
    }  # fmt: skip


def test_lines_as_exact_as_a_workbook() -> None:
    """A price of twenty decimals is cut to the digits that a workbook holds; rates are percentages."""
    data = einvoices.digital_xml().replace(b"94.34", b"94.339622641509433962").replace(b">12<", b">1.5000<")
    (line,) = of_xml(data).lines
    assert (line["unit price"], line["quantity"], line["tax rate"]) == ("94.3396226415094", "1.5", "6%")


def test_a_ticket_that_was_given_back_is_remarked_on() -> None:
    """It is the fee, not a journey."""
    found = of_xml(einvoices.railway_xml({"TypeOfBusiness": "退", "Fare": "5.00"}))
    assert [str(said) for said in found.remarks] == ["it is the fee for a ticket that was given back"]


# ---------------------------------------------------------------- absent rather than wrong


def test_two_invoices_in_one_file_are_none() -> None:
    """Which one is meant, nobody knows: the page is looked at."""
    other = einvoices.digital_xml({"number": "26312000000999999999"})
    both = {"a.xml": einvoices.digital_xml(), "b.xml": other}
    assert of_pdf(einvoices.digital_pdf(attachments=both)) is None
    assert Ofd.opened(einvoices.digital_ofd(attached=both)).invoice() is None
    page = einvoices.digital_page()
    second = [Text(each.left, each.top, each.said.replace("123456789", "999999999"), each.size) for each in page]
    assert of_pdf(Paper(pages=[page, second]).data()) is None


def test_sums_that_do_not_add_up_are_left_out() -> None:
    """Then the page is not understood; number and parties are still told."""
    page = [
        Text(each.left, each.top, "¥1200.01" if each.said == "¥1200.00" else each.said, each.size)
        for each in einvoices.digital_page()
    ]
    found = of_pdf(Paper(pages=[page]).data())
    assert found is not None
    assert not {"net", "tax", "total"} & found.facts.keys()
    assert found.facts["number"] == einvoices.DIGITAL["number"]


def test_properties_of_another_invoice_are_not_believed() -> None:
    """Number in the properties and number in print must be one."""
    paper = Paper(pages=[einvoices.digital_page()], properties={"InvoiceNumber": "26312000000999999999"})
    assert of_pdf(paper.data()) is None


def test_a_page_about_an_invoice_is_none() -> None:
    """Only a page with the title of an e-invoice is taken for one, and only a number behind its label for its number."""
    number = einvoices.DIGITAL["number"]
    for texts in (
        [Text(40, 40, f"订单 {number} 的电子发票（普通发票）已开具")],
        [Text(40, 40, f"发票号码：{number}")],
        [],
    ):
        assert of_pdf(Paper(pages=[texts]).data()) is None


@given(st.lists(st.tuples(st.text(max_size=12), st.floats(0, 500), st.floats(0, 300)), max_size=20))
def test_print_in_any_order_raises_nothing(texts: list[tuple[str, float, float]]) -> None:
    """Whatever stands wherever; the title and number among it or not."""
    pieces = [Piece(said, left, top, left + 9.0 * len(said), top + 9.0) for said, left, top in texts]
    pieces += [Piece("电子发票（普通发票）", 0, 0, 90, 9), Piece(f"发票号码:{'2' * 20}", 200, 0, 400, 9)]
    found = printed.invoice_on(printed_rows(pieces))
    assert found is None or found.facts["number"] == "2" * 20


def test_rows_do_not_depend_on_the_order_of_their_pieces() -> None:
    """What was typeset last may stand first."""
    pieces = [Piece("甲", 0, 0, 9, 9), Piece("乙", 9, 1, 18, 10), Piece("丙", 40, 0, 49, 9), Piece("丁", 0, 20, 9, 29)]
    assert [row.text for row in printed_rows(reversed(pieces))] == ["甲乙 丙", "丁"]


# ---------------------------------------------------------------- XML that means harm


@pytest.mark.parametrize(
    "before",
    [
        '<!DOCTYPE EInvoice [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE EInvoice SYSTEM "http://127.0.0.1:9/x.dtd">',
        '<!DOCTYPE EInvoice [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY c "&b;&b;&b;">]>',
        "<!DOCTYPE EInvoice>",
    ],
    ids=["external entity", "external type", "unfolding", "bare"],
)
def test_a_document_type_is_refused(before: str) -> None:
    """Nothing is fetched, nothing unfolds: it is not read on."""
    data = einvoices.digital_xml(before=before)
    assert is_invoice(data)
    with pytest.raises(xml_tree.Declares):
        xml_tree.parsed(data)


@pytest.mark.parametrize(
    "data",
    [
        b"<EInvoice>" * 100,
        b"<a>" + b"<b/>" * 200_001 + b"</a>",
        b"<a>&x;</a>",
        b"<a b=1></a>",
        b"<a>\xff\xfe</a>",
        b"\0",
    ],
    ids=["deep", "many", "unknown entity", "no XML", "no text", "nothing"],
)
def test_xml_beyond_measure_is_bad(data: bytes) -> None:
    """Deeper or longer than any invoice, or none at all."""
    with pytest.raises(xml_tree.BadXml):
        xml_tree.parsed(data)


def test_xml_that_ends_early_is_cut_short() -> None:
    """At any byte behind its head."""
    for data in (einvoices.digital_xml(), einvoices.digital_xml(encoding="GBK")):
        whole = data.rstrip()
        for cut in range(120, len(whole), 7):
            with pytest.raises(xml_tree.CutShort):
                xml_tree.parsed(whole[:cut])


@pytest.mark.parametrize(
    "data",
    [b"", b"<", b"<html><EInvoice/></html>", b"<?xml version='1.0'?><xbrl xmlns='http://www.xbrl.org/2003/instance'/>",
     b"<!-- <EInvoice> --><notes/>", b"EInvoice", b"<!DOCTYPE plist><plist/>", b"<EInvoices/>"],
)  # fmt: skip
def test_other_xml_is_no_invoice(data: bytes) -> None:
    """Its first element tells."""
    assert not is_invoice(data)


# ---------------------------------------------------------------- zips that mean harm


def test_a_zip_bomb_is_refused() -> None:
    """By what it says of its members, and by what they are where it says something else."""
    members = {"OFD.xml": b"<OFD/>", "Doc_0/Document.xml": b" " * 20_000_000}
    with pytest.raises(Bomb):
        Ofd.opened(einvoices.zipped(members))
    lying = bytearray(einvoices.zipped({"OFD.xml": b"<OFD/>", "Doc_0/Document.xml": b" " * 9_000_000}))
    place_ = lying.rfind(b"PK\1\2")
    lying[place_ + 24 : place_ + 28] = (100).to_bytes(4, "little")
    with pytest.raises((Bomb, BadPackage)):
        Ofd.opened(bytes(lying))
    with pytest.raises(Bomb):
        Package(einvoices.zipped({f"{number}.xml": b"" for number in range(2001)}))


def test_an_encrypted_ofd_is_locked() -> None:
    """Whether the zip's own way, or that of the OFD."""
    locked = bytearray(einvoices.digital_ofd())
    for head, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        locked[locked.find(head) + offset] |= 1
    for data in (bytes(locked), einvoices.zipped({"OFD.xml": b"<OFD/>", "Encryptions.xml": b"<a/>"})):
        with pytest.raises(Locked):
            Package(data)


def test_places_in_an_ofd_never_leave_it() -> None:
    """Relative to the member they stand in, from the top where they begin with a stroke."""
    assert place("Doc_0/Document.xml", "Pages/Page_0/Content.xml") == "Doc_0/Pages/Page_0/Content.xml"
    assert place("Doc_0/Document.xml", "/Doc_0/Tags/CustomTags.xml") == "Doc_0/Tags/CustomTags.xml"
    assert place("Doc_0/Document.xml", "../../../../etc/passwd") == "etc/passwd"


# ---------------------------------------------------------------- facts


@pytest.mark.parametrize(
    ("said", "expected"),
    [("1132.08", "1132.08"), ("1200", "1200.00"), ("¥-5.5", "-5.50"), ("1,234.5", "1234.50"), ("12.345", "12.3450"),
     ("100.000", "100.00"), ("12.3456", "12.3456"), ("***", "***"), ("1e9999999", "1e9999999"), ("NaN", "NaN"),
     ("", None), (None, None)],
)  # fmt: skip
def test_amounts(said: str | None, expected: str | None) -> None:
    """With two decimals at least; three would look like thousands; what is no number stays as it is."""
    assert amount(said) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [("2026-11-05", "2026-11-05"), ("20261105", "2026-11-05"), ("2026年1月5日", "2026-01-05"), ("2026/1/5", "2026-01-05"),
     ("20260227172851000", "2026-02-27"), ("2026-11-05 10:11:12", "2026-11-05"), ("soon", "soon"), ("", None)],
)  # fmt: skip
def test_days(said: str, expected: str | None) -> None:
    """In the one form in which no order of day and month is open."""
    assert day(said) == expected


def test_what_was_found_travels_unchanged() -> None:
    """Out of the child process and back."""
    for found in (None, of_xml(einvoices.railway_xml()), of_xml(einvoices.factur_x_xml(kind="381"))):
        assert from_data(to_data(found)) == found
