"""Paths as people write them: `~`, environment variables, relative ones.

A path that would silently mean another place than its writer meant is refused: an empty one (the configuration's own
folder), a variable that is not set (a folder named `$SCANS`), and the control characters that TOML makes of
"C:\\bills\\new".
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, ValidationInfo

from ocrwatch.config.misfit import Misfit
from ocrwatch.messages import message

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_VARIABLE = re.compile(r"\$(?:\w+|\{\w+\})")
_WINDOWS_VARIABLE = re.compile(r"%\w+%")
_IN_BRACES = re.compile(r"\{(?:year|month)\}")


def expanded(text: str) -> str:
    """`text` with `~` and variables put in. Raises Misfit."""
    if not text.strip():
        raise Misfit(message("a folder or file must be named"))
    if _CONTROL.search(text):
        hint = "write paths in single quotes ('C:\\Scans') or with forward slashes (C:/Scans)"
        raise Misfit(message(hint))
    put_in = os.path.expandvars(text.strip())
    unknown = _VARIABLE.search(put_in) or (_WINDOWS_VARIABLE.search(put_in) if os.name == "nt" else None)
    if unknown is not None:
        raise Misfit(message("the variable {name} is not set on this computer", name=unknown[0]))
    home = os.path.expanduser(put_in)  # noqa: PTH111  Path.expanduser raises where there is no such user
    if home.startswith("~"):
        raise Misfit(message("there is no user {name} on this computer", name=re.split(r"[/\\]", home)[0]))
    return home


def _absolute(value: object, info: ValidationInfo) -> object:
    if not isinstance(value, str | Path):
        return value
    folder = (info.context or {}).get("folder") or Path.cwd()
    return Path(os.path.normpath(folder / expanded(str(value))))


def _pattern(value: str) -> str:
    text = expanded(value)
    if re.search(r"[{}]", _IN_BRACES.sub("", text)):
        raise Misfit(message("only {{year}} and {{month}} may stand in braces"))
    return text


AbsolutePath = Annotated[Path, BeforeValidator(_absolute)]
"""Absolute and normal; relative ones are taken from the validation context's `folder`."""

FolderPattern = Annotated[str, AfterValidator(_pattern)]
"""A folder, relative to the inbox or absolute, in which `{year}` and `{month}` may stand."""
