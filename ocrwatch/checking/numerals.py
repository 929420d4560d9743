"""Chinese numerals, plain (一百二十三) and as cheques and invoices write them (壹佰贰拾叁).

Rule: a text is a number only if that number is written so. Colloquial short forms (一万五 for 15 000) are none.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

import re

_PLAIN = str.maketrans(
    "壹贰貳弐叁參叄肆伍陆陸柒捌玖拾佰仟萬億〇○两兩", "一二二二三三三四五六六七八九十百千万亿零零二二"
)
_DIGITS = "零一二三四五六七八九"
_UNITS = {"十": 10, "百": 100, "千": 1000}
_COLLOQUIAL = re.compile("[百千万亿][一二三四五六七八九](?=[万亿]|$)")

NUMERAL = "[零〇○一二三四五六七八九十百千万亿两壹贰貳叁參叄肆伍陆陸柒捌玖拾佰仟萬億兩]"
"""A pattern for one character of a numeral."""


def counted(text: str) -> int | None:
    """The number that `text` writes with units (壹佰贰拾叁, 十二, 零); None where it is not written so."""
    plain = text.translate(_PLAIN)
    if not plain or len(plain) > 40 or _COLLOQUIAL.search(plain):
        return None
    number = _sum(plain)
    if number is None:
        return None
    written, expected = plain.replace("零", ""), _written(number)
    if number == 0:
        return 0 if plain == "零" else None
    return number if written in (expected, expected.removeprefix("一") if expected.startswith("一十") else "") else None


def spelled(text: str) -> str | None:
    """The digits that `text` spells one by one (二〇一八 is "2018"); None where it does not."""
    plain = text.translate(_PLAIN)
    if not plain or any(character not in _DIGITS for character in plain):
        return None
    return "".join(str(_DIGITS.index(character)) for character in plain)


def _sum(plain: str) -> int | None:
    total = section = digit = 0
    for character in plain:
        if character in _DIGITS:
            digit = _DIGITS.index(character)
        elif character in _UNITS:
            section += (digit or 1) * _UNITS[character]
            digit = 0
        elif character == "万":
            total, section, digit = total + (section + digit) * 10_000, 0, 0
        elif character == "亿":
            total, section, digit = (total + section + digit) * 100_000_000, 0, 0
        else:
            return None
    return total + section + digit


def _written(number: int) -> str:
    """`number` in plain numerals without its zeros."""
    if number >= 100_000_000:
        return _written(number // 100_000_000) + "亿" + _written(number % 100_000_000)
    if number >= 10_000:
        return _written(number // 10_000) + "万" + _written(number % 10_000)
    digits = f"{number:04d}"
    return "".join(_DIGITS[int(d)] + unit for d, unit in zip(digits, ("千", "百", "十", ""), strict=True) if d != "0")
