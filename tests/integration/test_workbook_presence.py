"""A known workbook that is missing for a moment is waited for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ocrwatch.errors import FolderAway, LedgerBusy
from ocrwatch.ledger.csv_file import CsvLedger
from ocrwatch.ledger.locks import Locks
from ocrwatch.ledger.presence import AWAY_SECONDS, Presence
from ocrwatch.ledger.workbook import WorkbookLedger
from ocrwatch.ports import Ledger
from tests.unit.ledger.books import FIELDS, SHEET, row


class Clock:
    """A clock that the test moves."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def _workbook(folder: Path, presence: Presence) -> tuple[Path, Ledger]:
    path = folder / "Ledger.xlsx"
    return path, WorkbookLedger(
        path, SHEET, FIELDS, folder_column=False, locks=Locks(), render=str, ensure_there=presence.ensure_there
    )


def _csv(folder: Path, presence: Presence) -> tuple[Path, Ledger]:
    path = folder / "Ledger.csv"
    return path, CsvLedger(
        path, FIELDS, folder_column=False, locks=Locks(), render=str, ensure_there=presence.ensure_there
    )


Made = Callable[[Path, Presence], tuple[Path, Ledger]]


@pytest.mark.parametrize("made", [_workbook, _csv])
def test_rows_wait_while_another_program_saves_by_renaming(tmp_path: Path, made: Made) -> None:
    """Neither is a new one made nor a row taken for deleted; when it is back, rows land in it."""
    clock = Clock()
    path, ledger = made(tmp_path, Presence(clock, lambda: False))
    ledger.append([row(1)])
    path.rename(tmp_path / "saving.tmp")
    for ask in (lambda: ledger.append([row(2)]), lambda: ledger.find([row(1).id]), lambda: list(ledger.lines())):
        with pytest.raises(LedgerBusy, match="is not in") as busy:
            ask()
        assert busy.value.after_seconds is not None
        clock.now += busy.value.after_seconds
    assert not path.exists()
    (tmp_path / "saving.tmp").rename(path)
    assert ledger.append([row(2)]) == {row(2).id: 3}
    assert set(ledger.find([row(1).id, row(2).id])) == {row(1).id, row(2).id}


@pytest.mark.parametrize("made", [_workbook, _csv])
def test_one_that_stays_away_is_made_anew(tmp_path: Path, made: Made) -> None:
    """After half a minute; the next time it is missing is waited for again."""
    clock = Clock()
    path, ledger = made(tmp_path, Presence(clock, lambda: False))
    ledger.append([row(1)])
    for _ in range(2):
        path.unlink()
        with pytest.raises(LedgerBusy):
            ledger.append([row(2)])
        clock.now += AWAY_SECONDS
        assert ledger.append([row(2)]) == {row(2).id: 2}


def test_one_known_from_earlier_days_is_waited_for_too(tmp_path: Path) -> None:
    """After a restart the journal knows that there are rows; a ledger without any is made at once."""
    clock = Clock()
    _, known = _workbook(tmp_path, Presence(clock, lambda: True))
    with pytest.raises(LedgerBusy):
        known.append([row(1)])
    _, new = _workbook(tmp_path, Presence(clock, lambda: False))
    assert new.append([row(1)])


def test_a_clock_that_is_set_back_does_not_make_it_wait_longer(tmp_path: Path) -> None:
    """Hours of waiting would be worse than a new workbook."""
    clock = Clock()
    path, ledger = _workbook(tmp_path, Presence(clock, lambda: True))
    with pytest.raises(LedgerBusy):
        ledger.append([row(1)])
    clock.now -= 3600
    assert ledger.append([row(1)])
    assert path.exists()


def test_a_drive_that_is_away_is_said_to_be(tmp_path: Path) -> None:
    """It is not the workbook that is missing."""
    presence = Presence(Clock(), lambda: True)
    _, ledger = _workbook(Path("/media/nobody/stick/Scans"), presence)
    with pytest.raises(FolderAway):
        ledger.append([row(1)])
