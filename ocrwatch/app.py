"""The composition root: builds all rooms from the settings, starts and stops them in order.

    InstanceLock ─ Journal ─ stations (per inbox: Route; per folder: Source) ─ Pipeline, Intake ─ Service

Nothing else knows all rooms. A station takes plain values and ports; what they share is made here once: the
children that decode and recognise, the locks of the workbooks, one ledger for each sheet.
"""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from ocrwatch.adopted import with_what_is_there
from ocrwatch.books import Shelf, backups_of, book_of, buyer_of, inboxes_by_book, profile_of
from ocrwatch.checking import sameness
from ocrwatch.checking.checker import RowChecker
from ocrwatch.childprocess import ChildProcess
from ocrwatch.config.paths import machine_id, made_private
from ocrwatch.config.secrets import engine_in_force, key_in_time
from ocrwatch.config.settings import Inbox as InboxSettings
from ocrwatch.config.settings import Settings
from ocrwatch.config.together import destinations
from ocrwatch.desktop.battery import on_battery
from ocrwatch.desktop.instance import InstanceLock
from ocrwatch.document import Document
from ocrwatch.errors import Busy, ConfigurationError
from ocrwatch.filing.batches import FolderPageFiler
from ocrwatch.filing.filer import FolderFiler
from ocrwatch.inbox.arrivals import Inbox
from ocrwatch.inbox.lease import Lease
from ocrwatch.inbox.pages import ChildPages
from ocrwatch.inbox.watching import Watching
from ocrwatch.journal import Journal
from ocrwatch.ledger.locks import Lock, Locks
from ocrwatch.ledger.presence import Presence
from ocrwatch.ledger.saving import ensure_folder
from ocrwatch.ledger.volumes import volume_of
from ocrwatch.messages import Message, message
from ocrwatch.on_disk import is_there
from ocrwatch.pipeline import Pipeline, Route
from ocrwatch.ports import Answers, Ledger, Reader, Render
from ocrwatch.reading.embedded import EmbeddedReader
from ocrwatch.service.intake import Intake, Source
from ocrwatch.service.noticing import Noticing, Watched
from ocrwatch.service.recovery import Places, rebuild
from ocrwatch.service.service import Service
from ocrwatch.service.status import DaemonStatus, Status, snapshot
from ocrwatch.watched_ledgers import watched_ledger

log = logging.getLogger(__name__)

DECODING_BYTES = 2 * 1024**3
RECOGNITION_BYTES = 4 * 1024**3

CONCURRENT_REQUESTS = 4
"""What `concurrency = "auto"` means."""

_LOCAL_READERS = 2
"""One picture is recognised while the next is decoded."""

clock = time.time


class Engine:
    """Who reads: the reader, and the child processes behind it. `host` is where pictures go, "" for nowhere.

    `ocr` is who looks at pictures; `reader` asks it where a document's own data does not tell all.
    """

    def __init__(self, settings: Settings, answers: Answers) -> None:
        """Raises ConfigurationError where it cannot work."""
        self._open = ExitStack()
        decoding = ChildProcess(name="decoding", memory_bytes=DECODING_BYTES)
        self._open.callback(decoding.close)
        self.pages = ChildPages(decoding)
        self.host = ""
        self.is_offline: Callable[[], bool] = lambda: False
        self.readers = _LOCAL_READERS
        is_service = engine_in_force(settings) == "endpoint"
        self.ocr: Reader = self._endpoint(settings, answers) if is_service else self._local(answers)
        self.reader: Reader = EmbeddedReader(pages=self.pages, reader=self.ocr)

    def close(self) -> None:
        """End the child processes, and let go of connections."""
        self._open.close()

    def _endpoint(self, settings: Settings, answers: Answers) -> Reader:
        from ocrwatch.reading.endpoint import EndpointReader

        endpoint = settings.endpoint
        self.host = urlsplit(endpoint.base_url).hostname or endpoint.base_url
        self.readers = CONCURRENT_REQUESTS if endpoint.concurrency == "auto" else endpoint.concurrency
        reader = EndpointReader(
            base_url=endpoint.base_url,
            model=endpoint.model,
            key=lambda: key_in_time(settings),
            timeout_seconds=endpoint.timeout_seconds,
            min_pixels=endpoint.min_pixels,
            max_pixels=endpoint.max_pixels,
            pixel_fields=endpoint.pixel_fields,
            concurrency=self.readers,
            pages=self.pages,
            answers=answers,
            clock=clock,
        )
        self._open.callback(reader.close)
        self.is_offline = reader.is_offline
        return reader

    def _local(self, answers: Answers) -> Reader:
        from ocrwatch.reading import local

        if (problem := local.missing()) is not None:
            text = (
                "{problem} Or set the key of a reading service: ocrwatch key set. Or name a server of your own as "
                "base_url in the configuration."
            )
            raise ConfigurationError(message(text, problem=problem))
        recognition = ChildProcess(name="recognition", memory_bytes=RECOGNITION_BYTES)
        self._open.callback(recognition.close)
        return local.LocalReader(pages=self.pages, child=recognition, answers=answers)


