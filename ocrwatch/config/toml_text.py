"""Values as TOML text. Pure.

Paths with backslashes stand in single quotes, where they can be read; everything else that needs escapes in double
quotes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import PurePath

Plain = bool | int | float | str | PurePath | Sequence["Plain"] | Mapping[str, "Plain"]

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_LITERAL = re.compile(r"[^'\x00-\x08\x0a-\x1f\x7f]*")


def toml_of(value: Plain) -> str:
    """`value` on one line."""
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return str(int(value)) if value.is_integer() else repr(value)
        case str():
            return _quoted(value)
        case PurePath():
            return _quoted(str(value))
        case Mapping():
            inside = ", ".join(f"{key_of(key)} = {toml_of(each)}" for key, each in value.items())
            return f"{{ {inside} }}" if inside else "{}"
        case _:
            return f"[{', '.join(toml_of(each) for each in value)}]"


def key_of(name: str) -> str:
    """`name` as a key."""
    return name if _BARE.fullmatch(name) else _quoted(name)


def _quoted(text: str) -> str:
    if "\\" in text and _LITERAL.fullmatch(text):
        return f"'{text}'"
    plain = text.encode("utf-8", "replace").decode("utf-8")  # half a surrogate is no TOML
    return json.dumps(plain, ensure_ascii=False).replace("\x7f", "\\u007f")
