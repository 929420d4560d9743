"""A batch on the line: a file whose pages are rows, each with a file of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ocrwatch.document import Blank, Document, Filed, Outcome, PageFile, Recorded, Row, earlier_rows
from ocrwatch.errors import Unusable
from ocrwatch.messages import message
from ocrwatch.on_disk import digest_if_there, signature_of
from ocrwatch.ports import Reading


def parts_of(reading: Reading) -> tuple[PageFile, ...]:
    """The pages that get a file each: those that were read, and those that could not be."""
    parts = (*(PageFile(page=page.page) for page in reading.apart), *reading.unread)
    return tuple(sorted(parts, key=lambda part: part.page))


def of_parts(rows: Sequence[Row], parts: Sequence[PageFile], whole: Path) -> tuple[Row, ...]:
    """`rows`, each leading to its own page's file, or to the `whole`."""
    targets = {part.page: part.target for part in parts}
    return tuple(replace(row, file=targets.get(row.page) or whole) for row in rows)


def failed_pages(document: Document) -> Iterator[Document]:
    """The pages of the filed batch `document` that could not be read, as failed scans of their own: to be retried, and
    told of. Where the batch stays where it is, there are none."""
    if not isinstance(document.stage, Recorded):
        return
    for part in document.stage.parts:
        if part.reason is None or part.target is None:
            continue
        signature, digest = signature_of(part.target), digest_if_there(part.target)
        if signature is not None and digest is not None:
            yield Document(
                inbox=document.inbox,
                book=document.book,
                path=part.target,
                folder=document.folder,
                signature=signature,
                digest=digest,
                arrived_at=document.arrived_at,
                stage=Filed(outcome=Outcome.FAILED, path=part.target, reason=part.reason),
            )


def as_blank(document: Document) -> Blank:
    """The stage of a document on which nothing is. Raises `Unusable` where it has rows: they stay as they are."""
    if earlier_rows(document):
        raise Unusable(message("{name} is blank.", name=document.path.name))
    return Blank()
