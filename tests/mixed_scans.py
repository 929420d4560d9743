"""Scans of every kind for one test: single pictures, batches of pages, a blank sheet; and what is to come of each."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from tests.pictures import receipts_of

SIZE = (620, 877)


@dataclass(kw_only=True)
class Expected:
    """`truth`: the fields by the SHA-256 of the page's picture; `rows`: that picture by the row's id.

    `files`: what lies where in the end, by path below the inbox: bytes, or the picture that a page's file shows.
    `links`: where each row leads. `refused`: pictures that the service withholds.
    """

    truth: dict[str, Mapping[str, str]] = field(default_factory=dict)
    rows: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)

    def single(self, name: str, data: bytes) -> None:
        """A picture that is one row."""
        picture = sha256(data).hexdigest()
        self.rows[picture[:16]] = self._told(picture)
        self.links[picture[:16]] = f"done/{name}"
        self.files[f"done/{name}"] = data

    def batch(self, name: str, data: bytes, kinds: str, folder: Path) -> None:
        """A file whose pages are rows; of each, one letter: r is read, b is blank, x is withheld."""
        document = sha256(data).hexdigest()
        self.files[f"done/originals/{name}"] = data
        stem, _, suffix = name.rpartition(".")
        for number, kind in enumerate(kinds, 1):
            own = f"{stem} p{number}.{suffix}"
            picture = page_picture(folder, name, data, number - 1)
            if kind == "x":
                self.refused.add(picture)
                self.pages[f"failed/{own}"] = picture
            elif kind == "r":
                row = f"{document[:16]}-{number}"
                self.rows[row] = self._told(picture)
                self.links[row] = f"done/{own}"
                self.pages[f"done/{own}"] = picture

    def _told(self, picture: str) -> str:
        number = len(self.truth) + 1
        self.truth[picture] = {
            "company": f"Company {number}",
            "date": f"{1 + number % 28:02}/02/2018",
            "address": f"No. {number}, Some Street",
            "total": f"{number}.50",
        }
        return picture


def page_picture(folder: Path, name: str, data: bytes, page: int) -> str:
    """The SHA-256 of the picture that is made of page `page` (from 0), as the program makes it."""
    from ocrwatch.inbox import decoding

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(data)
    limits = {
        "max_pixels": 8_388_608,
        "max_bytes": 7 * 1024 * 1024,
        "min_side_px": 11,
        "max_aspect": 200.0,
        "kinds": ["image/jpeg", "image/png"],
    }
    arguments = {"path": str(path), "digest": sha256(data).hexdigest(), "page": page, "limits": limits}
    _, made = decoding.picture(arguments, b"")  # type: ignore[arg-type]
    return sha256(made).hexdigest()


def mixed(folder: Path) -> tuple[dict[str, bytes], Expected]:
    """The files by name, and what is to come of them. `folder` is for scratch."""
    expected = Expected()
    files: dict[str, bytes] = {}
    singles = receipts_of(16) | {f"shot{n}.png": _encoded([sheet(f"png {n}")], "PNG") for n in range(4)}
    for name, data in singles.items():
        files[name] = data
        expected.single(name, data)
    batches = {"stack.pdf": "rbrr", "ward.pdf": "rxr", "copier.tif": "rrr", "fax.tiff": "brr"}
    for name, kinds in batches.items():
        is_fax = name == "fax.tiff"
        sheets = [sheet("" if kind == "b" else f"{name} {n}", "1" if is_fax else "RGB") for n, kind in enumerate(kinds)]
        options = {"resolution": 75} if name.endswith("pdf") else {"compression": "group4" if is_fax else "tiff_lzw"}
        files[name] = _encoded(sheets, "PDF" if name.endswith("pdf") else "TIFF", **options)
        expected.batch(name, files[name], kinds, folder)
    for name in ("empty.jpg", "back.png"):
        files[name] = _encoded([sheet("")], "JPEG" if name.endswith("jpg") else "PNG", comment=name)
        expected.files[f"done/blank/{name}"] = files[name]
    return files, expected


def sheet(text: str, mode: str = "RGB") -> Image.Image:
    """A page that shows `text` many times; nothing where that is ""."""
    page = Image.new("L", SIZE, 255)
    if text:
        draw, font = ImageDraw.Draw(page), ImageFont.load_default(24)
        for line in range(12):
            draw.text((60, 60 + 50 * line), f"{text} line {line}", fill=0, font=font)
    return page.convert(mode)


def _encoded(sheets: list[Image.Image], kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    several = {"save_all": True, "append_images": sheets[1:]} if len(sheets) > 1 else {}
    sheets[0].save(buffer, kind, **several, **options)
    return buffer.getvalue()
