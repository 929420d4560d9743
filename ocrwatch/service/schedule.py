"""Which document is next: the documents on the line, by the step they are due for. Pure.

    put(document)              it is on the line (or has moved on)
    take(step, now)            hand one out, so that no two threads work on it
    take_all(step, now)        hand out all that are due
    next_time(step)            when the earliest is due

A document that was handed out comes back by `put`.
"""

from __future__ import annotations

import heapq
from collections import Counter
from dataclasses import replace

from ocrwatch.document import Document, Step, next_step

FOR_EVER = float("inf")

WRITE_SECONDS = 1.0
"""Between the beginnings of two writes to the ledgers: a steady stream is gathered, a single row never waits."""


def next_write(began_at: float, now: float) -> float:
    """When rows may be written, after a write that began at `began_at`. A clock that was set back makes none wait."""
    return began_at + WRITE_SECONDS if 0.0 <= now - began_at < WRITE_SECONDS else now


class Schedule:
    """Documents by due time. Not thread-safe: its owner holds a lock."""

    def __init__(self) -> None:
        self._documents: dict[int, Document] = {}
        self._heaps: dict[Step, list[tuple[float, int]]] = {step: [] for step in (Step.READ, Step.RECORD, Step.FILE)}
        self._out: set[int] = set()
        self._counts: Counter[Step] = Counter()

    def put(self, document: Document) -> None:
        """Add or bring back `document`; one at rest leaves the line."""
        self._out.discard(document.key)
        before = self._documents.pop(document.key, None)
        if before is not None:
            self._counts[next_step(before, FOR_EVER)] -= 1
        step = next_step(document, FOR_EVER)
        if step is Step.REST:
            return
        self._counts[step] += 1
        self._documents[document.key] = document
        heapq.heappush(self._heaps[step], (document.not_before, document.key))

    def take(self, step: Step, now: float) -> Document | None:
        """The document longest due for `step`, or None."""
        heap = self._heaps[step]
        self._drop_stale(step)
        if not heap or heap[0][0] > now:
            return None
        _, key = heapq.heappop(heap)
        self._out.add(key)
        return self._documents[key]

    def take_all(self, step: Step, now: float, most: int) -> list[Document]:
        """Up to `most` documents that are due for `step`."""
        taken: list[Document] = []
        while len(taken) < most and (document := self.take(step, now)):
            taken.append(document)
        return taken

    def next_time(self, step: Step) -> float:
        """When the earliest waiting document is due for `step`; FOR_EVER when there is none."""
        self._drop_stale(step)
        heap = self._heaps[step]
        return heap[0][0] if heap else FOR_EVER

    def hurry(self) -> None:
        """Make every waiting document due now: a person asked, or the line resumed."""
        for step, heap in self._heaps.items():
            self._heaps[step] = [(0.0, key) for _, key in heap if self._is_current(step, key)]
            heapq.heapify(self._heaps[step])
            for _, key in self._heaps[step]:
                self._documents[key] = replace(self._documents[key], not_before=0.0)

    def documents(self) -> tuple[Document, ...]:
        """All on the line, those handed out included."""
        return tuple(self._documents.values())

    def out(self) -> int:
        """How many are handed out."""
        return len(self._out)

    def count(self) -> Counter[Step]:
        """How many are on the line, by the step they are for."""
        return self._counts.copy()

    def _drop_stale(self, step: Step) -> None:
        heap = self._heaps[step]
        while heap and not self._is_current(step, heap[0][1], heap[0][0]):
            heapq.heappop(heap)

    def _is_current(self, step: Step, key: int, not_before: float | None = None) -> bool:
        document = self._documents.get(key)
        return (
            document is not None
            and key not in self._out
            and next_step(document, FOR_EVER) is step
            and (not_before is None or document.not_before == not_before)
        )
