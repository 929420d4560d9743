"""From a TOML file to `Settings`; what is wrong in it is told with its line, its key and a suggestion."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel

from ocrwatch.config import paths
from ocrwatch.config.profiles import FieldData
from ocrwatch.config.settings import Endpoint, Inbox, Reader, Settings
from ocrwatch.config.together import check
from ocrwatch.errors import ConfigurationError
from ocrwatch.messages import Message, message

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_TABLES: dict[str, type[BaseModel]] = {"reader": Reader, "endpoint": Endpoint, "inbox": Inbox}
_CLOSE_ENOUGH = 70.0


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
    if named is None:
        named = paths.default_config()
        if not named.exists():
            return _checked(Settings(), None)
    named = named.expanduser().absolute()
    return _checked(_parsed(named, _text(named)), named)


def _checked(settings: Settings, path: Path | None) -> Loaded:
    return Loaded(settings=settings, path=path, warnings=tuple(check(settings)))


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
        raise _syntax(path, text, str(error)) from error
    try:
        return Settings.model_validate(data, context={"folder": path.parent})
    except ValidationError as error:
        raise _explained(path, text, _most_telling(error.errors())) from error


def _syntax(path: Path, text: str, problem: str) -> ConfigurationError:
    found = re.search(r"\(at line (\d+)", problem)
    line = int(found.group(1)) if found else text.count("\n") + 1
    lines = text.splitlines()
    if 0 < line <= len(lines) and re.search(r'"[^"]*\\[^"]*"', lines[line - 1]):
        hint = "{file}, line {line}: write paths in single quotes ('C:\\Scans') or with forward slashes (C:/Scans)."
        return ConfigurationError(message(hint, file=path.name, line=line))
    reason = re.sub(r" \(at .*\)$", "", problem)
    return ConfigurationError(
        message("{file}, line {line}: this is not valid TOML: {reason}.", file=path.name, line=line, reason=reason)
    )


def _explained(path: Path, text: str, detail: ErrorDetails) -> ConfigurationError:
    location = detail["loc"]
    key = ".".join(part for part in location if isinstance(part, str) and part.isidentifier())
    name = key.rpartition(".")[2]
    line = _line_of(text, location)
    if detail["type"] == "extra_forbidden":
        return _unknown(path, line, location, name)
    return ConfigurationError(
        message(
            "{file}, line {line}: {key} cannot be {value}: {reason}.",
            file=path.name,
            line=line,
            key=key,
            value=_shown(detail["input"]),
            reason=detail["msg"].removeprefix("Value error, ").rstrip("."),
        )
    )


def _most_telling(details: list[ErrorDetails]) -> ErrorDetails:
    """Of the first setting that is wrong, the last complaint: what a number may be, not that it is no word."""
    return [detail for detail in details if detail["loc"][:3] == details[0]["loc"][:3]][-1]


def _unknown(path: Path, line: int, location: tuple[int | str, ...], name: str) -> ConfigurationError:
    from rapidfuzz import fuzz, process

    table: type[BaseModel] = _TABLES.get(str(location[0]), Settings) if len(location) > 1 else Settings
    table = FieldData if "fields" in location else table
    guess = process.extractOne(name, list(table.model_fields), scorer=fuzz.ratio, score_cutoff=_CLOSE_ENOUGH)
    if guess is None:
        known = ", ".join(table.model_fields)
        text = "{file}, line {line}: there is no setting {name}. There are: {known}."
        return ConfigurationError(message(text, file=path.name, line=line, name=name, known=known))
    text = "{file}, line {line}: there is no setting {name}. Did you mean {guess}?"
    return ConfigurationError(message(text, file=path.name, line=line, name=name, guess=guess[0]))


def _shown(value: object) -> str:
    return repr(value) if isinstance(value, str | int | float | bool) else type(value).__name__


def _line_of(text: str, location: tuple[int | str, ...]) -> int:
    """The line on which the key at `location` stands: in the n-th table of its name, or at the top."""
    tables = [part for part in location[:1] if isinstance(part, str) and len(location) > 1]
    number = next((part for part in location[1:2] if isinstance(part, int)), 0)
    keys = [part for part in location if isinstance(part, str)]
    wanted = keys[1] if tables and len(keys) > 1 else keys[0]
    current, seen = "", -1
    for index, line in enumerate(text.splitlines(), start=1):
        header = re.match(r"\s*\[\[?\s*([^\]\s]+)\s*\]\]?", line)
        if header:
            current = header.group(1)
            seen += current == (tables[0] if tables else "")
        is_there = current == (tables[0] if tables else "") and (not tables or seen == number)
        if is_there and re.match(rf"\s*[\"']?{re.escape(wanted)}[\"']?\s*[=.]", line):
            return index
        if header and not tables and current == wanted:
            return index
    return 1
