"""Handing in a month: `python -m tests.benchmarks.packing [ROWS …]`.

Prints, for months of that many rows (default 100 and 300) whose scans are photos of 12 megapixels that must be turned
(a half), flatbed pages at 200 dpi that go into the PDF as they are (a quarter), and PDFs of two pages (a quarter):

    seconds     for 100 rows, beside a plain copy of the same scans
    memory      the most that the command, and the child that decodes, had resident; goal: it does not grow with the rows
"""

from __future__ import annotations

import io
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import date
from decimal import Decimal
from pathlib import Path

from PIL import Image

from ocrwatch.document import Amount
from tests.recorded_month import RecordedMonth


def _noise(width: int, height: int) -> Image.Image:
    """About as hard to pack as a photo."""
    small = Image.frombytes("RGB", (width // 8, height // 8), os.urandom(width // 8 * (height // 8) * 3))
    return small.resize((width, height), Image.Resampling.BILINEAR)


def _scans(count: int) -> dict[str, bytes]:
    """Told apart by a comment at their end, which no decoder minds."""
    turned = Image.Exif()
    turned[0x0112] = 6
    photo, flat, paper = io.BytesIO(), io.BytesIO(), io.BytesIO()
    _noise(4000, 3000).save(photo, "JPEG", quality=80, exif=turned)
    _noise(1654, 2339).save(flat, "JPEG", quality=80)
    _noise(1240, 1754).save(paper, "PDF", save_all=True, append_images=[_noise(1240, 1754)])
    found = {}
    for number in range(count):
        buffer, suffix = ((photo, "jpg"), (flat, "jpg"), (photo, "jpg"), (paper, "pdf"))[number % 4]
        comment = b"\n%%%d\n" % number if suffix == "pdf" else b"%08d" % number
        found[f"IMG_{number:05}.{suffix}"] = buffer.getvalue() + comment
    return found


def _measure(rows: int, folder: Path) -> None:
    month = RecordedMonth(folder)
    scans = _scans(rows)
    values = {
        name: [{"company": f"Company {place}", "date": date(2026, 11, place % 28 + 1), "total": Amount(Decimal(place), "CNY")}]
        for place, name in enumerate(scans)
    }  # fmt: skip
    pdfs = [name for name in scans if name.endswith(".pdf")]
    month.record({name: data for name, data in scans.items() if name not in pdfs}, values)
    month.record({name: scans[name] for name in pdfs}, values, pages=2)
    size = sum(map(len, scans.values()))
    del scans
    started = time.perf_counter()
    shutil.copytree(folder / "Tickets", folder / "copy")
    copied = time.perf_counter() - started
    command = [sys.executable, "-m", "ocrwatch", "pack", "--month", "2026-11", "--config", str(month.config)]
    before = time.perf_counter()
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    already = usage.ru_utime + usage.ru_stime
    watched = [sys.executable, "-m", "tests.benchmarks.packing", "--run", *command]
    finished = subprocess.run(watched, check=True, capture_output=True, text=True)
    seconds = time.perf_counter() - before
    processor = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = processor.ru_utime + processor.ru_stime - already
    own, child = finished.stderr.split()[-2:]
    print(
        f"{rows} rows, {size / 1e6:.0f} MB: {seconds / rows * 100:.1f} s for 100 rows ({used / rows * 100:.1f} s of the "
        f"processor; a copy: {copied / rows * 100:.2f} s); "
        f"resident at most: the command {own} MB, the child {child} MB; {finished.stdout.strip()}"
    )


def _run(command: list[str]) -> None:
    """Run `command` in this process, and tell how much memory it and its children had."""
    from ocrwatch.cli.program import run_program

    sys.argv = ["ocrwatch", *command[3:]]
    status = run_program()
    # Not ru_maxrss, which begins with what the process had before it became this program.
    (own,) = (
        int(line.split()[1]) // 1024
        for line in Path("/proc/self/status").read_text().splitlines()
        if line.startswith("VmHWM:")
    )
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(own, child, file=sys.stderr)
    sys.exit(status)


def main() -> None:
    if sys.argv[1:2] == ["--run"]:
        _run(sys.argv[2:])
    for rows in map(int, sys.argv[1:] or ("100", "300")):
        with tempfile.TemporaryDirectory() as folder:
            _measure(rows, Path(folder))


if __name__ == "__main__":
    main()
