"""What people do to a ledger is noticed, cheaply and without being in the way; what a stale save took away comes back."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from ocrwatch.books import Shelf, book_of
from ocrwatch.config.settings import Inbox
from ocrwatch.document import Cell, Document, Filed, Outcome, Read, Recorded, Row, Signature
from ocrwatch.journal import Journal
from ocrwatch.journal.written import Cause
from ocrwatch.ledger.backups import Backups
from ocrwatch.ledger.locks import Lock, Locks
from ocrwatch.messages import Message
from ocrwatch.ports import Line
from ocrwatch.service.noticing import LOOK_SECONDS, REST_SECONDS, Noticing
from ocrwatch.service.status import sentences_of_waiting, snapshot
from ocrwatch.watched_ledgers import watched_ledger
from tests.integration.test_workbook_libreoffice import display
from tests.waiting import wait_until


class Stage:
    """A ledger with rows of ours, its journal, and the noticing of what others do to it."""

    def __init__(self, folder: Path, name: str = "Ledger.xlsx") -> None:
        self.now = 1_700_000_000.0
        self.folder = folder
        self.path = folder / name
        self.inbox = Inbox(folder=folder / "in", ledger=self.path, sheet="Scans", fields=["company", "city"])
        self.book = book_of(self.inbox)
        self.notices: list[str] = []
        self.compared = 0
        self.count = 0
        self.during: Callable[[], object] = lambda: None
        self.start()

    def start(self) -> None:
        """As after a restart."""
        self.journal = Journal(self.folder / "state", lambda: self.now)
        self.locks = Locks(on_look=self._looked)
        backups = Backups(self.folder / "backups", lambda: self.now)
        self.ledger = Shelf(locks=self.locks, backups=backups, render=str).ledger(self.inbox)
        lines = self.ledger.lines
        self.ledger.lines = lambda: self._counted(lines())  # type: ignore[method-assign]
        watched = watched_ledger(self.inbox, self.ledger, self.locks)
        self.noticing = Noticing(self.journal, [watched], lambda: self.now, self._notice)

    def record(self, count: int) -> list[str]:
        """Rows of `count` documents, written together; their ids."""
        self.now += 60
        documents = [self._document() for _ in range(count)]
        kept = self.journal.documents.save(documents)
        rows = [row for document in kept for row in _rows(document)]
        self.ledger.append(rows)
        self.now += 0.01
        kept = self.journal.documents.save(replace(d, stage=Recorded(rows=_rows(d), target=None)) for d in kept)
        filed = (replace(d, stage=Filed(outcome=Outcome.DONE, path=d.path, rows=_rows(d))) for d in kept)
        self.journal.documents.save(filed)
        return [row.id for row in rows]

    def look(self, times: int = 3, *, is_idle: Callable[[], bool] = lambda: True) -> int:
        """Time goes by; how often the ledger was read."""
        before = self.compared
        self.now += REST_SECONDS
        for _ in range(times):
            self.now += LOOK_SECONDS
            self.noticing.look(is_idle)
        return self.compared - before

    def edit(self, change: Callable[[openpyxl.worksheet.worksheet.Worksheet], object]) -> None:
        """Another program saves it."""
        book = openpyxl.load_workbook(self.path)
        change(book["Scans"])
        book.save(self.path)

    def companies(self) -> list[object]:
        sheet = openpyxl.load_workbook(self.path)["Scans"]
        return [values[0] for values in sheet.iter_rows(min_row=2, max_col=1, values_only=True)]

    def absences(self) -> dict[str, Cause]:
        return self.journal.written.absences(self.book)

    def said(self) -> list[str]:
        return list(map(str, sentences_of_waiting(snapshot(self.journal, None))))

    def _document(self) -> Document:
        self.count += 1
        digest = hashlib.sha256(str(self.count).encode()).hexdigest()
        cells = (Cell("company", f"shop {self.count}"), Cell("city", "Xi'an"))
        received = datetime.fromtimestamp(self.now, UTC)
        month = f"{received:%Y-%m}" if "{" in self.book else ""
        row = Row(id=digest[:16], cells=cells, received=received, engine="local", volume=month)
        return Document(
            inbox="in", book=self.book, path=Path(f"{self.count}.jpg"), signature=Signature(1, 1, 1), digest=digest,
            arrived_at=self.now, stage=Read(rows=(row,)),
        )  # fmt: skip

    def _looked(self, workbook: Path, locks: list[Lock]) -> None:
        self.journal.openings.seen(workbook, {lock.sign: lock.program for lock in locks})

    def _notice(self, said: Message) -> None:
        self.notices.append(str(said))

    def _counted(self, lines: Iterator[Line]) -> Iterator[Line]:
        self.compared += 1
        for line in lines:
            self.during()
            yield line


def _rows(document: Document) -> tuple[Row, ...]:
    assert isinstance(document.stage, Read | Recorded)
    return document.stage.rows


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


# ---------------------------------------------------------------- noticing


def test_corrections_and_deletions_are_noticed(stage: Stage) -> None:
    """After another program saved the workbook, without anybody's asking."""
    ids = stage.record(5)
    assert stage.look() == 1, "the first time"
    stage.edit(lambda sheet: (sheet.cell(2, 1, "Anna's shop"), sheet.delete_rows(4)))
    assert stage.look() == 1
    (noted,) = stage.journal.written.corrections(stage.book)
    assert (noted.row, noted.heading, noted.found) == (ids[0], "company", "Anna's shop")
    assert stage.absences() == {ids[2]: Cause.DELETED}
    assert stage.said() == []
    assert stage.look(20) == 0, "nobody has saved it since"


