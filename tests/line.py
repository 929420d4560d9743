"""The line driven step by step in one thread: a real journal and filer, a scripted reader, a ledger in memory.

A `Crasher` ends it like a power cut at any of its moments; what is left is the journal's file, the folders and the
ledger's rows.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from ocrwatch.document import Beside, Cell, Document, Items, PageFile, Row, Step, next_step
from ocrwatch.errors import Gone, Halt, LineError
from ocrwatch.filing.batches import FolderPageFiler
from ocrwatch.filing.filer import FolderFiler
from ocrwatch.journal import Journal
from ocrwatch.ledger.in_volumes import SeriesLedger
from ocrwatch.messages import Message, message
from ocrwatch.on_disk import digest_if_there, signature_of
from ocrwatch.pipeline import Pipeline, Route
from ocrwatch.ports import Field, Ledger, PageReading, Profile, Reading
from tests.fakes_ledger import FakeLedger

NOW = 1_700_000_000.0
PROFILE = Profile(
    name="test", fields=(Field(name="company"), Field(name="items", type="items", fields=(Field(name="name"),)))
)


class Crash(BaseException):
    """The power is cut."""


class Crasher:
    """Counts the moments before and after everything that changes the world; the power is cut at moment `at`."""

    def __init__(self, at: int | None = None) -> None:
        self.at = at
        self.moment = 0

    def around(self, target: object, *names: str) -> None:
        """Make each call of these methods of `target` two moments."""
        for name in names:
            setattr(target, name, self._wrapped(getattr(target, name)))

    def _wrapped(self, method: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object, **kwargs: object) -> object:
            self._pass()
            result = method(*args, **kwargs)
            self._pass()
            return result

        return call

    def _pass(self) -> None:
        self.moment += 1
        if self.moment == self.at:
            raise Crash


class ScriptedReader:
    """Reads by a script; each reading that is not stored yet is billed. `troubles`: raised first, one a call."""

    def __init__(self, journal: Journal, billed: Counter[str]) -> None:
        self.answers = journal.answers
        self.billed = billed
        self.troubles: list[LineError] = []

    def read(self, document: Document, profile: Profile) -> Reading:
        if self.troubles:
            raise self.troubles.pop(0)
        request = hashlib.sha256(document.digest.encode()).hexdigest()
        answer = self.answers.get(request)
        if answer is None:
            again = self.billed[document.digest]
            answer = f"company of {document.digest[:6]}" + (f", reading {again + 1}" if again else "")
            self.answers.put(request, answer, digest=document.digest)
            self.billed[document.digest] += 1
        names = ("bread", "milk", "tea") if "reading" in answer else ("bread", "milk")
        items = tuple({"name": f"{name} of {answer}"} for name in names)
        reading = Reading(entries=({"company": answer, "items": items},), engine="scripted", pages="1")
        if document.pages == 1:
            return Reading(entries=(), engine="scripted", pages="1", is_blank=True) if is_blank(document) else reading
        apart = tuple(PageReading(page, reading) for page in range(1, document.pages + 1) if page != UNREAD)
        unread = (PageFile(page=UNREAD, reason=message("It is torn.")),) if document.pages >= UNREAD else ()
        return replace(reading, entries=reading.entries * len(apart), apart=apart, unread=unread)


UNREAD = 3
"""The page of a batch that cannot be read."""


def is_blank(document: Document) -> bool:
    """Whether the scan is empty paper: its name says so."""
    return document.path.name.startswith("blank")


def pages_in(content: str) -> int:
    """How many pages a scan with that content has: "batch of 4" has four."""
    return int(content.rpartition(" ")[2]) if content.startswith("batch of") else 1


def page_bytes(path: Path, digest: str, page: int) -> bytes:
    """Page `page` (from 0) of a batch, as a file."""
    if digest_if_there(path) != digest:
        raise Gone(message("{name} was replaced.", name=path.name))
    return f"page {page + 1} of {path.read_text()}".encode()


class PlainChecker:
    """Rows of text, and their items; `check` is what is doubted, `suffix` that of a file beside the scan, "" for none."""

    check: tuple[Message, ...] = ()
    suffix: str = ""

    def rows(self, document: Document, profile: Profile, reading: Reading) -> tuple[Row, ...]:
        from datetime import UTC, datetime

        if reading.apart:
            return tuple(
                replace(row, id=f"{document.id}-{page.page}", page=page.page)
                for page in reading.apart
                for row in self.rows(document, profile, page.reading)
            )
        said = reading.entries[0].items()
        cells = tuple(Cell(name, text) for name, text in said if isinstance(text, str))
        tables = ((name, lines) for name, lines in said if isinstance(lines, tuple))
        items = tuple(
            Items(name=name, lines=tuple(tuple(Cell(*each) for each in line.items()) for line in lines))
            for name, lines in tables
        )
        received = datetime.fromtimestamp(NOW, UTC)
        row = Row(id=document.id, cells=cells, check=self.check, received=received, engine=reading.engine, items=items)
        beside = (Beside(suffix=self.suffix, content=str(cells[0].value)),) if self.suffix else ()
        return (replace(row, beside=beside),)


class Line:
    """One inbox in `folder` (`inbox/`, its `done` and `failed`, `state/`)."""

    def __init__(self, folder: Path, ledger: Ledger | None = None) -> None:
        self.inbox = folder / "inbox"
        self.inbox.mkdir(parents=True, exist_ok=True)
        self.state = folder / "state"
        self.ledger = ledger or FakeLedger()
        self.billed: Counter[str] = Counter()
        self.checker = PlainChecker()
        self.volume_of: Callable[[Sequence[Row]], str] = lambda _: ""
        self.name = ""
        self.halts: list[Halt] = []
        self.now = NOW

    def drop(self, name: str, content: str) -> Path:
        """A scan in the inbox."""
        path = self.inbox / name
        path.write_text(content)
        return path

    @contextmanager
    def started(self, crasher: Crasher | None = None) -> Iterator[Running]:
        """The line as after a start of the program."""
        journal = Journal(self.state, lambda: self.now)
        try:
            yield Running(self, journal, crasher or Crasher())
        finally:
            journal.close()


class Running:
    """The line between a start and an end."""

    def __init__(self, line: Line, journal: Journal, crasher: Crasher) -> None:
        self.line = line
        self.journal = journal
        self.reader = ScriptedReader(journal, line.billed)
        filer = FolderFiler(
            line.inbox,
            done="done",
            failed="failed",
            after="move",
            name=line.name,
            render=str,
            clock=lambda: line.now,
        )
        route = Route(
            profile=PROFILE,
            reader=self.reader,
            checker=line.checker,
            ledger=line.ledger,
            filer=filer,
            volume_of=line.volume_of,
            batches=(batches := FolderPageFiler(filer, page_bytes)),
        )
        self.routes = {str(line.inbox): route}
        self.pipeline = Pipeline(journal, self.routes, lambda: line.now, line.halts.append)
        crasher.around(journal.documents, "save")
        crasher.around(journal.answers, "put")
        crasher.around(journal.invoices, "mark")
        crasher.around(filer, "reserve", "file", "reserve_beside", "put_beside")
        crasher.around(batches, "reserve", "_reserved", "file")
        if isinstance(line.ledger, FakeLedger | SeriesLedger) and crasher.at is not None:
            self.ledger_guard = _Guarded(line.ledger, crasher)
            self.routes[str(line.inbox)] = replace(route, ledger=self.ledger_guard)

    def take_in(self) -> None:
        """What lies in the inbox becomes documents, as the intake does it."""
        known = self.journal.documents.in_place(str(self.line.inbox))
        for path in sorted(self.line.inbox.iterdir()):
            signature = signature_of(path)
            if path.is_file() and signature is not None and known.get(path) != signature:
                digest = digest_if_there(path)
                assert digest is not None
                document = Document(
                    inbox=str(self.line.inbox),
                    book="book",
                    path=path,
                    signature=signature,
                    digest=digest,
                    pages=pages_in(path.read_text()),
                    arrived_at=self.line.now,
                )
                self.journal.documents.save([document])

    def work(self, rounds: int = 200) -> bool:
        """Do every step that is due, `rounds` times at most, going forward in time; whether all came to rest."""
        for _ in range(rounds):
            waiting = self.journal.documents.on_the_line()
            if not waiting:
                return True
            steps = {document: next_step(document, self.line.now) for document in waiting}
            recording = [document for document, step in steps.items() if step is Step.RECORD]
            if recording:
                self.pipeline.record(recording)
            for document, step in steps.items():
                if step is Step.READ:
                    self.pipeline.read(document)
                elif step is Step.FILE:
                    self.pipeline.file(document)
            if all(step is Step.WAIT for step in steps.values()):
                self.line.now = min(document.not_before for document in waiting)
        return not self.journal.documents.on_the_line()


class _Guarded:
    """The ledger with moments around its writing; its rows outlive the crash."""

    def __init__(self, ledger: FakeLedger | SeriesLedger, crasher: Crasher) -> None:
        self.append = crasher._wrapped(ledger.append)
        self.find = ledger.find
        self.amend = crasher._wrapped(ledger.amend)
        self.lines = ledger.lines


def cut_short(line: Line, cuts: Sequence[int], step: Callable[[Running], object]) -> None:
    """Start `line` once for each of `cuts`, the power cut at that moment of `step`."""
    for at in cuts:
        with suppress(Crash), line.started(Crasher(at)) as running:
            step(running)


def at_work(running: Running) -> bool:
    """Take in what lies there, and work it off; False where something waits."""
    running.take_in()
    return running.work()
