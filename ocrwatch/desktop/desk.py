"""What a person has of the daemon on the desktop: its icon, its notices, and what clicks do.

    the line (any thread) ── changed, stirred ──▶ desk thread: status, look, notices ──▶ tray, notifier
    tray, notifier (their threads) ── clicked ──▶ deeds thread

Rules
  1. The disk and the journal are asked when something has changed, never when a menu opens.
  2. Nothing is done on the line's threads or a tray's: they only leave word.
  3. While nothing happens, nothing wakes; while scans lie in `failed`, once a minute: they may have been taken out.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ocrwatch.desktop import notices
from ocrwatch.desktop.deeds import Deeds
from ocrwatch.desktop.look import Look, look_of
from ocrwatch.desktop.menu import FAILURES_SHOWN, Action, Failure, Offers, OpenLedger, Seen, Watched
from ocrwatch.desktop.notices import Diary, Kind, Notice
from ocrwatch.document import Document, Filed, Outcome
from ocrwatch.errors import Busy
from ocrwatch.on_disk import is_there
from ocrwatch.service.pausing import Pause
from ocrwatch.service.status import Status

log = logging.getLogger(__name__)

REFRESH_SECONDS = 0.25
"""Changes that come in a burst are shown together."""

FAILED_SECONDS = 60.0
_STOP_SECONDS = 2.0
_AGAIN_SECONDS = 5.0

_UNKNOWN = Status(running=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where a desk looks: how things stand, and the failed documents, newest first; both raise `Busy`."""

    status: Callable[[], Status]
    failed: Callable[[], Sequence[Document]]
    offers: Callable[[], Offers]
    watched: tuple[Watched, ...]


class Desk:
    """Keeps the icon and the notices true."""

    def __init__(
        self,
        sources: Sources,
        *,
        show: Callable[[Look], None],
        tell: Callable[[Notice], None],
        deeds: Deeds,
        wanted: frozenset[Kind],
    ) -> None:
        """`wanted`: of what is told."""
        self._sources = sources
        self._show = show
        self._tell = tell
        self._deeds = deeds
        self._wanted = wanted
        self._lock = threading.Lock()
        self._news: list[Document] = []
        self._doubtful = 0
        self._diary = Diary()
        self._look: Look | None = None
        self._failures: tuple[Failure, ...] = ()
        self._failed = 0
        self._failures_old, self._failures_at = True, 0.0
        self._stirred = threading.Event()
        self._ended = threading.Event()
        self._clicks: queue.SimpleQueue[Action | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._keep, name="desk", daemon=True),
            threading.Thread(target=self._carry_out, name="deeds", daemon=True),
        ]

    def start(self) -> None:
        """Show how things stand, and keep it true from now on."""
        self._refreshed_safely()
        if self._look is None:  # the journal is held by another program: that passes
            self._show(look_of(self._seen(_UNKNOWN)))
            self.stir()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Leave everything as it is."""
        self._ended.set()
        self._stirred.set()
        self._clicks.put(None)
        self._threads[0].join(_STOP_SECONDS)  # the other may stand in a dialogue

    # ------------------------------------------------------------ from any thread

    def changed(self, document: Document) -> None:
        """`document` has moved on."""
        with self._lock:
            self._news.append(document)
        self._stirred.set()

    def stir(self) -> None:
        """Something may be another than it is shown."""
        self._stirred.set()

    def clicked(self, action: Action) -> None:
        """A person wants `action`."""
        self._clicks.put(action)

    # ------------------------------------------------------------

    def _keep(self) -> None:
        seconds: float | None = REFRESH_SECONDS
        while not self._ended.is_set():
            self._stirred.wait(seconds)
            self._stirred.clear()
            if not self._ended.is_set():
                seconds = self._refreshed_safely()
            self._ended.wait(REFRESH_SECONDS)

    def _carry_out(self) -> None:
        while (action := self._clicks.get()) is not None:
            log.info("click: %s", type(action).__name__)
            try:
                self._deeds.do(action)
            except Exception:
                log.exception("A click fell over")
            if isinstance(action, OpenLedger):
                with self._lock:
                    self._doubtful = 0
            self._failures_old = True
            self.stir()

    def _refreshed_safely(self) -> float | None:
        try:
            return self._refresh()
        except Busy as error:
            log.warning("The icon shows what was: %s", type(error).__name__)
            return _AGAIN_SECONDS
        except Exception:
            log.exception("The icon shows what was")
        return FAILED_SECONDS

    def _refresh(self) -> float | None:
        """Show how things stand; the seconds until it is to be done again though nothing stirs."""
        now = time.monotonic()
        self._take_news(now)
        if self._failures and now - self._failures_at >= FAILED_SECONDS:
            self._failures_old = True
        status = self._sources.status()
        look = look_of(self._seen(status))
        if look != self._look:
            self._look = look
            self._show(look)
        self._diary, said, seconds = notices.due(self._diary, status, now, self._wanted)
        for notice in said:
            self._tell(notice)
        if self._failures:
            seconds = FAILED_SECONDS if seconds is None else min(seconds, FAILED_SECONDS)
        return seconds

    def _take_news(self, now: float) -> None:
        with self._lock:
            news, self._news = self._news, []
            for document in news:
                match document.stage:
                    case Filed(outcome=Outcome.DONE, rows=rows):
                        self._doubtful += sum(bool(row.check) for row in rows)
                    case Filed():
                        self._failures_old = True
        for document in news:
            self._diary = notices.noted(self._diary, document, now)

    def _seen(self, status: Status) -> Seen:
        if self._failures_old or status.failed == 0:
            self._look_at_failures(status)
        return Seen(
            status=status,
            watched=self._sources.watched,
            offers=self._sources.offers(),
            failures=self._failures,
            failed=self._failed,
            doubtful=self._doubtful,
            paused_until=_hour(status.daemon.pause),
        )

    def _look_at_failures(self, status: Status) -> None:
        """Those that still lie where they were put: what a person took out of `failed` is dealt with."""
        self._failures_old, self._failures_at = False, time.monotonic()
        found = [
            Failure(path=stage.path, reason=stage.reason)
            for document in (self._sources.failed() if status.failed else ())
            if isinstance(stage := document.stage, Filed)
            and stage.path is not None
            and stage.reason is not None
            and is_there(stage.path)
        ]
        self._failures, self._failed = tuple(found[:FAILURES_SHOWN]), len(found)


def _hour(pause: Pause | None) -> str:
    """When a person's pause ends, by the clock on the wall."""
    if pause is None or pause.until is None:
        return ""
    end = datetime.fromtimestamp(pause.until).astimezone()
    is_today = end.date() == datetime.now(end.tzinfo).date()
    return f"{end:%H:%M}" if is_today else f"{end:%Y-%m-%d %H:%M}"
