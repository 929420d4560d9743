"""The installed program, run as a person runs it: a home, a configuration, a state folder and a workbook of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.waiting import wait_until

OWN_COLUMNS = ("Check", "File", "Received", "Pages", "Engine", "Document ID")


class Program:
    """`ocrwatch` in `folder`, with one inbox `in/` whose rows go to `Ledger.xlsx`, sheet Scans."""

    def __init__(
        self,
        folder: Path,
        *,
        base_url: str = "",
        fields: Sequence[str] = ("company", "date", "address", "total"),
        concurrency: int = 8,
        more: str = "",
        top: str = "",
    ) -> None:
        """`more` is added to the inbox's table, `top` stands before all tables."""
        self.home = folder / "home"
        self.home.mkdir(parents=True)
        self.inbox = folder / "in"
        self.inbox.mkdir()
        self.done = self.inbox / "done"
        self.failed = self.inbox / "failed"
        self.ledger = folder / "Ledger.xlsx"
        self.state = folder / "state"
        self.config = folder / "config.toml"
        endpoint = f"[endpoint]\nbase_url = {json.dumps(base_url)}\nconcurrency = {concurrency}\n" if base_url else ""
        self.config.write_text(
            f"{top}\nstate_dir = {json.dumps(str(self.state))}\nlanguage = 'en'\n{endpoint}\n"
            f"[[inbox]]\nfolder = {json.dumps(str(self.inbox))}\nfields = {json.dumps(list(fields))}\n"
            f"ledger = {json.dumps(str(self.ledger))}\nsheet = 'Scans'\nsettle_seconds = 0.1\n{more}\n",
            encoding="utf-8",
        )

    @property
    def environment(self) -> dict[str, str]:
        """Nothing of the developer's own configuration, keyring or key."""
        kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TEMP", "TMP") if name in os.environ}
        return {
            **kept,
            "HOME": str(self.home),
            "USERPROFILE": str(self.home),
            "LANG": "C.UTF-8",
            "OCRWATCH_CONFIG": str(self.config),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
            "PYTHONUNBUFFERED": "1",
        }

    def run(
        self, *arguments: str, timeout: float = 100, stdin: str = "", environment: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """The finished command."""
        return subprocess.run(
            [*command(), *arguments],
            env=environment or self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=timeout,
            check=False,
        )

    def once(self, *, expect: int = 0, timeout: float = 100) -> str:
        """What `run --once` printed; it must end with the exit status `expect`."""
        finished = self.run("run", "--once", "--no-tray", timeout=timeout)
        said = finished.stdout + finished.stderr
        assert finished.returncode == expect, f"exit status {finished.returncode}:\n{said}\n{self.log()}"
        return said

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """The running daemon, watching."""
        return subprocess.Popen(
            [*command(), "run", "--no-tray", *arguments],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen[bytes]]:
        """A daemon that has looked at its folders once; it is asked to stop at the end, and must do so."""
        daemon = self.start()
        try:
            wait_until(lambda: any(folder["mode"] for folder in self.status()["folders"]), seconds=30)
            yield daemon
        finally:
            daemon.send_signal(signal.SIGTERM)
            assert daemon.wait(20) == 0

    def status(self) -> dict[str, list[dict[str, str]]]:
        """`status --json`."""
        finished = self.run("status", "--json")
        assert finished.returncode == 0, finished.stderr
        return json.loads(finished.stdout)  # type: ignore[no-any-return]

    def rows(self, sheet: str = "Scans") -> list[dict[str, object]]:
        """The rows of the ledger, by header."""
        from openpyxl import load_workbook

        if not self.ledger.exists():
            return []
        book = load_workbook(self.ledger)
        lines = book[sheet].iter_rows(values_only=True)
        header = next(lines)
        return [dict(zip(map(str, header), values, strict=True)) for values in lines]

    def filed(self, folder: Path | None = None) -> list[str]:
        """The names of the files in `folder` (default: done), subfolders included."""
        return sorted(path.name for path in (folder or self.done).rglob("*") if path.is_file())

    def left(self) -> list[str]:
        """The files that still lie in the inbox."""
        return sorted(path.name for path in self.inbox.iterdir() if path.is_file() and path.name != ".ocrwatch-lease")

    def log(self) -> str:
        """The end of the log, for a failing test's message."""
        path = self.state / "logs" / "ocrwatch.log"
        return path.read_text(encoding="utf-8")[-3000:] if path.exists() else ""


def command() -> list[str]:
    """The installed program."""
    script = Path(sys.executable).with_name("ocrwatch.exe" if os.name == "nt" else "ocrwatch")
    return [str(script)] if script.exists() else [sys.executable, "-m", "ocrwatch"]
