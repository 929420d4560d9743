"""The bytes of a scan and what they are; and what is said of a file that is none. Runs in the child process only.

Nothing but a regular file is opened, and opening never blocks: no link is followed, no pipe waited for.

A small file is read whole. A large one is read where its pages lie, never all of it at once.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from mmap import ACCESS_READ, mmap
from pathlib import Path

from ocrwatch.errors import Gone, Incomplete, NotAScan, Unreadable
from ocrwatch.inbox.kinds import OFD, SCAN_SUFFIXES, could_become_a_scan, kind_of
from ocrwatch.messages import message

LARGEST_BYTES = 512 * 1024 * 1024

LARGEST_PX = 180_000_000
"""Pixels a page may declare: an A3 page at 800 dpi has 124 million. More is a trap or a mistake."""

MOST_PAGES = 1000

_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
LARGEST_HEAD_BYTES = 64 * 1024

WHOLE_BYTES = 16 * 1024 * 1024
"""Files up to this size are read whole: photos and most scans."""

_TRUSTED_SECONDS = {True: 0.1, False: 2.1}
"""Changed so long before it was hashed, a file shows another change by its times, fine ones (True) or coarse."""

_NOT_THERE = (errno.ENOENT, errno.ENOTDIR)


@dataclass(frozen=True, slots=True)
class Scan:
    """An open file: `data` is all of it, `file` the same to read from; `whole` where all of it is in memory."""

    path: Path
    data: bytes | mmap
    file: io.BytesIO | io.BufferedReader
    whole: bytes | None
    _status: os.stat_result

    def head(self) -> bytes:
        """Enough of it to tell what it is: all of a small file."""
        return self.data[:LARGEST_HEAD_BYTES] if self.whole is None else self.whole

    def digest(self) -> str:
        """The SHA-256 of its bytes, hex; a large file that has not changed since is not read again.

        Raises `Incomplete` when they change or cannot be read.
        """
        if self.whole is not None:
            return hashlib.sha256(self.whole).hexdigest()
        look = (str(self.path), self._status.st_ino, *_times(self._status))
        if look in _DIGESTS:
            return _DIGESTS[look]
        with _told(self.path):
            self.file.seek(0)
            digest = hashlib.file_digest(self.file, "sha256").hexdigest()
            self.file.seek(0)
            if _times(os.fstat(self.file.fileno())) != _times(self._status):
                raise incomplete(self.path)
        is_fine = self._status.st_mtime_ns % 1_000_000 != 0
        if time.time() - max(self._status.st_mtime, self._status.st_ctime) > _TRUSTED_SECONDS[is_fine]:
            _DIGESTS.clear()
            _DIGESTS[look] = digest
        return digest

    def ensure_there(self) -> None:
        """After a decoder's fault: it was no fault of the disk or the share. Raises `Incomplete`."""
        if self.whole is None:
            _DIGESTS.clear()
            self.digest()


_DIGESTS: dict[tuple[str | int, ...], str] = {}
"""Of the large file that was hashed last, by how it looked."""


@contextmanager
def opened(path: Path) -> Iterator[Scan]:
    """The file, open. Raises `Gone`, `NotAScan`, `Incomplete`, `Unreadable`."""
    with _opened(path) as file:
        with _told(path):
            status = os.fstat(file.fileno())
            if status.st_size <= WHOLE_BYTES:
                data = _read(path, file.fileno())
                scan = Scan(path, data, io.BytesIO(data), data, status)
            else:
                _ensure_ours(path, status)
                scan = Scan(path, mmap(file.fileno(), 0, access=ACCESS_READ), file, None, status)
        try:
            yield scan
        finally:
            if isinstance(scan.data, mmap):
                scan.data.close()


def _opened(path: Path) -> io.BufferedReader:
    with _told(path):
        if not stat.S_ISREG(path.lstat().st_mode):
            raise _no_file(path)
        return open(os.open(path, _FLAGS), "rb")  # noqa: PTH123  a descriptor


def head_of(path: Path) -> bytes:
    """The first bytes of a regular file, enough to tell what it is not. Raises as `opened`."""
    with _opened(path) as file, _told(path):
        return file.read(1024)


def _times(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Translate OSErrors about the file at `path`."""
    try:
        yield
    except OSError as error:
        if error.errno in _NOT_THERE:
            raise Gone(message("{name} is not there any more.", name=path.name)) from error
        if error.errno == errno.ELOOP:
            raise _no_file(path) from error
        reason = os.strerror(error.errno) if error.errno else type(error).__name__
        raise Incomplete(message("{name} cannot be read now: {reason}", name=path.name, reason=reason)) from error


def _read(path: Path, descriptor: int) -> bytes:
    before = os.fstat(descriptor)
    _ensure_ours(path, before)
    with os.fdopen(descriptor, "rb", closefd=False) as file:
        data = file.read()
    after = os.fstat(descriptor)
    if len(data) != after.st_size or before.st_mtime_ns != after.st_mtime_ns:
        raise incomplete(path)
    return data


def _ensure_ours(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise _no_file(path)
    if status.st_size > LARGEST_BYTES:
        raise Unreadable(message("{name} is larger than 512 MB. Split it, or scan it again.", name=path.name))


def kind_in(path: Path, data: bytes) -> str:
    """The MIME type of a scan that can be opened. Raises `Incomplete`, `Unreadable`, `NotAScan`."""
    kind = kind_of(data)
    if kind == "image/heic" and find_spec("pillow_heif") is None:
        text = (
            "{name} is a HEIC picture, and what opens these is not installed. Install it with: {command} Or save the "
            "picture as JPEG."
        )
        raise Unreadable(message(text, name=path.name, command='pip install "ocrwatch[heic]"'))
    if kind is not None:
        return kind
    if path.suffix.lower() == ".ofd" and data.startswith(b"PK"):
        return OFD  # its root may be the zip's last member, and not be there yet
    if path.suffix.lower() not in SCAN_SUFFIXES:
        raise NotAScan(message("{name} is no picture, no PDF and no e-invoice.", name=path.name))
    if could_become_a_scan(data):
        raise incomplete(path)
    raise Unreadable(message("{name} is not a picture, though its name says so. Scan it again.", name=path.name))


def incomplete(path: Path) -> Incomplete:
    """It ends early: it still grows, or was cut short."""
    return Incomplete(message("{name} is not complete: it ends early.", name=path.name))


def damaged(path: Path) -> Unreadable:
    """It is whole, and no decoder can make anything of it."""
    return Unreadable(message("{name} is damaged and cannot be opened. Scan it again.", name=path.name))


def ensure_bounded(path: Path, width_px: float, height_px: float) -> None:
    """Refuse a page larger than any scan, before anything is allocated for it. Raises `Unreadable`."""
    if width_px * height_px > LARGEST_PX:
        text = "{name} says that it is {width} x {height} pixels large, more than any scan. Scan it again."
        raise Unreadable(message(text, name=path.name, width=round(width_px), height=round(height_px)))


def ensure_so_many(path: Path, pages: int) -> None:
    """Refuse a file of more pages than anybody means to have read as one. Raises `Unreadable`."""
    if pages > MOST_PAGES:
        text = "{name} has {count} pages, and at most {most} are read as one document. Split it."
        raise Unreadable(message(text, name=path.name, count=pages, most=MOST_PAGES))


def _no_file(path: Path) -> NotAScan:
    return NotAScan(message("{name} is not a file, but a link, a folder or a device.", name=path.name))
