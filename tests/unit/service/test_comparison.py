"""A ledger beside what was written into it: who deleted, who corrected, what was lost."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ocrwatch.document import Amount, Cell, Value
from ocrwatch.journal.written import Cause
from ocrwatch.ports import Line, Shown
from ocrwatch.service.comparison import Comparison, Known, as_value, compare
from tests.unit.ledger.books import FIELDS, row


def known(count: int, *, group: int = 1, absences: Mapping[str, Cause] | None = None) -> Known:
    """Rows 1 to `count`, written `group` at a time."""
    written = {row(number).id: row(number) for number in range(1, count + 1)}

    def cells(ids: Collection[str]) -> dict[str, Sequence[Cell]]:
        return {each: written[each].cells for each in ids if each in written}

    times = {row(number).id: float((number - 1) // group) for number in range(1, count + 1)}
    return Known(times=times, cells=cells, absences=absences or {})


def line(number: int, at: int | None = None, company: str = "") -> Line:
    shown = {"number": None, "date": None, "total": None, "company": company or f"shop {number}"}
    return Line(number=at or number + 1, id=row(number).id, shown=shown)


def causes(found: Comparison) -> dict[int, Cause]:
    return {int(each, 16): cause for each, cause in found.missing.items()}


def test_a_ledger_as_it_was_written_is_in_order() -> None:
    """In whatever order the rows stand."""
    found = compare([line(3), line(1), line(2)], known(3), FIELDS)
    assert found.is_in_order
    assert (found.rows, found.missing, found.corrected, found.unknown) == (3, {}, (), ())


def test_a_row_with_a_later_one_there_was_deleted() -> None:
    """An older copy would lack the later one too."""
    found = compare([line(1), line(3)], known(3), FIELDS)
    assert causes(found) == {2: Cause.DELETED}
    assert found.is_in_order


def test_a_row_of_a_group_that_is_there_was_deleted() -> None:
    """Rows of one write come and go together by themselves."""
    found = compare([line(1), line(2), line(3)], known(4, group=2), FIELDS)
    assert causes(found) == {4: Cause.DELETED}


def test_of_the_last_rows_nobody_can_tell() -> None:
    """Deleted, or lost by an older copy: the person is asked."""
    found = compare([line(1), line(2)], known(4), FIELDS)
    assert causes(found) == {3: Cause.UNCLEAR, 4: Cause.UNCLEAR}
    assert not found.is_in_order


def test_what_was_noticed_before_later_rows_came_counts() -> None:
    """Rows written after a loss make it look like a deletion; it does not become one."""
    noticed = {row(2).id: Cause.UNCLEAR, row(3).id: Cause.LOST}
    found = compare([line(1), line(4)], known(4, absences=noticed), FIELDS)
    assert causes(found) == {2: Cause.UNCLEAR, 3: Cause.LOST}


def test_without_any_row_all_are_lost() -> None:
    """The workbook is gone, or new."""
    assert set(causes(compare([], known(3), FIELDS)).values()) == {Cause.LOST}


def test_the_rows_of_a_workbook_that_is_gone_are_lost_though_other_months_are_there() -> None:
    """Evidence counts within one workbook."""
    book = known(4)
    volumes = {row(number).id: f"2026-0{1 + number // 3}" for number in range(1, 5)}
    found = compare([line(3), line(4)], Known(times=book.times, cells=book.cells, absences={}, volumes=volumes), FIELDS)
    assert causes(found) == {1: Cause.LOST, 2: Cause.LOST}


def test_doubled_and_unknown_rows_are_told() -> None:
    """By their numbers; what an older computer wrote is left alone, and rows being written just now are known."""
    lines = [line(1), line(1, at=9), line(7), line(8)]
    book = known(1)
    found = compare(lines, Known(times=book.times, cells=book.cells, absences={}, others={row(8).id}), FIELDS)
    assert found.doubled == {row(1).id: (2, 9)}
    assert found.unknown == (8,)
    assert not found.is_in_order


def test_a_correction_is_told_with_both_values_and_is_in_order() -> None:
    """It is the person's workbook."""
    found = compare([line(1, company="Shop & Sons")], known(1), FIELDS)
    ((number, noted),) = found.corrected
    assert (number, noted.heading, noted.written, noted.found) == (2, "company", "shop 1", "Shop & Sons")
    assert found.is_in_order


def test_a_column_that_is_gone_is_named() -> None:
    """It is no correction of each of its cells."""
    found = compare([Line(number=2, id=row(1).id, shown={"company": "shop 1"})], known(1), FIELDS)
    assert found.columns_gone == ("number", "date", "total")
    assert found.corrected == ()


def test_what_a_person_typed_can_be_written_again() -> None:
    """As a value of the line: exact, in the currency of what it replaces."""
    written = Amount(Decimal("8.20"), "CNY")
    cases: list[tuple[Shown, Value, Value]] = [
        (8.5, written, Amount(Decimal("8.5"), "CNY")),
        (9, written, Amount(Decimal(9), "CNY")),
        (9, "8", 9),
        (9.0, 8, 9),
        (9.25, 8, Amount(Decimal("9.25"))),
        (True, "8", "TRUE"),
        (datetime(2026, 11, 24), date(2026, 11, 25), datetime(2026, 11, 24)),
        ("no idea", written, "no idea"),
        (None, written, None),
    ]
    assert [as_value(shown, before) for shown, before, _ in cases] == [value for _, _, value in cases]


@given(st.lists(st.integers(1, 30), unique=True), st.integers(1, 4))
def test_every_row_is_either_there_or_missing(there: list[int], group: int) -> None:
    """None is counted twice or forgotten, and no row before the newest that is there is unclear."""
    book = known(30, group=group)
    found = compare([line(number) for number in there], book, FIELDS)
    assert found.rows + len(found.missing) == 30
    newest = max((book.times[row(number).id] for number in there), default=-1.0)
    for missing, cause in found.missing.items():
        assert (cause is Cause.DELETED) == (book.times[missing] <= newest)
