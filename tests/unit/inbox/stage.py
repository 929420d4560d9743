"""A watched folder on a stage: a clock set by hand, pages that need no decoder, leases and watches for real."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from ocrwatch.document import Signature
from ocrwatch.errors import DecoderCrashed, Gone, Incomplete, NotAScan, Unreadable
from ocrwatch.inbox.arrivals import Inbox, Look
from ocrwatch.inbox.filesystems import FileSystem
from ocrwatch.inbox.lease import Lease
from ocrwatch.inbox.watching import Choice, Watching
from ocrwatch.messages import message
from ocrwatch.ports import Inspection, Picture, PictureLimits, PrintedLine

LOCAL = FileSystem("ext4", sends_events=True, is_exact=True)
COARSE = FileSystem("vfat", sends_events=True, is_exact=False)
"""Its times are not trusted: a file is as old as it was seen, which a clock set by hand decides."""

SCAN = b"scan: all of it. end"


class HandClock:
    """A clock that goes when it is told to."""

    def __init__(self, now: float = 1_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def go(self, seconds: float) -> None:
        self.now += seconds


class StubPages:
    """A complete scan begins with "scan" and ends with "end"; other first words are other fates."""

    def __init__(self) -> None:
        self.inspected: list[str] = []
        self.meanwhile: Callable[[Path], None] = lambda path: None

    def inspect(self, path: Path) -> Inspection:
        self.inspected.append(path.name)
        try:
            content = path.read_bytes()
        except FileNotFoundError as error:
            raise Gone(message("gone")) from error
        self.meanwhile(path)
        match content[:4]:
            case b"text":
                raise NotAScan(message("another kind of file"))
            case b"blot":
                raise Unreadable(message("no picture"))
            case b"bomb":
                raise DecoderCrashed(message("the decoder died"))
            case _ if not content.endswith(b"end"):
                raise Incomplete(message("it ends early"))
        return Inspection(hashlib.sha256(content).hexdigest(), "image/jpeg", 1)

    def print_of(self, path: Path, digest: str, page: int) -> tuple[PrintedLine, ...]:
        return ()

    def picture(self, path: Path, digest: str, page: int, limits: PictureLimits) -> Picture:
        raise NotImplementedError


class Stage:
    """An inbox and everything around it. `taken` is what the journal would know."""

    def __init__(
        self,
        folder: Path,
        *,
        clock: Callable[[], float] | None = None,
        choice: Choice = "poll",
        own_paths: tuple[Path, ...] = (),
        recursive: bool = True,
        settle_seconds: float = 1.0,
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self.clock = HandClock()
        self.pages = StubPages()
        self.taken: dict[Path, Signature] = {}
        self.monotonic = HandClock(50.0)
        self.watching = Watching(wake)
        self.lease = Lease(
            folder,
            machine="m1",
            host="PC-ANNA",
            lock_path=folder.parent / "state" / "daemon.lock",
            monotonic=self.monotonic,
        )
        self.inbox = Inbox(
            folder,
            recursive=recursive,
            own_paths=own_paths,
            settle_seconds=settle_seconds,
            pages=self.pages,
            clock=clock or self.clock,
            lease=self.lease,
            watch=self.watching.folder(folder, recursive=recursive, choice=choice),
        )

    def go(self, seconds: float) -> None:
        self.clock.go(seconds)
        self.monotonic.go(seconds)

    def look(self, limit: int = 32) -> Look:
        """Look, and let the journal know what arrived."""
        look = self.inbox.look(lambda path, signature: self.taken.get(path) == signature, limit=limit)
        self.taken.update((arrival.path, arrival.signature) for arrival in look.arrived)
        return look

    def names(self) -> list[str]:
        """The names of what a look brings."""
        return [arrival.path.name for arrival in self.look().arrived]

    def close(self) -> None:
        self.inbox.close()
        self.watching.stop()
