"""Papers as a typewriter would write them, for tests of the finder.

A row of the text is a row of the paper; two spaces or more part its lines. A character is 10 pixels wide (a Chinese
one 20), a row 30 pixels high.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence

from ocrwatch.ports import Field, Profile
from ocrwatch.reading import finder
from ocrwatch.reading.lines import Box, Line

ROW_PX = 30


def typed(paper: str, score: float = 0.99) -> list[Line]:
    """The lines of `paper`."""
    lines = []
    for number, row in enumerate(textwrap.dedent(paper).strip("\n").split("\n")):
        for piece in re.finditer(r"\S+(?: \S+)*", row):
            left, right = _px(row[: piece.start()]), _px(row[: piece.end()])
            top = number * ROW_PX
            lines.append(Line(piece.group(), Box(left, top + 5, right, top + 25), score))
    return lines


def found(paper: str | Sequence[Line], profile: Profile) -> dict[str, str]:
    """What the finder takes from `paper`, by field name."""
    lines = typed(paper) if isinstance(paper, str) else paper
    return {name: value.text for name, value in finder.find(lines, profile).items()}


def fields(*names: str | Field) -> Profile:
    """A profile of the user's own."""
    made = (name if isinstance(name, Field) else Field(name=name) for name in names)
    return Profile(name="fields", fields=tuple(made))


def _px(text: str) -> float:
    return sum(20 if ord(character) > 0x2E80 else 10 for character in text)
