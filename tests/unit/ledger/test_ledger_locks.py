"""Lock files, and what the system's refusals mean."""

from __future__ import annotations

import errno
import os
import socket
import types
from pathlib import Path

import psutil
import pytest

from ocrwatch.errors import DiskFull, FolderAway, LedgerBusy
from ocrwatch.ledger import locks, saving
from ocrwatch.ledger.locks import Locks, lock_paths, present_locks, unlock


def owner_file(name: str) -> bytes:
    """As Excel writes it: a length and ANSI in 54 bytes, a length and UTF-16 in 108: 165 bytes."""
    narrow = name.encode("latin-1", "replace")
    content = bytes([len(narrow)]) + narrow.ljust(54, b" ") + bytes([len(name), 0])
    return content + name.encode("utf-16-le").ljust(108, b"\x00")


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    return tmp_path / "Ledger.xlsx"


def test_no_lock_is_no_lock(workbook: Path) -> None:
    """Nothing beside the workbook: it is closed."""
    assert present_locks(workbook) == []
    Locks().ensure_closed(workbook)


def test_excel_and_wps_tell_their_user(workbook: Path) -> None:
    """The user's name is read from the owner file; off Windows such a lock is never taken for stale."""
    excel, _, wps = lock_paths(workbook)
    excel.write_bytes(owner_file("Anna 李"))
    wps.write_bytes(b"")
    found = [(lock.program, lock.user, lock.stale) for lock in present_locks(workbook)]
    assert found == [("Excel", "Anna 李", False), ("WPS", "", False)]
    with pytest.raises(LedgerBusy, match=r"Ledger.xlsx is open: Anna 李 \(Excel\)"):
        Locks().ensure_closed(workbook)


@pytest.mark.parametrize(
    ("computer", "runs", "stale"),
    [
        (socket.gethostname(), False, True),
        (socket.gethostname(), True, False),
        ("PC-ANNA", False, False),
        ("", False, False),
    ],
)
def test_libreoffices_lock_is_stale_on_proof_only(
    workbook: Path, monkeypatch: pytest.MonkeyPatch, computer: str, runs: bool, stale: bool
) -> None:
    """It must name this computer, and no LibreOffice may run here."""
    monkeypatch.setattr(locks, "libreoffice_runs", lambda: runs)
    lock_paths(workbook)[1].write_text(f"Anna,anna,{computer},01.01.2025 10:00,file:///x;")
    (lock,) = present_locks(workbook)
    assert (lock.program, lock.stale) == ("LibreOffice", stale)
    assert lock.user.startswith("Anna")


def test_an_unreadable_lock_counts(workbook: Path) -> None:
    """Garbage in a lock file is a lock all the same."""
    for path in lock_paths(workbook):
        path.write_bytes(b"\xff\xfe\x00;,,")
    assert len(present_locks(workbook)) == 3
    assert not any(lock.stale for lock in present_locks(workbook))


def test_dead_processes_do_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """A LibreOffice that was killed and not yet buried is none; when nothing can be known, one runs."""

    def processes(*infos: dict[str, str]) -> None:
        monkeypatch.setattr(psutil, "process_iter", lambda _: [types.SimpleNamespace(info=info) for info in infos])

    processes(
        {"name": "python", "status": psutil.STATUS_RUNNING}, {"name": "soffice.bin", "status": psutil.STATUS_ZOMBIE}
    )
    assert not locks.libreoffice_runs()
    processes({"name": "soffice.bin", "status": psutil.STATUS_SLEEPING})
    assert locks.libreoffice_runs()

    def refuse(_: object) -> None:
        raise psutil.AccessDenied

    monkeypatch.setattr(psutil, "process_iter", refuse)
    assert locks.libreoffice_runs()


def test_a_stale_lock_is_announced_once(workbook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same lock file is said to be stale once, a new one again."""
    monkeypatch.setattr(locks, "libreoffice_runs", lambda: False)
    said: list[str] = []
    watched = Locks(lambda message: said.append(str(message)))
    path = lock_paths(workbook)[1]
    for age_seconds in (0, 0, 100):
        path.write_text(f",anna,{socket.gethostname()},x;")
        os.utime(path, (1_000_000 - age_seconds, 1_000_000 - age_seconds))
        watched.ensure_closed(workbook)
    assert len(said) == 2


def test_unlock_removes_all_locks_and_says_which(workbook: Path) -> None:
    """Every lock beside the workbook goes; a second time there are none."""
    for path in lock_paths(workbook):
        path.touch()
    assert set(unlock(workbook)) == set(lock_paths(workbook))
    assert unlock(workbook) == ()


@pytest.mark.parametrize(
    ("number", "kind", "said"),
    [
        (errno.ENOSPC, DiskFull, "no room left"),
        (errno.EDQUOT, DiskFull, "no room left"),
        (errno.EFBIG, DiskFull, "no room left"),
        (errno.EACCES, FolderAway, "may not write Ledger.xlsx"),
        (errno.EROFS, FolderAway, "may not write Ledger.xlsx"),
        (errno.EISDIR, LedgerBusy, "is a folder"),
        (errno.EHOSTDOWN, FolderAway, "cannot be reached"),
        (errno.EIO, FolderAway, "cannot be reached"),
    ],
)
def test_what_the_system_says_is_translated(workbook: Path, number: int, kind: type[Exception], said: str) -> None:
    """Each refusal of the system has its error and tells the place."""
    error = saving.translated(OSError(number, os.strerror(number)), workbook)
    assert type(error) is kind
    assert said in str(error)


def test_windows_refuses_what_another_program_holds(workbook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There a PermissionError on a file that exists means that it is open."""
    monkeypatch.setattr(saving, "os", types.SimpleNamespace(name="nt"))
    refusal = PermissionError(errno.EACCES, "in use")
    assert isinstance(saving.translated(refusal, workbook), FolderAway)
    workbook.touch()
    held = saving.translated(refusal, workbook)
    assert isinstance(held, LedgerBusy)
    assert "is open" in str(held)


def test_no_folder_is_made_where_drives_appear(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Below a place for drives a missing folder is an unplugged drive, not a folder to be made."""
    monkeypatch.setattr(saving, "_MOUNT_ROOTS", frozenset({tmp_path}))
    (tmp_path / "anna").mkdir()
    for folder in (tmp_path / "USB" / "Scans", tmp_path / "anna" / "USB" / "Scans"):
        with pytest.raises(FolderAway, match="connect it"):
            saving.ensure_folder(folder)
    assert [each.name for each in tmp_path.rglob("*")] == ["anna"]
    (tmp_path / "anna" / "USB").mkdir()
    saving.ensure_folder(tmp_path / "anna" / "USB" / "Scans")
    assert (tmp_path / "anna" / "USB" / "Scans").is_dir()
