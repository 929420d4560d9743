"""Whether what was frozen works where a missing module would not show at once: `python -m installer.common.check_frozen
FOLDER`. The program tells its version, and its settings' pages are served and drawn.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

from installer.common.project import VERSION

_PATIENCE_SECONDS = 60.0


def check(folder: Path) -> None:
    """Raises SystemExit with what does not work."""
    program = folder / ("ocrwatch.exe" if os.name == "nt" else "ocrwatch")
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if told != f"ocrwatch {VERSION}":
        raise SystemExit(f"{program} --version says {told!r}")
    with tempfile.TemporaryDirectory() as home:
        _check_pages(program, Path(home))
    sys.stdout.write("the frozen program starts, and shows its settings\n")


def _check_pages(program: Path, home: Path) -> None:
    """In a home of their own."""
    names = ("HOME", "USERPROFILE", "LOCALAPPDATA", "APPDATA", "XDG_STATE_HOME", "XDG_CONFIG_HOME")
    environment = os.environ | dict.fromkeys(names, str(home)) | {"OCRWATCH_CONFIG": str(home / "config.toml")}
    command = [str(program), "settings", "--no-browser"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        assert process.stdout is not None
        try:
            address = next((found[0] for line in process.stdout if (found := re.search(r"http://\S+", line))), None)
            if address is None:
                raise SystemExit("the settings tell no address")
            ensure_page(address)
        finally:
            process.terminate()


def ensure_page(address: str) -> None:
    """Raises SystemExit where `address` shows no page of ours."""
    opener = urllib.request.build_opener(
        urllib.request.HTTPCookieProcessor(CookieJar()), urllib.request.ProxyHandler({})
    )
    with opener.open(address, timeout=_PATIENCE_SECONDS) as answer:
        page = answer.read().decode()
    if "<html" not in page or "ocrwatch" not in page:
        raise SystemExit("the settings' page is none")


if __name__ == "__main__":
    check(Path(sys.argv[1]))
