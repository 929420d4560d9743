"""What every ledger does: the workbook and the fake alike."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ocrwatch.document import Amount, Cell, Value
from ocrwatch.errors import LedgerBusy
from ocrwatch.ledger.comparing import corrections, kinds_of, shows
from ocrwatch.ledger.in_volumes import SeriesLedger
from ocrwatch.messages import message
from ocrwatch.ports import Change, Ledger, Line
from tests.fakes_ledger import FakeLedger
from tests.unit.ledger.books import FIELDS, WITH_ITEMS, bought, csv_at, item, items, ledger_at, row, sheet_of


@dataclass(frozen=True, slots=True)
class Stage:
    """A ledger, how to see the companies in it by row number, and how to make it busy."""

    ledger: Ledger
    companies: Callable[[], dict[int, object]]
    make_busy: Callable[[], None]


def _fake(_: Path) -> Stage:
    ledger = FakeLedger()

    def companies() -> dict[int, object]:
        return {
            number: cell.value
            for number, each in enumerate(ledger.rows, 2)
            for cell in each.cells
            if cell.name == "company"
        }

    def make_busy() -> None:
        ledger.trouble = LedgerBusy(message("It is open."))

    return Stage(ledger, companies, make_busy)


def _workbook(folder: Path, name: str = "Ledger.xlsx") -> Stage:
    path = folder / name

    def companies() -> dict[int, object]:
        if not path.exists():
            return {}
        sheet = sheet_of(path)
        place = next(cell.column for cell in sheet[1] if cell.value == "company")
        return {number: sheet.cell(number, place).value for number in range(2, sheet.max_row + 1)}

    return Stage(ledger_at(path, WITH_ITEMS), companies, lambda: (folder / f"~${name}").touch())


def _monthly(folder: Path) -> Stage:
    """Rows of one month: the workbooks of the months before are there, and no concern."""
    pattern = folder / "{year}" / "Ledger {month}.xlsx"
    (folder / "2025").mkdir()
    stage = _workbook(folder / "2025", "Ledger 03.xlsx")
    ledger_at(folder / "2025" / "Ledger 02.xlsx").append([row(77)])
    ledger = SeriesLedger(pattern, lambda path: ledger_at(path, WITH_ITEMS))

    def lines(items: str = "") -> Iterator[Line]:
        return (line for line in SeriesLedger.lines(ledger, items) if line.id != row(77).id)

    ledger.lines = lines  # type: ignore[method-assign]
    return replace(stage, ledger=ledger)


def _csv(folder: Path) -> Stage:
    path = folder / "Ledger.csv"

    def companies() -> dict[int, object]:
        if not path.exists():
            return {}
        with path.open(encoding="utf-8-sig", newline="") as file:
            return {number: record["company"] for number, record in enumerate(csv.DictReader(file), 2)}

    return Stage(
        csv_at(path, WITH_ITEMS), companies, lambda: (folder / ".~lock.Ledger.csv#").write_text(",x,elsewhere,,;")
    )


@pytest.fixture(params=[_fake, _workbook, _monthly, _csv], ids=["fake", "workbook", "monthly", "csv"])
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Stage:
    made = request.param(tmp_path)
    assert isinstance(made, Stage)
    return made


def test_rows_follow_each_other_and_their_numbers_are_told(stage: Stage) -> None:
    """`append` adds rows below those there are and tells each one's number in the sheet."""
    assert stage.ledger.append([row(1), row(2)]) == {row(1).id: 2, row(2).id: 3}
    assert stage.ledger.append([row(3)]) == {row(3).id: 4}
    assert stage.companies() == {2: "shop 1", 3: "shop 2", 4: "shop 3"}


def test_an_empty_group_changes_nothing(stage: Stage) -> None:
    """`append` of no rows is no write."""
    assert stage.ledger.append([]) == {}
    assert stage.companies() == {}


def test_a_row_is_never_there_twice(stage: Stage) -> None:
    """A row that is there already is not added again, and its number is told all the same."""
    stage.ledger.append([row(1), row(2)])
    assert stage.ledger.append([row(2), row(3), row(3)]) == {row(2).id: 3, row(3).id: 4}
    assert stage.companies() == {2: "shop 1", 3: "shop 2", 4: "shop 3"}


