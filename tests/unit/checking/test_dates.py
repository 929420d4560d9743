"""Dates: all that a text may say, and what settles it."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocrwatch.checking.calendars import month_of
from ocrwatch.checking.dates import readings
from ocrwatch.checking.evidence import evidence_in, likely_day, settled_order
from ocrwatch.ports import DateOrder

ARRIVED = date(2025, 6, 1)

ONE_DAY = [
    "2018年3月23日", "2018 年 03 月 23 日", "２０１８年３月２３日", "二〇一八年三月二十三日", "2018-03-23", "2018/3/23", "2018.03.23",
    "2018. 3. 23.", "2018 03 23", "20180323", "23/03/2018", "23-03-2018", "23.3.2018", "23 / 03 / 2018", "03/23/2018",
    "23032018", "23 MAR 2018", "23-Mar-18", "23/MAR/2018", "23MAR2018", "23MAR18", "Mar 23, 2018", "March 23rd, 2018",
    "MAR.23.2018", "23rd of March 2018".replace("of ", ""), "2018-Mar-23", "23. März 2018", "23 mars 2018", "23 MAC 2018",
    "23 de marzo de 2018", "Fri, 23 Mar 2018", "Friday 23/03/2018", "23/03/2018 (Fri)", "2018年3月23日 星期五", "2018年3月23日(金)",
    "2018年3月23日金曜日", "民國107年3月23日", "中華民國107年03月23日", "平成30年3月23日", "2018년 3월 23일",
]  # fmt: skip


@pytest.mark.parametrize("text", ONE_DAY)
def test_a_date_that_can_mean_one_day_is_that_day(text: str) -> None:
    """English, Chinese and other forms of one day are the same day."""
    found = readings(text, ARRIVED)
    assert found is not None
    assert set(found.days.values()) == {date(2018, 3, 23)}
    assert found.time is None
    assert found.weekday_fits


NO_DATE = [
    "", "-", "abc", "Friday", "MAR", "2018", "23/03", "3月23日", "2018年3月", "31/02/2018", "2018-02-30", "2018-13-01", "00/00/2018",
    "29/02/2018", "2018-23-03", "2561-03-23", "23/03/1850", "12/03/70", "18年3月23日", "201年3月23日", "23/03-2018", "05 JUI 2018",
    "2024-01-01 ~ 2024-01-31", "2018-03-23 24:00", "2018-03-23 10:60", "2018-03-23 13:05 AM", "2018-3-210:44",
    "2018-03-23 or so", "2018-03-23 2018-03-24", "23 Foo 2018", "10:44", "1/2/3/4", "23/03/201", "٢٠١٨-٠٣-٢٣", "²³/03/2018",
]  # fmt: skip


@pytest.mark.parametrize("text", NO_DATE)
def test_impossible_or_incomplete_dates_are_none(text: str) -> None:
    """A day that does not exist, a missing part or anything besides makes no date."""
    assert readings(text, ARRIVED) is None


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("2018-03-23 10:44", time(10, 44)),
        ("2018-03-23T10:44:05", time(10, 44, 5)),
        ("2018-03-23T10:44:05.123Z", time(10, 44, 5)),
        ("2018-03-23 10:44:05 +08:00", time(10, 44, 5)),
        ("23/03/2018 3:05 PM", time(15, 5)),
        ("23/03/2018 03:05:09PM", time(15, 5, 9)),
        ("23/03/2018 3:05 p.m.", time(15, 5)),
        ("23/03/2018 12:05 AM", time(0, 5)),
        ("23/03/2018 12:05 PM", time(12, 5)),
        ("23/03/2018 15:32 PM", time(15, 32)),
        ("23/03/2018, 10:44", time(10, 44)),
        ("23/03/2018 - 10:44", time(10, 44)),
        ("10:44 23/03/2018", time(10, 44)),
        ("Fri 23 Mar 2018 10:44", time(10, 44)),
        ("2018年03月23日 10:30开", time(10, 30)),
        ("2018年03月23日10：30开", time(10, 30)),
        ("2018年03月23日 星期五 10时30分", time(10, 30)),
        ("2018年03月23日 下午3:05", time(15, 5)),
        ("2018年03月23日 上午10点30分05秒", time(10, 30, 5)),
        ("20180323 10:44", time(10, 44)),
    ],
)
def test_the_time_of_day_is_the_one_printed(text: str, clock: time) -> None:
    """Times before or behind the date, in twelve or twenty-four hours, are read."""
    found = readings(text, ARRIVED)
    assert found is not None
    assert (set(found.days.values()), found.time) == ({date(2018, 3, 23)}, clock)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("06/03/2018", {"DMY": date(2018, 3, 6), "MDY": date(2018, 6, 3)}),
        ("18.03.23", {"DMY": date(2023, 3, 18), "YMD": date(2018, 3, 23)}),
        ("06-04-16", {"DMY": date(2016, 4, 6), "MDY": date(2016, 6, 4), "YMD": date(2006, 4, 16)}),
        ("27/07/17", {"DMY": date(2017, 7, 27)}),
        ("12032018", {"DMY": date(2018, 3, 12), "MDY": date(2018, 12, 3)}),
        ("180323", {"DMY": date(2023, 3, 18), "YMD": date(2018, 3, 23)}),
        ("02/02/2018", {None: date(2018, 2, 2)}),
        ("Tue 06/03/2018", {"DMY": date(2018, 3, 6)}),
        ("(Sun) 06/03/2018", {"MDY": date(2018, 6, 3)}),
    ],
)
def test_every_order_that_makes_a_day_is_named(text: str, days: dict[DateOrder | None, date]) -> None:
    """Numbers alone give one day for each order that is possible; a printed weekday leaves those that fit."""
    found = readings(text, ARRIVED)
    assert found is not None
    assert found.days == days


def test_a_weekday_that_fits_no_reading_is_told() -> None:
    """A weekday that contradicts the date does not change it."""
    found = readings("Mon 23/03/2018", ARRIVED)
    assert found is not None
    assert found.days == {"DMY": date(2018, 3, 23)}
    assert not found.weekday_fits


@pytest.mark.parametrize(
    ("text", "year"), [("01 JAN 26", 2026), ("01 JAN 25", 2025), ("01 JAN 99", 1999), ("01 JAN 86", 1986)]
)
def test_two_digit_years_are_near_the_arrival(text: str, year: int) -> None:
    """A two-digit year is one of the last 40 years or the next one."""
    found = readings(text, ARRIVED)
    assert found is not None
    assert found.days == {None: date(year, 1, 1)}


@pytest.mark.parametrize("text", ["01 JAN 27", "01 JAN 84", "01 JAN 50"])
def test_other_two_digit_years_are_no_year(text: str) -> None:
    """Two digits that name neither the past 40 years nor the next are no year."""
    assert readings(text, ARRIVED) is None


@pytest.mark.parametrize(
    ("word", "month"),
    [
        ("mar", 3),
        ("MARCH", 3),
        ("sept", 9),
        ("Févr", 2),
        ("août", 8),
        ("ogos", 8),
        ("dis", 12),
        ("ju", None),
        ("jui", None),
        ("tue", None),
    ],
)
def test_a_word_is_a_month_when_it_can_be_no_other(word: str, month: int | None) -> None:
    """Names and abbreviations in several languages; an abbreviation of two months is none."""
    assert month_of(word) == month


def _likely(text: str, *page: str, set_order: DateOrder | None = None, earlier: DateOrder | None = None) -> date | None:
    found = readings(text, ARRIVED)
    assert found is not None
    return likely_day(found, evidence_in((text, *page), ARRIVED, set_order=set_order, earlier_order=lambda: earlier))


def test_an_ambiguous_date_alone_stays_open() -> None:
    """Without any evidence 06/03/2018 is neither 6 March nor 3 June."""
    assert _likely("06/03/2018") is None


@pytest.mark.parametrize(("order", "day"), [("DMY", date(2018, 3, 6)), ("MDY", date(2018, 6, 3)), ("YMD", None)])
def test_the_setting_decides(order: DateOrder, day: date | None) -> None:
    """The inbox's setting decides where it makes a date."""
    assert _likely("06/03/2018", set_order=order) == day


