"""A month's papers, packed.

select rows ─ find scans ─ copy scans ─ draw the PDF ─ write the workbook ─ what is to be read ─ the zip's own name
                          └──────────────── into the hidden zip ──────────────────────────────┘
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from pathlib import Path

from ocrwatch.document import Document, Row
from ocrwatch.filing.naming import filed_name
from ocrwatch.filing.templates import Template
from ocrwatch.ledger.layout import Column, Part, heading_key
from ocrwatch.messages import Message, message
from ocrwatch.packing import remarks
from ocrwatch.packing.bundle import Bundle, bundle
from ocrwatch.packing.drawing import PICTURES, Scan, drawn, write_pages
from ocrwatch.packing.placing import PerPage
from ocrwatch.packing.rows import Look, by_headings, packed_name, papers_of, rows_of, usual_template
from ocrwatch.packing.scans import filed_at, scans_of
from ocrwatch.packing.selecting import MonthOf, paper_of, rule_of, selected, shown_key
from ocrwatch.packing.totals import By, uncounted
from ocrwatch.ports import Clock, Line, Pages, Render

SCANS = "scans"
"""Their folder in the zip."""

_LARGE_BYTES = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be packed. `title` and `month` name the zip; `template` names the scans (None: the usual way); `by` is
    the heading of the column by which totals are told, "" for none. `columns` are the ledger's."""

    title: str
    month: str
    month_of: MonthOf
    sheet: str
    columns: tuple[Column, ...]
    template: Template | None = None
    by: str = ""
    per_page: PerPage = 1

    @property
    def name(self) -> str:
        """Of the zip, and of what is in it, without suffix."""
        return filed_name(f"{self.title} {self.month}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of rows by their ids: how they were written, which documents (by 16 hex digits) they come from, and
    how the sheet shows them."""

    rows: Callable[[Collection[str]], Mapping[str, Row]]
    documents: Callable[[Sequence[str]], Mapping[str, Document]]
    look: Callable[[Sequence[str]], Look]


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """What was packed, where it lies, and what is to be looked at. `path` is None where the month has no rows."""

    path: Path | None
    rows: int = 0
    scans: int = 0
    pages: int = 0
    remarks: tuple[Message, ...] = ()


class UnknownColumn(LookupError):
    """There is none of that name. `known`: those that there are."""

    def __init__(self, known: Sequence[str]) -> None:
        super().__init__()
        self.known = tuple(known)


class Packer:
    """Packs months of one watched folder."""

    def __init__(
        self,
        lines: Callable[[], Iterable[Line]],
        known: Known,
        pages: Pages,
        *,
        inbox: str,
        places: Sequence[Path],
        render: Render,
        clock: Clock,
    ) -> None:
        """`lines` are the ledger's. Rows of scans from another folder than `inbox` are not packed; scans that were
        moved are looked for below `places`."""
        self._lines = lines
        self._known = known
        self._pages = pages
        self._inbox = inbox
        self._places = places
        self._render = render
        self._clock = clock

    def pack(self, order: Order, target: Path, *, may_number: bool) -> Packed:
        """Pack to `target`, numbered where that is taken and it `may_number`.

        Raises `LineError` (there is no zip then) and `UnknownColumn`.
        """
        selection = selected(self._lines(), order.month, rule_of(order.columns, order.month_of, self._received))
        documents = self._known.documents(list({paper_of(line.id) for line in selection.lines}))
        lines = [line for line in selection.lines if self._is_ours(documents.get(paper_of(line.id)))]
        said = remarks.undated(selection.undated)
        if not lines:
            return Packed(path=None, remarks=tuple(said))
        ids = [line.id for line in lines]
        look = self._known.look(ids)
        by = _by(order, look)
        rows = rows_of(lines, order.columns, self._known.rows(ids), look)
        shown = _names_shown(lines, order.columns)
        with bundle(target, self._clock(), may_number=may_number) as zipped:
            scans = list(self._copied(zipped, order, rows, documents, shown, said.append))
            names = {scan.paper.id: scan.name for scan in scans}
            pages = self._draw(zipped, order, scans, said.append)
            self._add_book(zipped, order, rows, names, by)
            amounts = [c.header for c in order.columns if c.part is Part.FIELD and c.kind == "amount"]
            said += remarks.uncounted(uncounted(rows, amounts))
            if said:
                text = "".join(f"{self._render(each)}\r\n" for each in said)
                zipped.add(f"{self._render(message('Please read'))}.txt", f"\ufeff{text}".encode())
        return Packed(path=zipped.path, rows=len(rows), scans=len(scans), pages=pages, remarks=tuple(said))

    def _received(self, row_id: str) -> datetime | None:
        """When the row was received, as the journal knows it: naive, in this computer's zone."""
        row = self._known.rows([row_id]).get(row_id)
        return None if row is None else row.received.astimezone().replace(tzinfo=None)

    def _is_ours(self, document: Document | None) -> bool:
        """What the journal has forgotten may be ours."""
        return document is None or document.inbox == self._inbox

    def _copied(
        self,
        zipped: Bundle,
        order: Order,
        rows: Sequence[Row],
        documents: Mapping[str, Document],
        shown: Mapping[str, str],
        remark: Callable[[Message], None],
    ) -> Iterator[Scan]:
        """Copy the scans of `rows` into the zip, one after another; `remark` is told of those that are missing."""
        own = order.template
        template = usual_template(order.columns) if own is None else by_headings(own, order.columns)
        papers = papers_of(rows)
        found = scans_of([paper.id for paper in papers], documents, shown, self._places)
        for paper in papers:
            document, path = documents.get(paper.id), found.get(paper.id)
            if path is None:
                filed = filed_at(document)
                remark(remarks.missing(paper, filed.name if filed is not None else shown.get(paper.id, "")))
                continue
            try:
                source, status = path.open("rb"), path.stat()
            except OSError as error:
                remark(remarks.closed(paper, path.name, error.strerror or type(error).__name__))
                continue
            name = packed_name(paper, path.name, template, len(rows))
            with source:
                digest = zipped.copy(f"{SCANS}/{name}", source, status.st_size, status.st_mtime)
            is_same = digest.startswith(paper.id)
            if not is_same:
                remark(remarks.changed(paper, path.name))
            pages = document.pages if document is not None and is_same else 0
            yield Scan(paper=paper, path=path, name=name, digest=digest, pages=pages)

    def _draw(self, zipped: Bundle, order: Order, scans: Sequence[Scan], remark: Callable[[Message], None]) -> int:
        """Add the PDF; how many pages of scans are in it. Where none can be drawn, there is no PDF."""
        pages = drawn(scans, self._pages, remark)
        first = next(pages, None)
        if first is None:
            return 0
        may_be_large = sum(max(1, scan.pages) for scan in scans) * PICTURES.max_bytes > _LARGE_BYTES
        with zipped.growing(f"{order.name}.pdf", may_be_large=may_be_large) as write:
            return write_pages(chain([first], pages), write, order.per_page)

    def _add_book(
        self, zipped: Bundle, order: Order, rows: Sequence[Row], names: Mapping[str, str], by: By | None
    ) -> None:
        """Add the workbook; its links lead to the scans beside it, by their `names`."""
        from ocrwatch.packing.book import write_book

        with tempfile.TemporaryDirectory(prefix="ocrwatch-") as folder:
            path = Path(folder, f"{order.name}.xlsx")
            scans = {paper: Path(folder, SCANS, name) for paper, name in names.items()}
            linked = [replace(row, file=scans.get(paper_of(row.id))) for row in rows]
            write_book(path, order.sheet, order.columns, linked, by, self._render)
            zipped.add(path.name, path.read_bytes())


def _names_shown(lines: Sequence[Line], columns: Sequence[Column]) -> dict[str, str]:
    """What the links of the papers show: their scans' names, or ways to them."""
    keys = [column.key for column in columns if column.part is Part.FILE]
    found = {}
    for line in lines:
        for key in keys:
            shown = line.shown.get(key)
            if isinstance(shown, str):
                found[paper_of(line.id)] = shown.replace("\\", "/").rsplit("/", 1)[-1]
    return found


def _by(order: Order, look: Look) -> By | None:
    """The column that is asked for. Raises `UnknownColumn`."""
    if not order.by:
        return None
    key = heading_key(order.by)
    for column in order.columns:
        if key in (column.key, shown_key(column)) and column.part in (Part.FIELD, Part.FOLDER):
            return By(heading=column.header, own=column.part is Part.FOLDER)
    ours = {shown_key(column) for column in order.columns}
    theirs = {each: text for each, text in look.headings.items() if each not in ours}
    if key in theirs:
        return By(heading=theirs[key])
    known = [column.header for column in order.columns if column.part in (Part.FIELD, Part.FOLDER)]
    raise UnknownColumn([*known, *theirs.values()])
