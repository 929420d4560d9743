"""The texts that cells share (`sharedStrings.xml`), found by their number: some without holding them all, or any, held
as bytes in one piece.

Office programs keep every text of a workbook there, also those that we wrote into cells.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from itertools import accumulate

from ocrwatch.ledger.grammar import Grammar, grammar_of
from ocrwatch.ledger.markup import parsed, unescaped
from ocrwatch.ledger.refusals import BadPackage

_MOST_BYTES = 1 << 26


def texts(pieces: Iterator[bytes], wanted: Iterable[int]) -> Iterator[str]:
    """The text of each number in `wanted`, which must not fall; `pieces` is the part, in pieces."""
    waiting = iter(wanted)
    number = next(waiting, -1)
    if number < 0:
        return
    for first, items, grammar in _portions(pieces):
        while number < first + len(items):
            yield _text(items[number - first], grammar)
            following = next(waiting, None)
            if following is None:
                return
            number = following
    raise BadPackage("a shared text is missing")


class SharedTexts:
    """All shared texts of a workbook, in any order; a text costs its bytes and eight more. `pieces` is the part.

    A number that there is none of raises IndexError.
    """

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._data = bytearray()
        self._ends = array("Q")
        for _, items, grammar in _portions(pieces):
            found = [_text(item, grammar).encode() for item in items]
            self._ends.extend(accumulate(map(len, found[1:]), initial=len(self._data) + len(found[0])))
            self._data += b"".join(found)

    def __getitem__(self, number: int) -> str:
        if number < 0:
            raise IndexError(number)
        end = self._ends[number]
        return self._data[self._ends[number - 1] if number else 0 : end].decode()


def _portions(pieces: Iterator[bytes]) -> Iterator[tuple[int, list[bytes], Grammar]]:
    """The items, many at a time, with the number of the first of them."""
    rest, first = b"", 0
    grammar: Grammar | None = None
    for piece in pieces:
        data = rest + piece
        if grammar is None:
            grammar = _grammar(data)
        if grammar is None:
            rest = data
            continue
        prefix = grammar.prefix
        if b"<" + prefix + b"si/" in data:
            data = data.replace(b"<%ssi/>" % prefix, b"<%ssi></%ssi>" % (prefix, prefix))
        *items, rest = data.split(b"</%ssi>" % prefix)
        if items:
            yield first, items, grammar
        first += len(items)
        if len(rest) > _MOST_BYTES:
            raise BadPackage("a shared text is too large")


def _grammar(data: bytes) -> Grammar | None:
    """By the prefix of the root element; None while that has not been read."""
    place = data.find(b"sst")
    if place < 0:
        return None
    return grammar_of(data[data.rfind(b"<", 0, place) + 1 : place].decode())


def _text(item: bytes, grammar: Grammar) -> str:
    if item.startswith(grammar.plain_item) and item.endswith(grammar.text_ends) and item.count(b"<") == 3:
        return unescaped(item[item.index(b">", len(grammar.plain_item)) + 1 : -len(grammar.text_ends)])
    begun = item.rfind(b"<" + grammar.prefix + b"si>")
    item = item[begun if begun >= 0 else 0 :]
    if b"<!" in item:
        tree = parsed(item + b"</" + grammar.prefix + b"si>")
        return "".join(each.text for each in tree.walk() if each.local == "t")
    found = grammar.text.finditer(grammar.phonetic.sub(b"", item))
    return unescaped(b"".join(each[2] or b"" for each in found))
