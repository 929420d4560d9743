"""A person edits the workbook between our rows, in any way: every row is there once, and no value of theirs changes."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.worksheet.table import Table
from openpyxl.worksheet.worksheet import Worksheet

from ocrwatch.errors import LedgerBusy
from tests.unit.ledger.books import SHEET, ledger_at, row

Values = dict[tuple[str, int, int], object]

EDITS = st.sampled_from([
    "correct a value", "add a column", "sort", "insert above", "delete a row", "clear the last row", "write beside",
    "rename the table", "drop the table", "move a column", "delete the id column", "share texts", "add a sheet",
])  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.lists(EDITS, max_size=3), st.integers(1, 3)), min_size=1, max_size=5), st.randoms())
def test_every_row_once_and_no_value_changed(tmp_path: Path, turns: list[tuple[list[str], int]], random) -> None:  # type: ignore[no-untyped-def]
    """Between any edits rows are appended; each is there once, and what a person wrote stays as it was."""
    path = tmp_path / "Ledger.xlsx"
    path.unlink(missing_ok=True)
    ledger = ledger_at(path)
    ledger.append([row(1), row(2)])
    count = 2
    for edits, more in turns:
        for edit in edits:
            _edit(path, edit, random)
        before, ids = _values(path), _ids(path)
        rows = [row(count + 1 + index) for index in range(more)]
        given_ids = {each.id for each in rows}
        count += more
        try:
            numbers = ledger.append([*rows, rows[0]])
        except LedgerBusy:
            assert (_values(path), _ids(path)) == (before, ids)
            return
        after = _values(path)
        assert {place: after.get(place) for place in before} == before
        now = _ids(path)
        assert sorted(now) == sorted([*ids, *given_ids]) if ids is not None else set(given_ids) <= set(now)
        assert ledger_at(path).find(sorted(given_ids)) == {each: numbers[each] for each in given_ids}
        assert ledger.find(sorted(given_ids)) == {each: numbers[each] for each in given_ids}


def _values(path: Path) -> Values:
    """All values of all sheets; a table's totals are none here."""
    book = load_workbook(path)
    return {
        (sheet.title, cell.row, cell.column): cell.value
        for sheet in book.worksheets
        for cells in sheet.iter_rows()
        for cell in cells
        if cell.value is not None
    }


def _ids(path: Path) -> list[str]:
    sheet = load_workbook(path)[SHEET]
    place = next((cell for cells in sheet.iter_rows() for cell in cells if cell.value == "Document ID"), None)
    if place is None:
        return []
    below = (sheet.cell(number, place.column).value for number in range(place.row + 1, sheet.max_row + 1))
    return [str(value) for value in below if value is not None]


def _edit(path: Path, edit: str, random) -> None:  # type: ignore[no-untyped-def]
    if edit == "share texts":
        _share_texts(path)
        return
    book = load_workbook(path)
    sheet = book[SHEET]
    assert isinstance(sheet, Worksheet)
    table: Table | None = next(iter(sheet.tables.values()), None)
    header = next(cells[0].row for cells in sheet.iter_rows() if any(cell.value == "company" for cell in cells))
    last = sheet.max_row
    match edit:
        case "correct a value" if last > header:
            sheet.cell(random.randint(header + 1, last), 1).value = "corrected"
        case "add a column":
            sheet.cell(header, sheet.max_column + 1).value = f"mine {sheet.max_column}"
        case "sort" if last > header + 1:
            rows = [[cell.value for cell in cells] for cells in sheet.iter_rows(min_row=header + 1, max_row=last)]
            random.shuffle(rows)
            for number, values in enumerate(rows, header + 1):
                for column, value in enumerate(values, 1):
                    sheet.cell(number, column).value = value
        case "insert above" if table is None:
            sheet.insert_rows(1)
            sheet["A1"] = "a title"
        case "delete a row" if last > header + 1 and table is None:
            sheet.delete_rows(random.randint(header + 1, last))
        case "clear the last row":
            for cell in sheet[last] if last > header else ():
                cell.value = None
        case "write beside":
            sheet.cell(random.randint(1, last), sheet.max_column + 2).value = "beside"
        case "rename the table" if table is not None:
            table.displayName = table.name = f"Mine_{random.randint(1, 999)}"
        case "drop the table":
            sheet.tables.clear()
        case "move a column" if table is None:
            column = random.randint(1, 3)
            for number in range(header, last + 1):
                one, other = sheet.cell(number, column), sheet.cell(number, column + 1)
                one.value, other.value = other.value, one.value
        case "delete the id column" if table is None:
            for cell in sheet[header]:
                if cell.value == "Document ID":  # not where it was deleted before
                    cell.value = "not it"
        case "add a sheet":
            book.create_sheet()["A1"] = f"=SUM({SHEET}!C:C)"
        case _:
            return
    book.save(path)


def _share_texts(path: Path) -> None:
    """As Excel saves it: every text in the table of shared ones."""
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    name = "xl/worksheets/sheet1.xml"
    texts: list[bytes] = []
    known = re.findall(rb"<si>.*?</si>", parts.get("xl/sharedStrings.xml", b""), re.DOTALL)

    def shared(match: re.Match[bytes]) -> bytes:
        texts.append(b"<si>" + match[2] + b"</si>")
        return match[1] + b't="s"><v>%d</v></c>' % (len(known) + len(texts) - 1)

    parts[name] = re.sub(rb'(<c [^>]*)t="inlineStr"><is>(.*?)</is></c>', shared, parts[name], flags=re.DOTALL)
    if not texts:
        return
    space = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts["xl/sharedStrings.xml"] = b'<sst xmlns="%s">%s</sst>' % (space, b"".join([*known, *texts]))
    if b"sharedStrings" not in parts["[Content_Types].xml"]:
        kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
        override = b'<Override PartName="/xl/sharedStrings.xml" ContentType="%s"/></Types>' % kind
        parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(b"</Types>", override)
    rels = "xl/_rels/workbook.xml.rels"
    if b"sharedStrings" not in parts[rels]:
        kind = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
        relation = b'<Relationship Id="rIdS" Type="%s" Target="sharedStrings.xml"/></Relationships>' % kind
        parts[rels] = parts[rels].replace(b"</Relationships>", relation)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for each, content in parts.items():
            package.writestr(each, content)
    path.write_bytes(target.getvalue())


def test_rows_deleted_by_the_user_do_not_come_back(tmp_path: Path) -> None:
    """What was deleted is not there any more, and nothing we remember says otherwise."""
    path = tmp_path / "Ledger.xlsx"
    ledger = ledger_at(path)
    ledger.append([row(1), row(2), row(3)])
    book = load_workbook(path)
    book[SHEET].tables.clear()
    book[SHEET].delete_rows(3)
    book.save(path)
    ledger.append([row(4)])
    assert ledger.find([row(each).id for each in range(1, 5)]) == {row(1).id: 2, row(3).id: 3, row(4).id: 4}


pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported.*:UserWarning")
