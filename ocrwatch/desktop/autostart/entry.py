"""One way of being started at login, and what all ways share."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from ocrwatch.errors import UsageError
from ocrwatch.messages import message

_PATIENCE_SECONDS = 10.0


class Entry(Protocol):
    """An entry that the system reads at login. Its methods raise UsageError where the system does not allow it."""

    @property
    def place(self) -> str:
        """Where it stands: a file, or a key of the registry."""
        ...

    def command(self) -> tuple[str, ...] | None:
        """What it starts; None where there is no entry, () where it cannot be read."""
        ...

    def is_on(self) -> bool:
        """Whether it is there and nobody switched it off."""
        ...

    def turn_on(self, command: Sequence[str]) -> None:
        """Have the system start `command` at login."""
        ...

    def turn_off(self) -> None:
        """Take it away."""
        ...


def write(path: Path, content: bytes) -> None:
    """Put `content` at `path` in one step, its folders made. Raises UsageError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            os.chmod(name, 0o644)  # noqa: PTH101  a name, not a Path
            os.replace(name, path)  # noqa: PTH105
        except BaseException:
            with suppress(OSError):
                os.unlink(name)  # noqa: PTH108
            raise
    except OSError as error:
        raise _not_allowed(path, error) from error


def take_away(path: Path) -> bool:
    """Remove `path`; False where it is not there. Raises UsageError."""
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except NotADirectoryError:
        return False
    except OSError as error:
        raise _not_allowed(path, error) from error
    return True


def text_of(path: Path) -> str | None:
    """What `path` says; None where it is not there, "" where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, UnicodeDecodeError):
        return ""


def told(command: Sequence[str]) -> bool:
    """Whether a program of the system, told in passing of what changed, was there and content with it."""
    try:
        finished = subprocess.run(  # noqa: S603  the system's own
            command, capture_output=True, stdin=subprocess.DEVNULL, timeout=_PATIENCE_SECONDS, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return finished.returncode == 0


def _not_allowed(path: Path, error: OSError) -> UsageError:
    text = "Start at login cannot be changed: {path}: {reason}."
    return UsageError(message(text, path=str(path), reason=error.strerror or type(error).__name__))