@pytest.mark.parametrize(
    ("page", "day"),
    [
        ("Printed 28/03/2018 at the counter", date(2018, 3, 6)),
        ("Printed 03/28/2018 at the counter", date(2018, 6, 3)),
        ("2018-03-06 11:20", date(2018, 3, 6)),
        ("03 JUN 2018", date(2018, 6, 3)),
        ("2018年3月6日", date(2018, 3, 6)),
        ("28/03/2018\n03/28/2018", None),
        ("28/03/2018\n2018-06-03", None),
        ("05/04/2018", None),
        ("2019-01-01", None),
        ("Tel. 03-5555 1234", None),
    ],
)
def test_other_dates_on_the_page_decide(page: str, day: date | None) -> None:
    """A date in one order only, or the same day written out, decides; contradictions leave it open."""
    assert _likely("06/03/2018", page) == day


def test_the_inbox_decides_when_the_page_is_silent() -> None:
    """Earlier dates of the inbox are asked last, and never against a page that contradicts itself."""
    assert _likely("06/03/2018", earlier="DMY") == date(2018, 3, 6)
    assert _likely("06/03/2018", "03/28/2018", earlier="DMY") == date(2018, 6, 3)
    assert _likely("06/03/2018", "28/03/2018\n03/28/2018", earlier="DMY") is None


