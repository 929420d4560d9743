"""Pages without a decoder: what a file is and whether it goes to its end is told, and its bytes are handed on."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ocrwatch.errors import Gone, Incomplete, NotAScan, Unreadable
from ocrwatch.inbox.einvoices.dialects import invoice_in
from ocrwatch.inbox.einvoices.xml_tree import parsed
from ocrwatch.inbox.ends import reaches_its_end
from ocrwatch.inbox.kinds import SCAN_SUFFIXES, could_become_a_scan, kind_of
from ocrwatch.messages import message
from ocrwatch.ports import Embedded, Inspection, Picture, PictureLimits


class FakePages:
    """Implements the port `Pages` for files of one page that a reader takes as they are."""

    def inspect(self, path: Path) -> Inspection:
        data = _bytes(path)
        kind = kind_of(data)
        if kind is None and path.suffix.lower() not in SCAN_SUFFIXES:
            raise NotAScan(message("{name} is another kind of file.", name=path.name))
        if kind is None and not could_become_a_scan(data):
            raise Unreadable(message("{name} is no picture.", name=path.name))
        if kind is None or not reaches_its_end(kind, data):
            raise Incomplete(message("{name} ends early.", name=path.name))
        return Inspection(hashlib.sha256(data).hexdigest(), kind, 1)

    def picture(self, path: Path, digest: str, page: int, limits: PictureLimits) -> Picture:
        data = _bytes(path)
        if hashlib.sha256(data).hexdigest() != digest:
            raise Gone(message("{name} was replaced.", name=path.name))
        return Picture(data, str(kind_of(data)), 320, 200)

    def embedded(self, path: Path, digest: str) -> Embedded | None:
        data = _bytes(path)
        if hashlib.sha256(data).hexdigest() != digest:
            raise Gone(message("{name} was replaced.", name=path.name))
        return invoice_in(parsed(data)) if kind_of(data) == "application/xml" else None


def _bytes(path: Path) -> bytes:
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise NotAScan(message("{name} is not a file.", name=path.name))
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise Gone(message("{name} is not there.", name=path.name)) from error
