"""What every implementation of the port `Pages` does."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ocrwatch.childprocess import ChildProcess
from ocrwatch.errors import Gone, Incomplete, NotAScan, Unreadable
from ocrwatch.inbox.pages import ChildPages
from ocrwatch.ports import Inspection, Pages, Picture, PictureLimits
from tests import einvoices, papers
from tests.fakes_pages import FakePages

LIMITS = PictureLimits()


@pytest.fixture(scope="module", params=["fake", "real"])
def pages(request: pytest.FixtureRequest) -> Iterator[Pages]:
    child = ChildProcess(name="test", memory_bytes=1024**3)
    yield FakePages() if request.param == "fake" else ChildPages(child)
    child.close()


@pytest.mark.parametrize(
    ("kind", "mime"),
    [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("GIF", "image/gif"), ("BMP", "image/bmp"), ("TIFF", "image/tiff"),
     ("WEBP", "image/webp"), ("PDF", "application/pdf")],
)  # fmt: skip
@pytest.mark.parametrize("name", ["scan.jpg", "no suffix", "notes.txt"])
def test_kind_by_content(pages: Pages, tmp_path: Path, kind: str, mime: str, name: str) -> None:
    """What a file is, its content tells, whatever its name says; its digest is that of its bytes."""
    data = papers.encoded(papers.page(), kind)
    assert pages.inspect(papers.put(tmp_path, name, data)) == Inspection(hashlib.sha256(data).hexdigest(), mime, 1)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP", "PDF"])
@pytest.mark.parametrize("part", [0.0, 0.0005, 0.3, 0.7, 0.99])
def test_ends_early(pages: Pages, tmp_path: Path, kind: str, part: float) -> None:
    """A scan that ends early, an empty one too, is incomplete and no failure."""
    data = papers.encoded(papers.page(), kind)
    path = papers.put(tmp_path, f"scan.{kind.lower()}", data[: int(part * len(data))])
    with pytest.raises(Incomplete, match="scan"):
        pages.inspect(path)


@pytest.mark.parametrize("name", ["scan.jpg", "SCAN.PDF", "scan.tiff", "scan.heic"])
def test_text_that_claims_to_be_a_scan(pages: Pages, tmp_path: Path, name: str) -> None:
    """Text under the name of a scan cannot be read, and the message names the file."""
    with pytest.raises(Unreadable, match=name):
        pages.inspect(papers.put(tmp_path, name, b"Dear Sir or Madam, this is no picture at all."))


@pytest.mark.parametrize("name", ["notes.txt", "letter.docx", "README", "table.xlsx", "film.mp4"])
@pytest.mark.parametrize(
    "content", [b"", b"Dear Sir or Madam", b"PK\3\4" + b"\0" * 40, b"\0\0\0 ftypisom" + b"\0" * 40]
)
def test_other_kinds(pages: Pages, tmp_path: Path, name: str, content: bytes) -> None:
    """Other kinds of files are no scans, which is no failure."""
    with pytest.raises(NotAScan, match=name):
        pages.inspect(papers.put(tmp_path, name, content))


def test_not_there(pages: Pages, tmp_path: Path) -> None:
    """A file that is not there is gone."""
    with pytest.raises(Gone):
        pages.inspect(tmp_path / "scan.jpg")
    with pytest.raises(Gone):
        pages.picture(tmp_path / "scan.jpg", "0" * 64, 0, LIMITS)


@pytest.mark.skipif(sys.platform == "win32", reason="pipes and links of POSIX")
@pytest.mark.parametrize("what", ["pipe", "link", "dead link", "folder"])
def test_not_a_file(pages: Pages, tmp_path: Path, what: str) -> None:
    """A pipe is not waited for, a link not followed, a folder not entered."""
    path, scan = tmp_path / "scan.jpg", papers.put(tmp_path / "elsewhere", "scan.jpg", papers.jpeg())
    match what:
        case "pipe":
            os.mkfifo(path)
        case "link":
            path.symlink_to(scan)
        case "dead link":
            path.symlink_to(tmp_path / "nowhere")
        case _:
            path.mkdir()
    with pytest.raises(NotAScan):
        pages.inspect(path)


def test_picture_as_it_is(pages: Pages, tmp_path: Path) -> None:
    """A picture within the limits is passed on byte for byte."""
    data = papers.jpeg()
    found = pages.inspect(path := papers.put(tmp_path, "scan.jpg", data))
    assert pages.picture(path, found.digest, 0, LIMITS) == Picture(data, "image/jpeg", 320, 200)


def test_replaced_meanwhile(pages: Pages, tmp_path: Path) -> None:
    """Other bytes under the name are never passed off as the scan that was asked for."""
    found = pages.inspect(path := papers.put(tmp_path, "scan.jpg", papers.jpeg()))
    path.write_bytes(papers.jpeg(quality=20))
    with pytest.raises(Gone, match=r"scan\.jpg"):
        pages.picture(path, found.digest, 0, LIMITS)


def test_data_of_an_invoice(pages: Pages, tmp_path: Path) -> None:
    """An e-invoice tells what it says; a picture has nothing of the kind; other bytes under the name are not asked."""
    found = pages.inspect(path := papers.put(tmp_path, "a.xml", einvoices.digital_xml()))
    data = pages.embedded(path, found.digest)
    assert data is not None
    assert data.facts == {**einvoices.DIGITAL, "currency": "CNY"}
    path.write_bytes(einvoices.digital_xml({"number": "26312000000999999999"}))
    with pytest.raises(Gone):
        pages.embedded(path, found.digest)
    found = pages.inspect(path := papers.put(tmp_path, "scan.jpg", papers.jpeg()))
    assert pages.embedded(path, found.digest) is None