@pytest.mark.parametrize("name", ["Ledger.xlsx", "Ledger.csv"])
def test_what_we_save_ourselves_is_not_compared(tmp_path: Path, name: str) -> None:
    """However often rows are added, the ledger is not read; and it costs no write of the journal while nothing happens."""
    stage = Stage(tmp_path, name)
    stage.record(2)
    stage.look()
    for _ in range(4):
        stage.record(1)
        assert stage.look() == 0
    written = stage.journal.database.stamp()
    assert stage.look(20) == 0
    assert stage.journal.database.stamp() == written


def test_own_rows_after_another_save_do_not_hide_it(stage: Stage) -> None:
    """Rows were added before there was time to compare."""
    ids = stage.record(2)
    stage.look()
    stage.edit(lambda sheet: sheet.cell(2, 1, "Anna's shop"))
    stage.record(1)
    stage.record(1)
    assert stage.look() == 1
    assert [noted.row for noted in stage.journal.written.corrections(stage.book)] == [ids[0]]


def test_a_document_comes_first(stage: Stage) -> None:
    """While one is on its way nothing is read; one that comes breaks a comparison off, which is done later."""
    stage.record(500)
    stage.look()
    stage.edit(lambda sheet: sheet.cell(2, 1, "Anna's shop"))
    assert stage.look(is_idle=lambda: False) == 0
    answers = iter([True, True, False])
    read = []
    stage.during = lambda: read.append(1)
    assert stage.look(is_idle=lambda: next(answers, False)) == 1
    assert 0 < len(read) < 500, "it was not broken off"
    assert stage.journal.written.corrections(stage.book) == ()
    assert stage.look() == 1
    assert len(stage.journal.written.corrections(stage.book)) == 1


def test_a_workbook_that_is_being_saved_is_left_alone(stage: Stage) -> None:
    """It is compared once it looks the same twice; what changed during a comparison is compared anew."""
    stage.record(3)
    stage.look()
    for name in ("Anna", "Bert", "Carl"):
        stage.edit(lambda sheet, name=name: sheet.cell(2, 1, name))
        assert stage.look(1) == 0
    stage.during = lambda: stage.edit(lambda sheet: sheet.cell(2, 1, "Dora"))
    assert stage.look(1) == 1
    assert stage.journal.written.corrections(stage.book) == ()
    stage.during = lambda: None
    assert stage.look() == 1
    assert [noted.found for noted in stage.journal.written.corrections(stage.book)] == ["Dora"]


