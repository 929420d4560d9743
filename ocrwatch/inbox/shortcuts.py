"""Links as files: what a browser leaves when an address is dragged out of it. Pure.

    .url       Windows: [InternetShortcut] and URL= in it        .desktop  Linux: [Desktop Entry], Type=Link and URL=
    .webloc    macOS: a property list with the key URL            .txt      exactly one http or https address

The only files whose name has a say in what they are: these are texts, and any text could hold an address.
"""

from __future__ import annotations

import plistlib
import re
from pathlib import PurePath
from urllib.parse import unquote, urlsplit

LINK = "text/uri-list"
"""The kind of a link, as `kinds.py` tells the kinds of scans."""

LINK_SUFFIXES = frozenset({".url", ".webloc", ".desktop", ".txt"})

LARGEST_BYTES = 64 * 1024

_ADDRESS = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_MOST_NAME_CHARACTERS = 80


def may_be_link(name: str) -> bool:
    """Whether a file of this name is looked at as a link."""
    return PurePath(name).suffix.lower() in LINK_SUFFIXES


def address_in(name: str, data: bytes) -> str | None:
    """The address that the file holds; "" where it should hold one and does not; None where it is no link at all."""
    if len(data) > LARGEST_BYTES:
        return None
    match PurePath(name).suffix.lower():
        case ".url":
            return _in_section(_text(data), "internetshortcut").get("url", "")
        case ".desktop":
            entry = _in_section(_text(data), "desktop entry")
            return entry.get("url", "") if entry.get("type", "").lower() == "link" else None
        case ".webloc":
            return _in_property_list(data)
        case ".txt":
            said = _text(data).strip()
            return said if _ADDRESS.fullmatch(said) else None
        case _:
            return None


def ends_early(name: str, data: bytes) -> bool:
    """Whether the file of a link is still being written."""
    is_named = PurePath(name).suffix.lower() != ".txt"
    is_open = data.lstrip().startswith(b"<") and b"</plist>" not in data
    return is_named and (not data.strip(b"\0\r\n\t ") or is_open)


def name_in(url: str, otherwise: str) -> str:
    """What the picture at `url` is called, without a suffix; `otherwise` where the address does not say."""
    try:
        last = unquote(urlsplit(url).path.rpartition("/")[2], errors="ignore")
    except ValueError:
        last = ""
    stem = PurePath(last).stem if last.strip(". ") else ""
    plain = re.sub(r"[^\w.,()+ -]", "_", stem, flags=re.ASCII if not stem.isprintable() else 0).strip("._ ")
    return plain[:_MOST_NAME_CHARACTERS].strip() or otherwise


def _in_section(text: str, section: str) -> dict[str, str]:
    """The settings of one section of an INI file, the first of a name counting."""
    found: dict[str, str] = {}
    is_inside = False
    for line in text.splitlines():
        plain = line.strip()
        if plain.startswith("["):
            is_inside = plain[1:].partition("]")[0].strip().lower() == section
        elif is_inside and "=" in plain:
            name, _, value = plain.partition("=")
            found.setdefault(name.strip().lower(), value.strip())
    return found


def _in_property_list(data: bytes) -> str:
    try:
        known = plistlib.loads(data)
    except Exception:  # noqa: BLE001  whatever its parsers meet, it is no property list
        return ""
    url = known.get("URL") if isinstance(known, dict) else None
    return url.strip() if isinstance(url, str) else ""


def _text(data: bytes) -> str:
    """Text of Windows and others; a byte that is no character stays one that no address has."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8-sig", "replace")
