"""The documents of the journal."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from ocrwatch.document import Document, Filed, Outcome, Recorded, Signature
from ocrwatch.journal.database import Database
from ocrwatch.journal.encoding import message_from_json, message_to_json, stage_from_json, stage_to_json, station

AT_REST = tuple(outcome.value for outcome in Outcome)

_COLUMNS = (
    "inbox, book, path, folder, size_bytes, mtime_ns, inode, digest, pages, arrived_at, attempts, not_before, "
    "trouble, station, stage, in_place, changed_at"
)


class Documents:
    """Every document that ever arrived, at its last known stage."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, documents: Iterable[Document]) -> tuple[Document, ...]:
        """Store `documents` in one transaction; new ones (key 0) come back with their key. Raises `DiskFull`."""
        now = self._database.clock()  # one moment for all: rows of one write are known by it
        with self._database.transaction() as connection:
            return tuple(self._save(connection, document, now) for document in documents)

    def get(self, key: int) -> Document | None:
        """The document with `key`."""
        found = self._select("key = ?", [key])
        return found[0] if found else None

    def on_the_line(self) -> tuple[Document, ...]:
        """All that are not filed yet, oldest first."""
        return self._select(f"station NOT IN ({_marks(AT_REST)}) ORDER BY key", AT_REST)

    def on_the_line_before(self, document: Document) -> Document | None:
        """An arrival of the same bytes for the same book, earlier than `document`, that is on its way; None without."""
        found = self._select(
            f"digest = ? AND book = ? AND key < ? AND station NOT IN ({_marks(AT_REST)}) ORDER BY key LIMIT 1",
            [document.digest, document.book, document.key, *AT_REST],
        )
        return found[0] if found else None

    def recorded_with(self, digest: str, book: str) -> tuple[Document, ...]:
        """The arrivals of these bytes for this book that came to rest with rows or taken away, oldest first."""
        return self._select("digest = ? AND book = ? AND station IN ('done', 'gone') ORDER BY key", [digest, book])

    def of_rows(self, book: str, ids: Collection[str]) -> dict[str, Document]:
        """The recorded documents with `ids` (16 hex digits), by these: of several arrivals one that was filed."""
        found: dict[str, Document] = {}
        condition = (
            "digest >= ? AND digest < ? AND book = ? AND station IN ('done', 'gone') ORDER BY station = 'done', key"
        )
        for each in ids:
            documents = self._select(condition, [each, each + "g", book])
            if documents:
                found[each] = documents[-1]
        return found

    def matching(self, text: str) -> tuple[Document, ...]:
        """Those whose id begins with `text`, or whose scan is or was named so, newest first."""
        if _is_hex(text):
            found = self._select("substr(digest, 1, ?) = ? ORDER BY key DESC LIMIT 100", [len(text), text.lower()])
            if found:
                return found
        name = Path(text).name
        within = "instr(CAST(path AS BLOB), ?) OR instr(stage, ?)"  # the stage holds the filed name, in JSON's spelling
        found = self._select(
            f"{within} ORDER BY key DESC", [name.encode(errors="surrogateescape"), json.dumps(name)[1:-1]]
        )
        return tuple(document for document in found if name in _names(document))

    def failed(self) -> tuple[Document, ...]:
        """Those at rest in `failed`, newest first."""
        return self._select("station = 'failed' ORDER BY changed_at DESC", [])

    def recorded(self, inbox: str) -> tuple[Document, ...]:
        """Those of `inbox` at rest with a row, oldest first."""
        return self._select("station = 'done' AND inbox = ? ORDER BY key", [inbox])

    def counts(self) -> dict[tuple[str, str], int]:
        """How many documents by (inbox, station)."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT inbox, station, count(*) FROM documents GROUP BY inbox, station")
            return {(row[0], row[1]): int(row[2]) for row in rows}

    def in_place(self, inbox: str) -> dict[Path, Signature]:
        """The files of `inbox` that are documents already: on the line, or kept where they lie."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT path, size_bytes, mtime_ns, inode FROM documents WHERE inbox = ? AND in_place ORDER BY key",
                (inbox,),
            ).fetchall()
        return {path_in(row[0]): Signature(row[1], row[2], int(row[3])) for row in rows}

    def _select(self, condition: str, values: Sequence[str | int | bytes]) -> tuple[Document, ...]:
        with self._database.reading() as connection:
            rows = connection.execute(f"SELECT * FROM documents WHERE {condition}", values).fetchall()  # noqa: S608
        return tuple(_document(row) for row in rows)

    def _save(self, connection: sqlite3.Connection, document: Document, now: float) -> Document:
        values = (*_values(document), now)
        if document.key:
            columns = ", ".join(f"{column} = ?" for column in _COLUMNS.split(", "))
            connection.execute(f"UPDATE documents SET {columns} WHERE key = ?", (*values, document.key))  # noqa: S608
            if isinstance(document.stage, Recorded):
                sql = "UPDATE documents SET recorded_at = changed_at WHERE key = ? AND recorded_at IS NULL"
                connection.execute(sql, (document.key,))
            return document
        inserted = connection.execute(f"INSERT INTO documents ({_COLUMNS}) VALUES ({_marks(values)})", values)  # noqa: S608
        assert inserted.lastrowid is not None
        return replace(document, key=inserted.lastrowid)


def _values(document: Document) -> tuple[str | int | float | bytes | None, ...]:
    return (
        document.inbox,
        document.book,
        path_out(document.path),
        document.folder,
        document.signature.size_bytes,
        document.signature.mtime_ns,
        str(document.signature.inode),
        document.digest,
        document.pages,
        document.arrived_at,
        document.attempts,
        document.not_before,
        message_to_json(document.trouble),
        station(document.stage),
        stage_to_json(document.stage),
        not isinstance(document.stage, Filed) or document.stage.path == document.path,
    )


def _document(row: sqlite3.Row) -> Document:
    return Document(
        key=row["key"],
        inbox=row["inbox"],
        book=row["book"],
        path=path_in(row["path"]),
        folder=row["folder"],
        signature=Signature(row["size_bytes"], row["mtime_ns"], int(row["inode"])),
        digest=row["digest"],
        pages=row["pages"],
        arrived_at=row["arrived_at"],
        attempts=row["attempts"],
        not_before=row["not_before"],
        trouble=message_from_json(row["trouble"]),
        stage=stage_from_json(row["stage"]),
    )


def path_out(path: Path) -> str | bytes:
    """A name that is no UTF-8 (POSIX allows any bytes) is kept as a BLOB."""
    text = str(path)
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="surrogateescape")
    return text


def path_in(path: str | bytes) -> Path:
    """The path that `path_out` wrote."""
    return Path(path.decode(errors="surrogateescape") if isinstance(path, bytes) else path)


def _names(document: Document) -> set[str]:
    names = {document.path.name}
    if isinstance(document.stage, Filed):
        names |= {row.file.name for row in document.stage.rows if row.file is not None}
        names |= {document.stage.path.name} if document.stage.path is not None else set()
    return names


def _is_hex(text: str) -> bool:
    return 4 <= len(text) <= 64 and all(character in "0123456789abcdefABCDEF" for character in text)


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
