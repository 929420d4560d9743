"""Names for filed scans that every file system takes. Pure.

A name is kept as it is where it can be. What Windows or a person's eye cannot take becomes `_`: separators,
control characters, marks that turn the writing direction, `<>:"|?*`, dots and spaces at the end, and the names
that Windows reserves for devices. Names are at most 255 bytes of UTF-8, the limit of ext4, with room for a number
and for `.reason.txt`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import PurePath

REASON_SUFFIX = ".reason.txt"

_LONGEST_BYTES = 255 - len(REASON_SUFFIX) - len(" (99999)") - len(".part")

SHORT_BYTES = 100
"""For file systems whose names hold less: 143 bytes on encrypted shares."""

_FORBIDDEN = re.compile(r'[\\/<>:"|?*]')
_DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(\..*)?", re.IGNORECASE)


def filed_name(name: str, *, longest_bytes: int = _LONGEST_BYTES) -> str:
    """`name` as every file system takes it: never empty, no path, at most 255 bytes with what may be added."""
    clean = "".join("_" if _is_unfit(character) else character for character in name)
    clean = _FORBIDDEN.sub("_", clean).rstrip(". ")
    if clean.strip(". ") == "" or _DEVICES.fullmatch(clean) or clean.startswith("~$"):
        clean = f"_{clean}"
    stem, suffix = _split(clean)
    return (_cut(stem, longest_bytes - len(suffix.encode())) + suffix).rstrip(". ") or "_"


def numbered(name: str) -> Iterator[str]:
    """`name`, then "stem (2).suffix", "stem (3).suffix" …"""
    yield name
    stem, suffix = _split(name)
    number = 2
    while True:
        yield f"{stem} ({number}){suffix}"
        number += 1


def _split(name: str) -> tuple[str, str]:
    suffix = PurePath(name).suffix
    if not 1 < len(suffix.encode()) <= 16:
        return name, ""
    return name[: -len(suffix)], suffix


def _is_unfit(character: str) -> bool:
    """Control characters, line separators, bytes that are no text, and direction marks."""
    return (
        unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")
        or character in "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    )


def _cut(text: str, most_bytes: int) -> str:
    return text.encode()[: max(1, most_bytes)].decode(errors="ignore") or "_"
