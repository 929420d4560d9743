"""The workbook's file on the disk: whole, or untouched.

    read ── change ── write beside it, fsync ── is it still as it was read? ── rename over it ── fsync the folder

A file someone else saved meanwhile is not overwritten: the caller reads it again. (Between that last look and the
rename lie microseconds, on a share more; there is no rename on condition. Another ocrwatch waits for its turn.)
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ocrwatch.document import Signature
from ocrwatch.errors import DiskFull, FolderAway, LedgerBusy, LineError
from ocrwatch.ledger.locks import open_elsewhere
from ocrwatch.messages import message
from ocrwatch.on_disk import is_folder, look_of, sync_folder

_LEFTOVER_SECONDS = 3600
_MOUNT_ROOTS = frozenset(map(Path, ("/media", "/mnt", "/run/media", "/Volumes")))
"""Below these a missing folder is an unplugged drive."""

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@dataclass(frozen=True, slots=True)
class Opened:
    """A file, open for reading, and how it looked then."""

    file: BinaryIO
    signature: Signature


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Opened | None]:
    """The file; None when there is none. Raises `LedgerBusy`, `FolderAway`, also for what goes wrong inside."""
    try:
        with contextlib.ExitStack() as stack:
            try:
                file = stack.enter_context(path.open("rb"))
            except FileNotFoundError:
                yield None
            else:
                yield Opened(file, look_of(os.fstat(file.fileno())))  # what changes later is found out by it
    except OSError as error:
        raise translated(error, path) from error


def copied(file: BinaryIO) -> BinaryIO:
    """A copy of `file` without a name, which stays as it is whatever happens to the file. Raises OSError."""
    copy: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 -- the caller closes it
    file.seek(0)
    shutil.copyfileobj(file, copy)
    return copy


def save(
    path: Path,
    write: Callable[[BinaryIO], object],
    *,
    expected: Signature | None,
    check: Callable[[], None],
    is_same: Callable[[], bool] = lambda: True,
) -> Signature | None:
    """Put what `write` writes in the place of the file that looks as `expected` (None: there is none); its signature.

    None when the file looks otherwise by now, or is not the same inside: nothing is written then. A program that keeps
    folders in step may put another file there with the size and the time of the one before. `check` is called at the
    last moment and may raise. Raises `LedgerBusy`, `FolderAway`, `DiskFull`: the file is as it was, and nothing is left
    beside it.
    """
    temporary = path.with_name(f".ocrwatch-{secrets.token_hex(8)}.tmp")
    try:
        try:
            signature = _write(temporary, write, path)
            check()
            if signature_of(path) != expected or (expected is not None and not is_same()):
                return None
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        sync_folder(path.parent)
    except OSError as error:
        raise translated(error, path) from error
    return signature


def ensure_folder(folder: Path) -> None:
    """Make the workbook's folder; not on a drive that is away. Raises `FolderAway`, `DiskFull`."""
    if is_folder(folder):
        return
    nearest = next((parent for parent in folder.parents if is_folder(parent)), None)
    if nearest is None or _is_place_for_drives(nearest):
        raise _away(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise translated(error, folder) from error


def signature_of(path: Path) -> Signature | None:
    """How the file looks now; None when there is none. Raises `LedgerBusy`, `FolderAway`."""
    try:
        return look_of(path.stat())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise translated(error, path) from error


def is_read_only(path: Path) -> bool:
    """Whether the file is not to be changed, by anyone or by us."""
    try:
        marked = not path.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)
    except OSError:
        return False
    return marked or not os.access(path, os.W_OK)


def translated(error: OSError, path: Path) -> LineError:
    """What `error` means for the workbook at `path`."""
    if error.errno in _FULL:
        text = "There is no room left on the disk of {name}. Free some; its rows wait and land by themselves."
        return DiskFull(message(text, name=path.name))
    if isinstance(error, PermissionError) and os.name == "nt" and path.exists():
        return open_elsewhere(path)  # Windows refuses what another program holds
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        text = "ocrwatch may not write {name} in {folder}. Allow it, or choose another place for it. Its rows wait."
        return FolderAway(message(text, name=path.name, folder=str(path.parent)))
    if isinstance(error, IsADirectoryError):
        text = "{name} in {folder} is a folder, not a spreadsheet. Rename it. The rows wait."
        return LedgerBusy(message(text, name=path.name, folder=str(path.parent)))
    return _away(path.parent)


def _is_place_for_drives(folder: Path) -> bool:
    """Drives appear in it: `/media`, `/media/anna`."""
    return folder in _MOUNT_ROOTS or (folder.parent in _MOUNT_ROOTS - {Path("/mnt")} and not folder.is_mount())


def _away(folder: Path) -> FolderAway:
    text = "The folder {folder} cannot be reached. If it is on a drive or a share, connect it. The rows wait."
    return FolderAway(message(text, folder=str(folder)))


def _write(temporary: Path, write: Callable[[BinaryIO], object], path: Path) -> Signature:
    """A new file gets the rights its folder gives to new files; a replaced one hands on its own."""
    with temporary.open("xb") as file:
        with contextlib.suppress(FileNotFoundError):
            _hand_on_rights(path, temporary)
        write(file)
        file.flush()
        os.fsync(file.fileno())
    status = temporary.stat()
    _sweep(temporary, status.st_mtime)
    return look_of(status)


def _hand_on_rights(path: Path, temporary: Path) -> None:
    """Owner and group where we may; mode, extended attributes and access lists where the system has them."""
    status = path.stat()
    if hasattr(os, "chown"):
        for owner, group in ((status.st_uid, status.st_gid), (-1, status.st_gid)):
            try:
                os.chown(temporary, owner, group)
                break
            except OSError:
                continue
    shutil.copystat(path, temporary)


def _sweep(temporary: Path, now: float) -> None:
    """Remove what a crash left beside the workbook; `now` is the disk's own time."""
    for other in temporary.parent.glob(".ocrwatch-*.tmp"):
        with contextlib.suppress(OSError):
            if other != temporary and now - other.stat().st_mtime > _LEFTOVER_SECONDS:
                other.unlink()
