"""What was found in an e-invoice, and its way out of the child process. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Context, Decimal
from itertools import islice

from ocrwatch.messages import JSON, message_from_data, message_to_data
from ocrwatch.ports import Embedded

MOST_LINES = 5000
LONGEST_CHARS = 2000
"""Of one fact: a workbook's cell holds more, but no name or number needs it."""

_MOST_DIGITS = 15
_PLAIN_NUMBER = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,30})?")
_CHINESE_DAY = re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")
_ISO_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_PLAIN_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\d{6}|\d{9})?\Z")


def kept(facts: Mapping[str, str | None]) -> dict[str, str]:
    """The facts that say something, on one line each."""
    plain = {meaning: " ".join((said or "").split())[:LONGEST_CHARS] for meaning, said in facts.items()}
    return {meaning: said for meaning, said in plain.items() if said}


def day(said: str | None) -> str | None:
    """The day in `said`, as 2026-11-05; what is no day stays as it is."""
    text = (said or "").strip()
    for pattern in (_CHINESE_DAY, _ISO_DAY, _PLAIN_DAY):
        if match := pattern.match(text):
            return f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}"
    return text or None


def amount(said: str | None) -> str | None:
    """The number in `said`, with a point and two decimals at least; what is no number stays as it is.

    Three decimals would look like thousands: they become four.
    """
    text = re.sub(r"[\s,¥￥]|CNY", "", said or "")
    if not _PLAIN_NUMBER.fullmatch(text):
        return (said or "").strip() or None
    decimals = max(2, len(text.partition(".")[2].rstrip("0")))
    return f"{Decimal(text):.{4 if decimals == 3 else decimals}f}"


def unit_price(said: str | None) -> str | None:
    """An amount as exact as a workbook holds it: invoices divide a sum, and print twenty decimals of the price."""
    text = amount(said)
    if text is None or not _PLAIN_NUMBER.fullmatch(text) or len(text) <= _MOST_DIGITS:
        return text
    return amount(f"{Context(prec=_MOST_DIGITS).create_decimal(text):f}")


def quantity(said: str | None) -> str | None:
    """The number in `said` as it stands, without the zeros that end it; what is no number stays as it is."""
    text = (said or "").strip()
    if not _PLAIN_NUMBER.fullmatch(text) or "." not in text:
        return text or None
    plain = text.rstrip("0").rstrip(".")
    return f"{plain}0" if len(plain.partition(".")[2]) == 3 else plain  # three decimals would look like thousands


def percentage(said: str | None, *, whole: int) -> str | None:
    """The rate in `said`, of which `whole` is all, as 6%; what is no number stays as it is."""
    text = (said or "").strip()
    if not _PLAIN_NUMBER.fullmatch(text):
        return text or None
    return f"{(Decimal(text) * 100 / whole).normalize():f}%"


def table(lines: Iterable[Mapping[str, str | None]]) -> tuple[dict[str, str], ...]:
    """The lines that say something, as many as a table may have."""
    return tuple(line for each in islice(lines, MOST_LINES) if (line := kept(each)))


def to_data(found: Embedded | None) -> JSON:
    """`found` as plain data."""
    if found is None:
        return None
    return {
        "facts": dict(found.facts),
        "lines": [dict(line) for line in found.lines],
        "paper": found.paper,
        "invoice": found.invoice,
        "remarks": [message_to_data(remark) for remark in found.remarks],
    }


def from_data(data: JSON) -> Embedded | None:
    """What `to_data` made."""
    if data is None:
        return None
    assert isinstance(data, dict)
    lines, remarks = data["lines"], data["remarks"]
    assert isinstance(lines, list)
    assert isinstance(remarks, list)
    return Embedded(
        facts=_texts(data["facts"]),
        lines=tuple(_texts(line) for line in lines),
        paper="train ticket" if data["paper"] == "train ticket" else "invoice",
        invoice=str(data["invoice"]),
        remarks=tuple(message_from_data(remark) for remark in remarks),
    )


def _texts(data: JSON) -> dict[str, str]:
    assert isinstance(data, dict)
    return {meaning: str(said) for meaning, said in data.items()}
