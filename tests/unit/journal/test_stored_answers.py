"""Answers are stored whatever a service or an engine puts into them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ocrwatch.errors import DiskFull
from ocrwatch.journal import Journal


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = Journal(tmp_path / "state", lambda: 1_700_000_000.0)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("answer", "kept"),
    [("half \ud83e of a sign", "half \ufffd of a sign"), ("票🧾\0\uffff", "票🧾\0\uffff"), ("", "")],
)
def test_every_text_can_be_stored(journal: Journal, answer: str, kept: str) -> None:
    """Half a character, which no file can hold, is marked as not read; all else comes back as it was."""
    journal.answers.put("r", answer, digest="d")
    assert journal.answers.get("r") == kept


@pytest.mark.parametrize("tokens", [10**30, -5, True])
def test_no_number_of_tokens_harms_the_sum(journal: Journal, tokens: int) -> None:
    """What a server claims has been billed can be stored and added up."""
    for request in ("a", "a", "b"):
        journal.answers.put(request, "{}", digest="d", tokens=tokens)
    with journal.database.reading() as connection:
        total = connection.execute("SELECT SUM(tokens) FROM answers").fetchone()[0]
    assert isinstance(total, int)
    assert total >= 0


def test_one_that_cannot_be_stored_does_not_hold_up_the_others(journal: Journal) -> None:
    """Of two answers that came while the disk was full the small one is stored as soon as there is room for it."""
    with journal.database.reading() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")
        for request, answer in (("large", "x" * 1_000_000), ("small", "y" * 20_000)):
            with pytest.raises(DiskFull):
                journal.answers.put(request, answer, digest="d")
        connection.execute(f"PRAGMA max_page_count = {pages + 20}")
        journal.answers.save_unsaved()
        assert [row[0] for row in connection.execute("SELECT request FROM answers")] == ["small"]
        connection.execute("PRAGMA max_page_count = 1000000")
    journal.answers.save_unsaved()
    assert journal.answers.get("large") == "x" * 1_000_000


def test_what_cannot_be_stored_for_any_reason_does_not_escape(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Storing what was left over never ends in an error, whatever it meets."""
    put = journal.answers.put
    with journal.database.reading() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")
        for request in ("a", "b"):
            with pytest.raises(DiskFull):
                put(request, "y" * 20_000, digest="d")
        connection.execute("PRAGMA max_page_count = 1000000")

    def failing(request: str, answer: str, *, digest: str, tokens: int = 0) -> None:
        if request == "a":
            raise OverflowError
        put(request, answer, digest=digest, tokens=tokens)

    with monkeypatch.context() as patch:
        patch.setattr(journal.answers, "put", failing)
        journal.answers.save_unsaved()
    with journal.database.reading() as connection:
        assert [row[0] for row in connection.execute("SELECT request FROM answers")] == ["b"]
