"""Documents are handed out when they are due, each to one thread."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ocrwatch.document import Document, Filed, Outcome, Read, Refused, Step
from ocrwatch.messages import message
from ocrwatch.service.schedule import FOR_EVER, Schedule, next_write
from tests.unit.test_document import NOW, document


def numbered(key: int, not_before: float = 0.0) -> Document:
    return replace(document(), key=key, not_before=not_before)


def test_the_document_longest_due_comes_first() -> None:
    """Earlier due times go before later ones."""
    schedule = Schedule()
    for key, not_before in ((1, 30.0), (2, 10.0), (3, 20.0)):
        schedule.put(numbered(key, not_before))
    assert [taken.key for taken in schedule.take_all(Step.READ, NOW, 9)] == [2, 3, 1]


def test_nothing_is_handed_out_before_its_time() -> None:
    """A retry lies in the future; until then the schedule says when."""
    schedule = Schedule()
    schedule.put(numbered(1, NOW + 5))
    assert schedule.take(Step.READ, NOW) is None
    assert schedule.next_time(Step.READ) == NOW + 5
    assert schedule.take(Step.READ, NOW + 5) is not None


def test_a_document_is_handed_out_once_until_it_comes_back() -> None:
    """No two threads work on one document."""
    schedule = Schedule()
    schedule.put(numbered(1))
    assert schedule.take(Step.READ, NOW) is not None
    assert schedule.take(Step.READ, NOW) is None
    assert schedule.out() == 1
    schedule.put(replace(numbered(1), stage=Read(rows=())))
    assert schedule.out() == 0
    assert schedule.take(Step.READ, NOW) is None
    assert schedule.take(Step.RECORD, NOW) is not None


def test_a_document_at_rest_leaves_the_line() -> None:
    """Nothing is kept of it."""
    schedule = Schedule()
    schedule.put(numbered(1))
    schedule.put(replace(numbered(1), stage=Filed(outcome=Outcome.DONE, path=None)))
    assert schedule.documents() == ()
    assert schedule.next_time(Step.READ) == FOR_EVER


def test_hurry_makes_all_that_wait_due_now() -> None:
    """A person resumed: nobody waits for a retry's time, and nobody is handed out twice."""
    schedule = Schedule()
    schedule.put(numbered(1, NOW + 500))
    schedule.put(replace(numbered(2, NOW + 900), stage=Refused(reason=message("No."))))
    schedule.put(numbered(3))
    out = schedule.take(Step.READ, NOW)
    assert out is not None
    assert out.key == 3
    schedule.hurry()
    assert [taken.key for taken in schedule.take_all(Step.READ, NOW, 9)] == [1]
    assert [taken.key for taken in schedule.take_all(Step.FILE, NOW, 9)] == [2]


@given(st.lists(st.tuples(st.integers(1, 5), st.sampled_from(["put", "late", "take"])), max_size=60))
def test_any_order_of_calls_hands_each_document_to_one_taker(calls: list[tuple[int, str]]) -> None:
    """What is out is never handed out again before it was put back."""
    schedule = Schedule()
    out: set[int] = set()
    for key, call in calls:
        if call == "take":
            taken = schedule.take(Step.READ, NOW)
            if taken is not None:
                assert taken.key not in out
                out.add(taken.key)
        else:
            out.discard(key)
            schedule.put(numbered(key, NOW + 1 if call == "late" else 0.0))
    assert schedule.out() == len(out)


def test_a_write_is_a_second_after_the_last_one_at_the_earliest() -> None:
    """At once after a quiet time; a clock that was set back makes nobody wait."""
    assert next_write(0.0, 100.0) == 100.0
    assert next_write(100.0, 100.25) == 101.0
    assert next_write(100.0, 101.0) == 101.0
    assert next_write(100.0, 99.0) == 99.0
