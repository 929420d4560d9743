"""The changed package is written: what need not change as its compressed bytes, the ledger's sheet in pieces.

    after someone else's save    head │ body, packed anew, stale values out │ new rows │ window │ rest │ close
    after our own                head │ body, copied as it is packed        │ new rows │ window │ rest │ close

The second costs what copying the file costs, and the few rows: head, window and close are small.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from ocrwatch.ledger.archive import Archive, Member, mark_of, new_member
from ocrwatch.ledger.archive_writing import ArchiveWriter, Assembly, Packing, Piece
from ocrwatch.ledger.body_packing import Packed
from ocrwatch.ledger.draft import Draft
from ocrwatch.ledger.grammar import SheetRow
from ocrwatch.ledger.sheet_stream import Batch, SheetStream
from ocrwatch.ledger.stale import Freshening
from ocrwatch.ledger.standing import Mark, Pieces
from ocrwatch.ledger.survey import Survey


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """All that changes. `sheet` is the ledger's, `styles` the formats; `parts` are small ones with their new content,
    new ones too; of the sheets `stale` the values that depend on ours go.

    `before` is the survey of the sheet as it is in the archive; `known` its pieces there, if we packed it so; `packed`
    its body, if it was packed while it was looked through; `fresh` gives its XML if neither.
    """

    sheet: str
    styles: str
    draft: Draft
    before: Survey
    known: Pieces | None
    packed: Packed | None
    fresh: Iterator[bytes]
    parts: Mapping[str, bytes]
    removed: frozenset[str] = frozenset()
    stale: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Written:
    """What was written; `directory_crc` tells the archive from others, `marks` the sheet and the formats."""

    pieces: Pieces
    directory_crc: int
    marks: tuple[Mark, ...]


def write_package(archive: Archive, changes: Changes, file: BinaryIO) -> Written:
    """Write the archive with the changes to `file`."""
    writer = ArchiveWriter(file)
    parts = {name.casefold(): content for name, content in changes.parts.items()}
    stale = {name.casefold() for name in changes.stale}
    removed = {name.casefold() for name in changes.removed}
    pieces: Pieces | None = None
    new = [new_member(name) for name in changes.parts if name not in archive]
    if changes.sheet not in archive:
        new.append(new_member(changes.sheet))
    for member in (*archive.members, *new):
        name = member.name.casefold()
        if name == changes.sheet.casefold():
            pieces = _write_sheet(archive, member, changes, writer)
        elif name in parts:
            writer.add(member, parts[name])
        elif name in stale:
            _write_fresh(archive, member, writer)
        elif name not in removed:
            writer.copy(archive, member)
    assert pieces is not None
    entries = [writer.entry(name) for name in (changes.sheet, changes.styles)]
    marks = tuple(mark_of(entry) if entry is not None else (0, 0, 0) for entry in entries)
    return Written(pieces, writer.close(archive.comment), marks)


def _write_sheet(archive: Archive, member: Member, changes: Changes, writer: ArchiveWriter) -> Pieces:
    draft, known = changes.draft, changes.known
    survey = draft.survey
    assembly = writer.assemble(member, 2 * member.size_bytes)
    if known is not None:
        head = assembly.pack(survey.head + _joined(survey.top))
        start = known.head.packed_bytes
        body = assembly.copy(archive.raw(member, start, known.body.packed_bytes), known.body)
        body, window = _write_rows(assembly, draft, body)
        start += known.body.packed_bytes + known.window.packed_bytes
        rest = assembly.copy(archive.raw(member, start, known.rest.packed_bytes), known.rest)
    else:
        packed = changes.packed
        freshening = packed.freshening if packed is not None else Freshening(survey.grammar, draft.amended)
        survey.top = [freshening.row(row) for row in survey.top]
        head = assembly.pack(survey.head + _joined(survey.top))
        if packed is not None:
            body, rest = assembly.copy(packed.data(), packed.piece), Piece()
            survey.window = [freshening.row(row) for row in survey.window]
            body, window = _write_rows(assembly, draft, body)
        else:
            body, window, rest = _write_packed(assembly, changes, freshening)
    close = assembly.pack(survey.close, last=True)
    assembly.close()
    return Pieces(head=head, body=body, window=window, rest=rest, close=close)


def _write_packed(assembly: Assembly, changes: Changes, freshening: Freshening) -> tuple[Piece, Piece, Piece]:
    """Body, window and rest, from the sheet's XML."""
    draft, before = changes.draft, changes.before
    stream = SheetStream(changes.fresh)
    batches = _placed(stream)
    rest_of_batch = Batch(b"", b"", is_plain=True)
    with assembly.stream() as packing:
        for place, batch in batches:
            rows = batch.cut(before.body_begins - place, before.body_ends - place)
            if rows.data:
                packing.write(freshening.rows(rows))
            if place + len(batch) >= before.window_ends:
                rest_of_batch = batch.cut(before.window_ends - place, len(batch))
                break
    draft.survey.window = [freshening.row(row) for row in draft.survey.window]
    body, window = _write_rows(assembly, draft, assembly.grown(packing.piece))
    if not before.window_full:
        for _ in batches:
            pass  # to the end, where its checksum is compared
        return body, window, Piece()
    with assembly.stream() as packing:
        packing.write(freshening.rows(rest_of_batch))
        for _, batch in batches:
            packing.write(freshening.rows(batch))
    return body, window, assembly.grown(packing.piece)


def _write_rows(assembly: Assembly, draft: Draft, body: Piece) -> tuple[Piece, Piece]:
    """The new rows, which become part of the body, and the window."""
    if draft.new_rows:
        body += assembly.pack(_joined(draft.new_rows))
    window = assembly.pack(_joined(draft.survey.window)) if draft.survey.window else Piece()
    return body, window


def _write_fresh(archive: Archive, member: Member, writer: ArchiveWriter) -> None:
    """Another sheet, without its stale values; as it is, if it has none."""
    if not _has_stale(archive, member):
        writer.copy(archive, member)
        return
    assembly = writer.assemble(member, member.size_bytes)
    stream = SheetStream(archive.inflated(member))
    freshening = Freshening(stream.grammar)
    with assembly.stream() as packing:
        packing.write(stream.head)
        _freshen(stream, freshening, packing)
    assembly.grown(packing.piece)
    assembly.pack(stream.close, last=True)
    assembly.close()


def _has_stale(archive: Archive, member: Member) -> bool:
    stream = SheetStream(archive.inflated(member))
    freshening = Freshening(stream.grammar)
    return any(freshening.rows(batch) is not batch.data for batch in stream.batches())


def _freshen(stream: SheetStream, freshening: Freshening, packing: Packing) -> None:
    for batch in stream.batches():
        packing.write(freshening.rows(batch))


def _placed(stream: SheetStream) -> Iterator[tuple[int, Batch]]:
    """The batches with their places in the rows' XML."""
    place = 0
    for batch in stream.batches():
        yield place, batch
        place += len(batch)


def _joined(rows: list[SheetRow]) -> bytes:
    return b"".join(row.data for row in rows)
