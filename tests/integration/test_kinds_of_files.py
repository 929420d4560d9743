"""Pictures of phones, scanners and cameras, made by the libraries that make them."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, features

from ocrwatch.childprocess import ChildProcess
from ocrwatch.errors import Incomplete, LineError, Unreadable
from ocrwatch.inbox import scanfile
from ocrwatch.inbox.pages import ChildPages
from ocrwatch.ports import Picture, PictureLimits
from tests import papers

LIMITS = PictureLimits()


@pytest.fixture(scope="module")
def pages() -> Iterator[ChildPages]:
    child = ChildProcess(name="test", memory_bytes=2 * 1024**3)
    yield ChildPages(child)
    child.close()


def heif(image: Image.Image, **options: Any) -> bytes:
    pillow_heif = pytest.importorskip("pillow_heif", reason="the extra heic is not installed")
    pillow_heif.register_heif_opener()
    return papers.encoded(image, "HEIF", **options)


def encoded(kind: str, image: Image.Image, **options: Any) -> bytes:
    if kind == "HEIF":
        return heif(image, **options)
    if kind == "AVIF" and not features.check("avif"):
        pytest.skip("this Pillow has no AVIF")
    return papers.encoded(image, kind, **options)


def picture(pages: ChildPages, path: Path, page: int = 0) -> Picture:
    return pages.picture(path, pages.inspect(path).digest, page, LIMITS)


MIME = {"HEIF": "image/heic", "AVIF": "image/avif", "JPEG2000": "image/jp2"}


@pytest.mark.parametrize("kind", list(MIME))
@pytest.mark.parametrize("mode", ["RGB", "L", "RGBA"])
def test_it_becomes_a_jpeg(pages: ChildPages, tmp_path: Path, kind: str, mode: str) -> None:
    """HEIC, AVIF and JPEG 2000 are told by their content, and sent as JPEG."""
    path = papers.put(tmp_path, "photo.jpg", encoded(kind, papers.page(mode=mode)))
    found = pages.inspect(path)
    assert (found.kind, found.pages) == (MIME[kind], 1)
    made = picture(pages, path)
    assert (made.kind, made.width_px, made.height_px) == ("image/jpeg", 320, 200)
    assert papers.corners(made.data) == ["top left"]


@pytest.mark.parametrize("kind", ["HEIF", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_phone_held_any_way(pages: ChildPages, tmp_path: Path, kind: str, orientation: int) -> None:
    """The page stands upright: turned once, not twice, by what the container and the EXIF data say."""
    back = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}[orientation]
    seen = papers.page() if back is None else papers.page().transpose(Image.Transpose(back))
    exif = Image.Exif()
    exif[0x0112] = orientation
    made = picture(pages, papers.put(tmp_path, "photo", encoded(kind, seen, exif=exif.tobytes())))
    assert (made.width_px, made.height_px) == (320, 200)
    assert papers.corners(made.data) == ["top left"]


@pytest.mark.parametrize("kind", list(MIME))
def test_a_copy_cut_short_is_not_ready(pages: ChildPages, tmp_path: Path, kind: str) -> None:
    """Wherever it is cut, and where space was reserved in advance: waited for, never failed."""
    data = encoded(kind, papers.page(1200, 900))
    for part in (0.05, 0.3, 0.7, 0.999):
        cut = data[: int(len(data) * part)]
        for name, content in {"cut": cut, "reserved": cut + bytes(len(data) - len(cut))}.items():
            if name == "reserved" and part == 0.999:
                continue
            with pytest.raises(Incomplete):
                pages.inspect(papers.put(tmp_path, f"{name}.{kind}", content))


def test_a_codestream_alone(pages: ChildPages, tmp_path: Path) -> None:
    """JPEG 2000 without its box, as scanners of archives write it."""
    data = papers.encoded(papers.page(), "JPEG2000", no_jp2=True)
    path = papers.put(tmp_path, "scan.j2k", data)
    assert pages.inspect(path).kind == "image/jp2"
    with pytest.raises(Incomplete):
        pages.inspect(papers.put(tmp_path, "cut.j2k", data[:-40]))


def test_heic_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason says what to install."""
    monkeypatch.setattr(scanfile, "find_spec", lambda name: None)
    with pytest.raises(Unreadable, match=r'photo\.heic .*pip install "ocrwatch\[heic\]"'):
        scanfile.kind_in(tmp_path / "photo.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(50))


def test_damaged_containers(pages: ChildPages, tmp_path: Path) -> None:
    """Boxes without sense in them: damaged or not ready, and the next file is opened."""
    data = bytearray(heif(papers.page()))
    at = data.index(b"mdat") + 4
    data[at : at + 200] = bytes(200)
    with pytest.raises(LineError):
        pages.inspect(papers.put(tmp_path, "bad.heic", bytes(data)))
    head = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"
    boxes = struct.pack(">I4s", 8, b"meta") + struct.pack(">I4s4s", 12, b"mdat", b"some")
    with pytest.raises(Unreadable, match="is damaged"):
        pages.inspect(papers.put(tmp_path, "empty.heic", head + boxes))
    assert pages.inspect(papers.put(tmp_path, "good.jpg", papers.jpeg())).pages == 1


def _looping_tiff() -> bytes:
    buffer = io.BytesIO()
    papers.page(mode="1").save(buffer, "TIFF")
    data = bytearray(buffer.getvalue())
    (at,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, at)
    struct.pack_into("<I", data, at + 2 + 12 * count, at)  # the next directory is this one
    return bytes(data)


def test_a_tiff_whose_directories_go_in_a_circle(pages: ChildPages, tmp_path: Path) -> None:
    """It is damaged, or has the pages before the circle; it hangs nobody."""
    path = papers.put(tmp_path, "loop.tif", _looping_tiff())
    try:
        assert pages.inspect(path).pages == 1
    except Unreadable as error:
        assert "loop.tif" in str(error)  # noqa: PT017
    assert pages.inspect(papers.put(tmp_path, "good.jpg", papers.jpeg())).pages == 1
