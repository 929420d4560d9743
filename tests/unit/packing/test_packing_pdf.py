"""The PDF that is written page by page, and where pictures stand in it."""

from __future__ import annotations

import io
import re

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ocrwatch.packing.pdf import PdfWriter, Placed, black_and_white_data, jpeg_colours
from ocrwatch.packing.placing import PerPage, page_size, place
from ocrwatch.ports import Picture


def picture(mode: str, size: tuple[int, int], *, progressive: bool = False, **info: bytes) -> Picture:
    """Its left half dark, its right half light."""
    image = Image.new("L", size, 255)
    image.paste(0, (0, 0, size[0] // 2, size[1]))
    buffer = io.BytesIO()
    kind = "PNG" if mode == "1" else "JPEG"
    image.convert(mode).save(buffer, kind, **({"progressive": progressive, **info} if kind == "JPEG" else {}))
    return Picture(buffer.getvalue(), f"image/{kind.lower()}", *size)


def written(*pages: list[Picture], per_page: PerPage = 1) -> bytes:
    buffer = io.BytesIO()
    document = PdfWriter(buffer.write)
    for number, pictures in enumerate(pages, 1):
        size = page_size(pictures[0].width_px, pictures[0].height_px, per_page)
        document.page(
            size,
            [
                Placed(
                    picture=each,
                    place=place(each.width_px, each.height_px, size, slot, per_page),
                    caption=f"No. {number} (a\\b) 中",
                )
                for slot, each in enumerate(pictures)
            ],
        )
    assert document.pages == len(pages)
    document.close()
    return buffer.getvalue()


@pytest.mark.parametrize("mode", ["RGB", "L", "1"])
def test_pictures_of_all_kinds(mode: str) -> None:
    """Colour, grey, and black and white come out as they are."""
    document = pypdfium2.PdfDocument(written([picture(mode, (400, 600))]))
    drawn = document[0].render(scale=1).to_pil().convert("L")
    width, height = drawn.size
    assert drawn.getpixel((width // 4, height // 2)) < 30
    assert drawn.getpixel((3 * width // 4, height // 2)) > 220
    assert document[0].get_textpage().get_text_bounded() == "No. 1 (a\\b) ?"


def test_a_progressive_jpeg_and_its_bytes() -> None:
    """JPEGs go in byte for byte, also those with long remarks in them."""
    with_remark = picture("RGB", (300, 200), progressive=True, comment=b"\xff\xc0" * 300)
    pdf = written([with_remark])
    assert with_remark.data in pdf
    assert len(pypdfium2.PdfDocument(pdf)) == 1


def test_the_references() -> None:
    """Every object is where the table says: readers need not mend the file."""
    pdf = written([picture("RGB", (40, 60))], [picture("1", (60, 40)), picture("L", (60, 40))], per_page=2)
    start = int(re.search(rb"startxref\n(\d+)\n%%EOF\n$", pdf)[1])  # type: ignore[index]
    assert pdf[start:].startswith(b"xref\n")
    offsets = [int(entry) for entry in re.findall(rb"(\d{10}) 00000 n \n", pdf[start:])]
    for number, offset in enumerate(offsets, 1):
        assert pdf[offset:].startswith(b"%d 0 obj\n" % number)


def test_what_is_not_taken() -> None:
    """A picture that the format cannot hold as it is is refused, never drawn wrongly."""
    buffer = io.BytesIO()
    Image.new("CMYK", (10, 10)).save(buffer, "JPEG")
    with pytest.raises(ValueError, match="JPEG"):
        jpeg_colours(buffer.getvalue())
    buffer = io.BytesIO()
    Image.new("RGB", (10, 10)).save(buffer, "PNG")
    with pytest.raises(ValueError, match="PNG"):
        black_and_white_data(buffer.getvalue())
    with pytest.raises(ValueError, match="JPEG"):
        jpeg_colours(b"\xff\xd8\xff\xe0\x00\x04ab")


@given(st.integers(1, 20_000), st.integers(1, 20_000), st.sampled_from([1, 2]), st.integers(0, 1))
def test_places(width: int, height: int, per_page: PerPage, slot: int) -> None:
    """Every picture lies within its page, keeps its shape, is not blown up, and its caption stands above it."""
    page = page_size(width, height, per_page)
    found = place(width, height, page, min(slot, per_page - 1), per_page)
    assert found.left >= 0
    assert found.left + found.width <= page[0] + 1e-6
    assert found.bottom >= 0
    assert found.bottom + found.height <= found.caption_bottom <= page[1]
    assert found.width * height == pytest.approx(found.height * width)
    assert found.width <= width + 1e-6


def test_two_do_not_overlap() -> None:
    """The second picture's caption is below the first picture."""
    page = page_size(100, 400, 2)
    first, second = (place(100, 4000, page, slot, 2) for slot in (0, 1))
    assert second.caption_bottom + 9 <= first.bottom
