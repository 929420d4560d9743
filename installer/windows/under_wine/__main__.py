"""Runs all checks and prints a table: `python -m installer.windows.under_wine PREFIX PYTHON SETUP SMALL_SETUP PICTURES`.

"Passed under Wine" is not "tested on Windows". Exit status 1 when a check failed. Names of checks in OCRWATCH_CHECKS,
with commas between, run those alone.
"""

from __future__ import annotations

import os
import sys
import time
import traceback
from pathlib import Path

from installer.windows.under_wine.checks import CHECKS, Bench, Skipped, truth_server
from installer.windows.under_wine.installed import Installed
from installer.windows.under_wine.place import Wine


def main() -> int:
    """The exit status."""
    prefix, python, setup, small, pictures = (Path(argument).resolve() for argument in sys.argv[1:6])
    wine = Wine(prefix, python)
    pictures.mkdir(parents=True, exist_ok=True)
    chosen = [name for name in os.environ.get("OCRWATCH_CHECKS", "").split(",") if name]
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    lines = []
    with truth_server() as server:
        ocrwatch = Installed(wine, wine.local / "Programs" / "ocrwatch")
        bench = Bench(wine=wine, setup=setup, small=small, ocrwatch=ocrwatch, server=server, pictures=pictures)
        for check in CHECKS:
            if chosen and check.__name__ not in chosen:
                continue
            began = time.monotonic()
            try:
                result, told = "passed", check(bench)
            except Skipped as reason:
                result, told = "skipped", str(reason)
            except (Exception, SystemExit) as error:  # noqa: BLE001  the next check is made all the same
                traceback.print_exc()
                result, told = "failed", f"{type(error).__name__}: {error}"
            counts[result] += 1
            name = check.__name__.replace("_", " ")
            lines.append(f"{name:28} {result:8} {time.monotonic() - began:5.0f} s  {' '.join(told.split())[:150]}")
            print(lines[-1], flush=True)
    wine.end()
    print("\nUnder Wine, not on Windows:\n" + "\n".join(lines))
    print(", ".join(f"{count} {result}" for result, count in counts.items()))
    return 1 if counts["failed"] or not counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
