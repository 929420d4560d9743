"""Reads the print of one picture with RapidOCR. Runs in the child process only.

The models are those inside the rapidocr package: nothing is ever fetched, nothing leaves this computer, nothing is
written to disk or console. A page that lies on its side or upside down shows by its tall lines and poor scores;
it is turned and read once more.

onnxruntime, from 1.29 on, sends Microsoft how it is used and keeps an identifier and a database in the user's cache
folder, as soon as it is imported. The environment variables set here stop both; so they come before the import.

Loads numpy and, at the first picture, onnxruntime: import it where pictures are read, nowhere else.
"""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from ocrwatch.errors import Halt
from ocrwatch.messages import JSON, message
from ocrwatch.reading.lines import Quad

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from rapidocr import RapidOCR
    from rapidocr.utils.download_file import DownloadFileInput

    Pixels = NDArray[np.uint8]
    """Rows, columns, channels in the order blue, green, red."""

_SILENCE = {"ORT_DISABLE_TELEMETRY": "1", "ORT_TELEMETRY_DISABLED": "1"}
"""onnxruntime's names for it, by version."""

ReadLine = tuple[str, Quad, float]
"""Text, corners in pixels, score from 0 to 1."""

_POOR_SCORE = 0.8
"""Mean score below which a page is thought to lie the wrong way: upright 0.97 and more, upside down about 0.65."""


def lines(_: Mapping[str, JSON], blob: bytes) -> tuple[JSON, bytes]:
    """The lines of the picture encoded in `blob`, as JSON: a list of [text, four corners, score]."""
    pixels = _pixels(blob)
    found = _read(pixels)
    turns = _quarter_turns(found)
    if turns:
        # np.rot90 turns against the clock, just as RapidOCR turns a tall line before it reads it.
        found = max(found, _read(np.ascontiguousarray(np.rot90(pixels, turns))), key=_certain_characters)
    return [[text, [list(corner) for corner in quad], score] for text, quad, score in found], b""


def _pixels(blob: bytes) -> Pixels:
    with Image.open(io.BytesIO(blob)) as picture:
        if "A" in picture.getbands() or "transparency" in picture.info:
            paper = Image.new("RGBA", picture.size, "white")
            paper.alpha_composite(picture.convert("RGBA"))
            colours = paper.convert("RGB")
        else:
            colours = picture.convert("RGB")
    return np.ascontiguousarray(np.asarray(colours)[:, :, ::-1])


def _read(pixels: Pixels) -> list[ReadLine]:
    result = _engine()(pixels)
    from rapidocr.utils.output import RapidOCROutput

    if not isinstance(result, RapidOCROutput) or result.txts is None or result.boxes is None or result.scores is None:
        return []
    return [
        (str(text), _quad(box), round(float(score), 3))
        for text, box, score in zip(result.txts, result.boxes, result.scores, strict=True)
    ]


def _quad(box: NDArray[np.float32]) -> Quad:
    (a, b), (c, d), (e, f), (g, h) = ([round(float(value), 1) for value in corner] for corner in box)
    return (a, b), (c, d), (e, f), (g, h)


@lru_cache(maxsize=1)
def _engine() -> RapidOCR:
    os.environ.update(_SILENCE)
    import onnxruntime
    from rapidocr import RapidOCR
    from rapidocr.utils.download_file import DownloadFile

    onnxruntime.disable_telemetry_events()  # Windows has no such variable, but tracing that this ends
    # RapidOCR would fetch a model that is missing or damaged.
    DownloadFile.run = _use_what_is_there  # type: ignore[method-assign, assignment]
    processors = os.cpu_count() or 2
    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_cls": False,  # pages are turned as a whole; line by line it costs 5 % and helps no page
            "EngineConfig.onnxruntime.intra_op_num_threads": min(processors, max(2, processors // 2)),
        }
    )


def _use_what_is_there(wanted: DownloadFileInput) -> None:
    """In place of a download. Raises `Halt`: no scan can be read until the package is whole again."""
    from rapidocr.utils.download_file import DownloadFile

    model = Path(wanted.save_path)
    if model.is_file() and (wanted.sha256 is None or DownloadFile.check_file_sha256(model, wanted.sha256)):
        return
    raise Halt(
        message(
            "The model {file} of the local engine is missing or damaged. Install it again with: {command}",
            file=model.name,
            command="pip install --force-reinstall rapidocr",
        )
    )


def _quarter_turns(found: list[ReadLine]) -> int:
    """The quarter turns against the clock after which the page should stand upright."""
    if not found:
        return 0
    tall = sum(len(text) for text, quad, _ in found if _is_tall(quad))
    characters = sum(len(text) for text, _, _ in found)
    well_read = _certain_characters(found) >= _POOR_SCORE * characters
    if tall > characters / 2:
        return 1 if well_read else 3
    return 0 if well_read else 2


def _is_tall(quad: Quad) -> bool:
    (left, top), (right, right_top), _, (bottom_left, bottom) = quad
    width = np.hypot(right - left, right_top - top)
    return bool(np.hypot(bottom_left - left, bottom - top) > 1.5 * width)


def _certain_characters(found: list[ReadLine]) -> float:
    return sum(score * len(text) for text, _, score in found)
