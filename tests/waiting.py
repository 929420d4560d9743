"""Waiting for something to become true, without sleeping blindly."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


def wait_until(condition: Callable[[], bool], *, seconds: float = 20.0, step_seconds: float = 0.01) -> None:
    """Return as soon as `condition` holds; AssertionError when it still does not after `seconds`."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, f"still not so after {seconds} s"
        pause.wait(step_seconds)
