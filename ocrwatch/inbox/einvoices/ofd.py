"""The data of an OFD (GB/T 33190): a zip of XML, whose root OFD.xml leads to the document and its pages.

In this order, the first that tells an invoice:
    1. an attachment that is an invoice's XML        Doc_0/Attachs/original_invoice.xml, rai_issuer_….xml
    2. the tags of Doc_0/Tags/CustomTag.xml           each meaning points to the print that says it
    3. the print itself, by its places

Every invoice that is attached must be the same one: else none is taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from ocrwatch.inbox.einvoices import chinese, printed
from ocrwatch.inbox.einvoices.dialects import invoice_in
from ocrwatch.inbox.einvoices.package import BadPackage, Package, place
from ocrwatch.inbox.einvoices.page_text import Piece, printed_rows
from ocrwatch.inbox.einvoices.xml_tree import Node
from ocrwatch.ports import Embedded

_MOST_PAGES = 50
_MOST_ATTACHMENTS = 20


@dataclass(frozen=True, slots=True)
class Ofd:
    """An OFD's first document. `root`: the member that is its Document.xml."""

    package: Package
    root: str
    document: Node

    @classmethod
    def opened(cls, data: bytes) -> Ofd:
        """Raises `BadPackage` and its kinds, `BadXml` and its kinds."""
        package = Package(data)
        ofd = package.xml("OFD.xml")
        location = ofd.text("DocBody", "DocRoot") if ofd else None
        root = place("OFD.xml", location or "Doc_0/Document.xml")
        document = package.xml(root)
        if document is None:
            raise BadPackage
        return cls(package, root, document)

    def page_count(self) -> int:
        """How many pages it has."""
        return sum(1 for _ in self.document.every("Pages", "Page"))

    def invoice(self) -> Embedded | None:
        """The invoice it holds, None where there is none. Raises `BadPackage` and its kinds."""
        if attached := self._attached():
            return attached[0] if len({found.facts["number"] for found in attached}) == 1 else None
        tagged = self._tagged()
        return tagged or printed.invoice_on([row for page in self._pages() for row in printed_rows(_pieces(page))])

    def _attached(self) -> list[Embedded]:
        names = [
            name for name in self.package.names if name.lower().endswith(".xml") and "/attach" in f"/{name.lower()}"
        ]
        trees = (self.package.usable_xml(name) for name in names[:_MOST_ATTACHMENTS])
        return [found for tree in trees if tree is not None and (found := invoice_in(tree)) is not None]

    def _tagged(self) -> Embedded | None:
        location = self.document.text("CustomTags")
        if location is None:
            return None
        index = place(self.root, location)
        listed = self.package.usable_xml(index)
        for tag in listed.every("CustomTag") if listed else ():
            file = tag.text("FileLoc")
            tree = self.package.usable_xml(place(index, file)) if file else None
            if tree is not None and tree.name == "eInvoice":
                return chinese.of_tags(_filled(tree, self._texts()))
        return None

    def _texts(self) -> dict[str, str]:
        """The print by the ids of its objects."""
        objects = (node for page in self._pages() for node in page.walk() if node.name == "TextObject")
        return {
            node.attributes.get("ID", ""): "".join(code.own_text for code in node.every("TextCode")) for node in objects
        }

    def _pages(self) -> Iterator[Node]:
        """The pages, each with what its template prints."""
        templates = {
            node.attributes.get("ID", ""): node.attributes.get("BaseLoc", "")
            for node in self.document.every("CommonData", "TemplatePage")
        }
        pages = (node.attributes.get("BaseLoc", "") for node in self.document.every("Pages", "Page"))
        for _, location in zip(range(_MOST_PAGES), pages, strict=False):
            page = self.package.usable_xml(place(self.root, location))
            if page is None:
                continue
            for template in list(page.every("Template")):
                base = templates.get(template.attributes.get("TemplateID", ""), "")
                if (tree := self.package.usable_xml(place(self.root, base))) is not None:
                    page.children += tree.children
            yield page


def _filled(tree: Node, texts: dict[str, str]) -> Node:
    """`tree` with the print that each of its elements points to as its text."""
    for node in tree.walk():
        references = [reference.own_text.strip() for reference in node.every("ObjectRef")]
        if references:
            node.own_text = "".join(texts.get(reference, "") for reference in references)
            node.children = [child for child in node.children if child.name != "ObjectRef"]
    return tree


def _pieces(page: Node) -> Iterator[Piece]:
    """The print of a page with its places, in millimetres: each text begins on its base line."""
    for node in page.walk():
        if node.name == "TextObject":
            with suppress(ValueError):
                left, top, width, height = map(float, node.attributes["Boundary"].split())
                size = float(node.attributes.get("Size", height))
                for code in node.every("TextCode"):
                    x, base = float(code.attributes.get("X", 0)), float(code.attributes.get("Y", height))
                    yield Piece(code.own_text, left + x, top + base - size, left + width, top + base)
