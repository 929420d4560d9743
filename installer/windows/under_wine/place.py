"""A Windows made by Wine, in a folder of its own: running programs in it, its registry, its user's folders."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

WINE = "/usr/lib/wine/wine64"
_PATIENCE_SECONDS = 300.0

_LEFT: list[subprocess.Popen[bytes]] = []
"""What they left running has their pipes for its own, and under Wine does not live without."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A program that has ended, and all it printed."""

    status: int
    output: str


@dataclass(frozen=True, slots=True)
class Wine:
    """`prefix` is Wine's folder; `python` is the folder of a Python for Windows, for what tests need inside."""

    prefix: Path
    python: Path
    display: str = ""

    @property
    def environment(self) -> dict[str, str]:
        """Wine's own, without the caller's settings of ocrwatch."""
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("OCRWATCH", "PYTHON", "WINE"))
        }
        return kept | {
            "WINEPREFIX": str(self.prefix),
            "WINEARCH": "win64",
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": "mscoree,mshtml=",
            "LC_ALL": "C.UTF-8",
            "DISPLAY": self.display,
        }

    @property
    def drive(self) -> Path:
        """Drive C."""
        return self.prefix / "drive_c"

    @property
    def home(self) -> Path:
        """The user's folder."""
        users = [path for path in (self.drive / "users").iterdir() if path.name != "Public"]
        return users[0]

    @property
    def local(self) -> Path:
        """The user's AppData\\Local."""
        return self.home / "AppData" / "Local"

    def named(self, path: Path) -> str:
        """How Windows calls it."""
        return "C:\\" + str(path.relative_to(self.drive)).replace("/", "\\")

    def run(self, *command: str | Path, stdin: str = "", seconds: float = _PATIENCE_SECONDS) -> Finished:
        """The finished program."""
        with self.start(*command) as process:
            try:
                output, _ = process.communicate(stdin.encode(), timeout=seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
        return Finished(status=process.returncode, output=output.decode(errors="replace").replace("\r\n", "\n"))

    def run_to_its_end(self, *command: str | Path) -> int:
        """The exit status of a program that may leave another one running."""
        process = self.start(*command)
        _LEFT.append(process)
        return process.wait(timeout=_PATIENCE_SECONDS)

    def start(self, *command: str | Path) -> subprocess.Popen[bytes]:
        """A running program, whose input and output are pipes."""
        return subprocess.Popen(
            [WINE, *map(str, command)],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def value(self, key: str, name: str) -> str | None:
        """A value of the registry; None where it is not there. `name` "" is the key's own."""
        chosen = ["/ve"] if not name else ["/v", name]
        found = self.run("reg", "query", key, *chosen)
        if found.status != 0:
            return None
        lines = [line for line in found.output.splitlines() if "REG_" in line]
        return lines[-1].split("REG_", 1)[1].partition("    ")[2].strip() if lines else None

    def has_key(self, key: str) -> bool:
        """Whether the registry has it."""
        return self.run("reg", "query", key).status == 0

    def end(self) -> None:
        """All of this Windows, and of no other."""
        subprocess.run(["wineserver", "-k"], env=self.environment, check=False)

    @contextmanager
    def holding(self, path: Path) -> Iterator[None]:
        """As Excel holds a workbook: others may read it, and neither write, replace nor remove it."""
        script = Path(__file__).with_name("hold_open.py")
        process = self.start(self.python / "python.exe", "Z:" + str(script).replace("/", "\\"), self.named(path))
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            said = process.stdout.readline().decode().strip()
            assert said == "held", said
            yield
        finally:
            process.communicate(b"\n", timeout=60)


def plain(lines: Sequence[str]) -> str:
    """Lines for a table's cell."""
    return " / ".join(line.strip() for line in lines if line.strip())
