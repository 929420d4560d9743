"""Hints that something happened in a watched folder; the truth is the listing.

    native   the system tells of changes (inotify, FSEvents, ReadDirectoryChangesW). The folder is looked at after
             each hint, and every few minutes all the same.
    poll     the system tells nothing, or not everything: the folder is looked at every few seconds.

"auto" is native, and goes over to poll, visibly, where that cannot be: on remote and FUSE file systems, when
watching cannot begin or does not cover all subfolders (the system's limit of watches, which watchdog passes over
in silence), and when a listing shows a new file that no event announced. The last is judged by file names, so that
neither another spelling of the folder nor our own writes there deceive it, and not at once: events may be late.

Events come in other threads, everything else in the caller's.
"""

from __future__ import annotations

import logging
import threading
import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ocrwatch.inbox.filesystems import FileSystem
from ocrwatch.messages import Message, message

if TYPE_CHECKING:
    from ocrwatch.inbox.native import NativeObserver, NativeWatch

log = logging.getLogger(__name__)

Choice = Literal["auto", "native", "poll"]
Mode = Literal["native", "poll"]

POLL_SECONDS = 3.0
RESCAN_SECONDS = 180.0

LATE_SECONDS = 5.0
"""How long after a file was listed its event may still come; after a folder was, that it is watched."""

NEVER = float("inf")


class Watching:
    """How folders are watched; they share one native observer, begun with the first that needs it."""

    def __init__(self, wake: Callable[[], None]) -> None:
        """`wake` is called, from any thread, when a folder is to be looked at."""
        self._wake = wake
        self._observer: NativeObserver | None = None

    def folder(self, folder: Path, *, recursive: bool, choice: Choice = "auto") -> FolderWatch:
        """A watch for `folder`. Nothing is watched before its `begin`."""
        return FolderWatch(self.observer, folder, recursive=recursive, choice=choice, wake=self._wake)

    def observer(self) -> NativeObserver:
        """The native observer."""
        from ocrwatch.inbox.native import NativeObserver

        if self._observer is None:
            self._observer = NativeObserver()
        return self._observer

    def stop(self) -> None:
        """Watch nothing any more."""
        if self._observer is not None:
            self._observer.stop()


class FolderWatch:
    """How one folder is watched. `mode` and `reason` are for the status: `reason` says why it is not native."""

    def __init__(
        self,
        observer: Callable[[], NativeObserver],
        folder: Path,
        *,
        recursive: bool,
        choice: Choice,
        wake: Callable[[], None],
    ) -> None:
        self._observer = observer
        self._folder = folder
        self._recursive = recursive
        self._choice = choice
        self._wake = wake
        self.mode: Mode = "poll" if choice == "poll" else "native"
        self.reason: Message | None = None
        self._watch: NativeWatch | None = None
        self._listed: frozenset[Path] | None = None
        self._suspects: dict[Path, float] = {}
        self._folders: frozenset[Path] = frozenset()
        self._check_at = NEVER
        self._lock = threading.Lock()
        self._is_hinted = False
        self._announced: set[str] = set()
        self._announced_before: set[str] = set()

    def begin(self, kind: FileSystem) -> None:
        """The folder, on a file system of this `kind`, is about to be listed: see to it that it is watched."""
        if self._choice == "auto" and not kind.sends_events and self.mode == "native":
            self._go_over(message("its file system ({kind}) does not tell of changes", kind=kind.kind))
        if self.mode == "native" and (self._watch is None or not self._watch.stands()):
            self._watch_natively()
        with self._lock:
            self._is_hinted = False
            self._announced_before, self._announced = self._announced, set()

    def listed(self, paths: Iterable[Path], folders: tuple[Path, ...], now: float) -> None:
        """The folder holds `paths`, which lie in `folders`, ignored ones left out: do events tell of all that?"""
        if self._watch is not None:
            self._judge_by_files(paths, now)
        if self._watch is not None:
            self._judge_by_folders(self._watch, folders, now)

    def _judge_by_files(self, paths: Iterable[Path], now: float) -> None:
        present = frozenset(paths)
        if self._listed is not None:
            self._suspects |= dict.fromkeys(present - self._listed - self._suspects.keys(), now)
        self._listed = present
        with self._lock:
            announced = self._announced | self._announced_before
        self._suspects = {path: since for path, since in self._suspects.items() if not self._is_in(path, announced)}
        if self._choice == "auto" and any(now - since >= LATE_SECONDS for since in self._suspects.values()):
            self._go_over(message("a file arrived that the system did not tell of"))

    def _judge_by_folders(self, watch: NativeWatch, folders: tuple[Path, ...], now: float) -> None:
        present = frozenset(folders)
        if present != self._folders:
            self._check_at = now + LATE_SECONDS if self._folders else now
            self._folders = present
        if now >= self._check_at:
            self._check_at = NEVER
            unwatched = watch.unwatched(folders)
            if unwatched:
                text = "the system does not watch {count} of its subfolders: its limit of watched folders is reached"
                self._go_over(message(text, count=len(unwatched)))

    def next_look(self, now: float) -> float:
        """When the folder is to be looked at though nothing hints at it."""
        if self.mode == "poll":
            return now + POLL_SECONDS
        return min([now + RESCAN_SECONDS, self._check_at, *(since + LATE_SECONDS for since in self._suspects.values())])

    def rest(self) -> None:
        """The folder is away, or not ours: watch nothing until `begin`, which then begins anew."""
        self._end_watch()
        self.mode = "poll" if self._choice == "poll" else "native"
        self.reason = None

    def heard(self, names: Iterable[str]) -> None:
        """An event told of `names`. Called from other threads."""
        with self._lock:
            self._announced.update(_spelled(name) for name in names)
            is_first, self._is_hinted = not self._is_hinted, True
        if is_first:
            self._wake()

    def _watch_natively(self) -> None:
        self._end_watch()
        try:
            self._watch = self._observer().watch(self._folder, recursive=self._recursive, heard=self.heard)
        except OSError as error:
            self._go_over(message("the system cannot watch it: {reason}", reason=error.strerror or str(error)))

    def _go_over(self, reason: Message) -> None:
        log.warning("A folder is looked at every %.0f seconds from now on: %s", POLL_SECONDS, reason)
        self._end_watch()
        self.mode = "poll"
        self.reason = reason

    def _end_watch(self) -> None:
        if self._watch is not None:
            self._watch.end()
        self._watch = None
        self._listed = None
        self._suspects.clear()
        self._folders = frozenset()
        self._check_at = NEVER

    def _is_in(self, path: Path, announced: set[str]) -> bool:
        # A folder that is moved in announces what is in it.
        return any(_spelled(part) in announced for part in path.relative_to(self._folder).parts)


def _spelled(name: str) -> str:
    """`name` as it compares: macOS composes letters in its own way, Windows and macOS know no upper case."""
    return unicodedata.normalize("NFC", name).casefold()
