"""The zip: written under a hidden name, it takes its own when it is complete, and never another file's.

Names are UTF-8 and say so (flag 11 of APPNOTE 4.4.4); pictures are stored as they are, they are packed already.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from ocrwatch.errors import FolderAway
from ocrwatch.filing.naming import numbered
from ocrwatch.filing.reserving import create, explained
from ocrwatch.messages import message
from ocrwatch.on_disk import sync_folder

_CHUNK_BYTES = 1024 * 1024
_LARGE_BYTES = 2**31 - 1
_EARLIEST = (1980, 1, 1, 0, 0, 0)
"""A zip knows no earlier time."""


class Bundle:
    """A zip that is being written. `path` is where it lies when it is complete."""

    def __init__(self, archive: ZipFile, now: float) -> None:
        self.path: Path | None = None
        self._archive = archive
        self._now = now

    def copy(self, name: str, source: BinaryIO, size_bytes: int, modified: float) -> str:
        """Add the file open as `source`; the SHA-256 of its bytes, hex. Raises `FolderAway` where it cannot be read."""
        hashed = hashlib.sha256()
        with self._archive.open(_entry(name, modified), "w", force_zip64=size_bytes > _LARGE_BYTES) as target:
            while chunk := _read(source, name):
                hashed.update(chunk)
                target.write(chunk)
        return hashed.hexdigest()

    def add(self, name: str, content: bytes) -> None:
        """Add a small file."""
        self._archive.writestr(_entry(name, self._now, ZIP_DEFLATED), content)

    @contextmanager
    def growing(self, name: str, *, may_be_large: bool) -> Iterator[Callable[[bytes], object]]:
        """Add a file that is written bit by bit."""
        with self._archive.open(_entry(name, self._now), "w", force_zip64=may_be_large) as target:
            yield target.write


@contextmanager
def bundle(target: Path, now: float, *, may_number: bool) -> Iterator[Bundle]:
    """A new zip, put to `target` when the block ends well; numbered where that is taken and `may_number`.

    Raises `FolderAway`, `DiskFull`; then there is none.
    """
    folder = target.parent
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        descriptor, hidden = tempfile.mkstemp(prefix=".", suffix=".part", dir=folder)
    part = Path(hidden)
    try:
        with explained(folder), os.fdopen(descriptor, "w+b") as file:
            with ZipFile(file, "w", ZIP_STORED) as archive:
                made = Bundle(archive, now)
                yield made
            file.flush()
            os.fsync(file.fileno())
        with explained(folder):
            made.path = _put(part, target, may_number=may_number)
            sync_folder(folder)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _put(part: Path, target: Path, *, may_number: bool) -> Path:
    for name in numbered(target.name):
        path = target.with_name(name)
        if create(path, b""):
            part.chmod(path.stat().st_mode & 0o777)  # it was made for its owner alone
            part.replace(path)
            return path
        if not may_number:
            break
    raise FolderAway(message("{path} is there already: name a file that is not.", path=str(target)))


def _read(source: BinaryIO, name: str) -> bytes:
    try:
        return source.read(_CHUNK_BYTES)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise FolderAway(message("{name} cannot be read now: {reason}", name=name, reason=reason)) from error


def _entry(name: str, modified: float, packing: int = ZIP_STORED) -> ZipInfo:
    year, month, day, hour, minute, second, *_ = time.localtime(modified)
    info = ZipInfo(name, max(_EARLIEST, (year, month, day, hour, minute, second)))
    info.compress_type = packing
    info.external_attr = 0o644 << 16
    return info
