"""Moving a scan onto its reserved name, and finishing what a crash cut short.

    move    the target holds the mark ─ rename ─ hash the moved bytes
    across  the target holds the mark ─ copy beside it, hash ─ rename ─ source aside, hash ─ remove
    volumes

Rules
  1. Only a file that holds exactly our mark is replaced.
  2. The bytes are hashed where they arrived: what another program wrote into the scan at the last moment is found,
     and goes back as a new scan.
  3. Calling again after a crash at any point finishes the move.
  4. A scan on a drive that was unplugged is away, not gone.
"""

from __future__ import annotations

import errno
import hashlib
import itertools
import os
import shutil
import stat
from contextlib import suppress
from pathlib import Path

from ocrwatch.document import Signature
from ocrwatch.errors import FolderAway, Gone
from ocrwatch.filing.naming import filed_name, numbered
from ocrwatch.filing.reserving import claim, create, explained, holds, is_mark, release
from ocrwatch.messages import message
from ocrwatch.on_disk import digest_of, look_of, sync_folder


def move(source: Path, target: Path, mark: bytes, digest: str, signature: Signature, *, inbox: Path) -> None:
    """Put the scan with `digest` at `source` onto the reserved `target`.

    Raises `Gone` when the scan is not there any more or holds other bytes (the name is then released);
    `FolderAway`, also when the whole of `inbox` is; `DiskFull`.
    """
    with explained(target.parent, source.parent):
        _finish_removal(source, digest)
        if not holds(target, mark) and not claim(target, mark):
            _finish(source, target, digest, signature)
            return
        if not _is_same(source, digest, signature):
            _ensure_not_away(source, inbox)
            release(target, mark)
            raise _gone(source)
        try:
            source.replace(target)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            _copy_across(source, target, mark, digest)
            return
        sync_folder(target.parent)
        sync_folder(source.parent)
        if _durable_digest(target) != digest:
            _give_back(target, source)
            raise _gone(source)


def ensure_there(source: Path, inbox: Path) -> None:
    """Raises `FolderAway` when the scan is away with the whole of `inbox`, `Gone` when it alone is not there."""
    with explained(source.parent):
        if not os.path.lexists(source):
            _ensure_not_away(source, inbox)
            raise _gone(source)


def write_beside(path: Path, text: str) -> None:
    """Write `text` to `path` at once or not at all, for people (Windows' editors need the byte order mark)."""
    with explained(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(path.name + ".part")
        lines = text.replace("\n", os.linesep)
        try:
            part.write_bytes(("\ufeff" + lines).encode("utf-8", "replace"))
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)


# ---------------------------------------------------------------- what is where


def _is_same(source: Path, digest: str, signature: Signature) -> bool:
    """Whether the scan is still there with its bytes; they are only read when it looks changed."""
    try:
        status = source.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return stat.S_ISREG(status.st_mode) and (_looks_like(status, signature) or digest_of(source) == digest)


def _looks_like(status: os.stat_result, signature: Signature) -> bool:
    """`inode` is 0 where the file system's numbers are not to be trusted."""
    return signature.fits(look_of(status))


def _ensure_not_away(source: Path, inbox: Path) -> None:
    """Our own claim lies in a watched folder: one that is wholly empty is where a drive was mounted."""
    if os.path.lexists(source):
        return
    with suppress(FileNotFoundError, NotADirectoryError), os.scandir(inbox) as entries:
        if next(entries, None) is not None:
            return
    text = "The folder {folder} is not there, and {name} with it. Is its drive plugged in, its network share connected?"
    raise FolderAway(message(text, folder=str(inbox), name=source.name))


def _durable_digest(path: Path) -> str:
    with path.open("rb") as file:
        with suppress(OSError):  # not for a file opened to read, everywhere
            os.fsync(file.fileno())
        return hashlib.file_digest(file, "sha256").hexdigest()


# ---------------------------------------------------------------- crashes


def _finish(source: Path, target: Path, digest: str, signature: Signature) -> None:
    """Something else than the mark holds our name: the scan, moved before a crash, or somebody's file."""
    status = target.lstat()
    if stat.S_ISREG(status.st_mode):
        if digest_of(target) == digest:
            with suppress(FileNotFoundError, NotADirectoryError):
                if _looks_like(source.lstat(), signature) and not source.samefile(target):
                    _remove(source, digest)  # it was copied to another volume
            return
        if not _is_same(source, digest, signature) and not is_mark(target):
            _give_back(target, source)  # the crash came before the bytes were hashed
            raise _gone(source)
    text = "{name} in {folder} was replaced by another file. Move that file away."
    raise FolderAway(message(text, name=target.name, folder=str(target.parent)))


# ---------------------------------------------------------------- other volumes


def _copy_across(source: Path, target: Path, mark: bytes, digest: str) -> None:
    """A copy that is checked before it takes the name, then the source is removed."""
    part = target.with_name(f".{digest[:16]}.part")
    try:
        part.unlink(missing_ok=True)
        with source.open("rb") as scan, part.open("xb") as copy:
            shutil.copyfileobj(scan, copy, 1024 * 1024)
            copy.flush()
            with suppress(OSError):  # FAT knows neither owner nor mode
                shutil.copystat(source, part)
            os.fsync(copy.fileno())
        if digest_of(part) != digest:
            release(target, mark)
            raise _gone(source)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    sync_folder(target.parent)
    _remove(source, digest)


def _remove(source: Path, digest: str) -> None:
    """Remove the scan that lies elsewhere now; other bytes, put there at the last moment, stay."""
    with suppress(FileNotFoundError):
        source.replace(_aside(source, digest))
        _finish_removal(source, digest)


def _finish_removal(source: Path, digest: str) -> None:
    aside = _aside(source, digest)
    try:
        is_ours = digest_of(aside) == digest
    except (FileNotFoundError, NotADirectoryError):
        return
    if is_ours:
        aside.unlink()
        sync_folder(source.parent)
    else:
        _give_back(aside, source)


def _aside(source: Path, digest: str) -> Path:
    return source.with_name(f".{digest[:16]}.moved")


def _give_back(found: Path, source: Path) -> None:
    """Other bytes than those read were moved: back to where they lay, as a scan of their own."""
    for name in itertools.chain([source.name], numbered(filed_name(source.name))):
        back = source.with_name(name)
        try:
            os.link(found, back)  # exclusive, unlike a rename
        except FileExistsError:
            continue
        except OSError:
            if not create(back, b""):
                continue
            shutil.move(found, back)  # a rename, or a copy to another volume
        else:
            found.unlink()
        sync_folder(source.parent)
        return


def _gone(source: Path) -> Gone:
    return Gone(message("{name} was taken away or replaced before it could be filed.", name=source.name))
