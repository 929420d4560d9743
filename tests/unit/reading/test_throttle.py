"""How fast a service is asked."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocrwatch.reading import throttle
from ocrwatch.reading.throttle import Traffic

NOW = 1_800_000_000.0


def test_as_many_may_ask_as_the_ceiling_says() -> None:
    """The next one is told to come again, some seconds later, without a wait of its own."""
    traffic = throttle.at_first(3)
    for _ in range(3):
        assert throttle.seconds_to_wait(traffic, NOW, 0.5) == 0
        traffic = throttle.asked(traffic)
    assert throttle.seconds_to_wait(traffic, NOW, 0.5) == 5
    assert throttle.seconds_to_wait(throttle.ended(traffic), NOW, 0.5) == 0


def test_a_refusal_halves_the_limit_and_answers_raise_it_slowly() -> None:
    """8, 4, then up again by one for about twice as many answers as may be under way; never above the ceiling."""
    traffic = throttle.slowed(throttle.at_first(8), NOW, 0.5)
    assert traffic.limit == 4
    answers = 0
    while traffic.limit < 5:
        traffic = throttle.answered(traffic)
        answers += 1
    assert 8 <= answers <= 10
    for _ in range(500):
        traffic = throttle.answered(traffic)
    assert traffic.limit == 8


def test_refusals_of_those_that_were_under_way_together_count_once() -> None:
    """Eight that are refused at once do not take the limit to one and the wait to a minute."""
    traffic = throttle.at_first(8)
    for _ in range(8):
        traffic = throttle.slowed(traffic, NOW, 0.5)
    assert traffic.limit == 4
    assert traffic.not_before - NOW == 5


def test_the_wait_doubles_with_each_refusal_in_a_row() -> None:
    """5, 10, 20, 40, 60, 60 s, and 5 s again after an answer."""
    traffic, waits = throttle.at_first(4), []
    for _ in range(6):
        now = max(NOW, traffic.not_before)
        traffic = throttle.slowed(traffic, now, 0.5)
        waits.append(traffic.not_before - now)
    assert waits == [5, 10, 20, 40, 60, 60]
    now = traffic.not_before
    assert throttle.slowed(throttle.answered(traffic), now, 0.5).not_before - now == 5


def test_a_longer_retry_after_is_not_shortened_by_a_later_refusal() -> None:
    """Nobody asks before the latest time that was named; more than an hour is tried after an hour."""
    traffic = throttle.slowed(throttle.at_first(4), NOW, 0.5, 300)
    assert throttle.slowed(traffic, NOW, 0.5, 1).not_before == NOW + 300
    assert throttle.slowed(traffic, NOW, 0.5, 86_400).not_before == NOW + 3600


def test_those_who_wait_do_not_come_back_as_a_crowd() -> None:
    """Each waits until the time, and by its own jitter up to five seconds longer."""
    traffic = throttle.slowed(throttle.at_first(4), NOW, 0, 10)
    assert [throttle.seconds_to_wait(traffic, NOW, jitter) for jitter in (0, 0.5, 1)] == [10, 12.5, 15]


def test_a_clock_that_is_set_back_does_not_stop_the_line() -> None:
    """A time that lies farther away than any wait was taken from a wrong clock."""
    traffic = throttle.slowed(throttle.at_first(4), NOW, 0.5)
    assert throttle.seconds_to_wait(traffic, NOW - 86_400, 0.5) == 0


def test_quota_is_credit_only_after_three_minutes_without_an_answer() -> None:
    """The first word of quota starts the time, an answer ends it."""
    traffic = throttle.out_of_quota(throttle.at_first(1), NOW)
    assert not throttle.is_without_credit(throttle.out_of_quota(traffic, NOW + 179), NOW + 179)
    assert throttle.is_without_credit(throttle.out_of_quota(traffic, NOW + 180), NOW + 180)
    assert not throttle.is_without_credit(throttle.answered(traffic), NOW + 180)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0), ("17", 17), (" 17 ", 17), ("1.5", 1.5), (None, None), ("", None), ("soon", None), ("-5", None),
        (format_datetime(datetime.fromtimestamp(NOW + 90, tz=UTC), usegmt=True), 90),
        (format_datetime(datetime.fromtimestamp(NOW - 90, tz=UTC), usegmt=True), 0),
        ("Fri, 15 Jan 2027 08:01:30", 90),
        ("Fri, 99 Jan 2027 08:01:30 GMT", None), ("9999999999999999999", None),
    ],
)  # fmt: skip
def test_retry_after_is_seconds_or_a_date(header: str | None, seconds: float | None) -> None:
    """Both forms of RFC 9110; anything else is as if it were not there."""
    assert throttle.retry_after_seconds(header, NOW) == seconds


@given(st.text(max_size=40))
def test_no_retry_after_crashes(header: str) -> None:
    """Whatever the header holds."""
    seconds = throttle.retry_after_seconds(header, NOW)
    assert seconds is None or seconds >= 0


STEPS = st.sampled_from(["asked", "ended", "answered", "slowed", "retry", "quota", "unreachable", "reached"])


@given(st.integers(1, 64), st.lists(st.tuples(STEPS, st.floats(0, 100), st.floats(0, 1)), max_size=60))
def test_whatever_happens_somebody_may_ask_again_within_the_hour(
    ceiling: int, steps: list[tuple[str, float, float]]
) -> None:
    """The limit stays between one and the ceiling, waits are bounded, and an idle line is let through in the end."""
    traffic, now = throttle.at_first(ceiling), NOW
    for step, seconds, jitter in steps:
        now += seconds
        traffic = _stepped(traffic, step, now, jitter)
        assert 1 <= traffic.limit <= ceiling
        assert 0 <= throttle.seconds_to_wait(traffic, now, jitter) <= 3605
        assert 5 <= throttle.offline_seconds(traffic, now) <= 60
    while traffic.under_way:
        traffic = throttle.ended(traffic)
    assert throttle.seconds_to_wait(traffic, now + 3600, 0.5) == 0


def _stepped(traffic: Traffic, step: str, now: float, jitter: float) -> Traffic:
    match step:
        case "slowed":
            return throttle.slowed(traffic, now, jitter)
        case "retry":
            return throttle.slowed(traffic, now, jitter, jitter * 10_000)
        case "quota":
            return throttle.out_of_quota(traffic, now)
        case "unreachable":
            return throttle.unreachable(traffic, now)
    return {
        "asked": throttle.asked,
        "ended": throttle.ended,
        "answered": throttle.answered,
        "reached": throttle.reached,
    }[step](traffic)
