"""A damaged journal, rebuilt from what cannot lie: the ids in the ledgers, and the bytes in the folders.

    lies in the inbox, its id in the ledger      its row was saved: it is filed
    lies in the inbox, its id not there          it is read like any new scan
    lies there, and rows of its pages may be     so is this: each page needs its file, and no row is written twice
    lies in done, or in failed                   at rest there

Raw answers are not rebuilt: the damaged file is kept, and a scan without a row is read once more.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ocrwatch.document import Document, Filed, Outcome, Recorded
from ocrwatch.filing.reserving import explained, is_mark
from ocrwatch.journal import Journal
from ocrwatch.messages import message
from ocrwatch.on_disk import digest_if_there, signature_of
from ocrwatch.pipeline import Route
from ocrwatch.ports import Clock

log = logging.getLogger(__name__)

_NOTE = [".reason", ".txt"]
"""The note beside a failed scan is no scan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where an inbox's scans lie. `done` and `failed` are the folders without their date parts."""

    book: str
    recursive: bool
    done: Path
    failed: Path


def rebuild(journal: Journal, places: Mapping[str, Places], routes: Mapping[str, Route], clock: Clock) -> int:
    """Fill the new journal; how many documents were found. Raises what `Ledger.find` and `Filer.reserve` raise."""
    found: dict[str, list[Document]] = {}
    rows: dict[str, Mapping[str, int]] = {}
    for inbox, place in places.items():  # what takes long comes before the journal is held
        _remove_marks(place)
        found[inbox] = list(_documents(inbox, place, clock()))
        names = [name for document in found[inbox] for name in (document.id, f"{document.id}-1")]
        rows[inbox] = routes[inbox].ledger.find(names)
    with journal.database.transaction():
        count = sum(
            _remembered(journal, Path(inbox), place, routes[inbox], found[inbox], rows[inbox])
            for inbox, place in places.items()
        )
        journal.orders.recovered()
    log.warning("The journal was rebuilt: %d documents", count)
    return count


def _remembered(
    journal: Journal, inbox: Path, place: Places, route: Route, found: Sequence[Document], rows: Mapping[str, int]
) -> int:
    """Put the documents `found` in `inbox` and its folders into the journal; how many."""
    journal.sightings.first_look(inbox, None, {})  # it was watched before: nobody is to be asked about what lies in it
    at_rest = journal.documents.save(filter(None, (_at_rest(document, place) for document in found)))
    by_page = route.profile.pages == "each"
    recorded = [d for d in found if _is_in_inbox(d, place) and _has_row(d, rows, by_page=by_page)]
    return len(at_rest) + len(_to_be_filed(journal, recorded, route))


def _documents(inbox: str, place: Places, now: float) -> Iterator[Document]:
    for path in _files(Path(inbox), place):
        signature, digest = signature_of(path), digest_if_there(path)
        if signature and digest and signature.size_bytes:
            yield Document(
                inbox=inbox,
                book=place.book,
                path=path,
                folder=_subfolder(path, Path(inbox)),
                signature=signature,
                digest=digest,
                arrived_at=now,
            )


def _files(inbox: Path, place: Places) -> list[Path]:
    """The scans in the inbox (below it where it is recursive), and all in `done` and `failed`; each once."""
    found = [
        *(inbox.rglob("*") if place.recursive else inbox.glob("*")),
        *place.done.rglob("*"),
        *place.failed.rglob("*"),
    ]
    return [
        path
        for path in sorted(set(found))
        if path.is_file() and not path.is_symlink() and not path.name.startswith(".") and path.suffixes[-2:] != _NOTE
    ]


def _remove_marks(place: Places) -> None:
    """Names that were reserved for documents of the lost journal: free again, so that a scan gets the one its row links
    to."""
    for folder in (place.done, place.failed):
        with explained(folder):
            for path in folder.rglob("*"):
                if is_mark(path):
                    path.unlink(missing_ok=True)


def _subfolder(path: Path, inbox: Path) -> str:
    return "/".join(path.parent.relative_to(inbox).parts) if inbox in path.parents else ""


def _at_rest(document: Document, place: Places) -> Document | None:
    """`document` as filed, where it lies in `done` or `failed`."""
    if place.failed in document.path.parents:
        reason = message("It failed before the records of ocrwatch were damaged; the reason lies beside it.")
        return replace(document, stage=Filed(outcome=Outcome.FAILED, path=document.path, reason=reason))
    if place.done in document.path.parents:
        return replace(document, stage=Filed(outcome=Outcome.DONE, path=document.path))
    return None


def _is_in_inbox(document: Document, place: Places) -> bool:
    return not {place.failed, place.done} & set(document.path.parents)


def _has_row(document: Document, rows: Mapping[str, int], *, by_page: bool) -> bool:
    return document.id in rows or (not by_page and f"{document.id}-1" in rows)


def _to_be_filed(journal: Journal, documents: Sequence[Document], route: Route) -> tuple[Document, ...]:
    """`documents`, whose rows were saved, on the line with a reserved name each. A name is reserved for a key."""
    keyed = journal.documents.save(documents)
    stages = [Recorded(rows=(), target=route.filer.reserve(document, Outcome.DONE)) for document in keyed]
    return journal.documents.save(replace(document, stage=stage) for document, stage in zip(keyed, stages, strict=True))
