"""The icon, drawn at each size it is shown in: a sheet of paper, and a badge that says the state.

    no badge      idle            a disc with two bars       paused
    a disc ▶ or   working, with   a disc with clock hands    waiting
    the count     the count       a triangle with !          attention
                                  a square with ×            offline

Rules
  1. No state is told by colour alone: each badge has a shape of its own. Colours are those of Okabe and Ito.
  2. The sheet is light with a dark rim inside a light one, so it stands out from light and dark panels alike.
  3. Edges lie on whole pixels: a small icon is drawn small, not scaled down from a large one.
  4. On macOS the icon is a template: black and transparent, coloured by the system.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, assert_never

from ocrwatch.desktop.look import State

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

FINENESS = 8
"""Drawn so many times larger, then averaged."""

LARGEST_COUNT = 99

_SMALLEST_WITH_COUNT_PX = 32
"""Digits are mere dots below that."""

Colour = tuple[int, int, int, int]
_NONE: Colour = (0, 0, 0, 0)
_BLACK: Colour = (0, 0, 0, 255)
_WHITE: Colour = (255, 255, 255, 255)
_RIM: Colour = (52, 58, 64, 255)
_INK: Colour = (0, 114, 178, 255)
_BADGES: dict[State, Colour] = {
    State.WORKING: (0, 114, 178, 255),
    State.PAUSED: (90, 90, 90, 255),
    State.WAITING: (230, 159, 0, 255),
    State.ATTENTION: (213, 94, 0, 255),
    State.OFFLINE: (120, 50, 120, 255),
}


@lru_cache(maxsize=64)
def icon(state: State, size_px: int, *, count: int = 0, template: bool = False) -> Image:
    """The icon of `state`, `size_px` square. `count` is shown while working, where there is room for it."""
    from PIL import Image, ImageDraw

    large = Image.new("RGBA", (size_px * FINENESS, size_px * FINENESS), _NONE)
    paper = _Paper(ImageDraw.Draw(large), size_px, template=template)
    _sheet(paper)
    if state is not State.IDLE:
        _badge(paper, state, count)
    return large.resize((size_px, size_px), Image.Resampling.BOX)


@dataclass(frozen=True, slots=True)
class _Paper:
    """Draws in units of the icon's side, on whole pixels."""

    draw: ImageDraw
    size_px: int
    template: bool

    def at(self, share: float) -> int:
        """The pixel edge nearest to `share` of the side, in fine pixels."""
        return round(share * self.size_px) * FINENESS

    def fine(self, share: float) -> float:
        """`share` of the side in fine pixels, between pixel edges where it must be."""
        return share * self.size_px * FINENESS

    @property
    def stroke(self) -> int:
        """The rim's width: a whole number of pixels."""
        return max(1, round(self.size_px / 16)) * FINENESS

    def polygon(self, points: list[tuple[float, float]], colour: Colour) -> None:
        """A filled polygon, its corners in fine pixels; pillow counts its last row and column in."""
        cx = sum(x for x, _ in points) / len(points)
        cy = sum(y for _, y in points) / len(points)
        inside = [(x - 1 if x > cx else x, y - 1 if y > cy else y) for x, y in points]
        self.draw.polygon(inside, fill=self._coloured(colour))

    def box(self, left: float, top: float, right: float, bottom: float, colour: Colour, radius: float = 0) -> None:
        """A filled rectangle, in fine pixels."""
        self.draw.rounded_rectangle((left, top, right - 1, bottom - 1), radius, fill=self._coloured(colour))

    def disc(self, x: float, y: float, radius: float, colour: Colour) -> None:
        """A filled disc, in fine pixels."""
        self.draw.ellipse((x - radius, y - radius, x + radius - 1, y + radius - 1), fill=self._coloured(colour))

    def _coloured(self, colour: Colour) -> Colour:
        if not self.template:
            return colour
        return _NONE if colour in (_WHITE, _NONE) else _BLACK


