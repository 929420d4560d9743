"""What the icon shows of how things stand."""

from __future__ import annotations

from itertools import product

import pytest

from ocrwatch.desktop.look import Look, State, look_of
from ocrwatch.messages import message
from ocrwatch.service.status import DaemonStatus, Status, Waiting
from tests.unit.desktop import seeing
from tests.unit.desktop.seeing import FAILURE, OPEN, away, daemon, halted, paused, rows_wait, seen, status, texts

GOES = "Pictures are sent to ocr.example to be read."


def look(of: Status, **changes: object) -> Look:
    return look_of(seen(of, **changes))


@pytest.mark.parametrize(
    ("of", "changes", "state", "first"),
    [
        (status(), {}, State.IDLE, "1 folder is watched. Drop a scan into it."),
        (status(to_read=2, to_record=1), {}, State.WORKING, "Scans under way: 3."),
        (status(to_record=1), {}, State.WORKING, "Scans under way: 1."),
        (status(waiting=(rows_wait(),)), {}, State.WAITING, "Something waits."),
        (status(daemon=daemon(folders=(away(),))), {}, State.WAITING, "Something waits."),
        (status(daemon=daemon(trouble=OPEN)), {}, State.WAITING, "Something waits."),
        (status(), {"failures": (FAILURE,), "failed": 3}, State.ATTENTION, "Something wants your attention."),
        (status(), {"doubtful": 1}, State.ATTENTION, "Something wants your attention."),
        (status(held={"/scans": 300}), {}, State.ATTENTION, "Something wants your attention."),
        (status(daemon=daemon(pause=halted())), {}, State.PAUSED, "Reading is paused: No credit."),
        (status(daemon=daemon(pause=paused())), {}, State.PAUSED, "You have paused reading."),
        (
            status(daemon=daemon(pause=paused(5.0))),
            {"paused_until": "14:30"},
            State.PAUSED,
            "You have paused reading until 14:30.",
        ),
        (
            status(daemon=daemon(offline=True), to_read=4),
            {},
            State.OFFLINE,
            "The reading service cannot be reached. Scans that wait: 4.",
        ),
        (status(daemon=daemon(offline=True)), {}, State.IDLE, "1 folder is watched. Drop a scan into it."),
    ],
)
def test_each_state_has_its_first_sentence(of: Status, changes: dict[str, object], state: State, first: str) -> None:
    """What holds is shown, and the first sentence says it in words."""
    shown = look(of, **changes)
    assert shown.state is state
    assert str(shown.tooltip[0]) == first
    assert str(shown.menu[0].text) == first  # type: ignore[union-attr]


def test_where_several_hold_the_most_pressing_is_shown() -> None:
    """Over every combination: paused, offline, waiting, working, attention, idle."""
    for pause, offline, waits, works, fails in product((True, False), repeat=5):
        of = status(
            daemon=daemon(pause=halted() if pause else None, offline=offline),
            waiting=(rows_wait(),) if waits else (),
            to_read=int(works),
        )
        expected = (
            State.PAUSED
            if pause
            else State.OFFLINE
            if offline and works
            else State.WAITING
            if waits
            else State.WORKING
            if works
            else State.ATTENTION
            if fails
            else State.IDLE
        )
        shown = look(of, failures=(FAILURE,) if fails else (), failed=int(fails))
        assert shown.state is expected
        assert shown.count == (int(works) if expected is State.WORKING else 0)


def test_the_tooltip_says_what_waits_and_why_and_where_pictures_go() -> None:
    """Each reason once, without the scans' names; the last sentence tells where pictures go."""
    offline = Waiting(ledger="", names=("a.jpg",), reason=message("Asked to slow down."))
    of = status(daemon=daemon(folders=(away(),)), waiting=(rows_wait(), offline))
    assert texts(look(of).tooltip) == [
        "Something waits.",
        "Rows that wait for Ledger.xlsx: 2. The workbook Ledger.xlsx is open.",
        "Scans that wait: 1. Asked to slow down.",
        "The folder is away.",
        GOES,
    ]


def test_a_pause_is_not_told_twice() -> None:
    """What waits for the pause alone is a number."""
    group = Waiting(ledger="", names=("a.jpg", "b.jpg"), reason=seeing.NO_CREDIT)
    of = status(daemon=daemon(pause=halted()), to_read=2, waiting=(group, rows_wait(1)))
    assert texts(look(of).tooltip) == [
        "Reading is paused: No credit.",
        "Scans that wait: 2.",
        "Rows that wait for Ledger.xlsx: 1. The workbook Ledger.xlsx is open.",
        GOES,
    ]


def test_a_tooltip_is_no_list() -> None:
    """Three sentences beside the first and the last."""
    groups = tuple(Waiting(ledger=f"{number}.xlsx", names=("a",), reason=OPEN) for number in range(9))
    assert len(look(status(waiting=groups)).tooltip) == 5


def test_what_wants_attention_is_counted() -> None:
    """Failed scans, doubtful rows, scans to decide on."""
    shown = look(status(held={"/scans/Receipts": 300}), failures=(FAILURE,), failed=3, doubtful=2)
    assert texts(shown.tooltip)[1:] == [
        "Scans that could not be read: 3.",
        "New rows to look at (see their column Check): 2.",
        "300 scans lay in /scans/Receipts before.",
        GOES,
    ]


def test_pictures_that_stay_are_said_to_stay() -> None:
    """With the engine of this computer."""
    assert str(look(status(daemon=DaemonStatus())).tooltip[-1]) == "Pictures are read on this computer."
