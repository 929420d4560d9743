"""The rows of a sheet are packed while they are looked through: one pass for both, zlib at work on another thread.

How far the body reaches is known at the end alone, so what comes after the last row with content seen so far is held
back. Where that is much, packing is given up: the body is then packed in a pass of its own.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import BinaryIO, Self

from ocrwatch.ledger.archive import CHUNK_BYTES
from ocrwatch.ledger.archive_writing import Packing, Piece
from ocrwatch.ledger.grammar import Grammar
from ocrwatch.ledger.sheet_stream import Batch
from ocrwatch.ledger.stale import Freshening

_MOST_HELD_BYTES = 1 << 23


@dataclass(frozen=True, slots=True)
class Packed:
    """A packed body, stale values out. `freshening` goes on with the rows below it."""

    file: BinaryIO
    piece: Piece
    freshening: Freshening

    def data(self) -> Iterator[bytes]:
        """The packed bytes."""
        self.file.seek(0)
        while data := self.file.read(CHUNK_BYTES):
            yield data


class BodyPacker:
    """To be used in a `with`; `packed` is there afterwards, or None where packing was given up."""

    def __init__(self) -> None:
        self.packed: Packed | None = None
        self._file: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 -- it lives as long as what it holds
        self._packing = Packing(self._file)
        self._freshening: Freshening | None = None
        self._held: list[Batch] = []

    def begin(self, grammar: Grammar, before: int) -> None:
        """The rows below the row `before` follow."""
        self._freshening = Freshening(grammar, before=before)

    def take(self, batch: Batch, ends: int) -> None:
        """Rows; up to the place `ends` in them the body reaches for sure (0 or less: not into them)."""
        if self._freshening is None:
            return
        if ends > 0:
            for each in (*self._held, batch.cut(0, ends)):
                if each.data:
                    self._packing.write(self._freshening.rows(each))
            self._held = [batch.cut(ends, len(batch))]
        else:
            self._held.append(batch)
        if sum(map(len, self._held)) > _MOST_HELD_BYTES:
            self._freshening, self._held = None, []

    def __enter__(self) -> Self:
        self._packing.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._packing.__exit__(kind, error, trace)
        if self._freshening is not None:
            self.packed = Packed(self._file, self._packing.piece, self._freshening)
