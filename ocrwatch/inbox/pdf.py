"""PDFs by PDFium: their pages counted, and drawn as pictures. Runs in the child process only.

Filled forms are drawn as they are filled: invoices come as such.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pypdfium2
from pypdfium2.raw import FPDF_ERR_PASSWORD

from ocrwatch.errors import Unreadable
from ocrwatch.inbox.scanfile import damaged
from ocrwatch.messages import message
from ocrwatch.ports import Embedded

if TYPE_CHECKING:
    from PIL.Image import Image

_DPI = 250
"""Print of 6 pt is 20 pixels high then; the reader's pixel budget cuts it further."""

_LEAST_PX = 1600
"""The longer side of a page that claims to be tiny: some programs count in inches where points are meant."""


def pages(path: Path, data: bytes) -> int:
    """Draw the last page small: all of it must be there. How many there are. Raises `Unreadable`."""
    with _document(path, data) as document:
        count = len(document)
        if count == 0:
            raise damaged(path)
        _drawn(document[count - 1], most_pixels=10_000)
        return count


def page_picture(path: Path, data: bytes, page: int, max_pixels: int) -> Image:
    """Page `page`, upright, with at most `max_pixels`. Raises `Unreadable`."""
    with _document(path, data) as document:
        return _drawn(document[page], most_pixels=max_pixels)


def invoice(path: Path, data: bytes) -> Embedded | None:
    """The invoice that it holds as data, None where there is none. Raises `Unreadable`."""
    from ocrwatch.inbox.einvoices import pdf_data

    with _document(path, data) as document:
        return pdf_data.invoice(document)


def _drawn(page: pypdfium2.PdfPage, *, most_pixels: int) -> Image:
    width, height = page.get_size()
    scale = max(_DPI / 72, _LEAST_PX / max(width, height))
    # PDFium rounds the sides up
    scale = min(scale, math.sqrt(most_pixels / (width * height)), most_pixels / 2 / max(width, height))
    scale *= 1 - 1 / math.sqrt(most_pixels)
    image: Image = page.render(scale=scale).to_pil()
    return image.convert("RGB")


@contextmanager
def _document(path: Path, data: bytes) -> Iterator[pypdfium2.PdfDocument]:
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == FPDF_ERR_PASSWORD or "password" in str(error).lower():
            text = "{name} is locked with a password. Save it without one and drop it again."
            raise Unreadable(message(text, name=path.name)) from error
        raise damaged(path) from error
    try:
        document.init_forms()
        yield document
    except (pypdfium2.PdfiumError, ArithmeticError, LookupError, ValueError, OSError) as error:
        raise damaged(path) from error
    finally:
        document.close()
