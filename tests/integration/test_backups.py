"""Backups of real workbooks: before the day's first change, 14 kept, restored on demand."""

from __future__ import annotations

import os
import shutil
import stat
from datetime import datetime
from pathlib import Path

import pytest

from ocrwatch.errors import DiskFull, FolderAway, LedgerBusy
from ocrwatch.ledger import backups as backups_module
from ocrwatch.ledger.backups import KEPT, Backups
from ocrwatch.ledger.locks import Locks
from ocrwatch.ledger.workbook import WorkbookLedger
from tests.unit.ledger.books import FIELDS, SHEET, everything_in, records, row

NOON = datetime(2026, 11, 24, 12, 0).astimezone().timestamp()
DAY = 24 * 3600.0


class Kept:
    """A ledger whose backups go to `state/backups`, at a time that the test sets."""

    def __init__(self, folder: Path) -> None:
        self.now = NOON
        self.path = folder / "Ledger.xlsx"
        self.state = folder / "state"
        self.state.mkdir()
        self.backups = Backups(self.state / "backups", lambda: self.now)
        self.ledger = WorkbookLedger(
            self.path,
            SHEET,
            FIELDS,
            folder_column=False,
            locks=Locks(),
            render=str,
            before_change=self.backups.before_change,
        )

    def names(self) -> list[str]:
        return [backup.name for backup in self.backups.of(self.path)]


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path)


def companies(path: Path) -> list[object]:
    return [record["company"] for record in records(path)]


def test_the_workbook_is_kept_as_it_was_before_the_days_first_change(kept: Kept) -> None:
    """Once a day, whatever else is written that day; a workbook that is only made needs none."""
    kept.ledger.append([row(1)])
    assert kept.names() == []
    kept.now += DAY
    kept.ledger.append([row(2)])
    kept.ledger.append([row(3)])
    kept.now += DAY
    kept.ledger.append([row(4)])
    assert kept.names() == ["2026-11-26", "2026-11-25"]
    newest, oldest = kept.backups.of(kept.path)
    assert companies(oldest.path) == ["shop 1"]
    assert companies(newest.path) == ["shop 1", "shop 2", "shop 3"]


def test_a_restart_on_the_same_day_keeps_the_first_one(kept: Kept) -> None:
    """Another start finds that the day's backup is there."""
    kept.ledger.append([row(1)])
    kept.now += DAY
    kept.ledger.append([row(2)])
    again = Backups(kept.state / "backups", lambda: kept.now)
    again.before_change(kept.path)
    (backup,) = again.of(kept.path)
    assert companies(backup.path) == ["shop 1"]


def test_fourteen_are_kept(kept: Kept) -> None:
    """The oldest go."""
    for number in range(1, KEPT + 5):
        kept.ledger.append([row(number)])
        kept.now += DAY
    assert len(kept.names()) == KEPT
    assert kept.names()[-1] == "2026-11-28"


@pytest.mark.skipif(os.name == "nt", reason="POSIX modes")
def test_only_its_owner_may_read_a_backup(kept: Kept) -> None:
    """However open the workbook itself is."""
    kept.ledger.append([row(1)])
    kept.path.chmod(0o666)
    kept.now += DAY
    kept.ledger.append([row(2)])
    (backup,) = kept.backups.of(kept.path)
    assert stat.S_IMODE(backup.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(backup.path.parent.stat().st_mode) & 0o077 == 0


def test_two_workbooks_of_one_name_do_not_meet(tmp_path: Path) -> None:
    """Each has its own backups."""
    backups = Backups(tmp_path / "backups", lambda: NOON)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "Ledger.xlsx").write_text(name)
        backups.before_change(tmp_path / name / "Ledger.xlsx")
    for name in ("one", "two"):
        (backup,) = backups.of(tmp_path / name / "Ledger.xlsx")
        assert backup.path.read_text() == name


