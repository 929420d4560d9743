"""The frozen snapshot that the tray, `ocrwatch status` and the review page all render.

Half of it stands in the journal at any time (what waits, what failed). The other half only the daemon knows
(how folders are watched, what it is doing): it publishes that when it changes. Nobody parses log lines.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ocrwatch.document import Arrived, Document, Read
from ocrwatch.journal import Journal
from ocrwatch.ledger.volumes import workbook_of
from ocrwatch.messages import JSON, Message, message, message_from_data, message_to_data
from ocrwatch.ports import Render
from ocrwatch.service.pausing import Pause

NAMES_SHOWN = 12
"""Of the files that wait for one reason; more would hide what else is said."""

ASKED_SECONDS = 7 * 86_400.0
"""How long a person is asked whether they deleted the rows that are gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderStatus:
    """A watched folder. `mode` is "native", "poll" or "" (not yet).

    `unsettled`: how many files may still become scans; `not_ready` says of some why they are not yet.
    `other_kinds` are names of files that are no scans and are left alone.
    """

    folder: str
    mode: str = ""
    mode_reason: Message | None = None
    trouble: Message | None = None
    unsettled: int = 0
    not_ready: tuple[Message, ...] = ()
    other_kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DaemonStatus:
    """What only the daemon knows. `engine` is where pictures go: a host name, or "" for this computer.

    `started_at`: seconds since the epoch. `trouble`: why the line could not be taken up yet. `offline`: the service
    could not be reached the last time. `misconfigured`: what is wrong with a configuration that was changed since.
    """

    started_at: float = 0.0
    engine: str = ""
    offline: bool = False
    trouble: Message | None = None
    misconfigured: Message | None = None
    folders: tuple[FolderStatus, ...] = ()
    pause: Pause | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Documents that wait together, by their files' names: for `ledger`, or ("") for their next reading."""

    ledger: str
    names: tuple[str, ...]
    reason: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How things stand. `corrections` (cells) and `rows_gone`: what people changed in the ledgers, as last noticed.
    `lost`: how many rows are gone from a ledger lately that nobody is known to have deleted."""

    running: bool
    daemon: DaemonStatus = field(default_factory=DaemonStatus)
    to_read: int = 0
    to_record: int = 0
    done: int = 0
    failed: int = 0
    duplicates: int = 0
    held: Mapping[str, int] = field(default_factory=dict)
    waiting: tuple[Waiting, ...] = ()
    corrections: int = 0
    rows_gone: int = 0
    blank: int = 0
    lost: Mapping[str, int] = field(default_factory=dict)

    @property
    def state(self) -> str:
        """One word: stopped, paused, waiting, working, attention or idle."""
        if not self.running:
            return "stopped"
        if self.daemon.pause is not None:
            return "paused"
        if self.waiting or self.daemon.trouble or any(folder.trouble for folder in self.daemon.folders):
            return "waiting"
        if self.to_read or self.to_record:
            return "working"
        return "attention" if self.held or self.lost or self.daemon.misconfigured else "idle"


def snapshot(journal: Journal, daemon: DaemonStatus | None) -> Status:
    """How things stand now; `daemon` is None where none runs."""
    on_the_line = journal.documents.on_the_line()
    totals: dict[str, int] = defaultdict(int)
    for (_, station), count in journal.documents.counts().items():
        totals[station] += count
    corrections, rows_gone = journal.written.counts()
    unanswered = journal.written.unanswered(journal.database.clock() - ASKED_SECONDS)
    to_read = sum(isinstance(document.stage, Arrived) for document in on_the_line)
    return Status(
        running=daemon is not None,
        daemon=daemon or DaemonStatus(),
        to_read=to_read,
        to_record=len(on_the_line) - to_read,
        done=totals["done"],
        failed=totals["failed"],
        duplicates=totals["duplicate"],
        blank=totals["blank"],
        held={str(folder): count for folder, count in journal.sightings.held().items()},
        waiting=waiting(on_the_line, daemon.pause if daemon else None),
        corrections=corrections,
        rows_gone=rows_gone,
        lost={Path(book.rpartition("|")[0]).name: count for book, count in unanswered.items()},
    )


def waiting(on_the_line: Sequence[Document], pause: Pause | None) -> tuple[Waiting, ...]:
    """What waits, for which ledger and why; one entry per ledger and reason."""
    groups: dict[tuple[str, Message], list[str]] = defaultdict(list)
    for document in on_the_line:
        reason = document.trouble
        if reason is None and pause is not None and isinstance(document.stage, Arrived):
            reason = pause.reason
        if reason is not None:
            ledger = _workbook(document, document.stage) if isinstance(document.stage, Read) else ""
            groups[ledger, reason].append(document.path.name)
    return tuple(
        Waiting(ledger=ledger, names=tuple(names), reason=reason) for (ledger, reason), names in groups.items()
    )


def _workbook(document: Document, stage: Read) -> str:
    """The name of the workbook that its rows wait for."""
    path = Path(document.book.rpartition("|")[0])
    volume = stage.rows[0].volume if stage.rows else ""
    return workbook_of(path, volume).name if volume else path.name


def sentences_of_waiting(status: Status) -> tuple[Message, ...]:
    """Everything that is not done and why, in words."""
    return (
        *filter(None, (status.daemon.trouble, status.daemon.misconfigured)),
        *(_sentence(waiting) for waiting in status.waiting),
        *(folder.trouble for folder in status.daemon.folders if folder.trouble is not None),
        *(said for folder in status.daemon.folders for said in _not_ready(folder)),
        *(held(folder, count) for folder, count in status.held.items()),
        *(_lost(ledger, count) for ledger, count in status.lost.items()),
    )


def _sentence(waiting: Waiting) -> Message:
    """ "3 rows wait for Ledger.xlsx: it is open (a.jpg, b.jpg, c.jpg)"."""
    count, names = len(waiting.names), _enumerated(waiting.names)
    if waiting.ledger:
        if count == 1:
            text = "1 row waits for {ledger}: {reason} ({names})"
            return message(text, ledger=waiting.ledger, reason=waiting.reason, names=names)
        text = "{count} rows wait for {ledger}: {reason} ({names})"
        return message(text, count=count, ledger=waiting.ledger, reason=waiting.reason, names=names)
    if count == 1:
        return message("1 scan waits: {reason} ({names})", reason=waiting.reason, names=names)
    return message("{count} scans wait: {reason} ({names})", count=count, reason=waiting.reason, names=names)


def _enumerated(names: Sequence[str]) -> str:
    shown = ", ".join(names[:NAMES_SHOWN])
    return shown if len(names) <= NAMES_SHOWN else f"{shown}, …"


def _not_ready(folder: FolderStatus) -> tuple[Message, ...]:
    others = folder.unsettled - len(folder.not_ready)
    if others <= 0:
        return folder.not_ready
    text = "{folder}: files that are not complete yet: {count}."
    return (*folder.not_ready, message(text, folder=folder.folder, count=others))


def held(folder: str, count: int) -> Message:
    """The scans that a person must decide on, in words."""
    text = (
        "{count} scans lay in {folder} when it was first watched. Read them: ocrwatch accept. Leave them alone: "
        "ocrwatch accept --skip"
    )
    return message(text, folder=folder, count=count)


def _lost(ledger: str, count: int) -> Message:
    text = (
        "Rows are missing from {ledger}: {count}. Did you delete them? Then all is well. If not, an older copy was "
        "saved over it; to add them again: ocrwatch ledger rebuild"
    )
    return message(text, ledger=ledger, count=count)


# ---------------------------------------------------------------- as JSON


def daemon_to_json(daemon: DaemonStatus) -> str:
    """What the daemon publishes."""
    return json.dumps(
        {
            "started_at": daemon.started_at,
            "engine": daemon.engine,
            "offline": daemon.offline,
            "trouble": _maybe(daemon.trouble),
            "misconfigured": _maybe(daemon.misconfigured),
            "folders": [
                {
                    **asdict(folder),
                    "mode_reason": _maybe(folder.mode_reason),
                    "trouble": _maybe(folder.trouble),
                    "not_ready": [message_to_data(said) for said in folder.not_ready],
                }
                for folder in daemon.folders
            ],
            "pause": _pause_out(daemon.pause),
        }
    )


def daemon_from_json(text: str | None) -> DaemonStatus:
    """What `daemon_to_json` wrote; nothing published yet is an empty status."""
    if text is None:
        return DaemonStatus()
    data = json.loads(text)
    folders = tuple(
        FolderStatus(
            folder=folder["folder"],
            mode=folder["mode"],
            mode_reason=_message(folder["mode_reason"]),
            trouble=_message(folder["trouble"]),
            unsettled=folder["unsettled"],
            not_ready=tuple(message_from_data(said) for said in folder["not_ready"]),
            other_kinds=tuple(folder["other_kinds"]),
        )
        for folder in data["folders"]
    )
    return DaemonStatus(
        started_at=data.get("started_at", 0.0),
        engine=data["engine"],
        offline=data.get("offline", False),
        trouble=_message(data.get("trouble")),
        misconfigured=_message(data.get("misconfigured")),
        folders=folders,
        pause=_pause_in(data["pause"]),
    )


def pause_to_json(pause: Pause | None) -> str | None:
    """A pause as JSON text; None stays None."""
    return None if pause is None else json.dumps(_pause_out(pause))


def pause_from_json(text: str | None) -> Pause | None:
    """The pause that `pause_to_json` wrote."""
    return None if text is None else _pause_in(json.loads(text))


def status_to_json(status: Status, render: Render) -> str:
    """`ocrwatch status --json`: stable names, sentences in the user's language."""

    def text(message: Message | None) -> str | None:
        return None if message is None else render(message)

    pause = status.daemon.pause
    data: dict[str, JSON] = {
        "state": status.state,
        "running": status.running,
        "engine": status.daemon.engine or "local",
        "to_read": status.to_read,
        "to_record": status.to_record,
        "done": status.done,
        "failed": status.failed,
        "duplicates": status.duplicates,
        "blank": status.blank,
        "held": dict(status.held),
        "corrections": status.corrections,
        "rows_gone": status.rows_gone,
        "rows_lost": dict(status.lost),
        "waiting": [
            {"ledger": w.ledger, "documents": len(w.names), "names": list(w.names), "reason": text(w.reason)}
            for w in status.waiting
        ],
        "pause": None if pause is None else {"by_user": pause.by_user, "reason": text(pause.reason)},
        "folders": [
            {
                "folder": folder.folder,
                "mode": folder.mode,
                "mode_reason": text(folder.mode_reason),
                "trouble": text(folder.trouble),
                "unsettled": folder.unsettled,
                "not_ready": [text(said) for said in folder.not_ready],
                "other_kinds": list(folder.other_kinds),
            }
            for folder in status.daemon.folders
        ],
    }
    return json.dumps(data, ensure_ascii=False, indent=2)


def _maybe(message: Message | None) -> JSON:
    return None if message is None else message_to_data(message)


def _message(data: JSON) -> Message | None:
    return None if data is None else message_from_data(data)


def _pause_out(pause: Pause | None) -> JSON:
    if pause is None:
        return None
    times: dict[str, JSON] = {"since": pause.since, "until": pause.until, "probe_at": pause.probe_at}
    return {"reason": message_to_data(pause.reason), "by_user": pause.by_user, **times}


def _pause_in(data: Mapping[str, JSON] | None) -> Pause | None:
    if data is None:
        return None
    reason, since = data["reason"], data["since"]
    assert isinstance(since, float | int)
    return Pause(
        reason=message_from_data(reason),
        since=since,
        by_user=bool(data["by_user"]),
        until=_time(data["until"]),
        probe_at=_time(data["probe_at"]),
    )


def _time(data: JSON) -> float | None:
    return data if isinstance(data, float | int) else None
