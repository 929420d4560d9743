"""Little pictures for tests, each with bytes of its own."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path


def jpeg(text: str, size: tuple[int, int] = (120, 80)) -> bytes:
    """A JPEG that shows `text`."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", size, "white")
    ImageDraw.Draw(image).text((5, 5), text, fill="black")
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", comment=text.encode())
    return buffer.getvalue()


def receipts_of(count: int, first: int = 0) -> dict[str, bytes]:
    """`count` pictures by file name."""
    return {f"scan{number:03}.jpg": jpeg(f"receipt {number}") for number in range(first, first + count)}


def truth_of(pictures: dict[str, bytes]) -> dict[str, dict[str, str]]:
    """What the service is to answer for each, by the SHA-256 of its bytes."""
    return {
        hashlib.sha256(data).hexdigest(): {
            "company": f"Company of {name}",
            "date": f"{1 + number % 28:02}/02/2018",
            "address": f"No. {number}, Some Street",
            "total": f"{number}.50",
        }
        for number, (name, data) in enumerate(pictures.items())
    }


def drop(folder: Path, pictures: dict[str, bytes]) -> None:
    """Write them into `folder`."""
    for name, data in pictures.items():
        (folder / name).write_bytes(data)
