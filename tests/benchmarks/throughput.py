"""How fast a backlog is worked off: `python -m tests.benchmarks.throughput [FOLDER OF SCANS]`.

64 scans against a service on loopback that answers after 0.5 s, eight at a time. Baseline: the ideal of 4.0 s, when
nothing but the service takes time. Counted from the start of the program to its end, and beside it without the time
that the program takes to start and end with nothing to do.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
import time
from pathlib import Path

from tests.endpoint_server import EndpointServer, answering
from tests.pictures import receipts_of, truth_of
from tests.program import Program

DELAY_SECONDS, CONCURRENCY = 0.5, 8


def main() -> None:
    """Print the figures."""
    pictures, truth = _scans(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    ideal = DELAY_SECONDS * -(-len(pictures) // CONCURRENCY)
    with tempfile.TemporaryDirectory() as folder, EndpointServer(answering(truth, DELAY_SECONDS)) as server:
        program = Program(Path(folder), base_url=server.base_url, concurrency=CONCURRENCY)
        for name, data in pictures.items():
            (program.inbox / name).write_bytes(data)
        begun = time.perf_counter()
        program.once()
        seconds = time.perf_counter() - begun
        assert len(program.rows()) == len(pictures)
        begun = time.perf_counter()
        program.once()
        empty = time.perf_counter() - begun
    print(f"{len(pictures)} scans, {CONCURRENCY} at a time, {DELAY_SECONDS} s each; ideal {ideal:.2f} s")
    print(f"start to end      {seconds:.2f} s   ratio {seconds / ideal:.2f}")
    print(f"nothing to do     {empty:.2f} s")
    print(f"difference        {seconds - empty:.2f} s   ratio {(seconds - empty) / ideal:.2f}")


def _scans(folder: Path | None) -> tuple[dict[str, bytes], dict[str, dict[str, str]]]:
    if folder is None:
        pictures = receipts_of(64)
        return pictures, truth_of(pictures)
    pictures = {path.name: path.read_bytes() for path in sorted(folder.glob("*.jpg"))}
    truth = {
        hashlib.sha256(data).hexdigest(): json.loads((folder / name).with_suffix(".json").read_text())
        for name, data in pictures.items()
    }
    return pictures, truth


if __name__ == "__main__":
    main()
