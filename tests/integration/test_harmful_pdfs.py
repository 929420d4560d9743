"""PDFs that were made to do harm, or by mistake: a clear reason or the page, that file only, and the next is opened."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest

from ocrwatch.childprocess import ChildProcess
from ocrwatch.errors import LineError, Unreadable
from ocrwatch.inbox.pages import ChildPages
from ocrwatch.ports import PictureLimits
from tests import papers

LIMITS = PictureLimits()


@pytest.fixture(scope="module")
def pages() -> Iterator[ChildPages]:
    child = ChildProcess(name="test", memory_bytes=1024**3)
    yield ChildPages(child)
    child.close()


def written(*objects: str) -> bytes:
    """A PDF of these objects, numbered from 1; the first is its catalogue."""
    data = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(data))
        data += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    start = len(data)
    data += f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n".encode()
    data += b"".join(b"%010d 00000 n \n" % place for place in places)
    data += f"trailer << /Size {len(places) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(data)


CATALOGUE = "<< /Type /Catalog /Pages 2 0 R >>"
PAGE = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 100] >>"


def blank(count: int, size: tuple[float, float] = (200, 100)) -> bytes:
    document = pypdfium2.PdfDocument.new()
    for _ in range(count):
        document.new_page(*size)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def test_ten_thousand_pages(pages: ChildPages, tmp_path: Path) -> None:
    """More pages than anybody means: refused with their number, undrawn."""
    with pytest.raises(Unreadable, match=r"long\.pdf has 10000 pages, and at most 1000"):
        pages.inspect(papers.put(tmp_path, "long.pdf", blank(10_000)))


@pytest.mark.parametrize("side", [14_173, 14_400, 1_000_000])
def test_a_page_of_five_metres(pages: ChildPages, tmp_path: Path, side: float) -> None:
    """It is drawn within the reader's budget: its size costs no memory."""
    path = papers.put(tmp_path, "wall.pdf", blank(1, (side, side)))
    made = pages.picture(path, pages.inspect(path).digest, 0, LIMITS)
    assert 0 < made.width_px * made.height_px <= LIMITS.max_pixels


RECURSIVE = {
    "pages in a circle": written(CATALOGUE, "<< /Type /Pages /Kids [2 0 R] /Count 1 >>"),
    "pages that hold each other": written(
        CATALOGUE,
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Pages /Kids [2 0 R] /Count 1 /Parent 2 0 R >>",
    ),
    "a form that draws itself": written(
        CATALOGUE,
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 100] /Contents 5 0 R /Resources << /XObject << /F 4 0 R >> >> >>",
        "<< /Type /XObject /Subtype /Form /BBox [0 0 200 100] /Resources << /XObject << /F 4 0 R >> >> /Length 10 >>\n"
        "stream\n/F Do /F Do\nendstream",
        "<< /Length 5 >>\nstream\n/F Do\nendstream",
    ),
    "an object that is itself": written(CATALOGUE, "2 0 R"),
    "far more pages than there are": written(CATALOGUE, "<< /Type /Pages /Kids [3 0 R] /Count 900 >>", PAGE),
    "no page": written(CATALOGUE, "<< /Type /Pages /Kids [] /Count 0 >>"),
    "rubbish": b"%PDF-1.7\n" + b"\x00\xff<<>>" * 5000 + b"\n%%EOF\n",
}


@pytest.mark.parametrize("name", list(RECURSIVE))
def test_what_goes_in_circles_ends(pages: ChildPages, tmp_path: Path, name: str) -> None:
    """A picture or a reason that names the file; never a hang, and the child is there for the next."""
    path = papers.put(tmp_path, "circle.pdf", RECURSIVE[name])
    try:
        found = pages.inspect(path)
        pages.picture(path, found.digest, 0, LIMITS)
    except LineError as error:
        assert "circle.pdf" in str(error)  # noqa: PT017
    assert pages.inspect(papers.put(tmp_path, "good.jpg", papers.jpeg())).pages == 1


def test_scripts_are_not_run(pages: ChildPages, tmp_path: Path) -> None:
    """A PDF that carries JavaScript is a page like any other: what draws it knows no JavaScript."""
    data = written(
        "<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (while(true){app.alert(1);}) >> "
        "/AA << /WC << /S /JavaScript /JS (this.submitForm('http://127.0.0.1/');) >> >> >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        PAGE.replace(">>", "/AA << /O << /S /JavaScript /JS (while(true){}) >> >> >>"),
    )
    path = papers.put(tmp_path, "script.pdf", data)
    found = pages.inspect(path)
    assert found.pages == 1
    assert pages.picture(path, found.digest, 0, LIMITS).kind == "image/jpeg"


def test_damage_in_a_large_file_costs_this_file(pages: ChildPages, tmp_path: Path) -> None:
    """One that is not read whole is judged as a small one is."""
    data = papers.pdf(2)
    padded = data.replace(b"%%EOF", b"%" + b"x" * (17 * 1024**2) + b"\n%%EOF")
    path = papers.put(tmp_path, "large.pdf", padded)
    found = pages.inspect(path)
    assert found.pages == 2
    assert papers.corners(pages.picture(path, found.digest, 1, LIMITS).data) == ["top left"]
    path.write_bytes(b"%PDF-1.7\n" + bytes(17 * 1024**2) + b"\n%%EOF\n")
    with pytest.raises(Unreadable, match=r"large\.pdf is damaged"):
        pages.inspect(path)
