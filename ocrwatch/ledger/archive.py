"""The members of a zip archive, raw: the directory is read, members are copied as their compressed bytes.

    local header, data │ local header, data │ …                    │ directory │ its end
    ─────── a member ──┘                     each named in the ────┘

Rules
  1. Only the directory is trusted for sizes and places; it must agree with itself, and members may not overlap.
  2. What is inflated is never held as a whole unless the caller asks for a small part, and never grows beyond the size
     that the directory tells. Sizes no workbook has are refused: `MAX_BYTES`, `MAX_RATIO`.
  3. What is inflated to its end has the CRC of the directory, or is damaged.

Sources: PKWARE's APPNOTE 6.3 (4.3.7 local header, 4.3.12 directory, 4.3.14 zip64), ISO/IEC 21320-1.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from ocrwatch.ledger.refusals import BadPackage, swollen

STORED = 0
DEFLATED = 8
CHUNK_BYTES = 1 << 18
PART_BYTES = 1 << 26
"""The most that a part may have that is held as a whole."""

MAX_BYTES = 4 << 30
MAX_RATIO = 300
_RATIO_FROM_BYTES = 1 << 26
"""Small members may be of any ratio."""

_MASK32 = 0xFFFFFFFF
_MASK16 = 0xFFFF
_ZIP64_EXTRA = 1
_ENCRYPTED_FLAG = 1

_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR64 = struct.Struct("<4sLQL")
ENTRY = struct.Struct("<4s6H3L5H2L")
LOCAL = struct.Struct("<4s5H3L2H")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One member, as the directory tells it. `offset` is where its local header stands in the file."""

    name: str
    raw_name: bytes
    made_by: int = 20
    flags: int = 0
    method: int = DEFLATED
    time: int = 0
    date: int = 0x21
    crc: int = 0
    packed_bytes: int = 0
    size_bytes: int = 0
    internal: int = 0
    external: int = 0
    offset: int = 0
    extra: bytes = b""
    comment: bytes = b""


def mark_of(member: Member) -> tuple[int, int, int]:
    """By which a member is known again: the CRC of its content, and how long that is, as it is and packed."""
    return member.crc, member.size_bytes, member.packed_bytes


def new_member(name: str) -> Member:
    """A member that is to be added."""
    return Member(name=name, raw_name=name.encode(), flags=0 if name.isascii() else 0x800)


def directory_crc_of(file: BinaryIO) -> int | None:
    """The archive's mark (see `Archive`); None where it cannot be read as one."""
    try:
        return Archive(file).directory_crc
    except (BadPackage, struct.error, ValueError, OverflowError):
        return None