def _sheet(paper: _Paper) -> None:
    """A page with a folded corner and three lines."""
    left, top, right, bottom, fold = (paper.at(share) for share in (0.12, 0.0, 0.82, 1.0, 0.25))
    stroke = paper.stroke
    if not paper.template:
        paper.polygon(_page(left, top, right, bottom, fold), _WHITE)
        halo = max(FINENESS, stroke // 2)
        left, top, right, bottom = left + halo, top + halo, right - halo, bottom - halo
    paper.polygon(_page(left, top, right, bottom, fold), _RIM)
    inner = _page(left + stroke, top + stroke, right - stroke, bottom - stroke, fold - stroke // 3)
    paper.polygon(inner, _WHITE)
    paper.polygon([(right - fold, top), (right - fold, top + fold), (right, top + fold)], _RIM)
    for number, share in enumerate((0.40, 0.58, 0.76)):
        y = paper.at(share)
        end = right - 2 * stroke if number < 2 else paper.at(0.5)
        paper.box(left + 2 * stroke, y, end, y + stroke, _INK)


def _page(left: float, top: float, right: float, bottom: float, fold: float) -> list[tuple[float, float]]:
    return [(left, top), (right - fold, top), (right, top + fold), (right, bottom), (left, bottom)]


def _badge(paper: _Paper, state: State, count: int) -> None:
    """At the lower right, cut out of the sheet by a gap."""
    radius = paper.at(0.31)
    x = y = paper.at(1.0) - radius
    gap = radius + max(FINENESS, paper.stroke // 2)
    colour = _BADGES[state]
    match state:
        case State.ATTENTION:
            _triangle(paper, x, y, gap + paper.stroke // 2, _NONE)
            _triangle(paper, x, y, radius, colour)
        case State.OFFLINE:
            paper.box(x - gap, y - gap, x + gap, y + gap, _NONE, radius=gap / 4)
            paper.box(x - radius, y - radius, x + radius, y + radius, colour, radius=radius / 4)
        case State.WORKING | State.PAUSED | State.WAITING:
            paper.disc(x, y, gap, _NONE)
            paper.disc(x, y, radius, colour)
        case State.IDLE:
            pass
        case _ as unreachable:
            assert_never(unreachable)
    _sign(paper, state, count, (x, y, radius))


def _triangle(paper: _Paper, x: float, y: float, radius: float, colour: Colour) -> None:
    paper.polygon([(x, y - radius * 1.1), (x + radius * 1.1, y + radius), (x - radius * 1.1, y + radius)], colour)


def _sign(paper: _Paper, state: State, count: int, disc: tuple[int, int, int]) -> None:
    """What stands in the badge."""
    x, y, radius = disc
    thick = max(FINENESS, round(radius * 0.3 / FINENESS) * FINENESS)
    match state:
        case State.WORKING:
            if count and paper.size_px >= _SMALLEST_WITH_COUNT_PX:
                _number(paper, min(count, LARGEST_COUNT), disc)
            else:
                left, reach = x - radius * 0.4, radius * 0.6
                paper.polygon([(left, y - reach), (x + radius * 0.65, y), (left, y + reach)], _WHITE)
        case State.PAUSED:
            for left in (x - thick * 1.5, x + thick * 0.5):
                paper.box(left, y - radius * 0.5, left + thick, y + radius * 0.5, _WHITE)
        case State.WAITING:
            dark = _WHITE if paper.template else _BLACK
            paper.box(x - thick / 2, y - radius * 0.7, x + thick / 2, y + thick / 2, dark)
            paper.box(x - thick / 2, y - thick / 2, x + radius * 0.65, y + thick / 2, dark)
        case State.ATTENTION:
            paper.box(x - thick / 2, y - radius * 0.5, x + thick / 2, y + radius * 0.3, _WHITE)
            paper.box(x - thick / 2, y + radius * 0.5, x + thick / 2, y + radius * 0.5 + thick, _WHITE)
        case State.OFFLINE:
            _cross(paper, x, y, radius * 0.55, thick)
        case State.IDLE:
            pass
        case _ as unreachable:
            assert_never(unreachable)


def _cross(paper: _Paper, x: float, y: float, reach: float, thick: float) -> None:
    half = thick * 0.5
    for way in (1, -1):
        paper.polygon(
            [
                (x - reach - half, y - way * reach),
                (x - reach + half, y - way * reach),
                (x + reach + half, y + way * reach),
                (x + reach - half, y + way * reach),
            ],
            _WHITE,
        )


def _number(paper: _Paper, number: int, disc: tuple[int, int, int]) -> None:
    """`number` as large as the badge takes it, in the font that comes with Pillow."""
    from PIL import ImageFont

    x, y, radius = disc
    text = str(number)
    font = ImageFont.load_default(radius * (1.7 if len(text) == 1 else 1.25))
    colour = _NONE if paper.template else _WHITE
    bold = paper.fine(0.006)
    paper.draw.text((x, y), text, font=font, fill=colour, anchor="mm", stroke_width=bold, stroke_fill=colour)
