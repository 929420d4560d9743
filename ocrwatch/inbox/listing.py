"""What lies in a watched folder now.

Only regular files are listed, by `lstat`: links are not followed, and pipes, sockets, devices and folders named
x.jpg are neither opened nor waited for. Left out: hidden things, what programs leave while they work (downloads,
lock files), and what is ours.

A folder that cannot be listed is `FolderAway`. A subfolder that cannot be is told of, and the rest goes on.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from ocrwatch.document import Signature
from ocrwatch.inbox import away
from ocrwatch.inbox.filesystems import FileSystem
from ocrwatch.inbox.settling import Sighting

_IGNORED_NAMES = frozenset(
    [
        "thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "__macosx",
        "lost+found", "system volume information", "$recycle.bin", "@eadir", "#recycle", "#snapshot", "@tmp",
    ]
)  # fmt: skip
_IGNORED_STARTS = (".", "~$")
"""Hidden, and open in Office."""
_IGNORED_ENDS = (
    ".part", ".partial", ".filepart", ".tmp", ".temp", ".crdownload", ".download", ".opdownload", ".lock", ".lck",
)  # fmt: skip

_JUNCTION = 0xA0000003  # IO_REPARSE_TAG_MOUNT_POINT


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of a folder, and its subfolders that could not be listed."""

    files: dict[Path, Sighting]
    unreadable: tuple[Path, ...]


def is_ignored(name: str) -> bool:
    """Whether a file or folder of this name is never looked at."""
    lower = name.lower()
    return lower in _IGNORED_NAMES or lower.startswith(_IGNORED_STARTS) or lower.endswith(_IGNORED_ENDS)


def listed(folder: Path, kind: FileSystem, *, recursive: bool, own_paths: Collection[Path]) -> Listing:
    """What lies in `folder`, apart from `own_paths`. Raises `FolderAway`."""
    own = _Own(own_paths)
    files: dict[Path, Sighting] = {}
    unreadable: list[Path] = []
    waiting = [(folder, folder.resolve())]
    while waiting:
        place, real = waiting.pop()
        try:
            for name, found in _entries(place, real, own):
                if stat.S_ISREG(found.st_mode):
                    files[place / name] = _sighting(found, kind)
                elif recursive and _is_folder(found):
                    waiting.append((place / name, real / name))
        except OSError as error:
            if place == folder:
                raise away.unreadable(folder, error) from error
            unreadable.append(place)
    if unreadable:
        _make_sure_of(folder)
    return Listing(files, tuple(place for place in unreadable if place.exists()))


def sighting(path: Path, kind: FileSystem) -> Sighting | None:
    """How the file at `path` looks; None when no regular file is there."""
    try:
        found = path.lstat()
    except OSError:
        return None
    return _sighting(found, kind) if stat.S_ISREG(found.st_mode) else None


def _entries(place: Path, real: Path, own: _Own) -> Iterator[tuple[str, os.stat_result]]:
    # lstat and not os.scandir's own figures: on Windows these have no inode, and an old size while a file is written.
    for path in place.iterdir():
        if is_ignored(path.name):
            continue
        try:
            found = path.lstat()
        except OSError:
            continue  # gone since, or not to be seen
        if not _is_hidden(found) and not own.holds(real / path.name, found):
            yield path.name, found


class _Own:
    """Our own files and folders, known by path and, where names have two spellings, by identity."""

    def __init__(self, paths: Collection[Path]) -> None:
        self._paths = {os.path.normcase(path.resolve()) for path in paths}
        self._identities: set[tuple[int, int]] = set()
        for path in paths:
            try:
                found = path.stat()
            except OSError:
                continue
            self._identities.add((found.st_dev, found.st_ino))

    def holds(self, real_path: Path, found: os.stat_result) -> bool:
        return os.path.normcase(real_path) in self._paths or (found.st_dev, found.st_ino) in self._identities


def _sighting(found: os.stat_result, kind: FileSystem) -> Sighting:
    # A file that is copied with its old mtime, or moved here, has a new ctime.
    changed_at = max(found.st_mtime, found.st_ctime) if kind.is_exact else None
    return Sighting(Signature(found.st_size, found.st_mtime_ns, found.st_ino if kind.is_exact else 0), changed_at)


def _is_folder(found: os.stat_result) -> bool:
    return stat.S_ISDIR(found.st_mode) and getattr(found, "st_reparse_tag", 0) != _JUNCTION


def _is_hidden(found: os.stat_result) -> bool:
    attributes = getattr(found, "st_file_attributes", 0)  # Windows
    flags = getattr(found, "st_flags", 0)  # macOS
    return bool(attributes & stat.FILE_ATTRIBUTE_HIDDEN or flags & stat.UF_HIDDEN)


def _make_sure_of(folder: Path) -> None:
    """A share that goes away in the middle of a listing is away as a whole."""
    try:
        next(folder.iterdir(), None)
    except OSError as error:
        raise away.unreadable(folder, error) from error
