"""XML as a tree of plain texts: bounded, and refused where it declares a document type. Pure.

Rules
  1. No document type, hence no entities: nothing is fetched and nothing unfolds. Invoices have none.
  2. Names lose their prefixes: tax offices and makers of OFD disagree about them, and some are not declared at all.
  3. Size, depth and the number of elements are bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

LARGEST_BYTES = 16 * 1024 * 1024
_MOST_ELEMENTS = 200_000
_DEEPEST = 64

_DECLARED_CHINESE = re.compile(rb"""\A[^>]{0,100}encoding\s*=\s*["'](?:gbk|gb2312|gb18030)["']""", re.IGNORECASE)
_CUT_SHORT = frozenset(
    expat.errors.codes[said]
    for said in (
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
)


class BadXml(Exception):
    """No XML, or more of it than any invoice has."""


class CutShort(BadXml):
    """It ends early."""


class Declares(BadXml):
    """It declares a document type, which could fetch or unfold anything."""


@dataclass(slots=True)
class Node:
    """An element: its name and attributes without prefixes, its own text, the elements in it."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    own_text: str = ""
    children: list[Node] = field(default_factory=list)

    def every(self, *path: str) -> Iterator[Node]:
        """The elements that `path` leads to, from child to child."""
        if not path:
            yield self
            return
        for child in self.children:
            if child.name == path[0]:
                yield from child.every(*path[1:])

    def first(self, *path: str) -> Node | None:
        """The first of these."""
        return next(self.every(*path), None)

    def text(self, *path: str) -> str | None:
        """The text of the first of these that has any."""
        return next((said for node in self.every(*path) if (said := node.own_text.strip())), None)

    def walk(self) -> Iterator[Node]:
        """This element and all within it, in their order."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))


def parsed(data: bytes) -> Node:
    """The root of the XML `data`. Raises `CutShort`, `Declares`, `BadXml`."""
    if len(data) > LARGEST_BYTES:
        raise BadXml
    builder = _Builder()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = builder.doctype
    try:
        parser.Parse(_readable(data), True)
    except expat.ExpatError as error:
        raise (CutShort if error.code in _CUT_SHORT else BadXml) from error
    except UnicodeError as error:
        raise BadXml from error
    assert builder.root is not None
    return builder.root


def _readable(data: bytes) -> bytes | str:
    """`data` without what stands before its declaration; as text where expat does not know the encoding."""
    data = data.lstrip()
    if not _DECLARED_CHINESE.match(data):
        return data
    try:
        return data.decode("gb18030")
    except UnicodeDecodeError as error:
        raise (CutShort if error.end == len(data) else BadXml) from error


class _Builder:
    def __init__(self) -> None:
        self.root: Node | None = None
        self._open: list[Node] = []
        self._count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > _MOST_ELEMENTS or len(self._open) >= _DEEPEST:
            raise BadXml
        node = Node(_local(name), {_local(key): value for key, value in attributes.items()})
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node
        self._open.append(node)

    def end(self, _: str) -> None:
        self._open.pop()

    def data(self, text: str) -> None:
        self._open[-1].own_text += text

    def doctype(self, *_: object) -> None:
        raise Declares


def _local(name: str) -> str:
    return name.rpartition(":")[2]
