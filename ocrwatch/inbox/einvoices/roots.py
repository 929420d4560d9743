"""Which XML is an invoice, told by its first element. Pure.

CrossIndustryInvoice, CrossIndustryDocument   UN/CEFACT CII: Factur-X, ZUGFeRD 2 and 1
EInvoice                                      the State Taxation Administration's fully digital invoice
eInvoice                                      the one inside an OFD from before (original_invoice.xml)
xbrl, of the taxonomy rai                     the Ministry of Finance's railway e-ticket
"""

from __future__ import annotations

import re

INVOICES = frozenset({"CrossIndustryInvoice", "CrossIndustryDocument", "EInvoice", "eInvoice"})

_HEAD_BYTES = 16 * 1024
_SKIPPED = re.compile(
    r"\s+|<\?(?:(?!\?>).)*\?>|<!--(?:(?!-->).)*-->|<!DOCTYPE[^\[>]*(?:\[(?:(?!\]\s*>).)*\]\s*)?>", re.DOTALL
)
_ELEMENT = re.compile(r"<(?:[\w.-]*:)?([\w.-]+)([^<>]*)")
_RAILWAY = re.compile(r"xbrl\.mof\.gov\.cn/taxonomy/[\d-]+/rai\b")


def is_invoice(data: bytes) -> bool:
    """Whether `data` begins like the XML of an invoice."""
    text, position = _head(data), 0
    while skipped := _SKIPPED.match(text, position):
        position = skipped.end()
    root = _ELEMENT.match(text, position)
    if root is None:
        return False
    return root[1] in INVOICES or (root[1] == "xbrl" and _RAILWAY.search(root[2]) is not None)


def _head(data: bytes) -> str:
    head = data[:_HEAD_BYTES]
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return head[: len(head) // 2 * 2].decode("utf-16", errors="replace")
    return head.removeprefix(b"\xef\xbb\xbf").decode("latin-1")
