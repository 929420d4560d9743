"""`ocrwatch settings` as a person starts it, in a home of its own; and a browser's part over HTTP."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import httpx

from ocrwatch.desktop.instance import LOCK_NAME
from tests.waiting import wait_until


class SettingsProgram:
    """The running command. `language`: of the system, "en_GB" or "zh_CN". Leaving its `with` ends it and the daemon."""

    def __init__(
        self, folder: Path, *, language: str = "en_GB", before: str = "", more: Mapping[str, str] | None = None
    ) -> None:
        """`before`: shell commands in the same desktop session, which is then one of its own."""
        self.home = folder / "home"
        self.home.mkdir(parents=True, exist_ok=True)
        self.config = self.home / "config.toml"
        self._before = before
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "LANG": f"{language}.UTF-8",
            "OCRWATCH_CONFIG": str(self.config),
            "XDG_STATE_HOME": str(self.home / "state"),
            "PYTHONUNBUFFERED": "1",
            **({} if before else {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}),
            **(more or {}),
        }
        self.address = ""

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "ocrwatch", "settings", "--no-browser"]
        if self._before:
            command = ["dbus-run-session", "--", "sh", "-c", f'{self._before}; exec "$0" "$@"', *command]
        self.process = subprocess.Popen(
            command,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()
        assert self.address.startswith("http://127.0.0.1:"), self.process.stderr
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)  # the desktop session it may be in, too
        self.out, self.errors = self.process.communicate(timeout=30)
        if any(self.home.rglob(LOCK_NAME)):  # a daemon was started
            self.run("stop")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Another command of the same person."""
        return subprocess.run(
            [sys.executable, "-m", "ocrwatch", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )

    def has_ended(self) -> bool:
        """Whether the command came back."""
        return self.process.poll() is not None

    def wait_for_end(self) -> None:
        """Until the command has come back."""
        wait_until(self.has_ended, seconds=60)


class Visitor:
    """Somebody with an HTTP client: the browser that was opened, or another one."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self.origin = f"{parts.scheme}://{parts.netloc}"
        self.entrance = parts.path
        self.client = httpx.Client(base_url=self.origin, follow_redirects=True, timeout=60, trust_env=False)

    def enter(self) -> httpx.Response:
        """Open the address that was printed."""
        return self.client.get(self.entrance)

    def get(self, path: str, **headers: str) -> httpx.Response:
        """A page."""
        return self.client.get(path, headers=headers)

    def send(
        self,
        page: str,
        values: Mapping[str, str],
        *,
        to: str = "",
        mark: str | None = None,
        headers: Mapping[str, str] | None = None,
        file: tuple[str, bytes] | None = None,
    ) -> httpx.Response:
        """Fill in the form of `page` and send it, as a browser would; `mark`: another hidden word than the page's."""
        if mark is None:
            mark = mark_of(self.get(page).text)
        return self.client.post(
            to or page,
            data={"page": mark, **values},
            files={"picture": file} if file else None,
            headers={"Origin": self.origin, **(headers or {})},
        )


def mark_of(text: str) -> str:
    """The hidden word of a page."""
    found = re.search(r'name="page" value="([^"]+)"', text)
    assert found is not None
    return found[1]
