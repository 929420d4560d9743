"""Raw answers by the request that brought them: paid for once, kept for ever."""

from __future__ import annotations

import logging
import re

from ocrwatch.journal.database import Database

log = logging.getLogger(__name__)

MOST_TOKENS = 1_000_000_000
"""Of one answer. A sum of many still fits SQLite's integers, whatever a server claims."""

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
"""Half a character, which no UTF-8 can hold."""


class StoredAnswers:
    """Implements the port `Answers`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._unsaved: dict[str, tuple[str, str, int]] = {}

    def get(self, request: str) -> str | None:
        """The stored answer of `request`, or None."""
        unsaved = self._unsaved.get(request)
        if unsaved is not None:  # it came back while the disk was full: paid for, so kept here until it can be stored
            answer, digest, tokens = unsaved
            self.put(request, answer, digest=digest, tokens=tokens)
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT answer FROM answers WHERE request = ? AND NOT retired", (request,)
            ).fetchone()
        return None if row is None else str(row[0])

    def put(self, request: str, answer: str, *, digest: str, tokens: int = 0) -> None:
        """Store `answer` durably. Raises `DiskFull`; the answer is then kept in memory and stored by the next call."""
        answer = _LONE_SURROGATE.sub("\ufffd", answer)
        tokens = min(max(int(tokens), 0), MOST_TOKENS)
        self._unsaved[request] = (answer, digest, tokens)
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO answers (request, digest, answer, tokens, received_at) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (request) DO UPDATE SET answer = excluded.answer, digest = excluded.digest, "
                "tokens = tokens + excluded.tokens, received_at = excluded.received_at, retired = 0",
                (request, digest, answer, tokens, self._database.clock()),
            )
        self._unsaved.pop(request, None)

    def retire(self, digest: str) -> None:
        """Use the answers for these bytes no more: a person asked for another reading. Raises `DiskFull`."""
        with self._database.transaction() as connection:
            connection.execute("UPDATE answers SET retired = 1 WHERE digest = ?", (digest,))

    def save_unsaved(self) -> None:
        """Store what could not be stored before; best effort: one that cannot be stored does not hold up the others."""
        for request, (answer, digest, tokens) in tuple(self._unsaved.items()):
            try:
                self.put(request, answer, digest=digest, tokens=tokens)
            except Exception as error:  # noqa: BLE001  each is tried again the next time
                log.warning("An answer cannot be stored yet: %s", type(error).__name__)
