"""Whether an app's property list says what ocrwatch needs: `python -m installer.macos.check_plist Info.plist`.

With `--write FILE` it writes the part that is ours, so that other programs can look at it where there is no Mac.
"""

from __future__ import annotations

import plistlib
import sys
from pathlib import Path

from installer.macos.info import info

_EXECUTABLE = "ocrwatchw"


def faults(path: Path) -> list[str]:
    """What is missing or another."""
    found = plistlib.loads(path.read_bytes())
    return [
        f"{key}: {found.get(key)!r} in place of {value!r}"
        for key, value in info(_EXECUTABLE).items()
        if found.get(key) != value
    ]


if __name__ == "__main__":
    if sys.argv[1] == "--write":
        Path(sys.argv[2]).write_bytes(plistlib.dumps(info(_EXECUTABLE)))
    else:
        sys.exit("\n".join(faults(Path(sys.argv[1]))))
