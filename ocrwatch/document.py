"""A document's life: four stations on one line. READ THIS FIRST.

    Arrived ──READ──▶ Read ──RECORD──▶ Recorded ──FILE──▶ Filed(done)
       ├──── Refused, with its reason ────────────FILE──▶ Filed(failed)
       ├──── Duplicate of a recorded one ─────────FILE──▶ Filed(duplicate)
       └──── Blank: nothing is on it ─────────────FILE──▶ Filed(blank)

    Filed(done) ──reread──▶ Arrived(earlier) ──▶ Read(earlier) ──▶ Recorded ──▶ Filed(done)

A filed document that is read again carries its `earlier` rows: they stand in the ledger, and are amended. Whatever
goes wrong, it comes to rest where it was, with these rows.

A `Document` is one arrival of one file. What a stage knows lives inside that stage. Three pure functions tell
the whole story:

    next_step(document, now)          what is to be done with it
    advance(document, stage)          it reached the next station
    absorb(document, error, now)      it met an error on its way

The journal saves every document these functions return before anything else happens; `pipeline.py` does the
steps. Twice on its way a document announces what is about to happen, so that a crash in the middle can be
told from one before: `Read.recording` (the rows may be in the workbook) and `Recorded` (they are in it, the file
may have been moved).

Rules
  1. A document's id is the first 16 hex digits of its bytes' SHA-256; each row carries it (`-1`, `-2` … when
     one file became several rows: by the page, where each page is a row).
  2. Only READ costs attempts. Once an answer is in, nothing may fail the document: recording and filing wait.
  3. A retry is not a loop that sleeps: it is a document whose `not_before` lies in the future.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import assert_never

from ocrwatch.errors import LineError, Remedy
from ocrwatch.messages import Message, message

MAX_ATTEMPTS = 6
"""Readings of one document that may end in RETRY before it fails."""

WAIT_SECONDS = 15.0
"""How long a document waits before a busy resource is asked again, when the error names no time."""


@dataclass(frozen=True, slots=True)
class Amount:
    """Money as printed: `number` exact, negative for refunds; `currency` ISO 4217, or "" when none is printed."""

    number: Decimal
    currency: str = ""


Value = None | str | int | Amount | date | datetime
"""A cell's typed value; None is an empty cell. `datetime` is naive: the time printed on the paper."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One field of a row: the ledger's column header, and the value under it."""

    name: str
    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """A table on the paper, of the field `name`: the cells of each of its lines, in their order."""

    name: str
    lines: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row for the ledger.

    `check` says what a person should look at, empty when all is well. `received` is aware. `pages` is display
    text: "1", "39" or "5 of 39". `folder` is the subfolder of a recursive inbox, "" at its top. `file` is the
    filed scan that the row links to, known once its name is reserved. `volume` ("2026-11", "张三/2026-11") tells its
    workbook, where the ledger has several. `items` go to sheets of their own, one line a row, by the row's id.
    `invoice`: the document's own data tells this invoice from all others by it; "" elsewhere. `page` (from 1) is the
    page of the file that this row alone was read from; 0: the whole file.
    """

    id: str
    cells: tuple[Cell, ...]
    check: tuple[Message, ...] = ()
    received: datetime
    pages: str = "1"
    engine: str
    folder: str = ""
    file: Path | None = None
    volume: str = ""
    items: tuple[Items, ...] = ()
    invoice: str = ""
    page: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFile:
    """A page (from 1) that becomes a file of its own, where each page of a batch is a row.

    `target` is its reserved name; None before that, and where the batch stays where it is. `reason`: why the page could
    not be read; it goes to `failed` then.
    """

    page: int
    target: Path | None = None
    reason: Message | None = None


@dataclass(frozen=True, slots=True)
class Signature:
    """How a file looked when it was taken. Another signature means: it was changed or replaced since.

    `inode` is 0 where the file system's are worth nothing (FAT, network shares).
    """

    size_bytes: int
    mtime_ns: int
    inode: int

    def fits(self, seen: Signature) -> bool:
        """Whether a file that looks like `seen` may be this one."""
        return self == (seen if self.inode else replace(seen, inode=0))


