"""The document ids of a sheet, and in which row each stands: twelve bytes a row.

An id of 16 hex digits is its own key of eight bytes; anything else (`-1` after it, what a user typed) is hashed to one.

Pure.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence
from hashlib import blake2b

_KEY_BYTES = 8
_HEX = re.compile("[0-9a-f]{16}")


class RowIds:
    """Rows by id: the topmost counts, where one stands twice."""

    def __init__(self) -> None:
        self._keys = bytearray()
        self._rows = array("I")

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, text: str, row: int) -> None:
        """`text` as it stands in the sheet; blank around it does not count."""
        self._keys += key_of(text)
        self._rows.append(row)

    def add_keys(self, keys: bytes, rows: Sequence[int]) -> None:
        """Ids by their keys, one after the other."""
        self._keys += keys
        self._rows.extend(rows)

    def find(self, text: str) -> int | None:
        """The row with the id `text`."""
        key = key_of(text)
        found: int | None = None
        place = self._keys.find(key)
        while place >= 0:
            if place % _KEY_BYTES == 0:
                row = self._rows[place // _KEY_BYTES]
                found = row if found is None else min(found, row)
            place = self._keys.find(key, place + 1)
        return found

    def move(self, row: int, to: int) -> None:
        """The id in `row` stands in the row `to` now."""
        for place, each in enumerate(self._rows):
            if each == row:
                self._rows[place] = to

    def copy(self) -> RowIds:
        made = RowIds()
        made.take(self)
        return made

    def take(self, *others: RowIds) -> None:
        """All that the others hold."""
        for other in others:
            self._keys += other._keys  # noqa: SLF001 -- of its own kind
            self._rows.extend(other._rows)  # noqa: SLF001


def key_of(text: str) -> bytes:
    """The eight bytes by which `text` is known."""
    text = text.strip()
    return bytes.fromhex(text) if _HEX.fullmatch(text) else blake2b(text.encode(), digest_size=_KEY_BYTES).digest()
