"""Texts as panels and menus take them: one line, not too long.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

import unicodedata

WIDTH = 80
"""Columns of an entry; Chinese characters take two."""


def one_line(text: str, width: int = WIDTH) -> str:
    """`text` on one line of at most `width` columns; what is cut off ends in an ellipsis."""
    flat = " ".join("".join(character if _is_shown(character) else " " for character in text).split())
    used = 0
    for place, character in enumerate(flat):
        used += 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if used > width:
            return flat[: max(0, place - 1)].rstrip() + "…"
    return flat


def within_units(text: str, units: int) -> str:
    """`text` within so many UTF-16 units, as Windows counts."""
    if _units(text) <= units:
        return text
    cut = text
    while _units(cut) > units - 1:
        cut = cut[:-1]
    return cut + "…"


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", errors="surrogatepass")) // 2


def _is_shown(character: str) -> bool:
    return unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp")
