"""A screen of one's own (Xvfb)."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tests.waiting import wait_until


@contextmanager
def screen() -> Iterator[str]:
    """The display of a running Xvfb."""
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "800x600x24", "-nolisten", "tcp"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            number = told.readline().strip()
        assert number
        yield f":{number}"
    finally:
        server.terminate()
        server.wait()


def windows_on(display: str) -> str:
    """What xwininfo says of the windows there."""
    finished = subprocess.run(
        ["xwininfo", "-root", "-tree"],
        env={"DISPLAY": display, "PATH": "/usr/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    return finished.stdout


__all__ = ["screen", "wait_until", "windows_on"]
