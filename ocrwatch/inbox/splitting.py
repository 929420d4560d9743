"""One page of a batch as a file of its own, its picture as it is. Runs in the child process only.

    application/pdf   the page's own objects, copied by PDFium; a form's fields become print first, for they would stay
                      behind
    image/tiff        the frame, in its own compression where that loses nothing, else packed without loss

Rules
  1. What was made is opened again, and compared: the batch is put away for it.
  2. What cannot be taken out is `Unreadable`: the batch stands in for it.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from pathlib import Path

from ocrwatch.errors import Gone, Unreadable
from ocrwatch.inbox.scanfile import bytes_of, kind_in
from ocrwatch.messages import JSON, message

_LOSSLESS = frozenset({"raw", "packbits", "group3", "group4", "tiff_ccitt", "tiff_lzw", "tiff_adobe_deflate"})
_OTHERWISE = "tiff_adobe_deflate"
_ORIENTATION, _RESOLUTION = 274, (282, 283, 296)


def page_file(arguments: Mapping[str, JSON], _: bytes) -> tuple[JSON, bytes]:
    """Page `page` (from 0) of the file at `path` whose bytes have `digest`, as the bytes of a file of its own.

    Raises `Gone` when the bytes have another digest, `Unreadable`, `Incomplete` while they cannot be read.
    """
    path, page = Path(str(arguments["path"])), arguments["page"]
    assert isinstance(page, int)
    data = bytes_of(path)
    if hashlib.sha256(data).hexdigest() != arguments["digest"]:
        raise Gone(message("{name} was changed or replaced while it was read.", name=path.name))
    match kind_in(path, data):
        case "application/pdf":
            return None, _of_pdf(path, data, page)
        case "image/tiff":
            return None, _of_tiff(path, data, page)
    raise _inseparable(path, page)


def _of_pdf(path: Path, data: bytes, page: int) -> bytes:
    import pypdfium2

    try:
        batch = pypdfium2.PdfDocument(data)
        has_form = batch.get_formtype() != pypdfium2.raw.FORMTYPE_NONE
        if has_form:
            batch.init_forms()
        source = batch[page]
        size = source.get_size()
        if has_form:
            source.flatten()
        alone = pypdfium2.PdfDocument.new()
        alone.import_pages(batch, [page])
        buffer = io.BytesIO()
        alone.save(buffer)
        made = buffer.getvalue()
        again = pypdfium2.PdfDocument(made)
        if len(again) != 1 or again[0].get_size() != size:
            raise _inseparable(path, page)
    except (pypdfium2.PdfiumError, ArithmeticError, LookupError, ValueError, OSError) as error:
        raise _inseparable(path, page) from error
    return made


def _of_tiff(path: Path, data: bytes, page: int) -> bytes:
    from PIL import Image, TiffImagePlugin

    from ocrwatch.inbox.pictures import DECODER_FAULTS, opened

    try:
        with opened(path, data) as batch:
            batch.seek(page)
            assert isinstance(batch, TiffImagePlugin.TiffImageFile)
            compression = str(batch.info.get("compression", "raw"))
            batch.load()  # Pillow turns the page as its orientation says, and forgets that then
            tags = TiffImagePlugin.ImageFileDirectory_v2()
            for tag in (_ORIENTATION, *_RESOLUTION):
                if tag in batch.tag_v2:
                    tags[tag] = batch.tag_v2[tag]
            buffer = io.BytesIO()
            packing = compression if compression in _LOSSLESS else _OTHERWISE
            batch.save(buffer, "TIFF", tiffinfo=tags, compression=packing)
            with Image.open(io.BytesIO(buffer.getvalue())) as alone:
                pixels = alone.tobytes()
                if (alone.mode, alone.size) != (batch.mode, batch.size) or pixels != batch.tobytes():
                    raise _inseparable(path, page)
    except DECODER_FAULTS as error:
        raise _inseparable(path, page) from error
    return buffer.getvalue()


def _inseparable(path: Path, page: int) -> Unreadable:
    return Unreadable(message("Page {page} of {name} cannot be taken out of it.", page=page + 1, name=path.name))
