"""The zip that an OFD is: read member by member, and never more than an invoice can hold."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib

from ocrwatch.inbox.einvoices.xml_tree import BadXml, Node, parsed

_LARGEST_MEMBER_BYTES = 8 * 1024 * 1024
_LARGEST_TOGETHER_BYTES = 32 * 1024 * 1024
_MOST_MEMBERS = 2000
_LARGEST_RATIO = 300
_SUSPICIOUS_BYTES = 1024 * 1024
"""From this size on the ratio tells: small texts may be packed to any."""

_ENCRYPTED = 0x1


class BadPackage(Exception):
    """No zip that can be opened."""


class Locked(BadPackage):
    """It is encrypted."""


class Bomb(BadPackage):
    """It would unfold to more than any invoice."""


class Package:
    """Raises `BadPackage` and its kinds from every method, and what `xml_tree.parsed` raises from `xml`."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise BadPackage from error
        members = self._zip.infolist()
        if len(members) > _MOST_MEMBERS:
            raise Bomb
        if any(member.flag_bits & _ENCRYPTED for member in members) or "Encryptions.xml" in self.names:
            raise Locked
        self._read_bytes = 0

    @property
    def names(self) -> list[str]:
        """The members' names."""
        return self._zip.namelist()

    def xml(self, name: str) -> Node | None:
        """The XML of the member `name`, None where there is no such member."""
        data = self.bytes_of(name)
        return None if data is None else parsed(data)

    def usable_xml(self, name: str) -> Node | None:
        """The same, None also where it is no XML: a part that one can do without."""
        try:
            return self.xml(name)
        except BadXml:
            return None

    def bytes_of(self, name: str) -> bytes | None:
        """The bytes of the member `name`, None where there is no such member."""
        try:
            member = self._zip.getinfo(name)
        except KeyError:
            return None
        self._ensure_bounded(member)
        try:
            with self._zip.open(member) as file:
                data = file.read(_LARGEST_MEMBER_BYTES + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError) as error:
            raise BadPackage from error
        self._read_bytes += len(data)
        if len(data) > _LARGEST_MEMBER_BYTES or self._read_bytes > _LARGEST_TOGETHER_BYTES:
            raise Bomb
        return data

    def _ensure_bounded(self, member: zipfile.ZipInfo) -> None:
        """What the zip says of a member; what it says may be untrue, so reading is bounded as well."""
        if member.file_size > _LARGEST_MEMBER_BYTES:
            raise Bomb
        if member.file_size > _SUSPICIOUS_BYTES and member.file_size > _LARGEST_RATIO * max(member.compress_size, 1):
            raise Bomb


def place(base: str, location: str) -> str:
    """The name of the member at `location`, which stands in the member `base` (GB/T 33190: a path, `/` is the top)."""
    return posixpath.normpath(posixpath.join("/", posixpath.dirname(base), location)).lstrip("/")
