"""What the daemon costs while nothing happens: `python -m tests.benchmarks.idle [SECONDS]`.

Two watched folders, freshly started, and once more after a scan was read. Baselines: a bare Python process' memory,
and the wall time. Goals: 0.1 s of CPU time a minute, 60 MB resident; `--version` in 0.3 s.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

from tests.endpoint_server import EndpointServer, answering
from tests.pictures import drop, receipts_of, truth_of
from tests.program import Program
from tests.waiting import wait_until

MB = 1024 * 1024


def main() -> None:
    """Print the figures."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    pictures = receipts_of(1)
    print(f"--version: median {_version_seconds():.3f} s")
    print(f"bare python: {_bare_bytes() / MB:.1f} MB resident")
    with tempfile.TemporaryDirectory() as folder, EndpointServer(answering(truth_of(pictures), 0.0)) as server:
        second = Path(folder) / "second"
        second.mkdir()
        more = f"[[inbox]]\nfolder = {json.dumps(str(second))}\nfields = ['x']\nledger = 'Other.xlsx'"
        program = Program(Path(folder), base_url=server.base_url, more=more)
        with program.running() as daemon:
            _measure("freshly started", psutil.Process(daemon.pid), seconds)
            drop(program.inbox, pictures)
            wait_until(lambda: len(program.filed()) == 1)
            _measure("after a scan was read", psutil.Process(daemon.pid), seconds)


def _measure(when: str, daemon: psutil.Process, seconds: float) -> None:
    before = daemon.cpu_times()
    threading.Event().wait(seconds)
    after = daemon.cpu_times()
    cpu = after.user + after.system - before.user - before.system
    children = sum(child.memory_info().rss for child in daemon.children())
    print(
        f"{when}: {cpu:.3f} s of CPU in {seconds:.0f} s, {daemon.memory_info().rss / MB:.1f} MB resident, "
        f"children {children / MB:.1f} MB"
    )


def _version_seconds() -> float:
    times = []
    for _ in range(7):
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-m", "ocrwatch", "--version"], check=True, capture_output=True)
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def _bare_bytes() -> int:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        threading.Event().wait(0.3)
        return int(psutil.Process(process.pid).memory_info().rss)
    finally:
        process.communicate(b"\n")


if __name__ == "__main__":
    main()