def test_what_was_noticed_before_a_restart_is_not_looked_for_again(stage: Stage) -> None:
    """Only a workbook that was saved meanwhile is compared; and the first row of ours after it changes nothing."""
    stage.record(3)
    stage.look()
    stage.record(1)
    stage.look()
    stage.journal.close()
    stage.start()
    assert stage.look() == 0
    stage.record(1)
    assert stage.look() == 0
    stage.journal.close()
    stage.edit(lambda sheet: sheet.cell(3, 1, "Anna's shop"))
    stage.start()
    assert stage.look() == 1
    assert len(stage.journal.written.corrections(stage.book)) == 1


def test_a_workbook_that_cannot_be_read_is_tried_again(stage: Stage) -> None:
    """It is damaged for a while; nothing is concluded from that."""
    stage.record(3)
    stage.look()
    content = stage.path.read_bytes()
    stage.path.write_bytes(content[:-40])
    stage.look()
    stage.path.unlink()
    stage.look()
    assert stage.absences() == {}
    stage.path.write_bytes(content)
    stage.edit(lambda sheet: sheet.delete_rows(2))
    stage.look(9)
    assert list(stage.absences().values()) == [Cause.DELETED]


def test_the_workbooks_of_all_months_are_looked_at(tmp_path: Path) -> None:
    """One that a person saved is noticed, whichever month it is of."""
    stage = Stage(tmp_path, "Scans {year}-{month}.xlsx")
    ids = stage.record(2)
    stage.now += 40 * 86_400
    stage.record(2)
    stage.look(20)
    stage.path = tmp_path / "Scans 2023-11.xlsx"
    stage.edit(lambda sheet: sheet.cell(3, 1, "Anna's shop"))
    stage.look()
    assert [noted.row for noted in stage.journal.written.corrections(stage.book)] == [ids[1]]
    assert stage.absences() == {}


# ---------------------------------------------------------------- stale saves


def opened_and_unlocked(stage: Stage) -> Path:
    """A program opens the workbook, and a person has its lock removed though it is open still: a copy of what it has."""
    lock = stage.path.with_name(f"~${stage.path.name}")
    lock.write_bytes(b"\x04Anna")
    stage.look(1)
    held = stage.folder / "held.xlsx"
    shutil.copyfile(stage.path, held)
    stage.journal.openings.cleared(stage.path)
    lock.unlink()
    stage.look(1)
    return held


def test_rows_that_a_stale_save_took_away_come_back(stage: Stage) -> None:
    """They were written after a lock was seen, and what is left is the state from before: a notice says so, once."""
    before = stage.record(3)
    held = opened_and_unlocked(stage)
    stage.record(2)
    after = stage.record(1)
    stage.look()
    shutil.copyfile(held, stage.path)
    assert stage.look(6) >= 1
    assert stage.companies() == [f"shop {number}" for number in range(1, 7)]
    (said,) = stage.notices
    assert "Ledger.xlsx" in said
    assert "(3)" in said
    assert stage.absences() == {}
    assert stage.ledger.find([*before, *after]).keys() == {*before, *after}
    assert stage.said() == []


def test_rows_come_back_after_a_restart_too(stage: Stage) -> None:
    """What was seen of locks is kept."""
    stage.record(3)
    held = opened_and_unlocked(stage)
    stage.record(2)
    stage.look()
    stage.journal.close()
    shutil.copyfile(held, stage.path)
    stage.start()
    stage.look(6)
    assert len(stage.companies()) == 5
    assert len(stage.notices) == 1


def test_rows_wait_to_come_back_while_it_is_open(stage: Stage) -> None:
    """They land when it is closed."""
    stage.record(3)
    held = opened_and_unlocked(stage)
    stage.record(2)
    stage.look()
    shutil.copyfile(held, stage.path)
    stage.look(1)
    lock = stage.path.with_name(f"~${stage.path.name}")
    lock.write_bytes(b"\x04Anna")
    stage.look(8)
    assert len(stage.companies()) == 3
    assert stage.notices == []
    lock.unlink()
    stage.look(8)
    assert len(stage.companies()) == 5
    assert len(stage.notices) == 1


