"""What came of documents, counted and in words."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator

from ocrwatch.document import Filed, Outcome
from ocrwatch.messages import Message, message


class Tally:
    """What came of documents. Counted from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._outcomes: Counter[Outcome] = Counter()
        self._doubtful = 0

    @property
    def failed(self) -> int:
        """How many failed."""
        return self._outcomes[Outcome.FAILED]

    @property
    def total(self) -> int:
        """How many came to rest."""
        return self._outcomes.total()

    def count(self, stage: Filed) -> None:
        """One more is at rest."""
        with self._lock:
            self._outcomes[stage.outcome] += 1
            self._doubtful += any(row.check for row in stage.rows)

    def sentences(self) -> Iterator[Message]:
        """What came of them, in words."""
        counts = self._outcomes
        if done := counts[Outcome.DONE]:
            yield message("1 scan was recorded.") if done == 1 else message("{count} scans were recorded.", count=done)
        if self._doubtful:
            yield message("Rows to look at (see their column Check): {count}.", count=self._doubtful)
        if duplicates := counts[Outcome.DUPLICATE]:
            yield message("Recorded before, and put into the folder duplicates: {count}.", count=duplicates)
        if blank := counts[Outcome.BLANK]:
            yield message("Blank, and put into the folder blank: {count}.", count=blank)
        if gone := counts[Outcome.GONE]:
            yield message("Taken away before they were filed: {count}.", count=gone)
        if failed := counts[Outcome.FAILED]:
            yield message("Failed, with the reason beside each: {count}.", count=failed)
