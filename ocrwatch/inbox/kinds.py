"""What a file is, told by its content, and whether its bytes reach its end. Pure.

    image/jpeg  ends with EOI (FF D9); scanners and phones may pad or append after it
    image/png   ends with the IEND chunk            image/gif   ends with the trailer 3B
    image/webp  tells its length in the RIFF header image/bmp   tells its length in its header
    image/tiff  has offsets only: decoding it to its last page tells
    application/pdf  has %%EOF near its end; PDFium mends a file cut short in silence, so it is looked for here

Sources: ITU-T T.81 (JPEG), W3C PNG, GIF89a, RFC 9649 (WebP), ISO 32000 (PDF).
"""

from __future__ import annotations

SCAN_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".pdf"}
    | {".heic", ".heif", ".avif", ".jp2"}
)
"""Suffixes under which a person expects a scan to be read."""

_PDF_HEAD_BYTES = 1024
_TAIL_BYTES = 4096
_JPEG_TAIL_BYTES = 64 * 1024
"""What phones append to a picture (depth maps, motion frames) is longer, but ends with an EOI of its own."""


def kind_of(data: bytes) -> str | None:
    """The MIME type of a picture or PDF that starts like `data`; None for anything else."""
    heads = {
        b"\xff\xd8\xff": "image/jpeg",
        b"\x89PNG\r\n\x1a\n": "image/png",
        b"GIF87a": "image/gif",
        b"GIF89a": "image/gif",
        b"II*\0": "image/tiff",
        b"MM\0*": "image/tiff",
        b"\0\0\0\x0cjP  ": "image/jp2",
    }
    for head, kind in heads.items():
        if data.startswith(head):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[:2] == b"BM" and len(data) >= 18 and _number(data, 14) in (12, 40, 52, 56, 64, 108, 124):
        return "image/bmp"
    if data[4:8] == b"ftyp":
        return {b"avif": "image/avif", b"avis": "image/avif"}.get(data[8:12], "image/heic")
    if b"%PDF-" in data[:_PDF_HEAD_BYTES]:
        return "application/pdf"
    return None


def could_become_a_scan(data: bytes) -> bool:
    """Whether so few bytes may still be the head of a picture."""
    return len(data) < 18


def reaches_its_end(kind: str, data: bytes) -> bool:
    """Whether the bytes of a file of `kind` go to its end, as far as they tell without decoding."""
    match kind:
        case "image/jpeg":
            return b"\xff\xd9" in data[-_JPEG_TAIL_BYTES:]
        case "image/png":
            return b"IEND\xaeB`\x82" in data[-_TAIL_BYTES:]
        case "image/gif":
            return data.rstrip(b"\0")[-1:] == b";"
        case "image/webp":
            return len(data) >= _number(data, 4) + 8
        case "image/bmp":
            return len(data) >= _number(data, 2)
        case "application/pdf":
            return b"%%EOF" in data[-_TAIL_BYTES:]
        case _:
            return True


def _number(data: bytes, offset: int) -> int:
    return int.from_bytes(data[offset : offset + 4], "little")
