"""What of another reading goes into the ledger."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocrwatch.document import Cell, Document, Items, Read, Row, Signature, Value
from ocrwatch.messages import Message, message
from ocrwatch.ports import Field, Line, Shown
from ocrwatch.rereading import amendments, further_rows, planned
from tests.unit.ledger.books import RECEIVED

DIGEST = "ab" * 32
ID = DIGEST[:16]
FIELDS = (Field(name="company"), Field(name="city"))
DOUBT = message("look at it")


def made(values: dict[str, Value], *, row_id: str = ID, check: tuple[Message, ...] = (), engine: str = "old") -> Row:
    cells = tuple(Cell(name, value) for name, value in values.items())
    return Row(id=row_id, cells=cells, check=check, received=RECEIVED, engine=engine, file=Path("/filed.jpg"))


def document(earlier: tuple[Row, ...], rows: tuple[Row, ...]) -> Document:
    return Document(
        key=1, inbox="in", book="book", path=Path("/filed.jpg"), signature=Signature(1, 1, 1), digest=DIGEST,
        arrived_at=0.0, stage=Read(rows=rows, earlier=earlier),
    )  # fmt: skip


def plan(before: Document, *lines: Line) -> Read:
    stage = planned(before, {line.id: line for line in lines}, FIELDS, str).stage
    assert isinstance(stage, Read)
    return stage


def line(shown: dict[str, Shown], row_id: str = ID) -> Line:
    return Line(number=2, id=row_id, shown={"check": None, **shown})


def values(stage: Read) -> dict[str, Value]:
    (row,) = stage.rows
    return {cell.name: cell.value for cell in row.cells}


def test_what_nobody_changed_follows_the_new_reading() -> None:
    """And only what is different is written."""
    before = document((made({"company": "A", "city": "X"}),), (made({"company": "B", "city": "X"}),))
    stage = plan(before, line({"company": "A", "city": "X"}))
    assert values(stage) == {"company": "B", "city": "X"}
    (change,) = amendments(stage)
    assert change.cells == (Cell("company", "B"),)


def test_what_a_person_changed_stays_and_is_still_known_as_changed() -> None:
    """Even when the new reading agrees with them: the next one must not take it back."""
    for read in ("B", "C"):
        before = document((made({"company": "A"}),), (made({"company": read}),))
        stage = plan(before, line({"company": "C"}))
        assert values(stage) == {"company": "A"}
        assert amendments(stage) == []


def test_a_new_field_is_filled_unless_a_person_has_done_so() -> None:
    """An empty cell, or a column that is not there yet, is ours to fill."""
    before = document((made({"company": "A"}),), (made({"company": "A", "city": "X"}),))
    assert values(plan(before, line({"company": "A"}))) == {"company": "A", "city": "X"}
    assert values(plan(before, line({"company": "A", "city": None}))) == {"company": "A", "city": "X"}
    assert values(plan(before, line({"company": "A", "city": "Y"}))) == {"company": "A"}


def test_a_field_that_is_none_any_more_is_left_alone() -> None:
    """Its cell stays, and is still known."""
    before = document((made({"company": "A", "city": "X"}),), (made({"company": "B"}),))
    stage = plan(before, line({"company": "A", "city": "X"}))
    assert values(stage) == {"company": "B", "city": "X"}
    assert amendments(stage)[0].cells == (Cell("company", "B"),)


def test_a_deleted_row_is_not_there_to_be_amended() -> None:
    """What was written stays known as it was."""
    earlier = made({"company": "A"})
    assert plan(document((earlier,), (made({"company": "B"}),))).rows == (earlier,)


def test_a_note_in_check_comes_along_and_what_was_seen_to_stays_out() -> None:
    """The column is ours, the person's words are theirs."""
    earlier = made({"company": "A"}, check=(DOUBT,))
    again = made({"company": "A"}, check=(DOUBT,))

    def check(shown: Shown, rows: Row = again) -> str:
        return "; ".join(
            map(str, plan(document((earlier,), (rows,)), line({"company": "A", "check": shown})).rows[0].check)
        )

    assert check("look at it") == "look at it"
    assert check(None) == ""
    assert check("asked the shop") == "Noted before: asked the shop; look at it"
    assert check("look at it", made({"company": "A"})) == ""
    assert check(None, made({"company": "A"}, check=(message("another doubt"),))) == "another doubt"


def test_rows_are_paired_in_their_order_and_more_are_added() -> None:
    """A document that was one row and is two keeps the first one's id; one that is fewer says so."""
    one, two = made({"company": "A"}, row_id=f"{ID}-1"), made({"company": "B"}, row_id=f"{ID}-2")
    grown = plan(document((made({"company": "A"}),), (one, two)), line({"company": "A"}))
    assert [row.id for row in grown.rows] == [ID, f"{ID}-2"]
    assert [row.id for row in further_rows(grown)] == [f"{ID}-2"]
    shrunk = plan(
        document((one, two), (made({"company": "A"}),)), line({"company": "A"}, one.id), line({"company": "B"}, two.id)
    )
    assert [row.id for row in shrunk.rows] == [one.id, two.id]
    assert "fewer rows" in str(shrunk.rows[0].check[0])
    assert shrunk.rows[1] == two


WORDS = st.sampled_from(["A", "B", "C", None])


@given(WORDS, WORDS, WORDS, st.booleans())
def test_a_crash_at_any_point_of_the_plan_changes_nothing(
    written: Value, shown: str | None, read: Value, done: bool
) -> None:
    """Planned again, before or after the cell was amended, the outcome is the same, and a person's cell is untouched."""
    before = document((made({"company": written}),), (made({"company": read}, engine="new"),))
    first = planned(before, {ID: line({"company": shown})}, FIELDS, str)
    assert isinstance(first.stage, Read)
    amended = {cell.name: cell.value for change in amendments(first.stage) for cell in change.cells}
    after = amended.get("company", shown) if done else shown
    assert isinstance(after, str | None)
    second = planned(first, {ID: line({"company": after})}, FIELDS, str)
    assert second.stage == first.stage
    if shown != written:
        assert amended == {}
    assert replace(second, stage=before.stage) == before


