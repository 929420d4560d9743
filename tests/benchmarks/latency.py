"""From the last byte of a scan to its saved row: `python -m tests.benchmarks.latency`.

One scan at a time into a running daemon; the service answers at once. Baseline: the settle time, which has to pass
anyhow. Goal: the median at most 0.25 s above it.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from tests.endpoint_server import EndpointServer, answering
from tests.pictures import receipts_of, truth_of
from tests.program import Program
from tests.waiting import wait_until

SCANS = 25
SETTLE_SECONDS = 1.0


def main() -> None:
    """Print the figures."""
    pictures = receipts_of(SCANS)
    with tempfile.TemporaryDirectory() as folder, EndpointServer(answering(truth_of(pictures), 0.0)) as server:
        program = Program(Path(folder), base_url=server.base_url)
        program.config.write_text(
            program.config.read_text().replace("settle_seconds = 0.1", f"settle_seconds = {SETTLE_SECONDS}")
        )
        with program.running():
            times = [_seconds_to_row(program, name, data) for name, data in pictures.items()]
    above = [seconds - SETTLE_SECONDS for seconds in times]
    print(f"{SCANS} scans, settle time {SETTLE_SECONDS} s")
    print(f"above it: median {statistics.median(above):.3f} s, first {above[0]:.3f} s, slowest {max(above):.3f} s")


def _seconds_to_row(program: Program, name: str, data: bytes) -> float:
    before = _saved_at(program.ledger)
    (program.inbox / name).write_bytes(data)
    begun = time.time()
    wait_until(lambda: _saved_at(program.ledger) != before, step_seconds=0.002)
    saved = time.time()
    wait_until(lambda: (program.done / name).exists() and not (program.inbox / name).exists())
    return saved - begun


def _saved_at(path: Path) -> int:
    return path.stat().st_mtime_ns if path.exists() else 0


if __name__ == "__main__":
    main()
