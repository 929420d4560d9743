"""Archives: CRCs of pieces, members put together of pieces, what is copied."""

from __future__ import annotations

import io
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocrwatch.ledger.archive import Archive, new_member
from ocrwatch.ledger.archive_writing import ArchiveWriter, Piece
from ocrwatch.ledger.crc import combined
from ocrwatch.ledger.ids import RowIds
from ocrwatch.ledger.refusals import BadPackage


@given(st.binary(max_size=3000), st.binary(max_size=3000))
def test_the_crc_of_two_pieces_is_that_of_both_together(first: bytes, second: bytes) -> None:
    """As zlib tells it of the whole."""
    assert combined(zlib.crc32(first), zlib.crc32(second), len(second)) == zlib.crc32(first + second)


def test_the_crc_of_a_very_long_piece() -> None:
    """A gigabyte of zeros costs nothing: combined of halves, it is that of the whole."""
    crc, size = zlib.crc32(bytes(1 << 20)), 1 << 20
    for _ in range(10):
        crc, size = combined(crc, crc, size), 2 * size
    whole = 0
    for _ in range(64):
        whole = zlib.crc32(bytes(1 << 24), whole)
    assert crc == whole


@given(st.lists(st.binary(max_size=2000), min_size=1, max_size=6))
def test_a_member_of_pieces_is_one_member(contents: list[bytes]) -> None:
    """Packed piece by piece, read as a whole; a piece copied from it serves in another archive."""
    file = io.BytesIO()
    writer = ArchiveWriter(file)
    assembly = writer.assemble(new_member("a.xml"), 0)
    pieces = [assembly.pack(content) for content in contents]
    pieces.append(assembly.pack(b"", last=True))
    assembly.close()
    writer.add(new_member("ü.xml"), b"other")
    writer.close(b"comment")
    with zipfile.ZipFile(file) as package:
        assert package.testzip() is None
        assert package.read("a.xml") == b"".join(contents)
        assert package.read("ü.xml") == b"other"
    assert sum(pieces, Piece()).crc == zlib.crc32(b"".join(contents))

    archive = Archive(file)
    again = io.BytesIO()
    writer = ArchiveWriter(again)
    assembly = writer.assemble(new_member("b.xml"), 0)
    assembly.copy(archive.raw(archive.member("a.xml"), 0, pieces[0].packed_bytes), pieces[0])
    assembly.pack(b"end", last=True)
    assembly.close()
    writer.copy(archive, archive.member("ü.xml"))
    writer.close()
    with zipfile.ZipFile(again) as package:
        assert package.testzip() is None
        assert package.read("b.xml") == contents[0] + b"end"
        assert package.read("ü.xml") == b"other"


def _archive(change: bytes = b"", to: bytes = b"") -> Archive:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        package.writestr("a.xml", "content")
        package.writestr("b.xml", "content")
    return Archive(io.BytesIO(file.getvalue().replace(change, to) if change else file.getvalue()))


def test_what_contradicts_itself_is_refused() -> None:
    """Two members of one name, and no end of a directory."""
    assert [member.name for member in _archive().members] == ["a.xml", "b.xml"]
    with pytest.raises(BadPackage):
        _archive(b"b.xml", b"A.xml")
    with pytest.raises(BadPackage):
        _archive(b"PK\5\6", b"PK\5\7")


@given(st.lists(st.text(min_size=1, max_size=20).filter(str.strip) | st.from_regex(r"\A[0-9a-f]{16}\Z"), max_size=50))
def test_ids_are_found_where_they_stand_first(texts: list[str]) -> None:
    """Whatever stands in the column, blank around it aside."""
    ids = RowIds()
    for number, text in enumerate(texts, 2):
        ids.add(f" {text}", number)
    stripped = [text.strip() for text in texts]
    for text in stripped:
        assert ids.find(text) == stripped.index(text) + 2
    assert ids.find("not there, that is for sure") is None


def test_ids_of_a_large_sheet_are_found() -> None:
    """Those there are, the topmost of two, those added later; not those that are not there."""
    ids = RowIds()
    for number in range(30_000):
        ids.add(f"{number * 7919:016x}", number + 2)
    assert [ids.find(f"{number * 7919:016x}") for number in (0, 29_999, 30_000)] == [2, 30_001, None]
    ids.add(f"{0:016x}", 40_000)
    ids.add("later", 40_001)
    assert [ids.find(text) for text in (f"{0:016x}", "later", "never")] == [2, 40_001, None]
    others = RowIds()
    others.take(ids)
    assert (len(others), others.find("later")) == (30_002, 40_001)
