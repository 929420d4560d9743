"""What commands ask of the line: carried out by the daemon where one runs, else by the command itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ocrwatch.document import Document, Filed, Outcome, reopened, rereading
from ocrwatch.journal import Journal
from ocrwatch.on_disk import is_there

PAUSE, RESUME, STOP, RETRY, LOOK, KEY, HURRY = "pause", "resume", "stop", "retry", "look", "key", "hurry"
REREAD = "reread"
"""KEY: there is another key; a pause that is not a person's ends. HURRY: try now what waits."""


def retry(journal: Journal, keys: Sequence[int]) -> tuple[Document, ...]:
    """Put failed documents back on the line, to be asked anew; those that can be, saved.

    A document whose scan was taken out of `failed` is left as it is. Raises `DiskFull`.
    """
    found = [document for key in keys if (document := journal.documents.get(key)) and _can_retry(document)]
    for document in found:
        journal.answers.retire(document.digest)
    return journal.documents.save(reopened(document) for document in found)


def reread(journal: Journal, keys: Sequence[int]) -> tuple[Document, ...]:
    """Put recorded documents back on the line; those that can be, saved. Their rows stay, and are amended.

    What was answered before is used where the question is the same: retire it first to have it asked anew. Raises
    `DiskFull`.
    """
    found = [document for key in keys if (document := journal.documents.get(key)) and can_reread(document)]
    return journal.documents.save(rereading(document) for document in found)


def can_reread(document: Document) -> bool:
    """Whether it has a row, and its scan lies where it was filed."""
    match document.stage:
        case Filed(outcome=Outcome.DONE, path=Path() as path):
            return is_there(path)
        case _:
            return False


def _can_retry(document: Document) -> bool:
    match document.stage:
        case Filed(outcome=Outcome.FAILED, path=Path() as path):
            return is_there(path)
        case _:
            return False
