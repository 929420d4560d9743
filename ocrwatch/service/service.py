"""The threads of the line, and how documents are handed between them.

    feeder (1)    looks at the folders, takes orders, publishes the status     ──▶ Arrived
    readers (N)   READ                                                         ──▶ Read
    writer (1)    RECORD, in groups as large as what has gathered, and FILE    ──▶ Filed

They meet at one `Schedule` under one condition. A thread with nothing to do waits on it until the next document
is due; the feeder wakes once a second for one cheap look at the journal. Any thread may end with the process at
any moment: the journal knows where every document stands.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace

from ocrwatch.document import Arrived, Document, Filed, Read, Recorded, Step, absorb
from ocrwatch.errors import BadKey, Busy, EverythingRefused, Halt
from ocrwatch.journal import Journal
from ocrwatch.journal.memory import Order
from ocrwatch.messages import Message, message
from ocrwatch.pipeline import Pipeline
from ocrwatch.ports import Clock
from ocrwatch.service import orders
from ocrwatch.service.intake import Intake
from ocrwatch.service.pausing import (
    FOR_EVER,
    Pause,
    halted,
    may_read,
    next_chance,
    paused_by_user,
    probing,
    unless_over,
)
from ocrwatch.service.schedule import WRITE_SECONDS, Schedule, next_write
from ocrwatch.service.status import DaemonStatus, daemon_to_json, pause_from_json, pause_to_json

log = logging.getLogger(__name__)

GROUP = 500
"""Documents recorded in one write at most."""

TICK_SECONDS = 1.0
"""How often the feeder looks for orders: the cost is one `PRAGMA data_version`."""

RECOVERY_SECONDS = 5.0
"""How soon a line that could not be taken up is tried again."""

FAULT_SECONDS = 30.0
"""How long documents wait after a fault of the program itself."""

LONGEST_DELAY_SECONDS = 2 * 3600.0
"""No error asks for a longer wait: a document that waits for more was told so by a clock that was wrong."""

CLOCK_SET_BACK_SECONDS = 60.0
"""Steps back of less are the system's own adjustments."""

LONGEST_WAIT_SECONDS = 60.0
"""Waits are cut to this, so that a clock that was set, or a laptop that slept, is noticed."""


