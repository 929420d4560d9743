"""Is the workbook open elsewhere? One writer at a time, in this program and beside others.

    ~$NAME            Excel       the user's name; on Windows Excel holds it open as long as the workbook
    .~NAME            WPS         the same
    .~lock.NAME#      LibreOffice user, computer, date; stays behind after a crash

Rules
  1. When in doubt the workbook is open: rows wait, nothing is lost.
  2. A lock is stale only on proof. LibreOffice's: it names this computer, and no LibreOffice runs on it. Excel's, on
     Windows: it can be opened for writing, which Excel does not allow while it lives, on a share neither. Elsewhere
     Excel's names no computer and proves nothing: it counts until its end or `unlock`.
"""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ocrwatch.errors import LedgerBusy
from ocrwatch.ledger.own_saves import OwnSaves
from ocrwatch.ledger.turns import Turns
from ocrwatch.messages import Message, message

log = logging.getLogger(__name__)

OPEN_SECONDS = 2.0
"""How soon rows try again while the workbook is open."""

_OFFICE_PROCESSES = frozenset({"soffice", "soffice.bin", "soffice.exe", "scalc", "scalc.exe"})
_OWNER_FILE_BYTES = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """A lock file. `user` is "" where it names none; `program` wrote it; `stale`: its owner is proved gone."""

    path: Path
    program: str
    user: str
    stale: bool

    @property
    def sign(self) -> str:
        """By which it is known again; another program's, or a later one, has another."""
        try:
            stat = self.path.stat()
        except OSError:
            return self.path.name
        return f"{self.path.name} {stat.st_mtime_ns} {stat.st_ino}"


def lock_paths(workbook: Path) -> tuple[Path, ...]:
    """Where the locks of `workbook` would lie; a watcher of these sees it being closed."""
    name = workbook.name
    return tuple(workbook.with_name(lock) for lock in (f"~${name}", f".~lock.{name}#", f".~{name}"))


def present_locks(workbook: Path) -> list[Lock]:
    """The lock files beside `workbook`."""
    excel, libreoffice, wps = lock_paths(workbook)
    found = [_owner_lock(path, program) for path, program in ((excel, "Excel"), (wps, "WPS")) if _is_file(path)]
    if _is_file(libreoffice):
        found.append(_libreoffice_lock(libreoffice))
    return found


def unlock(workbook: Path) -> tuple[Path, ...]:
    """Remove the lock files of `workbook`, on a person's word that it is closed; those that were there.

    Raises `LedgerBusy` when Windows says that the workbook is open after all.
    """
    workbook = Path(os.path.realpath(workbook))
    locks = present_locks(workbook)
    for lock in locks:
        try:
            lock.path.unlink(missing_ok=True)
        except PermissionError as error:
            raise open_elsewhere(workbook, lock) from error
    return tuple(lock.path for lock in locks)


def open_elsewhere(workbook: Path, lock: Lock | None = None) -> LedgerBusy:
    """The error of a workbook that is open, held by `lock` if that is known."""
    who = " ".join(filter(None, (lock.user, f"({lock.program})"))) if lock else ""
    if who:
        reason = message(
            "The spreadsheet {name} is open: {who}. Its rows wait and land when it is closed.",
            name=workbook.name,
            who=who,
        )
    else:
        reason = message(
            "The spreadsheet {name} is open. Its rows wait and land when it is closed.", name=workbook.name
        )
    return LedgerBusy(reason, after_seconds=OPEN_SECONDS)


class Locks:
    """The locks of all ledgers of this program: make one, and give it to each.

    `on_stale` is told once of each lock file that is passed over because its owner is gone, `on_look` at each look
    which of those that count are there.
    """

    def __init__(
        self,
        on_stale: Callable[[Message], None] = lambda _: None,
        on_look: Callable[[Path, Sequence[Lock]], None] = lambda workbook, locks: None,
    ) -> None:
        self._on_stale = on_stale
        self._on_look = on_look
        self._threads: dict[str, threading.RLock] = {}
        self._announced: set[tuple[str, int]] = set()
        self._mutex = threading.Lock()
        self.own_saves = OwnSaves()
        self.turns = Turns()

    @contextmanager
    def held(self, workbook: Path) -> Iterator[None]:
        """No other thread of this program works on `workbook` meanwhile, on whatever sheet."""
        with self._mutex:
            lock = self._threads.setdefault(os.path.normcase(workbook), threading.RLock())
        with lock:
            yield

    def ensure_closed(self, workbook: Path) -> None:
        """Raises `LedgerBusy` while someone has `workbook` open."""
        for lock in self.look(workbook):
            if not lock.stale:
                raise open_elsewhere(workbook, lock)
            self._announce(workbook, lock)

    def look(self, workbook: Path) -> list[Lock]:
        """The lock files beside `workbook`."""
        found = present_locks(workbook)
        self._on_look(workbook, [lock for lock in found if not lock.stale])
        return found

    def _announce(self, workbook: Path, lock: Lock) -> None:
        try:
            sign = (str(lock.path), lock.path.stat().st_mtime_ns)
        except OSError:
            return
        with self._mutex:
            if sign in self._announced:
                return
            self._announced.add(sign)
        log.warning("passing over a stale lock of %s", lock.program)
        self._on_stale(
            message(
                "{program} left its lock on {name} behind, but does not run any more: rows are written all the same.",
                program=lock.program,
                name=workbook.name,
            )
        )


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # the name grew too long for the disk
        return False


def _owner_lock(path: Path, program: str) -> Lock:
    content = b""
    stale = False
    try:
        with path.open("rb") as file:
            content = file.read(_OWNER_FILE_BYTES)
        if os.name == "nt":
            with path.open("r+b"):
                stale = True
    except OSError:
        pass  # held: all the more a lock
    return Lock(path=path, program=program, user=_owner_name(content), stale=stale)


def _owner_name(content: bytes) -> str:
    """The name in an owner file: length (1 byte) and ANSI (54), then length (2) and UTF-16 (108)."""
    with contextlib.suppress(IndexError, UnicodeDecodeError):
        wide = content[57 : 57 + 2 * content[55]].decode("utf-16-le") if len(content) > 57 else ""
        name = wide or content[1 : 1 + min(content[0], 54)].decode("latin-1")
        return _printable(name)
    return ""


def _libreoffice_lock(path: Path) -> Lock:
    """Fields of the lock: full name, system name, computer, date, profile; `,` between them, `;` after."""
    try:
        text = path.read_bytes()[:_OWNER_FILE_BYTES].decode("utf-8", "replace")
    except OSError:
        text = ""
    fields = [field.strip() for field in text.partition(";")[0].split(",")]
    full, system, computer = [*fields, "", "", ""][:3]
    is_here = computer.casefold() == socket.gethostname().casefold() and computer != ""
    user = _printable(full or system)
    if computer and not is_here:
        user = f"{user} @ {_printable(computer)}".strip()
    return Lock(path=path, program="LibreOffice", user=user, stale=is_here and not libreoffice_runs())


def libreoffice_runs() -> bool:
    """Whether any user of this computer runs LibreOffice; True when that cannot be known."""
    import psutil

    try:
        found = [process.info for process in psutil.process_iter(["name", "status"])]
    except (psutil.Error, OSError):
        return True
    names = [info["name"] or "" for info in found if info["status"] != psutil.STATUS_ZOMBIE]  # those are dead
    return any(name.casefold() in _OFFICE_PROCESSES for name in names)


def _printable(text: str) -> str:
    return "".join(filter(str.isprintable, text)).strip()[:60]