class Archive:
    """The archive in `file`, which stays the caller's. Raises `BadPackage`."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.comment = b""
        self.directory_crc = 0
        """Tells two archives apart as well as anything short of reading them."""
        self.members = tuple(self._read_directory())
        self._by_name = {member.name.casefold(): member for member in self.members}
        if len(self._by_name) != len(self.members):
            raise BadPackage("two members have one name")
        _ensure_sound(self.members)

    def __contains__(self, name: str) -> bool:
        return name.casefold() in self._by_name

    def member(self, name: str) -> Member:
        """Names of parts are the same in any case. Raises `BadPackage`."""
        try:
            return self._by_name[name.casefold()]
        except KeyError as error:
            raise BadPackage("a part is missing") from error

    def content(self, name: str) -> bytes:
        """A part as a whole."""
        member = self.member(name)
        if member.size_bytes > PART_BYTES:
            raise BadPackage("a part is too large")
        return b"".join(self.inflated(member))

    def raw(self, member: Member, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """The member's bytes as they lie there, from `start` on."""
        place = self.local_header(member)[0] + start
        end = place + (member.packed_bytes - start if length is None else length)
        while place < end:
            self._file.seek(place)  # others may read between two pieces
            piece = self._file.read(min(CHUNK_BYTES, end - place))
            if not piece:
                raise BadPackage("the file ends within a member")
            place += len(piece)
            yield piece

    def inflated(self, member: Member) -> Iterator[bytes]:
        """The member's content, in pieces, to its end."""
        if member.method not in (STORED, DEFLATED):
            raise BadPackage("a part is packed in an unknown way")
        size = crc = 0
        for piece in self.raw(member) if member.method == STORED else self._inflate(member):
            size += len(piece)
            crc = zlib.crc32(piece, crc)
            if size > member.size_bytes:
                raise BadPackage("a part is larger than it says")
            yield piece
        if (size, crc) != (member.size_bytes, member.crc):
            raise BadPackage("a part has another checksum")

    def local_header(self, member: Member) -> tuple[int, bytes]:
        """Where the member's data begin, and the extra field before them."""
        self._file.seek(member.offset)
        header = self._file.read(LOCAL.size)
        if len(header) != LOCAL.size or header[:4] != b"PK\3\4":
            raise BadPackage("a member has no header")
        name_length, extra_length = LOCAL.unpack(header)[-2:]
        rest = self._file.read(name_length + extra_length)
        return member.offset + LOCAL.size + name_length + extra_length, rest[name_length:]

    # ------------------------------------------------------------

    def _inflate(self, member: Member) -> Iterator[bytes]:
        inflater = zlib.decompressobj(-15)
        for packed in self.raw(member):
            while packed:
                piece = inflater.decompress(packed, 4 * CHUNK_BYTES)
                if piece:
                    yield piece
                packed = inflater.unconsumed_tail
            if inflater.eof:
                break
        yield inflater.flush()
        if not inflater.eof:
            raise BadPackage("a part ends early")

    def _read_directory(self) -> Iterator[Member]:
        size = self._file.seek(0, 2)
        tail_length = min(size, _END.size + _MASK16)
        self._file.seek(size - tail_length)
        tail = self._file.read(tail_length)
        place = tail.rfind(b"PK\5\6")
        if place < 0 or len(tail) - place < _END.size:
            raise BadPackage("there is no end of a directory")
        _, _, _, _, count, length, offset, comment = _END.unpack_from(tail, place)
        self.comment = tail[place + _END.size : place + _END.size + comment]
        end = size - tail_length + place
        if _MASK16 in (count,) or _MASK32 in (length, offset):
            count, length, offset, end = self._end64(end, (count, length, offset))
        shift = end - length - offset  # what was put before the archive
        if shift < 0:
            raise BadPackage("the directory is not where it should be")
        self._file.seek(end - length)
        directory = self._file.read(length)
        self.directory_crc = zlib.crc32(directory)
        place = 0
        for _ in range(count):
            member, place = _entry(directory, place, shift)
            yield member

    def _end64(self, end: int, found: tuple[int, int, int]) -> tuple[int, int, int, int]:
        """Number of members, length and offset of the directory, and its end."""
        self._file.seek(max(0, end - _LOCATOR64.size))
        locator = self._file.read(_LOCATOR64.size)
        if not locator.startswith(b"PK\6\7"):
            return (*found, end)  # a number that happens to look so
        self._file.seek(_LOCATOR64.unpack(locator)[2])
        record = self._file.read(_END64.size)
        if not record.startswith(b"PK\6\6"):
            raise BadPackage("there is no end of a zip64 directory")
        count, length, offset = _END64.unpack(record)[-3:]
        return count, length, offset, _LOCATOR64.unpack(locator)[2]


def without_zip64(extra: bytes) -> bytes:
    """An extra field without the sizes that zip64 keeps there."""
    kept, place = b"", 0
    while place + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, place)
        if kind != _ZIP64_EXTRA:
            kept += extra[place : place + 4 + length]
        place += 4 + length
    return kept


def _entry(directory: bytes, place: int, shift: int) -> tuple[Member, int]:
    if directory[place : place + 4] != b"PK\1\2":
        raise BadPackage("the directory ends early")
    fields = ENTRY.unpack_from(directory, place)
    _, made_by, _, flags, method, time, date, crc, packed, size, *lengths, _, internal, external, offset = fields
    name_length, extra_length, comment_length = lengths
    place += ENTRY.size
    raw_name = directory[place : place + name_length]
    extra = directory[place + name_length : place + name_length + extra_length]
    place += name_length + extra_length
    size, packed, offset = _sizes64(extra, size, packed, offset)
    if flags & _ENCRYPTED_FLAG:
        raise BadPackage("a member is encrypted")
    return (
        Member(
            name=raw_name.decode("utf-8" if flags & 0x800 else "cp437").replace("\\", "/").lstrip("/"),
            raw_name=raw_name, made_by=made_by, flags=flags, method=method, time=time, date=date, crc=crc,
            packed_bytes=packed, size_bytes=size, internal=internal, external=external, offset=offset + shift,
            extra=without_zip64(extra), comment=directory[place : place + comment_length],
        ),
        place + comment_length,
    )  # fmt: skip


def _sizes64(extra: bytes, size: int, packed: int, offset: int) -> tuple[int, int, int]:
    """Those that are too large for the entry stand in its extra field, in this order."""
    place = 0
    while place + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, place)
        if kind == _ZIP64_EXTRA:
            numbers = iter(struct.unpack_from(f"<{length // 8}Q", extra, place + 4))
            size, packed, offset = (next(numbers) if each == _MASK32 else each for each in (size, packed, offset))
            break
        place += 4 + length
    return size, packed, offset


def _ensure_sound(members: tuple[Member, ...]) -> None:
    end = 0
    for member in sorted(members, key=lambda each: each.offset):
        if member.offset < end:
            raise BadPackage("members overlap")
        end = member.offset + LOCAL.size + len(member.raw_name) + member.packed_bytes
        bomb = member.size_bytes > _RATIO_FROM_BYTES and member.size_bytes > MAX_RATIO * member.packed_bytes
        if bomb or member.size_bytes > MAX_BYTES:
            raise BadPackage("a part is far larger than it looks", swollen)
