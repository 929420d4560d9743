"""Small parts of a package: their elements with the places of these in the bytes, so that a change is a splice.

Nothing is read and written again: a changed part differs from the one before in the changed places alone, whatever
prefixes, orders of attributes, comments or unknown elements the program that made it used.

Rules
  1. UTF-8 only, and no document type: an entity cannot be defined, so none is ever resolved.
  2. An element belongs to the part's own vocabulary when it has the root's prefix; `local` is then its name.

Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from ocrwatch.ledger.refusals import BadPackage

Edit = tuple[int, int, bytes]
"""The bytes from the first place up to the second give way to others."""

_TAG = re.compile(rb"""<[^\s/>]+(?:[^>"']|"[^"]*"|'[^']*')*>""")
_REFERENCE = re.compile(r"&(?:#[xX]([0-9a-fA-F]{1,6})|#([0-9]{1,7})|(amp|lt|gt|quot|apos));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}


@dataclass(slots=True, kw_only=True)
class Element:
    """One element. `start` … `inner` is its start tag, `inner` … `inner_end` its content, to `end` its end tag."""

    tag: str
    attributes: dict[str, str]
    start: int
    inner: int
    inner_end: int = 0
    end: int = 0
    children: list[Element] = field(default_factory=list)
    text: str = ""

    @property
    def local(self) -> str:
        """The name without its prefix."""
        return self.tag.rpartition(":")[2]

    @property
    def prefix(self) -> str:
        """With its colon; "" where there is none."""
        return self.tag[: -len(self.local)]

    @property
    def is_empty_tag(self) -> bool:
        return self.inner == self.end

    def all(self, *locals_: str) -> list[Element]:
        """The children of these names and this element's own prefix."""
        return [each for each in self.children if each.local in locals_ and each.prefix == self.prefix]

    def first(self, local: str) -> Element | None:
        return next(iter(self.all(local)), None)

    def walk(self) -> Iterator[Element]:
        """This element and all below it, in the part's order."""
        yield self
        for child in self.children:
            yield from child.walk()

    def relation(self) -> str:
        """The value of its `r:id`, whatever prefix that has."""
        found = [value for name, value in self.attributes.items() if name.rpartition(":")[2] == "id" and ":" in name]
        return found[0] if found else ""


def parsed(data: bytes) -> Element:
    """The root element of `data`. Raises `BadPackage`, ExpatError."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise BadPackage("a part is not in UTF-8")
    parser = expat.ParserCreate()
    parser.buffer_text = True
    stack: list[Element] = []
    roots: list[Element] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        place = parser.CurrentByteIndex
        match = _TAG.match(data, place)
        if match is None:
            raise BadPackage("a tag has no end")
        element = Element(tag=tag, attributes=attributes, start=place, inner=match.end())
        (stack[-1].children if stack else roots).append(element)
        stack.append(element)

    def end(_: str) -> None:
        element = stack.pop()
        if data[element.inner - 2 : element.inner] == b"/>":
            element.inner_end = element.end = element.inner
            return
        element.inner_end = parser.CurrentByteIndex
        element.end = data.index(b">", element.inner_end) + 1

    def text(characters: str) -> None:
        if stack:
            stack[-1].text += characters

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.XmlDeclHandler = _refuse_encodings
    parser.Parse(data, True)
    return roots[0]


def spliced(data: bytes, edits: Iterable[Edit]) -> bytes:
    """`data` with the edits made; those at one place in the order they are given."""
    pieces, place = [], 0
    for start, end, content in sorted(edits, key=lambda edit: edit[:2]):
        if start < place:
            raise BadPackage("two changes of one place")
        pieces += [data[place:start], content]
        place = end
    return b"".join([*pieces, data[place:]])


def set_attribute(data: bytes, element: Element, name: str, value: str) -> Edit:
    """The edit that gives `element` an attribute, or another value of it."""
    tag = data[element.start : element.inner]
    quoted = b'"%s"' % escaped(value, quote=True)
    others = rb"""<[^\s/>]+(?:\s+[^\s=]+\s*=\s*(?:"[^"]*"|'[^']*'))*?"""
    match = re.match(others + rb"""\s+%s\s*=\s*("[^"]*"|'[^']*')""" % re.escape(name.encode()), tag)
    if match is not None and name in element.attributes:
        return element.start + match.start(1), element.start + match.end(1), quoted
    place = element.inner - (2 if element.is_empty_tag else 1)
    return place, place, b" %s=%s" % (name.encode(), quoted)


def append_child(data: bytes, element: Element, content: bytes) -> Edit:
    """The edit that adds `content` at the end of what `element` holds."""
    if element.is_empty_tag:
        return element.inner - 2, element.inner, b">%s</%s>" % (content, element.tag.encode())
    return element.inner_end, element.inner_end, content


def escaped(text: str, *, quote: bool = False) -> bytes:
    """`text` as it stands in XML."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if quote:
        text = text.replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;").replace("\r", "&#13;")
    return text.encode()


def unescaped(data: bytes) -> str:
    """The text that stands in XML as `data`; a line's end is one character (XML 1.0, 2.11)."""
    text = data.decode()
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _REFERENCE.sub(_resolved, text) if "&" in text else text


def _resolved(match: re.Match[str]) -> str:
    hexadecimal, decimal, name = match.groups()
    return _NAMED[name] if name else chr(int(hexadecimal, 16) if hexadecimal else int(decimal))


def _refuse_doctype(*_: object) -> None:
    raise BadPackage("a part has a document type")


def _refuse_encodings(_: str, encoding: str | None, __: int) -> None:
    if encoding is not None and encoding.casefold() not in ("utf-8", "utf8", "us-ascii", "ascii"):
        raise BadPackage("a part is not in UTF-8")
