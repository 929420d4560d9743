"""One workbook a month."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from ocrwatch.errors import LedgerBusy
from ocrwatch.ledger.monthly import MonthlyLedger, workbooks_of
from ocrwatch.ledger.months import fixed_part, is_monthly, is_one_of, month_of, workbook_of
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
    assert is_monthly(PATTERN)
    assert not is_monthly(Path("/scans/2026.xlsx"))
    path = workbook_of(PATTERN, "2026-11")
    assert path == Path("/scans/2026/Scans 2026-11.xlsx")
    assert is_one_of(path, PATTERN)
    assert not is_one_of(Path("/scans/2026/Scans 2026-11 (old).xlsx"), PATTERN)
    assert not is_one_of(Path("/scans/2026/~$Scans 2026-11.xlsx"), PATTERN)
    assert fixed_part(PATTERN) == Path("/scans")


def test_rows_go_to_the_workbook_of_their_month_and_are_found_in_all(tmp_path: Path) -> None:
    """Each month starts at row 2; a ledger that was just started finds the rows of earlier months."""
    pattern = tmp_path / "Scans {year}-{month}.xlsx"
    ledger = MonthlyLedger(pattern, ledger_at)
    november, december = (replace(row(number), month=f"2026-1{number}") for number in (1, 2))
    assert ledger.append([november]) == {november.id: 2}
    assert ledger.append([december]) == {december.id: 2}
    assert [path.name for path in workbooks_of(pattern)] == ["Scans 2026-11.xlsx", "Scans 2026-12.xlsx"]
    again = MonthlyLedger(pattern, ledger_at)
    assert again.find([december.id, november.id, "f" * 16]) == {november.id: 2, december.id: 2}
    assert {line.id for line in again.lines()} == {november.id, december.id}
    assert again.amend([Change(id=november.id, cells=november.cells[:1], reading=november)])
    assert [record["company"] for record in records(tmp_path / "Scans 2026-11.xlsx")] == ["shop 1"]


def test_a_month_that_is_open_keeps_no_other_waiting(tmp_path: Path) -> None:
    """Rows of another month are written; those of the open one wait."""
    ledger = MonthlyLedger(tmp_path / "{year}-{month}.xlsx", ledger_at)
    (tmp_path / "~$2026-11.xlsx").touch()
    with pytest.raises(LedgerBusy):
        ledger.append([replace(row(1), month="2026-11")])
    assert ledger.append([replace(row(2), month="2026-12")]) == {row(2).id: 2}
