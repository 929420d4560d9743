"""E-invoices as files, opened in the child process."""

from __future__ import annotations

import hashlib
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from ocrwatch.childprocess import ChildProcess
from ocrwatch.errors import DecoderCrashed, Gone, Incomplete, NotAScan, Unreadable
from ocrwatch.inbox.pages import ChildPages
from ocrwatch.ports import Inspection, PictureLimits
from tests import einvoices, papers
from tests.pdf_paper import Paper, Text

FILES = {
    "application/xml": einvoices.digital_xml(),
    "application/ofd": einvoices.digital_ofd(),
    "application/pdf": einvoices.digital_pdf(),
}


@pytest.fixture(scope="module")
def pages() -> Iterator[ChildPages]:
    child = ChildProcess(name="test", memory_bytes=2 * 1024**3)
    yield ChildPages(child)
    child.close()


@pytest.mark.parametrize(("kind", "data"), FILES.items())
@pytest.mark.parametrize("name", ["invoice.xml", "no suffix", "scan.jpg"])
def test_kind_by_content(pages: ChildPages, tmp_path: Path, kind: str, data: bytes, name: str) -> None:
    """What it is, its content tells; its data is there for the asking."""
    path = papers.put(tmp_path, name, data)
    digest = hashlib.sha256(data).hexdigest()
    assert pages.inspect(path) == Inspection(digest, kind, 1)
    found = pages.embedded(path, digest)
    assert found is not None
    assert found.facts["number"] == einvoices.DIGITAL["number"]


