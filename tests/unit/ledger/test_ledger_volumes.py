"""One workbook a month."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from ocrwatch.errors import LedgerBusy
from ocrwatch.ledger.in_volumes import SeriesLedger, workbooks_of
from ocrwatch.ledger.volumes import (
    completed,
    file_part,
    fixed_part,
    is_one_of,
    is_series,
    month_of,
    volume_in,
    volume_of,
    workbook_of,
)
from ocrwatch.ports import Change
from tests.unit.ledger.books import ledger_at, records, row

PATTERN = Path("/scans/{year}/Scans {year}-{month}.xlsx")


def test_a_row_belongs_to_the_month_of_its_document_or_of_its_arrival() -> None:
    """The first date on the paper; without one, when it was received, in the time zone of this computer."""
    received = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)
    plain = replace(row(1), received=received)
    dated = replace(row(1, {"name": "x", "date": datetime(2025, 12, 1, 8), "due": date(2027, 1, 1)}), received=received)
    assert month_of([plain, dated], "received") == "2026-01"
    assert month_of([plain, dated], "document") == "2025-12"
    assert month_of([plain], "document") == "2026-01"


def test_the_pattern_names_its_workbooks() -> None:
    """And no others."""
    assert is_series(PATTERN)
    assert not is_series(Path("/scans/2026.xlsx"))
    path = workbook_of(PATTERN, "2026-11")
    assert path == Path("/scans/2026/Scans 2026-11.xlsx")
    assert is_one_of(path, PATTERN)
    assert not is_one_of(Path("/scans/2026/Scans 2026-11 (old).xlsx"), PATTERN)
    assert not is_one_of(Path("/scans/2026/~$Scans 2026-11.xlsx"), PATTERN)
    assert fixed_part(PATTERN) == Path("/scans")


def test_rows_go_to_the_workbook_of_their_month_and_are_found_in_all(tmp_path: Path) -> None:
    """Each month starts at row 2; a ledger that was just started finds the rows of earlier months."""
    pattern = tmp_path / "Scans {year}-{month}.xlsx"
    ledger = SeriesLedger(pattern, ledger_at)
    november, december = (replace(row(number), volume=f"2026-1{number}") for number in (1, 2))
    assert ledger.append([november]) == {november.id: 2}
    assert ledger.append([december]) == {december.id: 2}
    assert [path.name for path in workbooks_of(pattern)] == ["Scans 2026-11.xlsx", "Scans 2026-12.xlsx"]
    again = SeriesLedger(pattern, ledger_at)
    assert again.find([december.id, november.id, "f" * 16]) == {november.id: 2, december.id: 2}
    assert {line.id for line in again.lines()} == {november.id, december.id}
    assert again.amend([Change(id=november.id, cells=november.cells[:1], reading=november)])
    assert [record["company"] for record in records(tmp_path / "Scans 2026-11.xlsx")] == ["shop 1"]


def test_a_month_that_is_open_keeps_no_other_waiting(tmp_path: Path) -> None:
    """Rows of another month are written; those of the open one wait."""
    ledger = SeriesLedger(tmp_path / "{year}-{month}.xlsx", ledger_at)
    (tmp_path / "~$2026-11.xlsx").touch()
    with pytest.raises(LedgerBusy):
        ledger.append([replace(row(1), volume="2026-11")])
    assert ledger.append([replace(row(2), volume="2026-12")]) == {row(2).id: 2}


# ---------------------------------------------------------------- a workbook for each folder

BY_FOLDER = Path("/scans/报销 {folder} {year}-{month}.xlsx")


def test_a_row_belongs_to_its_folder_and_month() -> None:
    """One in the watched folder itself to that folder's name; a name that no file can have is made fit."""
    received = datetime(2026, 11, 30, 12, tzinfo=UTC)
    anna, top, odd = (replace(row(1), folder=name, received=received) for name in ("Anna", "", 'a/b:"c'))
    assert [volume_of([each], BY_FOLDER, "received", "Scans") for each in (anna, top, odd)] == [
        "Anna/2026-11", "Scans/2026-11", "a_b__c/2026-11",
    ]  # fmt: skip
    assert volume_of([anna], Path("/{folder}.xlsx"), "received", "x") == "Anna/"
    assert volume_of([anna], Path("/a.xlsx"), "received", "x") == ""
    assert workbook_of(BY_FOLDER, "Anna/2026-11") == Path("/scans/报销 Anna 2026-11.xlsx")
    assert volume_in(Path("/scans/报销 Anna 2026-11.xlsx"), BY_FOLDER) == "Anna/2026-11"
    assert volume_in(Path("/scans/~$报销 Anna 2026-11.xlsx"), BY_FOLDER) == ""
    assert volume_in(Path("/scans/~$Anna.xlsx"), Path("/scans/{folder}.xlsx")) == ""
    assert fixed_part(BY_FOLDER) == Path("/scans")


@pytest.mark.parametrize(
    ("name", "part"),
    [("..", "_"), ("~$x", "__x"), ("CON", "CON_"), ("a. ", "a"), ("{year}", "{year}"), ("x" * 99, "x" * 80)],
)
def test_folders_names_are_made_fit_for_files(name: str, part: str) -> None:
    """Nothing leads out of the folder, and no name stands for a device or a lock."""
    assert file_part(name) == part
    assert workbook_of(Path("/s/{folder}.xlsx"), f"{part}/").parent == Path("/s")


def test_rows_from_before_the_ledgers_name_changed_find_their_workbook(tmp_path: Path) -> None:
    """What their volume does not tell, they tell themselves."""
    old = replace(row(1), folder="Anna", volume="2026-11")
    assert completed(old, BY_FOLDER, "Scans") == "Anna/2026-11"
    assert completed(replace(old, volume="Bob/2026-11"), BY_FOLDER, "Scans") == "Bob/2026-11"
    ledger = SeriesLedger(tmp_path / "{folder}.xlsx", ledger_at, "Scans")
    ledger.append([old, row(2)])
    assert sorted(path.name for path in tmp_path.glob("*.xlsx")) == ["Anna.xlsx", "Scans.xlsx"]
    assert ledger.find([old.id, row(2).id]) == {old.id: 2, row(2).id: 2}


@pytest.mark.parametrize("name", ["报" * 90, "x" * 200, "🎉" * 80])
def test_a_part_leaves_room_in_a_files_name(name: str) -> None:
    """A name has so many bytes, not letters; no letter is cut in two."""
    part = file_part(name)
    assert 30 < len(part.encode()) <= 150
    assert set(part) == {name[0]}
