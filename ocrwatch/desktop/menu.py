"""The menu as data: what its entries say, and what each does.

An action is told by its type and what it concerns; `deeds.py` carries it out. Nothing here is drawn or translated:
a tray does that, once, when the look has changed.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ocrwatch.messages import Message, message
from ocrwatch.service.status import Status

HOUR_SECONDS = 3600.0

FAILURES_SHOWN = 10
"""More would not fit a screen; the folder has them all."""


# ---------------------------------------------------------------- what is seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A watched folder, and the spreadsheet its rows go to (with `{year}`, `{month}` where there is one a month)."""

    folder: Path
    ledger: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A scan in `failed`: where it lies, and why."""

    path: Path
    reason: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """Which entries there can be. `starts_at_login`: whether it does; None where that cannot be told or changed."""

    version: str
    settings: bool = False
    starts_at_login: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """All that is shown.

    `failures`: the newest of the `failed` scans that lie in `failed` now. `doubtful`: rows with something to look at,
    since a spreadsheet was last opened from here. `paused_until`: the hour to which a person's pause lasts, as text.
    """

    status: Status
    watched: tuple[Watched, ...]
    offers: Offers
    failures: tuple[Failure, ...] = ()
    failed: int = 0
    doubtful: int = 0
    paused_until: str = ""


# ---------------------------------------------------------------- what entries do


@dataclass(frozen=True, slots=True)
class OpenLedger:
    """Open a spreadsheet; `ledger` may hold `{year}` and `{month}`."""

    ledger: Path


@dataclass(frozen=True, slots=True)
class OpenFolder:
    """Open a folder."""

    folder: Path


@dataclass(frozen=True, slots=True)
class ShowFile:
    """Show a file in its folder."""

    path: Path


@dataclass(frozen=True, slots=True)
class ReadFile:
    """Let a person choose files, and copy them into `folder`."""

    folder: Path


@dataclass(frozen=True, slots=True)
class RetryAll:
    """Read the failed scans again."""


@dataclass(frozen=True, slots=True)
class PauseReading:
    """Pause for so long, or (None) until the person resumes."""

    seconds: float | None


@dataclass(frozen=True, slots=True)
class ResumeReading:
    """Go on."""


@dataclass(frozen=True, slots=True)
class DecideHeld:
    """Read what lay in the folders before they were watched, or leave it alone."""

    read: bool


@dataclass(frozen=True, slots=True)
class StartAtLogin:
    """Have the program started at login, or not."""

    on: bool


@dataclass(frozen=True, slots=True)
class OpenSettings:
    """Change the settings."""


@dataclass(frozen=True, slots=True)
class OpenLog:
    """Open the log."""


@dataclass(frozen=True, slots=True)
class Quit:
    """End the program."""


Action = (
    OpenLedger
    | OpenFolder
    | ShowFile
    | ReadFile
    | RetryAll
    | PauseReading
    | ResumeReading
    | DecideHeld
    | StartAtLogin
    | OpenSettings
    | OpenLog
    | Quit
)


# ---------------------------------------------------------------- what entries are


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An entry: a plain line without `action`, a submenu with `entries`. `checked`: None where there is no tick."""

    text: Message
    action: Action | None = None
    checked: bool | None = None
    entries: tuple[Entry, ...] = ()

    @property
    def is_enabled(self) -> bool:
        """Whether there is anything to click or to open."""
        return self.action is not None or bool(self.entries)


@dataclass(frozen=True, slots=True)
class Separator:
    """A line between entries."""


Entry = Item | Separator


def menu_of(seen: Seen, headline: Sequence[Message]) -> tuple[Entry, ...]:
    """The menu; `headline` says what happens now."""
    return (
        *(Item(text=said) for said in headline),
        *_held(seen),
        Separator(),
        *_ledgers(seen),
        *_folders(seen),
        *_reading(seen),
        *_failed(seen),
        Separator(),
        *_pausing(seen),
        Separator(),
        *_program(seen),
        Separator(),
        Item(text=message("Quit"), action=Quit()),
    )


