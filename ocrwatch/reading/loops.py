"""Repetition loops: a model that writes the same again and again until it is stopped.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_TAIL_CHARS = 2_000
_UNIT = re.compile(r"(.{1,80}?)\1{7,}", re.DOTALL)
"""Eight times the same. Shorter runs are print: masks, serial numbers, words said twice."""

_RUNS = 8
_MOST_LINES_OF_LOOP = 6

_MIN_CHARS = 48
_MIN_CHARS_OF_PRINT_MARKS = 300
"""For units without a letter or digit: ruled lines and leaders (`....`, `****`) are print, too."""


def is_looped(text: str) -> bool:
    """Whether the end of `text` is, or holds, a repetition that no paper shows."""
    tail = re.sub(r"\s+", " ", text)[-_TAIL_CHARS:]
    return any(_is_loop(match) for match in _UNIT.finditer(tail))


def is_run_on(lines: Sequence[object]) -> bool:
    """Whether the last of the lines, of a list that was cut off, are the same few again and again."""
    for length in range(1, _MOST_LINES_OF_LOOP + 1):
        tail = lines[-_RUNS * length :]
        if len(tail) == _RUNS * length and all(line == tail[at % length] for at, line in enumerate(tail)):
            return True
    return False


def _is_loop(match: re.Match[str]) -> bool:
    has_words = any(sign.isalnum() for sign in match[1])
    return len(match[0]) >= (_MIN_CHARS if has_words else _MIN_CHARS_OF_PRINT_MARKS)
