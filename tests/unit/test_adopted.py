"""What a workbook that is there tells of the settings."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from ocrwatch.adopted import with_what_is_there
from ocrwatch.books import book_of, profile_of
from ocrwatch.config.loading import load
from ocrwatch.config.settings import Inbox, Settings
from ocrwatch.errors import ConfigurationError
from tests.unit.ledger.books import ledger_at, row
from tests.unit.ledger.papers import EXPENSE_SHEET, TRAVEL_SHEET, make_expenses, make_travel


def told(folder: Path, *blocks: str, strict: bool = False) -> tuple[Inbox, ...]:
    text = "".join(f"[[inbox]]\nfolder = 'in{number}'\n{block}\n" for number, block in enumerate(blocks))
    (folder / "config.toml").write_text(text, encoding="utf-8")
    return with_what_is_there(load(folder / "config.toml").settings, strict=strict).inbox


def test_headings_are_the_fields_where_none_are_named(tmp_path: Path) -> None:
    """Of the sheet that is named, else of the first that has some; and after our own columns came, the same."""
    make_expenses(tmp_path / "Form.xlsx")
    for block in ("ledger = 'Form.xlsx'", "ledger = 'Form.xlsx'\nsheet = 'EXPENSES'"):
        (inbox,) = told(tmp_path, block)
        fields = profile_of(inbox).fields
        assert [(field.name, field.type) for field in fields[:3]] == [
            ("Date", "date"), ("Supplier", "text"), ("Amount", "amount"),
        ]  # fmt: skip
    (inbox,) = told(tmp_path, "ledger = 'Form.xlsx'")
    assert inbox.sheet_name() == EXPENSE_SHEET
    ledger_at(tmp_path / "Form.xlsx", fields, sheet=EXPENSE_SHEET).append([row(1, {"Supplier": "x"})])
    (again,) = told(tmp_path, "ledger = 'Form.xlsx'")
    assert (profile_of(again), book_of(again)) == (profile_of(inbox), book_of(inbox))
    assert with_what_is_there(Settings(inbox=(inbox,))).inbox == (inbox,)


def test_a_template_tells_for_workbooks_that_are_not_there_yet(tmp_path: Path) -> None:
    """Also where each month and folder has one."""
    make_travel(tmp_path / "表.xlsx")
    (inbox,) = told(tmp_path, "ledger = '报销 {folder} {year}.xlsx'\ntemplate = '表.xlsx'")
    assert inbox.sheet_name() == TRAVEL_SHEET
    assert "交通费" in [field.name for field in profile_of(inbox).fields]


def test_without_a_workbook_the_default_stays(tmp_path: Path) -> None:
    """And with our own ledger of receipts, also when some of its columns were deleted, and with named fields."""
    (inbox,) = told(tmp_path, "ledger = 'none.xlsx'")
    assert (inbox.profile_name(), inbox.sheet_name()) == ("receipt", "Receipts")
    path = tmp_path / "Ledger.xlsx"
    receipt = profile_of(inbox).fields
    ledger_at(path, receipt[: len(receipt) // 2 + 1], sheet="Receipts").append([row(1)])
    (ours,) = told(tmp_path, "ledger = 'Ledger.xlsx'")
    assert profile_of(ours) == profile_of(inbox)
    assert book_of(ours) == f"{path}|Receipts"
    one, other = told(tmp_path, "ledger = 'Ledger.xlsx'", "ledger = 'Ledger.xlsx'\nprofile = 'invoice'")
    assert [each.sheet_name() for each in (one, other)] == ["Receipts", "Invoices"]


def test_a_forms_sheet_is_found_by_the_fields(tmp_path: Path) -> None:
    """With their headings; where it names too few of them, the usual sheet is made."""
    make_travel(tmp_path / "表.xlsx")
    block = "ledger = '表.xlsx'\nfields = ['出发地点', '到达地点', '票价']"
    assert told(tmp_path, f"{block}\nheadings = {{'票价' = '交通费'}}")[0].sheet_name() == TRAVEL_SHEET
    assert told(tmp_path, block)[0].sheet_name() == "Scans"
    assert told(tmp_path, f"{block}\nsheet = 'Own'")[0].sheet_name() == "Own"


def test_a_workbook_that_cannot_be_looked_into(tmp_path: Path) -> None:
    """Commands go on as without it; what would write rows refuses, where the fields depend on it."""
    (tmp_path / "a.xlsx").write_bytes(b"PK, but no workbook")
    assert told(tmp_path, "ledger = 'a.xlsx'")[0].profile_name() == "receipt"
    with pytest.raises(ConfigurationError, match=r"headings of .*a\.xlsx, which cannot be looked into: .* damaged"):
        told(tmp_path, "ledger = 'a.xlsx'", strict=True)
    assert told(tmp_path, "ledger = 'a.xlsx'\nfields = ['x']", strict=True)[0].sheet_name() == "Scans"


def test_an_empty_workbook_asks_for_nothing(tmp_path: Path) -> None:
    """It gets a sheet of ours."""
    Workbook().save(tmp_path / "a.xlsx")
    (inbox,) = told(tmp_path, "ledger = 'a.xlsx'")
    assert (inbox.profile_name(), inbox.sheet_name()) == ("receipt", "Receipts")


def test_the_name_of_scans_by_told_fields(tmp_path: Path) -> None:
    """A template for names may have what a workbook's headings tell; what they do not is told."""
    book = Workbook()
    book.active.append(["经办人", "事由", "金额"])
    book.save(tmp_path / "Form.xlsx")
    config = tmp_path / "config.toml"
    for name, is_known in (("{事由} {金额}", True), ("{事由} {total}", False)):
        config.write_text(f"[[inbox]]\nfolder = 'in'\nledger = 'Form.xlsx'\nname = '{name}'\n", encoding="utf-8")
        settings = load(config).settings
        if is_known:
            assert with_what_is_there(settings).inbox[0].name == name
        else:
            with pytest.raises(ConfigurationError, match="there is no field total"):
                with_what_is_there(settings)
