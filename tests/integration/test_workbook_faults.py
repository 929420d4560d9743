"""Every fault leaves the workbook as it was, nothing beside it, and a message that says what to do."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import pytest
from openpyxl import Workbook

from ocrwatch.errors import DiskFull, FolderAway, LedgerBusy, LineError
from ocrwatch.ledger import opening, saving, writing
from ocrwatch.ledger.archive import Archive
from ocrwatch.ledger.locks import Locks, unlock
from ocrwatch.ports import Change
from tests.conftest import ROOT
from tests.unit.ledger.books import everything_in, ledger_at, records, row

OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "Ledger.xlsx"


def _workbook_bytes(folder: Path) -> bytes:
    path = folder / "made.xlsx"
    Workbook().save(path)
    content = path.read_bytes()
    path.unlink()
    return content


def _other_package(folder: Path) -> bytes:
    path = folder / "made.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<a/>")
    content = path.read_bytes()
    path.unlink()
    return content


UNUSABLE: list[tuple[str, Callable[[Path], bytes], str]] = [
    ("empty", lambda _: b"", "is an empty file"),
    ("text", lambda _: b"date;total\n", "is no Excel file"),
    ("old", lambda _: OLE, "old format of Excel 97"),
    ("password", lambda _: OLE + "EncryptedPackage".encode("utf-16-le"), "has a password"),
    ("truncated", lambda folder: _workbook_bytes(folder)[:-700], "is damaged"),
    ("first bytes only", lambda folder: _workbook_bytes(folder)[:900], "is damaged"),
    ("other package", _other_package, "is damaged or of a kind"),
    ("garbled", lambda folder: _workbook_bytes(folder).replace(b"PK\x01\x02", b"PK\x01\x09"), "is damaged"),
]


@pytest.mark.parametrize(("make", "said"), [case[1:] for case in UNUSABLE], ids=[case[0] for case in UNUSABLE])
def test_what_is_no_workbook_is_left_alone(
    path: Path, tmp_path: Path, make: Callable[[Path], bytes], said: str
) -> None:
    """A file that is no workbook we can use is refused by every call, byte for byte as it was."""
    path.write_bytes(make(tmp_path))
    before = everything_in(tmp_path)
    ledger = ledger_at(path)
    for call in (
        lambda: ledger.append([row(1)]),
        lambda: ledger.find([row(1).id]),
        lambda: ledger.amend([Change(id=row(1).id, cells=[])]),
    ):
        with pytest.raises(LedgerBusy, match=said) as caught:
            call()
        assert "Ledger.xlsx" in str(caught.value)
        assert "wait" in str(caught.value)
    assert everything_in(tmp_path) == before


def test_rows_land_as_soon_as_the_file_is_mended(path: Path) -> None:
    """A refusal is not remembered: once the file is moved away, a new workbook is made."""
    path.write_bytes(b"nonsense")
    ledger = ledger_at(path)
    with pytest.raises(LedgerBusy):
        ledger.append([row(1)])
    path.unlink()
    assert ledger.append([row(1)]) == {row(1).id: 2}


def test_a_folder_of_that_name_is_left_alone(path: Path, tmp_path: Path) -> None:
    """A folder where the workbook should be is said to be one."""
    path.mkdir()
    for call in (lambda: ledger_at(path).append([row(1)]), lambda: ledger_at(path).find([row(1).id])):
        with pytest.raises(LedgerBusy, match="is a folder"):
            call()
    assert list(tmp_path.rglob("*")) == [path]


def test_a_read_only_file_is_left_alone(path: Path, tmp_path: Path) -> None:
    """A workbook marked read-only is not replaced, though the folder would allow it."""
    ledger_at(path).append([row(1)])
    path.chmod(0o444)
    before = everything_in(tmp_path)
    with pytest.raises(LedgerBusy, match="read-only"):
        ledger_at(path).append([row(2)])
    assert everything_in(tmp_path) == before
    path.chmod(0o644)
    assert ledger_at(path).append([row(2)]) == {row(2).id: 3}


def test_missing_folders_are_made(tmp_path: Path) -> None:
    """The workbook's folder is made; `find` before the first row is no error."""
    path = tmp_path / "a" / "b" / "Ledger.xlsx"
    assert ledger_at(path).find([row(1).id]) == {}
    ledger_at(path).append([row(1)])
    assert len(records(path)) == 1


