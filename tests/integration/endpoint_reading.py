"""What the tests of the endpoint's reader share: a profile, scans on disk, a reader with a real journal and child."""

from __future__ import annotations

import hashlib
import io
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from ocrwatch.document import Document, Signature
from ocrwatch.errors import LineError
from ocrwatch.journal import Journal
from ocrwatch.ports import Answers, Field, Inspection, Pages, Picture, PictureLimits, PrintedLine, Profile
from ocrwatch.reading.endpoint import EndpointReader
from tests.endpoint_server import EndpointServer, Reply, completion, fenced, in_turn

RECEIPT = Profile(name="receipt", fields=(Field(name="company"), Field(name="date", type="date"), Field(name="total")))
GOOD = {"company": "ACME", "date": "03/04/2018", "total": "337.50"}
KEY = "sk-secret-of-the-test"


@dataclass
class HandClock:
    """A clock that a test sets."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class DrawnPages:
    """Pages without files, where only errors matter: a small real picture a page, drawn from its number."""

    kind: Literal["JPEG", "PNG"] = "JPEG"
    asked: list[PictureLimits] = field(default_factory=list)

    def inspect(self, path: Path) -> Inspection:
        raise AssertionError("the reader inspects nothing")

    def print_of(self, path: Path, digest: str, page: int) -> tuple[PrintedLine, ...]:
        return ()

    def picture(self, path: Path, digest: str, page: int, limits: PictureLimits) -> Picture:
        self.asked.append(limits)
        side = min(64, int(limits.max_pixels**0.5))
        return Picture(
            drawn(seed=int(digest[:8], 16) + page, side=side, kind=self.kind), f"image/{self.kind.lower()}", side, side
        )


def drawn(*, seed: int = 0, side: int = 64, kind: str = "JPEG", **options: object) -> bytes:
    """A small picture of noise, encoded."""
    from PIL import Image

    buffer = io.BytesIO()
    image = Image.frombytes("L", (side, side), random.Random(seed).randbytes(side * side))
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def document(path: Path = Path("/scans/a.jpg"), *, data: bytes = b"", pages: int = 1) -> Document:
    """The document of a file with `data`."""
    return Document(
        inbox="inbox",
        book="book",
        path=path,
        signature=Signature(len(data), 0, 0),
        digest=hashlib.sha256(data or str(path).encode()).hexdigest(),
        pages=pages,
        arrived_at=0.0,
    )


def scan(folder: Path, data: bytes, name: str = "scan.jpg", *, pages: int = 1) -> Document:
    """A file on disk, and its document."""
    path = folder / name
    path.write_bytes(data)
    return document(path, data=data, pages=pages)


class Desk:
    """A reader at `server`, its journal in `folder`, its clock set by hand."""

    def __init__(self, server: EndpointServer | str, folder: Path, pages: Pages | None = None) -> None:
        self.clock = HandClock()
        self.journal = Journal(folder, self.clock)
        self.pages = pages or DrawnPages()
        self.key: str | None = KEY
        self.base_url = server if isinstance(server, str) else server.base_url
        self.reader = self.new_reader()

    def new_reader(
        self,
        *,
        pixel_fields: Literal["auto"] | bool = "auto",
        timeout_seconds: float = 20.0,
        concurrency: int = 8,
        answers: Answers | None = None,
        model: str = "qwen-vl-ocr-latest",
    ) -> EndpointReader:
        """Another reader with the same journal, as after a restart."""
        self.reader = EndpointReader(
            base_url=self.base_url,
            model=model,
            key=lambda: self.key,
            timeout_seconds=timeout_seconds,
            min_pixels=3072,
            max_pixels=8_388_608,
            pixel_fields=pixel_fields,
            concurrency=concurrency,
            pages=self.pages,
            answers=answers or self.journal.answers,
            clock=self.clock,
        )
        return self.reader

    def error(self, subject: Document | None = None) -> LineError:
        """The error that reading `subject` meets."""
        try:
            self.reader.read(subject or document(), RECEIPT)
        except LineError as error:
            return error
        raise AssertionError("it was read")

    def close(self) -> None:
        self.reader.close()
        self.journal.close()


def with_prompt(prompt: str) -> Profile:
    """The profile with a prompt of one's own."""
    return replace(RECEIPT, prompt=prompt)


@contextmanager
def desk_at(folder: Path, *turns: Reply, **knobs: object) -> Iterator[tuple[Desk, EndpointServer]]:
    """A reader at a server that answers in turn, and afterwards no breach of the contract."""
    with EndpointServer(in_turn(*turns), **knobs) as server:  # type: ignore[arg-type]
        desk = Desk(server, folder)
        yield desk, server
        desk.close()
    assert server.violations == []


def good() -> Reply:
    """The good answer."""
    return completion(fenced(dict(GOOD)))
