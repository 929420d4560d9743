"""The desk keeps icon and notices true, whatever it looks at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from ocrwatch.desktop.deeds import Deeds, Doors
from ocrwatch.desktop.desk import Desk, Sources
from ocrwatch.desktop.look import Look, State
from ocrwatch.desktop.menu import Action, OpenLedger, Quit, ResumeReading
from ocrwatch.desktop.notices import Kind, Notice
from ocrwatch.document import Document, Filed, Outcome
from ocrwatch.errors import JournalBusy
from ocrwatch.messages import message
from ocrwatch.service.status import Status
from tests.unit.desktop.seeing import IDLE, OFFERS, RECEIPTS, ROW, daemon, paused, status
from tests.unit.test_document import document
from tests.waiting import wait_until


class World:
    """A desk whose sources and doors are lists."""

    def __init__(self, folder: Path) -> None:
        self.status: Status | JournalBusy = IDLE
        self.failed: list[Document] = []
        self.shown: list[Look] = []
        self.told: list[Notice] = []
        self.heard: list[object] = []
        self.on_ask: Callable[[str, str], None] = lambda verb, argument: self.heard.append(verb)
        doors = Doors(
            ask=lambda verb, argument: self.on_ask(verb, argument),
            decide=self.heard.append,
            failed=list,
            choose=lambda _: (),
            tell=self.told.append,
            log_file=folder / "log",
            end=lambda: self.heard.append("end"),
        )
        sources = Sources(status=self.stands, failed=lambda: self.failed, offers=lambda: OFFERS, watched=(RECEIPTS,))
        self.desk = Desk(
            sources, show=self.shown.append, tell=self.told.append, deeds=Deeds(doors, str), wanted=frozenset(Kind)
        )

    def stands(self) -> Status:
        if isinstance(self.status, JournalBusy):
            raise self.status
        return self.status

    def stand(self, of: Status) -> None:
        self.status = of
        self.desk.stir()

    def is_shown(self, state: State) -> bool:
        return self.shown[-1].state is state

    @contextmanager
    def running(self) -> Iterator[None]:
        self.desk.start()
        try:
            yield
        finally:
            self.desk.stop()


def filed(outcome: Outcome, path: Path, *, check: bool = False) -> Document:
    rows = (replace(ROW, check=(message("Look."),) if check else ()),)
    stage = Filed(outcome=outcome, path=path, rows=rows, reason=message("It is blank."))
    return replace(document(stage), book=f"{RECEIPTS.ledger}|Receipts")


def test_what_changes_is_shown_and_what_does_not_is_not_shown_again(tmp_path: Path) -> None:
    """One look for each change, however often it stirs."""
    world = World(tmp_path)
    with world.running():
        for _ in range(20):
            world.desk.stir()
        world.stand(status(daemon=daemon(pause=paused())))
        wait_until(lambda: world.is_shown(State.PAUSED))
    assert [look.state for look in world.shown] == [State.IDLE, State.PAUSED]


def test_a_journal_that_is_held_at_the_start_leaves_an_icon_that_tells_more_later(tmp_path: Path) -> None:
    """The program is there and can be quit; what it knows follows."""
    world = World(tmp_path)
    world.status = JournalBusy(message("Held."))
    with world.running():
        assert world.is_shown(State.IDLE)
        world.stand(status(to_read=1))
        wait_until(lambda: world.is_shown(State.WORKING))


def test_failed_scans_want_attention_as_long_as_they_lie_there(tmp_path: Path) -> None:
    """One that a person took out of the folder is dealt with."""
    world = World(tmp_path)
    scan = tmp_path / "a.jpg"
    scan.write_bytes(b"scan")
    with world.running():
        world.failed = [filed(Outcome.FAILED, scan)]
        world.status = status(failed=1)
        world.desk.changed(world.failed[0])
        wait_until(lambda: world.is_shown(State.ATTENTION))
        scan.unlink()
        world.desk.clicked(ResumeReading())  # any click has the folder looked at again
        wait_until(lambda: world.is_shown(State.IDLE))


def test_doubtful_rows_want_attention_until_a_spreadsheet_is_opened(tmp_path: Path) -> None:
    """Then the person has seen them."""
    world = World(tmp_path)
    with world.running():
        world.desk.changed(filed(Outcome.DONE, tmp_path, check=True))
        wait_until(lambda: world.is_shown(State.ATTENTION))
        world.desk.clicked(OpenLedger(tmp_path / "none.xlsx"))
        wait_until(lambda: world.is_shown(State.IDLE))


def test_a_backlog_is_told_though_nothing_stirs_any_more(tmp_path: Path) -> None:
    """The desk looks again by itself when it is over."""
    world = World(tmp_path)
    with world.running():
        for _ in range(3):
            world.desk.changed(filed(Outcome.DONE, tmp_path))
        wait_until(lambda: bool(world.told))
    assert [str(notice.title) for notice in world.told] == ["3 scans were added to Ledger.xlsx"]


def test_a_click_that_falls_over_does_not_take_the_others_with_it(tmp_path: Path) -> None:
    """The next one is carried out."""
    world = World(tmp_path)

    def fall(verb: str, argument: str) -> None:
        raise ZeroDivisionError

    world.on_ask = fall
    clicks: tuple[Action, ...] = (ResumeReading(), Quit())
    with world.running():
        for click in clicks:
            world.desk.clicked(click)
        wait_until(lambda: world.heard == ["end"])
