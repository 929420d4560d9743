"""The icon as files, in the sizes and kinds that the systems want: `python -m installer.common.icons FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

PNG_SIZES_PX = (16, 22, 24, 32, 48, 64, 128, 256)


def write_icons(folder: Path) -> None:
    """ocrwatch-SIZE.png, ocrwatch.ico, ocrwatch.icns."""
    from PIL import Image, ImageDraw

    folder.mkdir(parents=True, exist_ok=True)
    image = Image.new("RGBA", (512, 512), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((96, 32, 416, 480), 40, fill="white", outline=(52, 58, 64), width=28)
    for y in (150, 240, 330):
        draw.rectangle((160, y, 352, y + 30), fill=(0, 114, 178))
    for size_px in PNG_SIZES_PX:
        image.resize((size_px, size_px)).save(folder / f"ocrwatch-{size_px}.png")
    image.save(folder / "ocrwatch.ico", sizes=[(size_px, size_px) for size_px in PNG_SIZES_PX])
    image.save(folder / "ocrwatch.icns")


if __name__ == "__main__":
    write_icons(Path(sys.argv[1]))
