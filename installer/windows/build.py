"""Builds the setup programs for Windows into dist/: `py installer\\windows\\build.py`.

Needs Windows, Python 3.11 or newer from python.org, NSIS 3 (makensis on the search path or in Program Files), and pip's
network. Two setups come out: with the engine that reads on this computer, and without (`-small`). What is signed, and
by what, is told in signing.py.

    --engine local|none|both     which setups
    --frozen FOLDER              package this folder, which installer.common.freeze made; nothing is installed or frozen
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from installer.common.completions import FILES, powershell  # noqa: E402  the path comes first
from installer.common.hashes import write_hashes  # noqa: E402
from installer.common.project import VERSION  # noqa: E402
from installer.windows.signing import sign, sign_command  # noqa: E402

DIST = ROOT / "dist"
WORK = ROOT / "build" / "windows"
LIMIT_MB = {"local": 130, "none": 40}
"""What the setups may weigh. One that weighs more has grown by something that nobody meant to ship."""


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", choices=["local", "none", "both"], default="both")
    parser.add_argument("--frozen", type=Path)
    given = parser.parse_args()
    engines = ["local", "none"] if given.engine == "both" else [given.engine]
    if given.frozen is not None and len(engines) > 1:
        parser.error("--frozen needs --engine local or none")
    for engine in engines:
        folder = given.frozen.resolve() if given.frozen is not None else _frozen(engine)
        _package(folder, engine)
    sys.stdout.write(write_hashes(DIST).read_text(encoding="ascii"))


def _frozen(engine: str) -> Path:
    """The program in one folder, made by an environment that has only what belongs to it."""
    place = WORK / engine
    python = place / "venv" / "Scripts" / "python.exe"
    if not python.is_file():
        _run([sys.executable, "-m", "venv", str(place / "venv")])
    project = f"{ROOT}[local]" if engine == "local" else str(ROOT)
    pip = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    _run([*pip, project, "pyinstaller>=6.10", "packaging>=24"])
    _run([*pip, "--no-deps", "--force-reinstall", str(ROOT)])  # it may have changed under the same number
    _run([str(python), "-m", "installer.common.freeze", "--engine", engine, "--out", str(place)])
    _run([str(python), "-m", "installer.common.check_frozen", str(place / "ocrwatch")])
    return place / "ocrwatch"


def _package(folder: Path, engine: str) -> None:
    _add_completions(folder)
    sign([folder / "ocrwatch.exe", folder / "ocrwatchw.exe"])
    DIST.mkdir(exist_ok=True)
    suffix = "" if engine == "local" else "-small"
    setup = DIST / f"ocrwatch-{VERSION}-setup{suffix}.exe"
    values = {"VERSION": VERSION, "FOLDER": str(folder), "OUT": str(setup), "ICON": str(_icon(folder))}
    if (command := sign_command(os.environ)) is not None:
        values["SIGN"] = subprocess.list2cmdline(command)
    defines = [f"-D{name}={value}" for name, value in values.items()]
    _run([_makensis(), "-V2", "-WX", *_target(), *defines, str(ROOT / "installer" / "windows" / "ocrwatch.nsi")])
    sign([setup])
    size_mb = setup.stat().st_size / 1e6
    sys.stdout.write(f"{setup.name}: {size_mb:.1f} MB\n")
    if size_mb > LIMIT_MB[engine]:
        raise SystemExit(f"{setup.name} weighs more than {LIMIT_MB[engine]} MB")


def _add_completions(folder: Path) -> None:
    from installer.common.commands import program

    place = folder / "completions"
    place.mkdir(exist_ok=True)
    (place / FILES["powershell"]).write_text(powershell(program()), encoding="utf-8-sig")  # 5.1 takes it for ANSI else


def _icon(folder: Path) -> Path:
    return next((folder.parent / "work" / "icons").glob("*.ico"))


def _target() -> list[str]:
    """A setup of 64 bits, as the program is: NSIS for Windows makes those of 32 bits unless told."""
    return ["-XTarget amd64-unicode"]


def _makensis() -> str:
    usual = Path(os.environ.get("PROGRAMFILES(X86)", "")) / "NSIS" / "makensis.exe"
    found = shutil.which("makensis") or (str(usual) if usual.is_file() else None)
    if found is None:
        raise SystemExit("makensis is not there: install NSIS 3")
    return found


def _run(command: Sequence[str]) -> None:
    finished = subprocess.run(command, cwd=ROOT, check=False)
    if finished.returncode != 0:
        raise SystemExit(f"failed: {Path(command[0]).name} {' '.join(command[1:3])} …")


if __name__ == "__main__":
    main()
