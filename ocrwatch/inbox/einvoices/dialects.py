"""The invoice in a piece of XML, whatever dialect it is written in. Pure."""

from __future__ import annotations

from ocrwatch.inbox.einvoices import chinese, cii
from ocrwatch.inbox.einvoices.xml_tree import Node
from ocrwatch.ports import Embedded


def invoice_in(root: Node) -> Embedded | None:
    """The invoice that `root` is, as `roots.py` tells them apart; None for what is none, or has no number."""
    match root.name:
        case "CrossIndustryInvoice" | "CrossIndustryDocument":
            return cii.invoice(root)
        case "EInvoice":
            return chinese.digital(root)
        case "eInvoice":
            return chinese.of_tags(root)
        case "xbrl":
            return chinese.railway(root)
        case _:
            return None
