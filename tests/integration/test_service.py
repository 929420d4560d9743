"""The threads of the line, over a real folder and a real journal: no document is ever lost from view."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ocrwatch.errors import BadKey, FolderAway, LedgerBusy, NoCredit
from ocrwatch.filing.filer import FolderFiler
from ocrwatch.inbox.arrivals import Inbox
from ocrwatch.inbox.lease import Lease
from ocrwatch.inbox.watching import Watching
from ocrwatch.journal import Journal
from ocrwatch.messages import message
from ocrwatch.pipeline import Pipeline, Route
from ocrwatch.service import orders
from ocrwatch.service.intake import Intake, Source
from ocrwatch.service.noticing import Noticing
from ocrwatch.service.service import Service
from tests.fakes_ledger import FakeLedger
from tests.line import PROFILE, PlainChecker, ScriptedReader
from tests.unit.inbox.stage import StubPages
from tests.waiting import wait_until

SAID = message("It did not work.")
NOW = 1_800_000_000.0


class World:
    """One inbox with its stations. Its clock goes on by itself, and is set by `now`."""

    def __init__(self, folder: Path) -> None:
        self._begun = time.monotonic()
        self.inbox = folder / "inbox"
        self.inbox.mkdir()
        self.state = folder / "state"
        self.now = NOW
        self.ledger = FakeLedger()
        self.journal = Journal(self.state, self.clock)
        self.reader = ScriptedReader(self.journal, Counts())
        self.checker = PlainChecker()
        self.filer = FolderFiler(self.inbox, done="done", failed="failed", after="move", render=str, clock=self.clock)
        self.recover: Callable[[], None] = lambda: None
        self.stamp: object = 0
        self.noticing: Noticing | None = None
        self.on_battery = False
        self.service: Service | None = None

    def clock(self) -> float:
        return self.now + time.monotonic() - self._begun

    def drop(self, *names: str) -> None:
        for name in names:
            (self.inbox / name).write_text(f"scan {name} end")

    def order(self, verb: str) -> None:
        """As a command does it, from outside."""
        other = Journal(self.state, self.clock)
        other.orders.give(verb)
        other.close()
        if self.service is not None:
            self.service.hint()  # need not wait for the next tick

    def filed(self) -> list[str]:
        return sorted(path.name for path in (self.inbox / "done").glob("*.jpg") if path.stat().st_size < 25)

    @contextmanager
    def running(self) -> Iterator[Service]:
        watching = Watching(wake=lambda: None)
        inbox = Inbox(
            self.inbox,
            recursive=False,
            own_paths=[self.inbox / "done", self.inbox / "failed"],
            settle_seconds=0.0,
            pages=StubPages(),
            clock=self.clock,
            lease=Lease(self.inbox, machine="m", host="h", lock_path=self.state / "lock"),
            watch=watching.folder(self.inbox, recursive=False, choice="poll"),
        )
        route = Route(profile=PROFILE, reader=self.reader, checker=self.checker, ledger=self.ledger, filer=self.filer)
        service = Service(
            self.journal,
            lambda on_halt: Pipeline(self.journal, {str(self.inbox): route}, self.clock, on_halt),
            Intake([Source(inbox=inbox, book="book")], self.journal, self.clock),
            self.clock,
            readers=2,
            engine="",
            on_change=lambda _: None,
            recover=lambda: self.recover(),
            key_stamp=lambda: self.stamp,
            noticing=self.noticing,
            is_on_battery=lambda: self.on_battery,
        )
        service.start()
        self.service = service
        try:
            yield service
        finally:
            assert service.stop(10)
            self.journal.close()


class Counts(dict[str, int]):
    """How often each was billed."""

    def __missing__(self, key: str) -> int:
        return 0


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def failing_once(target: object, name: str, error: BaseException) -> None:
    """The first call of the method raises `error`, the others do what they did."""
    method, calls = getattr(target, name), []

    def call(*args: object, **kwargs: object) -> object:
        calls.append(name)
        if len(calls) == 1:
            raise error
        return method(*args, **kwargs)

    setattr(target, name, call)


@pytest.mark.parametrize(
    "error", [OSError(5, "Input/output error"), PermissionError(13, "no"), RuntimeError("a fault")]
)
@pytest.mark.parametrize("where", ["reader.read", "checker.rows", "ledger.append", "filer.reserve", "filer.file"])
def test_whatever_a_station_raises_no_document_is_lost_from_the_line(
    world: World, where: str, error: BaseException
) -> None:
    """Each comes back with a reason, and goes its way when the fault is over."""
    room, name = where.split(".")
    failing_once(getattr(world, room), name, error)
    world.drop("a.jpg", "b.jpg")
    with world.running() as service:
        wait_until(
            lambda: (
                any(document.trouble for document in world.journal.documents.on_the_line())
                or world.filed() == ["a.jpg", "b.jpg"]
            )
        )
        assert service is not None
        world.order(orders.HURRY)
        wait_until(lambda: world.filed() == ["a.jpg", "b.jpg"])
        wait_until(lambda: world.journal.documents.on_the_line() == ())
    assert len(world.ledger.rows) == 2


@pytest.mark.parametrize("moment", range(1, 8))
def test_a_journal_that_fails_once_loses_nothing(world: World, moment: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The save that fails, whichever it is, is made up for."""
    save, calls = world.journal.documents.save, []

    def failing(documents: object) -> object:
        calls.append(1)
        if len(calls) == moment:
            raise OSError(5, "Input/output error")
        return save(documents)  # type: ignore[arg-type]

    monkeypatch.setattr(world.journal.documents, "save", failing)
    world.drop("a.jpg")

    def is_done() -> bool:
        world.now += 1  # whenever the failure comes, what it put off is due soon
        return world.filed() == ["a.jpg"] and world.journal.documents.on_the_line() == ()

    with world.running():
        wait_until(is_done)
    assert len(world.ledger.rows) == 1


