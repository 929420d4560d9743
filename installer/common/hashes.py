"""The SHA-256 of each file that is published, as `sha256sum -c` reads them: `python -m installer.common.hashes FOLDER`."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

NAME = "SHA256SUMS"
_KINDS = (".exe", ".deb", ".rpm", ".dmg", ".whl", ".gz", ".zip")


def write_hashes(folder: Path) -> Path:
    """`folder`/SHA256SUMS, of all that is there now."""
    lines = []
    for path in sorted(folder.iterdir()):
        if path.suffix in _KINDS:
            with path.open("rb") as file:
                lines.append(f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {path.name}\n")
    target = folder / NAME
    target.write_text("".join(lines), encoding="ascii", newline="\n")
    return target


if __name__ == "__main__":
    sys.stdout.write(write_hashes(Path(sys.argv[1])).read_text(encoding="ascii"))
