"""Small born-digital PDFs for tests: print with a text layer in Chinese, properties, attachments. Written by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.pdf_objects import Objects, hexed


@dataclass(frozen=True)
class Text:
    """`said` with its base line's beginning at `left`, `top` points from the page's upper left corner."""

    left: float
    top: float
    said: str
    size: float = 9.0


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A PDF of one page for each sequence of texts."""

    pages: Sequence[Sequence[Text]]
    properties: Mapping[str, str] = field(default_factory=dict)
    attachments: Mapping[str, bytes] = field(default_factory=dict)
    size: tuple[float, float] = (595.0, 397.0)

    def data(self) -> bytes:
        """Its bytes; PDF/A-3 in what e-invoices need of it: the attachments are associated files."""
        objects = Objects()
        font = _font(objects)
        tree = objects.reserved()
        kids = [self._page(objects, tree, font, texts) for texts in self.pages]
        objects.fill(tree, b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), b" ".join(kids)))
        files = [(name, _file(objects, name, data)) for name, data in sorted(self.attachments.items())]
        names = b" ".join(hexed(name) + b" " + reference for name, reference in files)
        catalogue = objects.add(
            b"<< /Type /Catalog /Pages %s /Names << /EmbeddedFiles << /Names [%s] >> >> /AF [%s] >>"
            % (tree, names, b" ".join(reference for _, reference in files))
        )
        entries = [b"/%s %s" % (name.encode(), hexed(said)) for name, said in self.properties.items()]
        return objects.file(catalogue, objects.add(b"<< " + b" ".join(entries) + b" >>"))

    def _page(self, objects: Objects, tree: bytes, font: bytes, texts: Sequence[Text]) -> bytes:
        width, height = self.size
        drawn = b"\n".join(
            b"BT /F1 %g Tf 1 0 0 1 %g %g Tm <%s> Tj ET"
            % (text.size, text.left, height - text.top, text.said.encode("utf-16-be").hex().encode())
            for text in texts
        )
        content = objects.stream(drawn)
        return objects.add(
            b"<< /Type /Page /Parent %s /MediaBox [0 0 %g %g] /Contents %s /Resources << /Font << /F1 %s >> >> >>"
            % (tree, width, height, content, font)
        )


def _font(objects: Objects) -> bytes:
    """Adobe's Song without its outlines: every reader knows it, and what its codes mean."""
    descriptor = objects.add(
        b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 4 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 "
        b"/Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>"
    )
    descendant = objects.add(
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) "
        b"/Ordering (GB1) /Supplement 2 >> /FontDescriptor %s /DW 1000 /W [1 95 500] >>" % descriptor
    )
    return objects.add(
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light-UniGB-UCS2-H /Encoding /UniGB-UCS2-H "
        b"/DescendantFonts [%s] >>" % descendant
    )


def _file(objects: Objects, name: str, data: bytes) -> bytes:
    embedded = objects.stream(data, b"/Type /EmbeddedFile /Subtype /text#2Fxml /Params << /Size %d >>" % len(data))
    return objects.add(
        b"<< /Type /Filespec /F %s /UF %s /AFRelationship /Alternative /EF << /F %s /UF %s >> >>"
        % (hexed(name), hexed(name), embedded, embedded)
    )