class Outcome(Enum):
    """How a document's way ended."""

    DONE = "done"
    FAILED = "failed"
    DUPLICATE = "duplicate"
    BLANK = "blank"
    """Nothing is on it: no row, no failure."""
    GONE = "gone"
    """The scan was taken away by a person before it could be filed; its rows, if any, stay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """Complete, in its inbox, not read yet. `earlier`: the rows it has already, where it is read again."""

    earlier: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """Read and checked. Once `recording`, the rows may be saved; `target` is then the reserved final name.

    `target` is None before that, and where the scan is to stay where it is. `earlier` rows stand in the ledger
    already and are to become `rows`. `parts` are the pages that get files of their own.
    """

    rows: tuple[Row, ...]
    recording: bool = False
    target: Path | None = None
    parts: tuple[PageFile, ...] = ()
    earlier: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """Its rows are in the ledger. `target` is the reserved final name; None: the scan stays where it is.

    `parts` are made before the scan moves.
    """

    rows: tuple[Row, ...]
    target: Path | None
    parts: tuple[PageFile, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """It cannot be read; it is on its way to `failed`."""

    reason: Message
    target: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate:
    """The same bytes have a row already: `of` is that document's key, `row` its row number in the sheet.

    Other bytes, too, where both tell for certain that they are `one_invoice`: its PDF, its OFD and its XML.
    `row` is 0 where it has lost its id, so that nobody can tell which it is.
    """

    of: int
    row: int
    one_invoice: bool = False
    target: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Blank:
    """Nothing is on it; it is on its way to `done/blank`."""

    target: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """At rest. `path`: where the scan lies now. `reason`: why it failed, or what a person should know."""

    outcome: Outcome
    path: Path | None
    rows: tuple[Row, ...] = ()
    reason: Message | None = None


Stage = Arrived | Read | Recorded | Refused | Duplicate | Blank | Filed

_NEXT: dict[type[Stage], tuple[type[Stage], ...]] = {
    Arrived: (Arrived, Read, Refused, Duplicate, Blank, Filed),
    Read: (Read, Recorded, Duplicate, Filed),
    Recorded: (Filed,),
    Refused: (Refused, Filed),
    Duplicate: (Duplicate, Filed),
    Blank: (Blank, Filed),
    Filed: (Arrived,),  # a person asks for another reading
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One arrival of one file.

    `key` numbers the arrivals (0 before the journal gave one). `inbox` is the watched folder, `book` the ledger
    and sheet its rows go to (duplicates are told within one book). `path` is where the scan lies now,
    `digest` the SHA-256 of its bytes (64 hex digits), `pages` their number. `arrived_at` and `not_before` are
    seconds since the epoch. `trouble` is what it last met, None when it goes its way.
    """

    key: int = 0
    inbox: str
    book: str
    path: Path
    folder: str = ""
    signature: Signature
    digest: str
    pages: int = 1
    arrived_at: float
    attempts: int = 0
    not_before: float = 0.0
    trouble: Message | None = None
    stage: Stage = Arrived()

    @property
    def id(self) -> str:
        """The 16 hex digits by which rows and people know it."""
        return self.digest[:16]

    @property
    def is_at_rest(self) -> bool:
        """Whether its way has ended."""
        return isinstance(self.stage, Filed)


class Step(Enum):
    """What is to be done with a document now."""

    READ = "read"
    RECORD = "record"
    FILE = "file"
    WAIT = "wait"
    REST = "rest"


def next_step(document: Document, now: float) -> Step:
    """The step that `document` is due for at `now` (seconds since the epoch)."""
    if isinstance(document.stage, Filed):
        return Step.REST
    if now < document.not_before:
        return Step.WAIT
    match document.stage:
        case Arrived():
            return Step.READ
        case Read():
            return Step.RECORD
        case Recorded() | Refused() | Duplicate() | Blank():
            return Step.FILE
        case _ as unreachable:
            assert_never(unreachable)


