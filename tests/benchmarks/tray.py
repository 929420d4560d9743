"""What the icon costs: `python -m tests.benchmarks.tray [SECONDS]`.

The daemon with its icon in a panel of the tests' own bus, with two watched folders, beside one without. Goals: from the
start to the icon 1.0 s, 0.3 s of CPU time in 5 minutes, 90 MB resident.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from tests.desktop_bus import Panel, session_bus
from tests.program import Program, command

MB = 1024 * 1024
STARTS = 5


def main() -> None:
    """Print the figures."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    with tempfile.TemporaryDirectory() as folder, session_bus(Path(folder)) as address, Panel(address) as panel:
        second = Path(folder) / "second"
        second.mkdir()
        more = f"[[inbox]]\nfolder = {json.dumps(str(second))}\nfields = ['x']\nledger = 'Other.xlsx'"
        program = Program(Path(folder) / "p", base_url="http://127.0.0.1:9/v1", more=more)
        environment = {**program.environment, "DBUS_SESSION_BUS_ADDRESS": address}
        times, cpu = zip(*(_start_to_icon(panel, environment) for _ in range(STARTS)), strict=True)
        print(f"start to icon: median {statistics.median(times):.2f} s of {STARTS}, least {min(times):.2f} s")
        print(f"CPU time to the icon, which a busy machine does not change: {statistics.median(cpu):.2f} s")
        print(f"bare python: {_bare_seconds():.2f} s from start to end")
        for words in (["run"], ["run", "--no-tray"]):
            _measure(words, environment, seconds)


def _start_to_icon(panel: Panel, environment: dict[str, str]) -> tuple[float, float]:
    panel.items.clear()
    begun = time.perf_counter()
    running = _started(["run"], environment)
    while not panel.items:
        threading.Event().wait(0.005)
    seconds, cpu = time.perf_counter() - begun, psutil.Process(running.pid).cpu_times()
    _end(running)
    return seconds, cpu.user + cpu.system


def _measure(words: Sequence[str], environment: dict[str, str], seconds: float) -> None:
    running = _started(words, environment)
    threading.Event().wait(5)
    daemon = psutil.Process(running.pid)
    before = daemon.cpu_times()
    threading.Event().wait(seconds)
    after = daemon.cpu_times()
    cpu = after.user + after.system - before.user - before.system
    print(f"{' '.join(words)}: {cpu:.3f} s of CPU in {seconds:.0f} s, {daemon.memory_info().rss / MB:.1f} MB resident")
    _end(running)


def _started(words: Sequence[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    nothing = subprocess.DEVNULL
    return subprocess.Popen([*command(), *words], env=environment, stdout=nothing, stderr=nothing)


def _bare_seconds() -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True, env=os.environ)
    return time.perf_counter() - begun


def _end(running: subprocess.Popen[bytes]) -> None:
    running.terminate()
    running.wait(20)


if __name__ == "__main__":
    main()
