"""Pictures that links led to, and their addresses: the reading service may fetch them itself."""

from __future__ import annotations

from ocrwatch.journal.database import Database


class Links:
    """The addresses, by the SHA-256 of the pictures."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def remember(self, digest: str, url: str) -> None:
        """The picture came from `url`. Raises `DiskFull`."""
        with self._database.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO links VALUES (?, ?, ?)", (digest, url, self._database.clock()))

    def url_of(self, digest: str) -> str | None:
        """Where the picture came from; None for what was dropped as a file."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT url FROM links WHERE digest = ?", (digest,)).fetchone()
        return None if row is None else str(row[0])
