"""Small papers for tests, drawn by Pillow: a white page whose upper left corner is dark, so that upright shows."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw


def page(width_px: int = 320, height_px: int = 200, mode: str = "RGB") -> Image.Image:
    """A white page, its upper left quarter dark, with lines of noise that does not compress to nothing."""
    image = Image.new("L", (width_px, height_px), 255)
    draw = ImageDraw.Draw(image)
    for row in range(0, height_px, 9):
        draw.line([(0, row), (width_px, (row * 7) % height_px)], fill=200)
    draw.rectangle([0, 0, width_px // 2 - 1, height_px // 2 - 1], fill=20)
    return image.convert(mode)


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    """`image` as a file of `kind`, as Pillow names it."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def jpeg(width_px: int = 320, height_px: int = 200, **options: Any) -> bytes:
    """A page as JPEG."""
    return encoded(page(width_px, height_px), "JPEG", **options)


def pdf(pages: int = 1, width_px: int = 320, height_px: int = 200) -> bytes:
    """Pages as PDF."""
    first, *others = [page(width_px, height_px) for _ in range(pages)]
    return encoded(first, "PDF", save_all=True, append_images=others, resolution=72)


def corners(data: bytes) -> list[str]:
    """Which quarters of the encoded picture are dark: of "top left", "top right", "bottom left", "bottom right"."""
    with Image.open(io.BytesIO(data)) as image:
        grey = image.convert("L")
    width, height = grey.size
    places = {
        "top left": (width // 4, height // 4),
        "top right": (3 * width // 4, height // 4),
        "bottom left": (width // 4, 3 * height // 4),
        "bottom right": (3 * width // 4, 3 * height // 4),
    }
    return [name for name, place in places.items() if int(str(grey.getpixel(place))) < 100]


def put(folder: Path, name: str, data: bytes) -> Path:
    """A file of that name in `folder`, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(data)
    return path
