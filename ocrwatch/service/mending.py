"""Comparing a ledger with the journal, and mending it: rows that were lost come back, links follow moved scans."""

from __future__ import annotations

import logging
import os
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ocrwatch.document import Cell, Document, Filed, Read, Row
from ocrwatch.errors import LedgerFull
from ocrwatch.journal import Journal
from ocrwatch.journal.written import Cause, Noted, Scan
from ocrwatch.on_disk import digest_if_there, is_there
from ocrwatch.ports import Change, Field, Ledger
from ocrwatch.service.comparison import Comparison, Known, compare

log = logging.getLogger(__name__)

_GROUP = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A filed scan that is not where it was put. `found`: where it lies now, None where it is nowhere to be found."""

    scan: Scan
    found: Path | None


def looked_at(journal: Journal, book: str, ledger: Ledger, fields: Sequence[Field]) -> Comparison:
    """How the sheet differs from what was written, noted in the journal. Raises what `Ledger.lines` raises."""
    found = compare(ledger.lines(), known_of(journal, book), fields)
    note(journal, book, found)
    return found


def note(journal: Journal, book: str, found: Comparison) -> None:
    """Keep what was found. Raises `DiskFull`."""
    journal.written.note(book, [noted for _, noted in found.corrected], found.missing)


def known_of(journal: Journal, book: str) -> Known:
    """What the journal knows of the sheet."""
    being_written = {
        document.id
        for document in journal.documents.on_the_line()
        if document.book == book and isinstance(document.stage, Read) and document.stage.recording
    }
    return Known(
        times=journal.written.times(book),
        cells=lambda ids: journal.written.cells(book, ids),
        others=journal.written.forgotten(book) | being_written,
        absences=journal.written.absences(book),
        volumes=journal.written.volumes(book) if "{" in book else {},
    )


def put_back(
    journal: Journal, book: str, ledger: Ledger, rows: Collection[str], *, is_another: bool = False
) -> Iterator[int]:
    """Add these rows once more, with what people corrected in them; how many, write by write. `is_another`: `ledger` is
    not the one that they were written to.

    Broken off at any moment and begun again, no row is there twice. Raises what `Ledger.append` raises; `LedgerFull`
    after as many were added as there was room for.
    """
    waiting = list(rows)
    while waiting:
        ids, full = waiting[:_GROUP], None
        try:
            _append(journal, book, ledger, ids)
        except LedgerFull as error:
            gone = [row for row in ids if row not in ledger.find(ids)]
            without = set(gone[error.room :])
            ids, full = [row for row in ids if row not in without], error
            if not error.room:
                raise
            _append(journal, book, ledger, ids)
        waiting = [row for row in waiting if row not in ids]
        if not is_another:
            journal.written.note_absences(book, dict.fromkeys(waiting, Cause.LOST))  # not deleted: ids are newer now
            journal.written.written_anew(book, ids)
        yield len(ids)
        if full is not None:
            raise full


def moved_scans(journal: Journal, book: str, places: Sequence[Path]) -> list[Moved]:
    """The filed scans that are not where they were put, looked for below `places` by their content."""
    gone = [scan for scan in journal.written.scans(book) if not is_there(scan.path)]
    if not gone:
        return []
    taken = {scan.path for scan in journal.written.scans(book)}
    by_size = _files_by_size(places, {scan.size_bytes for scan in gone}, taken)
    found: dict[str, Path] = {}
    for scan in gone:
        if scan.digest not in found:
            for path in by_size.get(scan.size_bytes, ()):
                found.setdefault(digest_if_there(path) or "", path)
    return [Moved(scan=scan, found=found.get(scan.digest)) for scan in gone]


def mend_links(journal: Journal, ledger: Ledger, moved: Sequence[Moved]) -> None:
    """Let the rows of moved scans lead to where these lie now, in one write. Raises what `Ledger.amend` raises."""
    mended = [document for each in moved if (document := _leading_to(journal, each)) is not None]
    ledger.amend([Change(id=row.id, file=row.file) for document in mended for row in _filed_rows(document)])
    journal.documents.save(mended)


# ----------------------------------------------------------------


def _append(journal: Journal, book: str, ledger: Ledger, ids: Collection[str]) -> None:
    corrected = journal.written.corrections_of(book, list(ids))
    ledger.append([_with(row, corrected) for row in journal.written.rows(book, list(ids)).values()])


def _leading_to(journal: Journal, moved: Moved) -> Document | None:
    """The document of a moved scan as it is to be; None where it is not known or its scan was not found.

    Rows of pages with files of their own lead to those, wherever the batch lies.
    """
    document = journal.documents.get(moved.scan.key)
    if document is None or moved.found is None or not isinstance(document.stage, Filed):
        return None
    was = moved.scan.path
    rows = tuple(row if row.page and row.file != was else replace(row, file=moved.found) for row in document.stage.rows)
    return replace(document, stage=replace(document.stage, path=moved.found, rows=rows))


def _filed_rows(document: Document) -> tuple[Row, ...]:
    return document.stage.rows if isinstance(document.stage, Filed) else ()


def _with(row: Row, corrected: Sequence[Noted]) -> Row:
    """`row` with what people put into its cells."""
    theirs = {noted.heading: noted.found for noted in corrected if noted.row == row.id}
    return replace(row, cells=tuple(Cell(cell.name, theirs.get(cell.name, cell.value)) for cell in row.cells))


def _files_by_size(places: Sequence[Path], sizes: Collection[int], taken: Collection[Path]) -> Mapping[int, list[Path]]:
    found: dict[int, list[Path]] = defaultdict(list)
    for path in sorted(
        {Path(folder, name) for place in places for folder, _, names in os.walk(place) for name in names}
    ):
        try:
            size = path.lstat().st_size
        except OSError:
            continue
        if size in sizes and path not in taken:
            found[size].append(path)
    return found
