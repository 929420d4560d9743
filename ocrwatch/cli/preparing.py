"""What a set-up needs of the computer, in the terminal and in the browser: folders, files in them, a daemon."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

from ocrwatch.config.paths import made_private
from ocrwatch.desktop.autostart.program import this_program
from ocrwatch.desktop.instance import is_running
from ocrwatch.errors import UsageError
from ocrwatch.messages import message

_START_SECONDS = 30.0
_MOST_FILES = 100_000
_ERRORS_NAME = "start.txt"
_DETACHED = 0
if sys.platform == "win32":
    _DETACHED = subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP


def count_files(folder: Path) -> int:
    """The files that lie in `folder` itself, without those that hide; 0 where it cannot be looked into."""
    try:
        with os.scandir(folder) as entries:
            return sum(1 for _, entry in zip(range(_MOST_FILES), entries, strict=False) if _is_file(entry))
    except (OSError, ValueError):
        return 0


def _is_file(entry: os.DirEntry[str]) -> bool:
    return not entry.name.startswith((".", "~$")) and entry.is_file()


def make_folder(folder: Path) -> None:
    """Make `folder`. Raises UsageError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        said = "The folder {folder} cannot be made: {reason}. Make it, or name another in the configuration."
        raise UsageError(message(said, folder=str(folder), reason=error.strerror or type(error).__name__)) from error


def start_settings(config: Path) -> None:
    """Show the settings of `config`, by a process of its own that outlives this one. Raises OSError."""
    _started("settings", config, errors=subprocess.DEVNULL)


def _started(command: str, config: Path, *, errors: int | IO[bytes]) -> subprocess.Popen[bytes]:
    """This very program with `command`, apart from this process."""
    return subprocess.Popen(  # noqa: S603  this very program
        [*this_program(), command, "--config", str(config.absolute())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=errors,
        cwd=Path.home(),
        start_new_session=os.name == "posix",
        creationflags=_DETACHED,
    )


def start_daemon(config: Path, state_dir: Path) -> None:
    """Start the daemon, apart from this process, and see it up. Raises UsageError with what it said where it ended."""
    errors = made_private(state_dir) / _ERRORS_NAME
    with errors.open("wb") as file:
        process = _started("run", config, errors=file)
    moment = threading.Event()
    for _ in range(int(_START_SECONDS / 0.1)):
        if is_running(state_dir):
            return
        if process.poll() is not None:
            said = errors.read_text(encoding="utf-8", errors="replace").strip()
            raise UsageError(message("ocrwatch could not start: {reason}", reason=said or str(process.returncode)))
        moment.wait(0.1)
    raise UsageError(message("ocrwatch has not started yet. See in a moment: ocrwatch status"))