def named(text: str) -> Message:
    """A name as an entry: nothing to translate."""
    return Message("{text}", (("text", text),))


def where_pictures_go(status: Status) -> Message:
    """Whether scans leave this computer, and for where."""
    if status.daemon.engine:
        return message("Pictures are sent to {host} to be read.", host=status.daemon.engine)
    return message("Pictures are read on this computer.")


def _held(seen: Seen) -> Iterator[Item]:
    if not seen.status.held:
        return
    yield Item(
        text=message("Scans that lay there before ({count})", count=sum(seen.status.held.values())),
        entries=(
            Item(text=message("Read them all"), action=DecideHeld(read=True)),
            Item(text=message("Leave them alone"), action=DecideHeld(read=False)),
        ),
    )


def _ledgers(seen: Seen) -> Iterator[Item]:
    ledgers = list(dict.fromkeys(each.ledger for each in seen.watched))
    entries = tuple(
        Item(text=named(name), action=OpenLedger(ledger))
        for ledger, name in zip(ledgers, _told_apart(ledgers), strict=True)
    )
    yield from _one_or_submenu(message("Open spreadsheet"), entries)


def _folders(seen: Seen) -> Iterator[Item]:
    folders = [each.folder for each in seen.watched]
    entries = tuple(
        Item(text=named(name), action=OpenFolder(folder))
        for folder, name in zip(folders, _told_apart(folders), strict=True)
    )
    yield from _one_or_submenu(message("Open watched folder"), entries)


def _reading(seen: Seen) -> Iterator[Item]:
    folders = [each.folder for each in seen.watched]
    if len(folders) == 1:
        yield Item(text=message("Read a file…"), action=ReadFile(folders[0]))
        return
    names = _told_apart(folders)
    entries = tuple(
        Item(text=message("Into {folder}…", folder=name), action=ReadFile(folder))
        for folder, name in zip(folders, names, strict=True)
    )
    yield Item(text=message("Read a file"), entries=entries)


def _failed(seen: Seen) -> Iterator[Item]:
    if not seen.failures:
        return
    shown = (Item(text=_about(failure), action=ShowFile(failure.path)) for failure in seen.failures[:FAILURES_SHOWN])
    retry = Item(text=message("Read all of them again"), action=RetryAll())
    yield Item(text=message("Failed ({count})", count=seen.failed), entries=(*shown, Separator(), retry))


def _about(failure: Failure) -> Message:
    name = failure.path.name
    return (
        failure.reason if name in str(failure.reason) else message("{name}: {reason}", name=name, reason=failure.reason)
    )


def _pausing(seen: Seen) -> Iterator[Item]:
    if seen.status.daemon.pause is not None:
        yield Item(text=message("Resume reading"), action=ResumeReading())
        return
    yield Item(text=message("Pause for 1 hour"), action=PauseReading(HOUR_SECONDS))
    yield Item(text=message("Pause until I resume"), action=PauseReading(None))


def _program(seen: Seen) -> Iterator[Item]:
    starts = seen.offers.starts_at_login
    if starts is not None:
        yield Item(text=message("Start at login"), action=StartAtLogin(not starts), checked=starts)
    if seen.offers.settings:
        yield Item(text=message("Settings…"), action=OpenSettings())
    yield Item(text=message("Log"), action=OpenLog())
    yield Item(
        text=message("About"),
        entries=(
            Item(text=named(f"ocrwatch {seen.offers.version}")),
            Item(text=message("MIT licence")),
            Item(text=where_pictures_go(seen.status)),
        ),
    )


def _one_or_submenu(text: Message, entries: tuple[Item, ...]) -> Iterator[Item]:
    """Where there is only one, it needs no submenu."""
    if len(entries) == 1:
        (only,) = entries
        yield Item(text=message("{what}: {name}", what=text, name=only.text), action=only.action)
    elif entries:
        yield Item(text=text, entries=entries)


def _told_apart(paths: Sequence[Path]) -> list[str]:
    """Their names; those that share one with their folder's before it."""
    names = [path.name for path in paths]
    return [f"{path.parent.name}/{path.name}" if names.count(path.name) > 1 else path.name for path in paths]
