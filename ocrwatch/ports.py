"""What the line needs of each station, as small Protocols, and the words they share.

Every port has a fake (`tests/fakes.py`) and one contract suite (`tests/contracts/`) that fake and real pass alike.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Literal, Protocol

from ocrwatch.document import Cell, Document, Items, Outcome, PageFile, Row
from ocrwatch.messages import Message

Render = Callable[[Message], str]
"""Puts a message into the user's language."""

Clock = Callable[[], float]
"""Seconds since the epoch."""

# ---------------------------------------------------------------- what is asked for

FieldType = Literal["text", "amount", "date", "datetime", "id", "integer", "items"]
DateOrder = Literal["DMY", "MDY", "YMD"]
PagesRule = Literal["together", "each"]
"""All pages of a file are one document and one row; or each page is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field to extract; `name` is also its column's header.

    `labels` are what papers print before its value (local reading finds it by them, answers are matched by
    them too), English and Chinese. `required`: when missing, the row's `Check` says so. `unique`: two documents that
    have the same are the same invoice. `fields` are those of each line, where the field is a table (`items`).
    """

    name: str
    type: FieldType = "text"
    required: bool = True
    labels: tuple[str, ...] = ()
    unique: bool = False
    fields: tuple[Field, ...] = ()


def cell_fields(fields: Sequence[Field]) -> tuple[Field, ...]:
    """Those of `fields` that have one value a document."""
    return tuple(field for field in fields if field.type != "items")


def items_fields(fields: Sequence[Field]) -> tuple[Field, ...]:
    """Those of `fields` that are tables: many lines a document."""
    return tuple(field for field in fields if field.type == "items")


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What to read from an inbox's documents. `prompt` overrides the one built from the fields."""

    name: str
    fields: tuple[Field, ...]
    prompt: str | None = None
    pages: PagesRule = "together"


# ---------------------------------------------------------------- pages


@dataclass(frozen=True, slots=True)
class Inspection:
    """A complete, decodable file. `kind` is told by its content, as a MIME type (`image/jpeg`, `application/pdf`)."""

    digest: str
    kind: str
    pages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureLimits:
    """What a reader takes. A picture within them, upright, is passed on byte for byte."""

    max_pixels: int = 8_388_608
    max_bytes: int = 7 * 1024 * 1024
    min_side_px: int = 11
    max_aspect: float = 200.0
    kinds: tuple[str, ...] = ("image/jpeg", "image/png")


@dataclass(frozen=True, slots=True)
class Picture:
    """One upright page, encoded; `kind` is the MIME type of `data`. `is_blank`: nothing is printed or written on it."""

    data: bytes
    kind: str
    width_px: int
    height_px: int
    is_blank: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """What an e-invoice's own data says.

    `facts` by their meaning (`reading.meanings` lists them): numbers and names as they stand, days as 2026-11-05,
    moments as 2026-11-05 19:54, amounts as 1234.50. `lines` are those of its table, in the same way. `invoice` tells
    this invoice from all others, "" where the data does not.
    """

    facts: Mapping[str, str]
    lines: tuple[Mapping[str, str], ...] = ()
    paper: Literal["invoice", "train ticket"] = "invoice"
    invoice: str = ""
    remarks: tuple[Message, ...] = ()


class Pages(Protocol):
    """Any file as page pictures, decoded away from the daemon."""

    def inspect(self, path: Path) -> Inspection:
        """Decode `path` to its end.

        Raises `Incomplete` when a known image ends early or is empty; `Unreadable` for a known suffix with
        unknown or undecodable content; `NotAScan` for other kinds of files; `Gone`; `DecoderCrashed`.
        """
        ...

    def picture(self, path: Path, digest: str, page: int, limits: PictureLimits) -> Picture:
        """Page `page` (from 0) of the file whose bytes have `digest`, within `limits`.

        Raises `Gone` when the file is not there or has other bytes now; `Unreadable`; `DecoderCrashed`.
        """
        ...

    def embedded(self, path: Path, digest: str) -> Embedded | None:
        """The data of an invoice in the file whose bytes have `digest`; None: there is none. Raises as `picture`."""
        ...


# ---------------------------------------------------------------- reading


ItemTexts = tuple[Mapping[str, str | None], ...]
"""The lines of a table as display text: what stands in each, by the names of the table's fields."""

