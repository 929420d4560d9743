"""What was written into the ledgers, row by row, and what people did to it since.

The rows themselves stand in the documents' stages; nothing of them is kept a second time.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from ocrwatch.document import Cell, Row, Value
from ocrwatch.journal.database import Database
from ocrwatch.journal.encoding import (
    NO_ROWS,
    filed_path_from_json,
    value_from_json,
    value_to_json,
    written_cells_from_json,
    written_from_json,
    written_ids_from_json,
)

_PAGE = 2000
_ID_DIGITS = 16


class Cause(Enum):
    """Why a row that was written is not there."""

    DELETED = "deleted"
    """A row written with it or after it is there: this one was taken out."""
    LOST = "lost"
    """The workbook is gone, or one from before was put in its place."""
    UNCLEAR = "unclear"
    """Nothing that was written after it is there either: taken out, or lost by an older copy saved over it."""
    NAMELESS = "nameless"
    """The column of ids was deleted: whether the row is there, the sheet cannot tell any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """A cell that a person changed."""

    row: str
    heading: str
    written: Value
    found: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """A filed scan that has rows. `key` is its document's."""

    key: int
    path: Path
    digest: str
    size_bytes: int


class Written:
    """The rows in the ledgers, as far as the journal knows. `book` names ledger and sheet."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def times(self, book: str) -> dict[str, float]:
        """When each row was written (seconds since the epoch), by its id; the earliest first."""
        found: list[tuple[float, int, str]] = []
        sql = (
            "SELECT key, recorded_at, stage FROM documents WHERE book = ? AND key > ? AND recorded_at IS NOT NULL "
            "ORDER BY key LIMIT ?"
        )
        for key, at, stage in self._pages(sql, book):
            found += [(at, key, row) for row in written_ids_from_json(stage)]
        return {row: at for at, _, row in sorted(found)}

    def has_rows(self, book: str, volume: str = "") -> bool:
        """Whether anything was written into the book, into the workbook of `volume` where one is given.

        Its month may be a year alone.
        """
        sql = "SELECT 1 FROM documents WHERE book = ? AND recorded_at IS NOT NULL"
        values = [book]
        if volume:
            sql += " AND instr(stage, ?) > 0"
            values.append(f'"month": {json.dumps(volume)[:-1]}')
        with self._database.reading() as connection:
            return connection.execute(f"{sql} LIMIT 1", values).fetchone() is not None

    def volumes(self, book: str) -> dict[str, str]:
        """The volume of each row that has one, by its id: rows of one volume share a workbook."""
        sql = (
            "SELECT key, stage FROM documents WHERE book = ? AND key > ? AND recorded_at IS NOT NULL "
            "AND instr(stage, '\"month\"') > 0 ORDER BY key LIMIT ?"
        )
        return {
            row.id: row.volume for _, stage in self._pages(sql, book) for row in written_from_json(stage) if row.volume
        }

    def forgotten(self, book: str) -> frozenset[str]:
        """The ids of documents that have rows which are not known any more: the journal was damaged and rebuilt."""
        sql = "SELECT digest, stage FROM documents WHERE book = ? AND station = 'done' AND instr(stage, ?) > 0"
        with self._database.reading() as connection:
            found = connection.execute(sql, (book, NO_ROWS)).fetchall()
        return frozenset(digest[:_ID_DIGITS] for digest, stage in found if not written_ids_from_json(stage))

    def scans(self, book: str) -> Iterator[Scan]:
        """The filed scans of the rows."""
        sql = (
            "SELECT key, stage, digest, size_bytes FROM documents WHERE book = ? AND key > ? AND station = 'done' "
            "ORDER BY key LIMIT ?"
        )
        for key, stage, digest, size_bytes in self._pages(sql, book):
            path = filed_path_from_json(stage)
            if path is not None:
                yield Scan(key=key, path=path, digest=digest, size_bytes=size_bytes)

    def rows(self, book: str, ids: Collection[str]) -> dict[str, Row]:
        """Those of the rows `ids` that were written, as they were, by id."""
        found = {row.id: row for stage in self._stages(book, ids) for row in written_from_json(stage)}
        return {each: found[each] for each in ids if each in found}

    def cells(self, book: str, ids: Collection[str]) -> Mapping[str, Sequence[Cell]]:
        """Their cells alone, by id; there may be others among them. Cheaper."""
        found: dict[str, Sequence[Cell]] = {}
        for stage in self._stages(book, ids):
            found |= written_cells_from_json(stage)
        return found

    def written_anew(self, book: str, ids: Iterable[str]) -> None:
        """These rows were put back just now. Raises `DiskFull`."""
        now = self._database.clock()
        sql = "UPDATE documents SET recorded_at = ? WHERE digest >= ? AND digest < ? AND book = ? AND recorded_at > 0"
        with self._database.transaction() as connection:
            for row in ids:
                start = row[:_ID_DIGITS]
                connection.execute(sql, (now, start, start + "g", book))
                connection.execute("DELETE FROM absences WHERE book = ? AND row = ?", (book, row))

    # ------------------------------------------------------------ what people did

    def note(self, book: str, corrections: Sequence[Noted], absences: Mapping[str, Cause]) -> None:
        """Remember how the workbook was found to differ, in place of what was known; of rows that are gone, what was
        corrected in them before. Raises `DiskFull`."""
        now = self._database.clock()
        with self._database.transaction() as connection:
            gone = connection.execute("SELECT row FROM absences WHERE book = ?", (book,)).fetchall()
            there = [(book, row) for (row,) in gone if row not in absences]
            connection.executemany("DELETE FROM absences WHERE book = ? AND row = ?", there)
            self.note_absences(book, absences)
            absent = "SELECT row FROM absences WHERE book = ?"
            connection.execute(f"DELETE FROM corrections WHERE book = ? AND row NOT IN ({absent})", (book, book))  # noqa: S608
            connection.executemany(
                "INSERT OR REPLACE INTO corrections VALUES (?, ?, ?, ?, ?, ?)",
                [(book, c.row, c.heading, value_to_json(c.written), value_to_json(c.found), now) for c in corrections],
            )

    def note_absences(self, book: str, absences: Mapping[str, Cause]) -> None:
        """Remember that these rows are not there. Raises `DiskFull`."""
        now = self._database.clock()
        with self._database.transaction() as connection:
            connection.executemany(
                "INSERT INTO absences VALUES (?, ?, ?, ?) ON CONFLICT (book, row) DO UPDATE SET cause = excluded.cause",
                [(book, row, cause.value, now) for row, cause in absences.items()],
            )

    def absences(self, book: str) -> dict[str, Cause]:
        """The rows that were noticed to be gone, and why."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT row, cause FROM absences WHERE book = ?", (book,)).fetchall()
        return {row: Cause(cause) for row, cause in rows}

    def are_nameless(self, book: str, rows: Sequence[str]) -> bool:
        """Whether one of `rows` lost its id with the column of ids."""
        sql = "SELECT 1 FROM absences WHERE book = ? AND row = ? AND cause = ?"
        with self._database.reading() as connection:
            return any(connection.execute(sql, (book, row, Cause.NAMELESS.value)).fetchone() for row in rows)

    def note_nameless(self, book: str, volume: str) -> int:
        """The column of ids is gone from the workbook of `volume`; how many rows that were there lost theirs.

        Raises `DiskFull`.
        """
        known = self.absences(book)
        volumes = self.volumes(book) if volume else {}
        rows = [row for row in self.times(book) if row not in known and volumes.get(row, "").startswith(volume)]
        if rows:
            self.note_absences(book, dict.fromkeys(rows, Cause.NAMELESS))
        return len(rows)

    def corrections(self, book: str) -> tuple[Noted, ...]:
        """The cells that people changed, as last noticed."""
        return self._noted("book = ?", (book,))

    def corrections_of(self, book: str, rows: Sequence[str]) -> tuple[Noted, ...]:
        """Those of these rows."""
        return tuple(noted for row in rows for noted in self._noted("book = ? AND row = ?", (book, row)))

    def counts(self) -> tuple[int, int]:
        """How many cells people changed, and how many rows are gone, in all ledgers."""
        with self._database.reading() as connection:
            sql = "SELECT (SELECT count(*) FROM corrections), (SELECT count(*) FROM absences)"
            corrected, absent = connection.execute(sql).fetchone()
        return int(corrected), int(absent)

    def unanswered(self, since: float) -> dict[str, int]:
        """How many rows are gone that no person is known to have deleted, noticed `since` then, by book."""
        sql = "SELECT book, count(*) FROM absences WHERE cause NOT IN (?, ?) AND noticed_at >= ? GROUP BY book"
        with self._database.reading() as connection:
            return {
                str(book): int(n)
                for book, n in connection.execute(sql, (Cause.DELETED.value, Cause.NAMELESS.value, since))
            }

    # ------------------------------------------------------------

    def _noted(self, condition: str, values: tuple[str, ...]) -> tuple[Noted, ...]:
        sql = f"SELECT row, heading, written, found FROM corrections WHERE {condition}"  # noqa: S608
        with self._database.reading() as connection:
            rows = connection.execute(sql, values).fetchall()
        return tuple(
            Noted(row=row, heading=heading, written=value_from_json(written), found=value_from_json(found))
            for row, heading, written, found in rows
        )

    def _stages(self, book: str, ids: Collection[str]) -> list[str]:
        """The stages of the documents of the rows `ids`, in the order in which they were recorded."""
        sql = (
            "SELECT stage FROM json_each(?) AS wanted CROSS JOIN documents "
            "ON digest >= wanted.value AND digest < wanted.value || 'g' "
            "WHERE book = ? AND recorded_at IS NOT NULL ORDER BY recorded_at, documents.key"
        )
        starts = json.dumps(sorted({each[:_ID_DIGITS] for each in ids}))
        with self._database.reading() as connection:
            return [stage for (stage,) in connection.execute(sql, (starts, book))]

    def _pages(self, sql: str, book: str) -> Iterator[sqlite3.Row]:
        """The rows of `sql`, a page at a time: its first column is `key`; its places are book, last key, limit."""
        last = 0
        while True:
            with self._database.reading() as connection:
                page = connection.execute(sql, (book, last, _PAGE)).fetchall()
            yield from page
            if len(page) < _PAGE:
                return
            last = page[-1][0]
