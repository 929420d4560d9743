"""Factur-X and ZUGFeRD: the Cross Industry Invoice of UN/CEFACT. Pure.

Source: EN 16931-3-3 (syntax binding to CII D16B) and the Factur-X 1.0 specification, whose profiles differ in how much
they say, not in where. ZUGFeRD 1.0 has other names for the same sections.
"""

from __future__ import annotations

from ocrwatch.inbox.einvoices.found import amount, day, kept, percentage, quantity, table, unit_price
from ocrwatch.inbox.einvoices.xml_tree import Node
from ocrwatch.messages import Message, message
from ocrwatch.ports import Embedded

_CREDIT_NOTES = ("381", "396", "261", "262")
"""UNTDID 1001, as EN 16931 allows it: their amounts count against the buyer's debt though no minus is written."""


def invoice(root: Node) -> Embedded | None:
    """The invoice that `root` is; None where it has no number."""
    head = root.first("ExchangedDocument") or root.first("HeaderExchangedDocument")
    trade = root.first("SupplyChainTradeTransaction") or root.first("SpecifiedSupplyChainTradeTransaction")
    if head is None or trade is None or (number := head.text("ID")) is None:
        return None
    agreement, settlement = _section(trade, "TradeAgreement"), _section(trade, "TradeSettlement")
    seller, buyer = agreement.first("SellerTradeParty"), agreement.first("BuyerTradeParty")
    currency = settlement.text("InvoiceCurrencyCode") or ""
    sums = next((node for node in settlement.children if node.name.endswith("MonetarySummation")), Node(""))
    facts = kept(
        {
            "number": number,
            "date": _day(head),
            "seller": seller.text("Name") if seller else None,
            "seller tax id": _tax_id(seller),
            "buyer": buyer.text("Name") if buyer else None,
            "buyer tax id": _tax_id(buyer),
            "net": amount(sums.text("TaxBasisTotalAmount")),
            "tax": amount(_in_currency(sums, "TaxTotalAmount", currency)),
            "total": amount(sums.text("GrandTotalAmount")),
            "currency": currency,
            "item": _items(trade),
        }
    )
    issuer = facts.get("seller tax id") or facts.get("seller", "")
    return Embedded(
        facts=facts,
        lines=table(map(_line, trade.every("IncludedSupplyChainTradeLineItem"))),
        invoice="|".join((issuer, facts["number"], facts.get("date", ""))) if issuer else "",
        remarks=_remarks(head.text("TypeCode")),
    )


def _section(trade: Node, name: str) -> Node:
    """`ApplicableHeaderTradeAgreement`; ZUGFeRD 1.0 leaves out `Header`."""
    return trade.first(f"ApplicableHeader{name}") or trade.first(f"ApplicableSupplyChain{name}") or Node("")


def _day(head: Node) -> str | None:
    """The date of issue; format 102 is 20261105, the only one that EN 16931 allows."""
    return day(head.text("IssueDateTime", "DateTimeString"))


def _tax_id(party: Node | None) -> str | None:
    """The VAT number (scheme VA), else the local tax number (FC)."""
    if party is None:
        return None
    ids = list(party.every("SpecifiedTaxRegistration", "ID"))
    ids.sort(key=lambda node: node.attributes.get("schemeID") != "VA")
    return next((said for node in ids if (said := node.own_text.strip())), None)


def _in_currency(sums: Node, name: str, currency: str) -> str | None:
    """The sum in the invoice's currency: the tax may be told in the tax office's, too."""
    nodes = list(sums.every(name))
    fitting = [node for node in nodes if node.attributes.get("currencyID", currency) == currency]
    return (fitting or nodes)[0].own_text if nodes else None


def _items(trade: Node) -> str:
    lines = trade.every("IncludedSupplyChainTradeLineItem", "SpecifiedTradeProduct")
    return "; ".join(dict.fromkeys(name for line in lines if (name := line.text("Name"))))


def _line(line: Node) -> dict[str, str | None]:
    """One line: quantity and unit price before tax, as EN 16931 has them. ZUGFeRD 1.0 names the sections otherwise."""
    product = line.first("SpecifiedTradeProduct") or Node("")
    agreement, delivery, settlement = (
        next((child for child in line.children if child.name.endswith(name)), Node(""))
        for name in ("TradeAgreement", "TradeDelivery", "TradeSettlement")
    )
    sums = next((child for child in settlement.children if child.name.endswith("MonetarySummation")), Node(""))
    rate = settlement.text("ApplicableTradeTax", "RateApplicablePercent")
    return {
        "item": product.text("Name"),
        "quantity": quantity(delivery.text("BilledQuantity")),
        "unit price": unit_price(agreement.text("NetPriceProductTradePrice", "ChargeAmount")),
        "net": amount(sums.text("LineTotalAmount")),
        "tax rate": percentage(rate, whole=100),
    }


def _remarks(kind: str | None) -> tuple[Message, ...]:
    if kind in _CREDIT_NOTES:
        return (message("it is a credit note: its amounts are to be subtracted"),)
    return ()
