"""What the rest of a page tells about a value that has several readings.

The order of a date's numbers is told, in this turn, by
    1. the date itself        13/02/2018 (`dates.py`)
    2. the inbox's setting    date_order = "DMY"
    3. the page               another date in one order only, or the same day written out; they must not disagree
    4. the inbox's earlier dates, when the page tells nothing
else it stays open.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from ocrwatch.checking.amounts import decimal_sign_on
from ocrwatch.checking.dates import Readings, readings_on
from ocrwatch.checking.printed import folded
from ocrwatch.ports import DateOrder

_ENOUGH_DATES = 2
_FOR_EACH_AGAINST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known besides the value. `arrived`: the day the scan came. `page`: all text at hand, folded.

    `decimal_sign`, `orders`, `days`: what its other numbers and dates show (`orders` has two when they disagree).
    `set_order`: the inbox's setting, None for auto. `earlier_order` asks what the inbox's earlier dates show.
    """

    arrived: date
    page: str
    decimal_sign: str | None
    orders: frozenset[DateOrder]
    days: frozenset[date]
    set_order: DateOrder | None
    earlier_order: Callable[[], DateOrder | None]


def evidence_in(
    texts: Iterable[str],
    arrived: date,
    *,
    set_order: DateOrder | None = None,
    earlier_order: Callable[[], DateOrder | None] = lambda: None,
) -> Evidence:
    """What the texts of a document tell."""
    page = "\n".join(folded(line) for text in texts for line in text.splitlines())
    found = [reading for line in page.split("\n") for reading in readings_on(line, arrived)]
    return Evidence(
        arrived=arrived,
        page=page,
        decimal_sign=decimal_sign_on(page),
        orders=frozenset(reading.order for reading in found if reading.order is not None),
        days=frozenset(next(iter(reading.days.values())) for reading in found if len(reading.days) == 1),
        set_order=set_order,
        earlier_order=earlier_order,
    )


def likely_day(readings: Readings, evidence: Evidence) -> date | None:
    """The one day that is meant; None where that stays open."""
    days: Mapping[DateOrder | None, date] = readings.days
    if len(set(days.values())) == 1:
        return next(iter(days.values()))
    if evidence.set_order in days and evidence.set_order is not None:
        return days[evidence.set_order]
    told = {days[order] for order in evidence.orders if order in days} | (evidence.days & set(days.values()))
    if told or evidence.orders:
        return told.pop() if len(told) == 1 and len(evidence.orders) <= 1 else None
    earlier = evidence.earlier_order()
    return days[earlier] if earlier is not None and earlier in days else None


def settled_order(counts: Mapping[DateOrder, int]) -> DateOrder | None:
    """The order that an inbox's unambiguous dates settle, from how many of them were written in each.

    At least two, and twenty for each one against: a single foreign receipt must not turn an inbox round.
    """
    if not counts:
        return None
    order = max(counts, key=lambda each: counts[each])
    against = sum(counts.values()) - counts[order]
    return order if counts[order] >= max(_ENOUGH_DATES, _FOR_EACH_AGAINST * against) else None
