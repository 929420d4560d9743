"""One daemon for each state folder. Alive means: its lock is held. The system lets go of it with the process."""

from __future__ import annotations

from pathlib import Path

from ocrwatch.errors import AlreadyRunning
from ocrwatch.messages import message

LOCK_NAME = "daemon.lock"

_PATIENCE_SECONDS = 2.0
"""`is_running` takes the lock for a moment to see whether it can: a daemon that starts just then waits."""


class InstanceLock:
    """The daemon's lock in `state_dir`, a folder that exists."""

    def __init__(self, state_dir: Path) -> None:
        from filelock import FileLock

        self.path = state_dir / LOCK_NAME
        self._state_dir = state_dir
        self._lock = FileLock(self.path, thread_local=False)  # the thread that lets go may be another

    def acquire(self) -> None:
        """Hold it until `release` or the end of the process. Raises `AlreadyRunning`, OSError."""
        from filelock import Timeout

        try:
            self._lock.acquire(timeout=_PATIENCE_SECONDS, poll_interval=0.02)
        except Timeout as error:
            raise AlreadyRunning(
                message("ocrwatch is running already ({folder}). See: ocrwatch status", folder=str(self._state_dir))
            ) from error

    def release(self) -> None:
        """Let others start."""
        self._lock.release()


def is_running(state_dir: Path) -> bool:
    """Whether a daemon holds the lock in `state_dir`."""
    from filelock import FileLock, Timeout

    path = state_dir / LOCK_NAME
    if not path.exists():
        return False
    try:
        with FileLock(path, timeout=0):
            return False
    except Timeout:
        return True
