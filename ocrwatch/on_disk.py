"""Files on the disk: how one looks, what bytes it holds, and names that last. What several rooms need of them."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from pathlib import Path

from ocrwatch.document import Signature

_CANNOT_SYNC = (errno.EINVAL, errno.ENOTSUP, errno.EACCES, errno.EPERM)
"""What some network shares, and folders that may only be written, say to it."""


def look_of(status: os.stat_result) -> Signature:
    """How a file of that status looks."""
    return Signature(status.st_size, status.st_mtime_ns, status.st_ino)


def signature_of(path: Path) -> Signature | None:
    """How the file itself, no link's target, looks now; None where it cannot be looked at."""
    try:
        return look_of(path.stat(follow_symlinks=False))
    except OSError:
        return None


def digest_of(path: Path) -> str:
    """The SHA-256 of the regular file's bytes, hex; a symbolic link is not followed, a pipe not waited for.

    Raises OSError.
    """
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    with os.fdopen(os.open(path, flags), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest_if_there(path: Path) -> str | None:
    """As `digest_of`; None where it cannot be told."""
    try:
        return digest_of(path)
    except OSError:
        return None


def is_folder(path: Path) -> bool:
    """Whether a folder can be seen there: it may be one that may not be looked at, or its drive may have gone."""
    try:
        return path.is_dir()
    except OSError:
        return False


def is_there(path: Path) -> bool:
    """Whether something can be seen there: the share may be dead, or the name longer than the disk allows."""
    try:
        return path.exists()
    except OSError:
        return False


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` last, where the system lets a folder be synced. Raises OSError."""
    if os.name != "posix":
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno not in _CANNOT_SYNC:
            raise
