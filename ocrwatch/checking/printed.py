"""The characters of paper: one form for those that look alike, and the marks for those that were not read.

Rules
  1. Only the form is unified (full width, spaces, dashes, apostrophes). General compatibility normalisation is not
     used: it would turn `12²` into 122 and `①` into 1.
  2. `?` marks a character that could not be read. `*` is print: masks such as `4107281991****5515` are fine.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

from dataclasses import dataclass

_FULL_WIDTH = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_LETTERS_AND_DIGITS = {code: plain for code, plain in _FULL_WIDTH.items() if plain.isalnum()}
_SPACES = dict.fromkeys(map(ord, "\u00a0\u2002\u2003\u2007\u2009\u200a\u202f\u3000\t\r\n"), " ")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"), "")
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212\ufe63"), "-")
_APOSTROPHES = dict.fromkeys(map(ord, "\u2018\u2019\u02bc\u00b4`"), "'")
_CURRENCY_SIGNS = {ord("￥"): "¥", ord("￡"): "£", ord("￦"): "₩", ord("﹩"): "$"}
_PLAIN = _FULL_WIDTH | _SPACES | _INVISIBLE | _DASHES | _APOSTROPHES | _CURRENCY_SIGNS

_UNREAD_MARKS = frozenset("?？\ufffd")
_EDGES = "".join(map(chr, _INVISIBLE))


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """A text that has several readings, each as display text."""

    readings: tuple[str, ...]


def trimmed(text: str) -> str:
    """`text` without the white space and invisible characters around it; verbatim inside."""
    previous = None
    while text != previous:
        previous, text = text, text.strip().strip(_EDGES)
    return text


def folded(text: str) -> str:
    """`text` in plain width, with one kind of space, dash and apostrophe; runs of spaces become one."""
    return " ".join(text.translate(_PLAIN).split())


def narrowed(text: str) -> str:
    """`text` with full-width letters and digits in plain width, everything else verbatim."""
    return text.translate(_LETTERS_AND_DIGITS)


def has_unread(text: str) -> bool:
    """Whether a character of `text` is marked as not read."""
    return not _UNREAD_MARKS.isdisjoint(text)
