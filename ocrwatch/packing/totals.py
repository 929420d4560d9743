"""Sums of the rows that are handed in: by currency, and by what stands in a column (a person, a category).

Exact: decimals, never floats. Amounts of different currencies are never added.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ocrwatch.document import Amount, Row
from ocrwatch.filing.templates import value_text


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """The column by which totals are told. `own`: it is the ledger's own, of subfolders, and no field."""

    heading: str
    own: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """The amounts in `currency` under `heading`: how many there are, and their sum."""

    heading: str
    currency: str
    count: int
    amount: Amount


def totals(rows: Sequence[Row], headings: Sequence[str]) -> list[Total]:
    """The totals under each of `headings`, currency by currency."""
    found: dict[tuple[str, str], list[Decimal]] = {}
    for row in rows:
        amounts = {cell.name: cell.value for cell in row.cells if isinstance(cell.value, Amount)}
        for heading in headings:
            if heading in amounts:
                found.setdefault((amounts[heading].currency, heading), []).append(amounts[heading].number)
    return [
        Total(heading=heading, currency=currency, count=len(numbers), amount=Amount(sum(numbers, Decimal()), currency))
        for (currency, heading), numbers in sorted(found.items(), key=lambda each: each[0])
    ]


def groups(rows: Sequence[Row], by: By) -> list[tuple[str, list[Row]]]:
    """The rows by what stands in the column, in the order of that; those without anything last, under ""."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(_group(row, by), []).append(row)
    return sorted(found.items(), key=lambda each: (not each[0], each[0].casefold()))


def _group(row: Row, by: By) -> str:
    if by.own:
        return row.folder
    value = next((cell.value for cell in row.cells if cell.name == by.heading), None)
    return " ".join(value_text(value).split())


def uncounted(rows: Sequence[Row], headings: Sequence[str]) -> list[tuple[int, str]]:
    """The numbers of the rows, and the headings, whose amount is text and so in no total."""
    wanted = set(headings)
    return [
        (number, cell.name)
        for number, row in enumerate(rows, 1)
        for cell in row.cells
        if cell.name in wanted and cell.value is not None and not isinstance(cell.value, Amount)
    ]
