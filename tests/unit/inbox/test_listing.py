from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from ocrwatch.errors import FolderAway
from ocrwatch.inbox.listing import is_ignored, listed, sighting
from tests.unit.inbox.stage import COARSE, LOCAL


def names(folder: Path, *, recursive: bool = True, own_paths: tuple[Path, ...] = ()) -> list[str]:
    found = listed(folder, LOCAL, recursive=recursive, own_paths=own_paths)
    return sorted(path.relative_to(folder).as_posix() for path in found.files)


def test_only_regular_files(tmp_path: Path) -> None:
    """Links, pipes, sockets and folders named like pictures are neither listed nor waited for."""
    (tmp_path / "scan.jpg").write_bytes(b"1")
    (tmp_path / "folder.jpg").mkdir()
    (tmp_path / "link.jpg").symlink_to(tmp_path / "scan.jpg")
    (tmp_path / "nowhere.jpg").symlink_to(tmp_path / "missing")
    os.mkfifo(tmp_path / "pipe.jpg")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(tmp_path / "socket.jpg"))
        assert names(tmp_path) == ["scan.jpg"]


def test_subfolders(tmp_path: Path) -> None:
    """Subfolders are listed when that is wanted; linked ones never."""
    deep = tmp_path / "anna" / "2024"
    deep.mkdir(parents=True)
    (deep / "scan.jpg").write_bytes(b"1")
    (tmp_path / "anna" / "loop").symlink_to(tmp_path)
    assert names(tmp_path) == ["anna/2024/scan.jpg"]
    assert names(tmp_path, recursive=False) == []


@pytest.mark.parametrize(
    "name",
    [
        ".hidden.jpg", "~$Ledger.xlsx", ".~lock.Ledger.xlsx#", "a.jpg.part", "a.jpg.PARTIAL", "a.tmp", "a.crdownload",
        "Thumbs.db", "desktop.ini", ".DS_Store", "a.jpg.filepart", "x.lock", ".ocrwatch-lease", "@eaDir", "Icon\r",
    ],
)  # fmt: skip
def test_ignored_names(name: str) -> None:
    """What programs leave while they work is no scan."""
    assert is_ignored(name)


@pytest.mark.parametrize(
    "name", ["scan.jpg", "#12 invoice.jpg", "@home.png", "$100.jpg", "-rf.jpg", "发票.jpg", "part.jpg", "a~.jpg"]
)
def test_names_that_are_taken(name: str) -> None:
    """Odd names are still scans."""
    assert not is_ignored(name)


def test_own_paths_in_any_spelling(tmp_path: Path) -> None:
    """Our own folders and files are left out, also where they are named by way of a link."""
    inbox = tmp_path / "inbox"
    for name in ("done", "failed", "anna"):
        (inbox / name).mkdir(parents=True)
        (inbox / name / "scan.jpg").write_bytes(b"1")
    (inbox / "Ledger.xlsx").write_bytes(b"1")
    (tmp_path / "link").symlink_to(inbox)
    own = (inbox / "done", tmp_path / "link" / "failed", inbox / "Ledger.xlsx", inbox / "not yet")
    assert names(inbox, own_paths=own) == ["anna/scan.jpg"]
    assert names(tmp_path / "link", own_paths=own) == ["anna/scan.jpg"]


def test_odd_names(tmp_path: Path) -> None:
    """Names of 255 bytes, with line breaks, emoji, marks, or bytes that are no text are listed as they are."""
    odd = [b"x" * 251 + b".jpg", b"two\nlines.jpg", "😀\u202egpj.jpg".encode(), b"\xd6\xd0.jpg", b"-rf.jpg"]
    for name in odd:
        (tmp_path / os.fsdecode(name)).write_bytes(b"1")
    found = listed(tmp_path, LOCAL, recursive=True, own_paths=())
    assert sorted(os.fsencode(path.name) for path in found.files) == sorted(odd)


def test_missing_folder(tmp_path: Path) -> None:
    """A folder that is not there, or is a file, is away, and said to be by name."""
    with pytest.raises(FolderAway) as caught:
        listed(tmp_path / "gone", LOCAL, recursive=True, own_paths=())
    assert str(tmp_path / "gone") in str(caught.value)
    (tmp_path / "file").write_bytes(b"1")
    with pytest.raises(FolderAway):
        listed(tmp_path / "file", LOCAL, recursive=True, own_paths=())


def test_forbidden_subfolder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A subfolder that may not be read is told of; the rest is listed."""
    (tmp_path / "closed").mkdir()
    (tmp_path / "scan.jpg").write_bytes(b"1")
    entries = os.listdir

    def listdir(path: Path) -> object:
        if path.name == "closed":
            raise PermissionError(13, "Permission denied")
        return entries(path)

    monkeypatch.setattr(os, "listdir", listdir)
    found = listed(tmp_path, LOCAL, recursive=True, own_paths=())
    assert list(found.files) == [tmp_path / "scan.jpg"]
    assert found.unreadable == (tmp_path / "closed",)
    assert found.folders == (tmp_path,)


def test_forbidden_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that may not be read is away."""

    def listdir(path: Path) -> object:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "listdir", listdir)
    with pytest.raises(FolderAway, match="may not be read"):
        listed(tmp_path, LOCAL, recursive=True, own_paths=())


def test_what_a_sighting_trusts(tmp_path: Path) -> None:
    """A file copied with an old time is as old as its arrival here; on a coarse file system nothing is believed."""
    path = tmp_path / "scan.jpg"
    path.write_bytes(b"1")
    written = path.stat().st_ctime
    os.utime(path, (1_000.0, 1_000.0))
    exact, coarse = sighting(path, LOCAL), sighting(path, COARSE)
    assert exact is not None
    assert coarse is not None
    assert exact.changed_at is not None
    assert exact.changed_at >= written
    assert exact.signature.inode == path.stat().st_ino
    assert (coarse.changed_at, coarse.signature.inode) == (None, 0)


def test_no_sighting_of_other_things(tmp_path: Path) -> None:
    """A path that holds no regular file is not seen."""
    assert sighting(tmp_path / "missing", LOCAL) is None
    assert sighting(tmp_path, LOCAL) is None
