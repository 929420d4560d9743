"""Print with its places as rows of text, from top to bottom and left to right. Pure.

Born-digital pages hold their text in any order: labels first, values after them. Where it stands tells what belongs
together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_SAME_ROW = 0.5
"""Of a row's height: by how much the middles of its pieces may differ."""

_SPACE = 0.3
"""Of a row's height: a gap that wide separates."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of print, or one character; `top` is less than `bottom`, in any unit."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> float:
        """Its height on the page."""
        return (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True)
class PrintedRow:
    """What stands on one height, and the pieces it consists of, by their left edge."""

    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """The row's text, with one space at each gap."""
        return self.between(float("-inf"), float("inf"))

    def between(self, left: float, right: float) -> str:
        """The text of the pieces that begin from `left` on, before `right`."""
        said, end = "", 0.0
        for piece in self.pieces:
            if left <= piece.left < right:
                gap = piece.left - end
                said += (" " if said and gap > _SPACE * (piece.bottom - piece.top) else "") + piece.text
                end = piece.right
        return said


def printed_rows(pieces: Iterable[Piece]) -> list[PrintedRow]:
    """`pieces` of one page in rows."""
    rows: list[list[Piece]] = []
    for piece in sorted((each for each in pieces if each.text.strip()), key=lambda each: each.middle):
        if rows and piece.middle - _middle(rows[-1]) <= _SAME_ROW * (piece.bottom - piece.top):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [PrintedRow(tuple(sorted(row, key=lambda piece: piece.left))) for row in rows]


def _middle(row: Sequence[Piece]) -> float:
    return sum(piece.middle for piece in row) / len(row)
