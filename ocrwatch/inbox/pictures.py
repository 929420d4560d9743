"""Pictures by Pillow: decoded to their end, made upright, scaled, encoded. Runs in the child process only.

Memory: a page of the largest size (`LARGEST_PX`) is never copied at that size more often than its mode demands:
first scaled, then turned, then put on white.
"""

from __future__ import annotations

import io
import math
import struct
import warnings
import zlib
from mmap import mmap

from PIL import Image, ImageFile, features

from ocrwatch.errors import Unreadable
from ocrwatch.inbox.scanfile import Scan, damaged, ensure_bounded, ensure_so_many, incomplete
from ocrwatch.messages import message
from ocrwatch.ports import PictureLimits

_JPEG_QUALITIES = (92, 85, 75, 60, 45)
_DIRECT_MODES = ("L", "RGB", "P", "1")
_BAND_ROWS_PX = 16_000_000

_SURE_PX = 30_000_000
"""Pixels that are decoded to see that a file of many pages is what it says."""

_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

DECODER_FAULTS = (
    OSError,
    EOFError,
    ValueError,
    SyntaxError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RuntimeError,
    AssertionError,
    struct.error,
    zlib.error,
)
"""What Pillow raises on hostile files. A lack of memory is another matter."""

_CUT_SHORT = ("truncated", "not enough image data", "end of file", "unexpected end", "no more images")

warnings.simplefilter("ignore")
Image.MAX_IMAGE_PIXELS = None  # bounded here, before anything is allocated
ImageFile.LOAD_TRUNCATED_IMAGES = False


def opened(scan: Scan, kind: str) -> Image.Image:
    """The picture, its head read and not more. Raises `Unreadable`, `Incomplete`."""
    if kind == "image/heic":
        import pillow_heif

        pillow_heif.register_heif_opener()
    if kind == "image/avif" and not features.check("avif"):
        text = "{name} is an AVIF picture, which the Pillow of this computer cannot open. Save it as JPEG."
        raise Unreadable(message(text, name=scan.path.name))
    try:
        image = Image.open(scan.file)
    except DECODER_FAULTS as error:
        scan.ensure_there()
        raise damaged(scan.path) from error
    ensure_bounded(scan.path, *image.size)
    return image


def pages_decoded(scan: Scan, kind: str) -> int:
    """Decode the pages; how many there are. Of an animation the first picture is the page.

    Of many large ones, all of whose parts `ends.py` has seen, the last is decoded: the others show what they are when
    they are read. Raises `Incomplete`, `Unreadable`.
    """
    with opened(scan, kind) as image:
        try:
            pages = getattr(image, "n_frames", 1) if kind == "image/tiff" else 1
            ensure_so_many(scan.path, pages)
            decoded_px = 0
            for page in range(pages):
                if page:
                    image.seek(page)
                    ensure_bounded(scan.path, *image.size)
                pixels = image.size[0] * image.size[1]
                if pages == 1 or decoded_px + pixels <= _SURE_PX or page == pages - 1:
                    decoded_px += pixels
                    image.draft(None, (image.size[0] // 8, image.size[1] // 8))  # a JPEG is gone through all the same
                    image.load()
        except DECODER_FAULTS as error:
            scan.ensure_there()
            if isinstance(error, EOFError) or any(words in str(error).lower() for words in _CUT_SHORT):
                raise incomplete(scan.path) from error
            raise damaged(scan.path) from error
    return pages


def is_fine_as_it_is(image: Image.Image, kind: str, data: bytes | mmap, limits: PictureLimits) -> bool:
    """Whether a reader that takes `limits` takes these very bytes, and sees the page upright."""
    return (
        kind in limits.kinds
        and len(data) <= limits.max_bytes
        and image.size[0] * image.size[1] <= limits.max_pixels
        and image.mode in _DIRECT_MODES
        and not (kind == "image/png" and data[24:25] == b"\x10")  # 16 bits a colour
        and "transparency" not in image.info
        and getattr(image, "n_frames", 1) == 1
        and _orientation(image) not in _TURNS
    )


def upright(scan: Scan, image: Image.Image, page: int, limits: PictureLimits) -> Image.Image:
    """Page `page` upright, on white, with at most `limits.max_pixels`. Raises `Unreadable`."""
    try:
        if page:
            image.seek(page)
            ensure_bounded(scan.path, *image.size)
        image.draft(None, _fitting(image.size, limits.max_pixels))  # JPEG decodes to an eighth and so on by itself
        image.load()
        turn = _TURNS.get(_orientation(image))
        small = scaled(_eight_bits(image), limits.max_pixels)
        return _on_white(small if turn is None else small.transpose(turn))
    except DECODER_FAULTS as error:
        scan.ensure_there()
        raise damaged(scan.path) from error


def scaled(image: Image.Image, max_pixels: int) -> Image.Image:
    """`image` with at most `max_pixels`."""
    size = _fitting(image.size, max_pixels)
    if size == image.size:
        return image
    if image.mode == "1":
        image = image.convert("L")
    elif image.mode in ("P", "PA") or "transparency" in image.info:
        image = image.convert("RGBA" if "transparency" in image.info or image.mode == "PA" else "RGB")
    return image.resize(
        size, Image.Resampling.BICUBIC, reducing_gap=1.0
    )  # twice as fast as LANCZOS; print looks the same


def encoded(image: Image.Image, max_bytes: int) -> tuple[bytes, str, tuple[int, int]]:
    """`image` in at most `max_bytes`: its bytes, their MIME type, its size then (smaller when nothing else helps)."""
    if image.mode == "1":
        data = _saved(image, "PNG", optimize=True)
        if len(data) <= max_bytes:
            return data, "image/png", image.size
        image = image.convert("L")
    while True:
        for quality in _JPEG_QUALITIES:
            data = _saved(image, "JPEG", quality=quality)
            if len(data) <= max_bytes or max(image.size) == 1:
                return data, "image/jpeg", image.size
        image = image.reduce(2)


def _fitting(size: tuple[int, int], max_pixels: int) -> tuple[int, int]:
    width, height = size
    if width * height <= max_pixels:
        return size
    factor = math.sqrt(max_pixels / (width * height))
    return max(1, math.floor(width * factor)), max(1, math.floor(height * factor))


def _orientation(image: Image.Image) -> int:
    """As EXIF says, 1 to 8; 1 where what it says cannot be understood."""
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except DECODER_FAULTS:
        return 1


def _eight_bits(image: Image.Image) -> Image.Image:
    """A picture of 16 bits or more in one channel: its whole range in 256 steps, so that paper is white."""
    if image.mode[0] not in "IF":
        return image
    width, height = image.size
    rows = max(1, _BAND_ROWS_PX // width)
    boxes = [(0, top, width, min(height, top + rows)) for top in range(0, height, rows)]
    highest = max(float(str(image.crop(box).convert("F").getextrema()[1])) for box in boxes)
    steps = 255 / highest if highest > 0 else 0.0
    page = Image.new("L", image.size)
    for box in boxes:
        page.paste(image.crop(box).convert("F").point(lambda value: value * steps + 0.0).convert("L"), box)
    return page


def _on_white(image: Image.Image) -> Image.Image:
    """`image` in a mode that JPEG knows, what is transparent on white paper."""
    if image.mode in ("RGBA", "RGBa", "LA", "La", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        paper = Image.new("RGBA", image.size, "white")
        paper.alpha_composite(image)
        return paper.convert("RGB")
    if image.mode in ("1", "L", "RGB"):
        return image
    return image.convert("RGB")


def _saved(image: Image.Image, kind: str, **options: int | bool) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()
