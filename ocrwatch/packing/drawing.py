"""One PDF of the pages of all scans, in their order. One page's picture is in memory at a time, or two."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ocrwatch.errors import Busy, Incomplete, LineError
from ocrwatch.inbox.kinds import kind_of
from ocrwatch.messages import Message
from ocrwatch.packing import remarks
from ocrwatch.packing.pdf import PdfWriter, Placed
from ocrwatch.packing.placing import PerPage, page_size, place
from ocrwatch.packing.rows import Paper
from ocrwatch.ports import Pages, Picture, PictureLimits

PICTURES = PictureLimits(kinds=("image/jpeg",))
"""JPEGs within them go in as they are."""

_PDF_PAGES = PictureLimits(kinds=("image/jpeg",), max_pixels=4_000_000)
"""A4 at 200 dpi: what is drawn anew need not be finer than it is printed."""

_HEAD_BYTES = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """The scan of a paper; `name` is its own in the zip. `digest` is that of its bytes as they were packed, `pages`
    their number (0: not known)."""

    paper: Paper
    path: Path
    name: str
    digest: str
    pages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a scan, and the line above it."""

    picture: Picture
    caption: str


def drawn(scans: Sequence[Scan], pages: Pages, remark: Callable[[Message], None]) -> Iterator[Page]:
    """The pages of `scans`, one by one; `remark` is told of those that cannot be drawn.

    Raises `Busy` where nothing can be drawn now.
    """
    for scan in scans:
        try:
            count = scan.pages or pages.inspect(scan.path).pages
        except LineError as error:
            _ensure_of_the_scan(error)
            remark(remarks.undrawn(scan.paper, "", error.message))
            continue
        limits = _PDF_PAGES if _is_pdf(scan.path) else PICTURES
        for page in range(count):
            of = f"{page + 1}/{count}" if count > 1 else ""
            try:
                picture = pages.picture(scan.path, scan.digest, page, limits)
            except LineError as error:
                _ensure_of_the_scan(error)
                remark(remarks.undrawn(scan.paper, of, error.message))
                continue
            caption = f"No. {scan.paper.label}     {scan.paper.day.isoformat()}     {of}".rstrip()
            yield Page(picture=picture, caption=caption)


def write_pages(pages: Iterable[Page], write: Callable[[bytes], object], per_page: PerPage) -> int:
    """Write the PDF of `pages`; how many there were."""
    document = PdfWriter(write)
    placed: list[Placed] = []
    count, size = 0, (0.0, 0.0)
    for page in pages:
        width, height = page.picture.width_px, page.picture.height_px
        if not placed:
            size = page_size(width, height, per_page)
        at = place(width, height, size, len(placed), per_page)
        placed.append(Placed(picture=page.picture, caption=page.caption, place=at))
        count += 1
        if len(placed) == per_page:
            document.page(size, placed)
            placed.clear()
    if placed:
        document.page(size, placed)
    document.close()
    return count


def _ensure_of_the_scan(error: LineError) -> None:
    """A trouble of the computer is not one of each scan."""
    if isinstance(error, Busy) and not isinstance(error, Incomplete):
        raise error


def _is_pdf(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return kind_of(file.read(_HEAD_BYTES)) == "application/pdf"
    except OSError:
        return False
