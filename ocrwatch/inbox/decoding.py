"""Opens scans and makes page pictures of them. Runs in the child process only.

Rules
  1. What a file is, its content tells (`kinds.py`), never its name.
  2. A complete file goes to its end (`ends.py`) and decodes to it. One that ends early is not ready; it is no failure.
  3. A picture that a reader takes as it is, is passed on byte for byte, and decoded only to see whether it is blank.

Loads Pillow, and pypdfium2 for PDFs: import it in the child, nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ocrwatch.errors import Gone, Unreadable
from ocrwatch.inbox import invoices, pictures, shortcuts
from ocrwatch.inbox.blank import is_blank, is_blank_file
from ocrwatch.inbox.einvoices.found import to_data
from ocrwatch.inbox.ends import reaches_its_end
from ocrwatch.inbox.kinds import OFD, XML, kind_of, may_hold_invoice
from ocrwatch.inbox.scanfile import Scan, head_of, incomplete, kind_in, opened
from ocrwatch.messages import JSON, message
from ocrwatch.ports import PictureLimits


def inspect(arguments: Mapping[str, JSON], _: bytes) -> tuple[JSON, bytes]:
    """Decode the file at `path` to its end: its digest, kind and number of pages.

    Raises `Incomplete`, `Unreadable`, `NotAScan`, `Gone`.
    """
    path = Path(str(arguments["path"]))
    with opened(path) as scan:
        if _address(scan) is not None:
            return {"digest": scan.digest(), "kind": shortcuts.LINK, "pages": 1}, b""
        kind = kind_in(path, scan.head())
        if not reaches_its_end(kind, scan.data):
            raise incomplete(path)
        if kind == "application/pdf":
            from ocrwatch.inbox import pdf

            pages = pdf.pages(scan)
        elif kind in (OFD, XML):
            pages = invoices.pages(path, scan.data[:], kind)
        else:
            pages = pictures.pages_decoded(scan, kind)
        return {"digest": scan.digest(), "kind": kind, "pages": pages}, b""


def address(arguments: Mapping[str, JSON], _: bytes) -> tuple[JSON, bytes]:
    """The address that the file at `path` is a link to; None where it is no link. Raises as `picture`."""
    with opened(Path(str(arguments["path"]))) as scan:
        _ensure_same(scan, arguments["digest"])
        return _address(scan), b""


def _address(scan: Scan) -> str | None:
    """Raises `Incomplete`, `Unreadable` for what should be a link and has no address."""
    name = scan.path.name
    if not shortcuts.may_be_link(name) or scan.whole is None or kind_of(scan.whole) is not None:
        return None
    if shortcuts.ends_early(name, scan.whole):
        raise incomplete(scan.path)
    found = shortcuts.address_in(name, scan.whole)
    if found == "":
        raise Unreadable(message("{name} is a link without an address.", name=name))
    return found


def _ensure_same(scan: Scan, digest: JSON) -> None:
    """Raises `Gone` when the bytes are others now."""
    if scan.digest() != digest:
        raise Gone(message("{name} was changed or replaced while it was read.", name=scan.path.name))


def picture(arguments: Mapping[str, JSON], _: bytes) -> tuple[JSON, bytes]:
    """Page `page` of the file at `path`, within `limits` (the fields of `PictureLimits`).

    Raises `Gone` when the bytes have another digest now, `Unreadable`; `Incomplete` while they cannot be read.
    """
    path, page, limits = Path(str(arguments["path"])), arguments["page"], _limits(arguments["limits"])
    assert isinstance(page, int)
    with opened(path) as scan:
        _ensure_same(scan, arguments["digest"])
        kind = kind_in(path, scan.head())
        if kind in (OFD, XML):
            raise invoices.not_drawn(path, kind)
        if kind == "application/pdf":
            from ocrwatch.inbox import pdf

            made = pdf.page_picture(scan, page, limits.max_pixels)
        else:
            with pictures.opened(scan, kind) as image:
                if pictures.is_fine_as_it_is(image, kind, scan.data, limits):
                    _ensure_usable(path, image.size, limits)
                    data = scan.data[:]
                    return _answer(kind, image.size, is_blank=is_blank_file(data)), data
                made = pictures.upright(scan, image, page, limits)
    _ensure_usable(path, made.size, limits)
    is_empty = is_blank(made)
    data, kind, size = pictures.encoded(made, limits.max_bytes)
    return _answer(kind, size, is_blank=is_empty), data


def print_of(arguments: Mapping[str, JSON], _: bytes) -> tuple[JSON, bytes]:
    """The print of page `page` that the PDF at `path` holds as text; nothing of any other file. Raises as `picture`."""
    path, page = Path(str(arguments["path"])), arguments["page"]
    assert isinstance(page, int)
    if b"%PDF-" not in head_of(path):
        return [], b""
    with opened(path) as scan:
        _ensure_same(scan, arguments["digest"])
        if kind_in(path, scan.head()) != "application/pdf":
            return [], b""
        from ocrwatch.inbox import pdf

        return [list(line) for line in pdf.print_of(scan, page)], b""


def embedded(arguments: Mapping[str, JSON], _: bytes) -> tuple[JSON, bytes]:
    """The data of an invoice in the file at `path`, None where there is none. Raises as `picture`."""
    path = Path(str(arguments["path"]))
    if not may_hold_invoice(head_of(path)):
        return None, b""
    with opened(path) as scan:
        _ensure_same(scan, arguments["digest"])
        match kind_in(path, scan.head()):
            case "application/pdf":
                from ocrwatch.inbox import pdf

                return to_data(pdf.invoice(scan)), b""
            case kind if kind in (OFD, XML):
                return to_data(invoices.invoice(path, scan.data[:], kind)), b""
    return None, b""


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
