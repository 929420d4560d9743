"""The SQLite file: opening, migrations, transactions, and what happens when it is damaged.

WAL with `synchronous=FULL`: a committed change survives a power cut. One connection, shared by the daemon's
threads behind a lock (every statement is short). Commands open the file beside a running daemon.
"""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeGuard

from ocrwatch.errors import Busy, DiskFull, JournalBusy, JournalDamaged, JournalTooNew
from ocrwatch.journal.schema import MIGRATIONS
from ocrwatch.messages import message
from ocrwatch.ports import Clock

log = logging.getLogger(__name__)

FILE_NAME = "journal.sqlite"
ROOM_BYTES = 16 * 1024 * 1024
"""Free space below which nothing new is read: what comes back could not be kept."""

_BUSY_SECONDS = 30.0
_BUSY_STEP_SECONDS = 0.05
_DAMAGED = ("malformed", "not a database", "corrupt", "encrypted")


class Database:
    """An open journal file. `set_aside` is the damaged one that was moved out of the way, if any."""

    def __init__(self, folder: Path, clock: Clock, *, may_set_aside: bool = True) -> None:
        """Open or create the journal in `folder` (created private).

        Raises `JournalTooNew`; `DiskFull`, `JournalBusy`; `JournalDamaged` when it is damaged and `may_set_aside` is
        False; OSError where the folder cannot be made or written.
        """
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path = folder / FILE_NAME
        self.clock = clock
        self.set_aside: Path | None = None
        self._lock = threading.RLock()
        self._depth = 0
        try:
            self._connection = _open(self.path)
        except sqlite3.DatabaseError as error:
            if not _is_damage(error):
                raise _trouble(error, folder) from error
            if not may_set_aside:
                raise _damaged(self.path) from error
            self.set_aside = _set_aside(self.path, clock())
            log.exception("The journal was damaged; it is kept as %s and a new one begun", self.set_aside.name)
            self._connection = _open(self.path)
            with self.transaction() as connection:
                connection.execute("UPDATE line SET recovering = 1")

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing, durable when the block ends. Nests into one. Raises `DiskFull`."""
        with self._lock:
            if self._depth:
                yield self._connection
                return
            self._depth = 1
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException as error:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                if _is_trouble(error):
                    raise _trouble(error, self.path.parent) from error
                raise
            finally:
                self._depth = 0

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection, for statements that change nothing. Raises `JournalBusy`."""
        with self._lock:
            try:
                yield self._connection
            except sqlite3.DatabaseError as error:
                if _is_trouble(error):
                    raise _trouble(error, self.path.parent) from error
                raise

    def changed_elsewhere(self) -> int:
        """A number that changes when another process has written. Costs microseconds."""
        with self.reading() as connection:
            return int(connection.execute("PRAGMA data_version").fetchone()[0])

    def stamp(self) -> tuple[int, int]:
        """Changes whenever anybody, this process included, has written. Costs microseconds."""
        with self._lock:
            return self._connection.total_changes, self.changed_elsewhere()

    def ensure_room(self) -> None:
        """Raise `DiskFull` unless there is room for what is about to come back."""
        if shutil.disk_usage(self.path.parent).free < ROOM_BYTES:
            raise _full(self.path.parent)

    def close(self) -> None:
        """Close the file; the write-ahead log is folded into it."""
        with self._lock:
            self._connection.close()


def _open(path: Path) -> sqlite3.Connection:
    is_new = not path.exists()
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        if is_new and os.name == "posix":
            path.chmod(0o600)
        connection.row_factory = sqlite3.Row
        _write_ahead(connection)
        connection.execute("PRAGMA synchronous=FULL")
        _check(connection)
        _migrate(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Let the file have a write-ahead log. SQLite itself does not wait where two do it to a new file."""
    moment = threading.Event()
    for _ in range(int(_BUSY_SECONDS / _BUSY_STEP_SECONDS)):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY":
                raise
            moment.wait(_BUSY_STEP_SECONDS)
        else:
            return
    connection.execute("PRAGMA journal_mode=WAL")


def _check(connection: sqlite3.Connection) -> None:
    if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
        raise sqlite3.DatabaseError("malformed: quick_check")


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("BEGIN IMMEDIATE")
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > len(MIGRATIONS):
        connection.execute("ROLLBACK")
        raise JournalTooNew(
            message(
                "The records of ocrwatch in {path} were written by a later version. Install that version, or name "
                "another state_dir in the configuration.",
                path=str(path),
            )
        )
    for script in MIGRATIONS[version:]:
        for statement in _statements(script):
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
    connection.execute("COMMIT")


def _statements(script: str) -> Iterator[str]:
    """The single statements of `script`, so that a migration is one transaction (executescript commits first)."""
    statement = ""
    for line in script.splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _set_aside(path: Path, now: float) -> Path:
    stamp = datetime.fromtimestamp(now, UTC).strftime("%Y%m%d-%H%M%S")
    kept = path.with_name(f"journal.damaged-{stamp}.sqlite")
    path.replace(kept)
    for suffix in ("-wal", "-shm"):
        beside = path.with_name(path.name + suffix)
        if beside.exists():
            beside.replace(kept.with_name(kept.name + suffix))
    return kept


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    return any(word in str(error) for word in _DAMAGED)


def _is_trouble(error: BaseException) -> TypeGuard[sqlite3.DatabaseError]:
    """Whether it is the file's or the disk's trouble, and no fault of a statement."""
    return isinstance(error, sqlite3.OperationalError) or type(error) is sqlite3.DatabaseError


def _trouble(error: sqlite3.DatabaseError, folder: Path) -> Busy:
    """What `error` means for whoever wanted to read or write: wait, and say so."""
    if isinstance(error, sqlite3.OperationalError) and _is_full(error):
        return _full(folder)
    reason = getattr(error, "sqlite_errorname", None) or type(error).__name__
    text = "The records of ocrwatch in {folder} cannot be used now ({reason}). It is tried again until they can."
    return JournalBusy(message(text, folder=str(folder), reason=reason))


def _damaged(path: Path) -> JournalDamaged:
    text = "The records of ocrwatch in {path} are damaged. Start ocrwatch again: it keeps them and builds new ones."
    return JournalDamaged(message(text, path=str(path)))


def _is_full(error: sqlite3.OperationalError) -> bool:
    return error.sqlite_errorcode in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE)


def _full(folder: Path) -> DiskFull:
    return DiskFull(
        message("The disk that holds {folder} is full. Free some space; ocrwatch then goes on.", folder=str(folder))
    )
