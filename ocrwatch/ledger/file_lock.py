"""The system's own lock on an open file, which ends with its process."""

from __future__ import annotations

import errno
import os
import sys

_TAKEN = frozenset({errno.EACCES, errno.EAGAIN, errno.EDEADLK})

if sys.platform == "win32":
    import msvcrt

    _PLACE = 1 << 20
    """Windows lets nobody read what is locked: a byte far behind the end is."""

    def _lock(descriptor: int) -> None:
        os.lseek(descriptor, _PLACE, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

    def _unlock(descriptor: int) -> None:
        os.lseek(descriptor, _PLACE, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


def lock_now(descriptor: int) -> bool | None:
    """Lock the file without waiting: whether we have it now; None where the file system has no locks."""
    try:
        _lock(descriptor)
    except OSError as error:
        return False if error.errno in _TAKEN else None
    return True


def unlock_now(descriptor: int) -> None:
    """Let go of it, as closing the file does."""
    try:
        _unlock(descriptor)
    except OSError:
        return
