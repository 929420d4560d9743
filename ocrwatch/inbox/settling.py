"""Which files of a folder are quiet, and how long to wait for those that are not ready.

    seen ──quiet for settle_seconds──▶ due ──inspected──▶ taken (forget)
      ▲                                 │                 not ready: due again, at growing intervals,
      └────── changed: from the start ──┘                 until it was quiet for so long that it is given up

Rules
  1. A change of the signature restarts everything: quiet time, intervals, patience, the count of crashes.
  2. A file is quiet since it was first seen to look so; since its own times where these can be trusted, so that
     what lay there before the start need not wait.
  3. A clock that was set back restarts everything: waiting twice costs seconds, a moment in the future costs hours.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ocrwatch.document import Signature
from ocrwatch.messages import Message

LONGEST_INTERVAL_SECONDS = 300.0
"""Between two inspections of a file that does not change and is not ready."""

CRASH_INTERVALS_SECONDS = (5.0, 30.0)
"""Waits after a first and a second crash of the decoder on a file; after the third it is given up."""

NEVER = float("inf")


@dataclass(frozen=True, slots=True)
class Sighting:
    """How a file looks now. `changed_at`: its newest time, s since the epoch; None when that cannot be trusted."""

    signature: Signature
    changed_at: float | None


@dataclass(slots=True, kw_only=True)
class _File:
    signature: Signature
    quiet_since: float
    due_at: float
    inspections: int = 0
    crashes: int = 0
    trouble: Message | None = None
    is_other_kind: bool = False


class Settling:
    """The files of one folder on their way to being taken."""

    def __init__(self, *, settle_seconds: float) -> None:
        self._settle_seconds = settle_seconds
        self._files: dict[Path, _File] = {}
        self._observed_at = -NEVER

    def observe(self, listing: Mapping[Path, Sighting], now: float) -> None:
        """The folder holds `listing` now, and nothing else."""
        if now < self._observed_at:
            self._files.clear()
        self._observed_at = now
        self._files = {path: self._seen(path, sighting, now) for path, sighting in listing.items()}

    def observe_one(self, path: Path, sighting: Sighting | None, now: float) -> bool:
        """The file at `path` looks so now (None: it is not there); whether it looks as it did before."""
        before = self._files.pop(path, None)
        if sighting is None:
            return False
        if before is not None and before.signature == sighting.signature:
            self._files[path] = before
            return True
        self._files[path] = self._seen(path, sighting, now)
        return False

    def due(self, now: float) -> list[Path]:
        """The files to be inspected now, in the order in which they were written."""
        due = [(file.signature.mtime_ns, path) for path, file in self._files.items() if file.due_at <= now]
        return [path for _, path in sorted(due)]

    def next_due(self) -> float:
        """When the next file is to be inspected, in seconds since the epoch; infinity when none is."""
        return min((file.due_at for file in self._files.values()), default=NEVER)

    def signature(self, path: Path) -> Signature:
        """How the file at `path` was last seen to look."""
        return self._files[path].signature

    # ------------------------------------------------------------ what an inspection said

    def is_given_up(self, path: Path, trouble: Message, now: float, *, patience_seconds: float) -> bool:
        """The file is not ready. True once it was quiet for `patience_seconds`; until then it is inspected again."""
        file = self._files[path]
        believed_at = file.quiet_since + patience_seconds
        if now >= believed_at:
            return True
        self.put_off(path, trouble, now)
        file.due_at = min(file.due_at, believed_at)
        return False

    def put_off(self, path: Path, trouble: Message, now: float) -> None:
        """The file cannot be inspected now: it is tried again, at growing intervals, for as long as it is there."""
        file = self._files[path]
        interval = min(max(self._settle_seconds, 1.0) * 2.0 ** min(file.inspections, 16), LONGEST_INTERVAL_SECONDS)
        file.inspections += 1
        file.due_at = now + interval
        file.trouble = trouble

    def is_given_up_after_crash(self, path: Path, trouble: Message, now: float) -> bool:
        """The decoder crashed on the file. True when it has done so too often; until then it is inspected again."""
        file = self._files[path]
        if file.crashes == len(CRASH_INTERVALS_SECONDS):
            return True
        file.due_at = now + CRASH_INTERVALS_SECONDS[file.crashes]
        file.crashes += 1
        file.trouble = trouble
        return False

    def other_kind(self, path: Path) -> None:
        """The file is no scan: it is left alone until it changes."""
        file = self._files[path]
        file.is_other_kind = True
        file.due_at = NEVER
        file.trouble = None

    def forget(self, path: Path) -> None:
        """The file was taken, or is gone."""
        self._files.pop(path, None)

    # ------------------------------------------------------------ for the status

    def pending(self) -> int:
        """How many files may still become scans."""
        return sum(not file.is_other_kind for file in self._files.values())

    def other_kinds(self) -> tuple[Path, ...]:
        """The files that are no scans, sorted."""
        return tuple(sorted(path for path, file in self._files.items() if file.is_other_kind))

    def troubles(self) -> tuple[tuple[Path, Message], ...]:
        """The files that were inspected and are not ready, and why; sorted."""
        found = [(path, file.trouble) for path, file in self._files.items() if file.trouble is not None]
        return tuple(sorted(found, key=lambda pair: pair[0]))

    def _seen(self, path: Path, sighting: Sighting, now: float) -> _File:
        before = self._files.get(path)
        if before is not None and before.signature == sighting.signature:
            return before
        changed_at = sighting.changed_at
        quiet_since = now if changed_at is None or changed_at > now else changed_at
        return _File(
            signature=sighting.signature,
            quiet_since=quiet_since,
            due_at=quiet_since + self._settle_seconds,
        )
