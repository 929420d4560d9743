"""Who had a ledger open and when, and how the ledgers looked when nothing was left to be noticed in them.

A program that opened a workbook before rows were written to it may save it as it was: what was seen of its lock is the
evidence.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ocrwatch.journal.database import Database
from ocrwatch.journal.documents import path_out

_KEPT_SECONDS = 90 * 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A program had the workbook open, as far as its lock told. `ended_at` is None while nobody knows of an end."""

    program: str
    began_at: float
    ended_at: float | None = None

    def covers(self, moment: float) -> bool:
        """Whether the workbook was open at `moment`."""
        return self.began_at <= moment and (self.ended_at is None or moment <= self.ended_at)


class Openings:
    """Workbooks by their real paths, locks by signs of their own."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._mutex = threading.Lock()
        self._present: dict[Path, frozenset[str]] = {}

    def seen(self, workbook: Path, locks: Mapping[str, str]) -> None:
        """These locks lie beside `workbook` now, each of the program it names. Writes only when that is new.

        A lock that was taken away on a person's word tells no end: its program may have the workbook open still.
        Raises `DiskFull`, `JournalBusy`.
        """
        signs = frozenset(locks)
        with self._mutex:
            if self._present.get(workbook) == signs:
                return
            now, book = self._database.clock(), path_out(workbook)
            with self._database.transaction() as connection:
                rows = connection.execute(
                    "SELECT sign, cleared FROM openings WHERE workbook = ? AND ended_at IS NULL", (book,)
                ).fetchall()
                ended = [(now, book, sign) for sign, cleared in rows if sign not in signs and (signs or not cleared)]
                connection.executemany(
                    "UPDATE openings SET ended_at = ? WHERE workbook = ? AND sign = ? AND ended_at IS NULL", ended
                )
                new = [(book, sign, locks[sign], now) for sign in signs - {sign for sign, _ in rows}]
                connection.executemany("INSERT OR REPLACE INTO openings VALUES (?, ?, ?, ?, NULL, 0)", new)
                connection.execute("DELETE FROM openings WHERE ended_at < ?", (now - _KEPT_SECONDS,))
            self._present[workbook] = signs

    def cleared(self, workbook: Path) -> None:
        """The locks beside `workbook` are about to be taken away on a person's word. Raises `DiskFull`."""
        with self._database.transaction() as connection:
            sql = "UPDATE openings SET cleared = 1 WHERE workbook = ? AND ended_at IS NULL"
            connection.execute(sql, (path_out(workbook),))

    def of(self, workbook: Path) -> tuple[Opening, ...]:
        """When `workbook` was open, the earliest first."""
        sql = "SELECT program, began_at, ended_at FROM openings WHERE workbook = ? ORDER BY began_at"
        with self._database.reading() as connection:
            rows = connection.execute(sql, (path_out(workbook),)).fetchall()
        return tuple(Opening(program=program, began_at=began, ended_at=ended) for program, began, ended in rows)

    # ------------------------------------------------------------ how ledgers looked

    def looked(self, book: str) -> str:
        """How the workbooks of `book` looked when all was noticed that there was; "" when that never was."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT sign FROM looks WHERE book = ?", (book,)).fetchone()
        return str(row[0]) if row else ""

    def note_look(self, book: str, sign: str) -> None:
        """All is noticed in the workbooks that look so. Raises `DiskFull`."""
        with self._database.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO looks VALUES (?, ?)", (book, sign))
