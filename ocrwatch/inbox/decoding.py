"""Opens scans and makes page pictures of them. Runs in the child process only.

Rules
  1. What a file is, its content tells (`kinds.py`), never its name.
  2. A complete file goes to its end (`ends.py`) and decodes to it. One that ends early is not ready; it is no failure.
  3. A picture that a reader takes as it is, is passed on byte for byte, and decoded only to see whether it is blank.

Loads Pillow, and pypdfium2 for PDFs: import it in the child, nowhere else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from ocrwatch.errors import Gone, Unreadable
from ocrwatch.inbox import invoices, pictures
from ocrwatch.inbox.blank import is_blank, is_blank_file
from ocrwatch.inbox.einvoices.found import to_data
from ocrwatch.inbox.ends import reaches_its_end
from ocrwatch.inbox.kinds import OFD, XML, may_hold_invoice
from ocrwatch.inbox.scanfile import bytes_of, head_of, incomplete, kind_in
from ocrwatch.messages import JSON, message
from ocrwatch.ports import PictureLimits


def inspect(arguments: Mapping[str, JSON], _: bytes) -> tuple[JSON, bytes]:
    """Decode the file at `path` to its end: its digest, kind and number of pages.

    Raises `Incomplete`, `Unreadable`, `NotAScan`, `Gone`.
    """
    path = Path(str(arguments["path"]))
    data = bytes_of(path)
    kind = kind_in(path, data)
    if not reaches_its_end(kind, data):
        raise incomplete(path)
    if kind == "application/pdf":
        from ocrwatch.inbox import pdf

        pages = pdf.pages(path, data)
    elif kind in (OFD, XML):
        pages = invoices.pages(path, data, kind)
    else:
        pages = pictures.pages_decoded(path, data, kind)
    return {"digest": hashlib.sha256(data).hexdigest(), "kind": kind, "pages": pages}, b""


def picture(arguments: Mapping[str, JSON], _: bytes) -> tuple[JSON, bytes]:
    """Page `page` of the file at `path`, within `limits` (the fields of `PictureLimits`).

    Raises `Gone` when the bytes have another digest now, `Unreadable`; `Incomplete` while they cannot be read.
    """
    path, page, limits = Path(str(arguments["path"])), arguments["page"], _limits(arguments["limits"])
    assert isinstance(page, int)
    data = _bytes_with(path, arguments["digest"])
    kind = kind_in(path, data)
    if kind in (OFD, XML):
        raise invoices.not_drawn(path, kind)
    if kind == "application/pdf":
        from ocrwatch.inbox import pdf

        made = pdf.page_picture(path, data, page, limits.max_pixels)
    else:
        with pictures.opened(path, data) as image:
            if pictures.is_fine_as_it_is(image, kind, data, limits):
                _ensure_usable(path, image.size, limits)
                return _answer(kind, image.size, is_blank=is_blank_file(data)), data
            made = pictures.upright(path, image, page, limits)
    _ensure_usable(path, made.size, limits)
    is_empty = is_blank(made)
    data, kind, size = pictures.encoded(made, limits.max_bytes)
    return _answer(kind, size, is_blank=is_empty), data


def embedded(arguments: Mapping[str, JSON], _: bytes) -> tuple[JSON, bytes]:
    """The data of an invoice in the file at `path`, None where there is none. Raises as `picture`."""
    path = Path(str(arguments["path"]))
    if not may_hold_invoice(head_of(path)):
        return None, b""
    data = _bytes_with(path, arguments["digest"])
    match kind_in(path, data):
        case "application/pdf":
            from ocrwatch.inbox import pdf

            return to_data(pdf.invoice(path, data)), b""
        case kind if kind in (OFD, XML):
            return to_data(invoices.invoice(path, data, kind)), b""
    return None, b""


def _bytes_with(path: Path, digest: JSON) -> bytes:
    """The bytes of `path`. Raises `Gone` when they have another digest now."""
    data = bytes_of(path)
    if hashlib.sha256(data).hexdigest() != digest:
        raise Gone(message("{name} was changed or replaced while it was read.", name=path.name))
    return data


def _limits(told: JSON) -> PictureLimits:
    assert isinstance(told, dict)
    kinds = told["kinds"]
    assert isinstance(kinds, list)
    return PictureLimits(
        max_pixels=int(str(told["max_pixels"])),
        max_bytes=int(str(told["max_bytes"])),
        min_side_px=int(str(told["min_side_px"])),
        max_aspect=float(str(told["max_aspect"])),
        kinds=tuple(map(str, kinds)),
    )


def _ensure_usable(path: Path, size: tuple[int, int], limits: PictureLimits) -> None:
    width, height = size
    if min(size) < limits.min_side_px:
        text = "{name} is only {width} x {height} pixels large: too small to hold print."
        raise Unreadable(message(text, name=path.name, width=width, height=height))
    if max(size) > limits.max_aspect * min(size):
        raise Unreadable(message("{name} is a strip too narrow to be read.", name=path.name))


def _answer(kind: str, size: tuple[int, int], *, is_blank: bool) -> JSON:
    return {"kind": kind, "width_px": size[0], "height_px": size[1], "is_blank": is_blank}
