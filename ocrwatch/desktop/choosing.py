"""Letting a person choose files, in the system's own dialogue.

    Windows   the dialogue of Windows Forms, by PowerShell
    macOS     choose file, by osascript
    Linux     the portal (org.freedesktop.portal.FileChooser), else zenity, else kdialog

A program of its own shows the dialogue, or the portal does: none of it is loaded into the daemon.
"""

from __future__ import annotations

import base64
import logging
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from ocrwatch.desktop.opening import system_environment
from ocrwatch.errors import OcrwatchError
from ocrwatch.messages import message

log = logging.getLogger(__name__)

Choose = Callable[[str], tuple[Path, ...]]
"""Shows a dialogue with that title; what was chosen, nothing when the person thought better of it."""

_POWERSHELL = """
[Console]::OutputEncoding = [System.Text.Encoding]::UTF8
Add-Type -AssemblyName System.Windows.Forms
$owner = New-Object System.Windows.Forms.Form -Property @{{TopMost = $true}}
$dialogue = New-Object System.Windows.Forms.OpenFileDialog
$dialogue.Title = '{title}'
$dialogue.Multiselect = $true
if ($dialogue.ShowDialog($owner) -eq 'OK') {{ $dialogue.FileNames -join "`n" }}
"""
_OSASCRIPT = """on run {title}
  activate
  set text item delimiters to linefeed
  set chosen to choose file with prompt (item 1 of title) with multiple selections allowed
  set found to {}
  repeat with each in chosen
    set end of found to POSIX path of each
  end repeat
  return found as text
end run"""


class NoDialogue(OcrwatchError):
    """Nothing on this computer shows one."""


def choose_with_program(title: str) -> tuple[Path, ...]:
    """What the person chose in the dialogue of a program. Raises `NoDialogue`."""
    for command in _commands(title):
        program = shutil.which(command[0])
        if program is not None:
            return _chosen([program, *command[1:]])
    raise NoDialogue(message("Nothing on this computer shows a window to choose files in."))


def _commands(title: str) -> Sequence[Sequence[str]]:
    if sys.platform == "win32":
        script = _POWERSHELL.format(title=title.replace("'", "''"))
        encoded = base64.b64encode(script.encode("utf-16-le")).decode("ascii")
        return [["powershell", "-NoProfile", "-NonInteractive", "-STA", "-EncodedCommand", encoded]]
    if sys.platform == "darwin":
        return [["osascript", "-e", _OSASCRIPT, title]]
    return [
        ["zenity", "--file-selection", "--multiple", "--separator=\n", f"--title={title}"],
        ["kdialog", "--title", title, "--multiple", "--separate-output", "--getopenfilename", str(Path.home())],
    ]


def _chosen(command: Sequence[str]) -> tuple[Path, ...]:
    """Exit status 1 is a person who thought better of it."""
    flags = 0x08000000 if sys.platform == "win32" else 0  # CREATE_NO_WINDOW: no console flashes
    finished = subprocess.run(  # noqa: S603  a program of the system
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=system_environment(),
        creationflags=flags,
        check=False,
    )
    if finished.returncode:
        return ()
    return tuple(Path(line) for line in finished.stdout.decode(errors="surrogateescape").splitlines() if line)
