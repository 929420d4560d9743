"""The promises at `kill -9`: the daemon is killed at random moments of its work and started again until all is done."""

from __future__ import annotations

import random
import signal
import subprocess
import threading
from collections import Counter
from pathlib import Path

import pytest

from tests.endpoint_server import Asked, EndpointServer, Reply, answering
from tests.pictures import drop, receipts_of, truth_of
from tests.program import Program

SCANS = 64


class Billing:
    """Counts what was answered to the end: an answer that the killed daemon never got may be asked for again."""

    def __init__(self, program: Program, truth: dict[str, dict[str, str]]) -> None:
        self._answer = answering(truth, delay_seconds=0.25)
        self._state = program.state
        self.again: list[str] = []

    def __call__(self, asked: Asked) -> Reply:
        (digest,) = asked.digests
        if digest in self._stored():
            self.again.append(digest)
        return self._answer(asked)

    def _stored(self) -> set[str]:
        import sqlite3

        path = self._state / "journal.sqlite"
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30) as connection:
            return {row[0] for row in connection.execute("SELECT digest FROM answers")}


def _killed_until_done(folder: Path, seed: int, kills: int) -> None:
    chance = random.Random(seed)
    pictures = receipts_of(SCANS)
    truth = truth_of(pictures)
    with EndpointServer(answering(truth)) as server:
        program = Program(folder, base_url=server.base_url)
        drop(program.inbox, pictures)
        billing = Billing(program, truth)
        server.respond = billing
        killed = 0
        while killed < kills:
            assert program.left(), f"done after {killed} kills: they came too late to prove anything"
            daemon = program.start()
            if _ended_within(daemon, chance.uniform(0.25, 1.0)):
                raise AssertionError(f"the daemon ended by itself:\n{program.log()}")
            daemon.send_signal(signal.SIGKILL)
            daemon.wait()
            killed += 1
        program.once()
        assert server.violations == []
        assert billing.again == [], "billed again after the answer was stored"
    rows = program.rows()
    assert Counter(str(row["Document ID"]) for row in rows) == {digest[:16]: 1 for digest in truth}
    assert program.filed() == sorted(pictures)
    assert program.left() == []
    for row in rows:
        (fields,) = (fields for digest, fields in truth.items() if digest.startswith(str(row["Document ID"])))
        assert {name: row[name] for name in fields} == fields
        assert row["Check"] is None


def _ended_within(daemon: subprocess.Popen[bytes], seconds: float) -> bool:
    ended = threading.Event()
    watcher = threading.Thread(target=lambda: (daemon.wait(), ended.set()), daemon=True)
    watcher.start()
    return ended.wait(seconds)


def test_ten_kills_break_no_promise(tmp_path: Path) -> None:
    """64 scans, 64 rows, 64 files, no id twice, nothing billed again after its answer was stored."""
    _killed_until_done(tmp_path, seed=1, kills=10)


@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("seed", range(2, 12))
def test_a_hundred_kills_break_no_promise(tmp_path: Path, seed: int) -> None:
    """Ten runs of ten kills, each with other moments."""
    _killed_until_done(tmp_path, seed=seed, kills=10)
