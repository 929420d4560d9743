"""Dates and times: a text that as a whole is one day, with or without a time of day.

    06/03/2018   18.03.23   03 MAR 2018   Mar 3, 2018   20180323   2018年3月23日 10:44   民國107年3月23日   10:30開

Rules
  1. The text is one date as a whole, or none. Impossible days and a missing year make it none.
  2. Numbers alone may be read in several orders. `readings` returns each possible one; `evidence.py` tells which.
     A printed day of the week leaves the readings that fall on it.
  3. A two-digit year is one of the last 40 years or the next one (counted from the scan's arrival); otherwise it is no
     year. Four-digit years are 1901 to 2199.
  4. A time zone behind a time is dropped: the time is the one printed.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time

from ocrwatch.checking.calendars import ERAS, month_of, without_weekday
from ocrwatch.checking.numerals import NUMERAL, counted, spelled
from ocrwatch.checking.printed import folded
from ocrwatch.ports import DateOrder

_YEARS_BACK = 40

_TIME = (
    r"(?:(?P<half>[AP])\.?M\.?\s*|(?P<han>上午|下午)\s*)?"
    r"(?P<hour>[0-9]{1,2})(?::|\s?[时時点點시]\s?)(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.[0-9]+)?"
    r"|\s?[分분](?:\s?(?P<second_han>[0-9]{1,2})\s?秒)?)?"
    r"(?:\s*(?P<half_after>[AP])\.?\s?M\.?)?(?:\s*(?:Z|[+-][0-9]{2}:?[0-9]{2}))?"
)
_DAY_THEN_TIME = re.compile(
    rf"(?P<day>.+?)(?:\s*[,T|@-]\s*|\s+|(?<=[日号號일])){_TIME}\s?(?:[开開]车?)?", re.IGNORECASE
)
_TIME_THEN_DAY = re.compile(rf"{_TIME}(?:\s*[,|@-]\s*|\s+)(?P<day>.+)", re.IGNORECASE)

_ORDINAL = r"(?:st|nd|rd|th|er|º|\.)?"
_GAP = r"(?: de |[-/.,' ]*)"
_WORD = r"(?P<word>[^\W\d_]+)"
_NUMBERS = re.compile(r"(?P<a>[0-9]{1,2})(?P<gap>[-/. ])(?P<b>[0-9]{1,2})(?P=gap)(?P<c>[0-9]{4}|[0-9]{2})")
_COMPACT = re.compile(r"[0-9]{8}|[0-9]{6}")
_YEAR_FIRST = re.compile(r"(?P<year>[0-9]{4})(?P<gap>[-/. ])(?P<month>[0-9]{1,2})(?P=gap)(?P<day>[0-9]{1,2})")
_CJK = re.compile(r"(?P<year>[0-9]{4})[年년]\s?(?P<month>[0-9]{1,2})[月월]\s?(?P<day>[0-9]{1,2})\s?(?:[日号號일])?")
_ERA = re.compile(
    rf"(?P<era>{'|'.join(ERAS)})(?P<year>[0-9]{{1,3}}|元)[年.](?P<month>[0-9]{{1,2}})[月.](?P<day>[0-9]{{1,2}})日?"
)
_NAMED = (
    re.compile(rf"(?P<day>[0-9]{{1,2}}){_ORDINAL}{_GAP}{_WORD}{_GAP}(?P<year>[0-9]{{4}}|[0-9]{{2}})", re.IGNORECASE),
    re.compile(
        rf"{_WORD}[-/. ]*(?P<day>[0-9]{{1,2}}){_ORDINAL}[-/.,' ]+(?P<year>[0-9]{{4}}|[0-9]{{2}})", re.IGNORECASE
    ),
    re.compile(rf"(?P<year>[0-9]{{4}})[-/. ]?{_WORD}[-/. ]?(?P<day>[0-9]{{1,2}})", re.IGNORECASE),
)
_HAN_YEAR = re.compile(rf"({NUMERAL}{{4}})(?=年)")
_HAN_NUMBER = re.compile(rf"({NUMERAL}{{1,3}})(?=[月日号號])")

_DATE_ON_PAGE = re.compile(
    r"(?<![0-9./-])(?:[0-9]{1,2}([-/.])[0-9]{1,2}\1(?:[0-9]{4}|[0-9]{2})"
    r"|[0-9]{4}([-/.])[0-9]{1,2}\2[0-9]{1,2}|[0-9]{4}年\s?[0-9]{1,2}月\s?[0-9]{1,2}日"
    r"|[0-9]{1,2}[-/. ]?[A-Za-z]{3,9}[-/., ]{0,2}[0-9]{4})(?![0-9/-])"
)


@dataclass(frozen=True, slots=True)
class Readings:
    """What a text may say. `days`: by the order its numbers are read in, or under None where that does not matter."""

    days: Mapping[DateOrder | None, date]
    time: time | None = None
    weekday_fits: bool = True

    @property
    def order(self) -> DateOrder | None:
        """The one order that makes a date of the numbers; None where several do or it does not matter."""
        orders = list(self.days)
        return orders[0] if len(orders) == 1 else None


def readings(text: str, arrived: date) -> Readings | None:
    """All that `text` may say as a date; None where it is not one date. `arrived`: the day the scan came."""
    plain, weekday = without_weekday(_han_in_digits(folded(text)))
    day_text, clock = plain, None
    for pattern in (_DAY_THEN_TIME, _TIME_THEN_DAY):
        if (match := pattern.fullmatch(plain)) is not None and (clock := _clock(match)) is not None:
            day_text = match["day"]
            break
    days = _days(day_text.strip(" ,"), arrived)
    if not days:
        return None
    fitting = {order: day for order, day in days.items() if weekday in (None, day.weekday())}
    return Readings(fitting or days, clock, weekday_fits=bool(fitting))


def readings_on(page: str, arrived: date) -> Iterator[Readings]:
    """The dates that stand in the text of a page."""
    for match in _DATE_ON_PAGE.finditer(folded(page)):
        if days := _days(match[0], arrived):
            yield Readings(days)


def _days(text: str, arrived: date) -> dict[DateOrder | None, date]:
    """The days that `text` without a time may mean; empty where it is no day."""
    tight = re.sub(r"\s*([-/.年月년월])\s*", r"\1", text).rstrip(".")
    if (match := _NUMBERS.fullmatch(tight)) is not None:
        return _by_order(match["a"], match["b"], match["c"], arrived)
    if _COMPACT.fullmatch(tight):
        return _of_compact(tight, arrived)
    for pattern in (_YEAR_FIRST, _CJK):
        if (match := pattern.fullmatch(tight)) is not None:
            return _only(_day(match["year"], match["month"], match["day"], arrived))
    if (match := _ERA.fullmatch(tight.replace(" ", ""))) is not None:
        year = ERAS[match["era"]] + (1 if match["year"] == "元" else int(match["year"]))
        return _only(_day(str(year), match["month"], match["day"], arrived))
    for pattern in _NAMED:
        if (match := pattern.fullmatch(tight)) is not None and (month := month_of(match["word"])) is not None:
            return _only(_day(match["year"], str(month), match["day"], arrived))
    return {}


def _by_order(a: str, b: str, c: str, arrived: date) -> dict[DateOrder | None, date]:
    """Three numbers in each order that makes a day of them; under None where all orders make the same."""
    days: dict[DateOrder | None, date] = {}
    if (day := _day(c, b, a, arrived)) is not None:
        days["DMY"] = day
    if (day := _day(c, a, b, arrived)) is not None:
        days["MDY"] = day
    if len(a) == len(c) == 2 and (day := _day(a, b, c, arrived)) is not None:
        days["YMD"] = day
    return _only(next(iter(days.values()))) if len(days) > 1 and len(set(days.values())) == 1 else days


def _of_compact(digits: str, arrived: date) -> dict[DateOrder | None, date]:
    if len(digits) == 6:
        return _by_order(digits[:2], digits[2:4], digits[4:], arrived)
    if (day := _day(digits[:4], digits[4:6], digits[6:], arrived)) is not None and _is_near(day, arrived):
        other = _by_order(digits[:2], digits[2:4], digits[4:], arrived)
        return _only(day) if not any(_is_near(d, arrived) for d in other.values()) else {"YMD": day, **other}
    return _by_order(digits[:2], digits[2:4], digits[4:], arrived)


def _is_near(day: date, arrived: date) -> bool:
    return arrived.year - 100 <= day.year <= arrived.year + 10


def _only(day: date | None) -> dict[DateOrder | None, date]:
    return {} if day is None else {None: day}


def _day(year: str, month: str, day: str, arrived: date) -> date | None:
    number = int(year)
    if len(year) == 2:
        latest = arrived.year + 1
        number = latest - (latest - number) % 100
        if number <= arrived.year - _YEARS_BACK - 1:
            return None
    if not 1901 <= number <= 2199:
        return None
    try:
        return date(number, int(month), int(day))
    except ValueError:
        return None


def _clock(match: re.Match[str]) -> time | None:
    """The time of day; None for an impossible one (13:05 AM)."""
    hour, minute = int(match["hour"]), int(match["minute"])
    second = int(match["second"] or match["second_han"] or 0)
    halves = {half.upper() for half in (match["half"], match["half_after"]) if half}
    if match["han"]:
        halves.add("A" if match["han"] == "上午" else "P")
    if len(halves) > 1 or hour > 23 or minute > 59 or second > 59:
        return None
    if halves == {"A"}:
        if hour > 12:
            return None
        hour %= 12
    if halves == {"P"}:
        if hour == 0:
            return None
        hour = hour if hour >= 12 else hour + 12  # "15:32 PM" is printed, too
    return time(hour, minute, second)


def _han_in_digits(text: str) -> str:
    """`text` with the Chinese numerals of a date (二〇一八年三月二十三日) in digits."""
    text = _HAN_YEAR.sub(lambda match: spelled(match[1]) or match[1], text)

    def digits(match: re.Match[str]) -> str:
        number = counted(match[1])
        return match[1] if number is None else str(number)

    return _HAN_NUMBER.sub(digits, text)
