"""A person works on a form between our rows: every row is there once, nothing of theirs changes, and the sum is right."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from ocrwatch.errors import LedgerFull
from tests.integration.test_workbook_forms import THIN, expense, form_at
from tests.unit.ledger.books import edit
from tests.unit.ledger.papers import EXPENSES

SHEET = "Form"
HEADINGS = ["No.", "Date", "Supplier", "Amount", "Rate", "In EUR"]
EDITS = st.sampled_from(
    [
        "correct a value",
        "insert above the footer",
        "insert in the middle",
        "write beside",
        "type a row",
        "clear the last",
    ]
)


@st.composite
def forms(draw: st.DrawFn) -> dict[str, int]:
    return {
        "above": draw(st.integers(0, 5)),
        "rows": draw(st.integers(2, 6)),
        "numbered": draw(st.integers(0, 1)),
        "formulas": draw(st.integers(0, 1)),
        "drawn": draw(st.integers(0, 1)),
        "gap": draw(st.integers(0, 1)),
        "below": draw(st.integers(0, 3)),
    }


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(forms(), st.lists(st.tuples(st.lists(EDITS, max_size=2), st.integers(1, 2)), max_size=5), st.randoms())
def test_every_row_once_above_the_footer(
    tmp_path: Path, form: dict[str, int], turns: list[tuple[list[str], int]], random: Random
) -> None:
    """Whatever the form is like, and whatever is done to it."""
    path = tmp_path / "Form.xlsx"
    _make(path, form)
    ledger = form_at(path, SHEET, EXPENSES)
    written: set[str] = set()
    count = 0
    for edits, more in turns:
        for each in edits:
            _edit(path, each, random)
        rows = [expense(count + 1 + index) for index in range(more)]
        before = _read(path)
        try:
            ledger.append(rows)
        except LedgerFull as error:
            full = error
        else:
            full = None
        after = _read(path)
        if full is not None:
            assert after == before
            assert f"above row {before.footer}." in str(full)
            assert full.room < more
            continue
        count += more
        written |= {row.id for row in rows}
        theirs = {place: value for place, value in before.values.items() if not str(value).startswith("=SUM")}
        assert {place: after.values.get(place) for place in theirs} == theirs
        assert after.footer == before.footer, "nothing below has moved"
        assert after.summed == after.amounts
        found = ledger.find(sorted(written))
        assert found == form_at(path, SHEET, EXPENSES).find(sorted(written))
        assert (set(found), len(set(found.values()))) == (written, len(written))


def _make(path: Path, form: dict[str, int]) -> None:
    book = Workbook()
    sheet = book.active
    sheet.title = SHEET
    for number in range(1, form["above"] + 1):
        sheet.cell(number, 1, f"Title {number}:")
    header = form["above"] + 1
    for place, text in enumerate(HEADINGS, 1):
        sheet.cell(header, place, text)
    last = header + form["rows"]
    for number in range(header + 1, last + 1):
        sheet.cell(number, 1, number - header if form["numbered"] else None)
        sheet.cell(number, 6, f"=D{number}*E{number}" if form["formulas"] else None)
    if form["drawn"]:
        for cells in sheet.iter_rows(min_row=header, max_row=last, max_col=6):
            for cell in cells:
                cell.border = THIN
    footer = last + 1 + form["gap"]
    sheet.cell(footer, 3, "Total")
    sheet.cell(footer, 4, f"=SUM(D{header + 1}:D{last})")
    for number in range(form["below"]):
        sheet.cell(footer + 1 + number, 2, "Signature: ____")
    book.save(path)


def _edit(path: Path, what: str, random: Random) -> None:
    form = _read(path)
    header, footer = form.header, form.footer

    def change(sheet: Worksheet) -> None:
        filled = [n for n in range(header + 1, footer) if sheet.cell(n, 3).value is not None]
        free = list(range(max([header, *filled]) + 1, footer))
        match what:
            case "correct a value" if filled:
                sheet.cell(random.choice(filled), 4, random.randint(1, 99))
            case "insert above the footer":
                _insert(sheet, footer)
            case "insert in the middle" if len(free) > 1:
                _insert(sheet, free[1])
            case "write beside":
                sheet.cell(random.randint(1, footer + 4), 30, "mine")
            case "type a row" if free:
                sheet.cell(free[0], 3, "by hand")
                sheet.cell(free[0], 4, 7)
            case _:
                pass

    edit(path, change, SHEET)


def _insert(sheet: Worksheet, at: int) -> None:
    """As office programs do it: what is below goes down, ranges around the place grow, others keep their ends."""
    sheet.insert_rows(at)

    def moved(match: re.Match[str]) -> str:
        return f"{match[1]}{int(match[2]) + (int(match[2]) >= at)}"

    for cells in sheet.iter_rows():
        for cell in cells:
            if isinstance(cell.value, str) and cell.value.startswith("="):
                cell.value = re.sub(r"([A-Z])(\d+)", moved, cell.value)


@dataclass(frozen=True)
class _Form:
    """The form as it is saved."""

    values: dict[str, object]

    @property
    def header(self) -> int:
        return self._row_of("Supplier")

    @property
    def footer(self) -> int:
        return self._row_of("Total")

    @property
    def summed(self) -> int:
        """The sum that its footer shows."""
        first, last = map(int, re.findall(r"\d+", str(self.values[f"D{self.footer}"])))
        return self._amounts(first, last)

    @property
    def amounts(self) -> int:
        return self._amounts(self.header + 1, self.footer - 1)

    def _amounts(self, first: int, last: int) -> int:
        found = (self.values.get(f"D{number}") for number in range(first, last + 1))
        return sum(amount for amount in found if isinstance(amount, int))

    def _row_of(self, text: str) -> int:
        return next(int(place[1:]) for place, value in self.values.items() if place[0] == "C" and value == text)


def _read(path: Path) -> _Form:
    sheet = load_workbook(path)[SHEET]
    return _Form({c.coordinate: c.value for cells in sheet.iter_rows() for c in cells if c.value is not None})
