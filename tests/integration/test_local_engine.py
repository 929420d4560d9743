"""The local engine itself, in its child process: turned pages, blank ones, and what it must never do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageOps

from ocrwatch.config.profiles import built_in
from ocrwatch.samples import FOLDER
from tests.local_reading import Bench, bench

pytest.importorskip("rapidocr", reason="the local engine is not installed")

TICKET = FOLDER / "train-ticket.jpg"
WATCHED_READING = """
import os
import sys

def watch(event, arguments):
    if event == "socket.connect" or event.startswith("urllib."):
        sys.exit(f"touched the network: {event}")
    if event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
        if str(arguments[0]) != "/dev/null":
            sys.exit(f"wrote {arguments[0]}")
    if event == "os.mkdir" and not os.path.isdir(arguments[0]) or event in ("os.rename", "os.remove", "tempfile.mkstemp", "tempfile.mkdtemp"):
        sys.exit(f"{event} {arguments}")

sys.addaudithook(watch)
from pathlib import Path
from ocrwatch.reading import recognition

read, _ = recognition.lines({}, Path(sys.argv[1]).read_bytes())
sys.exit(0 if any("25349116031000012345" in line[0] for line in read) else "read nothing")
"""
DAMAGED_MODEL = """
import sys
from pathlib import Path
from rapidocr.utils.download_file import DownloadFile
from ocrwatch.errors import Halt
from ocrwatch.reading import recognition

DownloadFile.check_file_sha256 = staticmethod(lambda path, digest: False)
try:
    recognition.lines({}, Path(sys.argv[1]).read_bytes())
except Halt as halt:
    print(halt.message)
"""


@pytest.fixture(scope="module")
def local() -> Iterator[Bench]:
    with bench() as made:
        yield made


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_page_that_lies_on_its_side_or_head_is_read(local: Bench, tmp_path: Path, degrees: int) -> None:
    """A scan that was put in the wrong way round gives the same fields."""
    with Image.open(TICKET) as upright:
        turned = ImageOps.scale(upright, 0.8).rotate(degrees, expand=True)
    turned.save(tmp_path / "turned.jpg", quality=90)
    reading = local.reader.read(local.document(tmp_path / "turned.jpg"), built_in()["train-ticket"])
    assert dict(reading.entries[0]) == json.loads(TICKET.with_suffix(".json").read_text(encoding="utf-8"))["fields"]


def test_a_blank_page_gives_no_row(local: Bench, tmp_path: Path) -> None:
    """White paper is told before the engine looks at it."""
    Image.new("RGB", (800, 600), "#fdfdfb").save(tmp_path / "blank.png")
    reading = local.reader.read(local.document(tmp_path / "blank.png"), built_in()["receipt"])
    assert reading.is_blank
    assert reading.entries == ()


def test_a_page_without_print_gives_no_value(local: Bench, tmp_path: Path) -> None:
    """It is not blank, but the engine sees no print, and the reading says so."""
    page = Image.new("RGB", (800, 600), "#fdfdfb")
    page.paste("#202020", (200, 150, 600, 450))
    page.save(tmp_path / "box.png")
    reading = local.reader.read(local.document(tmp_path / "box.png"), built_in()["receipt"])
    assert reading.entries == ({},)
    assert len(reading.remarks) == 1


def test_transparent_ink_on_nothing_is_print_on_white(local: Bench, tmp_path: Path) -> None:
    """A picture with a transparent background is read as if it lay on white paper."""
    with Image.open(FOLDER / "invoice-zh.png") as page:
        grey = page.convert("L").crop((1150, 40, 1648, 160))
    ink = Image.merge("LA", (Image.new("L", grey.size, 0), ImageOps.invert(grey)))
    ink.save(tmp_path / "ink.png")
    reading = local.reader.read(local.document(tmp_path / "ink.png"), built_in()["invoice"])
    assert reading.entries[0]["number"] == "25312000000087654321"


def test_the_engine_reads_once_and_stores_the_lines(local: Bench, tmp_path: Path) -> None:
    """The same picture again costs no recognition: the engine's process is not even started."""
    Image.new("RGB", (300, 200), "#ffffff").save(tmp_path / "page.png")
    document = local.document(tmp_path / "page.png")
    local.reader.read(document, built_in()["receipt"])
    local.engine.close()
    local.reader.read(document, built_in()["invoice"])
    assert local.engine.pid() is None


def test_reading_writes_nothing_and_touches_no_network(tmp_path: Path) -> None:
    """Recognition leaves no file, prints no word and opens no connection."""
    ran = run(WATCHED_READING, tmp_path)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_model_stops_the_line_and_is_not_fetched(tmp_path: Path) -> None:
    """No scan pays for a broken installation: reading stops, and the message has the command that mends it."""
    ran = run(DAMAGED_MODEL, tmp_path)
    assert "is missing or damaged" in ran.stdout
    assert "pip install --force-reinstall rapidocr" in ran.stdout


def run(program: str, home: Path) -> subprocess.CompletedProcess[str]:
    """`program` in a process of its own, given the ticket, with `home` as its home and its temporary folder."""
    plain = {name: value for name, value in os.environ.items() if name != "CI" and not name.startswith("ORT_")}
    surroundings = {**plain, "HOME": str(home), "TMPDIR": str(home), "XDG_CACHE_HOME": str(home)}
    command = [sys.executable, "-B", "-c", program, str(TICKET)]
    return subprocess.run(command, cwd=home, env=surroundings, capture_output=True, text=True, check=False)
