"""A watched folder, and the scans in it that are complete.

One look, in the caller's thread:

    hold the lease ▶ list the folder ▶ what is quiet? ▶ inspect it ▶ does it still look the same? ▶ an arrival

Rules
  1. An arrival is complete (it decodes to its end), quiet for its settle time, and looked the same before and after
     its inspection; or it can never be read: then `refusal` says why.
  2. What was handed out is not remembered here. The journal knows it, or it is handed out again.
  3. A file that is not ready is never failed for it: only when it ended early for an hour without a change, was
     no picture for a minute, or brought the decoder down three times.
  4. Other kinds of files are left alone, and told of.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from ocrwatch.document import Signature
from ocrwatch.errors import Busy, Gone, Incomplete, LineError, NotAScan, Unreadable
from ocrwatch.inbox import away
from ocrwatch.inbox.filesystems import FileSystem, file_system, mount_place
from ocrwatch.inbox.lease import Lease
from ocrwatch.inbox.listing import Listing, is_ignored, listed, sighting
from ocrwatch.inbox.settling import NEVER, Settling
from ocrwatch.inbox.watching import FolderWatch, Mode
from ocrwatch.messages import Message, message
from ocrwatch.ports import Clock, Inspection, Pages

BELIEVED_UNREADABLE_SECONDS = 60.0
"""How long a file must be unchanged before "this is no picture" is believed of it."""

LEAST_SECONDS_BETWEEN_LISTINGS = 0.2
"""However many hints come: a file that is copied in makes one for each piece."""

ENOUGH_SECONDS = 1.0
"""A look ends after this, so that what it found is read while the rest is inspected."""

Known = Callable[[Path, Signature], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A scan to take. `folder`: its subfolder as text, "" at the top. Either `inspection` or `refusal` is None."""

    path: Path
    folder: str
    signature: Signature
    digest: str
    inspection: Inspection | None = None
    refusal: Message | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a look found. `pending` files may still become scans; `troubles` says of some why they have not yet.

    `look_again_at` is in seconds since the epoch; a hint may come before.
    """

    arrived: tuple[Arrival, ...]
    pending: int
    other_kinds: tuple[Path, ...]
    troubles: tuple[tuple[Path, Message], ...]
    look_again_at: float


class Inbox:
    """A watched folder. Used by one thread at a time."""

    def __init__(
        self,
        folder: Path,
        *,
        recursive: bool,
        own_paths: Collection[Path],
        settle_seconds: float,
        give_up_seconds: float = 3600.0,
        pages: Pages,
        clock: Clock,
        lease: Lease,
        watch: FolderWatch,
    ) -> None:
        """`own_paths`: our folders and files that may lie in `folder` (done, failed, the ledger, other inboxes)."""
        self.folder = folder
        self._recursive = recursive
        self._own_paths = own_paths
        self._give_up_seconds = give_up_seconds
        self._pages = pages
        self._clock = clock
        self._lease = lease
        self._watch = watch
        self._settling = Settling(settle_seconds=settle_seconds)
        self._kind: FileSystem | None = None
        self._mount: Path | None = None
        self._listed_at = -NEVER
        self._listing: Listing | None = None

    @property
    def mode(self) -> Mode:
        """How the folder is watched."""
        return self._watch.mode

    @property
    def mode_reason(self) -> Message | None:
        """Why it is not watched natively though it might be."""
        return self._watch.reason

    def listing(self) -> dict[Path, Signature]:
        """What lies in the folder now, complete or not. Raises `FolderAway`."""
        listing = listed(self.folder, file_system(self.folder), recursive=self._recursive, own_paths=self._own_paths)
        return {path: seen.signature for path, seen in listing.files.items()}

    def look(self, known: Known, *, limit: int = 32) -> Look:
        """Up to `limit` scans that have arrived and are not `known`. Raises `FolderAway`, `Busy`, `DiskFull`."""
        try:
            self._make_sure_it_is_there()
            self._lease.hold()
            is_fresh = 0 <= self._clock() - self._listed_at < LEAST_SECONDS_BETWEEN_LISTINGS
            if not is_fresh:
                self._observe(known)
        except Busy:
            self._watch.rest()
            self._kind = self._listing = None
            self._listed_at = -NEVER
            raise
        arrived, remain = self._take(limit)
        return Look(
            arrived=tuple(arrived),
            pending=self._settling.pending(),
            other_kinds=self._settling.other_kinds(),
            troubles=self._settling.troubles() + self._not_listed(),
            look_again_at=self._clock() if remain else self._look_again_at(was_listed=not is_fresh),
        )

    def release(self) -> None:
        """Let others have the folder: the program ends."""
        self._lease.release()

    def close(self) -> None:
        """Watch the folder no more, and let others have it."""
        self._watch.rest()
        self.release()

    # ------------------------------------------------------------ listing

    def _make_sure_it_is_there(self) -> None:
        """An empty folder where a drive was mounted is not the drive. Raises `FolderAway`."""
        try:
            with os.scandir(self.folder) as entries:
                is_empty = all(is_ignored(entry.name) for entry in entries)
        except OSError as error:
            raise away.unreadable(self.folder, error) from error
        if is_empty and self._mount is not None and not os.path.ismount(self._mount):
            raise away.not_there(self.folder)

    def _observe(self, known: Known) -> None:
        if self._kind is None:
            self._kind = file_system(self.folder)
            self._mount = mount_place(self.folder)
        self._watch.begin(self._kind)
        now = self._clock()
        listing = listed(
            self.folder, self._kind, recursive=self._recursive, own_paths=self._own_paths, before=self._listing
        )
        self._listing = listing
        self._listed_at = now
        self._watch.listed(listing.files, listing.folders, now)
        news = {path: seen for path, seen in listing.files.items() if not known(path, seen.signature)}
        self._settling.observe(news, now)

    def _not_listed(self) -> tuple[tuple[Path, Message], ...]:
        text = "The folder {folder} may not be read: what lies in it is not taken."
        places = self._listing.unreadable if self._listing is not None else ()
        return tuple((place, message(text, folder=str(place))) for place in places)

    def _look_again_at(self, *, was_listed: bool) -> float:
        now = self._clock()
        next_listing = NEVER if was_listed else self._listed_at + LEAST_SECONDS_BETWEEN_LISTINGS
        next_due = self._settling.next_due()
        return min(next_due, next_listing, self._watch.next_look(now), now + self._lease.seconds_to_renewal())

    # ------------------------------------------------------------ taking

    def _take(self, limit: int) -> tuple[list[Arrival], bool]:
        """Arrivals, and whether files remain that are due."""
        begun = self._clock()
        arrived: list[Arrival] = []
        due = self._settling.due(begun)
        for number, path in enumerate(due):
            if len(arrived) >= limit or (number and self._clock() - begun >= ENOUGH_SECONDS):
                return arrived, True
            arrival = self._inspected(path)
            if arrival is not None:
                self._settling.forget(path)
                arrived.append(arrival)
        return arrived, False

    def _inspected(self, path: Path) -> Arrival | None:
        if not self._looks_the_same(path):
            return None
        signature = self._settling.signature(path)
        inspection: Inspection | None = None
        refusal: Message | None = None
        try:
            inspection = self._pages.inspect(path)
        except LineError as error:
            refusal = self._refusal(path, error)
            if refusal is None:
                return None
        digest = inspection.digest if inspection else self._digest(path)
        if digest is None or not self._looks_the_same(path):
            return None
        return Arrival(
            path=path,
            folder=_as_text("/".join(path.parent.relative_to(self.folder).parts)),
            signature=signature,
            digest=digest,
            inspection=inspection,
            refusal=refusal,
        )

    def _refusal(self, path: Path, error: LineError) -> Message | None:
        """Why the file can never be read; None while it still may be, or is none of ours."""
        now = self._clock()
        given_up = False
        match error:
            case Gone():
                self._settling.forget(path)
            case NotAScan():
                self._settling.other_kind(path)
            case Incomplete():
                given_up = self._settling.is_given_up(path, error.message, now, patience_seconds=self._give_up_seconds)
            case Busy():
                self._settling.put_off(path, error.message, now)
            case Unreadable():
                patience_seconds = min(BELIEVED_UNREADABLE_SECONDS, self._give_up_seconds)
                given_up = self._settling.is_given_up(path, error.message, now, patience_seconds=patience_seconds)
            case _:
                given_up = self._settling.is_given_up_after_crash(path, error.message, now)
        return error.message if given_up else None

    def _digest(self, path: Path) -> str | None:
        """The SHA-256 of a file that cannot be read as a scan; None when its bytes cannot be had either."""
        try:
            with open(path, "rb", opener=_without_waiting) as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            reason = error.strerror or type(error).__name__
            trouble = message("The file {file} cannot be opened: {reason}.", file=path.name, reason=reason)
            self._settling.put_off(path, trouble, self._clock())
            return None

    def _looks_the_same(self, path: Path) -> bool:
        """Whether the file looks as when it was listed; if not, it begins to settle anew."""
        assert self._kind is not None
        return self._settling.observe_one(path, sighting(path, self._kind), self._clock())


def _without_waiting(path: str, flags: int) -> int:
    """Opens no link, and no pipe that somebody put there a moment ago."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))


def _as_text(name: str) -> str:
    """`name` for people's eyes: bytes that are no text become `?`."""
    return name.encode(errors="replace").decode()
