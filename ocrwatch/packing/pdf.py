"""A PDF of pictures, written as it grows: no more than one page's pictures are in memory.

    PdfWriter(write)  page(…) page(…) …  close()

The libraries at hand build the whole document in memory first, which three hundred scans do not fit into. What is
needed of the format is little (ISO 32000-1): JPEGs go in as they are (`DCTDecode`, 7.4.8); pictures in black and white
come as PNG, whose data is that of `FlateDecode` with PNG's predictors (7.4.4.4); captions are in Helvetica, which every
reader has, so they are plain ASCII.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ocrwatch.packing.placing import Place
from ocrwatch.ports import Picture

_CATALOG, _PAGES, _FONT = 1, 2, 3
_CAPTION_POINTS = 9
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG's markers of a frame, which tell how many colours there are (ITU-T T.81, table B.1)."""

_BARE = frozenset({0x01, *range(0xD0, 0xD9)})
"""JPEG's markers that have no length."""

_PNG_HEAD_BYTES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A picture on a page, and the line above it."""

    picture: Picture
    place: Place
    caption: str


class PdfWriter:
    """Writes pages one by one."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        """`write` takes the bytes in their order."""
        self._write = write
        self._offset = 0
        self._offsets: dict[int, int] = {}
        self._last = _FONT
        self._pages: list[int] = []
        self._put(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
        self._object(_FONT, b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")

    @property
    def pages(self) -> int:
        """How many there are so far."""
        return len(self._pages)

    def page(self, size: tuple[float, float], placed: Sequence[Placed]) -> None:
        """Add a page. Raises ValueError for a picture that is neither a JPEG nor a PNG in black and white."""
        pictures = [self._picture(each.picture) for each in placed]
        drawn = b"\n".join(_drawn(each, place) for place, each in enumerate(placed))
        content = self._stream(b"", drawn)
        names = b" ".join(b"/P%d %d 0 R" % pair for pair in enumerate(pictures))
        resources = b"<< /Font << /F %d 0 R >> /XObject << %s >> >>" % (_FONT, names)
        page = b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 %.2f %.2f] /Resources %s /Contents %d 0 R >>"
        self._pages.append(self._object(None, page % (_PAGES, *size, resources, content)))

    def close(self) -> None:
        """Write what stands at the end."""
        kids = b" ".join(b"%d 0 R" % number for number in self._pages)
        self._object(_PAGES, b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(self._pages), kids))
        self._object(_CATALOG, b"<< /Type /Catalog /Pages %d 0 R >>" % _PAGES)
        start = self._offset
        self._put(b"xref\n0 %d\n0000000000 65535 f \n" % (self._last + 1))
        for number in range(1, self._last + 1):
            self._put(b"%010d 00000 n \n" % self._offsets[number])
        self._put(b"trailer\n<< /Size %d /Root %d 0 R >>\n" % (self._last + 1, _CATALOG))
        self._put(b"startxref\n%d\n%%%%EOF\n" % start)

    def _picture(self, picture: Picture) -> int:
        size = b"/Width %d /Height %d" % (picture.width_px, picture.height_px)
        if picture.kind == "image/jpeg":
            colours = {1: b"/DeviceGray", 3: b"/DeviceRGB"}[jpeg_colours(picture.data)]
            return self._stream(
                b"/Type /XObject /Subtype /Image %s /ColorSpace %s /BitsPerComponent 8 /Filter /DCTDecode"
                % (size, colours),
                picture.data,
            )
        parameters = b"<< /Predictor 15 /Colors 1 /BitsPerComponent 1 /Columns %d >>" % picture.width_px
        return self._stream(
            b"/Type /XObject /Subtype /Image %s /ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /FlateDecode "
            b"/DecodeParms %s" % (size, parameters),
            black_and_white_data(picture.data),
        )

    def _stream(self, entries: bytes, data: bytes) -> int:
        head = b"<< %s /Length %d >>\nstream\n" % (entries, len(data))
        return self._object(None, head, data, b"\nendstream")

    def _object(self, number: int | None, *pieces: bytes) -> int:
        if number is None:
            self._last += 1
            number = self._last
        self._offsets[number] = self._offset
        self._put(b"%d 0 obj\n" % number)
        for piece in pieces:
            self._put(piece)
        self._put(b"\nendobj\n")
        return number

    def _put(self, data: bytes) -> None:
        self._write(data)
        self._offset += len(data)


def jpeg_colours(data: bytes) -> int:
    """How many colours a JPEG has. Raises ValueError where that is neither 1 nor 3, or it is none of 8 bits."""
    at = 2
    while at + 9 < len(data):
        if data[at] != 0xFF:
            break
        marker = data[at + 1]
        if marker == 0xFF:  # fill
            at += 1
        elif marker in _BARE:
            at += 2
        elif marker in _FRAMES:
            bits, colours = data[at + 4], data[at + 9]
            if bits == 8 and colours in (1, 3):
                return colours
            break
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4])
    raise ValueError("no JPEG of one or three colours")


def black_and_white_data(data: bytes) -> bytes:
    """The packed rows of a PNG in black and white. Raises ValueError for any other."""
    if data[:_PNG_HEAD_BYTES] != b"\x89PNG\r\n\x1a\n":
        raise ValueError("no PNG")
    at, packed = _PNG_HEAD_BYTES, []
    while at + 8 <= len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + length]
        if kind == b"IHDR" and body[8:] != b"\x01\x00\x00\x00\x00":  # 1 bit, grey, not interlaced
            raise ValueError("no PNG in black and white")
        if kind == b"IDAT":
            packed.append(body)
        at += 12 + length
    return b"".join(packed)


def _drawn(placed: Placed, number: int) -> bytes:
    place = placed.place
    caption = "".join(each if " " <= each <= "~" else "?" for each in placed.caption)
    for sign in "\\()":
        caption = caption.replace(sign, "\\" + sign)
    return b"q %.2f 0 0 %.2f %.2f %.2f cm /P%d Do Q\nBT /F %d Tf %.2f %.2f Td (%s) Tj ET" % (
        place.width,
        place.height,
        place.left,
        place.bottom,
        number,
        _CAPTION_POINTS,
        place.caption_left,
        place.caption_bottom,
        caption.encode("ascii"),
    )
