"""Receipts with their items, with the installed program: read, written, read again, put back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.endpoint_server import JSON, EndpointServer, completion, fenced
from tests.pictures import drop, receipts_of
from tests.program import Program

PICTURES = receipts_of(1)
(NAME,) = PICTURES
SHEET = "Scans items"


def answer(*items: dict[str, JSON], total: str = "8.00") -> JSON:
    return {"company": "Tea house", "date": "2025-03-04", "total": total, "currency": None, "items": list(items)}


def item(name: str, quantity: str | None, price: str | None, amount: str) -> dict[str, JSON]:
    return {"name": name, "quantity": quantity, "unit price": price, "amount": amount}


TEA, MILK = item("Green tea", "2", "2.50", "￥5.00"), item("牛奶", None, None, "￥3.00")


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """A program whose scans are receipts with items; the service is not there yet."""
    made = Program(tmp_path, base_url="http://127.0.0.1:9/v1")
    lines = made.config.read_text(encoding="utf-8").splitlines()
    kept = ["profile = 'receipt-items'" if line.startswith("fields") else line for line in lines]
    made.config.write_text("\n".join(kept), encoding="utf-8")
    return made


def at(program: Program, server: EndpointServer) -> None:
    """Let the program ask `server`."""
    text = program.config.read_text(encoding="utf-8")
    before = next(line for line in text.splitlines() if line.startswith("base_url"))
    program.config.write_text(text.replace(before, f"base_url = {json.dumps(server.base_url)}"), encoding="utf-8")


def items_of(program: Program) -> list[tuple[object, ...]]:
    """The rows of the items' sheet below its header, without the id."""
    sheet = load_workbook(program.ledger)[SHEET]
    return [values[:-1] for values in sheet.iter_rows(min_row=2, values_only=True)]


def edit(program: Program, change: Callable[[Worksheet], object], sheet: str = SHEET) -> None:
    book = load_workbook(program.ledger)
    change(book[sheet])
    book.save(program.ledger)


def test_items_follow_their_receipt(program: Program) -> None:
    """To the second sheet, with their sums compared; read again they are amended, save what a person changed."""
    with EndpointServer(lambda _: completion(fenced(answer(TEA, MILK, total="9.00")))) as server:
        at(program, server)
        drop(program.inbox, PICTURES)
        program.once()
        (row,) = program.rows()
        assert "items add up to 8.00, total says 9.00" in str(row["Check"])
        assert items_of(program) == [("Green tea", 2, 2.5, 5), ("牛奶", None, None, 3)]
        assert program.run("ledger", "check").returncode == 0
        assert "    items (2)" in program.run("why", NAME).stdout.splitlines()
        sugar = item("Sugar", "1", "1.00", "1.00")
        server.respond = lambda _: completion(fenced(answer(TEA, MILK, sugar, total="9.00")))
        program.run("reread", "--inbox", str(program.inbox))
        program.once()
        assert items_of(program)[2:] == [("Sugar", 1, 1, 1)]
        assert program.rows()[0]["Check"] is None
        edit(program, lambda sheet: sheet.cell(2, 1, "Sencha"))
        server.respond = lambda _: completion(fenced(answer(TEA, total="5.00")))
        program.run("reread", "--inbox", str(program.inbox))
        program.once()
        assert [values[0] for values in items_of(program)] == ["Sencha", "牛奶", "Sugar"]
        (row,) = program.rows()
        assert row["total"] == 5
        assert row["Check"] == "items were changed in the spreadsheet and stay as they are"
    assert server.violations == []
    assert program.run("ledger", "check").returncode == 0


