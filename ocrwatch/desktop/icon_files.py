"""The icon as files, for installers: `python -m ocrwatch.desktop.icon_files FOLDER`.

ocrwatch-16.png … ocrwatch-1024.png    each drawn at its size
ocrwatch.ico                           Windows: 16 to 256 px
ocrwatch.icns                          macOS: 16 to 1024 px
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from ocrwatch.desktop.icons import icon
from ocrwatch.desktop.look import State

PNG_SIZES_PX = (16, 22, 24, 32, 48, 64, 96, 128, 256, 512, 1024)
ICO_SIZES_PX = (16, 20, 24, 32, 40, 48, 64, 128, 256)
ICNS_SIZES_PX = (16, 32, 64, 128, 256, 512, 1024)


def write_icons(folder: Path) -> tuple[Path, ...]:
    """Write all files into `folder`, which is made; their paths. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    pngs = []
    for size_px in PNG_SIZES_PX:
        path = folder / f"ocrwatch-{size_px}.png"
        icon(State.IDLE, size_px).save(path, optimize=True)
        pngs.append(path)
    return (
        *pngs,
        _container(folder / "ocrwatch.ico", ICO_SIZES_PX),
        _container(folder / "ocrwatch.icns", ICNS_SIZES_PX),
    )


def _container(path: Path, sizes_px: Iterable[int]) -> Path:
    """Each size drawn by itself: what is appended takes the place of what Pillow would scale."""
    smaller = [icon(State.IDLE, size_px) for size_px in sizes_px]
    largest = smaller.pop()
    sizes = [image.size for image in (*smaller, largest)]  # else Pillow leaves out what it does not know
    largest.save(path, append_images=smaller, sizes=sizes)
    return path


if __name__ == "__main__":
    for written in write_icons(Path(sys.argv[1])):
        sys.stdout.write(f"{written}\n")
