"""An archive is written: members copied as they are, made anew, or put together of pieces.

A member made of pieces is a deflate stream cut at places of our own: each piece is packed by itself, without a look
back at the one before, and ends on a whole byte (a full flush), so that any of them can later be copied or replaced
without unpacking the others. The CRC of the whole comes from those of the pieces.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from types import TracebackType
from typing import BinaryIO, Self

from ocrwatch.ledger.archive import DEFLATED, ENTRY, LOCAL, Archive, Member, without_zip64
from ocrwatch.ledger.crc import combined

_LEVEL = 5
"""Level 6 takes nearly twice as long for one byte in a hundred less."""
_MASK32 = 0xFFFFFFFF
_MASK16 = 0xFFFF
_LARGE_BYTES = 3 << 30
_PACKED_AT_ONCE_BYTES = 1 << 20
_DESCRIPTOR_FLAG = 8


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a member's deflate stream: how long it is packed and unpacked, and the CRC of its content."""

    packed_bytes: int = 0
    size_bytes: int = 0
    crc: int = 0

    def __add__(self, other: Piece) -> Piece:
        if not other.size_bytes:
            crc = self.crc
        else:
            crc = combined(self.crc, other.crc, other.size_bytes) if self.size_bytes else other.crc
        return Piece(self.packed_bytes + other.packed_bytes, self.size_bytes + other.size_bytes, crc)


