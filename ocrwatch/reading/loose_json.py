"""JSON as models write it: in prose, in fences, with other quotes and colons, cut at its end.

Rules
  1. Nothing is invented: each text is what stands in the answer between its quotes, unescaped. Numbers and words
     without quotes stay the characters they are (`337.50` is no float).
  2. What stands there is taken strictly first, loosely only when that fails, and not at all when a text's end cannot
     be told from its middle.
  3. A text that the end of the answer cuts is dropped with its key: half an amount is another amount.

General repair libraries were weighed and left: they turn numbers into floats, choose between doubled keys, and close
what is cut.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Object:
    """An object's pairs in their order, doubled keys included."""

    pairs: tuple[tuple[str, Node], ...]


Node = None | str | tuple["Node", ...] | Object


@dataclass(frozen=True, slots=True)
class Piece:
    """An object or a list that stands in an answer; `is_cut` when the end of the answer came before its own.

    `in_list`: it came within a list, so that more may have followed there.
    """

    node: Object | tuple[Node, ...]
    is_cut: bool = False
    in_list: bool = False


_MAX_CHARS = 200_000
"""No answer of 8192 tokens is longer."""

_MAX_STRING_CHARS = 8_000
_MAX_DEPTH = 12
_MAX_FAILURES = 64
"""Stray braces that are looked at before the rest of the answer is given up."""

_CLOSING = {'"': '"', "'": "'", "“": "”", "‘": "’", "「": "」"}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_NOTHING = ("null", "none", "nil")

_QUOTED_KEY = r"""(?:"[^"\n]{1,80}"|'[^'\n]{1,80}'|“[^”\n]{1,80}”|‘[^’\n]{1,80}’|「[^」\n]{1,80}」)"""
_KEY = rf"(?:{_QUOTED_KEY}|[^\W\d][\w ./()（）-]{{0,60}}?)\s*[:：]"
_END = r"(?:[}\]]|```|\Z)"
_AFTER_KEY = re.compile(r"\s*[:：]")
_AFTER_VALUE = re.compile(rf"\s*(?:[,，;；]\s*{_KEY}|[,，]?\s*{_END}|\s*{_QUOTED_KEY}\s*[:：])")
_AFTER_ITEM = re.compile(rf"""\s*(?:[,，]\s*["'“‘「\[{{\w-]|[,，]?\s*{_END})""")
_BARE_KEY = re.compile(r"[^\W\d][\w ./()（）-]{0,60}?(?=\s*[:：])")
_BARE_VALUE = re.compile(
    rf"""[^\s"'“‘「{{}}\[\],，:：\\][^\n{{}}\[\]"“\\]*?(?=\s*(?:[,，]\s*{_KEY}|[,，]?\s*(?:[}}\]\n]|```|\Z)))"""
)
_BARE_ITEM = re.compile(r"""[^\s"'“‘「{}\[\],，\\][^\n{}\[\]"“,，\\]*(?=[,，\]\n])""")
_SWALLOWED_KEY = re.compile(rf"""[,，\n"'”]\s*{_QUOTED_KEY}\s*[:：]""")
_SPACE = re.compile(r"\s*")
_OPENING = re.compile(r"[{\[]")
_GAP = re.compile(r"[\s,，;；]*")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def pieces(text: str) -> tuple[Piece, ...]:
    """The outermost objects and lists in `text`, in their order."""
    text = text[:_MAX_CHARS]
    found: list[Piece] = []
    position, failures = 0, 0
    while failures < _MAX_FAILURES and (match := _OPENING.search(text, position)) is not None:
        read = _strictly(text, match.start()) or _loosely(text, match.start())
        if read is None:
            position, failures = match.end(), failures + 1
        else:
            piece, position = read
            found.append(piece)
    return tuple(found)


def without_lone_surrogates(text: str) -> str:
    """`text` with what is no character (half an escape pair) as U+FFFD, which is marked as not read."""
    return _LONE_SURROGATE.sub("\ufffd", text)


# ---------------------------------------------------------------- strictly

_decoder = json.JSONDecoder(
    object_pairs_hook=lambda pairs: Object(tuple((key, _frozen(value)) for key, value in pairs)),
    parse_float=str,
    parse_int=str,
    parse_constant=str,
    strict=False,
)


def _strictly(text: str, start: int) -> tuple[Piece, int] | None:
    try:
        node, end = _decoder.raw_decode(text, start)
    except (ValueError, RecursionError):
        return None
    frozen = _frozen(node)
    assert isinstance(frozen, Object | tuple)
    return Piece(frozen), end


def _frozen(node: object) -> Node:
    match node:
        case bool():
            return "true" if node else "false"
        case str():
            return without_lone_surrogates(node)
        case list():
            return tuple(_frozen(item) for item in node)
        case Object():
            return Object(tuple((without_lone_surrogates(key), value) for key, value in node.pairs))
    return None


