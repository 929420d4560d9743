"""A dropped link on the line: its picture becomes the scan, wherever the power is cut."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ocrwatch.document import Document, Outcome
from ocrwatch.errors import ServerTrouble, Unreadable
from ocrwatch.messages import message
from tests.fakes_ledger import FakeLedger
from tests.line import Crash, Crasher, Line, Running


class FakeFetcher:
    """Lays the bytes "picture" beside the link, once."""

    def __init__(self, inbox: Path) -> None:
        self.inbox = inbox
        self.troubles: list[Exception] = []

    def fetched(self, document: Document) -> Path | None:
        if document.path.suffix != ".url":
            return None
        if self.troubles:
            raise self.troubles.pop(0)
        path = self.inbox / "picture.jpg"
        path.write_text("picture")
        return path


def following(running: Running, crasher: Crasher | None = None) -> FakeFetcher:
    fetcher = FakeFetcher(running.line.inbox)
    if crasher is not None:
        crasher.around(fetcher, "fetched")
    for inbox, route in running.routes.items():
        running.routes[inbox] = replace(route, fetcher=fetcher)
    return fetcher


def _run_to_the_end(line: Line) -> None:
    for _ in range(2):  # the link, and then its picture
        with line.started() as running:
            following(running)
            running.take_in()
            assert running.work()


def _assert_promises_kept(line: Line) -> None:
    assert isinstance(line.ledger, FakeLedger)
    assert len(line.ledger.rows) == 1
    assert (line.inbox / "done" / "picture.jpg").read_text() == "picture"
    assert (line.inbox / "done" / "links" / "a.url").read_text() == "a link"
    assert [path for path in line.inbox.iterdir() if path.is_file()] == []
    assert set(line.billed.values()) <= {1}


def test_a_power_cut_at_any_moment_loses_neither_link_nor_picture(tmp_path: Path) -> None:
    """One row, the link in done/links; a picture that was fetched once more is a duplicate of itself."""
    at = 0
    while True:
        at += 1
        line, crasher = Line(tmp_path / str(at)), Crasher(at=at)
        line.drop("a.url", "a link")
        try:
            with line.started(crasher) as running:
                following(running, crasher)
                running.take_in()
                running.work()
        except Crash:
            _run_to_the_end(line)
            _assert_promises_kept(line)
        else:
            break
    assert at > 8
    _run_to_the_end(line)
    _assert_promises_kept(line)


def test_the_link_says_where_its_picture_is(tmp_path: Path) -> None:
    """At rest it is neither done nor failed, and names its picture."""
    line = Line(tmp_path)
    line.drop("a.url", "a link")
    with line.started() as running:
        following(running)
        running.take_in()
        assert running.work()
        (document,) = running.journal.documents._select("station = 'fetched'", [])
    assert document.stage.outcome is Outcome.FETCHED  # type: ignore[union-attr]
    assert "picture.jpg" in str(document.stage.reason)  # type: ignore[union-attr]


@pytest.mark.parametrize("error", [Unreadable(message("A login page.")), ServerTrouble(message("It has trouble."))])
def test_a_link_that_cannot_be_followed_fails_or_waits(tmp_path: Path, error: Exception) -> None:
    """A reason beside it in failed; or another try, later."""
    line = Line(tmp_path)
    line.drop("a.url", "a link")
    with line.started() as running:
        following(running).troubles.append(error)
        running.take_in()
        assert running.work()
    failed = line.inbox / "failed" / "a.url"
    assert failed.exists() == isinstance(error, Unreadable)
    assert (line.inbox / "picture.jpg").exists() == isinstance(error, ServerTrouble)
