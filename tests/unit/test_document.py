"""The pure story of a document."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocrwatch import errors
from ocrwatch.document import (
    MAX_ATTEMPTS,
    Arrived,
    Document,
    Duplicate,
    Fetched,
    Filed,
    Outcome,
    Read,
    Recorded,
    Refused,
    Signature,
    Stage,
    Step,
    absorb,
    advance,
    backoff_seconds,
    next_step,
    reopened,
)
from ocrwatch.errors import LineError, Remedy
from ocrwatch.messages import message

SAID = message("It did not work.")
NOW = 1_000_000.0


def document(stage: Stage = Arrived(), digest: str = "ab" * 32) -> Document:
    return Document(
        key=1,
        inbox="in",
        book="book",
        path=Path("in/scan.jpg"),
        signature=Signature(1, 2, 3),
        digest=digest,
        arrived_at=NOW,
        stage=stage,
    )


STAGES: list[Stage] = [
    Arrived(),
    Read(rows=()),
    Read(rows=(), recording=True, target=Path("done/scan.jpg")),
    Recorded(rows=(), target=Path("done/scan.jpg")),
    Refused(reason=SAID),
    Duplicate(of=1, row=2),
    Fetched(picture=Path("/in/a.jpg")),
    Filed(outcome=Outcome.DONE, path=Path("done/scan.jpg")),
]

ERRORS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, LineError) and hasattr(kind, "remedy")
]


@pytest.mark.parametrize(
    ("stage", "step"),
    [
        (STAGES[0], Step.READ),
        (STAGES[1], Step.RECORD),
        (STAGES[2], Step.RECORD),
        (STAGES[3], Step.FILE),
        (STAGES[4], Step.FILE),
        (STAGES[5], Step.FILE),
        (STAGES[6], Step.FILE),
        (STAGES[7], Step.REST),
    ],
)
def test_each_stage_has_its_step(stage: Stage, step: Step) -> None:
    """Every stage leads to one step, and none before its time."""
    assert next_step(document(stage), NOW) is step
    expected = Step.REST if step is Step.REST else Step.WAIT
    assert next_step(replace(document(stage), not_before=NOW + 1), NOW) is expected


def test_the_way_cannot_be_left() -> None:
    """A stage that does not follow is refused."""
    with pytest.raises(ValueError, match="no way from Arrived to Recorded"):
        advance(document(), Recorded(rows=(), target=None))


def test_advancing_leaves_troubles_behind() -> None:
    """Attempts, waiting time and trouble end with the station they belong to."""
    troubled = replace(document(), attempts=3, not_before=NOW + 5, trouble=SAID)
    after = advance(troubled, Read(rows=()))
    assert (after.attempts, after.not_before, after.trouble) == (0, 0.0, None)


@pytest.mark.parametrize("kind", ERRORS)
@pytest.mark.parametrize("stage", STAGES[1:7])
def test_nothing_fails_a_document_once_its_answer_is_in(stage: Stage, kind: type[LineError]) -> None:
    """After READ every error leaves the stage as it is and costs no attempt."""
    after = absorb(document(stage), kind(SAID), NOW)
    assert after.stage == stage
    assert after.attempts == 0
    assert after.trouble == SAID


@pytest.mark.parametrize("kind", ERRORS)
def test_every_error_has_its_remedy(kind: type[LineError]) -> None:
    """An arrived document does what the error's remedy says."""
    after = absorb(document(), kind(SAID), NOW)
    match kind.remedy:
        case Remedy.RETRY:
            assert (after.attempts, isinstance(after.stage, Arrived)) == (1, True)
            assert after.not_before > NOW
        case Remedy.WAIT:
            assert (after.attempts, isinstance(after.stage, Arrived)) == (0, True)
            assert after.not_before > NOW
        case Remedy.REJECT:
            assert after.stage == Refused(reason=SAID)
        case Remedy.PAUSE:
            assert (after.stage, after.attempts, after.not_before) == (Arrived(), 0, 0.0)
        case Remedy.DROP:
            assert after.stage == Filed(outcome=Outcome.GONE, path=None, reason=SAID)


def test_the_sixth_attempt_is_the_last() -> None:
    """RETRY ends in a refusal that keeps the last reason."""
    met = document()
    for attempt in range(1, MAX_ATTEMPTS):
        met = absorb(met, errors.ServerTrouble(SAID), NOW)
        assert met.attempts == attempt
    met = absorb(met, errors.ServerTrouble(SAID), NOW)
    assert isinstance(met.stage, Refused)
    assert "It did not work." in str(met.stage.reason)


def test_waiting_never_fails() -> None:
    """A weekend without a network costs nothing."""
    met = document()
    for _ in range(1000):
        met = absorb(met, errors.Offline(SAID), NOW)
    assert met.stage == Arrived()


def test_an_error_may_name_its_time() -> None:
    """A server's Retry-After outranks the usual delay."""
    assert absorb(document(), errors.Throttled(SAID, after_seconds=42), NOW).not_before == NOW + 42


@given(st.text("0123456789abcdef", min_size=64, max_size=64), st.integers(1, MAX_ATTEMPTS - 1))
def test_backoff_grows_and_is_spread(digest: str, attempts: int) -> None:
    """The delay is 5 s times a power of four, by a quarter more or less."""
    usual = 5 * 4 ** (attempts - 1)
    assert 0.75 * usual <= backoff_seconds(replace(document(digest=digest), attempts=attempts)) <= 1.25 * usual


def test_a_failed_scan_is_read_where_it_lies() -> None:
    """A reopened document starts over from its place in `failed`."""
    failed = document(Filed(outcome=Outcome.FAILED, path=Path("in/failed/scan.jpg"), reason=SAID))
    again = reopened(failed)
    assert (again.path, again.stage) == (Path("in/failed/scan.jpg"), Arrived())
    with pytest.raises(ValueError, match="only a filed scan"):
        reopened(document())
