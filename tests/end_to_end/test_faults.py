"""Bad files and broken places cost only themselves: the daemon goes on, says so, and loses nothing."""

from __future__ import annotations

import io
import json
import os
import socket
import struct
import zlib
from pathlib import Path

import pytest

from tests.endpoint_server import Asked, EndpointServer, Reply, completion, fenced
from tests.pictures import jpeg
from tests.program import Program
from tests.waiting import wait_until

ODD_NAMES = (
    "名" * 83 + ".jpg",  # 253 bytes
    "a" * 251 + ".jpg",
    "receipt 🧾🚆.jpg",
    "two\nlines.jpg",
    "-rf.jpg",
    "invoice\u202egpj.jpg",
    "con.jpg",
    "  spaces  .jpg",
    "a'b\"c$(x)`y`;z&.jpg",
)


def _answer(_: Asked) -> Reply:
    return completion(fenced({"company": "Any", "date": "01/02/2018", "address": "Any", "total": "1.00"}))


def _picture(kind: str, mode: str = "RGB", size: tuple[int, int] = (60, 60), **options: object) -> bytes:
    from PIL import Image

    image = Image.new(mode, size)
    ink = Image.new("L", size)
    ink.paste(255, (9, 9, size[0] // 2, 15))  # a blank page would be none to read
    image.paste({"I;16": 60_000, "CMYK": (200, 0, 200, 0), "P": 1}.get(mode, 0xFFFFFF), mask=ink.convert("1"))
    buffer = io.BytesIO()
    if options.pop("animated", False):
        options |= {"save_all": True, "append_images": [Image.new(mode, size, number) for number in (50, 100)]}
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def _bomb() -> bytes:
    """A PNG that says it is 20 000 x 20 000."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.skipif(os.name == "nt", reason="names and files that only POSIX allows")
def test_bad_files_cost_only_themselves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Good ones among them become rows, each with its file; bad ones fail with a reason, or stay where they lie."""
    good = {
        "animated.gif": _picture("GIF", "P", animated=True),
        "cmyk.jpg": _picture("JPEG", "CMYK"),
        "sixteen.png": _picture("PNG", "I;16"),
        "palette.png": _picture("PNG", "P", transparency=0),
        "pages.pdf": _picture("PDF", size=(200, 200)),
        "misnamed.txt.png": jpeg("a jpeg by its content"),
        **{name: jpeg(name) for name in ODD_NAMES},
    }
    bad = {
        "one.png": _picture("PNG", size=(1, 1)),
        "bomb.png": _bomb(),
        "cut.jpg": jpeg("cut short")[:-400],
        "zero.jpg": b"",
        "text.jpg": b"this is no picture" * 9,
    }
    with EndpointServer(_answer) as server:
        program = Program(tmp_path, base_url=server.base_url, more="give_up_seconds = 1")
        outside = tmp_path / "outside.jpg"
        outside.write_bytes(jpeg("outside"))
        for name, data in {
            **good,
            **bad,
            "notes.docx": b"PK not a scan",
            "text.jpg": b"this is no picture" * 9,
        }.items():
            (program.inbox / name).write_bytes(data)
        os.mkfifo(program.inbox / "pipe.jpg")
        (program.inbox / "link.jpg").symlink_to(outside)
        (program.inbox / "folder.jpg").mkdir()
        listener = socket.socket(socket.AF_UNIX)
        monkeypatch.chdir(program.inbox)  # a socket's path may have 107 bytes
        listener.bind("socket.jpg")
        with program.running():
            wait_until(lambda: program.status()["done"] == len(good), seconds=25)
            wait_until(lambda: program.status()["failed"] == len(bad), seconds=25)
            (folder,) = program.status()["folders"]
        listener.close()
        assert server.violations == []
    assert folder["other_kinds"] == ["notes.docx"]
    failed = program.filed(program.failed)
    assert {name for name in failed if not name.endswith(".reason.txt")} == set(bad)
    assert {name for name in failed if name.endswith(".reason.txt")} == {f"{name}.reason.txt" for name in bad}
    assert len(program.rows()) == len(good) == len(program.filed())
    assert sorted(data for path in program.done.iterdir() for data in [path.read_bytes()]) == sorted(good.values())
    assert outside.exists()
    assert sorted(path.name for path in program.inbox.iterdir() if path.name != "done") == sorted(
        ["failed", "folder.jpg", "link.jpg", "notes.docx", "pipe.jpg", "socket.jpg"]
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"this is no workbook", "no Excel file"),
        (b"", "empty file"),
        (b"PK\x03\x04 cut short", "damaged"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "password"),
    ],
)
def test_a_ledger_that_cannot_be_used_is_left_as_it_is_and_its_rows_wait(
    tmp_path: Path, content: bytes, said: str
) -> None:
    """The file is untouched, the status says why; once it is moved away a new one is made."""
    with EndpointServer(_answer) as server:
        program = Program(tmp_path, base_url=server.base_url)
        program.ledger.write_bytes(content)
        (program.inbox / "a.jpg").write_bytes(jpeg("a"))
        with program.running():
            wait_until(lambda: bool(program.status()["waiting"]))
            (waiting,) = program.status()["waiting"]
            assert said in waiting["reason"]
            assert waiting["ledger"] == "Ledger.xlsx"
            assert program.ledger.read_bytes() == content
        program.ledger.unlink()
        program.once()
    assert len(program.rows()) == 1
    assert len(server.asked) == 1


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_a_done_folder_that_is_a_file_makes_scans_wait(tmp_path: Path) -> None:
    """The scan stays in the inbox, the reason names the folder; nothing is paid for again when it is mended."""
    with EndpointServer(_answer) as server:
        program = Program(tmp_path, base_url=server.base_url)
        program.done.write_text("in the way")
        (program.inbox / "a.jpg").write_bytes(jpeg("a"))
        with program.running():
            wait_until(lambda: bool(program.status()["waiting"]))
            assert "done" in json.dumps(program.status()["waiting"])
            assert (program.inbox / "a.jpg").exists()
            program.done.unlink()
            program.run("resume")
            wait_until(lambda: program.filed() == ["a.jpg"] and not program.left())
        assert len(server.asked) == 1
    assert len(program.rows()) == 1
