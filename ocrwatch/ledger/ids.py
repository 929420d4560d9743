"""The document ids of a sheet, and in which row each stands: twelve bytes a row.

An id of 16 hex digits is its own key of eight bytes; anything else (`-1` after it, what a user typed) is hashed to one.
A sieve tells at once of most ids that a large sheet does not hold; the others are looked for among the keys.

Pure.
"""

from __future__ import annotations

import re
import sys
from array import array
from collections.abc import Sequence
from hashlib import blake2b

_KEY_BYTES = 8
_HEX = re.compile("[0-9a-f]{16}")
_SIEVE_BYTES = 1 << 22
_SIEVED_FROM_ROWS = 20_000


class RowIds:
    """Rows by id: the topmost counts, where one stands twice."""

    def __init__(self) -> None:
        self._keys = bytearray()
        self._rows = array("I")
        self._sieve = bytearray()

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, text: str, row: int) -> None:
        """`text` as it stands in the sheet; blank around it does not count."""
        key = key_of(text)
        self._keys += key
        self._rows.append(row)
        if self._sieve:
            self._sieve[_hole(key)] = 1

    def add_keys(self, keys: bytes, rows: Sequence[int]) -> None:
        """Ids by their keys, one after the other."""
        self._keys += keys
        self._rows.extend(rows)
        self._sieve.clear()

    def find(self, text: str) -> int | None:
        """The row with the id `text`."""
        return min(self.find_all(text), default=None)

    def find_all(self, text: str) -> list[int]:
        """The rows with the id `text`, from the top down."""
        key = key_of(text)
        found: list[int] = []
        place = self._keys.find(key) if self._may_hold(key) else -1
        while place >= 0:
            if place % _KEY_BYTES == 0:
                found.append(self._rows[place // _KEY_BYTES])
            place = self._keys.find(key, place + 1)
        return sorted(found)

    def take(self, *others: RowIds) -> None:
        """All that the others hold."""
        for other in others:
            self.add_keys(bytes(other._keys), other._rows)  # noqa: SLF001 -- of its own kind

    def _may_hold(self, key: bytes) -> bool:
        if len(self._rows) < _SIEVED_FROM_ROWS:
            return True
        if not self._sieve:
            self._sieve = bytearray(_SIEVE_BYTES)
            numbers = array("Q")
            numbers.frombytes(self._keys)
            for number in numbers:
                self._sieve[number % _SIEVE_BYTES] = 1
        return bool(self._sieve[_hole(key)])


def key_of(text: str) -> bytes:
    """The eight bytes by which `text` is known."""
    text = text.strip()
    return bytes.fromhex(text) if _HEX.fullmatch(text) else blake2b(text.encode(), digest_size=_KEY_BYTES).digest()


def _hole(key: bytes) -> int:
    """Where in the sieve a key falls through: as `array` reads its bytes."""
    return int.from_bytes(key, sys.byteorder) % _SIEVE_BYTES
