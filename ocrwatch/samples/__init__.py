"""The demo's own scans: package data, drawn by `draw.py`, of people and companies that do not exist.

Beside each scan lies its truth, `NAME.json`: the profile to read it with, `fields` as they are printed, and
`expected`, the values a correct row has (dates in ISO form, amounts as number and currency).
"""

from __future__ import annotations

import json
from pathlib import Path

FOLDER = Path(__file__).parent


def sample_files() -> tuple[Path, ...]:
    """The scans, in the order of their names. Their truth is at `path.with_suffix(".json")`."""
    return tuple(sorted(path.with_name(_scan_of(path)) for path in FOLDER.glob("*.json")))


def profile_of_sample(scan: Path) -> str:
    """The document type to read `scan` with."""
    return str(json.loads(scan.with_suffix(".json").read_text(encoding="utf-8"))["profile"])


def _scan_of(truth: Path) -> str:
    (scan,) = (path.name for path in truth.parent.glob(f"{truth.stem}.*") if path.suffix != ".json")
    return scan