class Glances(Noticing):
    """Whether there was time at each look."""

    def __init__(self) -> None:
        self.found: list[bool] = []

    def look(self, is_idle: Callable[[], bool]) -> None:
        self.found.append(is_idle())


def test_there_is_time_to_notice_things_when_no_document_waits(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not while rows wait for an open workbook: they come first."""
    monkeypatch.setattr("ocrwatch.service.service.LOOK_SECONDS", 0.01)
    world.noticing = noticing = Glances()
    world.ledger.trouble = LedgerBusy(SAID, after_seconds=1000)
    world.drop("a.jpg")
    with world.running():
        wait_until(lambda: any(document.trouble for document in world.journal.documents.on_the_line()))
        noticing.found.clear()
        wait_until(lambda: len(noticing.found) > 3)
        assert not any(noticing.found)
        world.ledger.trouble = None
        world.order(orders.HURRY)
        wait_until(lambda: noticing.found[-1])
        assert world.filed() == ["a.jpg"]


def test_documents_that_a_wrong_clock_put_off_are_taken_up(world: World) -> None:
    """They were told to wait for tomorrow by a clock that is right again now."""
    world.now += 86_400
    world.drop("a.jpg")
    world.reader.troubles = [FolderAway(SAID)]
    with world.running():
        wait_until(lambda: any(document.trouble for document in world.journal.documents.on_the_line()))
        world.now -= 86_400
        wait_until(lambda: world.filed() == ["a.jpg"])


def test_after_a_sleep_what_waits_is_tried_and_folders_are_looked_at_at_once(world: World) -> None:
    """The clock went on while the program's wait did not: nobody waits out what was to be waited for."""
    world.drop("a.jpg")
    world.reader.troubles = [FolderAway(SAID, after_seconds=7000)]

    def is_filed_after_another_sleep() -> bool:
        world.now += 40  # a sleep counts that began while the feeder waited, as it does nearly always
        return world.filed() == ["a.jpg"]

    with world.running():
        wait_until(lambda: any(document.trouble for document in world.journal.documents.on_the_line()))
        wait_until(is_filed_after_another_sleep, step_seconds=1.3, seconds=60)
        assert world.now < NOW + 5000


def test_reading_pauses_on_battery_and_goes_on_by_itself_on_mains(world: World) -> None:
    """Seen at the start and once a minute; a person's resume overrules it; what was read is written all the same."""
    world.on_battery = True
    world.drop("a.jpg")
    with world.running() as service:
        wait_until(lambda: bool(world.journal.documents.on_the_line()))
        pause = service.status().pause
        assert pause is not None
        assert "battery" in str(pause.reason)
        assert world.filed() == []
        world.on_battery = False
        world.now += 60
        wait_until(lambda: world.filed() == ["a.jpg"])
        assert service.status().pause is None
        world.on_battery = True
        world.now += 60
        wait_until(lambda: service.status().pause is not None)
        world.order(orders.RESUME)
        wait_until(lambda: service.status().pause is None)
        world.now += 60
        world.drop("b.jpg")
        wait_until(lambda: world.filed() == ["a.jpg", "b.jpg"])
        assert service.status().pause is None


def test_what_is_in_the_way_of_a_start_is_told_and_a_stop_is_heard(world: World) -> None:
    """A damaged journal whose workbook cannot be read: visible, and no hindrance to stopping."""

    def recover() -> None:
        raise FolderAway(message("The drive is away."))

    world.recover = recover
    with world.running() as service:
        wait_until(lambda: service.status().trouble == message("The drive is away."))
        world.order(orders.STOP)
        service.hint()
        assert service.wait_for_stop(20)


def test_in_a_halt_one_document_probes_at_its_time_and_the_others_wait(world: World) -> None:
    """Ten minutes after "no credit" one is let through, not all."""
    world.drop("a.jpg", "b.jpg", "c.jpg")
    asked: list[str] = []
    halts = True
    read = world.reader.read

    def reading(document: object, profile: object) -> object:
        asked.append("x")
        if halts:
            raise NoCredit(SAID, after_seconds=600)
        return read(document, profile)  # type: ignore[arg-type]

    world.reader.read = reading  # type: ignore[method-assign, assignment]
    with world.running() as service:
        wait_until(lambda: service.status().pause is not None)
        wait_until(lambda: len(world.journal.documents.on_the_line()) == 3)
        before = len(asked)
        assert before <= 2, "both readers may have asked before the pause, no more"
        world.now += 601
        service.hint()
        world.order(orders.LOOK)
        wait_until(lambda: len(asked) == before + 1, seconds=70)
        halts = False
        world.order(orders.RESUME)
        wait_until(lambda: len(world.filed()) == 3)


def test_a_refused_key_is_tried_again_when_its_file_changes(world: World) -> None:
    """No probe, no order: the key's stamp is another one."""
    world.drop("a.jpg")
    world.reader.troubles = [BadKey(SAID)]
    with world.running() as service:
        wait_until(lambda: service.status().pause is not None)
        world.stamp = 1
        wait_until(lambda: world.filed() == ["a.jpg"])
        assert service.status().pause is None


def test_an_order_from_this_very_process_is_carried_out(world: World) -> None:
    """The icon's menu asks the line directly: a pause, its end, and the end of a pause whose time has come."""
    with world.running() as service:
        service.ask(orders.PAUSE, "3600")
        wait_until(lambda: service.status().pause is not None)
        service.ask(orders.RESUME)
        wait_until(lambda: service.status().pause is None)
        service.ask(orders.PAUSE, "3600")
        wait_until(lambda: service.status().pause is not None)
        world.now += 3601
        wait_until(lambda: service.status().pause is None)
        assert world.journal.orders.pause() is None
