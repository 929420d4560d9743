"""How well and how fast the local engine reads real receipts: `python -m tests.benchmarks.local_engine [FOLDER]`.

The folder holds `NAME.jpg` beside `NAME.json` with company, date, address, total. Printed are

    per field     receipts read exactly, wrongly, and not at all; what is printed compared without case, spacing
                  and punctuation, a total as a number, its currency aside
    speed         seconds a page of the whole reader (opening the file, both child processes, finding the fields)
                  and of the baseline, `RapidOCR()` as it comes, given the same file; the two take turns, page by page
                  (`--lean`: RapidOCR without its line classifier, as the reader uses it)

Nothing is kept between pages: every one is opened and recognised anew.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import re
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from statistics import mean, median

from ocrwatch.config.profiles import built_in
from ocrwatch.ports import Profile
from tests.local_reading import Bench, bench

FIELDS = ("company", "date", "address", "total")


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """One page: what was found, and the seconds it took both ways."""

    name: str
    found: Mapping[str, str | None]
    ours_seconds: float
    bare_seconds: float | None


def profile() -> Profile:
    """The built-in receipt, its four fields that the truth knows."""
    receipt = built_in()["receipt"]
    return Profile(name="receipt", fields=tuple(field for field in receipt.fields if field.name in FIELDS))


def comparable(field: str, text: str | None) -> str:
    """`text` without what does not count."""
    folded = unicodedata.normalize("NFKC", text or "").casefold()
    if field == "total":
        number = re.search(r"-?\d[\d,]*(?:\.\d+)?", folded)
        return str(Decimal(number.group().replace(",", ""))) if number else ""
    return "".join(character for character in folded if character.isalnum())


def outcome(field: str, found: str | None, truth: str) -> str:
    """exact, wrong or absent."""
    if comparable(field, found) == comparable(field, truth):
        return "exact"
    return "wrong" if found else "absent"


def truth_of(scan: Path) -> Mapping[str, str]:
    return {name: str(text) for name, text in json.loads(scan.with_suffix(".json").read_text("utf-8")).items()}


def tally(found: Mapping[str, Mapping[str, str | None]], truths: Mapping[str, Mapping[str, str]]) -> Counter[str]:
    """How many of each field ended how: "company exact", …"""
    return Counter(
        f"{field} {outcome(field, found[name].get(field), truth[field])}"
        for name, truth in truths.items()
        for field in FIELDS
    )


def report(counts: Counter[str], papers: int) -> str:
    lines = [f"{'field':10}{'exact':>8}{'wrong':>8}{'absent':>8}"]
    lines += [
        f"{field:10}" + "".join(f"{counts[f'{field} {how}']:8}" for how in ("exact", "wrong", "absent"))
        for field in FIELDS
    ]
    exact = sum(counts[f"{field} exact"] for field in FIELDS)
    wrong = sum(counts[f"{field} wrong"] for field in FIELDS)
    share, doubtful = exact / (len(FIELDS) * papers), wrong / (len(FIELDS) * papers)
    return "\n".join([*lines, f"all four: {share:.1%} exact, {doubtful:.1%} wrong, of {papers} papers"])


def bare_engine(*, lean: bool) -> Callable[[Path], None]:
    """RapidOCR as it comes, or `lean`: without its classifier of upside-down lines, which ours does without too."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    from rapidocr import RapidOCR

    logging.disable(logging.INFO)
    engine = RapidOCR(params={"Global.use_cls": False} if lean else None)

    def read(scan: Path) -> None:
        engine(str(scan))

    return read


def timed(made: Bench, scans: Sequence[Path], bare: Callable[[Path], None] | None) -> list[Timed]:
    """Every scan read by both, in turns; whoever begins changes from page to page."""
    made.reader.read(made.document(scans[0]), profile())  # both start their engine before the clock runs
    if bare is not None:
        bare(scans[0])
    made.answers.stored.clear()
    pages = []
    for number, scan in enumerate(scans):
        document = made.document(scan)
        bare_seconds = _seconds(lambda: bare(scan)) if bare and number % 2 else None  # noqa: B023
        start = time.perf_counter()
        reading = made.reader.read(document, profile())
        ours_seconds = time.perf_counter() - start
        if bare and bare_seconds is None:
            bare_seconds = _seconds(lambda: bare(scan))  # noqa: B023
        page = Timed(name=scan.stem, found=reading.entries[0], ours_seconds=ours_seconds, bare_seconds=bare_seconds)
        pages.append(page)
    return pages


def speed(pages: Sequence[Timed]) -> str:
    pairs = [(page.ours_seconds, page.bare_seconds) for page in pages if page.bare_seconds is not None]
    ours, theirs = mean(a for a, _ in pairs), mean(b for _, b in pairs)
    ratios = sorted(a / b for a, b in pairs)
    return (
        f"seconds a page: whole reader {ours:.2f}, bare RapidOCR {theirs:.2f}, ratio {ours / theirs:.2f}\n"
        f"ratio page by page: median {median(ratios):.2f}, least {ratios[0]:.2f}, greatest {ratios[-1]:.2f}"
    )


def memory(made: Bench) -> str:
    """What the engine's process took, on Linux."""
    status = Path(f"/proc/{made.engine.pid()}/status")
    if not status.exists():
        return ""
    kilobytes = {name: int(size) for name, size in re.findall(r"(VmHWM|VmRSS|VmData):\s+(\d+)", status.read_text())}
    return "engine's process: " + ", ".join(f"{name} {size // 1024} MB" for name, size in kilobytes.items())


def _seconds(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = os.environ.get("RECEIPTS_FOLDER", str(Path(__file__).parents[3] / "shared" / "receipts"))
    parser.add_argument("folder", nargs="?", type=Path, default=Path(default))
    parser.add_argument("--no-baseline", action="store_true", help="accuracy alone")
    parser.add_argument("--lean", action="store_true", help="the baseline without its line classifier")
    parser.add_argument("--first", type=int, help="only so many receipts")
    chosen = parser.parse_args()
    scans = sorted(chosen.folder.glob("*.jpg"))[: chosen.first]
    if not scans:
        raise SystemExit(f"no receipts in {chosen.folder}")
    with bench() as made:
        pages = timed(made, scans, None if chosen.no_baseline else bare_engine(lean=chosen.lean))
        print(report(tally({p.name: p.found for p in pages}, {s.stem: truth_of(s) for s in scans}), len(scans)))
        if not chosen.no_baseline:
            print(speed(pages))
        print(memory(made))


if __name__ == "__main__":
    main()
