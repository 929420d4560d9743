"""A ledger that is a CSV file: whole, exact, and never a formula."""

from __future__ import annotations

import csv
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocrwatch.document import Amount, Cell, Value
from ocrwatch.errors import DiskFull, LedgerBusy
from ocrwatch.ledger import saving
from ocrwatch.ledger.comparing import corrections, kinds_of
from ocrwatch.ledger.csv_text import guarded, unguarded
from ocrwatch.messages import message
from ocrwatch.ports import Change, Field
from tests.unit.ledger.books import FIELDS, csv_at, everything_in, row


def records(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "Ledger.csv"


def test_a_row_says_what_the_paper_says(path: Path) -> None:
    """Exact numbers beside their currency, ISO dates, every digit, Chinese that Excel reads; a way to the scan."""
    values: dict[str, Value] = {
        "number": "00012345678901234567890",
        "date": date(2026, 11, 24),
        "total": Amount(Decimal("-8.20"), "CNY"),
        "company": '商户\n二楼, "A"',
    }
    made = row(1, values, check=(message("look"),), file=path.parent / "in" / "done" / "a b.jpg")
    csv_at(path).append([made])
    assert path.read_bytes().startswith(b"\xef\xbb\xbfnumber,date,total,total (currency),company,")
    (record,) = records(path)
    assert (record["number"], record["date"]) == ("00012345678901234567890", "2026-11-24")
    assert (record["total"], record["total (currency)"]) == ("-8.20", "CNY")
    assert record["company"] == '商户\n二楼, "A"'
    assert (record["Check"], record["File"]) == ("look", "in/done/a b.jpg")
    assert (record["Received"], record["Document ID"]) == ("2025-03-04 09:05", made.id)
    (line,) = csv_at(path).lines()
    assert corrections(made.cells, line, kinds_of(FIELDS)) == ()


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1 off", "@SUM(A1)", "\t=1", "  =1", "'=1", "=cmd|' /C calc'!A0"])
def test_no_text_is_a_formula(path: Path, text: str) -> None:
    """In a field, a heading and a scan's name; read back it is as it was."""
    made = row(1, {"company": text, f"{text}x": "y"}, file=path.parent / f"{text.strip()}.jpg".replace("/", " "))
    csv_at(path).append([made])
    with path.open(encoding="utf-8-sig", newline="") as file:
        for cell in (cell for record in csv.reader(file) for cell in record):
            assert not cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))
    (line,) = csv_at(path).lines()
    assert corrections(made.cells, line, kinds_of(FIELDS)) == ()


@given(st.text())
def test_the_guard_can_be_taken_off(text: str) -> None:
    """Whatever the text, it comes back, save what no file holds."""
    assert unguarded(guarded(text)) == text.replace("\0", "\ufffd")


def test_what_stands_there_is_kept_byte_for_byte(path: Path) -> None:
    """The user's own columns, their separator, title lines; a last line without an end gets one."""
    before = 'My receipts\nmine;company;Document ID;total\nx;"Old; shop";abc;1,5'
    path.write_bytes(before.encode())
    ledger = csv_at(path, FIELDS[2:])
    assert ledger.append([row(1, {"company": "a;b", "total": Amount(Decimal(2))})]) == {row(1).id: 4}
    text = path.read_bytes().decode("utf-8-sig")
    assert 'x;"Old; shop";abc;1,5' in text
    assert "mine;company;Document ID;total;total (currency);Check" in text
    rest = path.read_bytes()
    ledger.append([row(2)])
    assert path.read_bytes().startswith(rest)
    assert '\r\n;"a;b";' + row(1).id + ";2" in text


def test_a_correction_is_seen_and_amending_leaves_the_rest(path: Path) -> None:
    """A person edits the file in another program."""
    ledger = csv_at(path)
    ledger.append([row(1), row(2)])
    path.write_bytes(path.read_bytes().replace(b"shop 1", b"Shop & Sons"))
    first, _ = ledger.lines()
    assert [found.found for found in corrections(row(1).cells, first, kinds_of(FIELDS))] == ["Shop & Sons"]
    assert ledger.amend(
        [Change(id=row(2).id, cells=[Cell("total", Amount(Decimal("3.10"), "EUR")), Cell("city", "X")])]
    )
    one, two = records(path)
    assert one["company"] == "Shop & Sons"
    assert (two["company"], two["total"], two["total (currency)"], two["city"]) == ("shop 2", "3.10", "EUR", "X")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("数,量\n".encode("gb18030") * 3, "other characters than UTF-8"),
        (b"a,b\n1,2\n", "no row with the columns"),
        (b'company,Document ID\n"x"y,z\n\'"', "no CSV"),
    ],
)
def test_what_cannot_be_used_is_left_as_it_is(path: Path, content: bytes, said: str) -> None:
    """Rows wait, with the reason."""
    path.write_bytes(content)
    with pytest.raises(LedgerBusy, match=said):
        csv_at(path).append([row(1)])
    assert everything_in(path.parent) == {path.name: content}


def test_a_full_disk_leaves_the_file_whole(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the group is written, nothing is left beside it."""
    ledger = csv_at(path)
    ledger.append([row(1)])
    before = everything_in(path.parent)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(saving.os, "fsync", full)
        with pytest.raises(DiskFull):
            ledger.append([row(2)])
    assert everything_in(path.parent) == before


def test_a_column_of_ids_that_is_gone_is_told(path: Path) -> None:
    """Rows cannot be told apart."""
    path.write_text("company,Check\nshop,\n")
    with pytest.raises(LedgerBusy, match="column of ids is gone"):
        list(csv_at(path).lines())


def test_moments_keep_their_time(path: Path) -> None:
    """To the second where there is one."""
    field = Field(name="at", type="datetime")
    csv_at(path, [field]).append(
        [row(1, {"at": datetime(2026, 11, 24, 9, 5)}), row(2, {"at": datetime(2026, 1, 2, 3, 4, 5)})]
    )
    assert [record["at"] for record in records(path)] == ["2026-11-24 09:05", "2026-01-02 03:04:05"]