# ---------------------------------------------------------------- loosely


class _NotJSON(Exception):
    """What stands here cannot be told."""


class _EndsEarly(Exception):
    """The answer ends within a text or a container; what came before it stands."""


def _loosely(text: str, start: int) -> tuple[Piece, int] | None:
    scanner = _Scanner(text, start)
    try:
        node = scanner.container(0)
    except _NotJSON:
        return None
    if isinstance(node, Object) and not node.pairs and not scanner.is_cut:
        return None
    return Piece(node, scanner.is_cut, scanner.is_cut_in_list), scanner.position


class _Scanner:
    """Reads from `position` on; `is_cut` once the text ended within something."""

    def __init__(self, text: str, position: int) -> None:
        self.text = text
        self.position = position
        self.is_cut = False
        self.is_cut_in_list = False

    def container(self, depth: int) -> Object | tuple[Node, ...]:
        if depth > _MAX_DEPTH:
            raise _NotJSON
        opening = self.text[self.position]
        self.position += 1
        return Object(tuple(self._pairs(depth))) if opening == "{" else tuple(self._items(depth))

    def _pairs(self, depth: int) -> list[tuple[str, Node]]:
        pairs: list[tuple[str, Node]] = []
        with suppress(_EndsEarly):
            while not self._closes("}"):
                key = self._key()
                pairs.append((key, self._value(depth, _AFTER_VALUE, _BARE_VALUE)))
        return pairs

    def _items(self, depth: int) -> list[Node]:
        items: list[Node] = []
        with suppress(_EndsEarly):
            while not self._closes("]"):
                items.append(self._value(depth, _AFTER_ITEM, _BARE_ITEM))
            return items
        self.is_cut_in_list = True
        return items

    def _closes(self, closing: str) -> bool:
        """Whether the container ends here by its sign. Raises `_EndsEarly` where the answer ends instead."""
        self._skip(_GAP)
        if self._ended():
            raise self._cut()
        if self.text[self.position] == closing:
            self.position += 1
            return True
        return False

    def _key(self) -> str:
        if self.text[self.position] in _CLOSING:
            key = self._string(_AFTER_KEY)
        elif (match := _BARE_KEY.match(self.text, self.position)) is not None:
            key, self.position = match[0], match.end()
        else:
            raise _NotJSON
        self._skip(_AFTER_KEY)
        return key

    def _value(self, depth: int, after: re.Pattern[str], bare: re.Pattern[str]) -> Node:
        self._skip(_SPACE)
        if self._ended():
            raise self._cut()
        sign = self.text[self.position]
        if sign in "{[":
            return self.container(depth + 1)
        return self._string(after) if sign in _CLOSING else self._bare(bare)

    def _bare(self, pattern: re.Pattern[str]) -> str | None:
        match = pattern.match(self.text, self.position)
        if match is None:
            raise _NotJSON
        self.position = match.end()
        if not self.text[self.position :].strip():
            raise self._cut()
        written = match[0].strip()
        return None if written.casefold() in _NOTHING else written

    def _string(self, after: re.Pattern[str]) -> str:
        """The text that begins here and ends before what `after` describes.

        A closing quote within it (`'JOE'S'`) is told by what follows. Raises `_EndsEarly` when the answer ends first.
        """
        closing = _CLOSING[self.text[self.position]]
        start = self.position + 1
        limit = min(len(self.text), start + _MAX_STRING_CHARS)
        end = start
        while end < limit:
            if self.text[end] == "\\":
                end += 2
            elif self.text[end] == closing and after.match(self.text, end + 1):
                written = self.text[start:end]
                if _SWALLOWED_KEY.search(written):
                    raise _NotJSON
                self.position = end + 1
                return without_lone_surrogates(_unescaped(written))
            else:
                end += 1
        if limit < len(self.text) or _SWALLOWED_KEY.search(self.text, start):
            raise _NotJSON
        self.position = len(self.text)
        raise self._cut()

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self.text, self.position)
        if match is None:
            raise _NotJSON
        self.position = match.end()

    def _cut(self) -> _EndsEarly:
        self.is_cut = True
        return _EndsEarly()

    def _ended(self) -> bool:
        return self.position >= len(self.text) or self.text.startswith("```", self.position)


def _unescaped(written: str) -> str:
    def plain(match: re.Match[str]) -> str:
        sign = match[1]
        if len(sign) == 5:
            return chr(int(sign[1:], 16))
        if sign in _ESCAPES:
            return _ESCAPES[sign]
        return sign if sign in "\"'\\/“”‘’" else match[0]

    joined = re.sub(r"\\(u[0-9a-fA-F]{4}|.)", plain, written, flags=re.DOTALL)
    # Two escapes make one character beyond the basic plane.
    return joined.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
