"""An inbox as the daemon runs it: a thread that looks when it is woken or when it is time to, and takes what arrived."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from ocrwatch.document import Signature
from ocrwatch.errors import Busy
from ocrwatch.inbox.arrivals import Arrival, Inbox, Look
from ocrwatch.inbox.lease import Lease
from ocrwatch.inbox.watching import Choice, Watching
from ocrwatch.ports import Pages

RETRY_SECONDS = 0.2
"""When a folder that is away is looked for again; the daemon takes its time."""


class RunningInbox:
    """`arrived` holds what was taken, and when (seconds since the epoch). With `moving` it is moved away at once."""

    def __init__(
        self,
        folder: Path,
        pages: Pages,
        *,
        choice: Choice = "auto",
        recursive: bool = True,
        moving: bool = False,
        settle_seconds: float = 0.3,
        clock: Callable[[], float] = time.time,
        machine: str = "m1",
        host: str = "PC-ANNA",
        give_up_seconds: float = 3600.0,
    ) -> None:
        self.folder = folder
        self.state = folder.parent / f"state {machine}"
        self.state.mkdir(exist_ok=True)
        self.arrived: list[tuple[Arrival, float]] = []
        self.looks: list[Look] = []
        self.trouble: Busy | None = None
        self._moving = moving
        self._clock = clock
        self._known: dict[Path, Signature] = {}
        self._wake = threading.Event()
        self._is_over = False
        self._watching = Watching(self._wake.set)
        done = folder / "done"
        self.inbox = Inbox(
            folder,
            recursive=recursive,
            own_paths=(done,),
            settle_seconds=settle_seconds,
            give_up_seconds=give_up_seconds,
            pages=pages,
            clock=clock,
            lease=Lease(folder, machine=machine, host=host, lock_path=self.state / "daemon.lock"),
            watch=self._watching.folder(folder, recursive=recursive, choice=choice),
        )
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> RunningInbox:
        self._thread.start()
        return self

    def stop(self) -> None:
        self._is_over = True
        self._wake.set()
        self._thread.join(20)
        assert not self._thread.is_alive()
        self.inbox.close()
        self._watching.stop()

    def look_now(self) -> None:
        self._wake.set()

    def names(self) -> list[str]:
        """The names of what was taken, sorted."""
        return sorted(arrival.path.name for arrival, _ in self.arrived)

    def has_looked(self) -> bool:
        return bool(self.looks)

    def _run(self) -> None:
        while not self._is_over:
            look_at = self._look()
            self._wake.wait(max(0.0, look_at - self._clock()))
            self._wake.clear()

    def _look(self) -> float:
        try:
            look = self.inbox.look(lambda path, signature: self._known.get(path) == signature)
        except Busy as error:
            self.trouble = error
            return self._clock() + RETRY_SECONDS
        for arrival in look.arrived:
            self.arrived.append((arrival, time.time()))
            self._known[arrival.path] = arrival.signature
            if self._moving:
                (self.folder / "done").mkdir(exist_ok=True)
                arrival.path.rename(self.folder / "done" / f"{len(self.arrived)} {arrival.path.name[:200]}")
        self.trouble = None
        self.looks.append(look)
        return look.look_again_at