# ---------------------------------------------------------------- items

TABLE = Field(name="items", type="items", fields=(Field(name="name"), Field(name="amount", type="amount")))


def lines_of(*names: str) -> tuple[Items, ...]:
    return (Items(name="items", lines=tuple((Cell("name", name),) for name in names)),) if names else ()


def reread(
    before: tuple[str, ...], now: tuple[str, ...], shown: tuple[str | None, ...], *, begun: bool = False
) -> Read:
    """The plan for a document whose items were `before`, are `now`, and stand as `shown` in the spreadsheet."""
    earlier = replace(made({"company": "A"}), items=lines_of(*before))
    wanted = replace(made({"company": "A"}, engine="new"), items=lines_of(*now))
    start = document((earlier,), (wanted,))
    if begun:
        start = replace(start, stage=Read(rows=(wanted,), earlier=(earlier,), recording=True))
    there = [Line(number=number, id=ID, shown={"name": name}) for number, name in enumerate(shown, 2)]
    stage = planned(start, {ID: line({"company": "A"})}, (*FIELDS, TABLE), str, {"items": {ID: there}}).stage
    assert isinstance(stage, Read)
    return stage


@pytest.mark.parametrize(
    ("before", "now", "shown", "written"),
    [
        (("a", "b"), ("a", "c", "d"), ("a", "b"), ("a", "c", "d")),
        ((), ("a",), (), ("a",)),
        (("a", "b"), ("a",), ("a", "b", None), ("a",)),
        (("a",), (), ("a",), ()),
        (("a", "b"), ("a", "b"), ("a", "b"), None),
    ],
)
def test_items_that_nobody_changed_follow(
    before: tuple[str, ...], now: tuple[str, ...], shown: tuple[str | None, ...], written: tuple[str, ...] | None
) -> None:
    """More, fewer or other ones; emptied lines do not count, and what is the same is not written again."""
    stage = reread(before, now, shown)
    (row,) = stage.rows
    assert row.items == lines_of(*now)
    (change,) = amendments(stage)
    expected = () if written is None else (Items(name="items", lines=tuple((Cell("name", name),) for name in written)),)
    assert change.items == expected
    assert row.check == ()


@pytest.mark.parametrize("shown", [("a", "my b"), ("a",), ("b", "a"), ("a", "b", "c"), ()])
def test_items_that_a_person_changed_stay(shown: tuple[str, ...]) -> None:
    """Changed, deleted, moved or added: all of them stay, `Check` says so, and what we wrote is still known."""
    stage = reread(("a", "b"), ("a", "x"), shown)
    (row,) = stage.rows
    assert row.items == lines_of("a", "b")
    (change,) = amendments(stage)
    assert change.items == ()
    assert [str(remark) for remark in row.check] == ["items were changed in the spreadsheet and stay as they are"]
    assert reread(("a", "b"), ("a", "b"), shown).rows[0].check == ()


def test_items_that_a_crash_left_changed_are_ours() -> None:
    """After a crash the sheet may show the plan's outcome already: it is no person's doing."""
    assert reread(("a",), ("x", "y"), ("x", "y"), begun=True).rows[0].items == lines_of("x", "y")
    assert reread(("a",), ("x", "y"), ("a",), begun=True).rows[0].items == lines_of("x", "y")
    assert reread(("a",), ("x", "y"), ("mine",), begun=True).rows[0].items == lines_of("a")


def test_a_table_that_is_no_field_any_more_is_left_alone() -> None:
    """As a field that is none any more is."""
    earlier = replace(made({"company": "A"}), items=lines_of("a"))
    stage = planned(document((earlier,), (made({"company": "A"}),)), {ID: line({"company": "A"})}, FIELDS, str).stage
    assert isinstance(stage, Read)
    assert stage.rows[0].items == lines_of("a")
    assert amendments(stage) == []


def _page(number: int, company: str) -> Row:
    return replace(made({"company": company}, row_id=f"{ID}-{number}"), page=number)


def test_a_page_that_was_unreadable_before_moves_no_other_pages_values() -> None:
    """Rows of pages are paired by their page; a new one leads to the batch."""
    before = document((_page(1, "A"), _page(3, "C")), (_page(1, "A"), _page(2, "B"), _page(3, "D")))
    stage = plan(before, line({"company": "A"}, f"{ID}-1"), line({"company": "C"}, f"{ID}-3"))
    assert [(row.id, row.cells[0].value) for row in stage.rows] == [
        (f"{ID}-1", "A"),
        (f"{ID}-3", "D"),
        (f"{ID}-2", "B"),
    ]
    assert [(change.id, change.cells) for change in amendments(stage)] == [(f"{ID}-3", (Cell("company", "D"),))]
    (further,) = further_rows(stage)
    assert further.id == f"{ID}-2"
    assert further.file == before.path


def test_a_page_that_is_not_readable_any_more_keeps_its_row() -> None:
    """And the first row says that there are fewer now."""
    before = document((_page(1, "A"), _page(2, "B")), (_page(2, "B2"),))
    stage = plan(before, line({"company": "A"}, f"{ID}-1"), line({"company": "B"}, f"{ID}-2"))
    assert [(row.id, row.cells[0].value) for row in stage.rows] == [(f"{ID}-1", "A"), (f"{ID}-2", "B2")]
    assert any("fewer rows" in str(remark) for remark in stage.rows[0].check)