class ArchiveWriter:
    """Writes to `file`, from its beginning; the caller's to close."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._entries: list[Member] = []

    def entry(self, name: str) -> Member | None:
        """The member of that name, as it is written."""
        return next((each for each in self._entries if each.name.casefold() == name.casefold()), None)

    def copy(self, archive: Archive, member: Member) -> None:
        """The member as its compressed bytes."""
        _, extra = archive.local_header(member)
        self._begin(member, without_zip64(extra), large=max(member.size_bytes, member.packed_bytes) >= _MASK32)
        for data in archive.raw(member):
            self._file.write(data)

    def add(self, member: Member, content: bytes) -> None:
        """The member with this content instead of its own."""
        packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -15)
        packed = packer.compress(content) + packer.flush()
        made = replace(member, crc=zlib.crc32(content), packed_bytes=len(packed), size_bytes=len(content))
        self._begin(replace(made, method=DEFLATED), b"", large=False)
        self._file.write(packed)

    def assemble(self, member: Member, size_hint: int) -> Assembly:
        """The member put together of pieces; `size_hint` is about how long it gets."""
        large = size_hint > _LARGE_BYTES
        self._begin(replace(member, method=DEFLATED), b"", large=large)
        return Assembly(self._file, self._entries, large=large)

    def close(self, comment: bytes = b"") -> int:
        """Write the directory; its CRC, as `Archive.directory_crc` will tell it."""
        start = self._file.tell()
        directory = b"".join(map(_directory_entry, self._entries))
        self._file.write(directory)
        length, count = self._file.tell() - start, len(self._entries)
        if count >= _MASK16 or start >= _MASK32:
            place = self._file.tell()
            self._file.write(struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, length, start))
            self._file.write(struct.pack("<4sLQL", b"PK\6\7", 0, place, 1))
        numbers = (min(count, _MASK16), min(count, _MASK16), min(length, _MASK32), min(start, _MASK32))
        self._file.write(struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, *numbers, len(comment)) + comment)
        return zlib.crc32(directory)

    def _begin(self, member: Member, extra: bytes, *, large: bool) -> None:
        entry = replace(member, offset=self._file.tell(), flags=member.flags & ~_DESCRIPTOR_FLAG)
        self._entries.append(entry)
        self._file.write(_local_header(entry, extra, large=large))


class Assembly:
    """A member that is being put together."""

    def __init__(self, file: BinaryIO, entries: list[Member], *, large: bool) -> None:
        self._file = file
        self._entries = entries
        self._large = large
        self._whole = Piece()

    def pack(self, content: bytes, *, last: bool = False) -> Piece:
        """`content` as a piece of its own."""
        packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -15)
        packed = packer.compress(content) + packer.flush(zlib.Z_FINISH if last else zlib.Z_FULL_FLUSH)
        self._file.write(packed)
        return self.grown(Piece(len(packed), len(content), zlib.crc32(content)))

    def stream(self) -> Packing:
        """A piece that is too long to be held; to be used in a `with`, then told to `grown`."""
        return Packing(self._file)

    def copy(self, data: Iterator[bytes], piece: Piece) -> Piece:
        """A piece that is packed already."""
        for each in data:
            self._file.write(each)
        return self.grown(piece)

    def close(self) -> None:
        """The header is set right, now that the sizes are known."""
        whole = self._whole
        made = replace(self._entries[-1], packed_bytes=whole.packed_bytes, size_bytes=whole.size_bytes, crc=whole.crc)
        self._entries[-1] = made
        end = self._file.tell()
        self._file.seek(made.offset)
        self._file.write(_local_header(made, b"", large=self._large))
        self._file.seek(end)

    def grown(self, piece: Piece) -> Piece:
        """`piece` was written to the file."""
        self._whole += piece
        return piece


class Packing:
    """A long piece, packed by a second thread: zlib lets go of the interpreter, so reading and packing go on at once.

    At most two portions are held. `piece` is there after the `with`.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -15)
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._thread = ThreadPoolExecutor(1)
        self._running: Future[None] | None = None
        self.piece = Piece()

    def write(self, data: bytes) -> None:
        self._waiting.append(data)
        self._waiting_bytes += len(data)
        if self._waiting_bytes >= _PACKED_AT_ONCE_BYTES:
            self._hand_over()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        try:
            if kind is None:
                self._hand_over()
                self._wait()
                self._put(self._packer.flush(zlib.Z_FULL_FLUSH))
        finally:
            self._thread.shutdown()

    def _hand_over(self) -> None:
        self._wait()
        self._running = self._thread.submit(self._pack, b"".join(self._waiting))
        self._waiting, self._waiting_bytes = [], 0

    def _wait(self) -> None:
        if self._running is not None:
            self._running.result()

    def _pack(self, data: bytes) -> None:
        piece = self.piece
        self.piece = Piece(piece.packed_bytes, piece.size_bytes + len(data), zlib.crc32(data, piece.crc))
        self._put(self._packer.compress(data))

    def _put(self, packed: bytes) -> None:
        self._file.write(packed)
        piece = self.piece
        self.piece = Piece(piece.packed_bytes + len(packed), piece.size_bytes, piece.crc)


def _local_header(member: Member, extra: bytes, *, large: bool) -> bytes:
    sizes = (member.packed_bytes, member.size_bytes)
    if large:
        extra = struct.pack("<2H2Q", 1, 16, sizes[1], sizes[0]) + extra
        sizes = (_MASK32, _MASK32)
    needs = 45 if large else 20
    fields = (needs, member.flags, member.method, member.time, member.date, member.crc, *sizes)
    return LOCAL.pack(b"PK\3\4", *fields, len(member.raw_name), len(extra)) + member.raw_name + extra


def _directory_entry(member: Member) -> bytes:
    numbers = (member.size_bytes, member.packed_bytes, member.offset)
    large = [number for number in numbers if number >= _MASK32]
    extra = struct.pack(f"<2H{len(large)}Q", 1, 8 * len(large), *large) if large else b""
    size, packed, offset = (min(number, _MASK32) for number in numbers)
    extra += member.extra
    head = (member.made_by, 45 if large else 20, member.flags, member.method, member.time, member.date, member.crc)
    lengths = (len(member.raw_name), len(extra), len(member.comment), 0)
    fields = (*head, packed, size, *lengths, member.internal, member.external, offset)
    return ENTRY.pack(b"PK\1\2", *fields) + member.raw_name + extra + member.comment