def test_a_date_that_settles_itself_needs_no_evidence() -> None:
    """13 can be no month, whatever the inbox says."""
    assert _likely("12/13/2016", set_order="DMY", earlier="DMY") == date(2016, 12, 13)


@pytest.mark.parametrize(
    ("counts", "order"),
    [
        ({}, None),
        ({"DMY": 1}, None),
        ({"DMY": 2}, "DMY"),
        ({"DMY": 19, "MDY": 1}, None),
        ({"DMY": 20, "MDY": 1}, "DMY"),
        ({"DMY": 5, "MDY": 5}, None),
    ],
)
def test_an_inbox_is_settled_by_clear_majority(counts: dict[DateOrder, int], order: DateOrder | None) -> None:
    """Two dates settle an order; one foreign receipt must not turn it round."""
    assert settled_order(counts) == order


days = st.dates(min_value=date(1990, 1, 1), max_value=date(2026, 12, 31))
full_forms = st.sampled_from(
    ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%d %b %Y", "%d-%B-%Y", "%b %d, %Y", "%Y%m%d", "%A, %d %B %Y"]
)


@given(day=days, form=full_forms)
def test_unambiguous_forms_are_read_back(day: date, form: str) -> None:
    """Any day written in a form that can mean one day is read back."""
    found = readings(day.strftime(form), ARRIVED)
    assert found is not None
    assert set(found.days.values()) == {day} or form == "%Y%m%d"
    assert day in found.days.values()


@given(
    day=days, form=st.sampled_from([("DMY", "%d/%m/%Y"), ("MDY", "%m-%d-%Y"), ("DMY", "%d.%m.%y"), ("YMD", "%y/%m/%d")])
)
def test_forms_with_an_order_are_read_back_in_it(day: date, form: tuple[DateOrder, str]) -> None:
    """Any day written in numbers is read back when its order is set."""
    assert _likely(day.strftime(form[1]), set_order=form[0]) == day


@given(day=days, clock=st.times().map(lambda t: t.replace(microsecond=0, tzinfo=None, fold=0)))
def test_times_are_read_back(day: date, clock: time) -> None:
    """Any moment is read back, in twenty-four and in twelve hours."""
    for form in ("%H:%M:%S", "%I:%M:%S %p"):
        found = readings(f"{day:%Y-%m-%d} {clock.strftime(form)}", ARRIVED)
        assert found is not None
        assert (set(found.days.values()), found.time) == ({day}, clock)


wild = st.text() | st.text(alphabet="0123456789/-. :年月日MARmarFriAPM,开", max_size=24)


@given(text=wild, page=wild, shift_days=st.integers(-20000, 20000))
def test_no_text_raises_and_no_digit_is_invented(text: str, page: str, shift_days: int) -> None:
    """Whatever the text, the days of a date in digits are made of numbers that stand in it."""
    arrived = ARRIVED + timedelta(days=shift_days)
    evidence_in((text, page), arrived)
    found = readings(text, arrived)
    if found is None or not text.isascii():
        return
    for day in found.days.values():
        assert str(day.day) in text
        assert str(day.year)[2:] in text