def test_items_come_back_with_their_row(program: Program) -> None:
    """`ledger rebuild` puts back what was deleted, into the workbook or a new one; never twice."""
    with EndpointServer(lambda _: completion(fenced(answer(TEA, MILK)))) as server:
        at(program, server)
        drop(program.inbox, receipts_of(2))
        program.once()
    assert len(items_of(program)) == 4
    edit(program, lambda sheet: sheet.delete_rows(2, 2))
    edit(program, lambda sheet: sheet.delete_rows(2), sheet="Scans")
    assert program.run("ledger", "check").returncode == 0
    assert program.run("ledger", "rebuild", "--deleted").returncode == 0
    assert len(items_of(program)) == 4
    assert program.run("ledger", "rebuild", "--deleted").returncode == 0
    assert len(items_of(program)) == 4
    fresh = program.ledger.with_name("Fresh.xlsx")
    assert program.run("ledger", "rebuild", "--to", str(fresh)).returncode == 0
    assert load_workbook(fresh)[SHEET].max_row == 5


def test_the_items_of_a_csv_are_unlocked_and_restored_with_it(program: Program) -> None:
    """They lie in a file of their own, which a person need not know of."""
    program.config.write_text(program.config.read_text(encoding="utf-8").replace("Ledger.xlsx", "Ledger.csv"))
    path = program.ledger.with_name("Ledger.csv")
    beside = path.with_name("Ledger items.csv")
    with EndpointServer(lambda _: completion(fenced(answer(TEA, MILK)))) as server:
        at(program, server)
        drop(program.inbox, PICTURES)
        program.once()
        earlier = path.read_bytes(), beside.read_bytes()
        drop(program.inbox, receipts_of(1, first=1))
        program.once()
    for place in (program.state / "backups").iterdir():
        (backup,) = place.iterdir()
        backup.rename(place / "2026-01-02.csv")
    later = path.read_bytes(), beside.read_bytes()
    lock = beside.with_name(f"~${beside.name}")
    lock.touch()
    assert program.run("ledger", "unlock", "--yes").returncode == 0
    assert not lock.exists()
    assert program.run("ledger", "restore", "2026-01-02").returncode == 0
    assert (path.read_bytes(), beside.read_bytes()) == earlier
    assert program.run("ledger", "rebuild").returncode == 0
    assert (path.read_bytes(), beside.read_bytes()) == later


def test_read_shows_items_as_a_table(program: Program) -> None:
    """For people in columns, as JSON in a list."""
    scan = program.inbox.parent / NAME
    scan.write_bytes(PICTURES[NAME])
    with EndpointServer(lambda _: completion(fenced(answer(TEA, MILK)))) as server:
        at(program, server)
        shown = program.run("read", str(scan)).stdout
        (result,) = json.loads(program.run("read", str(scan), "--json").stdout)
    assert shown.splitlines()[-4:] == [
        "items (2)",
        "  name       quantity  unit price    amount",
        "  Green tea         2        2.50  5.00 CNY",
        "  牛奶                             3.00 CNY",
    ]
    assert result["rows"][0]["fields"]["items"] == [
        {
            "name": "Green tea",
            "quantity": {"number": "2", "currency": ""},
            "unit price": {"number": "2.50", "currency": ""},
            "amount": {"number": "5.00", "currency": "CNY"},
        },
        {"name": "牛奶", "quantity": None, "unit price": None, "amount": {"number": "3.00", "currency": "CNY"}},
    ]


def test_the_month_and_the_csv_have_their_items(program: Program) -> None:
    """A workbook for each month has its own sheet of items; a CSV a file of its own."""
    text = program.config.read_text(encoding="utf-8")
    for name, beside in (("Ledger {year}-{month}.xlsx", ""), ("Ledger.csv", "Ledger items.csv")):
        program.config.write_text(text.replace("Ledger.xlsx", name), encoding="utf-8")
        with EndpointServer(lambda _: completion(fenced(answer(TEA, MILK)))) as server:
            at(program, server)
            drop(program.inbox, PICTURES)
            program.once()
        if beside:
            written = (program.ledger.parent / beside).read_text(encoding="utf-8-sig").splitlines()
            assert [line.split(",")[0] for line in written] == ["name", "Green tea", "牛奶"]
        else:
            (workbook,) = program.ledger.parent.glob("Ledger *.xlsx")
            assert load_workbook(workbook)[SHEET].max_row == 3
