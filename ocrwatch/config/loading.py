"""From a TOML file to `Settings`. What is wrong in it is told by `explaining.py`."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path

from ocrwatch.config import paths
from ocrwatch.config.settings import Settings
from ocrwatch.config.together import check
from ocrwatch.errors import ConfigurationError
from ocrwatch.messages import Message, message


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """Settings in force. `path` is None where no file was found and the defaults hold."""

    settings: Settings
    path: Path | None
    warnings: tuple[Message, ...] = ()


def load(path: Path | None = None) -> Loaded:
    """The settings of `path`, else of OCRWATCH_CONFIG, else of the user's file, else the defaults.

    Raises ConfigurationError.
    """
    named = path or (Path(os.environ[paths.CONFIG_VARIABLE]) if os.environ.get(paths.CONFIG_VARIABLE) else None)
    if named is not None:
        return _of_file(named)
    usual = paths.default_config()
    return _of_file(usual) if os.path.lexists(usual) else _checked(Settings(), None)


def load_text(path: Path, text: str) -> Loaded:
    """The settings that `path` would bring if it held `text`. Raises ConfigurationError."""
    return _checked(_parsed(path, text), path)


def text_of(path: Path) -> str:
    """What the file holds, its lines ended by \\n. Raises ConfigurationError."""
    return _text(path)


def _of_file(path: Path) -> Loaded:
    path = Path(os.path.abspath(os.path.expanduser(path)))  # noqa: PTH100, PTH111  Path's raises for unknown users
    return _checked(_parsed(path, _text(path)), path)


def _checked(settings: Settings, path: Path | None) -> Loaded:
    try:
        return Loaded(settings=settings, path=path, warnings=tuple(check(settings)))
    except ConfigurationError as error:
        if path is None:
            raise
        raise ConfigurationError(message("{file}: {problem}", file=path.name, problem=error.message)) from error


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        text = "{file} is not saved as UTF-8. Open it in an editor, choose Save as, and choose UTF-8."
        raise ConfigurationError(message(text, file=str(path))) from error
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else type(error).__name__
        raise ConfigurationError(
            message("The configuration {file} cannot be opened: {reason}.", file=str(path), reason=reason)
        ) from error


def _parsed(path: Path, text: str) -> Settings:
    from pydantic import ValidationError

    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        from ocrwatch.config.explaining import syntax_error

        raise syntax_error(path.name, text, error) from error
    try:
        return Settings.model_validate(data, context={"folder": path.parent})
    except ValidationError as error:
        from ocrwatch.config.explaining import setting_error

        raise setting_error(path.name, text, error.errors()) from error
