from __future__ import annotations

import json
import multiprocessing
import os
import threading
from pathlib import Path

import pytest
from filelock import FileLock

from ocrwatch.errors import Busy, DiskFull, FolderAway
from ocrwatch.inbox.lease import LEASE_NAME, RENEWAL_SECONDS, Lease
from tests.unit.inbox.stage import HandClock


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


def lease(
    folder: Path, *, machine: str = "m1", host: str = "PC-ANNA", state: str = "state", clock: HandClock | None = None
) -> Lease:
    place = folder.parent / state
    place.mkdir(exist_ok=True)
    return Lease(folder, machine=machine, host=host, lock_path=place / "daemon.lock", monotonic=clock or HandClock(0.0))


def holder(folder: Path) -> str:
    return str(json.loads((folder / LEASE_NAME).read_bytes())["host"])


def age(folder: Path, seconds: float) -> None:
    found = (folder / LEASE_NAME).stat()
    os.utime(folder / LEASE_NAME, (found.st_atime, found.st_mtime - seconds))


def test_second_computer_is_refused_by_name(folder: Path) -> None:
    """A second computer is told who watches the folder."""
    lease(folder).hold()
    with pytest.raises(Busy, match="watched by PC-ANNA"):
        lease(folder, machine="m2", host="PC-BERT").hold()
    assert list(folder.iterdir()) == [folder / LEASE_NAME]


def test_release_lets_others_in(folder: Path) -> None:
    """A lease given up is free at once, and nothing is left behind."""
    anna, bert = lease(folder), lease(folder, machine="m2", host="PC-BERT")
    anna.hold()
    bert.release()
    assert holder(folder) == "PC-ANNA"
    anna.release()
    assert list(folder.iterdir()) == []
    bert.hold()
    assert holder(folder) == "PC-BERT"


def test_own_crash_is_taken_over_at_once(folder: Path) -> None:
    """A lease left by this very program, whose lock we now hold, is ours at once."""
    lease(folder).hold()
    again = lease(folder)
    again.hold()
    again.hold()
    assert list(folder.iterdir()) == [folder / LEASE_NAME]


def test_replaced_program_notices(folder: Path) -> None:
    """Who finds another's lease where its own was, stops watching."""
    clock = HandClock(0.0)
    anna = lease(folder, clock=clock)
    anna.hold()
    age(folder, 400.0)
    bert_clock = HandClock(0.0)
    bert = lease(folder, machine="m2", host="PC-BERT", clock=bert_clock)
    with pytest.raises(Busy, match="taken over"):
        bert.hold()
    with pytest.raises(Busy, match="PC-BERT"):
        anna.hold()
    bert_clock.go(2.0)
    bert.hold()
    assert holder(folder) == "PC-BERT"


def test_run_out_by_watching(folder: Path) -> None:
    """A lease that stays the same for five minutes has run out, whatever its times say."""
    lease(folder).hold()
    age(folder, -100_000.0)
    clock = HandClock(0.0)
    bert = lease(folder, machine="m2", host="PC-BERT", clock=clock)
    for _ in range(20):
        with pytest.raises(Busy, match="PC-ANNA"):
            bert.hold()
        clock.go(15.0)
    with pytest.raises(Busy, match="taken over"):
        bert.hold()
    clock.go(2.0)
    bert.hold()


def test_renewed_lease_lasts(folder: Path) -> None:
    """A lease that is renewed each minute never runs out."""
    clock = HandClock(0.0)
    anna = lease(folder, clock=clock)
    bert = lease(folder, machine="m2", host="PC-BERT", clock=clock)
    anna.hold()
    for _ in range(10):
        with pytest.raises(Busy, match="PC-ANNA"):
            bert.hold()
        assert anna.seconds_to_renewal() == RENEWAL_SECONDS
        clock.go(anna.seconds_to_renewal())
        anna.hold()


def test_other_state_folder_alive(folder: Path) -> None:
    """Another program on this computer keeps the folder as long as its lock is held."""
    lease(folder, state="other").hold()
    with FileLock(folder.parent / "other" / "daemon.lock"), pytest.raises(Busy, match="another ocrwatch"):
        lease(folder).hold()


