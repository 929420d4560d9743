"""The ledger is replaced between our look at it and our save by a file that looks the same from outside."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ocrwatch.document import Cell
from ocrwatch.ledger.csv_file import CsvLedger
from ocrwatch.ledger.locks import Locks
from ocrwatch.ledger.workbook import WorkbookLedger
from ocrwatch.messages import Message, message
from ocrwatch.ports import Change
from tests.unit.ledger.books import FIELDS, SHEET, csv_at, ledger_at, row

LOOK = message("look at it")


def put_in_place(path: Path, content: bytes) -> None:
    """Other bytes in the very same file: neither its size nor its time nor its inode tells."""
    before = path.stat()
    with path.open("r+b") as file:
        file.write(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = path.stat()
    assert (before.st_size, before.st_mtime_ns, before.st_ino) == (after.st_size, after.st_mtime_ns, after.st_ino)


def twin(path: Path, old: bytes, new: bytes) -> bytes:
    """The workbook with `old` made `new`, as many bytes as it has: `path` is packed anew, its parts as they are."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    made = path.with_suffix(".made")
    for change in (False, True):
        with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
            for name, content in parts.items():
                info = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
                archive.writestr(info, content.replace(old, new) if change else content)
        if not change:
            path.write_bytes(made.read_bytes())
    content = made.read_bytes()
    made.unlink()
    return content


def replacing(path: Path, content: Callable[[], bytes]) -> Callable[[Message], str]:
    """Remarks are put into words while the change is made: then, once, the file becomes another."""
    done: list[bool] = []

    def render(said: Message) -> str:
        if not done:
            done.append(True)
            put_in_place(path, content())
        return str(said)

    return render


def shops(ledger: WorkbookLedger | CsvLedger) -> list[object]:
    return [line.shown["company"] for line in ledger.lines()]


@pytest.mark.parametrize("amends", [False, True])
def test_a_workbook_that_looks_the_same_is_not_written_over(tmp_path: Path, *, amends: bool) -> None:
    """What came in its place stays, and our change is made in that."""
    path = tmp_path / "Ledger.xlsx"
    ledger_at(path).append([row(1), row(2)])
    content = twin(path, b"shop 1", b"shop 7")
    ledger = WorkbookLedger(
        path, SHEET, FIELDS, folder_column=False, locks=Locks(), render=replacing(path, lambda: content)
    )
    if amends:
        ledger.amend([Change(id=row(2).id, cells=[Cell("company", "other")], reading=row(2, check=(LOOK,)))])
        assert shops(ledger_at(path)) == ["shop 7", "other"]
    else:
        ledger.append([row(3, check=(LOOK,))])
        assert shops(ledger_at(path)) == ["shop 7", "shop 2", "shop 3"]


def test_a_csv_file_that_looks_the_same_is_not_written_over(tmp_path: Path) -> None:
    """The same for a CSV file."""
    path = tmp_path / "Ledger.csv"
    csv_at(path).append([row(1), row(2)])
    content = path.read_bytes().replace(b"shop 1", b"shop 7")
    ledger = CsvLedger(path, FIELDS, folder_column=False, locks=Locks(), render=replacing(path, lambda: content))
    ledger.append([row(3, check=(LOOK,))])
    assert shops(csv_at(path)) == ["shop 7", "shop 2", "shop 3"]


def test_ids_are_not_looked_for_in_what_was_there_before(tmp_path: Path) -> None:
    """A workbook that looks as we left it and is another is read again."""
    path = tmp_path / "Ledger.xlsx"
    ledger_at(path).append([row(1), row(2)])
    content = twin(path, row(1).id.encode(), row(7).id.encode())
    ledger = ledger_at(path)
    assert ledger.find([row(1).id, row(7).id]) == {row(1).id: 2}
    put_in_place(path, content)
    assert ledger.find([row(1).id, row(7).id]) == {row(7).id: 2}
