"""The data of a PDF: what is attached, what its properties say, what is printed, by PDFium.

In this order, the first that tells an invoice:
    1. an attachment that is an invoice's XML         factur-x.xml, ZUGFeRD-invoice.xml, rai_issuer_….xml
    2. the print of a Chinese e-invoice, by its places; its properties (InvoiceNumber, IssueTime, TotalAmWithoutTax …)
       say the same once more, and fill what the print does not tell

Every invoice that is attached must be the same one: else none is taken.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator

import pypdfium2
from pypdfium2 import raw

from ocrwatch.inbox.einvoices import printed
from ocrwatch.inbox.einvoices.dialects import invoice_in
from ocrwatch.inbox.einvoices.found import amount, day, kept
from ocrwatch.inbox.einvoices.page_text import Piece, printed_rows
from ocrwatch.inbox.einvoices.roots import is_invoice
from ocrwatch.inbox.einvoices.xml_tree import LARGEST_BYTES, BadXml, parsed
from ocrwatch.messages import Message, message
from ocrwatch.ports import Embedded

_MOST_ATTACHMENTS = 20
_MOST_PAGES = 20
_MOST_CHARACTERS = 20_000
"""Of one page; an invoice has a thousand."""

_PROPERTIES = {
    "number": "InvoiceNumber",
    "date": "IssueTime",
    "seller tax id": "SellerIdNum",
    "net": "TotalAmWithoutTax",
    "tax": "TotalTaxAm",
    "total": "TotalTax-includedAmount",
}


def invoice(document: pypdfium2.PdfDocument) -> Embedded | None:
    """The invoice that `document` holds as data, None where there is none. Raises PdfiumError."""
    attached, remarks = _attached(document)
    if attached:
        return attached[0] if len({found.facts["number"] for found in attached}) == 1 else None
    found = _printed(document)
    if found is not None and remarks:
        return Embedded(facts=found.facts, paper=found.paper, invoice=found.invoice, remarks=(*found.remarks, *remarks))
    return found


def _attached(document: pypdfium2.PdfDocument) -> tuple[list[Embedded], list[Message]]:
    found: list[Embedded] = []
    remarks: list[Message] = []
    for place in range(min(document.count_attachments(), _MOST_ATTACHMENTS)):
        attachment = document.get_attachment(place)
        data = _data(attachment) if attachment.get_name().lower().endswith(".xml") else b""
        if not is_invoice(data):
            continue
        try:
            one = invoice_in(parsed(data))
        except BadXml:
            remarks.append(message("the data attached to the file is damaged and was not used"))
            continue
        found += [] if one is None else [one]
    return found, remarks


def _data(attachment: pypdfium2.PdfAttachment) -> bytes:
    """The bytes of an attachment; none where they are more than an invoice has."""
    length = ctypes.c_ulong()
    if not raw.FPDFAttachment_GetFile(attachment, None, 0, length) or not 0 < length.value <= LARGEST_BYTES:
        return b""
    return bytes(attachment.get_data())


def _printed(document: pypdfium2.PdfDocument) -> Embedded | None:
    count = min(len(document), _MOST_PAGES)
    if count == 0 or "电子发票" not in _squeezed_text(document[0]):
        return None
    rows = [row for place in range(count) for row in printed_rows(_pieces(document[place]))]
    found = printed.invoice_on(rows)
    properties = _properties(document)
    if found is None:
        return None
    if properties.get("number", found.facts["number"]) != found.facts["number"]:
        return None
    if found.paper == "train ticket":
        return found
    return Embedded(
        facts=properties | dict(found.facts), paper=found.paper, invoice=found.invoice, remarks=found.remarks
    )


def _properties(document: pypdfium2.PdfDocument) -> dict[str, str]:
    said = {meaning: document.get_metadata_value(key) for meaning, key in _PROPERTIES.items()}
    sums = {meaning: amount(said[meaning]) for meaning in ("net", "tax", "total")}
    return kept(said | sums | {"date": day(said["date"])})


def _squeezed_text(page: pypdfium2.PdfPage) -> str:
    text = page.get_textpage()
    if text.count_chars() > _MOST_CHARACTERS:
        return ""
    return "".join(str(text.get_text_range()).split())


def _pieces(page: pypdfium2.PdfPage) -> Iterator[Piece]:
    """The page's characters with their places; the page's height counts from its top here."""
    text = page.get_textpage()
    for place in range(min(text.count_chars(), _MOST_CHARACTERS)):
        character = raw.FPDFText_GetUnicode(text, place)
        if character <= ord(" ") or raw.FPDFText_IsGenerated(text, place) == 1:
            continue
        left, bottom, right, top = text.get_charbox(place, loose=True)
        yield Piece(chr(character), left, -top, right, -bottom)
