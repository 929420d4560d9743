"""Is it our invoice? The buyer it names against the one that the watched folder is for.

Rules
  1. The tax number decides by itself, character by character; the name once width, case and spaces are put aside.
  2. Only a buyer that is plainly named is another one: an empty field, or characters not read, name nobody.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ocrwatch.checking.printed import folded, has_unread
from ocrwatch.checking.rules import BUYER, BUYER_TAX_ID, of_role
from ocrwatch.document import Value
from ocrwatch.messages import Message, message
from ocrwatch.ports import Field


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """Who the invoices of a watched folder are for; "" where that is not told."""

    name: str = ""
    tax_id: str = ""


ANYBODY = Buyer()
"""Where it is not told whom the invoices are for."""


def other_buyer(
    fields: Sequence[Field], values: Mapping[str, Value], facts: Mapping[str, str], ours: Buyer
) -> tuple[Message, ...]:
    """What is said of a buyer who is not `ours`. `facts`: the invoice's own data, where it has some."""
    name = _named(fields, values, BUYER) or facts.get("buyer", "")
    tax_id = _named(fields, values, BUYER_TAX_ID) or facts.get("buyer tax id", "")
    found = []
    if name and ours.name and not has_unread(name) and _plain(name) != _plain(ours.name):
        found.append(message("the buyer is {name}, not {ours}", name=name, ours=ours.name))
    if tax_id and ours.tax_id and not has_unread(tax_id) and _plain(tax_id) != _plain(ours.tax_id):
        found.append(message("the buyer's tax number is {number}, not {ours}", number=tax_id, ours=ours.tax_id))
    return tuple(found)


def _named(fields: Sequence[Field], values: Mapping[str, Value], role: frozenset[str]) -> str:
    value = values.get(of_role(fields, role) or "")
    return value if isinstance(value, str) else ""


def _plain(text: str) -> str:
    return "".join(folded(text).casefold().split())
