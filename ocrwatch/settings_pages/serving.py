"""The server, on this computer's own address alone, and how another `ocrwatch settings` finds it.

The first one holds a lock in the state folder, and notes there the address that opens next, readable for its user
alone. Another one that finds the lock held opens that address.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ocrwatch.errors import UsageError
from ocrwatch.messages import message
from ocrwatch.ports import Clock
from ocrwatch.settings_pages.life import Life

if TYPE_CHECKING:
    from ocrwatch.settings_pages.outside import Outside

_ADDRESS = "127.0.0.1"
_LOCK_NAME = "settings.lock"
_NOTE_NAME = "settings-address"
_PATIENCE_SECONDS = 5.0
_GRACEFUL_SECONDS = 1

Open = Callable[[str], None]
"""Opens an address in the browser."""


def show(outside: Callable[[], Outside], state_dir: Path, clock: Clock, open_address: Open) -> None:
    """Serve the pages until they end, or bring up those that are served. Raises UsageError, OSError."""
    from filelock import FileLock, Timeout

    lock = FileLock(state_dir / _LOCK_NAME)
    note = state_dir / _NOTE_NAME
    try:
        lock.acquire(timeout=0)
    except Timeout:
        open_address(_noted(note))
        return
    try:
        _serve(outside(), note, clock, open_address)
    finally:
        note.unlink(missing_ok=True)
        lock.release()


def _noted(note: Path) -> str:
    """The address of the pages that are served; they may be about to begin."""
    moment = threading.Event()
    for _ in range(int(_PATIENCE_SECONDS / 0.1)):
        try:
            if address := note.read_text(encoding="ascii").strip():
                return address
        except OSError:
            pass
        moment.wait(0.1)
    raise UsageError(message("The settings are about to open or to close. Try again in a moment."))


def _serve(outside: Outside, note: Path, clock: Clock, open_address: Open) -> None:
    import logging

    import uvicorn

    from ocrwatch.settings_pages.desk import Desk
    from ocrwatch.settings_pages.guard import Entrance
    from ocrwatch.settings_pages.routes import application

    logging.getLogger("uvicorn").setLevel(logging.CRITICAL)  # the pages log their own faults, without words
    life = Life(clock)
    with socket.socket() as listener:
        listener.bind((_ADDRESS, 0))
        port = listener.getsockname()[1]
        entrance = Entrance(lambda token: _write_private(note, _address(port, token)))
        app = application(Desk(outside), life, port=port, entrance=entrance)
        server = uvicorn.Server(
            uvicorn.Config(
                app,
                log_config=None,  # its lines would hold addresses, and with them the token
                access_log=False,
                lifespan="off",
                ws="none",
                server_header=False,
                timeout_graceful_shutdown=_GRACEFUL_SECONDS,
            )
        )

        def end_in_time() -> None:
            life.wait()
            server.should_exit = True

        listener.listen()
        _write_private(note, _address(port, entrance.token))
        threading.Thread(target=end_in_time, name="end of the settings", daemon=True).start()
        open_address(_address(port, entrance.token))  # the connection waits in the socket until the server runs
        try:
            server.run(sockets=[listener])
        finally:
            life.end()


def _address(port: int, token: str) -> str:
    return f"http://{_ADDRESS}:{port}/enter/{token}"


def _write_private(path: Path, text: str) -> None:
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:  # noqa: PTH123
        file.write(text)
    draft.replace(path)
