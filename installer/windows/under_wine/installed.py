"""The installed program under Wine: its configuration, its watched folder, its workbook, its running daemon."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from installer.windows.under_wine.place import Finished, Wine
from tests.waiting import wait_until

RUN_KEY = r"Software\Microsoft\Windows\CurrentVersion\Run"
UNINSTALL_KEY = r"Software\Microsoft\Windows\CurrentVersion\Uninstall\ocrwatch"
SLOW_SECONDS = 120.0
"""For what takes a second on a computer that is not busy."""


class Installed:
    """ocrwatch in `folder`."""

    def __init__(self, wine: Wine, folder: Path) -> None:
        self.wine = wine
        self.folder = folder
        self.console = folder / "ocrwatch.exe"
        self.windowed = folder / "ocrwatchw.exe"
        self.scans = wine.home / "Meine Scans 扫描件"
        self.ledger = self.scans.with_name("Ledger 表格.xlsx")
        self.config = wine.local / "ocrwatch" / "config.toml"

    def configure(self, base_url: str) -> None:
        """One watched folder, whose rows go to one workbook."""
        self.scans.mkdir(exist_ok=True)
        self.config.parent.mkdir(parents=True, exist_ok=True)
        self.config.write_text(
            f"language = 'en'\n[reader]\nengine = 'endpoint'\n[endpoint]\nbase_url = '{base_url}'\n"
            f"[[inbox]]\nfolder = '{self.wine.named(self.scans)}'\nledger = '{self.wine.named(self.ledger)}'\n"
            "fields = ['company', 'date', 'address', 'total']\nsettle_seconds = 0.5\n",
            encoding="utf-8",
        )

    def say(self, *arguments: str, stdin: str = "") -> Finished:
        """`ocrwatch` with arguments."""
        return self.wine.run(self.console, *arguments, stdin=stdin)

    def status(self) -> dict[str, object]:
        """As `status --json` tells it."""
        told = json.loads(self.say("status", "--json").output)
        assert isinstance(told, dict)
        return told

    def is_running(self) -> bool:
        """Whether the daemon is."""
        return self.status().get("running") is True

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen[bytes]]:
        """The daemon, started as the system starts it at login."""
        with self.wine.start(self.windowed, "--at-login") as process:
            try:
                wait_until(self.is_running, seconds=SLOW_SECONDS, step_seconds=0.5)
                yield process
            finally:
                self.say("stop")
                process.communicate(timeout=SLOW_SECONDS)

    def rows(self) -> list[dict[str, object]]:
        """Of the workbook; none where it is not there."""
        from openpyxl import load_workbook

        if not self.ledger.exists():
            return []
        workbook = load_workbook(self.ledger)
        try:
            heading, *rest = workbook.worksheets[0].iter_rows(values_only=True)
        finally:
            workbook.close()
        return [dict(zip(map(str, heading), row, strict=True)) for row in rest if any(row)]

    def wait_for_rows(self, count: int) -> None:
        """Until the workbook has so many."""
        wait_until(lambda: len(self.rows()) == count, seconds=SLOW_SECONDS, step_seconds=0.5)
