"""What a cell shows, of its XML: the type of its value, its format, the value.

    <c s="4">            <v>45000.5</v>    a number, or, where the format 4 shows dates, a moment
    <c t="s">            <v>7</v>          the shared text 7
    <c t="str"> <f>…</f> <v>a&amp;b</v>    the text that a formula had when it was calculated last
    <c t="b">, <c t="e">, <c t="d">        TRUE or FALSE, an error (`#N/A`), a moment as text

Rules
  1. A number is a moment where the first part of its format shows one: texts in quotes and what stands in brackets do
     not count, save `[h]`, `[m]` and `[s]`, which show a duration.
  2. Days count from 1900, which Excel takes for a leap year, or from 1904. Less than a day is a time.

Source: ISO/IEC 29500-1, 18.3.1.4 (cells), 18.8.30 and 18.8.31 (formats), 18.17.4 (dates).

Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Protocol

from ocrwatch.ledger.markup import unescaped
from ocrwatch.ledger.styles import Styles
from ocrwatch.ports import Shown

_BUILT_IN_DURATION = 46
_NOT_SHOWN = re.compile(r'".*?"|\[(?!hh?\]|mm?\]|ss?\])[^\]]*\]')
_SHOWS_MOMENT = re.compile(r"(?<![_\\])[dmhys]", re.IGNORECASE)
_SHOWS_DURATION = re.compile(r"\[(?:hh?|mm?|ss?)\]", re.IGNORECASE)
_ISO_DURATION = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?")

_MIDNIGHT = time()
_EPOCH, _EPOCH_1904 = (datetime.combine(day, _MIDNIGHT) for day in (date(1899, 12, 30), date(1904, 1, 1)))
_LEAP_DAY_THAT_NEVER_WAS = 60
_DAY_MS = 86_400_000
_BEYOND_DATES = "#VALUE!"
_BEYOND_NUMBERS = float("inf")
_NO_TEXTS = frozenset((b"", b"n", b"s", b"b", b"d"))
"""Types of cells whose content is no text itself."""


class Texts(Protocol):
    """The shared texts, by number."""

    def __getitem__(self, number: int, /) -> str: ...


class CellValues:
    """The values of cells of one workbook."""

    def __init__(self, styles: Styles, texts: Texts, *, is_1904: bool) -> None:
        self._texts = texts
        self._is_1904 = is_1904
        self._moments, self._durations = (_told(numbers) for numbers in _formats_of_moments(styles))

    def of(self, kind: bytes, style: bytes, raw: bytes) -> Shown:
        """What a cell of the type `kind`, the format `style` (both may be empty) and the content `raw` shows; the
        content as text where it is not of its type.

        Raises IndexError, and ValueError where a shared text's number is none.
        """
        if b"&" in raw and kind in _NO_TEXTS:
            raw = unescaped(raw).encode()
        if kind == b"s":
            return self._texts[int(raw)]
        try:
            return self._typed(kind, style, raw)
        except ValueError:
            return unescaped(raw)

    def _typed(self, kind: bytes, style: bytes, raw: bytes) -> Shown:
        match kind:
            case b"" | b"n":
                if style in self._moments:
                    return _moment(raw, is_1904=self._is_1904, is_duration=style in self._durations)
                return _number(raw)
            case b"b":
                return raw.strip() == b"true" or (raw.strip() != b"false" and bool(int(raw)))
            case b"d":
                return _iso(raw.decode())
            case _:
                return unescaped(raw)


def _formats_of_moments(styles: Styles) -> tuple[list[int], list[int]]:
    """The numbers of the formats that show moments, and of those among them that show durations."""
    moments, durations = [], []
    for number, each in enumerate(styles.formats):
        code = styles.code(each).partition(";")[0]
        if _SHOWS_MOMENT.search(_NOT_SHOWN.sub("", code)):
            moments.append(number)
        if _SHOWS_DURATION.search(code) or each.number_format == _BUILT_IN_DURATION:
            durations.append(number)
    return moments, durations


def _told(numbers: Sequence[int]) -> frozenset[bytes]:
    """`numbers` as cells tell them; the first may be left out."""
    return frozenset([*(str(number).encode() for number in numbers), *([b""] if 0 in numbers else [])])


def _number(raw: bytes) -> int | float:
    """Raises ValueError, also for what no cell can show: infinite numbers and none."""
    number = float(raw) if b"." in raw or b"E" in raw or b"e" in raw else int(raw)
    if not -_BEYOND_NUMBERS < number < _BEYOND_NUMBERS:
        raise ValueError(raw)
    return number


@lru_cache(maxsize=4096)
def _moment(raw: bytes, *, is_1904: bool, is_duration: bool) -> Shown:
    """Remembered: days come again and again."""
    days = _number(raw)
    try:
        if is_duration:
            return timedelta(milliseconds=round(days * _DAY_MS))
        day, part = divmod(days, 1)
        rest = timedelta(milliseconds=round(part * _DAY_MS))
        if 0 <= days < 1 and rest.days == 0:
            return (_EPOCH + rest).time()
        if 0 < days < _LEAP_DAY_THAT_NEVER_WAS and not is_1904:
            day += 1
        return (_EPOCH_1904 if is_1904 else _EPOCH) + timedelta(days=day) + rest
    except (OverflowError, ValueError):
        return _BEYOND_DATES


def _iso(text: str) -> date | time | timedelta:
    """A moment as text. Raises ValueError."""
    text = text.strip().removesuffix("Z")
    if (duration := _ISO_DURATION.fullmatch(text)) is not None:
        hours, minutes, seconds = (float(each or 0) for each in duration.groups())
        return timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if "-" not in text:
        return time.fromisoformat(text.removeprefix("T"))
    return datetime.fromisoformat(text) if ":" in text else date.fromisoformat(text)
