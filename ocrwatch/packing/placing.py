"""Where a picture and its caption stand on a page of A4, in points from the lower left.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

PerPage = Literal[1, 2]

_SHORT, _LONG = 595.28, 841.89
_MARGIN = 28.0
_GAP = 20.0
_CAPTION = 16.0
"""The height of the line above each picture."""

_LEAST_DPI = 72
"""Smaller pictures are not blown up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A picture's lower left corner and size, and where its caption begins."""

    left: float
    bottom: float
    width: float
    height: float
    caption_left: float
    caption_bottom: float


def page_size(width_px: int, height_px: int, per_page: PerPage) -> tuple[float, float]:
    """The page for a picture: a broad one lies on its side where it has the page to itself."""
    return (_LONG, _SHORT) if per_page == 1 and width_px > height_px else (_SHORT, _LONG)


def place(width_px: int, height_px: int, page: tuple[float, float], slot: int, per_page: PerPage) -> Place:
    """The picture in `slot` (from 0, the upper one) of `page`: as large as it fits, centred, below its caption."""
    page_width, page_height = page
    slot_height = (page_height - 2 * _MARGIN - _GAP * (per_page - 1)) / per_page
    top = page_height - _MARGIN - slot * (slot_height + _GAP)
    room_width, room_height = page_width - 2 * _MARGIN, slot_height - _CAPTION
    scale = min(room_width / width_px, room_height / height_px, 72 / _LEAST_DPI)
    width, height = width_px * scale, height_px * scale
    return Place(
        left=(page_width - width) / 2,
        bottom=top - _CAPTION - height,
        width=width,
        height=height,
        caption_left=_MARGIN,
        caption_bottom=top - _CAPTION + 5,
    )
