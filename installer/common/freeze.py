"""Freezes the program into one folder: `python -m installer.common.freeze --engine local|none --out FOLDER`.

Run it with a Python that has the project's dependencies and PyInstaller; the folder is for that Python's system. Beside
the program it puts the licences of all that is packed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path

from installer.common.project import ROOT, VERSION


def freeze(*, engine: str, out: Path, work: Path) -> Path:
    """The folder, made anew: `out`/ocrwatch."""
    from PyInstaller.__main__ import run

    from installer.common.licences import write_licences
    from ocrwatch.desktop.icon_files import write_icons

    shutil.rmtree(out / "ocrwatch", ignore_errors=True)
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    write_icons(work / "icons")
    os.environ["OCRWATCH_FREEZE_ENGINE"] = engine
    os.environ["OCRWATCH_FREEZE_WORK"] = str(work)
    spec = ROOT / "installer" / "common" / "ocrwatch.spec"
    run(
        [
            "--noconfirm",
            "--log-level",
            "WARN",
            "--distpath",
            str(out),
            "--workpath",
            str(work / "pyinstaller"),
            str(spec),
        ]
    )
    _refuse_gaps(work / "pyinstaller" / "ocrwatch" / "warn-ocrwatch.txt")
    folder = out / "ocrwatch"
    write_licences(folder / "licences", with_engine=engine == "local")
    return folder


_PYTHONS_OWN = ("__main__", "_frozen_importlib", "_frozen_importlib_external")
"""PyInstaller leaves these out itself."""


def _refuse_gaps(warnings: Path) -> None:
    """An excluded module that another one imports as it is loaded would show only at a person's desk."""
    gaps = [
        line
        for line in warnings.read_text(encoding="utf-8").splitlines()
        if line.startswith("excluded module named") and "(top-level)" in line and line.split()[3] not in _PYTHONS_OWN
    ]
    if gaps:
        raise SystemExit("\n".join(["What is excluded is needed:", *gaps]))


def size_bytes(folder: Path) -> int:
    """Of all files below `folder`."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=["local", "none"], default="local")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--work", type=Path)
    given = parser.parse_args()
    out = given.out.resolve()
    folder = freeze(engine=given.engine, out=out, work=given.work or out / "work")
    sys.stdout.write(f"ocrwatch {VERSION} in {folder}: {size_bytes(folder) / 1e6:.1f} MB\n")


if __name__ == "__main__":
    main()
