"""On which line of a TOML text a setting stands. Pure.

tomllib tells no positions. But the first lines of a text that are TOML by themselves end where a statement ends, so the
statement that brings a setting begins after the last such lines without it. Read only once something is wrong.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence

Location = Sequence[int | str]
"""Keys and indexes from the top down, as pydantic gives them; what is not in the text is left out of account."""


def line_of(text: str, location: Location) -> int:
    """The line (from 1) of the setting at `location`, or of the nearest table around it."""
    there = _there(tomllib.loads(text), location)
    lines = text.split("\n")
    first = 1
    for end, data in _statements(lines):
        if there and _there(data, there) == there:
            return _within(lines, first, end, there[-1])
        first = end + 1
    return 1


def _statements(lines: list[str]) -> Iterator[tuple[int, dict[str, object]]]:
    """The ends of statements, by line, and what the text up to there says."""
    for end in range(1, len(lines) + 1):
        try:
            yield end, tomllib.loads("\n".join(lines[:end]))
        except tomllib.TOMLDecodeError:  # in the middle of a list or a text of several lines
            continue


def _there(data: object, location: Location) -> list[int | str]:
    """As much of `location` as `data` holds."""
    found: list[int | str] = []
    for part in location:
        inside = data if isinstance(data, dict) else dict(enumerate(data)) if isinstance(data, list) else {}
        if part not in inside:
            break
        data = inside[part]
        found.append(part)
    return found


def _within(lines: list[str], first: int, end: int, name: int | str) -> int:
    """The line of the statement from `first` to `end` on which alone `name` is set; its first line otherwise."""
    setting = re.compile(rf"\b{re.escape(str(name))}[\"']?\s*=")
    named = [number for number in range(first, end + 1) if setting.search(lines[number - 1])]
    return named[0] if len(named) == 1 else first
