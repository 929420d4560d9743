"""From files in folders to documents on the line.

What is taken is told by the inbox (complete, settled); what is left alone by the journal: files that are
documents already, that stay where they are, or that lay there when the folder was first watched and were not
wanted.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from ocrwatch.document import Arrived, Document, Refused, Signature
from ocrwatch.errors import Busy
from ocrwatch.inbox.arrivals import Arrival, Inbox, Look
from ocrwatch.journal import Journal
from ocrwatch.journal.memory import Verdict
from ocrwatch.messages import message
from ocrwatch.ports import Clock
from ocrwatch.service.status import FolderStatus

log = logging.getLogger(__name__)

ASK_ABOVE = 200
"""Files in a newly watched folder above which a person is asked first."""

AT_ONCE = 8
"""Files taken from a folder before reading begins, so that a burst is read while it is still taken in."""

LOOK_AGAIN_SECONDS = 15.0
"""When a folder that is away is looked for again."""

Existing = Literal["ask", "read", "skip"]


@dataclass(slots=True, kw_only=True)
class Source:
    """A watched folder, and where its rows go. `book` names ledger and sheet."""

    inbox: Inbox
    book: str
    existing: Existing = "ask"
    look_at: float = 0.0
    last: Look | None = None
    trouble: Busy | None = field(default=None)


class Intake:
    """Looks at the watched folders when it is time to."""

    def __init__(self, sources: Sequence[Source], journal: Journal, clock: Clock) -> None:
        self._sources = sources
        self._journal = journal
        self._clock = clock
        self._expected: set[Path] = set()
        self._asked: dict[Path, tuple[tuple[int, int], Mapping[Path, Signature]]] = {}

    def look(self, *, at_all: bool) -> list[Document]:
        """The new documents, saved; of folders whose time has come, or of all."""
        now = self._clock()
        due = [source for source in self._sources if at_all or source.look_at <= now]
        return [document for source in due for document in self._look_at(source)]

    def next_look(self) -> float:
        """When a folder is to be looked at next, in seconds since the epoch."""
        return min((source.look_at for source in self._sources), default=float("inf"))

    def expect(self, path: Path) -> None:
        """A scan was laid into a watched folder by the program itself."""
        self._expected.add(path)

    def is_quiet(self) -> bool:
        """Whether every folder was looked at and holds nothing that may become a document soon."""
        for path in tuple(self._expected):
            if not path.exists():
                self._expected.discard(path)
        return not self._expected and all(
            source.trouble is not None or (source.last is not None and not source.last.pending)
            for source in self._sources
        )

    def folders(self) -> tuple[FolderStatus, ...]:
        """How the folders are watched."""
        return tuple(_status(source) for source in self._sources)

    def _look_at(self, source: Source) -> list[Document]:
        try:
            if self._journal.sightings.is_new(source.inbox.folder):
                self._first_look(source)
            known = self._known(source.inbox.folder)
            look = source.inbox.look(lambda path, signature: known.get(path) == signature, limit=AT_ONCE)
            documents = self._journal.documents.save(self._document(source, arrival) for arrival in look.arrived)
        except Busy as error:
            if source.trouble is None:
                log.warning("A watched folder cannot be used: %s", type(error).__name__)
            source.trouble = error
            source.look_at = self._clock() + (error.after_seconds or LOOK_AGAIN_SECONDS)
            return []
        except Exception:
            log.exception("Looking at a folder failed; it is tried again")
            text = (
                "An unexpected error met the folder {folder}. The log has its details (`ocrwatch doctor` tells where)."
            )
            source.trouble = Busy(message(text, folder=str(source.inbox.folder)))
            source.look_at = self._clock() + LOOK_AGAIN_SECONDS
            return []
        source.trouble = None
        source.last = look
        self._expected -= {document.path for document in documents}
        source.look_at = look.look_again_at
        return list(documents)

    def _first_look(self, source: Source) -> None:
        files = source.inbox.listing()
        verdict = None
        if source.existing == "skip":
            verdict = Verdict.SKIPPED
        elif source.existing == "ask" and len(files) > ASK_ABOVE:
            verdict = Verdict.HELD
        self._journal.sightings.first_look(source.inbox.folder, verdict, files)

    def _known(self, folder: Path) -> Mapping[Path, Signature]:
        """The files of `folder` that are not to be taken; asked of the journal only when it has changed."""
        stamp = self._journal.database.stamp()
        asked_at, known = self._asked.get(folder, (None, {}))
        if asked_at != stamp:
            left_alone = self._journal.sightings.left_alone(folder)
            known = {**left_alone, **self._journal.documents.in_place(str(folder))}
            self._asked[folder] = stamp, known
        return known

    def _document(self, source: Source, arrival: Arrival) -> Document:
        log.info("%s arrived", arrival.digest[:8])
        return Document(
            inbox=str(source.inbox.folder),
            book=source.book,
            path=arrival.path,
            folder=arrival.folder,
            signature=arrival.signature,
            digest=arrival.digest,
            pages=arrival.inspection.pages if arrival.inspection else 1,
            arrived_at=self._clock(),
            stage=Arrived() if arrival.refusal is None else Refused(reason=arrival.refusal),
        )


def _status(source: Source) -> FolderStatus:
    look = source.last
    return FolderStatus(
        folder=str(source.inbox.folder),
        mode=source.inbox.mode,
        mode_reason=source.inbox.mode_reason,
        trouble=source.trouble.message if source.trouble else None,
        unsettled=look.pending if look else 0,
        not_ready=tuple(said for _, said in look.troubles) if look else (),
        other_kinds=tuple(path.name for path in look.other_kinds) if look else (),
    )
