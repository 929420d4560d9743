"""A page of a batch as a file of its own: real PDFs and TIFFs, made in the child process."""

from __future__ import annotations

import io
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image, ImageDraw

from ocrwatch.childprocess import ChildProcess
from ocrwatch.errors import Gone, Unreadable
from ocrwatch.inbox.pages import ChildPages
from tests.papers import jpeg, put


@pytest.fixture
def pages() -> Iterator[ChildPages]:
    child = ChildProcess(name="decoding", memory_bytes=2 * 1024**3)
    yield ChildPages(child)
    child.close()


def _sheet(number: int, mode: str) -> Image.Image:
    page = Image.new("RGB", (600, 400), "white")
    ImageDraw.Draw(page).rectangle((40, 40, 140 + 90 * number, 160), fill=(180, 30, 40))
    return page.convert("L").convert("I;16") if mode == "I;16" else page.convert(mode)


def _batch(folder: Path, name: str, mode: str = "RGB", **options: object) -> Path:
    first, *others = [_sheet(number, mode) for number in range(3)]
    buffer = io.BytesIO()
    kind = "PDF" if name.endswith(".pdf") else "TIFF"
    first.save(buffer, kind, save_all=True, append_images=others, **options)
    return put(folder, name, buffer.getvalue())


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("mode", "compression", "kept"),
    [
        ("1", "group4", "group4"),
        ("L", "tiff_lzw", "tiff_lzw"),
        ("RGB", "raw", "raw"),
        ("P", "packbits", "packbits"),
        ("I;16", "tiff_adobe_deflate", "tiff_adobe_deflate"),
        ("CMYK", "raw", "raw"),
        ("RGB", "jpeg", "tiff_adobe_deflate"),
    ],
)
def test_a_tiff_frame(pages: ChildPages, tmp_path: Path, mode: str, compression: str, kept: str) -> None:
    """Every pixel as in the batch, its resolution too; packed as there, where that loses nothing."""
    path = _batch(tmp_path, "batch.tif", mode, compression=compression, dpi=(300, 300))
    made = pages.page_file(path, _digest(path), 1)
    with Image.open(io.BytesIO(made)) as alone, Image.open(path) as batch:
        batch.seek(1)
        assert getattr(alone, "n_frames", 1) == 1
        assert (alone.mode, alone.size, alone.tobytes()) == (batch.mode, batch.size, batch.tobytes())
        assert alone.info["compression"] == kept
        assert alone.info["dpi"] == (300, 300)


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_a_turned_tiff_frame_is_turned_once(pages: ChildPages, tmp_path: Path, orientation: int) -> None:
    """It shows as it showed in the batch."""
    path = _batch(tmp_path, "batch.tif", tiffinfo={274: orientation})
    made = pages.page_file(path, _digest(path), 1)
    single = put(tmp_path, "single.tif", made)
    from ocrwatch.ports import PictureLimits

    limits = PictureLimits(kinds=("image/png",))
    before = pages.picture(path, _digest(path), 1, limits)
    after = pages.picture(single, _digest(single), 0, limits)
    assert after.data == before.data


def test_a_pdf_page(pages: ChildPages, tmp_path: Path) -> None:
    """The page alone, its scan's bytes as they were, at its size."""
    path = _batch(tmp_path, "batch.pdf", resolution=150)
    made = pages.page_file(path, _digest(path), 2)
    alone, batch = pypdfium2.PdfDocument(made), pypdfium2.PdfDocument(path)
    assert len(alone) == 1
    assert alone[0].get_size() == batch[2].get_size()
    assert _scan_in(alone[0]) == _scan_in(batch[2])
    assert _drawn(alone[0]) == _drawn(batch[2])
    assert _drawn(alone[0]) != _drawn(batch[1])


def _scan_in(page: pypdfium2.PdfPage) -> bytes:
    (image,) = page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE])
    assert isinstance(image, pypdfium2.PdfImage)
    return bytes(image.get_data())


def _drawn(page: pypdfium2.PdfPage) -> bytes:
    drawn: Image.Image = page.render(scale=1).to_pil()
    return drawn.tobytes()


def test_a_filled_form_keeps_what_was_filled_in(pages: ChildPages, tmp_path: Path) -> None:
    """A form's fields belong to the document, not to the page: they become print."""
    path = put(tmp_path, "form.pdf", _form())
    made = pages.page_file(path, _digest(path), 0)
    alone, form = pypdfium2.PdfDocument(made), pypdfium2.PdfDocument(path)
    form.init_forms()
    with_fields = _drawn(form[0])
    assert b"\x00\x00\x00" in with_fields, "the field is drawn black"
    assert _drawn(alone[0]) == with_fields


def _form() -> bytes:
    """A PDF of two pages; a text field on the first whose appearance is a black box."""
    box = b"0 0 0 rg 0 0 100 40 re f"
    parts = [
        b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[5 0 R]/NeedAppearances false>>>>",
        b"<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Annots[5 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>",
        b"<</Type/Annot/Subtype/Widget/FT/Tx/T(total)/V(12)/F 4/Rect[50 50 150 90]/P 3 0 R/AP<</N 6 0 R>>>>",
        b"<</Type/XObject/Subtype/Form/BBox[0 0 100 40]/Length %d>>stream\n%s\nendstream" % (len(box), box),
    ]
    data, places = b"%PDF-1.7\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(data))
        data += b"%d 0 obj%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
    end = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, len(data))
    return data + head + table + end


def test_what_has_no_pages_to_take_out(pages: ChildPages, tmp_path: Path) -> None:
    """A picture of one page says so; other bytes than were read are told from it."""
    path = put(tmp_path, "single.jpg", jpeg())
    with pytest.raises(Unreadable, match="taken out"):
        pages.page_file(path, _digest(path), 0)
    with pytest.raises(Gone):
        pages.page_file(path, "0" * 64, 0)
