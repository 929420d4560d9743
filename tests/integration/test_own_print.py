"""PDFs that a program made: their own print, and the pages that are wanted of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ocrwatch.childprocess import ChildProcess
from ocrwatch.config.misfit import Misfit
from ocrwatch.config.page_ranges import range_in
from ocrwatch.inbox.pages import ChildPages
from tests import papers
from tests.pdf_objects import Objects

TEXT = [b"Some Company Limited", b"Invoice number INV-2024-0071", b"Total 1,234.50 EUR"]


@pytest.fixture(scope="module")
def pages() -> Iterator[ChildPages]:
    child = ChildProcess(name="test", memory_bytes=1024**3)
    yield ChildPages(child)
    child.close()


def printed() -> bytes:
    made = Objects()
    font = made.add(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    lines = b"".join(b"BT /F 12 Tf 72 %d Td (%s) Tj ET\n" % (700 - 40 * n, line) for n, line in enumerate(TEXT))
    content, tree = made.stream(lines), made.reserved()
    page = made.add(
        b"<< /Type /Page /Parent %s /MediaBox [0 0 595 842] /Contents %s /Resources << /Font << /F %s >> >> >>"
        % (tree, content, font)
    )
    made.fill(tree, b"<< /Type /Pages /Kids [%s] /Count 1 >>" % page)
    return made.file(made.add(b"<< /Type /Catalog /Pages %s >>" % tree), made.add(b"<< >>"))


def test_the_print_of_a_page_that_a_program_made(pages: ChildPages, tmp_path: Path) -> None:
    """Its lines with their places on the page, from top to bottom."""
    path = papers.put(tmp_path, "bill.pdf", printed())
    found = pages.print_of(path, pages.inspect(path).digest, 0)
    assert [text for text, _ in found] == [line.decode() for line in TEXT]
    tops = [corners[0][1] for _, corners in found]
    assert tops == sorted(tops)
    assert all(corners[0][0] == pytest.approx(72 * 250 / 72, abs=8) for _, corners in found)


def test_a_scanned_page_and_a_photo_have_none(pages: ChildPages, tmp_path: Path) -> None:
    """A picture of a page is read by who reads pictures."""
    for name, data in {"scan.pdf": papers.pdf(), "photo.jpg": papers.jpeg()}.items():
        path = papers.put(tmp_path, name, data)
        assert pages.print_of(path, pages.inspect(path).digest, 0) == ()


@pytest.mark.parametrize(("text", "wanted"), [("", None), ("1-3", (1, 3)), ("2", (2, 2)), ("4 -", (4, None))])
def test_pages_by_name(text: str, wanted: tuple[int, int | None] | None) -> None:
    """As a person writes them."""
    assert range_in(text) == wanted


@pytest.mark.parametrize("text", ["0", "3-1", "a", "-2", "1,2"])
def test_pages_that_are_none(text: str) -> None:
    """And what is no range."""
    with pytest.raises(Misfit):
        range_in(text)
