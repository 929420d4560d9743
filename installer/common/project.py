"""What the builds know of the project: its root, its version, its entries. All read where they are kept."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One program of those that are installed."""

    name: str
    module: str
    function: str
    windowed: bool


def version() -> str:
    """The version, as the package itself tells it."""
    text = (ROOT / "ocrwatch" / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "([^"]+)"', text, re.MULTILINE)
    if found is None:
        raise SystemExit("ocrwatch/__init__.py has no version")
    return found[1]


VERSION = version()


def entries() -> dict[str, Entry]:
    """By name: those for a terminal and those for a desktop."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {
        name: Entry(name=name, module=target.partition(":")[0], function=target.partition(":")[2], windowed=windowed)
        for table, windowed in (("scripts", False), ("gui-scripts", True))
        for name, target in project.get(table, {}).items()
    }


if __name__ == "__main__":
    print(VERSION)
