"""Why a folder cannot be used, in words.

Missing, unplugged, disconnected, not to be read or written, full: each is a thing to wait for, never a fault of
a scan.
"""

from __future__ import annotations

import errno
from pathlib import Path

from ocrwatch.errors import Busy, DiskFull, FolderAway
from ocrwatch.messages import message

_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
_FULL = {errno.ENOSPC, errno.EDQUOT}
_MISSING = {errno.ENOENT, errno.ENOTDIR, errno.ENODEV, errno.ENXIO}


def not_there(folder: Path) -> FolderAway:
    """`folder` does not exist, or what it is on is not plugged in."""
    return FolderAway(
        message(
            "The folder {folder} is not there. Is its drive plugged in, its network share connected? "
            "It is watched again as soon as it is back.",
            folder=str(folder),
        )
    )


def unreadable(folder: Path, error: OSError) -> FolderAway:
    """`folder` could not be listed."""
    if error.errno in _MISSING:
        return not_there(folder)
    if error.errno in _FORBIDDEN:
        return FolderAway(
            message(
                "The folder {folder} may not be read. Give the user who runs ocrwatch the right to read and write it.",
                folder=str(folder),
            )
        )
    return _disconnected(folder, error)


def unwritable(folder: Path, error: OSError) -> Busy:
    """Nothing could be written into `folder`."""
    if error.errno in _MISSING:
        return not_there(folder)
    if error.errno in _FORBIDDEN:
        return FolderAway(
            message(
                "Nothing may be written into the folder {folder}. ocrwatch must be able to move scans out of it: "
                "give the user who runs it the right to write there.",
                folder=str(folder),
            )
        )
    if error.errno in _FULL:
        return DiskFull(
            message("The disk that holds the folder {folder} is full. Make room on it.", folder=str(folder))
        )
    return _disconnected(folder, error)


def _disconnected(folder: Path, error: OSError) -> FolderAway:
    reason = error.strerror or type(error).__name__
    return FolderAway(
        message(
            "The folder {folder} cannot be used now ({reason}). It is tried again until it can.",
            folder=str(folder),
            reason=reason,
        )
    )
