"""The amounts of a paper: what is to be paid, what it was before tax, the tax.

A total is told by its label, never by being the largest number: a row says "total", does not say that it is a
total of something else (quantity, discount, tax), and holds one amount. Of several such rows the last word
counts: a final label before a plain one, and the lowest on the paper. Tables that sum up taxes are left out.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ocrwatch.reading import finder_labels as labels
from ocrwatch.reading import finder_values as values
from ocrwatch.reading.finder_vocabulary import CHANGE, FINAL_TOTALS, ROUNDED, SUBTOTALS, TENDERED
from ocrwatch.reading.lines import Line, VisualRow

_OF_SOMETHING_ELSE = re.compile(
    r"sub\W*tota|excl|\bexc\b|exc\.|before|without|qty|quantit|\bitems?\b|\bpcs\b|count|points?\b|saving|saved|disc"
    r"|supplies|supply|change|cash|tender|deposit|\bpax\b|weight|(?<!after )rounding|balance b"
    r"|小计|不含税|税额|找零|优惠|折扣|数量|件数|积分|余额|大写",
    re.IGNORECASE,
)
_A_TAX = re.compile(r"\b(tax|gst|vat|sst|mwst|tva)", re.IGNORECASE)
_WITH_TAX = re.compile(r"incl|inc\b|inc\.|with\b|w/|inkl|after|ttc|\bnett?\b", re.IGNORECASE)
_SUMMARY = re.compile(r"(gst|tax|vat|sst)\W*(summary|analysis|breakdown|details)|税率汇总", re.IGNORECASE)
_NOT_A_TAX_AMOUNT = re.compile(
    r"invoice|receipt|\bid\b|\d{6}|\bno\b|reg|summary|analysis|excl|(?:total|amount|sales?|price|due)\b.*\binc"
    r"|taxable|before|code|rate\b|税率|发票|识别|税号|价税|不含税",
    re.IGNORECASE,
)
_SMALLEST_COIN_CENTS = 5
_WORD = re.compile(r"[^\W\d_]{3,}")


@dataclass(frozen=True, slots=True)
class Found:
    """A value as printed, and the lines it was read from."""

    text: str
    lines: tuple[Line, ...]


def total(rows: Sequence[VisualRow], names: Sequence[str]) -> Found | None:
    """What is to be paid."""
    names = (*FINAL_TOTALS, *(name for name in names if name not in FINAL_TOTALS))
    found = [
        (hit.rank < len(FINAL_TOTALS), number, value)
        for number, row, line, hit in _labelled(_before_summary(rows), names)
        if _means_total(line.text, hit) and (value := _one_amount(rows, number, row, line, hit)) is not None
    ]
    paid = [item for item in found if not values.is_zero(item[2].text)] or found
    if not paid:
        return _paid(rows)
    _, number, value = max(paid, key=lambda item: item[:2])
    return _rounded(rows[number + 1 :], value) or value


def net(rows: Sequence[VisualRow], names: Sequence[str]) -> Found | None:
    """The amount before tax; on a Chinese invoice the first of the two amounts behind 合计."""
    pair = _net_and_tax(rows)
    return pair[0] if pair else _best(rows, names, lambda text, hit: labels.leads(text, hit) or hit.start == 0)


def tax(rows: Sequence[VisualRow], names: Sequence[str]) -> Found | None:
    """The tax; on a Chinese invoice the second of the two amounts behind 合计."""
    pair = _net_and_tax(rows)
    return pair[1] if pair else _best(rows, names, lambda text, _: not _NOT_A_TAX_AMOUNT.search(text))


def labelled(rows: Sequence[VisualRow], names: Sequence[str]) -> Found | None:
    """The amount printed at one of the labels `names`."""
    return _best(rows, names, labels.leads)


def only_marked(rows: Sequence[VisualRow]) -> Found | None:
    """The amount with a currency at it, where the paper has just one such amount (a ticket's price)."""
    marked = [
        Found(amount, (line,))
        for row in rows
        for line in row
        for amount in values.amounts(line.text)
        if values.has_currency(amount)
    ]
    return marked[0] if len({found.text for found in marked}) == 1 else None


def _rounded(below: Sequence[VisualRow], total: Found) -> Found | None:
    """The total after rounding to the smallest coin, where it is printed below at a label that says only that."""
    exact = values.in_cents(total.text)
    if exact is None:
        return None
    for number, row, line, hit in _labelled(_before_summary(below), ROUNDED):
        value = _one_amount(below, number, row, line, hit)
        rounded = values.in_cents(value.text) if value else None
        if rounded is not None and 0 < abs(rounded - exact) <= _SMALLEST_COIN_CENTS < rounded:
            return value
    return None


def _paid(rows: Sequence[VisualRow]) -> Found | None:
    """What was handed over less the change, where the paper prints that very amount: it has no readable total.

    The amount is taken from the subtotal; with no change at all it is what was handed over.
    """
    tendered, change = _only_one(rows, TENDERED), _only_one(rows, CHANGE)
    handed_over, given_back = (values.in_cents(found.text) if found else None for found in (tendered, change))
    if handed_over is None or given_back is None:
        return None
    if given_back == 0:
        return tendered
    before = _best(rows, SUBTOTALS, labels.leads)
    return before if before and values.in_cents(before.text) == handed_over - given_back else None


def _only_one(rows: Sequence[VisualRow], names: Sequence[str]) -> Found | None:
    """The amount at `names` where the paper has just one there."""
    found = [
        value
        for number, row, line, hit in _labelled(_before_summary(rows), names)
        if hit.start == 0 and (value := _one_amount(rows, number, row, line, hit)) is not None
    ]
    return found[0] if len({values.in_cents(value.text) for value in found}) == 1 else None


def _labelled(rows: Sequence[VisualRow], names: Sequence[str]) -> list[tuple[int, VisualRow, Line, labels.Hit]]:
    return [
        (number, row, line, hit)
        for number, row in enumerate(rows)
        for line in row
        if (hit := labels.find(line.text, names)) is not None
    ]


def _best(rows: Sequence[VisualRow], names: Sequence[str], fits: Callable[[str, labels.Hit], bool]) -> Found | None:
    """The amount at the most telling label that has one; the highest on the paper of several."""
    found = [
        (hit.rank, number, value)
        for number, row, line, hit in _labelled(_before_summary(rows), names)
        if fits(line.text, hit) and (value := _one_amount(rows, number, row, line, hit)) is not None
    ]
    return min(found, key=lambda item: item[:2], default=(0, 0, None))[2]


def _before_summary(rows: Sequence[VisualRow]) -> Sequence[VisualRow]:
    """The rows above a table that sums up taxes."""
    for number, row in enumerate(rows):
        if any(_SUMMARY.search(line.text) for line in row):
            return rows[:number]
    return rows


def _means_total(text: str, hit: labels.Hit) -> bool:
    if _OF_SOMETHING_ELSE.search(text):
        return False
    if labels.squeezed(text[: hit.start]) and not labels.is_cjk(text[hit.start]):
        return False
    return not _A_TAX.search(text) or bool(_WITH_TAX.search(text))


def _one_amount(rows: Sequence[VisualRow], number: int, row: VisualRow, line: Line, hit: labels.Hit) -> Found | None:
    """The amount behind the label or right of it, else alone under it; None when there is a choice."""
    beside = _beside(row, line, hit)
    amounts = _plausible(rows, " ".join(text for text, _ in beside))
    if len({values.in_cents(amount) or amount for amount in amounts}) == 1:
        return Found(amounts[0], tuple(line for _, line in beside))
    if amounts or len(row) > 1 or labels.squeezed(line.text[hit.end :]):
        return None
    under = labels.below(rows, number, line)
    if under is None or _WORD.search(under.text):
        return None
    amounts = _plausible(rows, under.text)
    return Found(amounts[0], (under,)) if len(amounts) == 1 else None


def _beside(row: VisualRow, line: Line, hit: labels.Hit) -> list[tuple[str, Line]]:
    """The text behind the label, and the lines right of it up to the next words."""
    beside = [(line.text[hit.end :], line)]
    for other in labels.right_of(row, line):
        if _WORD.search(other.text) and not values.amounts(other.text):
            break
        beside.append((other.text, other))
    return beside


def _plausible(rows: Sequence[VisualRow], text: str) -> list[str]:
    """Amounts in `text`: those with cents, else with a currency, else any where the paper prints no cents."""
    amounts = values.amounts(text)
    if cents := [amount for amount in amounts if values.has_cents(amount)]:
        return cents
    if marked := [amount for amount in amounts if values.has_currency(amount)]:
        return marked
    with_cents = any(values.has_cents(amount) for row in rows for line in row for amount in values.amounts(line.text))
    return [] if with_cents else amounts


def _net_and_tax(rows: Sequence[VisualRow]) -> tuple[Found, Found] | None:
    for row in rows:
        for line in row:
            if labels.squeezed(line.text)[:2] != "合计":
                continue
            beside = [(line.text, line), *((other.text, other) for other in labels.right_of(row, line))]
            pieces = [Found(amount, (piece,)) for text, piece in beside for amount in values.amounts(text)]
            if len(pieces) == 2:
                return pieces[0], pieces[1]
    return None
