"""Windows: a value of the current user's key Run.

Settings and the task manager switch such a value off by another one of the same name below StartupApproved, whose first
byte is then odd.
"""

from __future__ import annotations

import ctypes
import subprocess
import sys
import winreg
from collections.abc import Sequence
from ctypes import wintypes

from ocrwatch.errors import UsageError
from ocrwatch.messages import message

assert sys.platform == "win32"

_RUN = r"Software\Microsoft\Windows\CurrentVersion\Run"
_APPROVED = r"Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"
_NAME = "ocrwatch"
_LONGEST = 260
"""What Windows takes ("Run and RunOnce Registry Keys"); a longer one is not started, and nobody is told."""


class RunKey:
    """The value `ocrwatch`."""

    @property
    def place(self) -> str:
        """The key."""
        return rf"HKEY_CURRENT_USER\{_RUN}"

    def command(self) -> tuple[str, ...] | None:
        """What it starts."""
        text = _value(_RUN)
        return None if text is None else _split(text) if isinstance(text, str) else ()

    def is_on(self) -> bool:
        """Whether it is there and was not switched off in the system's settings."""
        approved = _value(_APPROVED)
        is_off = isinstance(approved, bytes) and approved[:1] != b"" and approved[0] % 2 == 1
        return bool(self.command()) and not is_off

    def turn_on(self, command: Sequence[str]) -> None:
        """Set the value."""
        text = subprocess.list2cmdline(command)
        if not text.startswith('"'):  # a path without spaces is quoted too: it may be moved to one with spaces
            text = f'"{command[0]}"' + text[len(command[0]) :]
        if len(text) > _LONGEST:
            said = (
                "Windows starts nothing at login whose command has more than {count} characters: {command}. Move the "
                "configuration to a folder with a shorter path."
            )
            raise UsageError(message(said, count=_LONGEST, command=text))
        try:
            with winreg.CreateKey(winreg.HKEY_CURRENT_USER, _RUN) as key:
                winreg.SetValueEx(key, _NAME, 0, winreg.REG_SZ, text)
        except OSError as error:
            raise _not_allowed(_RUN, error) from error
        _remove(_APPROVED)

    def turn_off(self) -> None:
        """Remove the value."""
        _remove(_RUN)
        _remove(_APPROVED)


def _value(path: str) -> str | bytes | None:
    try:
        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, path) as key:
            found, _ = winreg.QueryValueEx(key, _NAME)
    except OSError:
        return None
    return found if isinstance(found, str | bytes) else b""


def _remove(path: str) -> None:
    try:
        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, path, 0, winreg.KEY_SET_VALUE) as key:
            winreg.DeleteValue(key, _NAME)
    except FileNotFoundError:
        return
    except OSError as error:
        raise _not_allowed(path, error) from error


def _split(text: str) -> tuple[str, ...]:
    """`text` as Windows splits it."""
    shell = ctypes.WinDLL("shell32", use_last_error=True)
    shell.CommandLineToArgvW.argtypes = [wintypes.LPCWSTR, ctypes.POINTER(ctypes.c_int)]
    shell.CommandLineToArgvW.restype = ctypes.POINTER(wintypes.LPWSTR)
    count = ctypes.c_int()
    words = shell.CommandLineToArgvW(text, ctypes.byref(count))
    if not words:
        return ()
    found = tuple(words[number] or "" for number in range(count.value))
    ctypes.windll.kernel32.LocalFree(words)
    return found


def _not_allowed(path: str, error: OSError) -> UsageError:
    text = "Start at login cannot be changed: {path}: {reason}."
    return UsageError(message(text, path=rf"HKEY_CURRENT_USER\{path}", reason=error.strerror or type(error).__name__))
