"""Linux desktops: `ocrwatch.desktop` in the user's autostart folder (Desktop Application Autostart Specification).

An administrator may have put an entry of the same name into a folder for all users. To be off is then a file of the
user's that hides it, and to be on none.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from ocrwatch.desktop.autostart.entry import take_away, text_of, write
from ocrwatch.desktop.autostart.quoting import desktop_command, desktop_exec, desktop_value

_NAME = "ocrwatch.desktop"
_HIDDEN = "[Desktop Entry]\nType=Application\nName=ocrwatch\nHidden=true\n"


class DesktopEntry:
    """The entry in the folder `autostart` of the user's configuration."""

    def __init__(self) -> None:
        self._path = configuration_folder() / "autostart" / _NAME

    @property
    def place(self) -> str:
        """The file."""
        return str(self._path)

    def command(self) -> tuple[str, ...] | None:
        """What the user's own entry starts."""
        text = text_of(self._path)
        return None if text is None else desktop_command(_keys(text).get("Exec", ""))

    def is_on(self) -> bool:
        """Whether the desktop would start it. Settings of desktops switch an entry off by a key in it."""
        text = text_of(self._path)
        keys = _keys(text if text is not None else _for_all_users() or "")
        return bool(keys.get("Exec")) and keys.get("Hidden") != "true" and keys.get(_GNOME) != "false"

    def turn_on(self, command: Sequence[str]) -> None:
        """Write the entry."""
        write(self._path, _entry(command).encode())

    def turn_off(self) -> None:
        """Remove it."""
        if _for_all_users() is not None:
            write(self._path, _HIDDEN.encode())
        else:
            take_away(self._path)


_GNOME = "X-GNOME-Autostart-enabled"


def configuration_folder() -> Path:
    """XDG's; a relative one is to be ignored."""
    named = Path(os.environ.get("XDG_CONFIG_HOME", ""))
    return named if named.is_absolute() else Path.home() / ".config"


def _entry(command: Sequence[str]) -> str:
    return (
        "[Desktop Entry]\n"
        "Type=Application\n"
        "Name=ocrwatch\n"
        "Comment=Turns scans into rows of a spreadsheet\n"
        "Comment[zh_CN]=把扫描件变成表格中的行\n"
        "Icon=ocrwatch\n"
        f"TryExec={desktop_value(command[0])}\n"  # a program that is gone is no error at login
        f"Exec={desktop_exec(command)}\n"
        "Terminal=false\n"
        "StartupNotify=false\n"
        f"{_GNOME}=true\n"
    )


def _for_all_users() -> str | None:
    folders = os.environ.get("XDG_CONFIG_DIRS") or "/etc/xdg"
    texts = (text_of(Path(folder) / "autostart" / _NAME) for folder in folders.split(":") if folder)
    return next((text for text in texts if text is not None), None)


def _keys(text: str) -> dict[str, str]:
    lines = (line.partition("=") for line in text.splitlines() if not line.startswith(("#", "[")))
    return {key.strip(): value.strip() for key, _, value in lines}
