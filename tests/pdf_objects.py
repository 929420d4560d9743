"""The objects of a PDF file, numbered and written with their table (ISO 32000)."""

from __future__ import annotations

import zlib


class Objects:
    """Collects objects; each is known by its reference, `5 0 R`."""

    def __init__(self) -> None:
        self._bodies: list[bytes] = []

    def reserved(self) -> bytes:
        """The reference of an object that is filled in later."""
        return self.add(b"null")

    def fill(self, reference: bytes, body: bytes) -> None:
        """`body` for a reserved object."""
        self._bodies[int(reference.split()[0]) - 1] = body

    def add(self, body: bytes) -> bytes:
        """The reference of a new object."""
        self._bodies.append(body)
        return b"%d 0 R" % len(self._bodies)

    def stream(self, data: bytes, entries: bytes = b"") -> bytes:
        """A stream, packed."""
        packed = zlib.compress(data)
        return self.add(
            b"<< /Length %d /Filter /FlateDecode %s >>\nstream\n%s\nendstream" % (len(packed), entries, packed)
        )

    def file(self, catalogue: bytes, properties: bytes) -> bytes:
        """The whole file."""
        data = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
        offsets = []
        for number, body in enumerate(self._bodies, 1):
            offsets.append(len(data))
            data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
        table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
        start = len(data)
        count = len(offsets) + 1
        return data + (
            b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root %s /Info %s >>\nstartxref\n%d\n%%%%EOF\n"
            % (count, table, count, catalogue, properties, start)
        )


def hexed(text: str) -> bytes:
    """`text` as a PDF's text string."""
    return b"<FEFF%s>" % text.encode("utf-16-be").hex().encode()