def test_find_tells_those_that_are_there(stage: Stage) -> None:
    """`find` names the rows that are there, and only those asked for."""
    assert stage.ledger.find([row(1).id]) == {}
    stage.ledger.append([row(1), row(2), row(3)])
    assert stage.ledger.find([row(9).id, row(3).id, row(1).id]) == {row(3).id: 4, row(1).id: 2}
    assert stage.ledger.find([]) == {}


def test_amend_changes_the_cells_it_names(stage: Stage) -> None:
    """`amend` changes one row's cells and leaves the others."""
    stage.ledger.append([row(1), row(2)])
    assert stage.ledger.amend([Change(id=row(2).id, cells=[Cell("company", "another shop")])]) == {row(2).id}
    assert stage.companies() == {2: "shop 1", 3: "another shop"}


def test_amend_of_an_unknown_row_says_so(stage: Stage) -> None:
    """`amend` names the rows that are there, and changes no other."""
    assert stage.ledger.amend([Change(id=row(1).id, cells=[Cell("company", "x")])]) == set()
    stage.ledger.append([row(1)])
    assert stage.ledger.amend([Change(id=row(2).id, cells=[Cell("company", "x")])]) == set()
    assert stage.ledger.amend([]) == set()
    assert stage.companies() == {2: "shop 1"}


def test_amend_changes_many_rows_together(stage: Stage) -> None:
    """Each row of a group gets its own cells, whichever columns these are in; those that are not there are left out."""
    stage.ledger.append([row(number) for number in range(1, 5)])
    wanted = {
        4: Cell("company", "last"),
        9: Cell("company", "x"),
        1: Cell("company", "first"),
        2: Cell("city", "Xi'an"),
    }
    changes = [Change(id=row(number).id, cells=[cell]) for number, cell in wanted.items()]
    assert stage.ledger.amend(changes) == {row(number).id for number in (1, 2, 4)}
    assert stage.companies() == {2: "first", 3: "shop 2", 4: "shop 3", 5: "last"}
    assert [line.shown.get("city") for line in stage.ledger.lines()][1] == "Xi'an"


def test_a_busy_ledger_takes_nothing(stage: Stage) -> None:
    """A ledger that is busy raises `LedgerBusy`, and nothing of the group is written."""
    stage.ledger.append([row(1)])
    stage.make_busy()
    with pytest.raises(LedgerBusy):
        stage.ledger.append([row(2), row(3)])
    with pytest.raises(LedgerBusy):
        stage.ledger.amend([Change(id=row(number).id, cells=[Cell("company", "x")]) for number in (1, 2)])
    assert stage.companies() == {2: "shop 1"}


def test_amend_renews_what_came_of_the_reading(stage: Stage) -> None:
    """With `reading` the row's remarks are those of that row; what it holds else stays."""
    stage.ledger.append([row(1), row(2)])
    again = row(2, check=(message("look at it"),))
    assert stage.ledger.amend([Change(id=row(2).id, cells=[Cell("company", "another shop")], reading=again)])
    first, second = stage.ledger.lines()
    assert (first.shown["company"], first.shown["check"]) == ("shop 1", None)
    assert (second.shown["company"], second.shown["check"]) == ("another shop", "look at it")


def test_lines_tell_what_stands_in_the_rows(stage: Stage) -> None:
    """`lines` gives each row's number, its id, and what is under its headings."""
    assert list(stage.ledger.lines()) == []
    values: dict[str, Value] = {"total": Amount(Decimal("8.20"), "CNY"), "date": date(2026, 11, 24), "number": "0012"}
    stage.ledger.append([row(1), row(2, values)])
    first, second = stage.ledger.lines()
    assert (first.number, first.id, first.shown["company"]) == (2, row(1).id, "shop 1")
    assert (second.number, second.id) == (3, row(2).id)
    assert corrections(row(2, values).cells, second, kinds_of(FIELDS)) == ()


def test_lines_tell_what_was_changed(stage: Stage) -> None:
    """A changed cell is a correction, a cell that is as it was is none."""
    stage.ledger.append([row(1, {"company": "shop", "total": Amount(Decimal(1))})])
    stage.ledger.amend([Change(id=row(1).id, cells=[Cell("company", "Shop & Sons")])])
    (line,) = stage.ledger.lines()
    (found,) = corrections(row(1, {"company": "shop", "total": Amount(Decimal(1))}).cells, line, kinds_of(FIELDS))
    assert (found.heading, found.written, found.found) == ("company", "shop", "Shop & Sons")


