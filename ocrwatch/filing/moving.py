"""Reserving a name, moving a scan onto it, and finishing what a crash cut short.

A reserved name is a file of its own, created exclusively, that holds a mark: whose name it is. So nothing is ever
overwritten, and a crash before the journal knew leaves a name that its owner finds again.

    reserve(path, mark)         exclusive creation
    move(source, target, …)     target must hold the mark ─ rename ─ hash the moved bytes

Rules
  1. Only a file that holds exactly our mark is replaced.
  2. The bytes are hashed where they arrived: what another program wrote into the scan at the last moment is found,
     and goes back as a new scan.
  3. Calling again after a crash at any point finishes the move.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ocrwatch.document import Signature
from ocrwatch.errors import DiskFull, FolderAway, Gone
from ocrwatch.filing.naming import filed_name, numbered
from ocrwatch.messages import message

_SHARING_VIOLATION = 32


def reserve(folder: Path, name: str, mark: bytes) -> Path:
    """A free name in `folder` (created if need be) like `name`, now ours. Raises `FolderAway`, `DiskFull`."""
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for candidate in numbered(filed_name(name)):
            path = folder / candidate
            if _create(path, mark):
                sync_folder(folder)
                return path
            if holds(path, mark):
                return path
    raise AssertionError("names do not run out")


def move(source: Path, target: Path, mark: bytes, digest: str, signature: Signature) -> None:
    """Put the scan with `digest` at `source` onto the reserved `target`.

    Raises `Gone` when the scan is not there any more or holds other bytes (the name is then released);
    `FolderAway`, `DiskFull`.
    """
    with explained(target.parent):
        if not holds(target, mark) and not _create(target, mark):
            _ensure_arrived(target, digest)
            return
        if not _is_same(source, digest, signature):
            release(target, mark)
            raise _gone(source)
        try:
            source.replace(target)
        except FileNotFoundError as error:
            release(target, mark)
            raise _gone(source) from error
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            _copy_across(source, target, mark, digest, signature)
            return
        sync_folder(target.parent)
        sync_folder(source.parent)
        if digest_of(target) != digest:
            _give_back(target, source)
            raise _gone(source)


def release(target: Path, mark: bytes) -> None:
    """Remove the reserved name, if it still holds the mark."""
    if holds(target, mark):
        target.unlink(missing_ok=True)


def holds(path: Path, mark: bytes) -> bool:
    """Whether `path` is a regular file with exactly the bytes of `mark`."""
    try:
        status = path.lstat()
        return stat.S_ISREG(status.st_mode) and status.st_size == len(mark) and path.read_bytes() == mark
    except FileNotFoundError:
        return False


def digest_of(path: Path) -> str:
    """The SHA-256 of the file's bytes, hex. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_beside(path: Path, text: str) -> None:
    """Write `text` to `path` at once or not at all, for people (Windows' editors need the byte order mark)."""
    with explained(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(path.name + ".part")
        part.write_text(text, encoding="utf-8-sig", newline="\r\n" if os.name == "nt" else "\n")
        part.replace(path)


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable, where the system lets a folder be synced."""
    if os.name != "posix":
        return
    with suppress(OSError):  # some network file systems refuse
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def explained(folder: Path) -> Iterator[None]:
    """Translate OSErrors about `folder` into what a person can do."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            text = "The disk that holds {folder} is full. Free some space; ocrwatch then goes on."
            raise DiskFull(message(text, folder=str(folder))) from error
        if getattr(error, "winerror", None) == _SHARING_VIOLATION:
            name = Path(error.filename or folder).name
            raise FolderAway(message("{name} is open in another program. Close it there.", name=name)) from error
        text = "The folder {folder} cannot be written: {reason}. Is the drive there, and may you write to it?"
        reason = os.strerror(error.errno) if error.errno else type(error).__name__
        raise FolderAway(message(text, folder=str(folder), reason=reason)) from error


def _create(path: Path, mark: bytes) -> bool:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    except FileExistsError:
        return False
    except PermissionError:
        if path.exists():  # Windows answers so for a folder of that name
            return False
        raise
    try:
        os.write(descriptor, mark)
        os.fsync(descriptor)
    except OSError:
        os.close(descriptor)
        path.unlink(missing_ok=True)
        raise
    os.close(descriptor)
    return True


def _is_same(source: Path, digest: str, signature: Signature) -> bool:
    """Whether the scan is still there with its bytes; they are only read when it looks changed."""
    try:
        status = source.lstat()
    except FileNotFoundError:
        return False
    if not stat.S_ISREG(status.st_mode):
        return False
    if Signature(status.st_size, status.st_mtime_ns, status.st_ino) == signature:
        return True
    return digest_of(source) == digest


def _ensure_arrived(target: Path, digest: str) -> None:
    """Something else than the mark holds our name: the scan, moved before a crash, or somebody's file."""
    if digest_of(target) != digest:
        text = "{name} in {folder} was replaced by another file. Move that file away."
        raise FolderAway(message(text, name=target.name, folder=str(target.parent)))


def _copy_across(source: Path, target: Path, mark: bytes, digest: str, signature: Signature) -> None:
    """The move to another volume: a copy that is checked before it takes the name, then the source is removed."""
    part = target.with_name(target.name + ".part")
    try:
        shutil.copyfile(source, part, follow_symlinks=False)
        shutil.copystat(source, part, follow_symlinks=False)
        _sync_file(part)
        if digest_of(part) != digest:
            release(target, mark)
            raise _gone(source)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    sync_folder(target.parent)
    if _is_same(source, digest, signature):
        source.unlink()
        sync_folder(source.parent)


def _sync_file(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _give_back(target: Path, source: Path) -> None:
    """Other bytes than those read were moved: back to where they lay, as a scan of their own."""
    for name in numbered(source.name):
        back = source.with_name(name)
        try:
            os.link(target, back)  # exclusive, unlike a rename
        except FileExistsError:
            continue
        except OSError:
            if not _create(back, b""):
                continue
            target.replace(back)
            return
        target.unlink()
        return


def _gone(source: Path) -> Gone:
    return Gone(message("{name} was taken away or replaced before it could be filed.", name=source.name))
