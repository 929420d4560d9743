from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from ocrwatch.document import Signature
from ocrwatch.inbox.settling import NEVER, Settling, Sighting
from ocrwatch.messages import message

A, B = Path("a.jpg"), Path("b.jpg")
WHY = message("it ends early")


def seen(size: int, *, mtime: int = 0, changed_at: float | None = None) -> Sighting:
    return Sighting(Signature(size, mtime, 1), changed_at)


def settling() -> Settling:
    return Settling(settle_seconds=2.0)


def test_quiet_for_its_time() -> None:
    """A file is due once it has looked the same for its settle time."""
    files = settling()
    files.observe({A: seen(1)}, 100.0)
    assert files.due(101.9) == []
    assert files.next_due() == 102.0
    assert files.due(102.0) == [A]


def test_change_restarts() -> None:
    """Each change of the signature begins the settle time anew."""
    files = settling()
    for second in range(10):
        files.observe({A: seen(second)}, 100.0 + second)
        assert files.due(100.0 + second) == []
    assert files.next_due() == 111.0


def test_old_file_is_due_at_once() -> None:
    """A file whose own times lie in the past is due when first seen."""
    files = settling()
    files.observe({A: seen(1, changed_at=98.0), B: seen(1, changed_at=98.1)}, 100.0)
    assert files.due(100.0) == [A]


def test_time_in_the_future() -> None:
    """A file from the future is as old as it was seen."""
    files = settling()
    files.observe({A: seen(1, changed_at=5000.0)}, 100.0)
    assert files.next_due() == 102.0


def test_order_of_writing() -> None:
    """Files are due in the order in which they were written."""
    files = settling()
    files.observe({A: seen(1, mtime=7), B: seen(1, mtime=3)}, 100.0)
    assert files.due(200.0) == [B, A]


def test_gone_is_forgotten() -> None:
    """A file that is not listed any more is pending no more."""
    files = settling()
    files.observe({A: seen(1), B: seen(1)}, 100.0)
    files.observe({B: seen(1)}, 101.0)
    assert files.pending() == 1
    assert files.due(200.0) == [B]


def test_intervals_grow_until_given_up() -> None:
    """A file that is not ready is inspected at growing intervals, and given up when quiet for the whole patience."""
    files = settling()
    files.observe({A: seen(1)}, 0.0)
    moments = []
    while True:
        now = files.next_due()
        moments.append(now)
        if files.is_given_up(A, WHY, now, patience_seconds=3600.0):
            break
        assert files.troubles() == ((A, WHY),)
    assert moments[:4] == [2.0, 4.0, 8.0, 16.0]
    assert moments[-1] == 3600.0
    assert len(moments) < 25


def test_change_gives_new_patience() -> None:
    """Growth restarts patience and intervals, and takes back the trouble."""
    files = settling()
    files.observe({A: seen(1)}, 0.0)
    files.is_given_up(A, WHY, 2.0, patience_seconds=60.0)
    files.observe({A: seen(2)}, 59.0)
    assert files.troubles() == ()
    assert files.next_due() == 61.0
    assert not files.is_given_up(A, WHY, 61.0, patience_seconds=60.0)
    assert files.is_given_up(A, WHY, 119.0, patience_seconds=60.0)


def test_three_crashes() -> None:
    """A third crash on the same bytes is the last."""
    files = settling()
    files.observe({A: seen(1)}, 0.0)
    assert not files.is_given_up_after_crash(A, WHY, 2.0)
    assert files.next_due() == 7.0
    assert not files.is_given_up_after_crash(A, WHY, 7.0)
    assert files.next_due() == 37.0
    assert files.is_given_up_after_crash(A, WHY, 37.0)


def test_other_kinds_rest_until_they_change() -> None:
    """Another kind of file is not inspected again while it stays the same."""
    files = settling()
    files.observe({A: seen(1)}, 0.0)
    files.other_kind(A)
    files.observe({A: seen(1)}, 5000.0)
    assert files.next_due() == NEVER
    assert files.pending() == 0
    assert files.other_kinds() == (A,)
    files.observe({A: seen(2)}, 6000.0)
    assert files.pending() == 1
    assert files.next_due() == 6002.0


def test_clock_set_back() -> None:
    """A clock that is set back by hours delays a file by its settle time."""
    files = settling()
    files.observe({A: seen(1)}, 10_000.0)
    files.observe({A: seen(1)}, 50.0)
    assert files.next_due() == 52.0


def test_seen_again_while_inspected() -> None:
    """A file that looks different, or is away, after its inspection is told apart from one that does not."""
    files = settling()
    files.observe({A: seen(1), B: seen(1)}, 0.0)
    assert files.observe_one(A, seen(1), 3.0)
    assert not files.observe_one(A, seen(2), 3.0)
    assert files.next_due() == 2.0
    assert not files.observe_one(B, None, 3.0)
    assert files.next_due() == 5.0


@given(st.lists(st.tuples(st.floats(0.0, 5.0), st.integers(0, 2)), min_size=1, max_size=30))
def test_never_due_within_the_settle_time(steps: list[tuple[float, int]]) -> None:
    """Whatever a file does, it is due only when the last two seconds showed it the same."""
    files = settling()
    now = 0.0
    looks: list[tuple[float, int]] = []
    for pause, size in steps:
        now += pause
        looks.append((now, size))
        files.observe({A: seen(size)}, now)
        since = now
        for moment, earlier in reversed(looks):
            if earlier != size:
                break
            since = moment
        assert bool(files.due(now)) == (since + 2.0 <= now)
