"""Turns at a workbook between computers, their clocks set by hand."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from ocrwatch.errors import LedgerBusy
from ocrwatch.ledger.turns import CONFIRM_SECONDS, EMPTY_RUNS_OUT_SECONDS, RUN_OUT_SECONDS, Turns, lock_path


@dataclass
class HandClock:
    """Goes on by a little at every look, so that patience ends, and by what a test adds."""

    now: float = 1000.0

    def __call__(self) -> float:
        self.now += 0.2
        return self.now


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return tmp_path / "Ledger.xlsx"


def _turns(name: str, clock: HandClock | None = None) -> Turns:
    return Turns(machine=f"{name}-id", host=name, monotonic=clock or HandClock())


def _is_busy(turns: Turns, book: Path, said: str = "another ocrwatch") -> bool:
    try:
        with turns.taken(book):
            return False
    except LedgerBusy as error:
        return said in str(error)


def test_one_at_a_time(book: Path, tmp_path: Path) -> None:
    """Another computer waits while one writes, is told which, and finds nothing left afterwards."""
    ben = _turns("ben")
    with _turns("anna").taken(book):
        assert _is_busy(ben, book, "another ocrwatch (anna)")
    assert not _is_busy(_turns("ben"), book)
    assert list(tmp_path.iterdir()) == []


def test_one_program_too(book: Path) -> None:
    """Two of one computer exclude each other, however long one takes."""
    clock = HandClock()
    with _turns("anna").taken(book):
        other = _turns("anna", clock)
        for _ in range(3):
            assert _is_busy(other, book)
            clock.now += RUN_OUT_SECONDS


def test_another_computers_lock_runs_out(book: Path, tmp_path: Path) -> None:
    """A lock that stays the same for a minute is replaced, and taken once the replacement has stood."""
    clock = HandClock()
    ben = _turns("ben", clock)
    with ExitStack() as crashed:
        crashed.enter_context(_turns("anna").taken(book))
        left = lock_path(book).read_bytes()
    lock_path(book).write_bytes(left)
    assert _is_busy(ben, book)
    clock.now += RUN_OUT_SECONDS / 2
    assert _is_busy(ben, book)
    assert lock_path(book).read_bytes() == left
    clock.now += RUN_OUT_SECONDS
    assert _is_busy(ben, book)
    assert lock_path(book).read_bytes() != left
    clock.now += CONFIRM_SECONDS
    assert not _is_busy(ben, book)
    assert list(tmp_path.iterdir()) == []


def test_the_shares_own_times_tell_at_once(book: Path) -> None:
    """A lock far older than a file written now need not be watched."""
    clock = HandClock()
    lock_path(book).write_bytes(b"of another program")
    written = lock_path(book).stat().st_mtime
    os.utime(lock_path(book), (written - 2 * RUN_OUT_SECONDS,) * 2)
    ben = _turns("ben", clock)
    assert _is_busy(ben, book)
    clock.now += CONFIRM_SECONDS
    assert not _is_busy(ben, book)


def test_a_lock_that_says_nothing_runs_out_soon(book: Path) -> None:
    """Its owner died between making and writing it; one that is only slow has lost its turn, and knows it."""
    clock = HandClock()
    ben = _turns("ben", clock)
    lock_path(book).touch()
    assert _is_busy(ben, book)
    clock.now += EMPTY_RUNS_OUT_SECONDS
    assert _is_busy(ben, book)
    clock.now += CONFIRM_SECONDS
    assert not _is_busy(ben, book)


def test_two_may_not_take_over_one_lock(book: Path) -> None:
    """Of two that replace a dead lock, the later one has the turn."""
    clocks = HandClock(), HandClock()
    ben, carla = _turns("ben", clocks[0]), _turns("carla", clocks[1])
    lock_path(book).write_bytes(b"of another program")
    assert _is_busy(ben, book)
    assert _is_busy(carla, book)
    clocks[0].now += RUN_OUT_SECONDS
    assert _is_busy(ben, book)
    replaced = lock_path(book).read_bytes()
    lock_path(book).write_bytes(b"of another program")  # what carla judged before ben replaced it
    clocks[1].now += RUN_OUT_SECONDS
    assert _is_busy(carla, book)
    assert lock_path(book).read_bytes() != replaced
    clocks[0].now += CONFIRM_SECONDS
    clocks[1].now += CONFIRM_SECONDS
    assert _is_busy(ben, book)
    assert not _is_busy(carla, book)


def test_one_that_is_renewed_does_not_run_out(book: Path) -> None:
    """A writer that goes on shows it: its lock is never the same for a minute."""
    clock = HandClock()
    ben = _turns("ben", clock)
    with _turns("anna").taken(book) as turn:
        for _ in range(3):
            assert _is_busy(ben, book)
            clock.now += RUN_OUT_SECONDS * 0.6
            turn.ensure_ours()
        assert _is_busy(ben, book)
        turn.ensure_ours()


def test_without_the_systems_locks(book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a share that has none, the file alone excludes others, and a crash on this computer costs a minute."""
    monkeypatch.setattr("ocrwatch.ledger.turns.lock_now", lambda _: None)
    clock = HandClock()
    again = _turns("anna", clock)
    with _turns("anna").taken(book):
        left = lock_path(book).read_bytes()
        assert _is_busy(again, book)
    lock_path(book).write_bytes(left)
    assert _is_busy(again, book)
    clock.now += RUN_OUT_SECONDS
    assert _is_busy(again, book)
    clock.now += CONFIRM_SECONDS
    assert not _is_busy(again, book)
    assert list(tmp_path.iterdir()) == []
