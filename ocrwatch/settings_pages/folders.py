"""The folder chooser of the pages: the names of folders (and of workbooks, where one is looked for); it can make one.

It shows what the person's own file manager would, and opens no file.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import ascii_uppercase

from ocrwatch.errors import UsageError
from ocrwatch.messages import Message, message

_WORKBOOKS = (".xlsx", ".xlsm", ".csv")
_MOST = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What lies in `folder`. `parent` is None at the top. `is_cut`: there are more than are shown."""

    folder: Path
    parent: Path | None
    folders: tuple[Path, ...]
    workbooks: tuple[Path, ...]
    is_cut: bool = False


def nearest(text: str) -> Path:
    """The folder that `text` names, or the nearest above it that is there; the home folder where it names none."""
    try:
        path = Path(os.path.abspath(os.path.expanduser(os.path.expandvars(text.strip() or "~"))))  # noqa: PTH100, PTH111
        return next((each for each in (path, *path.parents) if each.is_dir()), Path.home())
    except (OSError, ValueError):
        return Path.home()


def listing(folder: Path) -> Listing:
    """The names in `folder`. Raises UsageError."""
    try:
        with os.scandir(folder) as entries:
            seen = [entry for entry in entries if not entry.name.startswith((".", "~$"))]
    except (OSError, ValueError) as error:
        raise UsageError(_unusable(folder, error)) from error
    folders = sorted((Path(entry.path) for entry in seen if _is_folder(entry)), key=_by_name)
    workbooks = sorted((Path(e.path) for e in seen if e.name.lower().endswith(_WORKBOOKS)), key=_by_name)
    return Listing(
        folder=folder,
        parent=folder.parent if folder.parent != folder else None,
        folders=tuple(folders[:_MOST]),
        workbooks=tuple(path for path in workbooks[:_MOST] if path not in folders),
        is_cut=max(len(folders), len(workbooks)) > _MOST,
    )


def made(parent: Path, name: str) -> Path:
    """A new folder `name` in `parent`, or the one that is there. Raises UsageError."""
    name = name.strip()
    if not name or name in (".", "..") or set(name) & {"/", "\\", "\0"} or not name.isprintable():
        raise UsageError(message("Write the new folder's name, without / and \\."))
    try:
        (parent / name).mkdir(exist_ok=True)
    except OSError as error:
        raise UsageError(_unusable(parent / name, error)) from error
    return parent / name


def starts() -> Iterator[Path]:
    """Where people look first: home and what it holds, drives, mounted media."""
    home = Path.home()
    yield home
    for name in ("Desktop", "Documents", "Downloads", "Pictures", "OneDrive", "桌面", "文档", "下载", "图片"):
        if (home / name).is_dir():
            yield home / name
    if sys.platform == "win32":
        yield from (drive for letter in ascii_uppercase if (drive := Path(f"{letter}:\\")).exists())
    elif sys.platform == "darwin":
        yield Path("/Volumes")
    else:
        yield from (path for path in (Path("/media"), Path("/mnt")) if path.is_dir())


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads nowhere
        return False


def _by_name(path: Path) -> str:
    return path.name.casefold()


def _unusable(folder: Path, error: OSError | ValueError) -> Message:
    reason = (error.strerror if isinstance(error, OSError) else "") or type(error).__name__
    return message("The folder {folder} cannot be used: {reason}.", folder=str(folder), reason=reason)
