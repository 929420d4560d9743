"""macOS: a LaunchAgent. It takes effect at the next login.

launchd is not told to load it now: it would start a second program at once (RunAtLoad), and to unload it would end the
one that was asked. `KeepAlive` brings it back after a crash alone: not when it was quit, and not when its configuration
is wrong.
"""

from __future__ import annotations

import os
import plistlib
from collections.abc import Sequence
from pathlib import Path
from xml.parsers.expat import ExpatError

from ocrwatch.desktop.autostart.entry import take_away, told, write

LABEL = "ocrwatch"


class LaunchAgent:
    """`ocrwatch.plist` among the user's LaunchAgents."""

    def __init__(self) -> None:
        self._path = Path.home() / "Library" / "LaunchAgents" / f"{LABEL}.plist"

    @property
    def place(self) -> str:
        """The file."""
        return str(self._path)

    def command(self) -> tuple[str, ...] | None:
        """What it starts."""
        try:
            arguments = plistlib.loads(self._path.read_bytes()).get("ProgramArguments", [])
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, plistlib.InvalidFileException, ExpatError, ValueError, AttributeError):
            return ()
        return tuple(map(str, arguments)) if isinstance(arguments, list) else ()

    def is_on(self) -> bool:
        """Whether the file is there."""
        return bool(self.command())

    def turn_on(self, command: Sequence[str]) -> None:
        """Write it, and take back what the person may have switched off in the system's settings."""
        write(self._path, agent(command))
        if (user := getattr(os, "getuid", None)) is not None:
            told(["launchctl", "enable", f"gui/{user()}/{LABEL}"])

    def turn_off(self) -> None:
        """Remove it."""
        take_away(self._path)


def agent(command: Sequence[str]) -> bytes:
    """The property list that starts `command`."""
    return plistlib.dumps(
        {
            "Label": LABEL,
            "ProgramArguments": list(command),
            "RunAtLoad": True,
            "KeepAlive": {"Crashed": True},
            "LimitLoadToSessionType": "Aqua",  # it has an icon
            "ProcessType": "Interactive",
        }
    )