# ---------------------------------------------------------------- items


def names(ledger: Ledger) -> list[tuple[str, object]]:
    """The items as they stand: whose, and what."""
    return [(line.id, line.shown.get("name")) for line in ledger.lines("items")]


def test_items_come_with_their_row(stage: Stage) -> None:
    """Each is a line of its own, by the row's id, in the order of the paper; a row without any has none."""
    assert names(stage.ledger) == []
    stage.ledger.append([bought(1, "bread", "milk"), row(2), bought(3, "tea")])
    assert names(stage.ledger) == [(row(1).id, "bread"), (row(1).id, "milk"), (row(3).id, "tea")]
    assert stage.companies() == {2: "shop 1", 3: "shop 2", 4: "shop 3"}
    assert next(iter(stage.ledger.lines())).shown.keys() & {"items", "name"} == set()


def test_items_are_never_there_twice(stage: Stage) -> None:
    """A row that is there gets no items again, with whatever it is given anew."""
    stage.ledger.append([bought(1, "bread", "bread")])
    stage.ledger.append([bought(1, "bread", "bread"), bought(2, "milk")])
    stage.ledger.append([bought(2, "cheese")])
    assert names(stage.ledger) == [(row(1).id, "bread"), (row(1).id, "bread"), (row(2).id, "milk")]


def test_the_values_of_items_are_exact(stage: Stage) -> None:
    """What stands in the sheet says what was written."""
    line = item('=A1 茶, "green"', None, "1234.50")
    stage.ledger.append([replace(row(1), items=items(line, item("milk", "0.250", "-2")))])
    first, second = stage.ledger.lines("items")
    for shown, cells in ((first.shown, line), (second.shown, item("milk", "0.250", "-2"))):
        assert all(
            shows(shown.get(cell.name), cell.value, "text" if cell.name == "name" else "amount") for cell in cells
        )


def test_amend_brings_items_to_what_they_are_now(stage: Stage) -> None:
    """Changed ones in their places, more at the end, and of those that are too many nothing is left but the id."""
    stage.ledger.append([bought(1, "bread", "milk"), bought(2, "tea"), row(3)])
    assert stage.ledger.amend([Change(id=row(1).id, items=bought(1, "rye bread", "milk", "salt").items)])
    assert stage.ledger.amend([Change(id=row(3).id, cells=[Cell("company", "x")], items=bought(3, "eggs").items)])
    one, two, three = (row(number).id for number in (1, 2, 3))
    expected = [(one, "rye bread"), (one, "milk"), (two, "tea"), (one, "salt"), (three, "eggs")]
    assert names(stage.ledger) == expected
    assert stage.ledger.amend([Change(id=row(1).id, items=bought(1, "rye bread").items)])
    assert names(stage.ledger) == [(one, "rye bread"), (one, None), (two, "tea"), (one, None), (three, "eggs")]
    emptied = [line for line in stage.ledger.lines("items") if line.id == one][1:]
    assert not any(line.shown.get(name) for line in emptied for name in ("name", "quantity", "amount"))
    assert stage.ledger.amend([Change(id=row(1).id, items=bought(1, "bread", "milk").items)])
    assert names(stage.ledger)[:2] == [(one, "bread"), (one, "milk")]
    assert not stage.ledger.amend([Change(id=row(9).id, items=bought(9, "nothing").items)])
    assert len(names(stage.ledger)) == 5


def test_a_busy_ledger_takes_no_items(stage: Stage) -> None:
    """Neither with new rows nor in the place of others."""
    stage.ledger.append([bought(1, "bread")])
    stage.make_busy()
    with pytest.raises(LedgerBusy):
        stage.ledger.append([bought(2, "milk")])
    with pytest.raises(LedgerBusy):
        stage.ledger.amend([Change(id=row(1).id, items=bought(1, "cake").items)])
    if isinstance(stage.ledger, FakeLedger):
        stage.ledger.trouble = None
    assert names(stage.ledger) == [(row(1).id, "bread")]
