"""What the line remembers beside its documents: folders, left-alone files, date orders, pause, orders, status."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from ocrwatch.document import Signature
from ocrwatch.journal.database import Database
from ocrwatch.journal.documents import path_in, path_out
from ocrwatch.ports import DateOrder


class Verdict(Enum):
    """Why a file that lies in an inbox is not taken."""

    HELD = "held"
    """It lay there when the folder was first watched, among too many: `ocrwatch accept` decides."""
    SKIPPED = "skipped"
    """It lay there before, and is not wanted."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a command asks of the running daemon."""

    id: int
    verb: str
    argument: str


class Sightings:
    """Folders that were watched before, and files in them that are left alone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def is_new(self, folder: Path) -> bool:
        """Whether `folder` was never watched before."""
        with self._database.reading() as connection:
            return not connection.execute("SELECT 1 FROM folders WHERE folder = ?", (str(folder),)).fetchone()

    def first_look(self, folder: Path, verdict: Verdict | None, files: Mapping[Path, Signature]) -> None:
        """Remember that `folder` is watched from now on, and leave `files` alone for the reason `verdict`."""
        with self._database.transaction() as connection:
            connection.execute("INSERT OR IGNORE INTO folders VALUES (?, ?)", (str(folder), self._database.clock()))
            if verdict is not None:
                connection.executemany(
                    "INSERT OR REPLACE INTO sightings VALUES (?, ?, ?, ?, ?, ?)",
                    [
                        (str(folder), path_out(path), s.size_bytes, s.mtime_ns, str(s.inode), verdict.value)
                        for path, s in files.items()
                    ],
                )

    def left_alone(self, folder: Path) -> dict[Path, Signature]:
        """The files of `folder` that are not to be taken while they look so."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT path, size_bytes, mtime_ns, inode FROM sightings WHERE inbox = ?", (str(folder),)
            ).fetchall()
        return {path_in(row[0]): Signature(row[1], row[2], int(row[3])) for row in rows}

    def held(self) -> dict[Path, int]:
        """How many files wait for `ocrwatch accept`, by folder."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT inbox, count(*) FROM sightings WHERE verdict = ? GROUP BY inbox", (Verdict.HELD.value,)
            )
            return {Path(row[0]): int(row[1]) for row in rows}

    def accept(self, *, skip: bool) -> int:
        """Release all held files for reading, or leave them alone for good; how many there were."""
        with self._database.transaction() as connection:
            if skip:
                sql = "UPDATE sightings SET verdict = 'skipped' WHERE verdict = 'held'"
            else:
                sql = "DELETE FROM sightings WHERE verdict = 'held'"
            return connection.execute(sql).rowcount


class DateOrders:
    """Which way round the dates of an inbox's documents were written, where they show it.

    Kept by the document's digest, not as a number: a document is read before its stage is saved, so a crash has it
    read, and learnt from, once more.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def learn(self, inbox: str, digest: str, order: DateOrder) -> None:
        """Remember the one order of the dates of the document with `digest`. Raises `DiskFull`."""
        with self._database.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO date_orders VALUES (?, ?, ?)", (inbox, digest, order))

    def counts(self, inbox: str) -> dict[DateOrder, int]:
        """How many documents of `inbox` had dates in each order."""
        sql = "SELECT count(*) FROM date_orders WHERE inbox = ? AND date_order = ?"
        orders: tuple[DateOrder, ...] = ("DMY", "MDY", "YMD")
        with self._database.reading() as connection:
            found = {order: int(connection.execute(sql, (inbox, order)).fetchone()[0]) for order in orders}
        return {order: number for order, number in found.items() if number}


class Orders:
    """What commands ask of the daemon, and what the daemon says of itself; the pause outlives both."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def give(self, verb: str, argument: str = "") -> None:
        """Leave an order for the running daemon."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO orders (verb, argument, given_at) VALUES (?, ?, ?)",
                (verb, argument, self._database.clock()),
            )

    def take(self) -> tuple[Order, ...]:
        """The orders given since the last call, in their order; each is handed out once."""
        with self._database.transaction() as connection:
            rows = connection.execute("SELECT id, verb, argument FROM orders ORDER BY id").fetchall()
            connection.execute("DELETE FROM orders")
        return tuple(Order(*row) for row in rows)

    def publish(self, status: str) -> None:
        """Store the daemon's status (JSON text)."""
        self._set("status", status)

    def published(self) -> str | None:
        """The status last published, by a daemon that may be gone since."""
        return self._get("status")

    def set_pause(self, pause: str | None) -> None:
        """Store a pause (JSON text), or its end."""
        self._set("pause", pause)

    def pause(self) -> str | None:
        """The stored pause."""
        return self._get("pause")

    def recovering(self) -> bool:
        """Whether the journal was begun anew after damage and is not rebuilt yet."""
        with self._database.reading() as connection:
            return bool(connection.execute("SELECT recovering FROM line").fetchone()[0])

    def recovered(self) -> None:
        """The journal is rebuilt."""
        with self._database.transaction() as connection:
            connection.execute("UPDATE line SET recovering = 0")

    def _set(self, column: str, value: str | None) -> None:
        with self._database.transaction() as connection:
            connection.execute(f"UPDATE line SET {column} = ?", (value,))  # noqa: S608

    def _get(self, column: str) -> str | None:
        with self._database.reading() as connection:
            value = connection.execute(f"SELECT {column} FROM line").fetchone()[0]  # noqa: S608
        return None if value is None else str(value)