def advance(document: Document, stage: Stage) -> Document:
    """`document` at `stage`, its troubles behind it.

    Raises ValueError where no way leads from its present stage to `stage`.
    """
    if type(stage) not in _NEXT[type(document.stage)]:
        raise ValueError(f"no way from {type(document.stage).__name__} to {type(stage).__name__}")
    return replace(document, stage=stage, attempts=0, not_before=0.0, trouble=None)


def reopened(document: Document) -> Document:
    """A filed document back at the start of the line, to be read where it lies now. Raises ValueError otherwise."""
    if not isinstance(document.stage, Filed) or document.stage.path is None:
        raise ValueError("only a filed scan can be read again")
    return advance(replace(document, path=document.stage.path), Arrived())


def rereading(document: Document) -> Document:
    """A document with rows back at the start of the line, to be read again. Raises ValueError otherwise."""
    match document.stage:
        case Filed(outcome=Outcome.DONE, path=Path() as path, rows=rows):
            return advance(replace(document, path=path), Arrived(earlier=rows or (_row_of(document),)))
        case _:
            raise ValueError("only a recorded scan can be read again")


def earlier_rows(document: Document) -> tuple[Row, ...]:
    """The rows that stood in the ledger before this reading; none where it is the first."""
    match document.stage:
        case Arrived(earlier=earlier) | Read(earlier=earlier):
            return earlier
        case _:
            return ()


def absorb(document: Document, error: LineError, now: float) -> Document:
    """`document` after `error`: later, refused, or as it was (PAUSE stops the line, not the document)."""
    remedy = error.remedy
    if not isinstance(document.stage, Arrived) and remedy is not Remedy.PAUSE:
        remedy = Remedy.WAIT  # rule 2
    match remedy:
        case Remedy.PAUSE:
            return replace(document, trouble=error.message)
        case Remedy.WAIT:
            return _later(document, error, now, WAIT_SECONDS)
        case Remedy.RETRY:
            document = replace(document, attempts=document.attempts + 1)
            if document.attempts >= MAX_ATTEMPTS:
                return advance(document, _refused(document, _given_up(error.message)))
            return _later(document, error, now, backoff_seconds(document))
        case Remedy.REJECT:
            return advance(document, _refused(document, error.message))
        case Remedy.DROP:
            rows = earlier_rows(document)
            return advance(document, Filed(outcome=Outcome.GONE, path=None, rows=rows, reason=error.message))
        case _ as unreachable:
            assert_never(unreachable)


def backoff_seconds(document: Document) -> float:
    """5, 20, 80, 320, 1280 s by attempts, times 0.75 to 1.25.

    The jitter comes of the digest, so that a burst that failed together does not return together.
    """
    jitter = int(document.digest[-4:], 16) / 0xFFFF
    return float(5 * 4 ** (document.attempts - 1)) * (0.75 + 0.5 * jitter)


def _later(document: Document, error: LineError, now: float, usual_seconds: float) -> Document:
    seconds = usual_seconds if error.after_seconds is None else error.after_seconds
    return replace(document, not_before=now + seconds, trouble=error.message)


def _refused(document: Document, reason: Message) -> Refused | Filed:
    """A scan that has its rows does not fail: they stay as they are."""
    rows = earlier_rows(document)
    if not rows:
        return Refused(reason=reason)
    said = message("It was to be read again and could not be: {reason} Its row is as it was.", reason=reason)
    return Filed(outcome=Outcome.DONE, path=document.path, rows=rows, reason=said)


def _row_of(document: Document) -> Row:
    """The row of a document whose contents are not known any more: the journal was damaged and rebuilt."""
    received = datetime.fromtimestamp(document.arrived_at, UTC)
    return Row(id=document.id, cells=(), received=received, engine="", folder=document.folder, file=document.path)


def _given_up(last: Message) -> Message:
    return message("Tried {attempts} times. The last time: {last}", attempts=MAX_ATTEMPTS, last=last)
