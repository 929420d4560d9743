"""Chinese invoices as XML. Pure.

    EInvoice     the fully digital invoice (数电票) of the State Taxation Administration's platform: parties in
                 EInvoiceData/SellerInformation and BuyerInformation, sums in BasicInformation, a line in each
                 IssuItemInformation, number and day in TaxSupervisionInfo
    eInvoice     the electronic VAT invoice in an OFD (original_invoice.xml, and the tags of CustomTag.xml):
                 InvoiceCode, InvoiceNo, Buyer/BuyerName, TaxInclusiveTotalAmount …
    xbrl, rai    the railway e-ticket (电子发票（铁路电子客票）) of the Ministry of Finance's data standard for
                 electronic vouchers, taxonomy http://xbrl.mof.gov.cn/taxonomy/2021-11-30/rai

An invoice's number is unique by itself since it has 20 digits; before, together with its code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ocrwatch.inbox.einvoices.found import amount, day, kept, percentage, quantity, table, unit_price
from ocrwatch.inbox.einvoices.xml_tree import Node
from ocrwatch.messages import Message, message
from ocrwatch.ports import Embedded

CURRENCY = "CNY"

_DIGITAL_NUMBER = re.compile(r"\d{20}")


def digital(root: Node) -> Embedded | None:
    """The fully digital invoice `root`."""
    data, issued = root.first("EInvoiceData") or Node(""), root.first("TaxSupervisionInfo") or Node("")
    number = issued.text("InvoiceNumber") or root.text("Header", "EIid")
    if number is None:
        return None
    seller, buyer = data.first("SellerInformation") or Node(""), data.first("BuyerInformation") or Node("")
    sums = data.first("BasicInformation") or Node("")
    return Embedded(
        facts=kept(
            {
                "number": number,
                "date": day(issued.text("IssueTime") or sums.text("RequestTime")),
                "seller": seller.text("SellerName"),
                "seller tax id": seller.text("SellerIdNum"),
                "buyer": buyer.text("BuyerName"),
                "buyer tax id": buyer.text("BuyerIdNum"),
                "net": amount(sums.text("TotalAmWithoutTax")),
                "tax": amount(sums.text("TotalTaxAm")),
                "total": amount(sums.text("TotalTax-includedAmount")),
                "currency": CURRENCY,
                "item": several(line.own_text for line in data.every("IssuItemInformation", "ItemName")),
            }
        ),
        lines=table(map(_digital_line, data.every("IssuItemInformation"))),
        invoice=identity(number),
    )


def of_tags(root: Node) -> Embedded | None:
    """The electronic VAT invoice `root`; so are the tags of an OFD, each filled with what it points to."""
    texts: dict[str, list[str]] = {}
    for node in root.walk():
        if said := node.own_text.strip():
            texts.setdefault(node.name, []).append(said)

    def text(name: str) -> str | None:
        return texts.get(name, [None])[0]

    number = text("InvoiceNo")
    if number is None:
        return None
    return Embedded(
        facts=kept(
            {
                "number": number,
                "code": text("InvoiceCode"),
                "date": day(text("IssueDate")),
                "seller": text("SellerName"),
                "seller tax id": text("SellerTaxID"),
                "buyer": text("BuyerName"),
                "buyer tax id": text("BuyerTaxID"),
                "net": amount(text("TaxExclusiveTotalAmount")),
                "tax": amount(text("TaxTotalAmount")),
                "total": amount(text("TaxInclusiveTotalAmount")),
                "currency": CURRENCY,
                "item": several(texts.get("Item", [])),
            }
        ),
        lines=table(map(_tagged_line, (node for node in root.walk() if node.name == "GoodsInfo"))),
        invoice=identity(number, text("InvoiceCode") or ""),
    )


def _digital_line(line: Node) -> dict[str, str | None]:
    return {
        "item": line.text("ItemName"),
        "specification": line.text("SpecMod"),
        "unit": line.text("MeaUnits"),
        "quantity": quantity(line.text("Quantity")),
        "unit price": unit_price(line.text("UnPrice")),
        "net": amount(line.text("Amount")),
        "tax rate": percentage(line.text("TaxRate"), whole=1),
        "tax": amount(line.text("ComTaxAm")),
        "total": amount(line.text("TotaltaxIncludedAmount")),
    }


def _tagged_line(line: Node) -> dict[str, str | None]:
    return {
        "item": line.text("Item"),
        "specification": line.text("Specification"),
        "unit": line.text("MeasurementDimension"),
        "quantity": quantity(line.text("Quantity")),
        "unit price": unit_price(line.text("Price")),
        "net": amount(line.text("Amount")),
        "tax rate": line.text("TaxScheme"),
        "tax": amount(line.text("TaxAmount")),
    }


def railway(root: Node) -> Embedded | None:
    """The railway e-ticket `root`."""
    texts = {node.name: said for node in root.walk() if (said := node.own_text.strip())}
    number = texts.get("ElectronicInvoiceRailwayETicketNumber")
    if number is None:
        return None
    return Embedded(
        paper="train ticket",
        facts=kept(
            {
                "number": number,
                "date": day(texts.get("DateOfIssue")),
                "buyer": texts.get("NameOfPurchaser"),
                "buyer tax id": texts.get("UnifiedSocialCreditCodeOfPurchaser"),
                "net": amount(texts.get("TotalAmountExcludingTax")),
                "tax": amount(texts.get("TaxAmount")),
                "total": amount(texts.get("Fare")),
                "currency": CURRENCY,
                "train": texts.get("TrainNumber"),
                "origin": station(texts.get("DepartureStation")),
                "destination": station(texts.get("DestinationStation")),
                "departure": departure(texts.get("TravelDate"), texts.get("DepartureTime")),
                "seat": seat(texts.get("Carriage", ""), texts.get("Seat", "")),
                "seat class": texts.get("SeatLevel"),
                "passenger": texts.get("Name"),
                "person id": texts.get("IdNumber"),
            }
        ),
        invoice=identity(number),
        remarks=refund(texts.get("TypeOfBusiness", "")),
    )


def identity(number: str, code: str = "") -> str:
    """What tells the invoice from all others; "" for a number that could be another's, too."""
    if _DIGITAL_NUMBER.fullmatch(number):
        return number
    return f"{code}|{number}" if code else ""


def departure(travel_day: str | None, time: str | None) -> str | None:
    """Day and time of day in one; the day alone where the time is not told."""
    clock = re.search(r"(\d{1,2}):(\d{2})", time or "")
    on = day(travel_day)
    return f"{on} {int(clock[1]):02}:{clock[2]}" if on and clock else on


def station(name: str | None) -> str | None:
    """The station as the ticket prints it: the data leaves 站 out."""
    return f"{name.removesuffix('站')}站" if name else None


def seat(carriage: str, place: str) -> str:
    """05 and 12A are 05车12A号, as tickets print it; a berth and "no seat" stay in their words."""
    car = carriage.strip().removesuffix("车")
    if re.fullmatch(r"\d{1,3}[A-F]?", place.strip()):
        place = f"{place.strip()}号"
    return f"{car}车{place}" if car else place


def refund(business: str) -> tuple[Message, ...]:
    """A remark where the ticket is no journey, but the fee for one that was given back."""
    return (message("it is the fee for a ticket that was given back"),) if "退" in business else ()


def several(names: Iterable[str]) -> str:
    """The names of an invoice's lines, each once."""
    return "; ".join(dict.fromkeys(said for name in names if (said := " ".join(name.split()))))
