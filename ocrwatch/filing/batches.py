"""Filing a batch whose pages are rows: one file a page, and the batch itself among the originals.

    done/batch p1.pdf, done/batch p2.pdf …   what the rows link to
    failed/batch p3.pdf                      a page that could not be read, with its reason beside it
    done/originals/batch.pdf                 the batch, byte for byte, moved there last

Rules
  1. A page's name is reserved before its row is recorded, by a mark of its own.
  2. A page's file is written beside its name and takes it at once: what holds the name is the mark or the whole file.
  3. A page that cannot be taken out of the batch has a copy of the batch as its file: a row's link leads to its paper.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path, PurePath

from ocrwatch.document import Document, Outcome, PageFile, Read
from ocrwatch.errors import DecoderCrashed, Gone, Unreadable
from ocrwatch.filing.filer import FolderFiler
from ocrwatch.filing.moving import ensure_there
from ocrwatch.filing.naming import filed_name
from ocrwatch.filing.reserving import claim, explained, holds, mark_of, release, reserve
from ocrwatch.messages import message
from ocrwatch.on_disk import sync_folder

PageBytes = Callable[[Path, str, int], bytes]
"""The bytes of page `page` (from 0) of the file whose bytes have a digest, as a file of its own."""

_ORIGINALS = "originals"
_LONGEST_STEM_BYTES = 200
"""Room for the page's number, which must not be cut off."""


class FolderPageFiler:
    """Implements the port `PageFiler` over the folders of `filer`."""

    def __init__(self, filer: FolderFiler, page_file: PageBytes) -> None:
        self._filer = filer
        self._page_file = page_file

    def reserve(self, document: Document, parts: Sequence[PageFile]) -> tuple[Path | None, tuple[PageFile, ...]]:
        """As the port says; and raises `Gone` when the batch is not there any more."""
        if self._filer.keeps:
            return None, tuple(parts)
        ensure_there(document.path, self._filer.inbox)
        folder = self._filer.folder(document, Outcome.DONE, below=_ORIGINALS)
        batch = reserve(folder, document.path.name, mark_of(document.id, document.key))
        return batch, tuple(replace(part, target=self._reserved(document, part)) for part in parts)

    def file(self, document: Document, part: PageFile, batch: Path | None) -> None:
        """As the port says."""
        if part.target is not None:
            self._make(document, part, part.target, batch)
        if part.reason is not None:
            page = part.target or _page_path(document, part)
            self._filer.explain(document, page, part.target or document.path, part.reason)

    def release(self, document: Document, parts: Sequence[PageFile], batch: Path | None) -> None:
        """As the port says."""
        for part in (PageFile(page=0, target=batch), *parts):
            if part.target is not None:
                with explained(part.target.parent):
                    release(part.target, _mark(document, part))

    def _reserved(self, document: Document, part: PageFile) -> Path:
        outcome = Outcome.DONE if part.reason is None else Outcome.FAILED
        return reserve(self._filer.folder(document, outcome), self._name(document, part), _mark(document, part))

    def _name(self, document: Document, part: PageFile) -> str:
        """Of a page that was read, its first row gives it, where scans are renamed."""
        own = _page_path(document, part).name
        rows = document.stage.rows if isinstance(document.stage, Read) and part.reason is None else ()
        row = next((row for row in rows if row.page == part.page), None)
        return own if row is None else self._filer.name_of(row, own)

    def _make(self, document: Document, part: PageFile, target: Path, batch: Path | None) -> None:
        with explained(target.parent):
            if not holds(target, _mark(document, part)) and not claim(target, _mark(document, part)):
                return  # it was made before a crash
        source = document.path
        if batch is not None and not os.path.lexists(source) and self._is_moved(document, batch):
            source = batch  # before a crash; and somebody took the page's file away since
        ensure_there(source, self._filer.inbox)
        data = self._bytes(document, part, source)
        with explained(target.parent):
            _put(target, data, document)

    def _is_moved(self, document: Document, batch: Path) -> bool:
        with explained(batch.parent):
            return batch.exists() and not holds(batch, mark_of(document.id, document.key))

    def _bytes(self, document: Document, part: PageFile, source: Path) -> bytes:
        try:
            return self._page_file(source, document.digest, part.page - 1)
        except (Unreadable, DecoderCrashed):
            with explained(source.parent):
                data = source.read_bytes()
            if sha256(data).hexdigest() != document.digest:
                text = "{name} was taken away or replaced before it could be filed."
                raise Gone(message(text, name=source.name)) from None
            return data


def _put(target: Path, data: bytes, document: Document) -> None:
    fresh = target.with_name(f".{document.id}-{document.key}.part")
    try:
        with fresh.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)
    sync_folder(target.parent)


def _page_path(document: Document, part: PageFile) -> Path:
    """The batch's name with the page's number: "batch p07.pdf" of 12 pages, so that they sort."""
    name = PurePath(document.path.name)
    number = f" p{part.page:0{len(str(document.pages))}}"
    whole = filed_name(name.stem, longest_bytes=_LONGEST_STEM_BYTES)
    return document.path.with_name(f"{whole}{number}{name.suffix}")


def _mark(document: Document, part: PageFile) -> bytes:
    return mark_of(document.id, document.key, part.page)