class App:
    """The daemon of one configuration."""

    def __init__(
        self,
        settings: Settings,
        render: Render,
        *,
        lock: InstanceLock | None = None,
        on_change: Callable[[Document], None] = lambda _: None,
        on_notice: Callable[[Message], None] = lambda _: None,
        on_status: Callable[[DaemonStatus], None] = lambda _: None,
    ) -> None:
        """Take the lock and open the journal. `on_change` is called with each document that has moved on, `on_notice`
        with what a person should know, `on_status` when what the daemon knows has changed; from any thread. A `lock`
        that is given is held already, and is not let go of.

        Raises `AlreadyRunning`, `JournalTooNew`, `ConfigurationError`, `DiskFull`, OSError.
        """
        settings = with_what_is_there(settings, strict=True)
        self._settings = settings
        self._render = render
        self._on_notice = on_notice
        self._state = made_private(settings.state_dir)
        self._has_own_lock = lock is None
        self.lock = lock or InstanceLock(self._state)
        if self._has_own_lock:
            self.lock.acquire()
        self.journal = Journal(self._state, clock)
        self._engine = Engine(settings, self.journal.answers)
        self._shelf = Shelf(
            locks=Locks(on_stale=self._notice, on_look=self._looked),
            backups=backups_of(settings, clock),
            render=self._render,
            presence=self._presence,
            ids_gone=self._ids_gone,
        )
        self._ledgers: dict[str, Ledger] = {}
        self._watching = Watching(wake=self._hint)
        self._routes = {str(inbox.folder): self._route(inbox) for inbox in settings.inbox}
        self._sources = [self._source(inbox) for inbox in settings.inbox]
        self.service = Service(
            self.journal,
            lambda on_halt: Pipeline(self.journal, self._routes, clock, on_halt),
            Intake(self._sources, self.journal, clock),
            clock,
            readers=self._engine.readers,
            engine=self._engine.host,
            on_change=on_change,
            on_status=on_status,
            recover=self._recover,
            key_stamp=self._key_stamp,
            noticing=Noticing(self.journal, self._watched_ledgers(), clock, self._notice),
            is_offline=self._engine.is_offline,
            is_on_battery=on_battery if settings.pause_on_battery else lambda: False,
        )

    @property
    def host(self) -> str:
        """Where pictures go: a host, or "" for nowhere."""
        return self._engine.host

    def start(self) -> None:
        """Begin to watch and to read."""
        for inbox in self._settings.inbox:
            self._make_first(inbox.folder)
        self.service.start()

    def stop(self, seconds: float) -> None:
        """Let documents in flight finish within `seconds`, and let go of everything."""
        ended = self.service.stop(seconds)
        for source in self._sources:
            source.inbox.release()
        # Not waited for: the observer's buffer sleeps for half a second before it ends.
        threading.Thread(target=self._watching.stop, name="unwatch", daemon=True).start()
        self._engine.close()
        if ended:  # else a thread still needs it; the system closes it with the process
            self.journal.close()
        if self._has_own_lock:
            self.lock.release()

    def status(self) -> Status:
        """How things stand."""
        return snapshot(self.journal, self.service.status())

    # ------------------------------------------------------------ stations

    def _route(self, inbox: InboxSettings) -> Route:
        orders = self.journal.date_orders
        filer = FolderFiler(
            inbox.folder,
            done=inbox.done,
            failed=inbox.failed,
            after=inbox.after,
            name=inbox.name,
            render=self._render,
            clock=clock,
        )
        return Route(
            profile=profile_of(inbox),
            reader=self._engine.reader,
            checker=RowChecker(
                date_order=inbox.date_order,
                earlier_orders=orders.counts,
                learn_order=orders.learn,
                buyer=buyer_of(inbox),
            ),
            ledger=self._ledger(inbox),
            render=self._render,
            volume_of=partial(volume_of, ledger=inbox.ledger, by=inbox.month_of, top=inbox.folder.name),
            filer=filer,
            batches=FolderPageFiler(filer, self._engine.pages.page_file),
        )

    def _ledger(self, inbox: InboxSettings) -> Ledger:
        book = book_of(inbox)
        if book not in self._ledgers:
            self._ledgers[book] = self._shelf.ledger(inbox)
        return self._ledgers[book]

    def _watched_ledgers(self) -> list[Watched]:
        return [
            watched_ledger(inbox, self._ledger(inbox), self._shelf.locks)
            for inbox in inboxes_by_book(self._settings).values()
        ]

    def _looked(self, workbook: Path, locks: Sequence[Lock]) -> None:
        with suppress(Busy):  # the next look tells
            self.journal.openings.seen(workbook, {lock.sign: lock.program for lock in locks})

    def _presence(self, book: str, volume: str) -> Callable[[Path], None]:
        return Presence(clock, lambda: self.journal.written.has_rows(book, volume)).ensure_there

    def _ids_gone(self, book: str, volume: str) -> Callable[[Path], None]:
        """Tell it once: without their ids, the journal alone knows which rows were written."""

        def tell(path: Path) -> None:
            if count := self.journal.written.note_nameless(book, volume):
                text = (
                    "The column Document ID is gone from {name}. It comes back at the right with the next row, empty "
                    "for the rows that were there: {count}. They are left alone. To have their ids back: ocrwatch "
                    "ledger restore"
                )
                self._notice(message(text, name=path.name, count=count))

        return tell

    def _source(self, inbox: InboxSettings) -> Source:
        lease = Lease(
            inbox.folder, machine=machine_id(self._state), host=socket.gethostname(), lock_path=self.lock.path
        )
        own = [*destinations(inbox), inbox.ledger, self._state]
        watched = Inbox(
            inbox.folder,
            recursive=inbox.recursive,
            own_paths=own + [other.folder for other in self._settings.inbox if other is not inbox],
            settle_seconds=inbox.settle_seconds,
            give_up_seconds=inbox.give_up_seconds,
            pages=self._engine.pages,
            clock=clock,
            lease=lease,
            watch=self._watching.folder(inbox.folder, recursive=inbox.recursive, choice=inbox.watch),
        )
        return Source(inbox=watched, book=book_of(inbox), existing=inbox.existing)

    # ------------------------------------------------------------

    def _make_first(self, folder: Path) -> None:
        """Make a folder that was never watched; one that is missing later is a drive that was unplugged."""
        if is_there(folder) or not self.journal.sightings.is_new(folder):
            return
        try:
            ensure_folder(folder)
        except Busy:
            log.warning("A watched folder cannot be made")

    def _recover(self) -> None:
        """Rebuild a damaged journal. Raises `Busy`, `FolderAway` when a workbook or folder is in the way."""
        if self.journal.orders.recovering():
            self._rebuild()
        self._mark_rows()

    def _rebuild(self) -> None:
        places = {str(inbox.folder): _places(inbox) for inbox in self._settings.inbox}
        text = (
            "The records of ocrwatch were damaged. They were kept, and new ones were built from the spreadsheets and "
            "folders: {count} scans were found."
        )
        self._notice(message(text, count=rebuild(self.journal, places, self._routes, clock)))

    def _key_stamp(self) -> object:
        """Another one when the file that holds the key was changed."""
        path = self._settings.endpoint.api_key_file
        try:
            return path.stat().st_mtime_ns if path is not None else 0
        except OSError:
            return -1

    def _mark_rows(self) -> None:
        """Rows from before the present rule of what makes two documents the same invoice."""
        for inbox in self._settings.inbox:
            fields = profile_of(inbox).fields
            with suppress(Busy):  # it is done at the next start
                self.journal.invoices.ensure_marked(
                    book_of(inbox), sameness.rule(fields), partial(sameness.marks_left, fields=fields)
                )

    def _hint(self) -> None:
        self.service.hint()

    def _notice(self, said: Message) -> None:
        log.warning("notice: %s", said.template)
        self._on_notice(said)


def _places(inbox: InboxSettings) -> Places:
    done, failed = destinations(inbox)
    return Places(book=book_of(inbox), recursive=inbox.recursive, done=done, failed=failed)
