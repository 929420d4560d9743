"""The bytes of a scan and what they are; and what is said of a file that is none. Runs in the child process only.

Nothing but a regular file is opened, and opening never blocks: no link is followed, no pipe waited for.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ocrwatch.errors import Gone, Incomplete, NotAScan, Unreadable
from ocrwatch.inbox.kinds import OFD, SCAN_SUFFIXES, could_become_a_scan, kind_of
from ocrwatch.messages import message

LARGEST_BYTES = 512 * 1024 * 1024

LARGEST_PX = 180_000_000
"""Pixels a page may declare: an A3 page at 800 dpi has 124 million. More is a trap or a mistake."""

_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_NOT_THERE = (errno.ENOENT, errno.ENOTDIR)


def bytes_of(path: Path) -> bytes:
    """The bytes of a regular file that did not change meanwhile.

    Raises `Gone`, `NotAScan`, `Incomplete`, `Unreadable`.
    """
    with _opened(path) as descriptor:
        return _read(path, descriptor)


def head_of(path: Path) -> bytes:
    """The first bytes of a regular file, enough to tell what it is not. Raises as `bytes_of`."""
    with _opened(path) as descriptor:
        return os.read(descriptor, 1024)


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    """A descriptor of a regular file; what goes wrong with it is explained."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise _no_file(path)
        descriptor = os.open(path, _FLAGS)
        try:
            yield descriptor
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno in _NOT_THERE:
            raise Gone(message("{name} is not there any more.", name=path.name)) from error
        if error.errno == errno.ELOOP:
            raise _no_file(path) from error
        reason = os.strerror(error.errno) if error.errno else type(error).__name__
        raise Incomplete(message("{name} cannot be read now: {reason}", name=path.name, reason=reason)) from error


def _read(path: Path, descriptor: int) -> bytes:
    before = os.fstat(descriptor)
    if not stat.S_ISREG(before.st_mode):
        raise _no_file(path)
    if before.st_size > LARGEST_BYTES:
        raise Unreadable(message("{name} is larger than 512 MB. Split it, or scan it again.", name=path.name))
    with os.fdopen(descriptor, "rb", closefd=False) as file:
        data = file.read()
    after = os.fstat(descriptor)
    if len(data) != after.st_size or before.st_mtime_ns != after.st_mtime_ns:
        raise incomplete(path)
    return data


def kind_in(path: Path, data: bytes) -> str:
    """The MIME type of a scan that can be opened. Raises `Incomplete`, `Unreadable`, `NotAScan`."""
    kind = kind_of(data)
    if kind in ("image/heic", "image/avif", "image/jp2"):
        name = {"image/heic": "HEIC", "image/avif": "AVIF", "image/jp2": "JPEG 2000"}[kind]
        raise Unreadable(
            message(
                "{name} is a {format} picture, which ocrwatch cannot open yet. Save it as JPEG.",
                name=path.name,
                format=name,
            )
        )
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


def _no_file(path: Path) -> NotAScan:
    return NotAScan(message("{name} is not a file, but a link, a folder or a device.", name=path.name))
