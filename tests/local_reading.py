"""The local reader with its real child processes, for tests and benchmarks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ocrwatch.childprocess import ChildProcess
from ocrwatch.document import Document, Signature
from ocrwatch.inbox.pages import ChildPages
from ocrwatch.reading.local import LocalReader

ARRIVED = 1_750_000_000.0
"""15 June 2025."""


@dataclass
class MemoryAnswers:
    """The port `Answers` without a journal."""

    stored: dict[str, str] = field(default_factory=dict)

    def get(self, request: str) -> str | None:
        return self.stored.get(request)

    def put(self, request: str, answer: str, *, digest: str, tokens: int = 0) -> None:
        self.stored[request] = answer


@dataclass(frozen=True)
class Bench:
    """A local reader and what it stands on."""

    pages: ChildPages
    engine: ChildProcess
    answers: MemoryAnswers
    reader: LocalReader

    def document(self, path: Path) -> Document:
        """`path` as it arrives."""
        inspection = self.pages.inspect(path)
        return Document(
            inbox="inbox",
            book="book",
            path=path,
            signature=Signature(path.stat().st_size, path.stat().st_mtime_ns, path.stat().st_ino),
            digest=inspection.digest,
            pages=inspection.pages,
            arrived_at=ARRIVED,
        )


@contextmanager
def bench() -> Iterator[Bench]:
    """A reader whose children end with the block."""
    decoder = ChildProcess(name="decoder", memory_bytes=2 << 30)
    engine = ChildProcess(name="local engine", memory_bytes=3 << 30)
    try:
        pages, answers = ChildPages(decoder), MemoryAnswers()
        yield Bench(pages, engine, answers, LocalReader(pages=pages, child=engine, answers=answers))
    finally:
        decoder.close()
        engine.close()
