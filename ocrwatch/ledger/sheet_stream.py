"""A worksheet's XML as a stream: what stands before its rows, the rows in batches, what stands after them.

    <worksheet> … <sheetData>  │  <row> … </row> <row> … </row> …  │  </sheetData> … </worksheet>
               head                        batches                            close

Head and close are small and held; of the rows only a batch at a time is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ocrwatch.ledger.archive import PART_BYTES
from ocrwatch.ledger.grammar import Grammar, ends_itself, grammar_of, shadow_of
from ocrwatch.ledger.refusals import BadPackage

_ROOT = re.compile(rb"<((?:[\w.-]+:)?)worksheet[\s/>]")
_BATCH_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Batch:
    """Whole rows. In `shadow`, as long as `data`, nothing can hide a tag; it is `data` itself where nothing does.

    `is_plain`: nothing does, and every row and cell tells its place first of all, as nearly all programs write them.
    """

    data: bytes
    shadow: bytes
    is_plain: bool

    @property
    def is_clean(self) -> bool:
        return self.shadow is self.data

    def __len__(self) -> int:
        return len(self.data)

    def cut(self, first: int, last: int) -> Batch:
        """The rows between two places."""
        if first <= 0 and last >= len(self.data):
            return self
        data = self.data[max(0, first) : max(0, last)]
        shadow = data if self.is_clean else self.shadow[max(0, first) : max(0, last)]
        return Batch(data, shadow, self.is_plain)


class SheetStream:
    """Read once, from its beginning to its end: first `head`, then `batches()`, then `close`. Raises `BadPackage`."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._buffer = b""
        self.close = b""
        self.grammar, self.head = self._read_head()

    def batches(self) -> Iterator[Batch]:
        """Whole rows, about a megabyte at a time."""
        grammar = self.grammar
        while True:
            shadow, sure = shadow_of(self._buffer)
            is_clean = shadow is self._buffer
            ending = grammar.data_ends.search(shadow, 0, sure)
            if ending is not None:
                rows, self._buffer = self._buffer[: ending.start()], self._buffer[ending.start() :]
                if rows:
                    yield self._batch(rows, rows if is_clean else shadow[: len(rows)])
                self.close = self._all()
                return
            cut = shadow.rfind(grammar.row_begins, 0, sure)
            if cut > 0 and len(self._buffer) >= _BATCH_BYTES:
                rows, self._buffer = self._buffer[:cut], self._buffer[cut:]
                yield self._batch(rows, rows if is_clean else shadow[:cut])
            elif not self._more():
                raise BadPackage("the rows have no end")

    # ------------------------------------------------------------

    def _read_head(self) -> tuple[Grammar, bytes]:
        while True:
            shadow, sure = shadow_of(self._buffer)
            root = _ROOT.search(shadow, 0, sure)
            if root is not None:
                grammar = grammar_of(root[1].decode())
                tag = grammar.data_begins.search(shadow, root.start(), sure)
                if tag is not None:
                    break
            if not self._more():
                raise BadPackage("a sheet has no rows' element")
        head, self._buffer = self._buffer[: tag.end()], self._buffer[tag.end() :]
        if ends_itself(tag):
            head = re.sub(rb"\s*/>\Z", b">", head)
            self._buffer = b"</%ssheetData>" % grammar.prefix + self._buffer
        return grammar, head

    def _batch(self, data: bytes, shadow: bytes) -> Batch:
        return Batch(data, shadow, shadow is data and self.grammar.is_plain(data))

    def _more(self) -> bool:
        """Read on, at least a batch; False at the end."""
        pieces, length = [self._buffer], len(self._buffer)
        goal = length + _BATCH_BYTES
        while length < goal:
            piece = next(self._pieces, None)
            if piece is None:
                break
            pieces.append(piece)
            length += len(piece)
        if length > PART_BYTES:
            raise BadPackage("a row is too large")
        grown = length > len(self._buffer)
        self._buffer = b"".join(pieces)
        return grown

    def _all(self) -> bytes:
        pieces = [self._buffer]
        length = len(self._buffer)
        for piece in self._pieces:
            pieces.append(piece)
            length += len(piece)
            if length > PART_BYTES:
                raise BadPackage("what stands below the rows is too large")
        return b"".join(pieces)
