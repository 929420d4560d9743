"""Which pages are blank: back sides are, whatever the scanner added; the faintest receipt is not."""

from __future__ import annotations

import io
import os
import random
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from ocrwatch.inbox.blank import is_blank, is_blank_file

A4_PX = (1240, 1754)
WHITE, CREAM, PINK, BLUE = (252, 252, 252), (247, 241, 226), (240, 200, 205), (200, 220, 240)


def _paper(colour: tuple[int, int, int] = WHITE, size: tuple[int, int] = A4_PX) -> Image.Image:
    return Image.new("RGB", size, colour)


def _printed(page: Image.Image, contrast: int, lines: int = 25) -> Image.Image:
    """A receipt's lines, darker than the paper by `contrast` of 255 steps."""
    paper = page.getpixel((5, 5))
    assert isinstance(paper, tuple)
    ink = tuple(int(level) - contrast for level in paper)
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(20)
    for line in range(lines):
        draw.text((140, 160 + 36 * line), f"Item {line}  Milk  {line}.50   {line * 3}.10", fill=ink, font=font)
    return page


def _scanned(page: Image.Image, noise: float, quality: int = 75) -> Image.Image:
    """With the sensor's noise, as the scanner's JPEG."""
    width, height = page.size
    chance = random.Random(7)
    grain = [
        Image.frombytes("L", page.size, chance.randbytes(width * height)).point(
            [round(128 + (level - 128) * noise / 74) for level in range(256)]
        )
        for _ in range(3)
    ]
    noisy = ImageChops.add(page, Image.merge("RGB", grain), 1, -128) if noise else page
    buffer = io.BytesIO()
    noisy.save(buffer, "JPEG", quality=quality)
    return Image.open(io.BytesIO(buffer.getvalue()))


@pytest.mark.parametrize("noise", [0, 2, 4])
@pytest.mark.parametrize("colour", [WHITE, CREAM, PINK, BLUE])
def test_an_empty_page_is_blank(colour: tuple[int, int, int], noise: float) -> None:
    """White or coloured paper, clean or with the scanner's noise."""
    assert is_blank(_scanned(_paper(colour), noise))


def test_shadows_rims_dust_and_a_streak_are_no_print() -> None:
    """Light that falls off, the lid's dark edge, two specks, and the line that dust on the glass draws."""
    page = _paper()
    shade = Image.linear_gradient("L").resize(page.size).point([210 + level // 6 for level in range(256)])
    page = ImageChops.multiply(page, Image.merge("RGB", [shade] * 3))
    draw = ImageDraw.Draw(page)
    draw.rectangle((0, 0, 18, page.height), fill=(40, 40, 40))
    for x, y in ((300, 400), (900, 1200)):
        draw.ellipse((x, y, x + 4, y + 4), fill=(120, 110, 100))
    draw.line((700, 0, 700, page.height), fill=(150, 150, 150), width=2)
    assert is_blank(_scanned(page, 2))


def test_print_that_shines_through_weakly_is_blank() -> None:
    """The front side's print, mirrored and soft; where it is strong, the page is read all the same."""
    through = _printed(_paper(), contrast=12).filter(ImageFilter.GaussianBlur(3))
    assert is_blank(_scanned(through.transpose(Image.Transpose.FLIP_LEFT_RIGHT), 2))


@pytest.mark.parametrize("noise", [0, 2, 4])
@pytest.mark.parametrize("contrast", [12, 20, 40, 200])
def test_a_faint_receipt_is_not_blank(contrast: int, noise: float) -> None:
    """Thermal paper that has faded to a twentieth of black."""
    assert not is_blank(_scanned(_printed(_paper(CREAM), contrast), noise))


def test_a_long_faint_receipt_is_not_blank() -> None:
    """A metre of thermal paper is not made smaller than its print can bear."""
    assert not is_blank(_scanned(_printed(_paper(CREAM, (580, 6000)), 14, lines=30), 2))
    assert is_blank(_scanned(_paper(CREAM, (580, 6000)), 2))


@pytest.mark.parametrize("contrast", [16, 40, 200])
def test_a_single_line_is_not_blank(contrast: int) -> None:
    """A slip with one line on a large sheet."""
    assert not is_blank(_scanned(_printed(_paper(), contrast, lines=1), 2))


def test_light_ink_of_any_colour_and_white_on_black_are_print() -> None:
    """Yellow differs in blue alone; a negative differs the other way."""
    page = _paper()
    ImageDraw.Draw(page).text((200, 300), "TOTAL 12.50 EUR", fill=(250, 245, 160), font=ImageFont.load_default(40))
    assert not is_blank(_scanned(page, 2))
    assert not is_blank(ImageChops.invert(_printed(_paper(), 200)))


def test_what_is_smaller_than_print_needs_is_not_asked_about() -> None:
    """A thumbnail is read, whatever is on it."""
    assert not is_blank(_paper(size=(280, 400)))


def test_every_mode_and_what_does_not_decode() -> None:
    """Bilevel, grey and palette pages; bytes that are no picture are not blank."""
    for mode in ("1", "L", "P", "RGBA"):
        assert is_blank(_paper((255, 255, 255)).convert(mode))
        assert not is_blank(_printed(_paper(), 200).convert(mode))
    assert not is_blank_file(b"no picture")


def test_no_real_receipt_is_blank() -> None:
    """Of those at hand, as they are and faded to a sixth of their contrast."""
    folder = os.environ.get("OCRWATCH_RECEIPTS", "")
    found = sorted(Path(folder).glob("*.jpg")) if folder else []
    if not found:
        pytest.skip("OCRWATCH_RECEIPTS names no folder with receipts")
    for path in found:
        assert not is_blank_file(path.read_bytes()), path.name
        with Image.open(path) as image:
            faded = image.convert("L").point([212 + level // 6 for level in range(256)])
        assert not is_blank(faded), path.name
