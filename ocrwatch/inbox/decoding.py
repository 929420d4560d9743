"""Opens scans and makes page pictures of them. Runs in the child process only.

Rules
  1. What a file is, its content tells (`kinds.py`), never its name.
  2. A complete file decodes to its end. One that ends early is not ready; it is no failure.
  3. Nothing but a regular file is opened, and opening never blocks: no link is followed, no pipe waited for.
  4. A picture that a reader takes as it is, is passed on byte for byte.

Loads Pillow, and pypdfium2 for PDFs: import it in the child, nowhere else.
"""

from __future__ import annotations

import errno
import hashlib
import io
import math
import os
import stat
import warnings
from collections.abc import Mapping
from pathlib import Path

import PIL
from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from ocrwatch.errors import Gone, Incomplete, NotAScan, Unreadable
from ocrwatch.inbox.kinds import SCAN_SUFFIXES, could_become_a_scan, kind_of, reaches_its_end
from ocrwatch.messages import JSON, message

LARGEST_PX = 180_000_000
"""Pixels a page may declare: an A3 page at 800 dpi has 124 million. More is a trap or a mistake."""

LARGEST_BYTES = 512 * 1024 * 1024

PDF_DPI = 250
"""Print of 6 pt is 20 pixels high then; the reader's pixel budget cuts it further."""

_JPEG_QUALITIES = (92, 85, 75, 60, 45)
_DIRECT_MODES = ("L", "RGB", "P", "1")

warnings.simplefilter("ignore")
Image.MAX_IMAGE_PIXELS = None  # bounded here, before anything is allocated


def inspect(arguments: Mapping[str, JSON], _: bytes) -> tuple[JSON, bytes]:
    """Decode the file at `path` to its end: its digest, kind and number of pages.

    Raises `Incomplete`, `Unreadable`, `NotAScan`, `Gone`.
    """
    path = Path(str(arguments["path"]))
    data = _read(path)
    kind = _kind(path, data)
    if not reaches_its_end(kind, data):
        raise _incomplete(path)
    pages = _pdf_pages(path, data) if kind == "application/pdf" else _decoded_pages(path, data, kind)
    return {"digest": hashlib.sha256(data).hexdigest(), "kind": kind, "pages": pages}, b""


def picture(arguments: Mapping[str, JSON], _: bytes) -> tuple[JSON, bytes]:
    """Page `page` of the file at `path`, within `limits` (the fields of `PictureLimits`).

    Raises `Gone` when the bytes have another digest now, `Unreadable`.
    """
    path, limits = Path(str(arguments["path"])), arguments["limits"]
    assert isinstance(limits, dict)
    page = arguments["page"]
    assert isinstance(page, int)
    data = _read(path)
    if hashlib.sha256(data).hexdigest() != arguments["digest"]:
        raise Gone(message("{name} was changed or replaced while it was read.", name=path.name))
    kind = _kind(path, data)
    if kind == "application/pdf":
        made, kind, data = _rendered(path, data, page, limits), "image/png", b""
    else:
        with _opened(path, data) as image:
            if _is_fine_as_it_is(image, kind, data, limits):
                _ensure_usable(path, image.size, limits)
                return _answer(kind, image.size), data
            made = _upright(image, page, limits)
    _ensure_usable(path, made.size, limits)
    data, kind = _encoded(_scaled(made, limits), limits)
    with Image.open(io.BytesIO(data)) as final:
        return _answer(kind, final.size), data


# ---------------------------------------------------------------- the file


def _read(path: Path) -> bytes:
    """The bytes of a regular file that did not change meanwhile."""
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        descriptor = os.open(path, flags)
    except FileNotFoundError as error:
        raise Gone(message("{name} is not there any more.", name=path.name)) from error
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EISDIR):
            raise NotAScan(message("{name} is a link or a folder.", name=path.name)) from error
        raise Incomplete(
            message("{name} cannot be opened now: {reason}", name=path.name, reason=_why(error))
        ) from error
    with os.fdopen(descriptor, "rb") as file:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            raise NotAScan(message("{name} is not a file.", name=path.name))
        if before.st_size > LARGEST_BYTES:
            raise Unreadable(message("{name} is larger than 512 MB. Split it, or scan it again.", name=path.name))
        try:
            data = file.read()
        except OSError as error:
            raise Incomplete(
                message("{name} cannot be read now: {reason}", name=path.name, reason=_why(error))
            ) from error
        after = os.fstat(descriptor)
    if len(data) != after.st_size or before.st_mtime_ns != after.st_mtime_ns:
        raise _incomplete(path)
    return data


