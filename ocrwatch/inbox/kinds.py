"""What a file is, told by its content. Pure."""

from __future__ import annotations

import re

from ocrwatch.inbox.einvoices.roots import is_invoice

OFD = "application/ofd"
XML = "application/xml"
"""The kinds that hold data and are never drawn."""

SCAN_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".pdf"}
    | {".heic", ".heif", ".avif", ".jp2", ".ofd"}
)
"""Suffixes under which a person expects a scan to be read."""

_PDF_HEAD_BYTES = 1024

_ROOT_OF_OFD = re.compile(rb"PK\x03\x04.{26}OFD\.xml", re.DOTALL)
"""The head of the zip's member that every OFD begins with (GB/T 33190)."""

_BRANDS = {b"avif": "image/avif", b"avis": "image/avif"} | dict.fromkeys(
    [b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"], "image/heic"
)
"""Pictures in the container that films have, too (ISO 23008-12)."""


def kind_of(data: bytes) -> str | None:
    """The MIME type of a picture, a PDF or an e-invoice with the bytes `data`; None for anything else."""
    heads = {
        b"\xff\xd8\xff": "image/jpeg",
        b"\x89PNG\r\n\x1a\n": "image/png",
        b"GIF87a": "image/gif",
        b"GIF89a": "image/gif",
        b"II*\0": "image/tiff",
        b"MM\0*": "image/tiff",
        b"II+\0": "image/tiff",
        b"MM\0+": "image/tiff",
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
        return _BRANDS.get(data[8:12])
    if b"%PDF-" in data[:_PDF_HEAD_BYTES]:
        return "application/pdf"
    if data[:4] == b"PK\3\4":
        return OFD if _ROOT_OF_OFD.search(data) else None
    return XML if is_invoice(data) else None


def may_hold_invoice(head: bytes) -> bool:
    """Whether a file that starts with `head` (1024 bytes) may be more than a picture: a PDF, a zip, XML."""
    return b"%PDF-" in head or head.startswith(b"PK") or b"<" in head[:16].replace(b"\0", b"")


def could_become_a_scan(data: bytes) -> bool:
    """Whether so few bytes may still be the head of a picture."""
    return len(data) < 18


def _number(data: bytes, offset: int) -> int:
    return int.from_bytes(data[offset : offset + 4], "little")
