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
from dataclasses import dataclass, field, replace
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


_Look = tuple[int, int, int, int]
"""Size, mtime and ctime in ns, inode."""

_TELLS_HIDDEN = hasattr(os.stat_result, "st_flags") or hasattr(os.stat_result, "st_file_attributes")


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of a folder, the folders they lie in (itself first), and its subfolders that could not be listed.

    `looks` is for the next listing, which makes nothing anew for a file that looks as it did: thousands of files
    that stay in their folder cost little then.
    """

    files: dict[Path, Sighting]
    folders: tuple[Path, ...]
    unreadable: tuple[Path, ...]
    looks: dict[str, tuple[_Look, Path, Sighting]] = field(default_factory=dict, repr=False, compare=False)


def is_ignored(name: str) -> bool:
    """Whether a file or folder of this name is never looked at."""
    lower = name.lower()
    return lower in _IGNORED_NAMES or lower.startswith(_IGNORED_STARTS) or lower.endswith(_IGNORED_ENDS)


def listed(
    folder: Path, kind: FileSystem, *, recursive: bool, own_paths: Collection[Path], before: Listing | None = None
) -> Listing:
    """What lies in `folder`, apart from `own_paths`. `before`: an earlier listing of it. Raises `FolderAway`."""
    own = _Own(own_paths)
    known = before.looks if before is not None else {}
    listing = Listing({}, (), ())
    folders: list[Path] = []
    unreadable: list[Path] = []
    waiting = [(folder, folder.resolve())]
    while waiting:
        place, real = waiting.pop()
        try:
            for name, path, found in _entries(place, real, own):
                if stat.S_ISREG(found.st_mode):
                    _add(listing, path, found, kind, known)
                elif recursive and _is_folder(found):
                    waiting.append((place / name, real / name))
            folders.append(place)
        except OSError as error:
            if place == folder:
                raise away.unreadable(folder, error) from error
            unreadable.append(place)
    if unreadable:
        _make_sure_of(folder)
    still_there = tuple(place for place in unreadable if place.exists())
    return replace(listing, folders=tuple(folders), unreadable=still_there)


def sighting(path: Path, kind: FileSystem) -> Sighting | None:
    """How the file at `path` looks; None when no regular file is there."""
    try:
        found = path.lstat()
    except OSError:
        return None
    return _sighting(found, kind) if stat.S_ISREG(found.st_mode) else None


def _add(
    listing: Listing, path: str, found: os.stat_result, kind: FileSystem, known: dict[str, tuple[_Look, Path, Sighting]]
) -> None:
    look = (found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)
    entry = known.get(path)
    if entry is None or entry[0] != look:
        entry = (look, entry[1] if entry is not None else Path(path), _sighting(found, kind))
    listing.looks[path] = entry
    listing.files[entry[1]] = entry[2]


def _entries(place: Path, real: Path, own: _Own) -> Iterator[tuple[str, str, os.stat_result]]:
    # lstat and not os.scandir's own figures: on Windows these have no inode, and an old size while a file is written.
    # Strings and not paths: of ten thousand files these would cost more than the listing.
    prefix, own_names = str(place).rstrip(os.sep) + os.sep, own.names_in(real)
    for name in os.listdir(place):  # noqa: PTH208
        if is_ignored(name) or (own_names and os.path.normcase(name) in own_names):
            continue
        path = prefix + name
        try:
            found = os.lstat(path)
        except OSError:
            continue  # gone since, or not to be seen
        if not (_TELLS_HIDDEN and _is_hidden(found)) and not own.is_one(found):
            yield name, path, found


class _Own:
    """Our own files and folders, known by path and, where names have two spellings, by identity."""

    def __init__(self, paths: Collection[Path]) -> None:
        self._paths = [path.resolve() for path in paths]
        self._identities: set[tuple[int, int]] = set()
        for path in paths:
            try:
                found = path.stat()
            except OSError:
                continue
            self._identities.add((found.st_dev, found.st_ino))

    def names_in(self, folder: Path) -> frozenset[str]:
        """The names of those that lie in `folder` itself."""
        return frozenset(os.path.normcase(path.name) for path in self._paths if path.parent == folder)

    def is_one(self, found: os.stat_result) -> bool:
        return (found.st_dev, found.st_ino) in self._identities


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
        os.listdir(folder)  # noqa: PTH208
    except OSError as error:
        raise away.unreadable(folder, error) from error