@pytest.mark.parametrize("data", [FILES["application/xml"], FILES["application/ofd"]], ids=["xml", "ofd"])
def test_cut_short_it_is_incomplete(pages: ChildPages, tmp_path: Path, data: bytes) -> None:
    """Wherever it ends early, it is no failure, and no invoice either."""
    name = "invoice.ofd" if data.startswith(b"PK") else "invoice.xml"
    for cut in (200, len(data) // 2, len(data) - 30):
        with pytest.raises(Incomplete):
            pages.inspect(papers.put(tmp_path, name, data[:cut]))


def test_pictures_have_no_data(pages: ChildPages, tmp_path: Path) -> None:
    """A photograph, and a PDF without an invoice in it."""
    for data in (papers.jpeg(), papers.pdf()):
        path = papers.put(tmp_path, "scan", data)
        assert pages.embedded(path, hashlib.sha256(data).hexdigest()) is None


def test_replaced_meanwhile(pages: ChildPages, tmp_path: Path) -> None:
    """Another invoice under the name is never passed off as the one that was asked for."""
    with pytest.raises(Gone):
        pages.embedded(papers.put(tmp_path, "a.xml", FILES["application/xml"]), "0" * 64)


@pytest.mark.parametrize(
    "data", [b"<?xml version='1.0'?><notes/>", b"<html></html>", b"<!DOCTYPE plist SYSTEM 'x'><plist/>", b"<EInv"]
)
def test_other_xml_is_left_alone(pages: ChildPages, tmp_path: Path, data: bytes) -> None:
    """It is no scan, which is no failure."""
    with pytest.raises(NotAScan, match=r"notes\.xml is no picture, no PDF and no e-invoice"):
        pages.inspect(papers.put(tmp_path, "notes.xml", data))


HARMFUL = {
    "entity.xml": (
        einvoices.digital_xml(before='<!DOCTYPE EInvoice [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
        "begins with a DOCTYPE",
    ),
    "laughs.ofd": (
        einvoices.zipped({
            "OFD.xml": b"<!DOCTYPE a [<!ENTITY b 'ha'><!ENTITY c '&b;&b;&b;'>]><OFD>&c;</OFD>",
            "Doc_0/Document.xml": b"<Document/>",
        }),
        "begins with a DOCTYPE",
    ),
    "bomb.ofd": (
        einvoices.zipped({"OFD.xml": b"<OFD/>", "Doc_0/Document.xml": b" " * 50_000_000}),
        "would unfold to more",
    ),
    "locked.ofd": (einvoices.zipped({"OFD.xml": b"<OFD/>", "Encryptions.xml": b"<a/>"}), "locked with a password"),
    "broken.ofd": (einvoices.zipped({"OFD.xml": b"<OFD/>"}), "is damaged"),
    "zip.ofd": (einvoices.zipped({"letter.txt": b"Dear Sir"}), "is damaged"),
    "text.ofd": (b"Dear Sir or Madam, this is no invoice", "is not a picture"),
}  # fmt: skip


@pytest.mark.parametrize("name", HARMFUL)
def test_what_means_harm_is_refused(pages: ChildPages, tmp_path: Path, name: str) -> None:
    """With a reason that names the file; the child process lives on."""
    data, reason = HARMFUL[name]
    with pytest.raises(Unreadable, match=reason) as told:
        pages.inspect(papers.put(tmp_path, name, data))
    assert name in str(told.value)
    good = papers.put(tmp_path, "good.xml", FILES["application/xml"])
    assert pages.inspect(good).kind == "application/xml"


def test_an_attachment_that_unfolds_to_much_is_not_used(pages: ChildPages, tmp_path: Path) -> None:
    """The PDF's print tells the invoice; its attachment is left where it is."""
    data = _with_huge_attachment(40_000_000)
    path = papers.put(tmp_path, "bomb.pdf", data)
    found = pages.embedded(path, hashlib.sha256(data).hexdigest())
    assert found is not None
    assert found.facts == {**einvoices.DIGITAL, "currency": "CNY"}


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the child's memory is not bounded")
def test_an_attachment_that_unfolds_to_more_than_the_child_may_hold(tmp_path: Path) -> None:
    """It costs that child, not the next call: the page of this file can still be looked at."""
    child = ChildProcess(name="test", memory_bytes=256 * 1024**2)
    try:
        small = ChildPages(child)
        data = _with_huge_attachment(600_000_000)
        path = papers.put(tmp_path, "bomb.pdf", data)
        digest = hashlib.sha256(data).hexdigest()
        with pytest.raises(DecoderCrashed):
            small.embedded(path, digest)
        assert small.picture(path, digest, 0, PictureLimits()).kind == "image/jpeg"
    finally:
        child.close()


def test_a_harmful_attachment_is_remarked_on(pages: ChildPages, tmp_path: Path) -> None:
    """The print is used, and a person is told."""
    evil = einvoices.digital_xml(before='<!DOCTYPE EInvoice [<!ENTITY x SYSTEM "file:///etc/passwd">]>')
    data = einvoices.digital_pdf(attachments={"evil.xml": evil})
    found = pages.embedded(papers.put(tmp_path, "a.pdf", data), hashlib.sha256(data).hexdigest())
    assert found is not None
    assert [str(said) for said in found.remarks] == ["the data attached to the file is damaged and was not used"]


@pytest.mark.parametrize("name", ["a.ofd", "a.xml"])
def test_what_tells_no_invoice_cannot_be_drawn(pages: ChildPages, tmp_path: Path, name: str) -> None:
    """There is no page to look at, and the reason says what to do."""
    data = einvoices.ofd([Text(40, 40, "通知")]) if name == "a.ofd" else b"<EInvoice></EInvoice>"
    path = papers.put(tmp_path, name, data)
    digest = pages.inspect(path).digest
    assert pages.embedded(path, digest) is None
    with pytest.raises(Unreadable, match="as PDF"):
        pages.picture(path, digest, 0, PictureLimits())


def _with_huge_attachment(size: int) -> bytes:
    """A PDF whose attachment unfolds to `size` zeros, packed piece by piece."""
    packer = zlib.compressobj(9)
    piece = bytes(1_000_000)
    packed = b"".join(packer.compress(piece) for _ in range(size // len(piece))) + packer.flush()
    paper = Paper(pages=[einvoices.digital_page()], attachments={"huge.xml": b"<EInvoice/>"}).data()
    small = zlib.compress(b"<EInvoice/>")
    old = b"<< /Length %d /Filter /FlateDecode /Type /EmbeddedFile" % len(small)
    assert old in paper
    changed = paper.replace(old, b"<< /Length %d /Filter /FlateDecode /Type /EmbeddedFile" % len(packed))
    return changed.replace(small, packed)  # PDFium rebuilds the table of places
