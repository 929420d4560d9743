"""The pages end by themselves, and not while somebody needs them."""

from __future__ import annotations

import threading

from ocrwatch.settings_pages.life import GRACE_SECONDS, IDLE_SECONDS, Life


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_nobody_comes() -> None:
    """After half an hour without a request it is over."""
    clock = Clock()
    life = Life(clock)
    assert life.seconds_left() == IDLE_SECONDS
    clock.now += IDLE_SECONDS
    assert life.seconds_left() <= 0


def test_an_open_page_keeps_it_and_a_closed_one_ends_it_soon() -> None:
    """As long as one page's stream stands it goes on; then there is time to come to the next page."""
    clock = Clock()
    life = Life(clock)
    with life.open_page():
        with life.open_page():
            pass
        clock.now += IDLE_SECONDS
        assert life.seconds_left() > 0
    assert life.seconds_left() == GRACE_SECONDS
    clock.now += GRACE_SECONDS - 1
    with life.open_page():
        assert life.seconds_left() > GRACE_SECONDS


def test_what_is_being_done_is_finished() -> None:
    """A picture that is being read keeps it, be the page closed or not."""
    clock = Clock()
    life = Life(clock)
    with life.open_page():
        pass
    with life.doing():
        clock.now += IDLE_SECONDS
        assert life.seconds_left() > 0
    assert life.seconds_left() == GRACE_SECONDS


def test_waiting_ends_when_the_end_has_come() -> None:
    """Whoever waits is woken by `end`, and at once where the time is up."""
    clock = Clock()
    life = Life(clock)
    waiting = threading.Thread(target=life.wait)
    waiting.start()
    life.end()
    waiting.join(20)
    assert not waiting.is_alive()
    late = Life(clock)
    clock.now += IDLE_SECONDS
    late.wait()
    assert late.is_over
