"""Is a page blank? Back sides that a scanner takes along cost a request each, and are no documents.

Ink is what differs from the paper right around it: so coloured paper, a shadow across it and a dark rim are no ink. It
must differ by more than the page's own noise does, in several pixels of one tile: so grain and single specks are none.
Print makes many tiles of ink, dust few. A streak from dust on the scanner's glass is one column of them.

Rules
  1. In doubt a page is not blank. A faint receipt that is taken for a back side is lost; a request for a back side that
     shines through costs a cent.
  2. Only pictures of paper are asked about: what is smaller than print needs, is not blank.

Runs in the child process only.
"""

from __future__ import annotations

import io
from collections import Counter
from itertools import accumulate

from PIL import Image, ImageChops, ImageFilter

from ocrwatch.inbox.pictures import DECODER_FAULTS

_SHORT_SIDE_PX = 1270
"""About 155 dpi of a page, more of a receipt, however long: the strokes of small print are still two pixels wide."""

_GLANCE_PX = 500
_GLANCE_STEPS = 20
_GLANCE_TILES = 20
"""So much ink on a small picture of the page, so dark: print for certain. Most pages need no closer look."""

_SHORTEST_SIDE_PX = 300
_RIM = 0.03
"""Of each side: a lid's shadow, the edge of the glass."""

_PAPER_PX = 6
"""The radius around a pixel in which the paper is looked for: strokes are narrower."""

_TILE_PX = 16
_INK_PIXELS = 6
"""In a tile, of 256."""

_LEAST_STEPS = 5
"""Of 255, whatever the noise."""

_NOISE_TIMES = 4.0
_MOST_NOISE = 2.3
"""In steps, after the smoothing: grain above it may hide faint print."""

_MOST_SPECKS = 2
_SPECK_TILES = 2
"""Across and down: it may lie where four tiles meet."""

_STREAK = 0.6
"""Of a side's length, above which a line of tiles is a streak."""

_MOST_STREAKS = 2


def is_blank(image: Image.Image) -> bool:
    """Whether nothing is printed or written on the page that `image` shows."""
    if min(image.size) < _SHORTEST_SIDE_PX:
        return False
    glance = _without_rim(_reduced(image, _GLANCE_PX).convert("L"))
    if len(_inked(_tiles(_contrast(glance), _GLANCE_STEPS))) >= _GLANCE_TILES:
        return False
    contrast = _contrast(_without_rim(_reduced(image, _SHORT_SIDE_PX)))
    noise = _noise(contrast)
    if noise > _MOST_NOISE:
        return False
    steps = max(_LEAST_STEPS, round(_NOISE_TIMES * noise))
    return _is_dust(_inked(_tiles(contrast, steps)))


def is_blank_file(data: bytes) -> bool:
    """As `is_blank`, of a picture that is passed on as it is; one that does not decode is not blank."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            shortest = min(image.size)
            if shortest > _SHORT_SIDE_PX:  # a JPEG is decoded no larger than need be
                width, height = (side * _SHORT_SIDE_PX // shortest for side in image.size)
                image.draft(None, (width, height))
            return is_blank(image)
    except DECODER_FAULTS:
        return False


def _tiles(contrast: Image.Image, steps: int) -> Image.Image:
    """The share of ink in each tile of the page, 0 to 255."""
    return contrast.point([255 * (step >= steps) for step in range(256)]).reduce(_TILE_PX)


def _reduced(image: Image.Image, short_side_px: int) -> Image.Image:
    image = image if image.mode in ("L", "RGB") else image.convert("RGB")
    shortest = min(image.size)
    if shortest <= short_side_px:
        return image
    width, height = (max(1, round(side * short_side_px / shortest)) for side in image.size)
    return image.resize((width, height), Image.Resampling.BOX, reducing_gap=2.0)


def _without_rim(page: Image.Image) -> Image.Image:
    width, height = page.size
    rim = round(min(page.size) * _RIM)
    return page.crop((rim, rim, width - rim, height - rim))


def _contrast(page: Image.Image) -> Image.Image:
    """How much each pixel differs from the paper around it, in the channel where it does most."""
    calm = page.filter(ImageFilter.GaussianBlur(0.8))
    paper = calm.filter(ImageFilter.BoxBlur(_PAPER_PX))
    difference = ImageChops.difference(calm, paper)
    channels = difference.split()
    most = channels[0]
    for channel in channels[1:]:
        most = ImageChops.lighter(most, channel)
    return most


def _noise(contrast: Image.Image) -> float:
    """The page's grain: half of the pixels differ by less than two thirds of it, print or no print."""
    counts = list(accumulate(contrast.histogram()))
    half = counts[-1] / 2
    step = next(step for step, count in enumerate(counts) if count >= half)
    below = counts[step - 1] if step else 0
    share = (half - below) / max(1, counts[step] - below)  # between two steps: they are coarse where grain is fine
    return (step + share - 0.5) / 0.6745


Tile = tuple[int, int]


def _inked(tiles: Image.Image) -> set[Tile]:
    """The tiles that hold ink, those of streaks aside."""
    width, height = tiles.size
    levels = tiles.tobytes()
    least = 255 * _INK_PIXELS // (_TILE_PX * _TILE_PX)
    inked = {(x, y) for y in range(height) for x in range(width) if levels[y * width + x] >= least}
    in_column, in_row = Counter(x for x, _ in inked), Counter(y for _, y in inked)
    columns = {x for x, count in in_column.items() if count > _STREAK * height}
    if len(columns) > _MOST_STREAKS or any(count > _STREAK * width for count in in_row.values()):
        return inked
    return {tile for tile in inked if tile[0] not in columns}


def _is_dust(inked: set[Tile]) -> bool:
    """Whether these tiles are a few specks, each no larger than a letter."""
    left, specks = set(inked), 0
    while left:
        speck = _connected(left)
        left -= speck
        specks += 1
        across, down = ({tile[side] for tile in speck} for side in (0, 1))
        if specks > _MOST_SPECKS or max(len(across), len(down)) > _SPECK_TILES:
            return False
    return True


def _connected(tiles: set[Tile]) -> set[Tile]:
    """One of `tiles`, and all that touch it."""
    found: set[Tile] = set()
    border = [next(iter(tiles))]
    while border:
        x, y = border.pop()
        if (x, y) in tiles and (x, y) not in found:
            found.add((x, y))
            border += [(x + across, y + down) for across in (-1, 0, 1) for down in (-1, 0, 1)]
    return found
