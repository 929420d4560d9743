"""Lines of print as a reading engine saw them: straightened, in rows, in reading order.

Coordinates are pixels, x to the right, y downwards. A slightly turned page is straightened first, so that what
stands on one line of the paper stands on one height here.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

Quad = tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]]
"""The corners of a line of print: top left, top right, bottom right, bottom left, as its text runs."""

_MAX_TILT = math.radians(20)
"""Lines that lean more than this are handwriting and stamps; they have no say in how the page lies."""


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle, in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        """Half way down."""
        return (self.top + self.bottom) / 2

    def overlap(self, other: Box) -> float:
        """The width that both share when seen from above, as a part (0 to 1) of the narrower one."""
        shared = min(self.right, other.right) - max(self.left, other.left)
        narrower = min(self.right - self.left, other.right - other.left)
        return max(0.0, shared / narrower) if narrower > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Line:
    """A piece of print: its text as read, where it stands, and how sure the engine is (0 to 1)."""

    text: str
    box: Box
    score: float


VisualRow = tuple[Line, ...]
"""Lines that stand on one height of the paper, left to right."""


def straightened(read: Sequence[tuple[str, Quad, float]]) -> list[Line]:
    """Lines of one page, turned by the angle that most of its print leans."""
    tilt = _tilt([quad for _, quad, _ in read])
    cosine, sine = math.cos(tilt), math.sin(tilt)
    lines = []
    for text, quad, score in read:
        xs = [x * cosine + y * sine for x, y in quad]
        ys = [y * cosine - x * sine for x, y in quad]
        # A leaning quad's outer rectangle is too tall: the mean of its upper and lower corners is its height.
        box = Box(min(xs), (ys[0] + ys[1]) / 2, max(xs), (ys[2] + ys[3]) / 2)
        lines.append(Line(text, box, score))
    return lines


def rows(lines: Iterable[Line]) -> list[VisualRow]:
    """The lines in rows, top to bottom: each line joins the row whose print its own middle runs through."""
    found: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: (line.box.middle, line.box.left)):
        best = next((row for row in reversed(found[-3:]) if _same_height(row, line)), None)
        if best is None:
            found.append([line])
        else:
            best.append(line)
    return [tuple(sorted(row, key=lambda line: line.box.left)) for row in found]


def text(lines: Iterable[Line]) -> str:
    """All print in reading order: a row a line, wide gaps as two spaces."""
    return "\n".join("  ".join(line.text for line in row) for row in rows(lines))


def _same_height(row: list[Line], line: Line) -> bool:
    """Whether `line` stands beside the line of `row` that is nearest to it."""
    nearest = min(row, key=lambda other: _gap(other.box, line.box))
    if nearest.box.overlap(line.box) > 0.3:
        return False
    reach = 0.5 * min(nearest.box.height, line.box.height)
    return abs(nearest.box.middle - line.box.middle) < reach


def _gap(one: Box, other: Box) -> float:
    return max(0.0, one.left - other.right, other.left - one.right)


def _tilt(quads: Sequence[Quad]) -> float:
    """The middle angle (radians) of the wider lines' upper edges; 0 where there are too few to tell."""
    angles = []
    for (left, top), (right, right_top), _, (_, bottom) in quads:
        width, height = right - left, bottom - top
        if width > 3 * height > 0:
            angles.append(math.atan2(right_top - top, width))
    level = [angle for angle in angles if abs(angle) < _MAX_TILT]
    return median(level) if len(level) >= 3 else 0.0