def test_restoring_keeps_the_present_one_first(kept: Kept) -> None:
    """What was there before the restore can itself be restored."""
    kept.ledger.append([row(1)])
    kept.now += DAY
    kept.ledger.append([row(2)])
    (backup,) = kept.backups.of(kept.path)
    saved = kept.backups.restore(backup, kept.path, lambda: None)
    assert companies(kept.path) == ["shop 1"]
    assert saved is not None
    assert companies(saved) == ["shop 1", "shop 2"]
    kept.backups.restore(
        next(each for each in kept.backups.of(kept.path) if each.path == saved), kept.path, lambda: None
    )
    assert companies(kept.path) == ["shop 1", "shop 2"]
    assert len(kept.names()) == 3, "two restores in one second keep two workbooks"
    assert kept.ledger.append([row(3)]) == {row(3).id: 4}


def test_an_open_workbook_is_not_restored_over(kept: Kept) -> None:
    """Nothing changes, and nothing is left beside it."""
    kept.ledger.append([row(1)])
    kept.now += DAY
    kept.ledger.append([row(2)])
    (backup,) = kept.backups.of(kept.path)
    kept.path.with_name("~$Ledger.xlsx").touch()
    before = everything_in(kept.path.parent)
    with pytest.raises(LedgerBusy):
        kept.backups.restore(backup, kept.path, lambda: Locks().ensure_closed(kept.path))
    assert everything_in(kept.path.parent) == before


def test_a_workbook_that_was_deleted_is_restored(kept: Kept) -> None:
    """There is nothing to keep then."""
    kept.ledger.append([row(1)])
    kept.now += DAY
    kept.ledger.append([row(2)])
    kept.path.unlink()
    (backup,) = kept.backups.of(kept.path)
    assert kept.backups.restore(backup, kept.path, lambda: None) is None
    assert companies(kept.path) == ["shop 1"]


def test_a_place_that_cannot_be_used_makes_rows_wait(kept: Kept) -> None:
    """What cannot be backed up is not changed."""
    kept.ledger.append([row(1)])
    kept.now += DAY
    before = kept.path.read_bytes()
    place = kept.state / "backups"
    place.write_text("a file where the folder belongs")
    with pytest.raises(FolderAway, match="cannot be backed up"):
        kept.ledger.append([row(2)])
    assert kept.path.read_bytes() == before
    place.unlink()
    kept.ledger.append([row(2)])
    assert kept.names() == ["2026-11-25"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_makes_rows_wait(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """The workbook stays as it was; no half backup remains."""
    kept.ledger.append([row(1)])
    kept.now += DAY
    before = kept.path.read_bytes()

    def full(*_: object) -> None:
        with Path("/dev/full").open("wb", buffering=0) as device:
            device.write(b"x")

    with monkeypatch.context() as patched:
        patched.setattr(backups_module.shutil, "copyfileobj", full)
        patched.setattr(backups_module, "_share_blocks", lambda *_: False)
        with pytest.raises(DiskFull):
            kept.ledger.append([row(2)])
    assert kept.path.read_bytes() == before
    assert kept.names() == []


def test_a_copy_taken_while_others_save_is_not_kept(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """A workbook that changes between first and last byte is copied once more."""
    kept.ledger.append([row(1)])
    kept.now += DAY
    copyfileobj, calls = shutil.copyfileobj, []

    def disturbed(*arguments: object) -> None:
        copyfileobj(*arguments)  # type: ignore[arg-type]
        calls.append(1)
        if len(calls) == 1:
            kept.path.write_bytes(kept.path.read_bytes())
            os.utime(kept.path, ns=(1, 1))

    monkeypatch.setattr(backups_module.shutil, "copyfileobj", disturbed)
    monkeypatch.setattr(backups_module, "_share_blocks", lambda *_: False)
    kept.backups.before_change(kept.path)
    assert len(calls) == 2
    (backup,) = kept.backups.of(kept.path)
    assert backup.path.read_bytes() == kept.path.read_bytes()
