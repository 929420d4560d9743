"""The threads of the line, and how documents are handed between them.

    feeder (1)    looks at the folders, takes orders, publishes the status     ──▶ Arrived
    readers (N)   READ                                                         ──▶ Read
    writer (1)    RECORD, in groups as large as what has gathered, and FILE    ──▶ Filed
    noticer (1)   while there is nothing else to do: what people changed in the ledgers

They meet at the `Line`, where a thread with nothing to do waits; the feeder wakes once a second for one cheap look at
the journal. Any thread may end with the process at any moment: the journal knows where every document stands.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from ocrwatch.document import Arrived, Document, Filed, Read, Recorded, absorb
from ocrwatch.errors import BadKey, Busy, EverythingRefused, Halt
from ocrwatch.journal import Journal
from ocrwatch.journal.memory import Order
from ocrwatch.messages import Message, message
from ocrwatch.pipeline import Pipeline
from ocrwatch.ports import Clock
from ocrwatch.service import orders
from ocrwatch.service.intake import Intake
from ocrwatch.service.line import Line
from ocrwatch.service.noticing import LOOK_SECONDS, Noticing
from ocrwatch.service.pausing import Pause, halted, paused_by_user, unless_over
from ocrwatch.service.power import Power, is_due, looked, overruled
from ocrwatch.service.status import DaemonStatus, daemon_to_json, pause_from_json, pause_to_json
from ocrwatch.service.threads import Threads

log = logging.getLogger(__name__)

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

SLEPT_SECONDS = 30.0
"""A wait of a second that took so long by the clock: the computer was asleep."""


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
        noticing: Noticing | None = None,
        is_offline: Callable[[], bool] = lambda: False,
        is_on_battery: Callable[[], bool] = lambda: False,
    ) -> None:
        """`engine` names where pictures go, for the status: a host, or "" for this computer.

        `on_status` is called with what the daemon knows whenever that changes, from its own thread. `recover` is called
        before anything is taken up, again until it raises no `Busy`. `key_stamp` tells another thing when the key may
        be another, `is_offline` whether the service cannot be reached, `is_on_battery` whether reading is to pause for
        it. `noticing` is asked to look whenever there is time.
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
        self._noticing = noticing
        self._is_offline = is_offline
        self._is_on_battery = is_on_battery
        self._power = Power()
        self._stamp_of_refused_key: object = None
        self._line = Line(clock)
        self._wake = threading.Event()
        self._hinted = threading.Event()
        self._asked: deque[Order] = deque()
        self._threads = Threads(lambda: self._line.is_stopping)
        self._is_taken_up = False
        self._started_at = clock()
        self._seen, self._seen_at = -1, clock()
        self._published = ""
        self._trouble: Message | None = None
        self._misconfigured: Message | None = None

    # ------------------------------------------------------------ from outside

    def start(self) -> None:
        """Take up where the journal says the line stood, and begin."""
        self._line.pause = pause_from_json(self._journal.orders.pause())
        self._look_at_power(self._clock())
        self._threads.begin("feeder", self._feed)
        self._threads.begin("writer", self._write)
        for number in range(self._readers):
            self._threads.begin(f"reader-{number}", self._read)
        if self._noticing is not None:
            self._threads.begin("noticer", partial(self._notice, self._noticing))

    def ask(self, verb: str, argument: str = "") -> None:
        """Give an order from this very process; it is carried out at once, by the thread that carries out all."""
        self._asked.append(Order(0, verb, argument))
        self._wake.set()

    def hint(self) -> None:
        """Something happened in a watched folder."""
        self._hinted.set()
        self._wake.set()

    def expect(self, path: Path) -> None:
        """A scan was laid into a watched folder by the program itself."""
        self._intake.expect(path)
        self.hint()

    def misconfigured(self, problem: Message | None) -> None:
        """What is wrong with the configuration, whose earlier state stays in force; None: nothing any more."""
        self._misconfigured = problem
        self._wake.set()

    def stop(self, seconds: float) -> bool:
        """Take nothing up any more; True when all threads have ended within `seconds`."""
        self.ask_to_stop()
        return self._threads.join(seconds)

    def ask_to_stop(self) -> None:
        """Take nothing up any more."""
        self._line.stop()
        self._wake.set()

    def wait_for_stop(self, seconds: float | None = None) -> bool:
        """Wait until somebody ordered the stop; False when `seconds` went by first."""
        return self._line.wait_for_stop(seconds)

    def wait_until_done(self, patience_seconds: float) -> None:
        """Wait until nothing is left that could be done within `patience_seconds`, or somebody ordered the stop."""
        self._line.wait_until_done(lambda: self._is_done(patience_seconds))

    def _is_done(self, patience_seconds: float) -> bool:
        if self._trouble is not None and self._clock() > self._started_at + patience_seconds:
            return True
        return self._line.is_done(patience_seconds, more_may_come=lambda: not self._intake.is_quiet())

    def status(self) -> DaemonStatus:
        """What only the daemon knows of how things stand."""
        return DaemonStatus(
            started_at=self._started_at,
            engine=self._engine,
            offline=self._is_offline(),
            trouble=self._trouble,
            misconfigured=self._misconfigured,
            folders=self._intake.folders(),
            pause=self._line.pause_in_force(),
        )

    # ------------------------------------------------------------ feeder

    def _feed(self) -> None:
        self._take_up()
        while not self._line.is_stopping:
            self._listen()
            hinted = self._hinted.is_set()
            self._hinted.clear()
            if hinted or self._intake.next_look() <= self._clock():
                self._take_in(at_all=hinted)
            self._publish()
            began_at = self._clock()
            if self._wake.wait(min(TICK_SECONDS, max(0.0, self._intake.next_look() - began_at))):
                self._wake.clear()
            if self._clock() - began_at > SLEPT_SECONDS:
                self._woken()

    def _take_up(self) -> None:
        """Begin where the journal says that the line stood; what is in the way of that is waited for, visibly."""
        while not self._line.is_stopping and not self._is_taken_up:
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
            pause = self._line.pause
            self._go_on() if pause is not None and not pause.by_user else self._line.hurry()
        self._seen_at = now
        refused = self._stamp_of_refused_key
        if refused is not None and self._key_stamp() != refused:
            self._go_on()
        self._look_at_power(now)

    def _woken(self) -> None:
        """The computer slept: folders are looked at, and what waits is tried, at once."""
        log.info("The computer was asleep")
        self._hinted.set()
        self._power = replace(self._power, seen_at=None)
        self._line.hurry()

    def _look_at_power(self, now: float) -> None:
        if is_due(self._power, now):
            self._change_power(looked(self._power, now, on_battery=self._is_on_battery()))

    def _change_power(self, power: Power) -> None:
        if power.pause != self._power.pause:
            log.info("The battery stops reading" if power.pause else "The battery stops reading no more")
        self._power = power
        self._line.pause_for_power(power.pause)

    def _take_in(self, *, at_all: bool) -> None:
        try:
            arrived = self._intake.look(at_all=at_all)
        except Busy as error:
            log.warning("Looking at the folders met %s", type(error).__name__)
            arrived = []
        for document in arrived:
            self._tell(document)
        self._line.put(arrived, looked=True)

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
                self._change_power(overruled(self._power))
                self._go_on()
            case orders.KEY:
                if self._line.pause is None or not self._line.pause.by_user:
                    self._go_on()
            case orders.RETRY:
                self._retry([int(key) for key in order.argument.split()])
            case orders.REREAD:
                for document in orders.reread(self._journal, [int(key) for key in order.argument.split()]):
                    self._bring_back(document)
            case orders.HURRY:
                self._line.hurry()
            case orders.LOOK:
                self._hinted.set()
            case orders.STOP:
                self.ask_to_stop()
            case _:
                log.warning("Unknown order: %s", order.verb)

    def _go_on(self) -> None:
        """End the pause, and try now what waits."""
        self._change_pause(lambda _: None)
        self._line.hurry()

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
        while (document := self._line.next_to_read()) is not None:
            (after,) = self._performed([document], self._read_each)
            if isinstance(after.stage, Read):
                self._succeeded()
            self._bring_back(after)

    def _read_each(self, documents: Sequence[Document]) -> list[Document]:
        return [self._pipeline.read(document) for document in documents]

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
        before, after = self._line.change_pause(change)
        if after == before:
            return
        self._stamp_of_refused_key = None
        by_user = (pause is not None and pause.by_user for pause in (before, after))
        if any(by_user):  # the line's own pause does not outlive the program
            self._journal.orders.set_pause(pause_to_json(after) if after and after.by_user else None)
        self._wake.set()

    # ------------------------------------------------------------ writer

    def _write(self) -> None:
        while (batch := self._line.next_to_write()) is not None:
            read = [document for document in batch if isinstance(document.stage, Read)]
            for document in batch:
                if not isinstance(document.stage, Read):
                    self._bring_back(*self._performed([document], self._file_each))
            began_at = self._clock()
            after = self._performed(read, self._pipeline.record)
            if any(isinstance(document.stage, Recorded) for document in after):  # a busy workbook took none: no write
                self._line.wrote(began_at)
            self._bring_back(*after)

    def _file_each(self, documents: Sequence[Document]) -> list[Document]:
        return [after for document in documents for after in self._pipeline.file(document)]

    # ------------------------------------------------------------ noticer

    def _notice(self, noticing: Noticing) -> None:
        while not self._line.wait_for_stop(LOOK_SECONDS):
            if self._is_taken_up:
                noticing.look(self._line.is_idle)

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
        self._line.put(documents)

    def _tell(self, document: Document) -> None:
        """Before the line knows: whoever waits for its end has then heard of all. A listener's fault is its own."""
        try:
            self._on_change(document)
        except Exception:
            log.exception("A listener failed")