def test_other_state_folder_dead(folder: Path) -> None:
    """Another program on this computer whose lock is free is dead: its lease is taken after a moment."""
    lease(folder, state="other").hold()
    (folder.parent / "other" / "daemon.lock").touch()
    clock = HandClock(0.0)
    ours = lease(folder, clock=clock)
    with pytest.raises(Busy, match="taken over"):
        ours.hold()
    clock.go(2.0)
    ours.hold()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"machine": 1}', b"\xff"])
def test_unreadable_lease(folder: Path, content: bytes) -> None:
    """A lease that stays unreadable for a while is nobody's."""
    (folder / LEASE_NAME).write_bytes(content)
    clock = HandClock(0.0)
    ours = lease(folder, clock=clock)
    with pytest.raises(Busy):
        ours.hold()
    assert (folder / LEASE_NAME).read_bytes() == content
    clock.go(16.0)
    with pytest.raises(Busy):
        ours.hold()
    clock.go(2.0)
    ours.hold()


def test_vanished_lease_is_claimed_again(folder: Path) -> None:
    """A lease that a person deleted is written again."""
    ours = lease(folder)
    ours.hold()
    (folder / LEASE_NAME).unlink()
    ours.hold()
    assert holder(folder) == "PC-ANNA"


def test_folder_away(tmp_path: Path) -> None:
    """No folder, no lease: it is away."""
    with pytest.raises(FolderAway, match="is not there"):
        lease(tmp_path / "gone").hold()


@pytest.mark.parametrize(("number", "expected"), [(13, FolderAway), (30, FolderAway), (28, DiskFull), (5, FolderAway)])
def test_unwritable(folder: Path, monkeypatch: pytest.MonkeyPatch, number: int, expected: type[Busy]) -> None:
    """A folder that nothing can be written into is away, a full disk is a full disk."""

    opened = Path.open

    def unwritable(path: Path, mode: str = "r") -> object:
        if mode == "rb":
            return opened(path, mode)
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "open", unwritable)
    with pytest.raises(expected, match=str(folder)):
        lease(folder).hold()


def test_race_for_a_free_folder(folder: Path) -> None:
    """Of many computers that begin at once exactly one gets the folder."""
    start = threading.Barrier(8)
    won: list[int] = []

    def claim(number: int) -> None:
        ours = lease(folder, machine=f"m{number}", host=f"PC-{number}")
        start.wait()
        try:
            ours.hold()
        except Busy:
            return
        won.append(number)

    threads = [threading.Thread(target=claim, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert holder(folder) == f"PC-{won[0]}"


def _take_over(folder: Path, number: int, start: object, tried: object, results: object) -> None:
    clock = HandClock(0.0)
    ours = lease(folder, machine=f"m{number}", host=f"PC-{number}", clock=clock)
    start.wait()  # type: ignore[attr-defined]
    won = False
    for _ in range(2):
        try:
            ours.hold()
            won = True
        except Busy:
            won = False
        tried.wait()  # type: ignore[attr-defined]
        clock.go(3.0)
    results.put((number, won))  # type: ignore[attr-defined]


def test_race_for_a_lease_that_ran_out(folder: Path) -> None:
    """Of several processes that take over a lease that ran out exactly one has it in the end."""
    lease(folder, machine="old", host="PC-OLD").hold()
    age(folder, 400.0)
    context = multiprocessing.get_context("spawn")
    start, tried, results = context.Barrier(3), context.Barrier(3), context.Queue()
    processes = [
        context.Process(target=_take_over, args=(folder, number, start, tried, results)) for number in range(3)
    ]
    for process in processes:
        process.start()
    outcomes = dict(results.get(timeout=60) for _ in processes)
    for process in processes:
        process.join()
    assert list(outcomes.values()).count(True) == 1
    assert holder(folder) == next(f"PC-{number}" for number, won in outcomes.items() if won)
