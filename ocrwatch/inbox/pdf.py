"""PDFs by PDFium: their pages counted, and drawn as pictures. Runs in the child process only.

Filled forms are drawn as they are filled: invoices come as such.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pypdfium2
from pypdfium2.raw import FPDF_ERR_PASSWORD, FPDF_PAGEOBJ_IMAGE

from ocrwatch.errors import Unreadable
from ocrwatch.inbox.scanfile import Scan, damaged, ensure_so_many
from ocrwatch.messages import message
from ocrwatch.ports import Embedded

if TYPE_CHECKING:
    from PIL.Image import Image

_DPI = 250
"""Print of 6 pt is 20 pixels high then; the reader's pixel budget cuts it further."""

_MOST_LINES = 5000
_LEAST_PRINT = 40
_MOST_STRANGE = 0.02
"""Characters without a meaning: fonts that do not tell what their shapes mean."""

_PICTURE_PART = 0.6

_LEAST_PX = 1600
"""The longer side of a page that claims to be tiny: some programs count in inches where points are meant."""


def pages(scan: Scan) -> int:
    """Draw the last page small: all of it must be there. How many there are. Raises `Unreadable`, `Incomplete`."""
    with _document(scan) as document:
        count = len(document)
        if count == 0:
            raise damaged(scan.path)
        ensure_so_many(scan.path, count)
        _drawn(document[count - 1], most_pixels=10_000)
        return count


def page_picture(scan: Scan, page: int, max_pixels: int) -> Image:
    """Page `page`, upright, with at most `max_pixels`. Raises `Unreadable`, `Incomplete`."""
    with _document(scan) as document:
        return _drawn(document[page], most_pixels=max_pixels)


def invoice(scan: Scan) -> Embedded | None:
    """The invoice that it holds as data, None where there is none. Raises `Unreadable`."""
    from ocrwatch.inbox.einvoices import pdf_data

    with _document(scan) as document:
        return pdf_data.invoice(document)


def print_of(scan: Scan, page: int) -> list[tuple[str, float, float, float, float]]:
    """The print of a page that a program made: text, and left, top, right, bottom in pixels.

    Nothing of a page that is a picture: the text laid under it was recognised, too. Raises as `page_picture`.
    """
    with _document(scan) as document:
        drawn = document[page]
        if drawn.get_rotation() or _is_picture(drawn):
            return []
        left, _, _, top = drawn.get_bbox()
        text, scale = drawn.get_textpage(), _DPI / 72
        rectangles = [text.get_rect(number) for number in range(min(text.count_rects(), _MOST_LINES))]
        lines = [
            (
                " ".join(text.get_text_bounded(*place).split()),
                *((place[0] - left) * scale, (top - place[3]) * scale),
                *((place[2] - left) * scale, (top - place[1]) * scale),
            )
            for place in rectangles
        ]
    kept = [line for line in lines if line[0]]
    print_ = "".join(line[0] for line in kept)
    strange = sum(
        unicodedata.category(character) in ("Cc", "Cn", "Co") or character == "\ufffd" for character in print_
    )
    return kept if len(print_) >= _LEAST_PRINT and strange <= len(print_) * _MOST_STRANGE else []


def _is_picture(page: pypdfium2.PdfPage) -> bool:
    """Whether a picture covers most of it."""
    width, height = page.get_size()
    for each in page.get_objects(filter=[FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = each.get_bounds()
        if (right - left) * (top - bottom) > _PICTURE_PART * width * height:
            return True
    return False


def _drawn(page: pypdfium2.PdfPage, *, most_pixels: int) -> Image:
    width, height = page.get_size()
    scale = max(_DPI / 72, _LEAST_PX / max(width, height))
    # PDFium rounds the sides up
    scale = min(scale, math.sqrt(most_pixels / (width * height)), most_pixels / 2 / max(width, height))
    scale *= 1 - 1 / math.sqrt(most_pixels)
    image: Image = page.render(scale=scale).to_pil()
    return image if image.mode == "RGB" else image.convert("RGB")


@contextmanager
def _document(scan: Scan) -> Iterator[pypdfium2.PdfDocument]:
    path = scan.path
    try:
        document = pypdfium2.PdfDocument(scan.whole if scan.whole is not None else scan.file)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == FPDF_ERR_PASSWORD or "password" in str(error).lower():
            text = "{name} is locked with a password. Save it without one and drop it again."
            raise Unreadable(message(text, name=path.name)) from error
        scan.ensure_there()
        raise damaged(path) from error
    try:
        document.init_forms()
        yield document
    except (pypdfium2.PdfiumError, ArithmeticError, LookupError, ValueError, OSError) as error:
        scan.ensure_there()
        raise damaged(path) from error
    finally:
        document.close()
