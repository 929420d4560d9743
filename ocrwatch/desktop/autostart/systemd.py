"""Linux with `--service`: a unit of the user's systemd, which starts it again should it ever crash.

Enabling is a link, made here by hand as `systemctl enable` makes it: so it works where systemd does not run just now.
Neither on nor off touches a daemon that runs: it may be the one that was asked.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from ocrwatch.desktop.autostart.entry import take_away, text_of, told, write
from ocrwatch.desktop.autostart.quoting import unit_command, unit_exec
from ocrwatch.desktop.autostart.xdg import configuration_folder
from ocrwatch.errors import UsageError
from ocrwatch.messages import message

_NAME = "ocrwatch.service"
_WANTED_BY = "default.target"


class UserUnit:
    """`ocrwatch.service` among the user's units."""

    def __init__(self) -> None:
        units = configuration_folder() / "systemd" / "user"
        self._path = units / _NAME
        self._link = units / f"{_WANTED_BY}.wants" / _NAME

    @property
    def place(self) -> str:
        """The file."""
        return str(self._path)

    def command(self) -> tuple[str, ...] | None:
        """What the unit starts."""
        text = text_of(self._path)
        if text is None:
            return None
        lines = (line.partition("=") for line in text.splitlines())
        return unit_command(next((value for key, _, value in lines if key == "ExecStart"), ""))

    def is_on(self) -> bool:
        """Whether the unit is there and enabled."""
        return bool(self.command()) and self._link.is_symlink()

    def turn_on(self, command: Sequence[str]) -> None:
        """Write the unit and enable it."""
        write(self._path, _unit(command).encode())
        try:
            self._link.parent.mkdir(parents=True, exist_ok=True)
            self._link.unlink(missing_ok=True)
            self._link.symlink_to(self._path)
        except OSError as error:
            text = "Start at login cannot be changed: {path}: {reason}."
            reason = error.strerror or type(error).__name__
            raise UsageError(message(text, path=str(self._link), reason=reason)) from error
        _read_anew()

    def turn_off(self) -> None:
        """Remove both, and the folder that was made for the link."""
        was_linked = take_away(self._link)
        if take_away(self._path) or was_linked:
            _read_anew()
        for folder in (self._link.parent, self._path.parent, self._path.parent.parent):
            try:
                folder.rmdir()  # only where it is empty
            except OSError:
                return


def _read_anew() -> None:
    if os.environ.get("XDG_RUNTIME_DIR"):  # else there is no systemd of this user to tell
        told(["systemctl", "--user", "daemon-reload"])


def _unit(command: Sequence[str]) -> str:
    return (
        "[Unit]\n"
        "Description=ocrwatch: scans become rows of a spreadsheet\n"
        "\n"
        "[Service]\n"
        "Type=exec\n"
        f"ExecStart={unit_exec(command)}\n"
        "Restart=on-failure\n"
        "RestartSec=3\n"
        "# 2: the configuration is wrong, 3: another one runs. Starting again would not help.\n"
        "RestartPreventExitStatus=2 3\n"
        "TimeoutStopSec=20\n"
        "\n"
        "[Install]\n"
        f"WantedBy={_WANTED_BY}\n"
    )
