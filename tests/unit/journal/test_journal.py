"""The journal keeps what it is given, through closing, damage and a full disk."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocrwatch.document import (
    Amount,
    Arrived,
    Beside,
    Cell,
    Document,
    Duplicate,
    Fetched,
    Filed,
    Grid,
    GridCell,
    Items,
    Outcome,
    Read,
    Recorded,
    Refused,
    Row,
    Signature,
)
from ocrwatch.errors import DiskFull, JournalTooNew
from ocrwatch.journal import Journal
from ocrwatch.journal.encoding import stage_from_json, stage_to_json
from ocrwatch.journal.memory import Verdict
from ocrwatch.messages import Message, message

NOW = 1_700_000_000.0


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = Journal(tmp_path / "state", lambda: NOW)
    yield opened
    opened.close()


def document(name: str = "scan.jpg", **changes: object) -> Document:
    made = Document(
        inbox="in",
        book="Ledger.xlsx|Sheet",
        path=Path("in") / name,
        signature=Signature(10, 2**62, 2**64 - 1),
        digest="ab" * 32,
        arrived_at=NOW,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


values = st.one_of(
    st.none(),
    st.text(st.characters(codec="utf-8")),
    st.integers(),
    st.builds(Amount, st.decimals(allow_nan=False, allow_infinity=False), st.sampled_from(["", "CNY"])),
    st.dates(),
    st.datetimes(),
)
messages = st.recursive(
    st.builds(message, st.just("Said {what}"), what=st.text(st.characters(codec="utf-8")) | st.integers()),
    lambda inner: st.builds(message, st.just("Around {what}"), what=inner),
    max_leaves=3,
)
paths = st.none() | st.builds(Path, st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1))
cells = st.lists(st.builds(Cell, st.text(st.characters(codec="utf-8")), values), max_size=4).map(tuple)
tables = st.builds(Items, name=st.text(max_size=3), lines=st.lists(cells, max_size=3).map(tuple))
grid_cells = st.builds(
    GridCell,
    row=st.integers(0, 9),
    column=st.integers(0, 9),
    value=values,
    rows=st.integers(1, 3),
    columns=st.integers(1, 3),
    heading=st.booleans(),
)
grids = st.builds(Grid, cells=st.lists(grid_cells, max_size=3).map(tuple), caption=st.text(max_size=3))
besides = st.builds(
    Beside,
    suffix=st.sampled_from([".txt", ".md"]),
    content=st.none() | st.text(),
    path=paths,
    digest=st.text(max_size=2),
)
rows = st.builds(
    Row,
    id=st.just("ab" * 8),
    cells=cells,
    items=st.lists(tables, max_size=2).map(tuple),
    grids=st.lists(grids, max_size=2).map(tuple),
    beside=st.lists(besides, max_size=2).map(tuple),
    check=st.lists(messages, max_size=2).map(tuple),
    received=st.datetimes(timezones=st.just(UTC)),
    engine=st.just("local"),
    file=paths,
)
several = st.lists(rows, max_size=2).map(tuple)
stages = st.one_of(
    st.just(Arrived()),
    st.builds(Read, rows=several, recording=st.booleans(), target=paths),
    st.builds(Recorded, rows=several, target=paths),
    st.builds(Refused, reason=messages, target=paths),
    st.builds(Duplicate, of=st.integers(1), row=st.integers(1), target=paths),
    st.builds(Fetched, picture=st.just(Path("/in/a.jpg")), target=paths),
    st.builds(Filed, outcome=st.sampled_from(Outcome), path=paths, rows=several, reason=st.none() | messages),
)


@given(stages)
def test_every_stage_survives_its_encoding(stage: Arrived | Read) -> None:
    """Whatever a stage knows comes back exactly, decimals and dates included."""
    assert stage_from_json(stage_to_json(stage)) == stage


def test_rows_from_before_there_were_items_are_read() -> None:
    """And a row without items is written as it was then."""
    row = Row(id="x", cells=(Cell("a", "b"),), received=datetime(2024, 1, 1, tzinfo=UTC), engine="local")
    text = stage_to_json(Recorded(rows=(row,), target=None))
    assert not {"items", "grids", "beside"} & {word.strip('":') for word in text.split()}
    assert stage_from_json(text) == Recorded(rows=(row,), target=None)


def test_a_date_and_a_datetime_are_told_apart() -> None:
    """A datetime does not come back as a date, nor an amount as text."""
    cells = (Cell("a", date(2024, 3, 5)), Cell("b", datetime(2024, 3, 5, 10, 30)), Cell("c", Amount(Decimal("1.10"))))
    row = Row(id="x", cells=cells, received=datetime(2024, 1, 1, tzinfo=UTC), engine="local")
    read = stage_from_json(stage_to_json(Read(rows=(row,))))
    assert isinstance(read, Read)
    assert [type(cell.value) for cell in read.rows[0].cells] == [date, datetime, Amount]
    assert str(read.rows[0].cells[2].value.number) == "1.10"  # type: ignore[union-attr]


def test_documents_come_back_as_they_were(journal: Journal) -> None:
    """A saved document has a key, and is found by it, by its bytes and on the line."""
    (saved,) = journal.documents.save([document(trouble=message("Wait for {x}", x=1))])
    assert saved.key
    assert journal.documents.get(saved.key) == saved
    assert journal.documents.on_the_line() == (saved,)
    assert journal.documents.on_the_line_before(replace(saved, key=saved.key + 1)) == saved
    assert journal.documents.on_the_line_before(saved) is None
    assert journal.documents.on_the_line_before(replace(saved, key=saved.key + 1, book="other")) is None
    assert journal.documents.recorded_with(saved.digest, saved.book) == ()


def test_filed_documents_leave_the_line(journal: Journal) -> None:
    """A filed document is counted, found by its name and id, and no longer on the line."""
    (saved,) = journal.documents.save([document()])
    filed = replace(saved, stage=Filed(outcome=Outcome.FAILED, path=Path("failed/x (2).jpg"), reason=message("No.")))
    journal.documents.save([filed])
    assert journal.documents.on_the_line() == ()
    assert journal.documents.failed() == (filed,)
    assert journal.documents.counts() == {("in", "failed"): 1}
    for text in ("scan.jpg", "x (2).jpg", "abab", "AB" * 8, "somewhere/scan.jpg"):
        assert journal.documents.matching(text) == (filed,), text
    assert journal.documents.matching("can.jp") == ()


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names there are always text")
def test_names_that_are_no_text_are_kept(journal: Journal) -> None:
    """A POSIX name of arbitrary bytes comes back byte for byte."""
    (saved,) = journal.documents.save([document(os.fsdecode(b"scan\xff.jpg"))])
    assert journal.documents.get(saved.key) == saved
    assert journal.documents.in_place("in") == {saved.path: saved.signature}


def test_files_in_place_are_those_on_the_line_or_kept(journal: Journal) -> None:
    """A moved scan is not known at its old place any more; a kept one is."""
    moving, kept, gone = journal.documents.save([document("a.jpg"), document("b.jpg"), document("c.jpg")])
    assert set(journal.documents.in_place("in")) == {moving.path, kept.path, gone.path}
    journal.documents.save(
        [
            replace(moving, stage=Filed(outcome=Outcome.DONE, path=Path("done/a.jpg"))),
            replace(kept, stage=Filed(outcome=Outcome.DONE, path=kept.path)),
            replace(gone, stage=Filed(outcome=Outcome.GONE, path=None)),
        ]
    )
    assert set(journal.documents.in_place("in")) == {kept.path}


def test_a_transaction_is_all_or_nothing(journal: Journal) -> None:
    """An error inside leaves nothing behind."""
    with pytest.raises(RuntimeError), journal.database.transaction():
        journal.documents.save([document()])
        raise RuntimeError
    assert journal.documents.on_the_line() == ()


def test_answers_are_kept_once_per_request(journal: Journal) -> None:
    """An answer is found by its request until a person asks for another."""
    assert journal.answers.get("r1") is None
    journal.answers.put("r1", "{}", digest="d", tokens=7)
    assert journal.answers.get("r1") == "{}"
    journal.answers.retire("d")
    assert journal.answers.get("r1") is None
    journal.answers.put("r1", "{1}", digest="d")
    assert journal.answers.get("r1") == "{1}"


def test_an_answer_that_came_while_the_disk_was_full_is_not_lost(journal: Journal) -> None:
    """It is handed out from memory and stored as soon as there is room."""
    pages = _fill(journal)
    with pytest.raises(DiskFull, match="is full"):
        journal.answers.put("r1", "paid for" * 10_000, digest="d")
    with pytest.raises(DiskFull):
        journal.answers.get("r1")
    with journal.database.reading() as connection:
        connection.execute(f"PRAGMA max_page_count={pages + 1000}")
    assert journal.answers.get("r1") == "paid for" * 10_000


def _fill(journal: Journal) -> int:
    with journal.database.reading() as connection:
        pages = int(connection.execute("PRAGMA page_count").fetchone()[0])
        connection.execute(f"PRAGMA max_page_count={pages}")
    return pages


def test_a_journal_from_a_later_version_is_refused(tmp_path: Path) -> None:
    """Its file stays untouched and the message says what to do."""
    Journal(tmp_path, lambda: NOW).close()
    path = tmp_path / "journal.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 999")
    connection.close()
    with pytest.raises(JournalTooNew, match="later version"):
        Journal(tmp_path, lambda: NOW)
    assert path.exists()


@pytest.mark.parametrize("damage", [b"this is no database at all, not even nearly", None])
def test_a_damaged_journal_is_set_aside_and_kept(tmp_path: Path, damage: bytes | None) -> None:
    """A new one begins, marked for rebuilding; the damaged file is still there."""
    first = Journal(tmp_path, lambda: NOW)
    first.documents.save([document(f"{n}.jpg") for n in range(500)])
    first.close()
    path = tmp_path / "journal.sqlite"
    content = path.read_bytes()
    path.write_bytes(damage or content[:8192] + b"\xff" * 8192 + content[16384:])
    second = Journal(tmp_path, lambda: NOW)
    assert second.database.set_aside is not None
    assert second.database.set_aside.exists()
    assert second.orders.recovering()
    assert second.documents.on_the_line() == ()
    second.orders.recovered()
    assert not second.orders.recovering()
    second.close()


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
def test_the_journal_is_private(journal: Journal, tmp_path: Path) -> None:
    """Nobody else on the computer may read it."""
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "state" / "journal.sqlite").stat().st_mode) == 0o600


def test_orders_cross_processes_once(journal: Journal, tmp_path: Path) -> None:
    """An order left by another process is noticed cheaply and handed out once."""
    before = journal.database.changed_elsewhere()
    script = (
        "import sys; from pathlib import Path; from ocrwatch.journal import Journal;"
        "j = Journal(Path(sys.argv[1]), lambda: 1.0); j.orders.give('pause', '3600'); j.close()"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "state")], check=True)
    assert journal.database.changed_elsewhere() != before
    assert [(order.verb, order.argument) for order in journal.orders.take()] == [("pause", "3600")]
    assert journal.orders.take() == ()


def test_first_look_and_accept(journal: Journal) -> None:
    """Files that lay there before are held until they are accepted or skipped."""
    folder, sign = Path("in"), Signature(1, 2, 3)
    assert journal.sightings.is_new(folder)
    journal.sightings.first_look(folder, Verdict.HELD, {folder / "a": sign, folder / "b": sign})
    assert not journal.sightings.is_new(folder)
    assert journal.sightings.held() == {folder: 2}
    assert journal.sightings.left_alone(folder) == {folder / "a": sign, folder / "b": sign}
    assert journal.sightings.accept(skip=True) == 2
    assert journal.sightings.held() == {}
    assert len(journal.sightings.left_alone(folder)) == 2


def test_date_orders_are_counted_by_document(journal: Journal) -> None:
    """Each document of an inbox counts once in its latest order, however often it is read."""
    orders = journal.date_orders
    assert orders.counts("in") == {}
    orders.learn("in", "aa", "DMY")
    orders.learn("in", "aa", "DMY")
    orders.learn("in", "bb", "DMY")
    orders.learn("in", "cc", "MDY")
    orders.learn("other", "aa", "YMD")
    assert orders.counts("in") == {"DMY": 2, "MDY": 1}
    orders.learn("in", "cc", "DMY")
    assert orders.counts("in") == {"DMY": 3}


def test_status_and_pause_are_texts(journal: Journal) -> None:
    """What was published last is there, and a pause ends."""
    assert journal.orders.published() is None
    journal.orders.publish("{}")
    journal.orders.set_pause("{1}")
    assert (journal.orders.published(), journal.orders.pause()) == ("{}", "{1}")
    journal.orders.set_pause(None)
    assert journal.orders.pause() is None


def test_messages_keep_their_order_of_places() -> None:
    """Two messages with the same places are equal however they were written."""
    assert message("{a}{b}", a=1, b=2) == message("{a}{b}", b=2, a=1) == Message("{a}{b}", (("a", 1), ("b", 2)))
