"""The workbook as it was before the day's first change, kept in the state folder.

    BACKUPS/LEDGER-1a2b3c4d/2026-11-24.xlsx            before the first change of that day
                            2026-11-25-153005.xlsx     as it was when another was restored over it

Rules
  1. A workbook that cannot be backed up is not changed: its rows wait, visibly.
  2. A backup appears whole or not at all, and only its owner may read it. 14 of each kind are kept.
  3. Cheap: where the disk can, a backup shares the original's blocks.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from ocrwatch.errors import DiskFull, FolderAway, LedgerBusy, LineError
from ocrwatch.ledger import saving
from ocrwatch.messages import message
from ocrwatch.on_disk import sync_folder
from ocrwatch.ports import Clock

KEPT = 14

_TRIES = 5
_FICLONE = 0x40049409
"""linux/fs.h"""

_DAILY = re.compile(r"\d{4}-\d{2}-\d{2}")
_EXTRA = re.compile(r"\d{4}-\d{2}-\d{2}-\d{6}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """One backup. `name` is its day, with the time of day for one that was made by a restore."""

    name: str
    path: Path


class Backups:
    """The backups of all ledgers of a state folder. `folder` is made when the first is."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        self._done: dict[Path, str] = {}

    def before_change(self, workbook: Path) -> None:
        """Keep `workbook`, which is about to be changed, unless that was done today. A file that is not there needs
        none. Raises `DiskFull`, `FolderAway`, `LedgerBusy`."""
        today = f"{self._now():%Y-%m-%d}"
        if self._done.get(workbook) == today:
            return
        target = self._place(workbook) / f"{today}{workbook.suffix}"
        if not target.exists():
            if not workbook.exists():
                return
            self._keep(workbook, target, _DAILY)
        self._done[workbook] = today

    def of(self, workbook: Path) -> tuple[Backup, ...]:
        """The backups there are of `workbook`, newest first."""
        workbook = Path(os.path.realpath(workbook))
        place = self._place(workbook)
        found = [path for pattern in (_DAILY, _EXTRA) for path in _kept(place, workbook.suffix, pattern)]
        return tuple(Backup(name=path.stem, path=path) for path in sorted(found, reverse=True))

    def restore(self, backup: Backup, workbook: Path, check: Callable[[], None]) -> Path | None:
        """Put `backup` in the place of `workbook`; where the one that was there is kept, None when there was none.

        `check` raises while the workbook is open. Raises that, `LedgerBusy` when it is saved by another meanwhile,
        `DiskFull`, `FolderAway`; then it is as it was.
        """
        workbook = Path(os.path.realpath(workbook))
        check()
        saving.ensure_folder(workbook.parent)
        expected = saving.signature_of(workbook)
        kept = None
        if expected is not None:
            kept = self._free_name(workbook)
            self._keep(workbook, kept, _EXTRA)
        with saving.opened(backup.path) as opened:
            if opened is None:
                raise LedgerBusy(message("The backup {path} is not there any more.", path=str(backup.path)))
            source = opened.file
            saved = saving.save(workbook, lambda file: shutil.copyfileobj(source, file), expected=expected, check=check)
        if saved is None:
            text = "The spreadsheet {name} was saved by another program at this moment. Close it there, and try again."
            raise LedgerBusy(message(text, name=workbook.name))
        return kept

    # ------------------------------------------------------------

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock()).astimezone()

    def _place(self, workbook: Path) -> Path:
        """Two workbooks of one name in different folders have a place each."""
        sign = hashlib.sha256(os.path.normcase(workbook).encode(errors="surrogateescape")).hexdigest()[:8]
        return self._folder / f"{workbook.stem[:60]}-{sign}"

    def _free_name(self, workbook: Path) -> Path:
        moment = self._now()
        while True:
            path = self._place(workbook) / f"{moment:%Y-%m-%d-%H%M%S}{workbook.suffix}"
            if not path.exists():
                return path
            moment += timedelta(seconds=1)

    def _keep(self, workbook: Path, target: Path, pattern: re.Pattern[str]) -> None:
        try:
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _copy_whole(workbook, target)
        except OSError as error:
            raise _impossible(workbook, target.parent, error) from error
        for old in sorted(_kept(target.parent, target.suffix, pattern), reverse=True)[KEPT:]:
            with contextlib.suppress(OSError):  # it is tried again tomorrow
                old.unlink()


def _kept(place: Path, suffix: str, pattern: re.Pattern[str]) -> list[Path]:
    return [path for path in place.glob(f"*{suffix}") if pattern.fullmatch(path.stem)]


def _copy_whole(source: Path, target: Path) -> None:
    """Copy a file that others may save at this moment: only what was one file from its first byte to its last."""
    temporary = target.with_name(f".{target.name}.tmp")
    try:
        for _ in range(_TRIES):
            before = saving.signature_of(source)
            _copy(source, temporary)
            if saving.signature_of(source) == before:
                temporary.replace(target)
                sync_folder(target.parent)
                return
    finally:
        temporary.unlink(missing_ok=True)
    text = "The spreadsheet {name} is being saved by another program again and again. Its rows wait."
    raise LedgerBusy(message(text, name=source.name))


def _copy(source: Path, target: Path) -> None:
    with source.open("rb") as file, _created(target) as copy:
        if not _share_blocks(file.fileno(), copy.fileno()):
            shutil.copyfileobj(file, copy, 1024 * 1024)
        copy.flush()
        os.fsync(copy.fileno())


def _created(path: Path) -> BinaryIO:
    """The file, empty, that only its owner may read."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags, 0o600), "wb")


def _share_blocks(source: int, target: int) -> bool:
    """Whether `target` is `source` now, without a byte copied (btrfs, xfs)."""
    if sys.platform != "linux":
        return False
    import fcntl

    try:
        fcntl.ioctl(target, _FICLONE, source)
    except OSError:
        return False
    return True


def _impossible(workbook: Path, folder: Path, error: OSError) -> LineError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        text = "There is no room for a backup of {name} in {folder}. Free some; its rows wait and land by themselves."
        return DiskFull(message(text, name=workbook.name, folder=str(folder)))
    text = "{name} cannot be backed up into {folder}: {reason}. Allow it; its rows wait."
    reason = error.strerror or type(error).__name__
    return FolderAway(message(text, name=workbook.name, folder=str(folder), reason=reason))