def test_a_file_in_the_place_of_the_folder_is_said_so(tmp_path: Path) -> None:
    """Where the folder cannot be made, the rows wait."""
    (tmp_path / "a").write_bytes(b"")
    with pytest.raises(FolderAway, match="cannot be reached"):
        ledger_at(tmp_path / "a" / "Ledger.xlsx").append([row(1)])


# ---------------------------------------------------------------- open elsewhere


@pytest.mark.parametrize("lock", ["~$Ledger.xlsx", ".~Ledger.xlsx", ".~lock.Ledger.xlsx#"])
def test_an_open_workbook_is_left_alone(path: Path, tmp_path: Path, lock: str) -> None:
    """A lock of Excel, WPS or LibreOffice makes the rows wait; they land when it is gone; `find` works all along."""
    ledger = ledger_at(path)
    ledger.append([row(1)])
    (tmp_path / lock).write_bytes(b",Anna,PC-ANNA,01.01.2025 10:00,file:///x;")
    before = everything_in(tmp_path)
    with pytest.raises(LedgerBusy, match="is open") as caught:
        ledger.append([row(2)])
    assert caught.value.after_seconds is not None
    assert everything_in(tmp_path) == before
    assert ledger_at(path).find([row(1).id]) == {row(1).id: 2}
    (tmp_path / lock).unlink()
    assert ledger.append([row(2)]) == {row(2).id: 3}


def test_the_lock_beside_the_real_file_counts(path: Path, tmp_path: Path) -> None:
    """Through a symbolic link the lock lies where the workbook is."""
    (tmp_path / "real").mkdir()
    path.symlink_to(tmp_path / "real" / "Book.xlsx")
    (tmp_path / "real" / "~$Book.xlsx").touch()
    with pytest.raises(LedgerBusy, match="is open"):
        ledger_at(path).append([row(1)])


