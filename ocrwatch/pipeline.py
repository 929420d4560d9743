"""Performs a document's next step, and turns what goes wrong into what the document does about it.

Every step has the same shape: do it, `advance` or `absorb`, save. The order inside RECORD is what makes a crash
harmless:

    reserve the final name ── save Read(recording) ── rows into the workbook ── save Recorded
    ─ crash: the name is        ─ crash: the ledger is asked for the ids
      found again by its mark     before anything is written

A batch whose pages are rows has a name for each of them; they are made before the batch itself moves (`batches.py`).

A document that is read again has rows already. They are amended:

    read the sheet ── plan: what people changed stays ── save Read(recording) ── amend ── save Recorded
                                                        ─ crash: planned once more, and the same is done again

`read` is called by many threads, `record` and `file` by the one that writes.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path

from ocrwatch.batches import as_blank, failed_pages, of_parts, parts_of
from ocrwatch.beside import put_files_beside, with_files_beside, written
from ocrwatch.document import (
    Blank,
    Document,
    Duplicate,
    Fetched,
    Filed,
    Outcome,
    PageFile,
    Read,
    Recorded,
    Refused,
    Row,
    Stage,
    absorb,
    advance,
    earlier_rows,
)
from ocrwatch.errors import (
    BadAnswer,
    Busy,
    FolderAway,
    Gone,
    Halt,
    LedgerFull,
    LineError,
    Unexpected,
    UnexplainedRefusal,
    Unusable,
)
from ocrwatch.journal import Journal
from ocrwatch.messages import Message, message
from ocrwatch.ports import (
    Checker,
    Clock,
    Fetcher,
    Field,
    Filer,
    Ledger,
    Line,
    PageFiler,
    Profile,
    Reader,
    Render,
    items_fields,
)
from ocrwatch.presence import rows_of_present_scan
from ocrwatch.refusals import Refusals
from ocrwatch.repeats import same_invoice_of, twin_of, warned
from ocrwatch.rereading import ItemLines, amendments, further_rows, planned

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """The stations that an inbox's documents pass.

    `volume_of` tells in which of the ledger's workbooks a document's rows belong, "" where there is one for all.
    Without `batches`, a batch whose pages are rows is filed as one file.
    """

    profile: Profile
    reader: Reader
    checker: Checker
    ledger: Ledger
    filer: Filer
    render: Render = str
    fetcher: Fetcher | None = None
    volume_of: Callable[[Sequence[Row]], str] = lambda _: ""
    batches: PageFiler | None = None


class Pipeline:
    """The steps. `on_halt` is called with an error that concerns the line as a whole."""

    def __init__(
        self, journal: Journal, routes: Mapping[str, Route], clock: Clock, on_halt: Callable[[Halt], None]
    ) -> None:
        self._journal = journal
        self._routes = routes
        self._clock = clock
        self._on_halt = on_halt
        self._refusals = Refusals()
        self._unwritten: set[int] = set()

    def read(self, document: Document) -> Document:
        """READ: from Arrived to Read, Duplicate, Blank, Fetched or Refused, or later."""
        try:
            with _net(document):
                stage = self._stage_after_reading(document)
            return self._reached(document, stage)
        except LineError as error:
            return self._met(document, error)

    def record(self, documents: Sequence[Document]) -> list[Document]:
        """RECORD: the rows of `documents`, in one write for each workbook."""
        announced: dict[tuple[int, str], list[Document]] = defaultdict(list)
        again = [document for document in documents if earlier_rows(document)]
        outcomes = self._record_again(again) if again else []
        fresh = []
        for before in documents:
            if earlier_rows(before):
                continue
            document = self._announce(before)
            if not _is_recording(document):
                outcomes.append(document)
                continue
            announced[id(self._route(document).ledger), _rows(document)[0].volume].append(document)
            if document is not before:
                fresh.append(document)
        try:
            self._save(fresh)
        except Busy as error:
            return outcomes + [self._met(each, error) for group in announced.values() for each in group]
        for together in announced.values():
            outcomes += self._record_together(together)
        return outcomes

    def file(self, document: Document) -> list[Document]:
        """FILE: the scan to its final place. Pages of it that could not be read follow it, as failed scans."""
        try:
            with _net(document):
                stage = self._stage_after_filing(document)
            return self._reached_with(document, stage, failed_pages(document))
        except Gone as error:
            return [self._taken_away(document, error)]
        except LineError as error:
            return [self._met(document, error)]

    def _route(self, document: Document) -> Route:
        """The stations of the document's inbox. Raises `FolderAway` when it is not watched any more."""
        route = self._routes.get(document.inbox)
        if route is None:
            text = "{name} came from {folder}, which is not watched any more. Put it into the configuration again."
            raise FolderAway(message(text, name=document.path.name, folder=document.inbox))
        return route

    # ------------------------------------------------------------ READ

    def _stage_after_reading(self, document: Document) -> Stage:
        route = self._route(document)
        earlier = earlier_rows(document)
        duplicate = None if earlier else twin_of(self._journal, document, route.ledger)
        if duplicate is not None:
            return duplicate
        self._journal.database.ensure_room()
        if route.fetcher is not None and not earlier and (laid := route.fetcher.fetched(document)) is not None:
            return Fetched(picture=laid)
        try:
            reading = route.reader.read(document, route.profile)
            if reading.is_blank:
                return as_blank(document)
            rows = route.checker.rows(document, route.profile, reading)
        except UnexplainedRefusal as error:
            raise self._refusals.weighed(document, error) from error
        self._refusals.forget()
        volumes = [route.volume_of([row] if row.page else rows) for row in rows]
        rows = tuple(replace(row, volume=volume) for row, volume in zip(rows, volumes, strict=True))
        return Read(rows=rows, earlier=earlier, parts=() if earlier else parts_of(reading))

    # ------------------------------------------------------------ RECORD

    def _record_together(self, announced: Sequence[Document]) -> list[Document]:
        """The rows of `announced`, all of one workbook, in one write."""
        try:
            with _net(announced[0]):
                self._write_rows(announced)
            self._unwritten -= {document.key for document in announced}
            return self._save([advance(document, _recorded(document)) for document in announced])
        except Unexpected as error:
            if len(announced) == 1:
                return [self._met(announced[0], error)]
            return [after for document in announced for after in self._record_together([document])]
        except LedgerFull as error:
            fitting = _fitting(announced, error.room)
            recorded = self._record_together(fitting) if fitting else []
            return recorded + [self._met(document, error) for document in announced[len(fitting) :]]
        except LineError as error:
            return [self._met(document, error) for document in announced]

    def _record_again(self, documents: Sequence[Document]) -> list[Document]:
        """Documents that have rows: what another reading changed in them, ledger by ledger."""
        together: dict[int, list[Document]] = defaultdict(list)
        outcomes = []
        for document in documents:
            try:
                together[id(self._route(document).ledger)].append(document)
            except LineError as error:
                outcomes.append(self._met(document, error))
        for group in together.values():
            outcomes += self._amend_together(group)
        return outcomes

    def _amend_together(self, documents: Sequence[Document]) -> list[Document]:
        """The rows of `documents`, all of one ledger. A plan that is saved is what a crash finds."""
        try:
            with _net(documents[0]):
                route = self._route(documents[0])
                ids = {row.id for document in documents for row in earlier_rows(document)}
                lines = {line.id: line for line in route.ledger.lines() if line.id in ids}
                items = {field.name: _lines_by_id(route.ledger, field.name, ids) for field in _tables(route)}
                documents = [self._planned(document, lines, route, items) for document in documents]
            self._save(documents)
            with _net(documents[0]):
                _amend(route.ledger, documents)
            return self._save([advance(document, _recorded(document)) for document in documents])
        except Unexpected as error:
            if len(documents) == 1:
                return [self._met(documents[0], error)]
            return [after for document in documents for after in self._amend_together([document])]
        except LineError as error:
            return [self._met(document, error) for document in documents]

    def _planned(self, document: Document, lines: Mapping[str, Line], route: Route, items: ItemLines) -> Document:
        stage, fields = document.stage, route.profile.fields
        assert isinstance(stage, Read)
        if not stage.recording:
            rows = warned(self._journal, document, stage.rows, route.ledger, fields)
            document = replace(document, stage=replace(stage, rows=rows))
        document = planned(document, lines, fields, route.render, items)
        stage = document.stage
        assert isinstance(stage, Read)
        rows = tuple(with_files_beside(row, document, route.filer) for row in stage.rows)
        return replace(document, stage=replace(stage, rows=rows))

    def _announce(self, document: Document) -> Document:
        """`document` about to be recorded, its final name reserved; or where its trouble leads it."""
        assert isinstance(document.stage, Read)
        try:
            route = self._route(document)
            if document.stage.recording:
                return document
            with _net(document):
                rows = rows_of_present_scan(document, document.stage.rows)
                if (duplicate := same_invoice_of(self._journal, document, rows, route.ledger)) is not None:
                    return self._reached(document, duplicate)
                rows = warned(self._journal, document, rows, route.ledger, route.profile.fields)
                target, parts = self._named(document, document.stage.parts)
                rows = of_parts(rows, parts, target or document.path)
                rows = tuple(with_files_beside(row, document, route.filer) for row in rows)
        except Gone as error:
            return self._reached(document, Filed(outcome=Outcome.GONE, path=None, reason=error.message))
        except LineError as error:
            return self._met(document, error)
        self._unwritten.add(document.key)
        return advance(document, Read(rows=rows, recording=True, target=target, parts=parts))

    def _named(self, document: Document, parts: tuple[PageFile, ...]) -> tuple[Path | None, tuple[PageFile, ...]]:
        """The final name, and those of pages that become files of their own, reserved."""
        route = self._route(document)
        if parts and route.batches is not None:
            return route.batches.reserve(document, parts)
        return route.filer.reserve(document, Outcome.DONE), ()

    def _write_rows(self, documents: Sequence[Document]) -> None:
        ledger = self._route(documents[0]).ledger
        rows = [row for document in documents for row in _rows(document)]
        doubtful = [row.id for document in documents if document.key not in self._unwritten for row in _rows(document)]
        written = ledger.find(doubtful) if doubtful else {}
        missing = [row for row in rows if row.id not in written]
        if missing:
            ledger.append(missing)

    # ------------------------------------------------------------ FILE

    def _stage_after_filing(self, document: Document) -> Filed:
        filer = self._route(document).filer
        match document.stage:
            case Recorded(rows=rows, target=target, parts=parts):
                try:
                    for part in parts:
                        self._batches(document).file(document, part, target)
                    filer.file(document, target)
                except Gone:  # the rows link to them all the same
                    put_files_beside(rows, document, filer)
                    raise
                put_files_beside(rows, document, filer)
                return Filed(outcome=Outcome.DONE, path=target or document.path, rows=tuple(map(written, rows)))
            case Refused(reason=reason):
                return self._filed_without_row(document, Outcome.FAILED, reason, note=reason)
            case Duplicate(row=row, one_invoice=one_invoice):
                reason = _reason_of_twin(row, one_invoice=one_invoice)
                return self._filed_without_row(document, Outcome.DUPLICATE, reason)
            case Blank():
                reason = message("It is blank: nothing is printed or written on it.")
                return self._filed_without_row(document, Outcome.BLANK, reason)
            case Fetched(picture=picture):
                reason = message("The link was followed: its picture is the scan {name}.", name=picture.name)
                return self._filed_without_row(document, Outcome.FETCHED, reason)
            case _:
                raise ValueError(f"nothing to file at {type(document.stage).__name__}")

    def _filed_without_row(
        self, document: Document, outcome: Outcome, reason: Message, *, note: Message | None = None
    ) -> Filed:
        """`note` is put beside the scan."""
        target = self._reserved(document, outcome)
        self._route(document).filer.file(document, target, note)
        return Filed(outcome=outcome, path=target or document.path, reason=reason)

    def _reserved(self, document: Document, outcome: Outcome) -> Path | None:
        """The final name of a document without a row, saved before it is used."""
        stage = document.stage
        assert isinstance(stage, Refused | Duplicate | Blank | Fetched)
        if stage.target is not None:
            return stage.target
        target = self._route(document).filer.reserve(document, outcome)
        self._save([replace(document, stage=replace(stage, target=target))])
        return target

    def _batches(self, document: Document) -> PageFiler:
        batches = self._route(document).batches
        assert batches is not None
        return batches

    def _taken_away(self, document: Document, error: Gone) -> Document:
        """The scan is gone; names that wait for its pages are given up."""
        try:
            if isinstance(document.stage, Recorded) and document.stage.parts:
                self._batches(document).release(document, document.stage.parts, document.stage.target)
        except LineError as trouble:
            return self._met(document, trouble)
        return self._reached(document, _lost(document, error))

    # ------------------------------------------------------------ every step's end

    def _reached(self, document: Document, stage: Stage) -> Document:
        (after,) = self._reached_with(document, stage)
        return after

    def _reached_with(self, document: Document, stage: Stage, others: Iterable[Document] = ()) -> list[Document]:
        try:
            after = self._save([advance(document, stage), *others])
        except Busy as error:  # neither here nor in the journal has it moved on
            return [absorb(document, error, self._clock())]
        log.info("%s %s", document.id[:8], type(stage).__name__.lower())
        return after

    def _met(self, document: Document, error: LineError) -> Document:
        if document.trouble != error.message:  # a workbook that stays open is told once
            log.info("%s met %s", document.id[:8], type(error).__name__)
        if isinstance(error, Halt):
            self._on_halt(error)
        after = absorb(document, error, self._clock())
        if replace(after, not_before=document.not_before) == document:
            return after  # it only waits on: not worth a write
        try:
            with self._journal.database.transaction():
                self._save([after])
                if isinstance(after.stage, Refused) and isinstance(error, BadAnswer | Unusable):
                    self._journal.answers.retire(document.digest)  # dropped again, it is asked for anew
        except Busy as trouble:
            log.warning("%s: the journal met %s", document.id[:8], type(trouble).__name__)
            return absorb(document, trouble, self._clock())
        return after

    def _save(self, documents: Sequence[Document]) -> list[Document]:
        return list(self._journal.documents.save(documents))


