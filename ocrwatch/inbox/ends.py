"""Whether the bytes of a scan go to its end: what a copy that was cut short, or still grows, is told by. Pure.

    image/jpeg  markers up to EOI; scanners pad after it, phones append (a second picture must reach its end, too)
    image/png   chunks up to IEND                   image/gif   blocks up to the trailer
    image/webp  tells its length in the RIFF header image/bmp   tells its length in its header
    image/tiff  its directories, and the strips, tiles and old JPEG streams they name
    application/pdf  %%EOF at its end, after any padding; one made for the web tells its length, too. PDFium mends a
                     file cut short in silence, so it is looked for here.
    application/ofd  the end of a zip's directory, behind the directory it tells of
    application/xml  its last tag; that it belongs to the first, the parser tells

That it decodes as well, the decoder finds out. Sources: ITU-T T.81 (JPEG), W3C PNG, GIF89a, RFC 9649 (WebP),
TIFF 6.0, ISO 32000 (PDF), APPNOTE.TXT (zip).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

_JPEG_MARKER = re.compile(rb"\xff[^\x00\x01\xd0-\xd7\xff]")
"""But for those that stand alone inside the data of a scan, and stuffed bytes."""

_LINEARIZED = re.compile(rb"/Linearized\b[^>]*?/L\s+(\d+)|/L\s+(\d+)[^>]*?/Linearized\b")
_PDF_TAIL_BYTES = 64 * 1024
_ZIP_TAIL_BYTES = 22 + 0xFFFF


def reaches_its_end(kind: str, data: bytes) -> bool:
    """Whether the bytes of a file of `kind` go to its end, as far as they tell without decoding."""
    match kind:
        case "image/jpeg":
            return _jpeg(data)
        case "image/png":
            return _png(data)
        case "image/gif":
            return _gif(data)
        case "image/webp":
            return len(data) >= _little(data, 4) + 8
        case "image/bmp":
            return len(data) >= _little(data, 2)
        case "image/tiff":
            return _tiff(data)
        case "application/pdf":
            return _pdf(data)
        case "application/ofd":
            return _zip(data)
        case "application/xml":
            return data.rstrip(b"\0\r\n\t ").endswith(b">")
        case _:
            return True


def _little(data: bytes, offset: int) -> int:
    return int.from_bytes(data[offset : offset + 4], "little")


def _jpeg(data: bytes) -> bool:
    position = 0
    while (end := _after_jpeg(data, position)) is not None:
        appended = data[end : end + 64 * 1024].lstrip(b"\0\xff")
        if not appended.startswith(b"\xd8\xff"):
            return True
        position = data.index(b"\xd8\xff", end) - 1
    return False


def _after_jpeg(data: bytes, position: int) -> int | None:
    """The offset behind the EOI of the JPEG stream at `position`; None when it has none."""
    position += 2
    while found := _JPEG_MARKER.search(data, position):
        position = found.end()
        if data[position - 1] == 0xD9:
            return position
        position += max(2, int.from_bytes(data[position : position + 2], "big"))
    return None


def _png(data: bytes) -> bool:
    position = 8
    while position + 12 <= len(data):
        length, kind = int.from_bytes(data[position : position + 4], "big"), data[position + 4 : position + 8]
        position += 12 + length
        if kind == b"IEND":
            return position <= len(data)
    return False


def _gif(data: bytes) -> bool:
    position = 13 + _gif_colours(data, 10)
    while position < len(data):
        match data[position]:
            case 0x3B:
                return True
            case 0x21:
                position = _after_gif_blocks(data, position + 2)
            case 0x2C:
                position = _after_gif_blocks(data, position + 11 + _gif_colours(data, position + 9))
            case 0:
                return False  # space that was reserved in advance
            case _:
                return True  # no GIF any more: nothing says that it goes on
    return False


def _gif_colours(data: bytes, offset: int) -> int:
    """The length of the colour table that the flags at `offset` announce."""
    flags = data[offset] if offset < len(data) else 0
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _after_gif_blocks(data: bytes, position: int) -> int:
    while position < len(data) and data[position]:
        position += data[position] + 1
    return position + 1


def _zip(data: bytes) -> bool:
    end = data.rfind(b"PK\5\6", max(0, len(data) - _ZIP_TAIL_BYTES))
    return 0 <= end <= len(data) - 22 and _little(data, end + 12) + _little(data, end + 16) <= end


def _pdf(data: bytes) -> bool:
    if b"%%EOF" not in data[-_PDF_TAIL_BYTES:].rstrip(b"\0\r\n\t ")[-1024:]:
        return False
    web = _LINEARIZED.search(data[:2048])
    return web is None or int(web[1] or web[2]) <= len(data)


# ---------------------------------------------------------------- TIFF

_WIDTHS = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 16: 8}
"""Bytes of a value by its type."""

_VITAL = (258, 277, 282, 283, 320, 339, 347)
"""Tags without whose values no page opens: bits and samples a pixel, colours, resolution, JPEG tables."""

_PARTS = ((273, 279), (324, 325), (513, 514))
"""The tags of offsets and lengths: of strips, of tiles, of an old JPEG stream."""

_MOST_PAGES = 100_000


def _tiff(data: bytes) -> bool:
    order: Literal["little", "big"] = "little" if data[:2] == b"II" else "big"
    is_big = int.from_bytes(data[2:4], order) == 43
    return all(is_within for is_within in _tiff_parts(data, order, 8 if is_big else 4))


def _tiff_parts(data: bytes, order: Literal["little", "big"], width: int) -> Iterator[bool]:
    """For each directory and each part it names: does it lie within `data`? `width`: bytes of an offset."""
    at, head, entry = (8, 8, 20) if width == 8 else (4, 2, 12)

    def number(offset: int, bytes_: int) -> int:
        return int.from_bytes(data[offset : offset + bytes_], order)

    def values(place: int) -> list[int] | None:
        """The numbers of the entry at `place`, which may lie elsewhere; None when they are not there."""
        size, count = _WIDTHS.get(number(place + 2, 2), 0), number(place + 4, width)
        place += 4 + width
        if size * count > width:
            place = number(place, width)
        if place + size * count > len(data):
            return None
        return [number(place + i * size, size) for i in range(count)] if size else []

    directory, seen = number(at, width), set[int]()
    yield len(data) >= at + width and directory > 0
    while directory and directory not in seen and len(seen) < _MOST_PAGES:
        seen.add(directory)
        count = number(directory, head)
        end = directory + head + count * entry
        yield end + width <= len(data)
        entries = {number(place, 2): place for place in range(directory + head, min(end, len(data)), entry)}
        yield all(values(entries[tag]) is not None for tag in _VITAL if tag in entries)
        for offsets, lengths in _PARTS:
            if offsets in entries and lengths in entries:
                found, sizes = values(entries[offsets]), values(entries[lengths])
                yield found is not None and sizes is not None
                yield all(start + size <= len(data) for start, size in zip(found or [], sizes or [], strict=False))
        directory = number(end, width)
