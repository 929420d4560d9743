"""Run at login: per user, without an administrator's rights. One interface, one file for each way.

entry.py      the interface, and what all ways share
program.py    the command that is started: this very installation, without a console
xdg.py        Linux: an entry in the desktop's autostart folder
systemd.py    Linux: a unit of the user's systemd (`--service`)
quoting.py    how those two want a command written    pure
windows.py    Windows: a value of the key Run
macos.py      macOS: a LaunchAgent

Rules
  1. Turning on twice is turning on once; off leaves nothing.
  2. What the person switched off in the system's own settings counts as off, here too.
  3. An entry that names a program that has moved is mended by the next start, if it is on (`mend`).
  4. One way at a time: two would start two.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from ocrwatch.desktop.autostart.entry import Entry
from ocrwatch.desktop.autostart.program import AT_LOGIN, at_login, service_command
from ocrwatch.errors import UsageError
from ocrwatch.messages import Message, message

__all__ = ["AT_LOGIN", "is_on", "mend", "status", "turn_off", "turn_on"]


def is_on() -> bool:
    """Whether this user's ocrwatch starts at login."""
    return any(entry.is_on() for entry in _entries())


def turn_on(config: Path | None = None, *, service: bool = False) -> None:
    """Start at login from now on, with the configuration `config` (None: the user's usual one).

    `service`: as a unit of systemd. Raises UsageError.
    """
    entries = _entries()
    if service and (len(entries) == 1 or shutil.which("systemctl") is None):
        raise UsageError(message("There is no systemd on this computer: leave --service out."))
    wanted = entries[-1 if service else 0]
    for entry in entries:
        if entry is not wanted:
            entry.turn_off()
    wanted.turn_on(service_command(config) if service else at_login(config))


def turn_off() -> None:
    """Start at login no more. Raises UsageError."""
    for entry in _entries():
        entry.turn_off()


def status() -> Message:
    """How it stands, in words."""
    for entry in _entries():
        if entry.is_on():
            command = entry.command()
            if command and not _is_there(command):
                text = "ocrwatch is to start at login, but {program} is not there any more. Say: ocrwatch autostart on"
                return message(text, program=command[0])
            return message("ocrwatch starts at login ({place}).", place=entry.place)
    return message("ocrwatch does not start at login. Let it: ocrwatch autostart on")


def mend(config: Path | None) -> bool:
    """Let an entry that is on name this installation; True when it was changed. Called by a daemon that starts with
    `config`. Raises UsageError.

    The entry of another configuration, whose program is there, is left alone.
    """
    for position, entry in enumerate(_entries()):
        command = entry.command() if entry.is_on() else None
        if not command:
            continue
        ours = at_login(config) if position == 0 else service_command(config)
        if command == ours:
            return False
        if _is_there(command):
            if _arguments(command) != _arguments(ours):
                return False
        else:
            ours = _program(ours) + _arguments(command)
        entry.turn_on(ours)
        return True
    return False


def _entries() -> tuple[Entry, ...]:
    """The ways that this system knows, the usual one first."""
    if sys.platform == "win32":
        from ocrwatch.desktop.autostart import windows

        return (windows.RunKey(),)
    if sys.platform == "darwin":
        from ocrwatch.desktop.autostart import macos

        return (macos.LaunchAgent(),)
    from ocrwatch.desktop.autostart import systemd, xdg

    return (xdg.DesktopEntry(), systemd.UserUnit())


def _is_there(command: Sequence[str]) -> bool:
    return Path(command[0]).exists()


def _arguments(command: Sequence[str]) -> tuple[str, ...]:
    """What stands behind the program: `-m MODULE` belongs to it."""
    return tuple(command[len(_program(command)) :])


def _program(command: Sequence[str]) -> tuple[str, ...]:
    return tuple(command[:3] if "-m" in command[1:2] else command[:1])