def _tables(route: Route) -> tuple[Field, ...]:
    return items_fields(route.profile.fields)


def _lines_by_id(ledger: Ledger, items: str, ids: Collection[str]) -> dict[str, list[Line]]:
    """The lines of the table `items` that belong to the rows `ids`."""
    found: dict[str, list[Line]] = defaultdict(list)
    for line in ledger.lines(items):
        if line.id in ids:
            found[line.id].append(line)
    return found


def _amend(ledger: Ledger, documents: Sequence[Document]) -> None:
    """What changes in the rows of all, in one write; what they have more, in another."""
    stages = [document.stage for document in documents if isinstance(document.stage, Read)]
    if changes := [change for stage in stages for change in amendments(stage)]:
        ledger.amend(changes)
    if further := [row for stage in stages for row in further_rows(stage)]:
        ledger.append(further)


def _reason_of_twin(row: int, *, one_invoice: bool) -> Message:
    if one_invoice:
        return message("Same invoice as row {row}, as another file.", row=row)
    if row == 0:
        return message("Same file as an earlier one, whose row lost its Document ID when that column was deleted.")
    return message("Same file as row {row}.", row=row)


def _fitting(documents: Sequence[Document], room: int) -> Sequence[Document]:
    """The first of `documents`, not all of them, whose rows are `room` at most."""
    ends = list(accumulate(len(_rows(document)) for document in documents))
    return documents[: min(len(documents) - 1, sum(end <= room for end in ends))]


def _is_recording(document: Document) -> bool:
    return isinstance(document.stage, Read) and document.stage.recording


def _rows(document: Document) -> tuple[Row, ...]:
    assert isinstance(document.stage, Read)
    return document.stage.rows


def _recorded(document: Document) -> Recorded:
    assert isinstance(document.stage, Read)
    return Recorded(rows=document.stage.rows, target=document.stage.target, parts=document.stage.parts)


def _lost(document: Document, error: Gone) -> Filed:
    rows = document.stage.rows if isinstance(document.stage, Recorded) else ()
    return Filed(outcome=Outcome.GONE, path=None, rows=tuple(map(written, rows)), reason=error.message)


@contextmanager
def _net(document: Document) -> Iterator[None]:
    """The one broad net: a fault of ours must cost neither the thread nor the scan."""
    try:
        yield
    except LineError:
        raise
    except Exception as error:
        log.exception("%s met an unexpected error", document.id[:8])
        text = "An unexpected error met {name}. The log has its details (`ocrwatch doctor` tells where)."
        raise Unexpected(message(text, name=document.path.name)) from error
