"""The command that starts this very installation.

    a program packed by PyInstaller      ocrwatchw beside it, else itself
    pip, pipx, uv, an editable install   ocrwatchw among the scripts of its environment
    none of these (a bare checkout)      the interpreter, and the module

`ocrwatchw` is the entry without a console: at login on Windows no black window flashes.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

AT_LOGIN = "--at-login"
"""Says to `ocrwatchw` that nobody asked for it just now: it opens no window where there is nothing to complain of."""

_WINDOWED, _CONSOLE = "ocrwatchw", "ocrwatch"
_MODULE = "ocrwatch.cli.windowed"


def at_login(config: Path | None) -> tuple[str, ...]:
    """The daemon on a desktop, without a console. `config`: None for the user's usual configuration."""
    return (*windowed(), AT_LOGIN, *_named(config))


def windowed() -> tuple[str, ...]:
    """What a menu entry or a double click starts."""
    if (script := _script(_WINDOWED)) is not None:
        return (str(script),)
    if getattr(sys, "frozen", False):
        return (sys.executable,)
    return (str(_without_console(Path(sys.executable))), "-m", _MODULE)


def this_program() -> tuple[str, ...]:
    """What starts the very program that runs, scripts aside."""
    return (sys.executable,) if getattr(sys, "frozen", False) else (sys.executable, "-m", "ocrwatch")


def service_command(config: Path | None) -> tuple[str, ...]:
    """The daemon as a service: what it says goes to the system's own log."""
    if (script := _script(_CONSOLE)) is not None:
        program: tuple[str, ...] = (str(script),)
    else:
        program = this_program()
    return (*program, "run", *_named(config))


def _named(config: Path | None) -> tuple[str, ...]:
    return () if config is None else ("--config", str(config))


def _script(name: str) -> Path | None:
    file = f"{name}.exe" if os.name == "nt" else name
    return next((folder / file for folder in _script_folders() if (folder / file).is_file()), None)


def _script_folders() -> Iterator[Path]:
    yield Path(sys.executable).parent  # not resolved: a virtual environment's interpreter is a link out of it
    if not getattr(sys, "frozen", False):
        yield Path(sysconfig.get_path("scripts"))
        yield Path(sysconfig.get_path("scripts", f"{os.name}_user"))


def _without_console(interpreter: Path) -> Path:
    quiet = interpreter.with_name("pythonw.exe")
    return quiet if os.name == "nt" and quiet.is_file() else interpreter