def test_rows_come_back_as_far_as_a_form_has_room(stage: Stage) -> None:
    """What does not fit is asked about, and not taken for deleted because rows written with it are there."""
    form = openpyxl.Workbook()
    sheet = form.active
    sheet.title = "Scans"
    sheet.append(["company", "city"])
    sheet.cell(6, 1, "Total")
    form.save(stage.path)
    stage.record(1)
    held = opened_and_unlocked(stage)
    ids = stage.record(3)
    stage.look()
    shutil.copyfile(held, stage.path)
    stage.edit(lambda sheet: sheet.delete_rows(5))
    stage.look(6)
    assert stage.companies() == ["shop 1", "shop 2", "shop 3", "Total"]
    (said,) = stage.notices
    assert "(2)" in said
    stage.look(12)
    assert len(stage.notices) == 1
    assert stage.absences() == {ids[2]: Cause.LOST}
    (said,) = stage.said()
    assert "ocrwatch ledger rebuild" in said


def test_rows_that_are_taken_away_again_are_for_the_person_to_say(stage: Stage) -> None:
    """Put back once, they are not put back for ever; the status asks, and `ledger rebuild` is the yes."""
    stage.record(3)
    held = opened_and_unlocked(stage)
    ids = stage.record(2)
    stage.look()
    shutil.copyfile(held, stage.path)
    stage.look(6)
    assert len(stage.companies()) == 5
    shutil.copyfile(held, stage.path)
    stage.look(12)
    assert len(stage.companies()) == 3
    assert len(stage.notices) == 1
    assert stage.absences() == dict.fromkeys(ids, Cause.UNCLEAR)
    (said,) = stage.said()
    assert "ocrwatch ledger rebuild" in said


def assert_deleted_rows_are_for_the_person_to_say(stage: Stage, ids: Sequence[str], *, by: bytes) -> None:
    """The workbook is opened `by` somebody, the two rows at its end are deleted, and it is closed: they stay away."""
    lock = stage.path.with_name(f"~${stage.path.name}")
    lock.write_bytes(by)
    stage.look(1)
    stage.edit(lambda sheet: sheet.delete_rows(5, 2))
    lock.unlink()
    stage.look(8)
    assert len(stage.companies()) == 3
    assert stage.notices == []
    assert stage.absences() == dict.fromkeys(ids, Cause.UNCLEAR)


def test_rows_that_a_person_deleted_stay_deleted(stage: Stage) -> None:
    """Whoever deletes the last rows opens the workbook first: a lock that was seen after they were written proves nothing."""
    stage.record(3)
    ids = stage.record(2)
    stage.look()
    assert_deleted_rows_are_for_the_person_to_say(stage, ids, by=b"\x04Anna")
    (said,) = stage.said()
    assert "ocrwatch ledger rebuild" in said
    stage.now += 8 * 86_400
    assert stage.said() == [], "the question is not asked for ever"


@pytest.mark.parametrize(
    "change",
    [
        lambda sheet: sheet.delete_rows(2),
        lambda sheet: sheet.cell(2, 1, "Anna's shop"),
    ],
    ids=["a row between is missing", "a cell was changed"],
)
def test_what_is_no_earlier_state_is_for_the_person_to_say(
    stage: Stage, change: Callable[[openpyxl.worksheet.worksheet.Worksheet], object]
) -> None:
    """The evidence of a lock alone is not enough."""
    stage.record(3)
    held = opened_and_unlocked(stage)
    stage.record(2)
    stage.look()
    shutil.copyfile(held, stage.path)
    stage.edit(change)
    stage.look(8)
    assert stage.notices == []
    assert len(stage.said()) == 1
    assert "shop 4" not in stage.companies()


def test_after_a_later_opening_a_person_may_have_deleted_them(stage: Stage) -> None:
    """An opening that was unlocked covers all that is written later. Whoever opens the workbook after that sees the rows:
    what is missing then is for the person to say."""
    stage.record(3)
    opened_and_unlocked(stage)
    ids = stage.record(2)
    stage.look()
    assert_deleted_rows_are_for_the_person_to_say(stage, ids, by=b"\x03Ben")
    assert len(stage.said()) == 1


