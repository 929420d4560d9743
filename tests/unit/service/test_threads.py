"""Threads that do not fall over."""

from __future__ import annotations

from ocrwatch.service.threads import Threads


def test_work_that_falls_over_is_begun_again() -> None:
    """A fault ends the work, not the thread: it is begun anew, until it returns."""
    begun: list[int] = []

    def work() -> None:
        begun.append(1)
        if len(begun) == 1:
            raise RuntimeError("a fault")

    threads = Threads(lambda: False)
    threads.begin("feeder", work)
    assert threads.join(30)
    assert len(begun) == 2


def test_nothing_is_begun_again_after_the_stop() -> None:
    """A thread that falls over while the program ends stays down."""
    begun: list[int] = []

    def work() -> None:
        begun.append(1)
        raise RuntimeError("a fault")

    threads = Threads(lambda: bool(begun))
    threads.begin("feeder", work)
    assert threads.join(30)
    assert len(begun) == 1
