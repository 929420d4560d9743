"""The system's own events on folders, by watchdog. Imported by `watching` when first needed: it is heavy.

watchdog's threads may end without a word (a folder deleted, a fault of theirs), and a folder may be replaced by
another under its name: so whoever holds a `NativeWatch` asks `stands` now and then.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver, ObservedWatch

from ocrwatch.inbox.listing import is_ignored

log = logging.getLogger(__name__)

_TELLING = frozenset(["created", "modified", "moved", "deleted", "closed"])
"""Events that mean a change. Opening and reading a file, as we do, are events too."""


class NativeObserver:
    """watchdog's observer, shared by all folders; begun with the first, and again should it die."""

    def __init__(self) -> None:
        self._observer: BaseObserver | None = None

    def watch(self, folder: Path, *, recursive: bool, heard: Callable[[list[str]], None]) -> NativeWatch:
        """Call `heard` with the names of files and folders that changed, from another thread. Raises OSError."""
        try:
            observer = self._running()
            identity = _identity(folder)
            # resolved: watchdog does not follow a link
            watch = observer.schedule(_Handler(heard), str(folder.resolve()), recursive=recursive)
        except (RuntimeError, SystemError) as error:  # no more threads; macOS: no stream could be had
            raise OSError(str(error)) from error
        return NativeWatch(observer, watch, folder, identity)

    def stop(self) -> None:
        """Watch nothing any more."""
        if self._observer is not None:
            self._observer.stop()
            self._observer.join()
            self._observer = None

    def _running(self) -> BaseObserver:
        if self._observer is None or not self._observer.is_alive():
            if self._observer is not None:
                log.warning("The thread that watches the folders has died; it is started again")
            observer = Observer()
            observer.start()
            self._observer = observer
        return self._observer


class NativeWatch:
    """One folder under the observer's eye."""

    def __init__(
        self, observer: BaseObserver, watch: ObservedWatch, folder: Path, identity: tuple[int, int] | None
    ) -> None:
        self._observer = observer
        self._watch = watch
        self._folder = folder
        self._identity = identity

    def stands(self) -> bool:
        """Whether changes in the folder that now bears the name would be heard of."""
        if not self._observer.is_alive() or self._identity != _identity(self._folder):
            return False
        emitters = [emitter for emitter in self._observer.emitters if emitter.watch == self._watch]
        return bool(emitters) and all(emitter.is_alive() for emitter in emitters)

    def unwatched(self, folders: Iterable[Path]) -> list[Path]:
        """Which of `folders` the system does not watch, as far as it tells (Linux does)."""
        inodes = _watched_inodes()
        if _inode(self._folder) not in inodes:
            return []  # another system, or a file system whose numbers are others here and there
        return [folder for folder in folders if _inode(folder) not in inodes]

    def end(self) -> None:
        """Hear nothing of the folder any more."""
        if self._observer.is_alive():
            self._observer.unschedule(self._watch)


class _Handler(FileSystemEventHandler):
    def __init__(self, heard: Callable[[list[str]], None]) -> None:
        self._heard = heard

    def dispatch(self, event: FileSystemEvent) -> None:
        if event.event_type not in _TELLING or (event.is_directory and event.event_type == "modified"):
            return
        names = [Path(os.fsdecode(path)).name for path in (event.src_path, event.dest_path) if path]
        told = [name for name in names if not is_ignored(name)]
        if told:
            self._heard(told)


def _watched_inodes() -> set[int]:
    """The inodes of all files and folders that this process watches by inotify, as far as that can be told."""
    try:
        watching = [fd for fd in Path("/proc/self/fd").iterdir() if _leads_to(fd) == "anon_inode:inotify"]
        told = "".join(Path("/proc/self/fdinfo", fd.name).read_text() for fd in watching)
    except OSError:
        return set()
    return {int(inode, 16) for inode in re.findall(r"^inotify wd:\w+ ino:(\w+)", told, re.MULTILINE)}


def _leads_to(descriptor: Path) -> str:
    try:
        return str(descriptor.readlink())
    except OSError:
        return ""  # closed since


def _inode(folder: Path) -> int | None:
    try:
        return folder.stat().st_ino
    except OSError:
        return None


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        found = folder.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
