"""The last way to be heard: a window of the system's own, for a program without a console whose icon is not up yet.

    Windows   a message box
    macOS     an alert of osascript's
    Linux     zenity, kdialog or xmessage, whichever is there; else a notification

It is in the log, too; whoever calls has written it there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

TITLE = "ocrwatch"

_APPLE = 'on run {said}\ndisplay alert "ocrwatch" message said as critical\nend run'


def alert(text: str) -> bool:
    """Show `text`; False where nothing can. It does not wait for the person to close it, but on Windows."""
    if sys.platform == "win32":
        import ctypes

        error, to_front = 0x10, 0x10000
        return bool(ctypes.windll.user32.MessageBoxW(None, text, TITLE, error | to_front))
    if sys.platform == "darwin":
        return _started([["osascript", "-e", _APPLE, text]])
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return False
    return _started(
        [
            ["zenity", "--error", "--no-markup", f"--title={TITLE}", f"--text={text}"],
            ["kdialog", "--title", TITLE, "--error", text],
            ["xmessage", "-center", "-title", TITLE, text],
            ["notify-send", "--urgency=critical", "--app-name=ocrwatch", TITLE, text],
        ]
    )


def _started(commands: list[list[str]]) -> bool:
    """Whether the first of `commands` that is there was started."""
    for command in commands:
        if (program := shutil.which(command[0])) is None:
            continue
        quiet = subprocess.DEVNULL
        try:
            subprocess.Popen(  # noqa: S603  a program of the system, and a sentence
                [program, *command[1:]], stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True
            )
        except OSError:
            continue
        return True
    return False
