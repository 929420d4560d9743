"""What the pages need of the program. The commands bring it; tests bring the same, or plain ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from ocrwatch.messages import Message
from ocrwatch.ports import Render
from ocrwatch.settings_pages.draft import Draft, Kind, Watched

KeyPlace = Literal["variable", "keyring", "file", ""]

Pairs = Sequence[tuple[str, str]]
"""Labels and values, as they are to be shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """The configuration as it is. `is_first`: there is none yet, and `draft` is what is proposed.

    `draft` is None where the file cannot be used; `trouble` says why. `locked`: settings that cannot be changed here
    ("reader.engine"), and why. `stamp` is another one when the text is another.
    """

    path: Path
    text: str
    stamp: str
    is_first: bool
    draft: Draft | None
    trouble: Message | None = None
    warnings: tuple[Message, ...] = ()
    kinds: tuple[Kind, ...]
    has_headings: bool = False
    locked: Mapping[str, Message] = field(default_factory=dict)


class Configuration(Protocol):
    """The configuration file."""

    def present(self) -> Present:
        """As it is now."""
        ...

    def check(self, draft: Draft) -> None:
        """Raises ConfigurationError for what could not be saved; writes nothing."""
        ...

    def save(self, draft: Draft) -> None:
        """Write what differs. Raises ConfigurationError; the file is then as it was."""
        ...

    def save_text(self, text: str) -> None:
        """Write the whole file. Raises ConfigurationError; the file is then as it was."""
        ...


class Keys(Protocol):
    """The key of the reading service that a draft names."""

    def place(self, draft: Draft) -> KeyPlace:
        """Where it comes from."""
        ...

    def keep(self, draft: Draft, key: str) -> None:
        """Into the keyring. Raises ConfigurationError where it is locked, or none is there."""
        ...

    def forget(self, draft: Draft) -> None:
        """Out of the keyring. Raises ConfigurationError."""
        ...


class Trying(Protocol):
    """Reading one picture; nothing is recorded."""

    def local_problem(self) -> Message | None:
        """What keeps this computer from reading by itself."""
        ...

    def sample(self, watched: Watched) -> Path | None:
        """A picture of the program's own of this kind."""
        ...

    def read(self, draft: Draft, watched: Watched, picture: Path) -> Sequence[Pairs]:
        """The rows it would become. Raises `OcrwatchError`."""
        ...


class Login(Protocol):
    """Whether ocrwatch starts at login."""

    def is_on(self) -> bool:
        """As it is now."""
        ...

    def turn(self, on: bool) -> None:
        """Raises UsageError."""
        ...


class Computer(Protocol):
    """The daemon, and the folders."""

    def is_running(self) -> bool:
        """Whether the daemon runs."""
        ...

    def start(self) -> None:
        """Start the daemon. Raises UsageError with what it said where it ended at once."""
        ...

    def files_in(self, folder: str) -> int:
        """The files that lie in `folder`; 0 where it is not there or is watched already."""
        ...

    def make(self, draft: Draft) -> None:
        """Make the watched folders that are not there. Raises UsageError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """All of it. `login` is None where the system cannot start anything at login."""

    configuration: Configuration
    keys: Keys
    trying: Trying
    computer: Computer
    login: Login | None
    render: RenderIn


class RenderIn(Protocol):
    """Finds what puts messages into a language."""

    def __call__(self, language: str) -> Render:
        """For "auto", "en", "zh_CN"."""
        ...
