"""Filing a batch page by page: real folders, marks and moves; what a crash left is finished."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ocrwatch.document import Cell, Document, PageFile, Read, Row
from ocrwatch.errors import DecoderCrashed, Gone, Unreadable
from ocrwatch.filing.batches import FolderPageFiler
from ocrwatch.filing.filer import FolderFiler
from ocrwatch.filing.reserving import is_mark
from ocrwatch.messages import message
from tests.filed import dropped

TORN = message("It is torn.")
PARTS = (PageFile(page=1), PageFile(page=2, reason=TORN), PageFile(page=12))


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / ".ocrwatch-lease").touch()
    return tmp_path / "inbox"


def _filer(inbox: Path, *, after: str = "move") -> FolderFiler:
    assert after in ("move", "keep")
    keep = "keep" if after == "keep" else "move"
    return FolderFiler(inbox, done="done", failed="failed", after=keep, render=str, clock=lambda: 0.0)


def _page(path: Path, digest: str, page: int) -> bytes:
    if not path.exists():
        raise Gone(message("It is gone."))
    return f"page {page} of ".encode() + path.read_bytes()


def _batch(inbox: Path, name: str = "batch.pdf", **more: object) -> Document:
    return replace(dropped(inbox, name, b"the batch", **more), pages=12)  # type: ignore[arg-type]


def _filed(inbox: Path) -> dict[str, bytes]:
    return {
        path.relative_to(inbox).as_posix(): path.read_bytes()
        for path in inbox.rglob("*")
        if path.is_file() and not path.name.startswith(".") and not path.name.endswith(".txt")
    }


def test_pages_have_names_that_sort_and_the_batch_lies_among_the_originals(inbox: Path) -> None:
    """In the subfolder it came from; an unread page in failed, with its reason."""
    filer = _filer(inbox)
    pages = FolderPageFiler(filer, _page)
    document = _batch(inbox, folder="anna")
    batch, parts = pages.reserve(document, PARTS)
    for part in parts:
        pages.file(document, part, batch)
    filer.file(document, batch)
    assert _filed(inbox) == {
        "done/anna/batch p01.pdf": b"page 0 of the batch",
        "done/anna/batch p12.pdf": b"page 11 of the batch",
        "done/originals/anna/batch.pdf": b"the batch",
        "failed/anna/batch p02.pdf": b"page 1 of the batch",
    }
    note = inbox / "failed" / "anna" / "batch p02.pdf.reason.txt"
    assert "It is torn." in note.read_text(encoding="utf-8-sig")


def test_pages_are_renamed_by_their_own_rows(inbox: Path) -> None:
    """Where scans are named by what they say; the batch and an unread page keep their names, equal ones are numbered."""
    filer = FolderFiler(
        inbox, done="done", failed="failed", after="move", name="{company}", render=str, clock=lambda: 0.0
    )
    pages = FolderPageFiler(filer, _page)
    received = datetime(2026, 11, 25, tzinfo=UTC)
    rows = tuple(
        Row(id=f"id-{page}", cells=(Cell("company", "ACME"),), received=received, engine="e", page=page)
        for page in (1, 12)
    )
    batch, parts = pages.reserve(replace(_batch(inbox), stage=Read(rows=rows, parts=PARTS)), PARTS)
    assert batch is not None
    names = [batch.name, *(part.target.name for part in parts if part.target is not None)]
    assert names == ["batch.pdf", "ACME.pdf", "batch p02.pdf", "ACME (2).pdf"]


def test_names_are_nobody_elses(inbox: Path) -> None:
    """Files of those names stay; another batch of the same name gets others; the same one finds its own again."""
    (inbox / "done").mkdir()
    (inbox / "done" / "batch p01.pdf").write_bytes(b"a person's")
    pages = FolderPageFiler(_filer(inbox), _page)
    document = _batch(inbox)
    first = pages.reserve(document, PARTS)
    assert pages.reserve(document, PARTS) == first
    other = pages.reserve(replace(document, key=2), PARTS)
    names = [part.target for part in (*first[1], *other[1])] + [first[0], other[0]]
    assert len(set(names)) == 8
    assert all(name is not None and is_mark(name) for name in names)
    assert (inbox / "done" / "batch p01.pdf").read_bytes() == b"a person's"


def test_a_long_name_keeps_the_pages_number(inbox: Path) -> None:
    """It is the batch's own name that is cut."""
    _, parts = FolderPageFiler(_filer(inbox), _page).reserve(_batch(inbox, "长" * 80 + ".pdf"), PARTS)
    assert all(part.target is not None and part.target.name.endswith(f" p{part.page:02}.pdf") for part in parts)


def test_a_page_that_is_made_is_left_alone_and_one_that_vanished_is_made_of_the_moved_batch(inbox: Path) -> None:
    """After a crash: the file of a page may be a person's by now, or be missing."""
    filer = _filer(inbox)
    pages = FolderPageFiler(filer, _page)
    document = _batch(inbox)
    batch, parts = pages.reserve(document, PARTS)
    for part in parts:
        pages.file(document, part, batch)
    filer.file(document, batch)
    one, _, twelve = (part.target for part in parts)
    assert one is not None
    assert twelve is not None
    one.write_bytes(b"turned by a person")
    twelve.unlink()
    for part in parts:
        pages.file(document, part, batch)
    filer.file(document, batch)
    assert one.read_bytes() == b"turned by a person"
    assert twelve.read_bytes() == b"page 11 of the batch"


@pytest.mark.parametrize("trouble", [Unreadable(TORN), DecoderCrashed(TORN)])
def test_a_page_that_cannot_be_taken_out_has_the_batch_as_its_file(
    inbox: Path, trouble: Unreadable | DecoderCrashed
) -> None:
    """The row's link leads to its paper all the same, and the document does not wait for ever."""

    def broken(path: Path, digest: str, page: int) -> bytes:
        raise trouble

    pages = FolderPageFiler(_filer(inbox), broken)
    document = _batch(inbox)
    batch, (part, *_) = pages.reserve(document, PARTS)
    pages.file(document, part, batch)
    assert part.target is not None
    assert part.target.read_bytes() == b"the batch"


def test_a_batch_that_is_gone(inbox: Path) -> None:
    """It is said; names that were not used are let go of, files that were made stay."""
    pages = FolderPageFiler(_filer(inbox), _page)
    document = _batch(inbox)
    batch, parts = pages.reserve(document, PARTS)
    pages.file(document, parts[0], batch)
    document.path.unlink()
    with pytest.raises(Gone):
        pages.file(document, parts[2], batch)
    pages.release(document, parts, batch)
    assert _filed(inbox) == {"done/batch p01.pdf": b"page 0 of the batch"}
    with pytest.raises(Gone):
        pages.reserve(document, PARTS)


def test_a_batch_that_stays_where_it_is(inbox: Path) -> None:
    """Nothing is made of it; only the reason of the unread page goes to failed."""
    never: Callable[[Path, str, int], bytes] = lambda *_: pytest.fail("nothing is taken out")  # noqa: E731
    pages = FolderPageFiler(_filer(inbox, after="keep"), never)
    document = _batch(inbox)
    batch, parts = pages.reserve(document, PARTS)
    assert (batch, parts) == (None, PARTS)
    for part in parts:
        pages.file(document, part, batch)
    assert _filed(inbox) == {"batch.pdf": b"the batch"}
    note = (inbox / "failed" / "batch p02.pdf.reason.txt").read_text(encoding="utf-8-sig")
    assert "It is torn." in note
    assert str(document.path) in note
