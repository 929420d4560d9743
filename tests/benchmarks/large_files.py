"""Large files: `python -m tests.benchmarks.large_files`.

A PDF of 200 scanned pages and a TIFF of 100 pages at 600 dpi, each dropped into a running daemon whose service answers
at once: the time from the end of the settle time to the first request, and the peak of the memory of the daemon and its
child, sampled while the first pages are read. Goals: 1 s, 200 MB.

A photo of 48 megapixels: seen to be whole and prepared, beside one draft decode, resize and JPEG save of Pillow in the
same run. Goal: 1.2 times. What is uploaded of each is told beside the original's size.

Memory is what each process holds for itself (Pss where Linux tells it: shared code counts once).
"""

from __future__ import annotations

import io
import random
import statistics
import tempfile
import threading
import time
from pathlib import Path

import psutil
from PIL import Image, ImageDraw

from ocrwatch.inbox import decoding
from ocrwatch.ports import PictureLimits
from tests.endpoint_server import Asked, EndpointServer, Reply, completion
from tests.program import Program
from tests.waiting import wait_until

PAGES_WATCHED = 8
PHOTO_RUNS = 5
MOST_PX = 8_388_608


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        for name, path in {"200-page PDF": _pdf(Path(folder)), "100-page TIFF": _tiff(Path(folder))}.items():
            _told(name, path, Path(folder) / name)
        _photo_told(_photo(Path(folder)))


def _told(name: str, path: Path, folder: Path) -> None:
    asked: list[tuple[float, int]] = []

    def respond(question: Asked) -> Reply:
        asked.append((time.time(), len(question.images[0])))
        return completion('{"company": "A", "total": "1.00"}')

    folder.mkdir()
    with EndpointServer(respond) as server:
        program = Program(folder, base_url=server.base_url)
        with program.running() as process:
            peak = _Peak(process.pid)
            target = program.inbox / path.name
            path.rename(target)
            begun = time.time()
            wait_until(lambda: len(asked) >= PAGES_WATCHED, seconds=120)
            most = peak.end()
    sent = statistics.mean(size for _, size in asked[:PAGES_WATCHED])
    size = target.stat().st_size if target.exists() else 0
    print(
        f"{name} ({size / 1e6:.1f} MB): first request after {asked[0][0] - begun - 0.1:.2f} s, peak {most / 1e6:.0f} MB,"
    )
    print(
        f"    {(asked[PAGES_WATCHED - 1][0] - asked[0][0]) / (PAGES_WATCHED - 1):.2f} s a page, {sent / 1e3:.0f} kB sent a page"
    )


class _Peak:
    """The most that a process and its children held."""

    def __init__(self, pid: int) -> None:
        self._root = psutil.Process(pid)
        self._most = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def end(self) -> int:
        self._ended.set()
        self._thread.join()
        return self._most

    def _watch(self) -> None:
        while not self._ended.wait(0.02):
            total = 0
            for process in (self._root, *self._root.children(recursive=True)):
                try:
                    total += getattr(process.memory_full_info(), "pss", process.memory_info().rss)
                except psutil.Error:
                    continue
            self._most = max(self._most, total)


def _photo_told(path: Path) -> None:
    told = {"max_pixels": MOST_PX, "max_bytes": PictureLimits().max_bytes, "min_side_px": 11, "max_aspect": 200.0}
    limits = {**told, "kinds": ["image/jpeg", "image/png"]}
    ours, theirs, sent = [], [], 0
    for _ in range(PHOTO_RUNS):
        begun = time.process_time()
        found, _ = decoding.inspect({"path": str(path)}, b"")
        assert isinstance(found, dict)
        inspected = time.process_time()
        _, data = decoding.picture({"path": str(path), "digest": found["digest"], "page": 0, "limits": limits}, b"")
        ours.append((inspected - begun, time.process_time() - inspected))
        sent = len(data)
        theirs.append(_by_pillow(path))
    baseline = statistics.median(theirs)
    look, made = (statistics.median(each) for each in zip(*ours, strict=True))
    print(f"48-megapixel photo ({path.stat().st_size / 1e6:.1f} MB): {sent / 1e6:.1f} MB sent")
    print(
        f"    prepared in {made:.2f} s, {made / baseline:.2f} times Pillow's {baseline:.2f} s; seen to be whole in {look:.2f} s before"
    )


def _by_pillow(path: Path) -> float:
    begun = time.process_time()
    with Image.open(path) as image:
        factor = (MOST_PX / (image.width * image.height)) ** 0.5
        size = int(image.width * factor), int(image.height * factor)
        image.draft("RGB", size)
        image.resize(size).save(io.BytesIO(), "JPEG", quality=92)
    return time.process_time() - begun


# ---------------------------------------------------------------- the files


def _page(width: int, height: int, number: int) -> Image.Image:
    chance = random.Random(number)
    image = Image.new("L", (width, height), 255)
    draw = ImageDraw.Draw(image)
    for top in range(height // 30, height - height // 30, height // 80):
        left = width // 25
        while left < width * 0.9:
            length = chance.randint(width // 80, width // 16)
            draw.rectangle([left, top, left + length, top + height // 170], fill=0)
            left += length + width // 120
    return image


def _numbered(paper: Image.Image, number: int) -> Image.Image:
    """A page of its own: the same picture is not asked for twice."""
    page = paper.copy()
    ImageDraw.Draw(page).rectangle([10 * number, 5, 10 * number + 6, 60], fill=0)
    return page


def _pdf(folder: Path) -> Path:
    paper = _page(2480, 3508, 1).convert("RGB")
    numbered = (_numbered(paper, number) for number in range(1, 200))
    paper.save(folder / "scans.pdf", save_all=True, append_images=numbered, resolution=300)
    return folder / "scans.pdf"


def _tiff(folder: Path) -> Path:
    paper = _page(4960, 7016, 1).convert("1")
    numbered = (_numbered(paper, number) for number in range(1, 100))
    paper.save(folder / "scans.tif", save_all=True, append_images=numbered, compression="group4", dpi=(600, 600))
    return folder / "scans.tif"


def _photo(folder: Path) -> Path:
    exif = Image.Exif()
    exif[0x0112] = 6
    paper = Image.blend(_page(8064, 6048, 1), Image.effect_noise((2016, 1512), 60).resize((8064, 6048)), 0.15)
    paper.convert("RGB").save(folder / "photo.jpg", quality=92, exif=exif.tobytes())
    return folder / "photo.jpg"


if __name__ == "__main__":
    main()
