"""What every checker does with a reading: one row per entry, a cell per field, nothing filled in."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocrwatch.checking.checker import RowChecker
from ocrwatch.document import Document, Signature
from ocrwatch.messages import message
from ocrwatch.ports import Checker, Field, Profile, Reading
from tests.fakes_checker import TextChecker

ARRIVED_AT = 1_700_000_000.25
PROFILE = Profile(
    name="test",
    fields=(
        Field(name="number", type="id"),
        Field(name="place", required=False),
        Field(name="total", type="amount"),
        Field(name="日期", type="date", required=False),
    ),
)
CHECKERS = pytest.mark.parametrize("checker", [RowChecker(), TextChecker()], ids=["real", "fake"])


def document() -> Document:
    return Document(
        key=7,
        inbox="in",
        book="Ledger.xlsx|Sheet",
        path=Path("in") / "anna" / "scan.jpg",
        folder="anna",
        signature=Signature(10, 2, 3),
        digest="0123456789abcdef" * 4,
        arrived_at=ARRIVED_AT,
    )


def reading(*entries: dict[str, str | None], pages: str = "1") -> Reading:
    return Reading(entries=entries, engine="model-x", pages=pages, remarks=(message("blurred"),))


@CHECKERS
def test_a_row_says_where_it_comes_from(checker: Checker) -> None:
    """Id, arrival, pages, engine, subfolder and the reader's remarks are in the row."""
    (row,) = checker.rows(document(), PROFILE, reading({"number": "1", "total": "2.00"}, pages="3"))
    assert row.id == "0123456789abcdef"
    assert row.received.timestamp() == ARRIVED_AT
    assert row.received.tzinfo is not None
    assert (row.pages, row.engine, row.folder, row.file) == ("3", "model-x", "anna", None)
    assert message("blurred") in row.check


@CHECKERS
def test_a_row_has_a_cell_for_each_field_in_order(checker: Checker) -> None:
    """What was read besides the fields is left out, what was not read is empty."""
    (row,) = checker.rows(
        document(), PROFILE, reading({"total": "5.00", "other": "x", "number": "0012", "place": None})
    )
    assert [cell.name for cell in row.cells] == ["number", "place", "total", "日期"]
    assert [cell.value is None for cell in row.cells] == [False, True, False, True]
    assert row.cells[0].value == "0012"


@CHECKERS
def test_missing_required_fields_are_named_and_no_others(checker: Checker) -> None:
    """Empty, blank and absent are all missing; fields that may be missing are not named."""
    for absent in ({"number": "1"}, {"number": "1", "total": None}, {"number": "1", "total": " \n"}):
        (row,) = checker.rows(document(), PROFILE, reading(absent))
        assert row.check == (message("{field} is missing", field="total"), message("blurred"))
        assert row.cells[2].value is None


@CHECKERS
def test_several_entries_are_several_rows(checker: Checker) -> None:
    """Each entry has its own row and a number behind the id, in the order of the reading."""
    rows = checker.rows(document(), PROFILE, reading(*({"number": str(n), "total": "1.00"} for n in range(11))))
    assert [row.id for row in rows] == [f"0123456789abcdef-{n}" for n in range(1, 12)]
    assert [row.cells[0].value for row in rows] == [str(n) for n in range(11)]


@CHECKERS
def test_a_reading_of_nothing_is_one_row(checker: Checker) -> None:
    """No scan leaves the inbox without a row: its cells are empty, and the row says so."""
    for nothing in (reading(), reading({})):
        (row,) = checker.rows(document(), PROFILE, nothing)
        assert row.id == "0123456789abcdef"
        assert {cell.value for cell in row.cells} == {None}
        assert message("{field} is missing", field="number") in row.check


texts = st.none() | st.text(max_size=20) | st.text("0123456789.,-/ ?￥RM年月日\u200b", max_size=12)


@CHECKERS
@given(entries=st.lists(st.dictionaries(st.sampled_from(["number", "place", "total", "日期"]), texts), max_size=3))
def test_no_reading_raises(checker: Checker, entries: list[dict[str, str | None]]) -> None:
    """Whatever was read becomes rows, the same at every call."""
    rows = checker.rows(document(), PROFILE, reading(*entries))
    assert len(rows) == max(1, len(entries))
    assert len({row.id for row in rows}) == len(rows)
    assert rows == checker.rows(document(), PROFILE, reading(*entries))
