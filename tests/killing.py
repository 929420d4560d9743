"""Processes that write a ledger, killed at any moment."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from tests.conftest import ROOT


def killed(script: str, path: Path, done: int, after_seconds: float) -> int:
    """Let `script` append rows to `path` from `done` on and kill it; the last row that it acknowledged by a line."""
    command = [sys.executable, "-c", script, str(path), str(done + 1)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        assert first, "it ended by itself"
        with suppress(subprocess.TimeoutExpired):
            process.wait(after_seconds)
        process.kill()
        return int([first, *process.stdout.read().splitlines()][-1])