def _why(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno else type(error).__name__


def _kind(path: Path, data: bytes) -> str:
    kind = kind_of(data)
    if kind in ("image/heic", "image/avif", "image/jp2"):
        name = {"image/heic": "HEIC", "image/avif": "AVIF", "image/jp2": "JPEG 2000"}[kind]
        raise Unreadable(
            message(
                "{name} is a {format} picture, which ocrwatch cannot open yet. Save it as JPEG.",
                name=path.name,
                format=name,
            )
        )
    if kind is not None:
        return kind
    if path.suffix.lower() not in SCAN_SUFFIXES:
        raise NotAScan(message("{name} is no picture and no PDF.", name=path.name))
    if could_become_a_scan(data):
        raise _incomplete(path)
    raise Unreadable(message("{name} is not a picture, though its name says so. Scan it again.", name=path.name))


def _incomplete(path: Path) -> Incomplete:
    return Incomplete(message("{name} is not complete: it ends early.", name=path.name))


def _damaged(path: Path) -> Unreadable:
    return Unreadable(message("{name} is damaged and cannot be opened. Scan it again.", name=path.name))


# ---------------------------------------------------------------- pictures


def _opened(path: Path, data: bytes) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(data))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise _damaged(path) from error
    _ensure_bounded(path, image.size)
    return image


def _ensure_bounded(path: Path, size: tuple[float, float]) -> None:
    if size[0] * size[1] > LARGEST_PX:
        text = "{name} says that it is {width} x {height} pixels large, more than any scan. Scan it again."
        raise Unreadable(message(text, name=path.name, width=round(size[0]), height=round(size[1])))


def _decoded_pages(path: Path, data: bytes, kind: str) -> int:
    """Decode every page; how many there are."""
    with _opened(path, data) as image:
        pages = getattr(image, "n_frames", 1) if kind == "image/tiff" else 1
        try:
            for page in range(pages):
                if page:
                    image.seek(page)
                    _ensure_bounded(path, image.size)
                image.load()
        except (OSError, EOFError, ValueError, SyntaxError, IndexError, PIL.Image.DecompressionBombError) as error:
            if _is_cut_short(error):
                raise _incomplete(path) from error
            raise _damaged(path) from error
    return pages


def _is_cut_short(error: Exception) -> bool:
    words = (
        "truncated",
        "not enough image data",
        "end of file",
        "unexpected end",
        "file is truncated",
        "no more images",
    )
    return isinstance(error, EOFError) or any(word in str(error).lower() for word in words)


def _is_fine_as_it_is(image: Image.Image, kind: str, data: bytes, limits: Mapping[str, JSON]) -> bool:
    kinds, max_pixels, max_bytes = limits["kinds"], limits["max_pixels"], limits["max_bytes"]
    assert isinstance(kinds, list)
    assert isinstance(max_pixels, int)
    assert isinstance(max_bytes, int)
    return (
        kind in kinds
        and len(data) <= max_bytes
        and image.size[0] * image.size[1] <= max_pixels
        and image.mode in _DIRECT_MODES
        and "transparency" not in image.info
        and getattr(image, "n_frames", 1) == 1
        and image.getexif().get(0x0112, 1) == 1
    )


def _upright(image: Image.Image, page: int, limits: Mapping[str, JSON]) -> Image.Image:
    if getattr(image, "n_frames", 1) > page > 0:
        image.seek(page)
    max_pixels = limits["max_pixels"]
    assert isinstance(max_pixels, int)
    width, height = image.size
    if width * height > max_pixels:
        factor = math.sqrt(max_pixels / (width * height))
        image.draft(None, (math.ceil(width * factor), math.ceil(height * factor)))
    image.load()
    return _on_white(ImageOps.exif_transpose(image))


