"""What a person is told beside the icon, and when: what is worth an interruption, never one notice for each scan.

    noted(diary, document, now)      a scan has moved: what came of it is counted
    due(diary, status, now)          what is to be said now, and when to ask again

    done, doubtful, failed     when the backlog is over: nothing is under way, or nothing has moved for a while
    waiting                    once for each spreadsheet and reason, when rows have waited for a moment
    paused                     once for each reason; a person's own pause is no news

Pure: no clock, disk, thread, network or log. `now` is any seconds that only go on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path

from ocrwatch.desktop.menu import Action, OpenFolder, OpenLedger, ShowFile
from ocrwatch.document import Arrived, Document, Filed, Outcome
from ocrwatch.ledger.volumes import workbook_of
from ocrwatch.messages import Message, message
from ocrwatch.service.status import Status

QUIET_SECONDS = 4.0
"""A backlog is over when nothing has moved for so long, even where something waits."""

SETTLED_SECONDS = 1.0
"""Nothing under way for so long: the next scan of a person at the scanner may follow at once."""

LONGEST_SECONDS = 600.0
"""A backlog that takes hours is told of now and then."""

WAITING_SECONDS = 10.0
"""Rows that wait for less are no news: somebody saves a spreadsheet."""


class Kind(Enum):
    """What a notice is about; each can be turned off."""

    DONE = "done"
    FAILED = "failed"
    DOUBTFUL = "doubtful"
    PAUSED = "paused"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something to say. `action` is what a click does, `offer` says so."""

    kind: Kind
    title: Message
    text: Message
    action: Action | None = None
    offer: Message | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What was added to one spreadsheet."""

    scans: int = 0
    doubtful: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Diary:
    """What has happened and was not told yet.

    `again`: documents that are read again, which add nothing. `waits`: since when rows wait, by spreadsheet and reason.
    `told`: of those, and of pauses, what was told.
    """

    added: dict[Path, Added] = field(default_factory=dict)
    failed: tuple[Filed, ...] = ()
    names: tuple[str, ...] = ()
    again: frozenset[int] = frozenset()
    since: float | None = None
    moved_at: float = 0.0
    waits: dict[tuple[str, Message], float] = field(default_factory=dict)
    told: frozenset[tuple[str, Message]] = frozenset()


def noted(diary: Diary, document: Document, now: float) -> Diary:
    """`diary` after `document` has moved on."""
    diary = replace(diary, moved_at=now)
    match document.stage:
        case Arrived(earlier=earlier) if earlier:
            return replace(diary, again=diary.again | {document.key})
        case Filed(outcome=Outcome.DONE) if document.key in diary.again:
            return replace(diary, again=diary.again - {document.key})
        case Filed(outcome=Outcome.DONE) as stage:
            return _with_rows(diary, document, stage, now)
        case Filed(outcome=Outcome.FAILED) as stage:
            since = now if diary.since is None else diary.since
            return replace(diary, failed=(*diary.failed, stage), names=(*diary.names, document.path.name), since=since)
        case _:
            return diary


def due(
    diary: Diary, status: Status, now: float, wanted: frozenset[Kind] = frozenset(Kind)
) -> tuple[Diary, tuple[Notice, ...], float | None]:
    """What is to be said at `now`, the diary after that, and in how many seconds to ask again (None: with the next
    change)."""
    notices: list[Notice] = []
    seconds: list[float] = []
    wait = _seconds_to_end(diary, status, now)
    if wait is not None and wait <= 0:
        notices += _of_backlog(diary, wanted)
        diary = replace(diary, added={}, failed=(), names=(), since=None)
    elif wait is not None:
        seconds.append(wait)
    diary, waiting, wait = _of_waiting(diary, status, now)
    notices += waiting
    seconds += [] if wait is None else [wait]
    diary, paused = _of_pause(diary, status)
    notices += paused
    said = tuple(notice for notice in notices if notice.kind in wanted)
    return diary, said, min(seconds, default=None)


# ---------------------------------------------------------------- a backlog


def _with_rows(diary: Diary, document: Document, stage: Filed, now: float) -> Diary:
    pattern = Path(document.book.rpartition("|")[0])
    month = stage.rows[0].volume if stage.rows else ""
    ledger = workbook_of(pattern, month) if month else pattern
    before = diary.added.get(ledger, Added())
    doubtful = sum(bool(row.check) for row in stage.rows)
    after = Added(scans=before.scans + 1, doubtful=before.doubtful + doubtful)
    since = now if diary.since is None else diary.since
    return replace(diary, added={**diary.added, ledger: after}, since=since)


def _seconds_to_end(diary: Diary, status: Status, now: float) -> float | None:
    """The seconds until what has gathered is told; None where nothing has."""
    if diary.since is None:
        return None
    is_idle = not (status.to_read or status.to_record)
    quiet = SETTLED_SECONDS if is_idle else QUIET_SECONDS
    return min(diary.moved_at + quiet, diary.since + LONGEST_SECONDS) - now


def _of_backlog(diary: Diary, wanted: frozenset[Kind]) -> Iterator[Notice]:
    for ledger, added in diary.added.items():
        yield from _of_ledger(ledger, added, wanted)
    if diary.failed:
        yield _of_failures(diary.failed, diary.names)


def _of_ledger(ledger: Path, added: Added, wanted: frozenset[Kind]) -> Iterator[Notice]:
    """One notice for what was added and what of it is doubtful, unless only one of these is wanted."""
    name = ledger.name
    looks = _doubtful(added.doubtful) if Kind.DOUBTFUL in wanted else None
    where = Message("{text}", (("text", str(ledger)),))
    if Kind.DONE in wanted:
        kind, title = Kind.DONE, _added(added.scans, name)
    elif looks is not None:
        kind, title = Kind.DOUBTFUL, message("Rows to look at in {ledger}", ledger=name)
    else:
        return
    offer = message("Open spreadsheet")
    yield Notice(kind=kind, title=title, text=looks or where, action=OpenLedger(ledger), offer=offer)


def _added(scans: int, ledger: str) -> Message:
    if scans == 1:
        return message("1 scan was added to {ledger}", ledger=ledger)
    return message("{count} scans were added to {ledger}", count=scans, ledger=ledger)


def _doubtful(count: int) -> Message | None:
    if not count:
        return None
    if count == 1:
        return message("1 row has something to look at: see its column Check.")
    return message("{count} rows have something to look at: see their column Check.", count=count)


def _of_failures(failed: Sequence[Filed], names: Sequence[str]) -> Notice:
    first = failed[0]
    if len(failed) == 1:
        action = None if first.path is None else ShowFile(first.path)
        return Notice(
            kind=Kind.FAILED,
            title=message("{name} could not be read", name=names[0]),
            text=first.reason or message("It lies in the folder failed."),
            action=action,
            offer=message("Show the file"),
        )
    folders = Counter(each.path.parent for each in failed if each.path is not None)
    reasons = Counter(each.reason for each in failed if each.reason is not None)
    usual = message("They lie in the folder failed, each with its reason beside it.")
    return Notice(
        kind=Kind.FAILED,
        title=message("{count} scans could not be read", count=len(failed)),
        text=usual if len(reasons) != 1 else next(iter(reasons)),
        action=OpenFolder(folders.most_common(1)[0][0]) if folders else None,
        offer=message("Open their folder"),
    )


# ---------------------------------------------------------------- what stands still


def _of_waiting(diary: Diary, status: Status, now: float) -> tuple[Diary, list[Notice], float | None]:
    present = {(group.ledger, group.reason): len(group.names) for group in status.waiting if group.ledger}
    waits = {key: diary.waits.get(key, now) for key in present}
    old = [key for key, since in waits.items() if now - since >= WAITING_SECONDS and key not in diary.told]
    young = [since + WAITING_SECONDS - now for since in waits.values() if now - since < WAITING_SECONDS]
    notices = [Notice(kind=Kind.WAITING, title=_wait(present[key], key[0]), text=key[1]) for key in old]
    told = frozenset(key for key in diary.told if key in present or not key[0]) | set(old)
    return replace(diary, waits=waits, told=told), notices, min(young, default=None)


def _wait(rows: int, ledger: str) -> Message:
    if rows == 1:
        return message("1 row waits for {ledger}", ledger=ledger)
    return message("{count} rows wait for {ledger}", count=rows, ledger=ledger)


def _of_pause(diary: Diary, status: Status) -> tuple[Diary, list[Notice]]:
    pause = status.daemon.pause
    others = frozenset(key for key in diary.told if key[0])
    if pause is None or pause.by_user:
        return replace(diary, told=others), []
    key = ("", pause.reason)
    after = replace(diary, told=others | {key})
    if key in diary.told:
        return after, []
    return after, [Notice(kind=Kind.PAUSED, title=message("Reading is paused"), text=pause.reason)]
