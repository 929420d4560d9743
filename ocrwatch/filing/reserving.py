"""Reserving a name: a file of its own, created exclusively, that holds a mark: whose name it is.

So nothing is ever overwritten, and a crash before the journal knew leaves a name that its owner finds again. The
mark is written beside the name first and linked to it, so that no crash leaves a name without its mark.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ocrwatch.errors import DiskFull, FolderAway
from ocrwatch.filing.naming import SHORT_BYTES, filed_name, numbered
from ocrwatch.messages import message
from ocrwatch.on_disk import sync_folder

_SHARING_VIOLATION = 32
_NAME_TOO_LONG = 206


_MARK = re.compile(rb"ocrwatch [0-9a-f]{16} \d+( p\d+)?\n")


def mark_of(document_id: str, key: int, page: int = 0) -> bytes:
    """The bytes of the file that reserves a name for a document, or for one page of it."""
    return f"ocrwatch {document_id} {key}{f' p{page}' if page else ''}\n".encode()


def is_mark(path: Path) -> bool:
    """Whether `path` is a reserved name, whoever's. Raises OSError."""
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode) or status.st_size > 64:
        return False
    return _MARK.fullmatch(path.read_bytes()) is not None


def reserve(folder: Path, name: str, mark: bytes) -> Path:
    """A free name in `folder` (created if need be) like `name`, now ours. Raises `FolderAway`, `DiskFull`."""
    with explained(folder):
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            sync_folder(folder.parent)
        with _written(folder, mark) as fresh:
            try:
                path = _first_free(folder, filed_name(name), mark, fresh)
            except OSError as error:
                if error.errno != errno.ENAMETOOLONG and getattr(error, "winerror", None) != _NAME_TOO_LONG:
                    raise
                # Encrypted shares and old Windows paths hold less than 255 bytes.
                path = _first_free(folder, filed_name(name, longest_bytes=SHORT_BYTES), mark, fresh)
        _make_durable(path)
    return path


def claim(path: Path, mark: bytes) -> bool:
    """Make the name `path` ours; False when something has it. Raises OSError."""
    with _written(path.parent, mark) as fresh:
        if not _linked(path, mark, fresh):
            return False
    _make_durable(path)
    return True


def release(path: Path, mark: bytes) -> None:
    """Remove the reserved name, if it still holds the mark."""
    if holds(path, mark):
        path.unlink(missing_ok=True)


def holds(path: Path, mark: bytes) -> bool:
    """Whether `path` is a regular file with exactly the bytes of `mark`."""
    try:
        status = path.lstat()
        return stat.S_ISREG(status.st_mode) and status.st_size == len(mark) and path.read_bytes() == mark
    except FileNotFoundError:
        return False


@contextmanager
def explained(*folders: Path) -> Iterator[None]:
    """Translate OSErrors about `folders` into what a person can do; the first that cannot be written is named."""
    try:
        yield
    except OSError as error:
        folder = str(next((folder for folder in folders if not os.access(folder, os.W_OK)), folders[0]))
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            text = "The disk that holds {folder} is full. Free some space; ocrwatch then goes on."
            raise DiskFull(message(text, folder=folder)) from error
        if getattr(error, "winerror", None) == _SHARING_VIOLATION:
            name = Path(error.filename or folder).name
            raise FolderAway(message("{name} is open in another program. Close it there.", name=name)) from error
        text = "The folder {folder} cannot be written: {reason}. Is the drive there, and may you write to it?"
        reason = os.strerror(error.errno) if error.errno else type(error).__name__
        raise FolderAway(message(text, folder=folder, reason=reason)) from error


def _first_free(folder: Path, name: str, mark: bytes, fresh: Path) -> Path:
    for candidate in numbered(name):
        path = folder / candidate
        if holds(path, mark) or (not os.path.lexists(path) and _linked(path, mark, fresh)):
            return path
    raise AssertionError("names do not run out")


@contextmanager
def _written(folder: Path, mark: bytes) -> Iterator[Path]:
    """The mark in a hidden file of its own, which is removed again."""
    fresh = folder / f".{hashlib.sha256(mark).hexdigest()[:16]}.mark"
    fresh.unlink(missing_ok=True)
    try:
        create(fresh, mark)
        yield fresh
    finally:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)


def _linked(path: Path, mark: bytes, fresh: Path) -> bool:
    try:
        os.link(fresh, path)
    except FileExistsError:
        return False
    except OSError:  # no links here: FAT, many shares
        return create(path, mark)
    return True


def create(path: Path, content: bytes) -> bool:
    """Create `path` exclusively, with `content`; False when something has the name. Raises OSError."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    except FileExistsError:
        return False
    except PermissionError:
        if os.path.lexists(path):  # Windows answers so for a folder of that name
            return False
        raise
    try:
        _write(descriptor, content)
    except OSError:
        os.close(descriptor)
        path.unlink(missing_ok=True)
        raise
    os.close(descriptor)
    return True


def _write(descriptor: int, content: bytes) -> None:
    if os.write(descriptor, content) != len(content):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _make_durable(path: Path) -> None:
    """The mark first: a name without it would be anybody's."""
    descriptor = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    sync_folder(path.parent)
