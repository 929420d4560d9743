"""A damaged journal, rebuilt from what cannot lie: the ids in the ledgers, and the bytes in the folders.

    lies in the inbox, its id in the ledger      its row was saved: it is filed
    lies in the inbox, its id not there          it is read like any new scan
    lies in done, or in failed                   at rest there

Raw answers are not rebuilt: the damaged file is kept, and a scan without a row is read once more.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ocrwatch.document import Document, Filed, Outcome, Recorded
from ocrwatch.journal import Journal
from ocrwatch.messages import message
from ocrwatch.pipeline import Route, digest_of, signature_of
from ocrwatch.ports import Clock

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where an inbox's scans lie. `done` and `failed` are the folders without their date parts."""

    book: str
    done: Path
    failed: Path


def rebuild(journal: Journal, places: Mapping[str, Places], routes: Mapping[str, Route], clock: Clock) -> int:
    """Fill the new journal; how many documents were found. Raises what `Ledger.find` and `Filer.reserve` raise."""
    count = 0
    for inbox, place in places.items():
        found = list(_documents(inbox, place, clock()))
        route = routes[inbox]
        rows = route.ledger.find([name for document in found for name in (document.id, f"{document.id}-1")])
        at_rest = [_placed(document, place, route, rows) for document in found]
        count += len(journal.documents.save(document for document in at_rest if document is not None))
    journal.orders.recovered()
    log.warning("The journal was rebuilt: %d documents", count)
    return count


def _documents(inbox: str, place: Places, now: float) -> Iterator[Document]:
    for folder in dict.fromkeys((Path(inbox), place.done, place.failed)):
        for path in sorted(folder.rglob("*")):
            inside_another = any(
                other != folder and folder in other.parents and other in path.parents
                for other in (place.done, place.failed)
            )
            if inside_another or path.is_symlink() or not path.is_file() or path.name.endswith(".reason.txt"):
                continue
            signature, digest = signature_of(path), digest_of(path)
            if signature and digest and signature.size_bytes:
                yield Document(
                    inbox=inbox, book=place.book, path=path, signature=signature, digest=digest, arrived_at=now
                )


def _placed(document: Document, place: Places, route: Route, rows: Mapping[str, int]) -> Document | None:
    """`document` at the stage its place tells; None for one that is to arrive like any other."""
    if place.failed in document.path.parents:
        reason = message("It failed before the journal was damaged; the reason lies beside it.")
        return replace(document, stage=Filed(outcome=Outcome.FAILED, path=document.path, reason=reason))
    if place.done in document.path.parents:
        return replace(document, stage=Filed(outcome=Outcome.DONE, path=document.path))
    if document.id in rows or f"{document.id}-1" in rows:
        return replace(document, stage=Recorded(rows=(), target=route.filer.reserve(document, Outcome.DONE)))
    return None
