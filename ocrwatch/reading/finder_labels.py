"""Labels in print: finding "Invoice No." in "INVOICE NO:" or "InvoiceNo", and the value that belongs to it.

Labels are compared by their letters and digits alone, in one case, so that lost spaces and changed punctuation
do not matter; a Latin label must begin and end where a word does ("Total" is not in "Subtotal").

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ocrwatch.reading.finder_values import CURRENCY
from ocrwatch.reading.lines import Line, VisualRow

_SEPARATORS = " \t:：;.。#№-–—_=|*'\"·、,，>)）"


_CURRENCY_NEXT = re.compile(rf"(?:{CURRENCY})(?=[^A-Za-z]|\Z)")
"""A currency behind a label whose space was lost: "TotalRM 5.00"."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A label found in a text: where it begins and ends there, and its place in the list of labels."""

    start: int
    end: int
    rank: int


def squeezed(text: str) -> str:
    """Letters and digits of `text` in one case."""
    return "".join(character for character, _ in _characters(text))


def find(text: str, labels: Sequence[str]) -> Hit | None:
    """The label of `labels` (most telling first) that begins first in `text`; the longest of those."""
    found = list(_characters(text))
    plain = "".join(character for character, _ in found)
    hits = []
    for rank, label in enumerate(labels):
        wanted = squeezed(label)
        at = plain.find(wanted) if wanted else -1
        while at >= 0:
            start, end = found[at][1], found[at + len(wanted) - 1][1] + 1
            if _is_whole(text, start, end):
                hits.append(Hit(start, end, rank))
                break
            at = plain.find(wanted, at + 1)
    return min(hits, key=lambda hit: (hit.start, -hit.end, hit.rank), default=None)


def is_cjk(character: str) -> bool:
    return "\u4e00" <= character <= "\u9fff"


def behind(text: str, hit: Hit) -> str:
    """What stands behind a label in its own text, separators taken off."""
    return text[hit.end :].lstrip(_SEPARATORS).rstrip()


def leads(text: str, hit: Hit) -> bool:
    """Whether the label begins its text or a separator follows it: then it names a value."""
    rest = text[hit.end :].lstrip(" .")
    return not squeezed(text[: hit.start]) or not rest or rest[0] in ":：#="


def right_of(row: VisualRow, line: Line) -> list[Line]:
    """The lines of `row` to the right of `line`."""
    return list(row[row.index(line) + 1 :])


def below(rows: Sequence[VisualRow], number: int, line: Line) -> Line | None:
    """The line that stands right under `line` of row `number`, begins near it or is centred on it."""
    for row in rows[number + 1 : number + 3]:
        for other in row:
            near = other.box.top - line.box.bottom < 1.5 * line.box.height
            if near and other.box.overlap(line.box) > 0.5:
                return other
    return None


def _characters(text: str) -> Iterator[tuple[str, int]]:
    """Letters and digits of `text`, folded, each with the place of the character it comes from."""
    for index, character in enumerate(text):
        for folded in unicodedata.normalize("NFKC", character).casefold():
            if folded.isalnum():
                yield folded, index


def _is_whole(text: str, start: int, end: int) -> bool:
    first, last = text[start], text[end - 1]
    if not is_cjk(first) and start > 0 and text[start - 1].isalpha() and not is_cjk(text[start - 1]):
        return False
    if is_cjk(last) or end >= len(text) or not text[end].isalpha() or is_cjk(text[end]):
        return True
    return bool(_CURRENCY_NEXT.match(text, end))
