"""The marks by which two documents are known to be the same invoice: `checking.sameness` makes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ocrwatch.document import Row
from ocrwatch.journal.database import Database
from ocrwatch.journal.encoding import written_from_json

_PAGE = 1000


class Invoices:
    """The marks of all rows, by book."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def earlier(self, book: str, marks: Sequence[str], *, but: int) -> dict[str, int]:
        """The rows with one of `marks`, save those of the document `but`: their documents' keys by row id."""
        found: dict[str, int] = {}
        with self._database.reading() as connection:
            sql = "SELECT row, key FROM marks WHERE book = ? AND mark = ? AND key <> ? ORDER BY key"
            for mark in marks:
                found |= dict(connection.execute(sql, (book, mark, but)).fetchall())
        return found

    def mark(self, book: str, row: str, marks: Iterable[str], *, key: int) -> None:
        """These are the marks of `row` from now on. Raises `DiskFull`."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM marks WHERE key = ? AND book = ? AND row = ?", (key, book, row))
            connection.executemany(
                "INSERT OR REPLACE INTO marks VALUES (?, ?, ?, ?)", [(book, mark, row, key) for mark in marks]
            )

    def ensure_marked(self, book: str, rule: str, marks: Callable[[Row], Iterable[str]]) -> int:
        """Mark the rows that were written before there was this rule; how many documents. Raises `DiskFull`."""
        with self._database.transaction() as connection:
            known = connection.execute("SELECT rule FROM marking WHERE book = ?", (book,)).fetchone()
            if known is not None and known[0] == rule:
                return 0
            connection.execute("DELETE FROM marks WHERE book = ?", (book,))
            connection.execute("INSERT OR REPLACE INTO marking VALUES (?, ?)", (book, rule))
            sql = (
                "SELECT key, stage FROM documents WHERE book = ? AND key > ? AND recorded_at IS NOT NULL "
                "ORDER BY key LIMIT ?"
            )
            count = last = 0
            while page := connection.execute(sql, (book, last, _PAGE)).fetchall():
                for key, stage in page:
                    for row in written_from_json(stage):
                        self.mark(book, row.id, marks(row), key=key)
                count, last = count + len(page), page[-1][0]
            return count
