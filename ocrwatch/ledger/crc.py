"""The CRC-32 of two pieces of data together, from the CRCs of each.

A CRC is a remainder of polynomials over GF(2): appending `n` bytes multiplies it by x^(8n). Polynomials stand here with
their bits reversed, as CRC-32 does it: bit 31 is x^0. (The method is that of `crc32_combine` in zlib 1.2.12 and later.)

Pure.
"""

from __future__ import annotations

_POLYNOMIAL = 0xEDB88320
_ONE = 1 << 31


def combined(first: int, second: int, second_bytes: int) -> int:
    """The CRC-32 of data whose first piece has the CRC `first`, and whose second, `second_bytes` long, has `second`."""
    return _times(_power_of_x(8 * second_bytes), first) ^ second


def _times(a: int, b: int) -> int:
    product = 0
    bit = _ONE
    while a:
        if a & bit:
            product ^= b
            a ^= bit
        bit >>= 1
        b = (b >> 1) ^ _POLYNOMIAL if b & 1 else b >> 1
    return product


def _power_of_x(exponent: int) -> int:
    power, place = _ONE, 0
    while exponent:
        if exponent & 1:
            power = _times(_SQUARES[place % 32], power)  # x^(2^32) is x again
        exponent >>= 1
        place += 1
    return power


def _squares() -> tuple[int, ...]:
    """x^1, x^2, x^4, x^8 …"""
    found = [1 << 30]
    while len(found) < 32:
        found.append(_times(found[-1], found[-1]))
    return tuple(found)


_SQUARES = _squares()