def _on_white(image: Image.Image) -> Image.Image:
    """`image` in a mode that JPEG knows, what is transparent on white paper."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        paper = Image.new("RGBA", image.size, "white")
        paper.alpha_composite(image)
        return paper.convert("RGB")
    if image.mode.startswith("I"):  # 16 bits a pixel: the upper eight
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode == "F":
        return image.convert("L")
    if image.mode in ("1", "L", "RGB"):
        return image
    return image.convert("RGB")


def _scaled(image: Image.Image, limits: Mapping[str, JSON]) -> Image.Image:
    max_pixels = limits["max_pixels"]
    assert isinstance(max_pixels, int)
    width, height = image.size
    if width * height <= max_pixels:
        return image
    factor = math.sqrt(max_pixels / (width * height))
    size = max(1, int(width * factor)), max(1, int(height * factor))
    return (image.convert("L") if image.mode == "1" else image).resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _ensure_usable(path: Path, size: tuple[int, int], limits: Mapping[str, JSON]) -> None:
    min_side, max_aspect = limits["min_side_px"], limits["max_aspect"]
    assert isinstance(min_side, int)
    assert isinstance(max_aspect, float | int)
    width, height = size
    if min(size) < min_side:
        text = "{name} is only {width} x {height} pixels large: too small to hold print."
        raise Unreadable(message(text, name=path.name, width=width, height=height))
    if max(size) > max_aspect * min(size):
        raise Unreadable(message("{name} is a strip too narrow to be read.", name=path.name))


def _encoded(image: Image.Image, limits: Mapping[str, JSON]) -> tuple[bytes, str]:
    max_bytes = limits["max_bytes"]
    assert isinstance(max_bytes, int)
    if image.mode == "1":
        data = _saved(image, "PNG", optimize=True)
        if len(data) <= max_bytes:
            return data, "image/png"
        image = image.convert("L")
    while True:
        for quality in _JPEG_QUALITIES:
            data = _saved(image, "JPEG", quality=quality)
            if len(data) <= max_bytes:
                return data, "image/jpeg"
        image = image.reduce(2)


def _saved(image: Image.Image, kind: str, **options: int | bool) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def _answer(kind: str, size: tuple[int, int]) -> JSON:
    return {"kind": kind, "width_px": size[0], "height_px": size[1]}


# ---------------------------------------------------------------- PDF


def _pdf_pages(path: Path, data: bytes) -> int:
    """Open the PDF and draw its last page small: all of it must be there."""
    from pypdfium2 import PdfiumError

    document = _pdf(path, data)
    try:
        pages = len(document)
        if pages == 0:
            raise _damaged(path)
        document[pages - 1].render(scale=0.1)
    except PdfiumError as error:
        raise _damaged(path) from error
    finally:
        document.close()
    return pages


def _rendered(path: Path, data: bytes, page: int, limits: Mapping[str, JSON]) -> Image.Image:
    from pypdfium2 import PdfiumError

    max_pixels = limits["max_pixels"]
    assert isinstance(max_pixels, int)
    document = _pdf(path, data)
    try:
        sheet = document[page]
        width, height = sheet.get_size()
        scale = min(PDF_DPI / 72, math.sqrt(max_pixels / (width * height)))
        _ensure_bounded(path, (width * scale, height * scale))
        image: Image.Image = sheet.render(scale=scale).to_pil()
        return image.convert("RGB")
    except (PdfiumError, ZeroDivisionError) as error:
        raise _damaged(path) from error
    finally:
        document.close()


def _pdf(path: Path, data: bytes):  # type: ignore[no-untyped-def]
    import pypdfium2

    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            text = "{name} is locked with a password. Save it without one and drop it again."
            raise Unreadable(message(text, name=path.name)) from error
        raise _damaged(path) from error


ImageFile.LOAD_TRUNCATED_IMAGES = False
