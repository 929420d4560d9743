"""The promises at `kill -9` with scans of every kind: batches whose pages are rows, refused pages, blank sheets."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import threading
from collections import Counter
from pathlib import Path

import pytest

from ocrwatch.reading.requests import Question
from tests.endpoint_replies import completion, fenced, moderated
from tests.endpoint_server import Asked, EndpointServer, Reply
from tests.mixed_scans import Expected, mixed, page_picture
from tests.pictures import drop
from tests.program import Program


class Billing:
    """Answers by the picture, and notes each that is asked for although its answer is stored."""

    def __init__(self, expected: Expected) -> None:
        self.expected = expected
        self.state: Path | None = None
        self.again: list[str] = []

    def __call__(self, asked: Asked) -> Reply:
        (picture,) = asked.digests
        if picture in self.expected.refused:
            return moderated()
        question = Question(model=str(asked.body["model"]), prompt=asked.prompt, image=picture, url="", pixels=None)
        if question.key in self._stored():
            self.again.append(picture)
        return completion(fenced(dict(self.expected.truth[picture])), delay_seconds=0.25)

    def _stored(self) -> set[str]:
        assert self.state is not None
        path = self.state / "journal.sqlite"
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30) as connection:
            return {row[0] for row in connection.execute("SELECT request FROM answers")}


def _killed_until_done(folder: Path, seed: int, kills: int) -> None:
    chance = random.Random(seed)
    files, expected = mixed(folder / "scratch")
    billing = Billing(expected)
    with EndpointServer(billing) as server:
        program = Program(folder, base_url=server.base_url, concurrency=2, more="pages = 'each'")
        billing.state = program.state
        drop(program.inbox, files)
        for _ in range(kills):
            assert program.left(), "the kills came too late to prove anything"
            daemon = program.start()
            if _ended_within(daemon, chance.uniform(0.3, 1.2)):
                raise AssertionError(f"the daemon ended by itself:\n{program.log()}")
            daemon.send_signal(signal.SIGKILL)
            daemon.wait()
        program.once(expect=1)  # a page failed
        assert server.violations == []
        assert billing.again == [], "billed again after the answer was stored"
    _assert_rows(program, expected)
    _assert_files(program, expected, folder / "scratch")


def _ended_within(daemon: subprocess.Popen[bytes], seconds: float) -> bool:
    ended = threading.Event()
    threading.Thread(target=lambda: (daemon.wait(), ended.set()), daemon=True).start()
    return ended.wait(seconds)


def _assert_rows(program: Program, expected: Expected) -> None:
    rows = program.rows()
    assert Counter(str(row["Document ID"]) for row in rows) == dict.fromkeys(expected.rows, 1)
    links = _links(program)
    for row in rows:
        name = str(row["Document ID"])
        fields = expected.truth[expected.rows[name]]
        assert {field: row[field] for field in fields} == fields
        assert links[name] == str(program.inbox / expected.links[name])
    doubted = {str(row["Check"]) for row in rows if row["Check"] is not None}
    assert len(doubted) == 1, "the unread page is told of, once"
    assert {str(row["Pages"]) for row in rows} == {"1", "2 of 3", "3 of 4 (1 blank)", "2 of 3 (1 blank)"}


def _links(program: Program) -> dict[str, str]:
    """Where each row's link leads, by the row's id."""
    return {
        str(row["Document ID"]): str(program.ledger.parent / str(row["File"]).split('"')[1]) for row in program.rows()
    }


def _assert_files(program: Program, expected: Expected, scratch: Path) -> None:
    """Every byte that was dropped is there, and each page's file shows its page; nothing else is."""
    assert program.left() == []
    found = {
        path.relative_to(program.inbox).as_posix(): path
        for folder in (program.done, program.failed)
        for path in folder.rglob("*")
        if path.is_file()
    }
    notes = {f"{name}.reason.txt" for name in expected.pages if name.startswith("failed/")}
    assert set(found) == {*expected.files, *expected.pages, *notes}
    for name, data in expected.files.items():
        assert found[name].read_bytes() == data, name
    for name, picture in expected.pages.items():
        assert page_picture(scratch / "again", found[name].name, found[name].read_bytes(), 0) == picture, name


def test_kills_break_no_promise(tmp_path: Path) -> None:
    """Rows once, each leading to its own page; every file accounted for byte for byte; nothing billed twice."""
    _killed_until_done(tmp_path, seed=1, kills=7)


@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("seed", range(2, 10))
def test_many_kills_break_no_promise(tmp_path: Path, seed: int) -> None:
    """Eight runs of seven kills, each with other moments."""
    _killed_until_done(tmp_path, seed=seed, kills=7)
