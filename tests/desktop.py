"""The installed program on a desktop: with a bus, a screen if it is wanted, and openers that keep what they were given."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.program import Program, command
from tests.waiting import wait_until

_TYPES = (
    "inode/directory",
    "text/plain",
    "text/x-log",
    "image/jpeg",
    "application/toml",
    "application/zip",
    "application/octet-stream",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)


def need(*programs: str) -> None:
    """Skip the test where one of them is not installed."""
    missing = [name for name in programs if shutil.which(name) is None]
    if missing:
        pytest.skip(f"not installed here: {', '.join(missing)}")


class Opened:
    """What the system's own opener was asked to open: a program that is registered for all kinds of files."""

    def __init__(self, program: Program, folder: Path) -> None:
        """`folder` has no spaces in its path: xdg-open could not start a program there."""
        self._log = folder / "opened.txt"
        self.recorder = recorder = folder / "recorder"
        recorder.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >>"{self._log}"\n', encoding="utf-8")
        recorder.chmod(0o755)
        applications = program.home / ".local" / "share" / "applications"
        applications.mkdir(parents=True)
        (applications / "recorder.desktop").write_text(
            f"[Desktop Entry]\nType=Application\nName=Recorder\nExec={recorder} %f\n", encoding="utf-8"
        )
        defaults = "".join(f"{kind}=recorder.desktop\n" for kind in _TYPES)
        (applications / "mimeapps.list").write_text(f"[Default Applications]\n{defaults}", encoding="utf-8")

    def paths(self) -> list[Path]:
        """In their order."""
        return [Path(line) for line in self.lines()]

    def lines(self) -> list[str]:
        """As they were handed over."""
        return self._log.read_text(encoding="utf-8").splitlines() if self._log.exists() else []

    def wait_for(self, path: Path) -> None:
        wait_until(lambda: path in self.paths(), seconds=60)


@contextmanager
def daemon(program: Program, address: str, **more: str) -> Iterator[subprocess.Popen[str]]:
    """`ocrwatch run` on the desktop of the bus `address`; it is asked to stop at the end, and must do so."""
    environment = {**program.environment, "DBUS_SESSION_BUS_ADDRESS": address, **more}
    running = subprocess.Popen(
        [*command(), "run"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        yield running
    finally:
        if running.poll() is None:
            running.send_signal(signal.SIGTERM)
        said, _ = running.communicate(timeout=30)
        assert running.returncode == 0, f"{said}\n{program.log()}"


@contextmanager
def screen(folder: Path, *, size: str = "900x500x24") -> Iterator[str]:
    """A display of X11 of its own, with a window manager."""
    need("Xvfb", "openbox", "xdotool", "import")
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", size, "-nolisten", "tcp"],
        pass_fds=[writing],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading) as said:
        display = f":{said.readline().strip()}"
    started = [server]
    try:
        started.append(start(["openbox"], {"DISPLAY": display, "HOME": str(folder), "PATH": os.environ["PATH"]}))
        yield display
    finally:
        end(*reversed(started))


def start(words: list[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def end(*running: subprocess.Popen[bytes]) -> None:
    for process in running:
        process.terminate()
    for process in running:
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