class Service:
    """The line at work. `on_change` is called with a document when it arrives and each time it has moved on, from any
    thread."""

    def __init__(
        self,
        journal: Journal,
        pipeline: Callable[[Callable[[Halt], None]], Pipeline],
        intake: Intake,
        clock: Clock,
        *,
        readers: int,
        engine: str,
        on_change: Callable[[Document], None],
        on_status: Callable[[DaemonStatus], None] = lambda _: None,
        recover: Callable[[], None] = lambda: None,
        key_stamp: Callable[[], object] = lambda: None,
        is_offline: Callable[[], bool] = lambda: False,
    ) -> None:
        """`engine` names where pictures go, for the status: a host, or "" for this computer.

        `on_status` is called with what the daemon knows whenever that changes, from its own thread. `recover` is called
        before anything is taken up, again until it raises no `Busy`. `key_stamp` tells another thing when the key may
        be another, `is_offline` whether the service cannot be reached.
        """
        self._journal = journal
        self._pipeline = pipeline(self._halt)
        self._intake = intake
        self._clock = clock
        self._readers = readers
        self._engine = engine
        self._on_change = on_change
        self._on_status = on_status
        self._recover = recover
        self._key_stamp = key_stamp
        self._is_offline = is_offline
        self._stamp_of_refused_key: object = None
        self._schedule = Schedule()
        self._line = threading.Condition()
        self._wake = threading.Event()
        self._hinted = threading.Event()
        self._asked: deque[Order] = deque()
        self._threads: list[threading.Thread] = []
        self._pause: Pause | None = None
        self._is_stopping = False
        self._is_taken_up = False
        self._started_at = self._moved_at = clock()
        self._seen, self._seen_at = -1, clock()
        self._write_began_at = 0.0
        self._arrived_at = 0.0
        self._looks = 0
        self._published = ""
        self._trouble: Message | None = None

    # ------------------------------------------------------------ from outside

    def start(self) -> None:
        """Take up where the journal says the line stood, and begin."""
        self._pause = pause_from_json(self._journal.orders.pause())
        self._begin("feeder", self._feed)
        self._begin("writer", self._write)
        for number in range(self._readers):
            self._begin(f"reader-{number}", self._read)

    def ask(self, verb: str, argument: str = "") -> None:
        """Give an order from this very process; it is carried out at once, by the thread that carries out all."""
        self._asked.append(Order(0, verb, argument))
        self._wake.set()

    def hint(self) -> None:
        """Something happened in a watched folder."""
        self._hinted.set()
        self._wake.set()

    def stop(self, seconds: float) -> bool:
        """Take nothing up any more; True when all threads have ended within `seconds`."""
        self.ask_to_stop()
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def ask_to_stop(self) -> None:
        """Take nothing up any more."""
        with self._line:
            self._is_stopping = True
            self._line.notify_all()
        self._wake.set()

    def wait_for_stop(self, seconds: float | None = None) -> bool:
        """Wait until somebody ordered the stop; False when `seconds` went by first."""
        with self._line:
            return self._line.wait_for(lambda: self._is_stopping, seconds)

    def wait_until_done(self, patience_seconds: float) -> None:
        """Wait until nothing is left that could be done within `patience_seconds`, or somebody ordered the stop."""
        with self._line:
            while not self._is_stopping and not self._is_done(patience_seconds):
                self._line.wait(TICK_SECONDS)

    def status(self) -> DaemonStatus:
        """What only the daemon knows of how things stand."""
        return DaemonStatus(
            started_at=self._started_at,
            engine=self._engine,
            offline=self._is_offline(),
            trouble=self._trouble,
            folders=self._intake.folders(),
            pause=self._pause,
        )

    # ------------------------------------------------------------ feeder

    def _feed(self) -> None:
        self._take_up()
        while not self._is_stopping:
            self._listen()
            hinted = self._hinted.is_set()
            self._hinted.clear()
            if hinted or self._intake.next_look() <= self._clock():
                self._take_in(at_all=hinted)
            self._publish()
            if self._wake.wait(min(TICK_SECONDS, max(0.0, self._intake.next_look() - self._clock()))):
                self._wake.clear()

    def _take_up(self) -> None:
        """Begin where the journal says that the line stood; what is in the way of that is waited for, visibly."""
        while not self._is_stopping and not self._is_taken_up:
            try:
                self._recover()
                self._bring_back(*map(self._resumed, self._journal.documents.on_the_line()))
                self._is_taken_up = True  # once: a feeder that fell over must not hand out what a reader holds
            except Busy as error:
                log.warning("The line cannot be taken up yet: %s", type(error).__name__)
                self._trouble = error.message
                self._publish()
                self._wake.wait(RECOVERY_SECONDS)
                self._wake.clear()
                self._listen()
        self._trouble = None

    def _resumed(self, document: Document) -> Document:
        """What waits for a workbook or a folder is tried at once: a person may have mended it, and it costs nothing.
        So is what would wait for longer than anything does: the clock was wrong when that was said."""
        is_read = not isinstance(document.stage, Arrived)
        is_too_late = document.not_before > self._clock() + LONGEST_DELAY_SECONDS
        return replace(document, not_before=0.0) if is_read or is_too_late else document

    def _listen(self) -> None:
        """Orders, a clock that was set back, a key that was changed."""
        changed = self._journal.database.changed_elsewhere()
        if changed != self._seen:
            self._seen = changed
            self._carry_out()
        while self._asked:
            self._carry_out_safely(self._asked.popleft())
        now = self._clock()
        self._change_pause(lambda pause: unless_over(pause, now))
        if now < self._seen_at - CLOCK_SET_BACK_SECONDS:
            log.warning("The clock was set back: what waits is tried now")
            self._go_on() if self._pause is not None and not self._pause.by_user else self._hurry()
        self._seen_at = now
        refused = self._stamp_of_refused_key
        if refused is not None and self._key_stamp() != refused:
            self._go_on()

    def _take_in(self, *, at_all: bool) -> None:
        try:
            arrived = self._intake.look(at_all=at_all)
        except Busy as error:
            log.warning("Looking at the folders met %s", type(error).__name__)
            arrived = []
        for document in arrived:
            self._tell(document)
        with self._line:
            self._looks += 1
            for document in arrived:
                self._put(document)
            self._line.notify_all()  # a look that found nothing may be what `wait_until_done` waits for

    def _carry_out(self) -> None:
        for order in self._journal.orders.take():
            self._carry_out_safely(order)

    def _carry_out_safely(self, order: Order) -> None:
        log.info("order: %s", order.verb)
        try:
            self._carry_out_one(order)
        except Exception:
            log.exception("The order %s failed", order.verb)

    def _carry_out_one(self, order: Order) -> None:
        match order.verb:
            case orders.PAUSE:
                seconds = float(order.argument) if order.argument else None
                self._change_pause(lambda _: paused_by_user(self._clock(), seconds))
            case orders.RESUME:
                self._go_on()
            case orders.KEY:
                if self._pause is None or not self._pause.by_user:
                    self._go_on()
            case orders.RETRY:
                self._retry([int(key) for key in order.argument.split()])
            case orders.REREAD:
                for document in orders.reread(self._journal, [int(key) for key in order.argument.split()]):
                    self._bring_back(document)
            case orders.HURRY:
                self._hurry()
            case orders.LOOK:
                self._hinted.set()
            case orders.STOP:
                self.ask_to_stop()
            case _:
                log.warning("Unknown order: %s", order.verb)

    def _go_on(self) -> None:
        """End the pause, and try now what waits."""
        self._change_pause(lambda _: None)
        self._hurry()

    def _hurry(self) -> None:
        with self._line:
            self._schedule.hurry()
            self._line.notify_all()

    def _retry(self, keys: Sequence[int]) -> None:
        """Bring failed documents back onto the line."""
        for document in orders.retry(self._journal, keys):
            self._bring_back(document)

    def _publish(self) -> None:
        status = self.status()
        text = daemon_to_json(status)
        if text == self._published:
            return
        self._on_status(status)
        try:
            self._journal.orders.publish(text)
            self._published = text
        except Busy as error:
            log.warning("The status is not published: %s", type(error).__name__)

    # ------------------------------------------------------------ readers

    def _read(self) -> None:
        while (document := self._next_to_read()) is not None:
            (after,) = self._performed([document], self._read_each)
            if isinstance(after.stage, Read):
                self._succeeded()
            self._bring_back(after)

    def _read_each(self, documents: Sequence[Document]) -> list[Document]:
        return [self._pipeline.read(document) for document in documents]

    def _next_to_read(self) -> Document | None:
        with self._line:
            while not self._is_stopping:
                now = self._clock()
                if may_read(self._pause, now):
                    document = self._schedule.take(Step.READ, now)
                    if document is not None:
                        self._pause = probing(self._pause, now)
                        return document
                self._line.wait(self._seconds_to(max(self._schedule.next_time(Step.READ), next_chance(self._pause))))
            return None

    def _succeeded(self) -> None:
        self._change_pause(lambda pause: pause if pause is not None and pause.by_user else None)

    def _halt(self, error: Halt) -> None:
        log.warning("Reading is paused: %s", type(error).__name__)
        self._change_pause(lambda pause: halted(pause, error, self._clock()))
        if isinstance(error, BadKey):
            self._stamp_of_refused_key = self._key_stamp()
        if isinstance(error, EverythingRefused):
            self._retry(error.keys)

    def _change_pause(self, change: Callable[[Pause | None], Pause | None]) -> None:
        with self._line:
            before, self._pause = self._pause, change(self._pause)
            after = self._pause
            if after == before:
                return
            self._stamp_of_refused_key = None
            self._line.notify_all()
        by_user = (pause is not None and pause.by_user for pause in (before, after))
        if any(by_user):  # the line's own pause does not outlive the program
            self._journal.orders.set_pause(pause_to_json(after) if after and after.by_user else None)
        self._wake.set()

    # ------------------------------------------------------------ writer

    def _write(self) -> None:
        while (batch := self._next_to_write()) is not None:
            read = [document for document in batch if isinstance(document.stage, Read)]
            for document in batch:
                if not isinstance(document.stage, Read):
                    self._bring_back(*self._performed([document], self._file_each))
            began_at = self._clock()
            after = self._performed(read, self._pipeline.record)
            if any(isinstance(document.stage, Recorded) for document in after):  # a busy workbook took none: no write
                self._write_began_at = began_at
            self._bring_back(*after)

    def _file_each(self, documents: Sequence[Document]) -> list[Document]:
        return [self._pipeline.file(document) for document in documents]

    def _next_to_write(self) -> list[Document] | None:
        with self._line:
            while not self._is_stopping:
                now = self._clock()
                may_write_at = next_write(self._write_began_at, now) if self._may_be_joined(now) else now
                batch = self._schedule.take_all(Step.FILE, now, GROUP)
                if not batch and may_write_at <= now:
                    batch = self._schedule.take_all(Step.RECORD, now, GROUP)
                if batch:
                    return batch
                next_record = max(self._schedule.next_time(Step.RECORD), may_write_at)
                next_time = min(next_record, self._schedule.next_time(Step.FILE))
                self._line.wait(self._seconds_to(next_time))
            return None

    def _may_be_joined(self, now: float) -> bool:
        """Whether more rows may come to share the next write: scans are being read, or come in just now."""
        return bool(self._schedule.count()[Step.READ]) or now - self._arrived_at < WRITE_SECONDS

    # ------------------------------------------------------------ the line

    def _performed(
        self, documents: list[Document], step: Callable[[Sequence[Document]], list[Document]]
    ) -> list[Document]:
        """What `step` made of `documents`. Whatever it raises, none of them is lost from the line: each comes back as
        the journal knows it, later, and says why."""
        try:
            return step(documents)
        except Exception:
            log.exception("A step failed; its documents wait")
            return [self._waiting_on(document) for document in documents]

    def _waiting_on(self, document: Document) -> Document:
        with suppress(Busy):
            document = self._journal.documents.get(document.key) or document
        text = "An unexpected error met {name}. The log has its details (`ocrwatch doctor` tells where)."
        error = Busy(message(text, name=document.path.name), after_seconds=FAULT_SECONDS)
        return document if isinstance(document.stage, Filed) else absorb(document, error, self._clock())

    def _bring_back(self, *documents: Document) -> None:
        for document in documents:
            self._tell(document)
        with self._line:
            for document in documents:
                self._put(document)

    def _tell(self, document: Document) -> None:
        """Before the line knows: whoever waits for its end has then heard of all. A listener's fault is its own."""
        try:
            self._on_change(document)
        except Exception:
            log.exception("A listener failed")

    def _put(self, document: Document) -> None:
        """Caller holds the line."""
        self._schedule.put(document)
        if document.trouble is None:
            self._moved_at = self._clock()
        if isinstance(document.stage, Arrived):
            self._arrived_at = self._clock()
        self._line.notify_all()

    def _seconds_to(self, moment: float) -> float | None:
        if moment == FOR_EVER:
            return None
        return min(LONGEST_WAIT_SECONDS, max(0.0, moment - self._clock()))

    def _is_done(self, patience_seconds: float) -> bool:
        """Caller holds the line."""
        now = self._clock()
        if self._trouble is not None and now > self._started_at + patience_seconds:
            return True
        if self._schedule.out() or not self._looks:
            return False
        patience_ends = self._moved_at + patience_seconds
        if now < patience_ends and not self._intake.is_quiet():
            return False
        stands_still = next_chance(self._pause) > patience_ends
        return not any(
            document.not_before <= patience_ends
            for document in self._schedule.documents()
            if not (stands_still and isinstance(document.stage, Arrived))
        )

    def _begin(self, name: str, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=self._watched(name, work), name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _watched(self, name: str, work: Callable[[], None]) -> Callable[[], None]:
        """`work`, begun again should it ever fall over: a program that looks alive must be."""

        def run() -> None:
            while not self._is_stopping:
                try:
                    work()
                except Exception:
                    log.exception("The %s fell over and is started again", name)
                    self._wake.wait(TICK_SECONDS)

        return run
