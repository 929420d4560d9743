"""`ocrwatchw`: the program without a console, started from a menu, by a double click, or at login.

    no configuration          the set-up
    one runs already          its spreadsheet comes up (its set-up, where it has no configuration); exit status 0
    else                      it runs

At login (`--at-login`) neither set-up nor spreadsheet comes up: nobody asked for them. With any other command it is
`ocrwatch`. Nobody reads what it prints, so what goes wrong is shown in a window of the system's own.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ocrwatch.cli import as_child, terminal
from ocrwatch.desktop.alert import alert
from ocrwatch.desktop.autostart.program import AT_LOGIN
from ocrwatch.errors import AlreadyRunning, OcrwatchError, UsageError
from ocrwatch.messages import Message, message

if TYPE_CHECKING:
    from ocrwatch.config.loading import Loaded
    from ocrwatch.config.settings import Inbox

log = logging.getLogger(__name__)

_SETTINGS = "settings"


def main() -> None:
    """The entry of menus and of login."""
    if as_child():
        return
    ensure_streams()
    status = started(sys.argv[1:])
    os._exit(status)  # as `ocrwatch.cli.main`


def ensure_streams() -> None:
    """Give the process somewhere to print to: Windows starts one without a console without any."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            stream = open(os.devnull, "r" if name == "stdin" else "w", encoding="utf-8")  # noqa: PTH123, SIM115
            setattr(sys, name, stream)


def started(arguments: Sequence[str]) -> int:
    """Do what a start with `arguments` is for; the exit status. What goes wrong is shown in a window."""
    terminal.prepare()
    try:
        is_at_login = AT_LOGIN in arguments
        others = [argument for argument in arguments if argument != AT_LOGIN]
        is_other, config = _read(others)
        return _run(others) if is_other else _start(config, is_at_login=is_at_login)
    except OcrwatchError as error:
        _tell(error.message)
        return error.exit_status if isinstance(error, UsageError) else 1
    except Exception as error:  # noqa: BLE001  the last net: a person gets a sentence
        text = "ocrwatch cannot start ({kind}). In a terminal, `ocrwatch doctor` says more."
        _tell(message(text, kind=type(error).__name__))
        return 2


def _read(arguments: Sequence[str]) -> tuple[bool, Path | None]:
    """Whether these are another command's, else the configuration they name."""
    match arguments:
        case []:
            return False, None
        case ["--config", name]:
            return False, Path(name)
        case [word] if word.startswith("--config="):
            return False, Path(word.removeprefix("--config="))
        case _:
            return True, None


def _start(config: Path | None, *, is_at_login: bool) -> int:
    from ocrwatch.cli.opening import loaded
    from ocrwatch.desktop.instance import is_running

    found = loaded(config)
    named = [] if config is None else ["--config", str(config)]
    if is_running(found.settings.state_dir):
        return 0 if is_at_login else _to_front(found)
    if found.path is None and not is_at_login:
        return _set_up()
    said: list[Message] = []
    status = _run(["run", *named], said.append)
    if status == AlreadyRunning.exit_status:  # two were started at once, as session and autostart do it: no news
        return 0
    for each in said:
        _tell(each)
    return status


def _run(arguments: Sequence[str], complain: Callable[[Message], None] | None = None) -> int:
    from ocrwatch.cli.program import run_program

    return run_program(arguments, complain=complain or _tell)


def _to_front(found: Loaded) -> int:
    """Show what the running one has to show."""
    from ocrwatch.desktop.opening import open_file, open_folder

    if found.path is None:
        return _set_up()
    inboxes = found.settings.inbox
    if (ledger := _last_changed(inboxes)) is not None:
        open_file(ledger)
    else:
        open_folder(inboxes[0].folder)
    return 0


def _set_up() -> int:
    """The set-up pages."""
    from ocrwatch.cli.program import has_command

    if has_command(_SETTINGS):
        return _run([_SETTINGS])
    _tell(message("ocrwatch is not set up yet. Open a terminal and say: ocrwatch init"))
    return 2


def _last_changed(inboxes: Sequence[Inbox]) -> Path | None:
    """The spreadsheet that was written last; None where there is none yet."""
    changed: dict[Path, float] = {}
    for inbox in inboxes:
        with suppress(OSError):
            path = _workbook(inbox.ledger)
            changed[path] = path.stat().st_mtime
    return max(changed, key=changed.__getitem__, default=None)


def _workbook(ledger: Path) -> Path:
    """`ledger`, or this month's."""
    from ocrwatch.ledger.volumes import workbook_of

    return workbook_of(ledger, f"{datetime.now().astimezone():%Y-%m}")


def _tell(said: Message, *, mark: str = "") -> None:
    log.error("%s", said.template)
    terminal.complain(said, mark=mark)
    alert(terminal.rendered(said))


if __name__ == "__main__":
    main()