Said = None | str | ItemTexts


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a reader made of a document, as display text: nothing is typed or checked yet.

    `entries`: one mapping of field name to text (or a table's lines) per row that the document becomes (usually one);
    None and a missing key both mean absent. `engine` names who read it ("qwen-vl-ocr-latest", "local"). `pages` is
    display text ("1", "5 of 39", "3 of 4 (1 blank)"). `text` is all text seen, where the engine gives it. `remarks` go
    to the row's `Check`. `embedded` is the document's own data, where it was used. Where each page is a row, `apart`
    holds the reading of each, and `unread` the pages that could not be read. `is_blank`: all pages are.
    """

    entries: tuple[Mapping[str, Said], ...]
    engine: str
    pages: str
    text: str = ""
    remarks: tuple[Message, ...] = ()
    embedded: Embedded | None = None
    apart: tuple[PageReading, ...] = ()
    unread: tuple[PageFile, ...] = ()
    is_blank: bool = False


@dataclass(frozen=True, slots=True)
class PageReading:
    """The reading of page `page` (from 1) by itself."""

    page: int
    reading: Reading


class Reader(Protocol):
    """Reads the fields of a profile from a document."""

    def read(self, document: Document, profile: Profile) -> Reading:
        """Raises any `LineError`."""
        ...


class Answers(Protocol):
    """Raw answers by the SHA-256 of the request: stored before anything else is done with them."""

    def get(self, request: str) -> str | None:
        """The stored raw answer of `request` (64 hex digits), or None."""
        ...

    def put(self, request: str, answer: str, *, digest: str, tokens: int = 0) -> None:
        """Store durably. `digest` is the document's; `tokens` what the server billed."""
        ...


class Checker(Protocol):
    """Turns a reading into typed rows."""

    def rows(self, document: Document, profile: Profile, reading: Reading) -> tuple[Row, ...]:
        """One row per entry, ids `-1`, `-2` … when there are several. Never guesses, never fills a default."""
        ...


# ---------------------------------------------------------------- ledger and filing


Shown = None | str | bool | int | float | date | datetime | time | timedelta
"""What a cell of the sheet shows: whatever a person, too, may have put there. `datetime` is naive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row as the sheet shows it: its number there, its id, and what stands under each heading.

    Headings are in the form in which they are compared (`ledger.layout.heading_key`).
    """

    number: int
    id: str
    shown: Mapping[str, Shown]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to become another in the row `id`: its `cells`; with `reading`, also Check, Pages and Engine, as for that
    row; with `file`, where its link leads. The lines of the id in the sheets of `items` become these, in the same
    write; a line too many is emptied."""

    id: str
    cells: Sequence[Cell] = ()
    reading: Row | None = None
    file: Path | None = None
    items: Sequence[Items] = ()


class Ledger(Protocol):
    """One sheet of one workbook, and beside it a sheet for each table that its documents have."""

    def append(self, rows: Sequence[Row]) -> dict[str, int]:
        """Add `rows` in one write; their row numbers in the sheet by id (1 is the first line of the sheet).

        The items of a row come with it, unless their sheet has lines of that id. Raises `LedgerBusy`, `DiskFull`,
        `FolderAway`; then nothing of it is written.
        """
        ...

    def find(self, ids: Sequence[str]) -> dict[str, int]:
        """The row numbers of those of `ids` that the sheet holds. Raises as `append`."""
        ...

    def amend(self, changes: Sequence[Change]) -> set[str]:
        """Change rows in one write, each once at most; the ids of those that the sheet holds. Raises as `append`."""
        ...

    def lines(self, items: str = "") -> Iterator[Line]:
        """Every row that carries an id, as it was saved last, one by one; of the table `items`, where one is named.

        Raises as `append` (at any step), and `LedgerBusy` where the sheet's rows cannot be told apart: its column of
        ids is gone.
        """
        ...


class Filer(Protocol):
    """Moves scans to their final place."""

    def reserve(self, document: Document, outcome: Outcome) -> Path | None:
        """Create the final name exclusively, holding the document's mark; None when the scan is to stay.

        A document that was read may be named by its rows; the same rows make the same name.
        A name that already holds this very mark is taken over: a crash came before the journal knew of it.
        Raises `FolderAway`, `DiskFull`.
        """
        ...

    def file(self, document: Document, target: Path | None, reason: Message | None = None) -> None:
        """Move the scan onto its reserved name (None: it stays); `reason` is put beside it in plain words.

        Idempotent: a move that a crash cut short is finished. Raises `FolderAway`, `DiskFull`, and `Gone` when
        the scan is not there any more or other bytes are (those stay in the inbox or go back to it); the
        reserved name is then released.
        """
        ...


class PageFiler(Protocol):
    """Files a batch whose pages are rows: each page as a file of its own, then the batch itself.

    The batch's own name comes of `reserve`, and it is moved onto it by `Filer.file`, last.
    """

    def reserve(self, document: Document, parts: Sequence[PageFile]) -> tuple[Path | None, tuple[PageFile, ...]]:
        """The name of the batch among the originals, and `parts` with theirs, as `Filer.reserve` does.

        None each, where scans are to stay. Raises as `Filer.reserve`.
        """
        ...

    def file(self, document: Document, part: PageFile, batch: Path | None) -> None:
        """Make the page's file; `batch` is the batch's reserved name. Idempotent: one that is made is left alone.

        Raises as `Filer.file`, but the names are kept then.
        """
        ...

    def release(self, document: Document, parts: Sequence[PageFile], batch: Path | None) -> None:
        """Let go of the batch's name and of those of pages that were not made: it is gone. Raises `FolderAway`."""
        ...
