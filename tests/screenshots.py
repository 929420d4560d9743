"""Looking for the icon on a screen."""

from __future__ import annotations

import io
import os
import subprocess
from dataclasses import dataclass

import numpy as np
from PIL import Image

from ocrwatch.desktop.icons import icon
from ocrwatch.desktop.look import State

SIZES_PX = (20, 22, 24)
STRIP_PX = 30
"""Panels stand at the top, and have their icons on the right."""

ALIKE = 45.0
"""Panels scale what they are given; another state's badge makes for more than that."""


def screenshot(display: str) -> Image.Image:
    shot = subprocess.run(
        ["import", "-window", "root", "png:-"],
        env={"DISPLAY": display, "PATH": os.environ["PATH"]},
        check=True,
        capture_output=True,
    )
    return Image.open(io.BytesIO(shot.stdout)).convert("RGB")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Where the icon of `state` is seen, by its middle. `difference`: 0 (the very picture) to 255."""

    state: State
    difference: float
    x: int
    y: int


def best_sight(shot: Image.Image, near: Sight | None = None) -> Sight:
    """What is most like an icon in the strip at the top, of all states, sizes and places; or of those `near` another."""
    begin, end = (shot.width * 3 // 4, shot.width) if near is None else (near.x - 24, min(shot.width, near.x + 24))
    strip = np.asarray(shot.crop((begin, 0, end, STRIP_PX)), np.float32)
    columns = np.flatnonzero((strip.max(axis=(0, 2)) - strip.min(axis=(0, 2))) > 100)  # an empty panel is of one colour
    seen = [Sight(state=State.IDLE, difference=255.0, x=0, y=0)]
    for left in sorted({int(column) // 16 * 16 for column in columns}):
        part = strip[:, max(0, left - 8) : left + 48]
        seen += [_likeness(part, begin + max(0, left - 8), state, size_px) for state in State for size_px in SIZES_PX]
    return min(seen, key=lambda each: each.difference)


def _likeness(part: np.ndarray, left: int, state: State, size_px: int) -> Sight:
    """The place in `part` that is most like the icon, by the pixels that the icon has."""
    if part.shape[1] < size_px:
        return Sight(state=state, difference=255.0, x=0, y=0)
    drawn = np.asarray(icon(state, size_px), np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(part, (size_px, size_px), axis=(0, 1))
    alpha = drawn[..., 3] / 255
    apart = np.abs(windows - drawn[..., :3].transpose(2, 0, 1)).mean(axis=2)
    differences = (apart * alpha).sum(axis=(2, 3)) / alpha.sum()
    y, x = np.unravel_index(differences.argmin(), differences.shape)
    middle = size_px // 2
    return Sight(state=state, difference=float(differences.min()), x=left + int(x) + middle, y=int(y) + middle)