def test_an_opening_that_ended_before_the_rows_is_no_evidence(stage: Stage) -> None:
    """The workbook was closed, rows were written, and an older copy came from elsewhere."""
    stage.record(3)
    lock = stage.path.with_name(f"~${stage.path.name}")
    lock.write_bytes(b"\x04Anna")
    stage.look(1)
    lock.unlink()
    stage.look(1)
    held = stage.path.read_bytes()
    stage.record(2)
    stage.look()
    stage.path.write_bytes(held)
    stage.look(8)
    assert len(stage.companies()) == 3
    assert stage.notices == []
    assert len(stage.said()) == 1


# ---------------------------------------------------------------- a real office program


@pytest.mark.skipif(
    not all(map(shutil.which, ("soffice", "Xvfb", "xdotool", "openbox"))), reason="no LibreOffice with a screen is here"
)
def test_a_real_program_saves_what_it_had_open(stage: Stage, tmp_path: Path) -> None:
    """LibreOffice has the workbook open, its lock is removed on a person's word, rows are written, and then the person
    types something into a cell of their own and presses Ctrl+S: the rows come back, and what they typed is there."""
    stage.record(3)
    lock = stage.path.with_name(f".~lock.{stage.path.name}#")
    with opened(stage.path, tmp_path / "profile") as screen:
        wait_until(lambda: lock.exists() and lock.stat().st_size > 0, seconds=90)
        stage.look(1)
        stage.journal.openings.cleared(stage.path)
        lock.unlink()
        stage.record(2)
        stage.look()
        assert len(stage.companies()) == 5
        before = stage.path.stat().st_ino, stage.path.stat().st_mtime_ns
        type_and_save(screen, "L9", "mine", lambda: (stage.path.stat().st_ino, stage.path.stat().st_mtime_ns) != before)
        assert stage.companies()[:3] == ["shop 1", "shop 2", "shop 3"]
        assert "shop 5" not in stage.companies(), "it did not save over our rows"
    lock.unlink(missing_ok=True)
    stage.look(8)
    sheet = openpyxl.load_workbook(stage.path)["Scans"]
    assert sheet["L9"].value == "mine"
    assert [name for name in stage.companies() if name] == [f"shop {number}" for number in range(1, 6)]
    assert len(stage.notices) == 1


def type_and_save(screen: str, cell: str, text: str, is_saved: Callable[[], bool]) -> None:
    """As a person does: go to the cell by the name box, type, Ctrl+S, and yes to whatever is asked then: whether to keep
    the format, and whether to save over what others changed."""

    def press(*arguments: str) -> None:
        subprocess.run(
            ["xdotool", *arguments], env={**os.environ, "DISPLAY": screen}, check=True, stdout=-3, timeout=60
        )

    press("search", "--sync", "--onlyvisible", "--name", "Ledger.xlsx", "windowactivate", "--sync")
    press("key", "ctrl+shift+t", "ctrl+a")
    for each in (cell, text):
        press("type", "--delay", "60", each)
        press("key", "Return")
    press("key", "ctrl+s")
    for _ in range(20):
        with suppress(AssertionError):
            return wait_until(is_saved, seconds=3)
        press("key", "Return")
    raise AssertionError("it was not saved")


@contextmanager
def opened(workbook: Path, profile: Path) -> Iterator[str]:
    """LibreOffice with `workbook` open; its screen."""
    with ExitStack() as stack:
        screen = stack.enter_context(display())
        environment = {**os.environ, "DISPLAY": screen, "SAL_USE_VCLPLUGIN": "gen"}
        desktop = stack.enter_context(subprocess.Popen(["openbox"], env=environment, stdout=-3, stderr=-3))
        stack.callback(desktop.kill)
        command = ["soffice", "--calc", "--norestore", "--nologo", "--nofirststartwizard"]
        command += [f"-env:UserInstallation=file://{profile}", str(workbook)]
        office = stack.enter_context(
            subprocess.Popen(command, env=environment, start_new_session=True, stdout=-3, stderr=-3)
        )
        stack.callback(os.killpg, office.pid, signal.SIGKILL)
        yield screen
