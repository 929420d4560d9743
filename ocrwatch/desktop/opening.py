"""Opening files and folders with the system's own programs; never through a shell.

Windows   os.startfile, explorer /select
macOS     open, open -R
Linux     xdg-open, else gio; a file in its folder by org.freedesktop.FileManager1, else its folder
"""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from ocrwatch.errors import OcrwatchError
from ocrwatch.messages import message
from ocrwatch.on_disk import is_folder, is_there

log = logging.getLogger(__name__)

_OPENERS = (("xdg-open",), ("gio", "open"))
_PATIENCE_SECONDS = 20.0
"""An opener that runs for longer is the program itself."""

_SHOW_ITEMS = (
    "dbus-send", "--session", "--print-reply", "--reply-timeout=5000", "--dest=org.freedesktop.FileManager1",
    "/org/freedesktop/FileManager1", "org.freedesktop.FileManager1.ShowItems",
)  # fmt: skip


class CannotOpen(OcrwatchError):
    """What was to be opened is not there, or nothing opens it. `folder` is there, and may be opened in its place."""

    def __init__(self, error: OcrwatchError, folder: Path | None) -> None:
        super().__init__(error.message)
        self.folder = folder


def open_file(path: Path) -> None:
    """Open `path` in its program. Raises `CannotOpen`."""
    _ensure_there(path)
    _open(path)


def open_folder(folder: Path) -> None:
    """Open `folder` in the file manager. Raises `CannotOpen`."""
    _ensure_there(folder)
    _open(folder)


def show_file(path: Path) -> None:
    """Show `path` in its folder, marked where the system can. Raises `CannotOpen`."""
    _ensure_there(path)
    if sys.platform == "win32":
        subprocess.Popen(["explorer", f"/select,{path}"])  # noqa: S603, S607  explorer's exit status says nothing
    elif sys.platform == "darwin":
        _started(path, [["open", "-R", str(path)]])
    elif not _shown_by_file_manager(path):
        _open(path.parent)


def _ensure_there(path: Path) -> None:
    if is_there(path):
        return
    folder = next((above for above in path.parents if is_folder(above)), None)
    text = "{name} is not there any more: it was deleted, moved or renamed, or its drive is away ({folder})."
    error = OcrwatchError(message(text, name=path.name, folder=str(path.parent)))
    raise CannotOpen(error, folder if folder != Path(path.anchor) else None)


def _open(path: Path) -> None:
    if sys.platform == "win32":
        try:
            os.startfile(path)  # noqa: S606  the system's own way
        except OSError as error:
            raise _nothing_opens(path) from error
    elif sys.platform == "darwin":
        _started(path, [["open", str(path)]])
    else:
        _started(path, [[*opener, str(path)] for opener in _OPENERS])


def _started(path: Path, commands: Sequence[Sequence[str]]) -> None:
    """The first command that is there and does it. Raises `CannotOpen`."""
    for command in commands:
        program = shutil.which(command[0])
        if program is not None and _is_done([program, *command[1:]]):
            return
    raise _nothing_opens(path)


def _is_done(command: Sequence[str]) -> bool:
    """Whether it ended well, or runs on."""
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(  # noqa: S603  a program of the system, and a path
        command, stdin=quiet, stdout=quiet, stderr=quiet, env=system_environment(), start_new_session=True
    )
    try:
        return process.wait(_PATIENCE_SECONDS) == 0
    except subprocess.TimeoutExpired:
        return True


def _shown_by_file_manager(path: Path) -> bool:
    program = shutil.which(_SHOW_ITEMS[0])
    address = path.absolute().as_uri()
    if program is None or "," in address:  # which dbus-send takes for the next element
        return False
    return _is_done([program, *_SHOW_ITEMS[1:], f"array:string:{address}", "string:"])


def system_environment() -> Mapping[str, str]:
    """The environment without what a packed program has put there for its own libraries."""
    environment = dict(os.environ)
    for name in ("LD_LIBRARY_PATH", "GIO_MODULE_DIR"):
        if (before := environment.pop(f"{name}_ORIG", None)) is not None:
            environment[name] = before
        elif getattr(sys, "frozen", False):
            environment.pop(name, None)
    return environment


def _nothing_opens(path: Path) -> CannotOpen:
    text = "No program of this computer opens {name}. It lies in {folder}."
    error = OcrwatchError(message(text, name=path.name, folder=str(path.parent)))
    return CannotOpen(error, None)
