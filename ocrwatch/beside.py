"""Files beside the filed scan, on the line: their names are reserved before the row links to them, they are written
after the scan has moved.

What they hold lies in the journal with their row until then, so that a crash at any point writes them all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from ocrwatch.document import Beside, Document, Row
from ocrwatch.ports import Filer


def with_files_beside(row: Row, document: Document, filer: Filer) -> Row:
    """`row` with a name for each of its files; those that are written already keep theirs.

    Raises what `Filer.reserve_beside` raises.
    """
    named = (
        each
        if each.content is None
        else _named(replace(each, page=row.page), row.file or document.path, document, filer)
        for each in row.beside
    )
    return replace(row, beside=tuple(named)) if row.beside else row


def _named(beside: Beside, scan: Path, document: Document, filer: Filer) -> Beside:
    return replace(beside, path=filer.reserve_beside(document, scan, beside))


def put_files_beside(rows: Sequence[Row], document: Document, filer: Filer) -> None:
    """Write what is not written yet. Raises what `Filer.put_beside` raises."""
    for row in rows:
        for each in row.beside:
            if each.content is not None:
                filer.put_beside(document, each)


def written(row: Row) -> Row:
    """`row` whose files are on the disk: from now on they are the person's."""
    return replace(row, beside=tuple(map(_written, row.beside))) if row.beside else row


def _written(beside: Beside) -> Beside:
    if beside.content is None:
        return beside
    return replace(beside, content=None, digest=digest_of_content(beside.content))


def digest_of_content(content: str) -> str:
    """The SHA-256 (hex) by which a file's content is known."""
    return sha256(content.encode("utf-8", "replace")).hexdigest()
