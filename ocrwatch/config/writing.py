"""Writing the configuration file: whole or not at all, with the rights it had, and the previous one beside it."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from ocrwatch.errors import ConfigurationError
from ocrwatch.messages import message

BACKUP_SUFFIX = ".bak"


def backup_of(path: Path) -> Path:
    """Where the previous file is kept: `config.toml.bak`."""
    return path.with_name(path.name + BACKUP_SUFFIX)


def write(path: Path, text: str) -> None:
    """Put `text` (lines end in \\n) in the place of the file, or make it. Raises ConfigurationError.

    A link is followed, line ends are kept as they were, and what stood there is kept as `backup_of(path)`.
    """
    try:
        target = path.resolve()
        target.parent.mkdir(parents=True, exist_ok=True)
        previous = target.read_bytes() if target.exists() else None
        if previous is not None and b"\r\n" in previous:
            text = text.replace("\n", "\r\n")
        mode = target.stat().st_mode & 0o777 if previous is not None else None
        if previous is not None:
            _replace(backup_of(target), previous, mode)
        _replace(target, text.encode("utf-8"), mode)
    except OSError as error:
        said = "{path} cannot be written: {reason}."
        reason = error.strerror or type(error).__name__
        raise ConfigurationError(message(said, path=str(path), reason=reason)) from error


def _replace(path: Path, data: bytes, mode: int | None) -> None:
    """The file appears with its bytes or not at all, and never with wider rights than `mode`."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # noqa: PTH123
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.chmod(mode if mode is not None else _usual_mode())
        draft.replace(path)
    except OSError:
        with suppress(OSError):
            draft.unlink()
        raise


def _usual_mode() -> int:
    """What a new file gets here by the user's own habit."""
    if os.name != "posix":
        return 0o600
    mask = os.umask(0o077)
    os.umask(mask)
    return 0o666 & ~mask