def test_a_lock_that_appears_while_we_work_stops_the_save(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opened between our reading and our replacing: nothing is replaced, and nothing is left beside it."""
    ledger_at(path).append([row(1)])
    write = writing.write_package

    def slow_write(archive: Archive, changes: writing.Changes, file: BinaryIO) -> writing.Written:
        (tmp_path / "~$Ledger.xlsx").touch()
        return write(archive, changes, file)

    monkeypatch.setattr(writing, "write_package", slow_write)
    before = path.read_bytes()
    with pytest.raises(LedgerBusy, match="is open"):
        ledger_at(path).append([row(2)])
    assert path.read_bytes() == before
    assert sorted(each.name for each in tmp_path.iterdir()) == ["Ledger.xlsx", "~$Ledger.xlsx"]


def test_a_stale_lock_is_passed_over_and_said_so(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock of LibreOffice on this computer, where none runs, was left by a crash: said once, and rows are written."""
    monkeypatch.setattr("ocrwatch.ledger.locks.libreoffice_runs", lambda: False)
    (tmp_path / ".~lock.Ledger.xlsx#").write_text(f",anna,{socket.gethostname()},01.01.2025 10:00,file:///x;")
    said: list[str] = []
    ledger = ledger_at(path, locks=Locks(lambda message: said.append(str(message))))
    ledger.append([row(1)])
    ledger.append([row(2)])
    assert len(records(path)) == 2
    (only,) = said
    assert "LibreOffice left its lock on Ledger.xlsx behind" in only


def test_unlock_overrides(path: Path, tmp_path: Path) -> None:
    """On a person's word the lock is removed, and rows land."""
    lock = tmp_path / "~$Ledger.xlsx"
    lock.touch()
    assert unlock(path) == (lock,)
    ledger_at(path).append([row(1)])
    assert len(records(path)) == 1


# ---------------------------------------------------------------- saved by others meanwhile


def test_what_another_program_saved_meanwhile_is_kept(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A workbook that changed while we worked on it is read again: both changes are in it."""
    ledger_at(path).append([row(1)])
    write = writing.write_package
    others = [row(2)]
    copy = tmp_path / "elsewhere" / "Copy.xlsx"
    copy.parent.mkdir()

    def slow_write(archive: Archive, changes: writing.Changes, file: BinaryIO) -> writing.Written:
        if others:
            shutil.copy(path, copy)
            ledger_at(copy).append([others.pop()])
            copy.replace(path)
        return write(archive, changes, file)

    monkeypatch.setattr(writing, "write_package", slow_write)
    assert ledger_at(path).append([row(3)]) == {row(3).id: 4}
    assert [record["company"] for record in records(path)] == ["shop 1", "shop 2", "shop 3"]


def test_a_workbook_that_never_rests_makes_rows_wait(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is different at every look is left alone in the end."""
    ledger_at(path).append([row(1)])
    content = path.read_bytes()
    write = writing.write_package

    def slow_write(archive: Archive, changes: writing.Changes, file: BinaryIO) -> writing.Written:
        path.unlink()
        path.write_bytes(content)
        os.utime(path, ns=(0, path.stat().st_mtime_ns + 1))
        return write(archive, changes, file)

    monkeypatch.setattr(writing, "write_package", slow_write)
    with pytest.raises(LedgerBusy, match="again and again"):
        ledger_at(path).append([row(2)])
    assert everything_in(tmp_path) == {"Ledger.xlsx": content}


def test_find_sees_what_others_changed_and_looks_through_nothing_else(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unchanged sheet is not looked through again, neither after our own save; a changed one is, once."""
    ledger = ledger_at(path)
    ledger.append([row(1)])
    looks: list[object] = []
    standing_of = opening.standing_of
    monkeypatch.setattr(opening, "standing_of", lambda *each, **more: looks.append(each) or standing_of(*each, **more))
    assert ledger.find([row(1).id, row(2).id]) == {row(1).id: 2}
    assert looks == []
    ledger_at(path).append([row(2)])
    looks.clear()
    assert ledger.find([row(2).id]) == {row(2).id: 3}
    assert ledger.find([row(2).id]) == {row(2).id: 3}
    assert len(looks) == 1
    path.unlink()
    assert ledger.find([row(2).id]) == {}


def test_a_save_that_ended_in_an_error_is_not_done_twice(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows reached the disk, the folder's fsync failed: tried again, they are not there twice."""

    def failing(_: Path) -> None:
        raise OSError(errno.EIO, "input/output error")

    ledger = ledger_at(path)
    with monkeypatch.context() as patched:
        patched.setattr(saving, "sync_folder", failing)
        with pytest.raises(LineError):
            ledger.append([row(1)])
    assert ledger.append([row(1), row(2)]) == {row(1).id: 2, row(2).id: 3}
    assert len(records(path)) == 2


# ---------------------------------------------------------------- the file on the disk


def test_mode_and_owner_are_kept(path: Path) -> None:
    """Replacing the file changes neither its mode nor, where we may set it, its owner."""
    ledger_at(path).append([row(1)])
    path.chmod(0o660)
    owner = (1234, 2345) if os.geteuid() == 0 else (os.getuid(), os.getgid())
    os.chown(path, *owner)
    inode = path.stat().st_ino
    ledger_at(path).append([row(2)])
    status = path.stat()
    assert status.st_ino != inode
    assert (status.st_mode & 0o7777, status.st_uid, status.st_gid) == (0o660, *owner)


def test_a_symbolic_link_stays_one(path: Path, tmp_path: Path) -> None:
    """The workbook behind the link is replaced, not the link; a link to nothing yet gets its workbook."""
    real = tmp_path / "share" / "Book.xlsx"
    path.symlink_to(real)
    ledger_at(path).append([row(1)])
    ledger_at(path).append([row(2, file=tmp_path / "share" / "done" / "a.jpg")])
    assert path.is_symlink()
    assert real.is_file()
    assert [record["File"] for record in records(real)] == [None, '=HYPERLINK("done/a.jpg","a.jpg")']


def test_the_file_is_whole_on_the_disk_before_it_takes_the_place(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The new file is fsynced, then renamed over the old one, then the folder is fsynced."""
    events: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def watched_fsync(descriptor: int) -> None:
        events.append("folder" if Path(f"/dev/fd/{descriptor}").is_dir() else "file")
        fsync(descriptor)

    def watched_replace(self: Path, target: Path) -> Path:
        events.append("rename")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", watched_fsync)
    monkeypatch.setattr(Path, "replace", watched_replace)
    ledger_at(path).append([row(1)])
    assert events == ["file", "rename", "folder"]


def test_leftovers_of_a_crash_are_swept(path: Path, tmp_path: Path) -> None:
    """A temporary file an hour old is removed; a younger one may be someone's work, and others' files are theirs."""
    for name, age_seconds in ((".ocrwatch-00.tmp", 7200), (".ocrwatch-11.tmp", 60), ("other.tmp", 7200)):
        (tmp_path / name).touch()
        stat = (tmp_path / name).stat()
        os.utime(tmp_path / name, (stat.st_mtime - age_seconds, stat.st_mtime - age_seconds))
    ledger_at(path).append([row(1)])
    assert sorted(each.name for each in tmp_path.iterdir()) == [".ocrwatch-11.tmp", "Ledger.xlsx", "other.tmp"]


SCRIPT = """
import hashlib, json, sys
from pathlib import Path
from ocrwatch.errors import LineError
from tests.unit.ledger.books import ledger_at, row
path = Path(sys.argv[1])
try:
    ledger_at(path).append([row(number, {"company": f"{number} {hash(str(number))} " * 40}) for number in range(500)])
    said = None
except LineError as error:
    said = [type(error).__name__, str(error)]
names = sorted(each.name for each in path.parent.iterdir())
print(json.dumps([said, names, hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else None]))
"""


def _in_mount(
    folder: Path, workbook: Path | None, *, options: str, remount: str = ""
) -> tuple[list[str], list[str], str]:
    """What `SCRIPT` met in a file system of its own at `folder`."""
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode:
        pytest.skip("no mount namespace can be made here")
    copied = f"cp {workbook} {folder}/Ledger.xlsx && " if workbook else ""
    again = f"mount -o remount,{remount} {folder} && " if remount else ""
    command = f"mount -t tmpfs -o {options} none {folder} && {copied}{again}exec {sys.executable} -c '{SCRIPT}' {folder}/Ledger.xlsx"
    ended = subprocess.run(["unshare", "-m", "sh", "-c", command], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr
    said, names, digest = json.loads(ended.stdout)
    return said, names, digest


@pytest.mark.parametrize("exists", [False, True], ids=["new", "there"])
def test_a_full_disk_changes_nothing(tmp_path: Path, exists: bool) -> None:
    """With no room left the rows wait, the workbook is as it was, and nothing is left beside it."""
    folder = tmp_path / "disk"
    folder.mkdir()
    workbook = tmp_path / "Made.xlsx"
    ledger_at(workbook).append([row(1000)])
    said, names, digest = _in_mount(folder, workbook if exists else None, options="size=20k")
    assert said[0] == DiskFull.__name__
    assert "no room left on the disk of Ledger.xlsx" in said[1]
    assert names == (["Ledger.xlsx"] if exists else [])
    assert digest == (hashlib.sha256(workbook.read_bytes()).hexdigest() if exists else None)


def test_a_folder_that_may_not_be_written_changes_nothing(tmp_path: Path) -> None:
    """On a disk that is read-only the rows wait, and the message names the folder."""
    folder = tmp_path / "disk"
    folder.mkdir()
    workbook = tmp_path / "Made.xlsx"
    ledger_at(workbook).append([row(1000)])
    said, names, digest = _in_mount(folder, workbook, options="size=1m", remount="ro")
    assert said[0] in {FolderAway.__name__, LedgerBusy.__name__}
    assert names == ["Ledger.xlsx"]
    assert digest == hashlib.sha256(workbook.read_bytes()).hexdigest()
