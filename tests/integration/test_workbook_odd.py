"""Workbooks that other programs write in unusual ways, and hostile ones: handled, or refused and left as they are."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from ocrwatch.document import Cell
from ocrwatch.errors import LedgerBusy
from ocrwatch.ports import Change
from tests.unit.ledger.books import SHEET, everything_in, ledger_at, records, row
from tests.unit.ledger.packages import rewritten

SHEET_PART = "xl/worksheets/sheet1.xml"
MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
Parts = dict[str, bytes]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "Ledger.xlsx"


@pytest.fixture
def workbook(path: Path) -> Path:
    """A ledger with two rows."""
    ledger_at(path).append([row(1), row(2)])
    return path


def _part(change: Callable[[bytes], bytes], name: str = SHEET_PART) -> Callable[[Parts], None]:
    def changed(parts: Parts) -> None:
        assert change(parts[name]) != parts[name]
        parts[name] = change(parts[name])

    return changed


def _prefixed(data: bytes) -> bytes:
    data = re.sub(rb"<(/?)(?=[a-zA-Z])", rb"<\1x:", data)
    return data.replace(b'xmlns="', b'xmlns:x="', 1)


def _all_prefixed(parts: Parts) -> None:
    for name in (SHEET_PART, "xl/workbook.xml", "xl/styles.xml", "xl/tables/table1.xml", "[Content_Types].xml"):
        parts[name] = _prefixed(parts[name])


def _without_places(data: bytes) -> bytes:
    """Only for sheets in which no cell is missing."""
    data = re.sub(rb'<row r="\d+"', b"<row", data)
    return re.sub(rb"<row.*?</row>", lambda match: _filled(match[0]), data, flags=re.DOTALL)


def _filled(data: bytes) -> bytes:
    """A row with all its ten cells, none of which tells its place."""
    cells = {match[1]: match[0] for match in re.finditer(rb'<c r="([A-J])\d+".*?(?:/>|</c>)', data, re.DOTALL)}
    shown = [re.sub(rb' r="[A-J]\d+"', b"", cells.get(letter, b"<c/>")) for letter in map(bytes, zip(b"ABCDEFGHIJ"))]
    return data[: data.index(b">") + 1] + b"".join(shown) + b"</row>"


def _hiding(data: bytes) -> bytes:
    data = data.replace(b"<sheetData>", b'<!-- <row r="9"><c r="A9"/></row> </sheetData> --><sheetData><?x <row?>')
    return data.replace(b"<t>shop 2</t>", b"<t><![CDATA[<row><c>&shop 2]]></t>")


def _strict(parts: Parts) -> None:
    for name, content in parts.items():
        content = content.replace(MAIN, b"http://purl.oclc.org/ooxml/spreadsheetml/main")
        parts[name] = content.replace(
            b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        )


def _single_quotes(data: bytes) -> bytes:
    return re.sub(rb'(\s[\w:]+)="([^"\']*)"', rb"\1 = '\2'", data)


def _spread(data: bytes) -> bytes:
    return data.replace(b"<row ", b"\n  <row\n   ").replace(b"<c ", b"\n <c\t").replace(b"</c>", b"</c >")


HANDLED: dict[str, Callable[[Parts], object]] = {
    "prefixes": _all_prefixed,
    "no places": _part(_without_places),
    "comments and CDATA": _part(_hiding),
    "single quotes": _part(_single_quotes),
    "line breaks": _part(_spread),
    "byte order mark": _part(lambda data: b"\xef\xbb\xbf" + data),
    "no dimension": _part(lambda data: re.sub(rb"<dimension[^>]*/>", b"", data)),
    "wrong dimension": _part(lambda data: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1"', data)),
    "attributes that hold tags": _part(lambda data: data.replace(b"<row ", b"<row x='<row r=\"99\">' ".replace(b"<row r", b"&lt;row r"))),
    "absolute targets": _part(
        lambda data: re.sub(rb'Target="(?!/)', b'Target="/xl/', data), "xl/_rels/workbook.xml.rels"
    ),
    "one row many times taller": _part(lambda data: data.replace(b"</sheetData>", b'<row r="5000"/></sheetData>')),
}  # fmt: skip


@pytest.mark.parametrize("change", HANDLED.values(), ids=HANDLED.keys())
def test_unusual_forms_are_handled(workbook: Path, change: Callable[[Parts], object]) -> None:
    """Rows are found, added and changed as in any other workbook, and each is there once."""
    rewritten(workbook, change)
    hidden = load_workbook(workbook)[SHEET]["D3"].value
    ledger = ledger_at(workbook)
    assert ledger.find([row(1).id, row(2).id]) == {row(1).id: 2, row(2).id: 3}
    assert ledger.append([row(2), row(3)]) == {row(2).id: 3, row(3).id: 4}
    assert ledger.append([row(4)]) == {row(4).id: 5}
    assert ledger.amend([Change(id=row(1).id, cells=[Cell("company", "other")])])
    assert ledger_at(workbook).append([row(5)]) == {row(5).id: 6}
    companies = [record["company"] for record in records(workbook) if record["Document ID"]]
    assert companies == ["other", hidden, "shop 3", "shop 4", "shop 5"]


def test_a_strict_workbook_is_handled(path: Path) -> None:
    """The strict form differs in its names alone; so do the parts that we add."""
    Workbook().save(path)
    rewritten(path, _strict)
    ledger_at(path).append([row(1)])
    ledger_at(path).append([row(2)])
    with zipfile.ZipFile(path) as package:
        for name in package.namelist():
            if name.endswith((".xml", ".rels")) and not name.startswith(("docProps", "[Content", "_rels")):
                assert b"schemas.openxmlformats.org/spreadsheetml/2006/main" not in package.read(name), name
    assert ledger_at(path).find([row(2).id]) == {row(2).id: 3}


def _unseekable(workbook: Path) -> None:
    """As programs write that stream: sizes stand behind the data."""

    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.written = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: bytes) -> int:  # type: ignore[override]
            self.written += data
            return len(data)

    with zipfile.ZipFile(workbook) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as package:  # type: ignore[arg-type]
        for name, content in parts.items():
            package.writestr(name, content)
    workbook.write_bytes(pipe.written)


def _zip64(workbook: Path) -> None:
    with zipfile.ZipFile(workbook) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    with zipfile.ZipFile(workbook, "w") as package:
        for name, content in parts.items():
            with package.open(zipfile.ZipInfo(name), "w", force_zip64=True) as member:
                member.write(content)
        package.comment = b"a comment"


def _behind_something(workbook: Path) -> None:
    content = workbook.read_bytes()
    workbook.write_bytes(b"PK" + bytes(1000) + content)


@pytest.mark.parametrize("change", [_unseekable, _zip64, _behind_something])
def test_unusual_archives_are_handled(workbook: Path, change: Callable[[Path], None]) -> None:
    """Sizes behind the data, zip64, stored members, a comment, something before the archive."""
    change(workbook)
    ledger = ledger_at(workbook)
    assert ledger.append([row(2), row(3)]) == {row(2).id: 3, row(3).id: 4}
    assert ledger.append([row(4)]) == {row(4).id: 5}
    with zipfile.ZipFile(workbook) as package:
        assert package.testzip() is None
    assert [record["company"] for record in records(workbook)] == ["shop 1", "shop 2", "shop 3", "shop 4"]


DOCTYPE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'


def _bomb(parts: Parts) -> None:
    parts[SHEET_PART] = parts[SHEET_PART].replace(b"</sheetData>", b" " * (80 << 20) + b"</sheetData>")


def _signed(parts: Parts) -> None:
    parts["_rels/.rels"] = parts["_rels/.rels"].replace(
        b"</Relationships>",
        b'<Relationship Id="s" Type="http://schemas.openxmlformats.org/package/2006/relationships/digital-signature/'
        b'origin" Target="_xmlsignatures/origin.sigs"/></Relationships>',
    )
    parts["_xmlsignatures/origin.sigs"] = b""


def _cut(part: str) -> Callable[[Parts], None]:
    def change(parts: Parts) -> None:
        parts[part] = parts[part][: len(parts[part]) // 2]

    return change


REFUSED: dict[str, tuple[Callable[[Parts], object], str]] = {
    "external entity in the sheet": (_part(lambda data: DOCTYPE + data), "damaged or of a kind"),
    "external entity in the workbook": (_part(lambda data: DOCTYPE + data, "xl/workbook.xml"), "damaged or of a kind"),
    "bomb": (_bomb, "Ledger.xlsx unpacks to far more"),
    "signed": (_signed, "Ledger.xlsx is signed"),
    "half a sheet": (_cut(SHEET_PART), "damaged or of a kind"),
    "half a workbook part": (_cut("xl/workbook.xml"), "damaged or of a kind"),
    "no sheet part": (lambda parts: parts.pop(SHEET_PART), "damaged or of a kind"),
    "no content types": (lambda parts: parts.pop("[Content_Types].xml"), "damaged or of a kind"),
    "another encoding": (
        _part(lambda data: data.decode().replace("utf-8", "utf-16").encode("utf-16")),
        "damaged or of a kind",
    ),
    "binary": (
        _part(lambda data: data.replace(b"xl/workbook.xml", b"xl/workbook.bin"), "_rels/.rels"),
        "damaged or of a kind|binary",
    ),
}


@pytest.mark.parametrize(("change", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_hostile_and_broken_workbooks_are_left_alone(
    workbook: Path, tmp_path: Path, change: Callable[[Parts], object], said: str
) -> None:
    """Nothing is written, byte for byte, and the message says what to do."""
    rewritten(workbook, change)
    before = everything_in(tmp_path)
    with pytest.raises(LedgerBusy, match=said) as caught:
        ledger_at(workbook).append([row(3)])
    assert "wait" in str(caught.value)
    assert everything_in(tmp_path) == before


def test_bytes_changed_within_a_part_are_noticed(workbook: Path, tmp_path: Path) -> None:
    """A sheet whose checksum is wrong is damaged, also while its rows look well."""
    content = bytearray(workbook.read_bytes())
    with zipfile.ZipFile(workbook) as package:
        info = package.getinfo(SHEET_PART)
    place = content.rindex(SHEET_PART.encode())
    content[place - 46 + 16] ^= 1  # the checksum in the directory
    assert info.CRC
    workbook.write_bytes(content)
    before = everything_in(tmp_path)
    for call in (lambda: ledger_at(workbook).append([row(3)]), lambda: ledger_at(workbook).find([row(1).id])):
        with pytest.raises(LedgerBusy, match="damaged"):
            call()
    assert everything_in(tmp_path) == before


def test_a_sheet_whose_name_stands_twice_in_different_case(path: Path) -> None:
    """The one of exactly that name is ours."""
    book = Workbook()
    book.active.title = "other"
    book.create_sheet("another")
    book.save(path)
    rewritten(
        path,
        _part(
            lambda data: data.replace(b'"other"', b'"%s"' % SHEET.upper().encode()).replace(
                b'"another"', b'"%s"' % SHEET.encode()
            ),
            "xl/workbook.xml",
        ),
    )
    ledger_at(path).append([row(1)])
    with zipfile.ZipFile(path) as package:
        assert b"shop 1" in package.read("xl/worksheets/sheet2.xml")
        assert b"shop 1" not in package.read(SHEET_PART)


def test_a_header_of_merged_cells(path: Path) -> None:
    """Cells merged within the header's row are no obstacle; below a header over two rows, rows begin below both."""
    ledger_at(path).append([row(1)])
    book = load_workbook(path)
    book[SHEET].tables.clear()
    book[SHEET].merge_cells("K1:M1")
    book[SHEET]["K1"] = "notes"
    book.save(path)
    assert ledger_at(path).append([row(2)]) == {row(2).id: 3}
    assert [str(each) for each in load_workbook(path)[SHEET].merged_cells.ranges] == ["K1:M1"]
    book = Workbook()
    sheet = book.active
    sheet.title = SHEET
    sheet["B2"], sheet["C2"], sheet["C3"] = "company", "total", "in €"
    sheet.merge_cells("B2:B4")
    book.save(path)
    ledger = ledger_at(path)
    assert ledger.append([row(1)]) == {row(1).id: 5}
    assert ledger.append([row(2)]) == {row(2).id: 6}
    assert ledger_at(path).append([row(3)]) == {row(3).id: 7}
    sheet = load_workbook(path)[SHEET]
    assert [sheet.cell(number, 2).value for number in range(2, 8)] == [
        "company",
        None,
        None,
        "shop 1",
        "shop 2",
        "shop 3",
    ]
    assert sheet["C3"].value == "in €"


def test_a_workbook_without_formats(path: Path) -> None:
    """The part with the formats may be missing altogether: it is made."""
    Workbook().save(path)

    def change(parts: Parts) -> None:
        del parts["xl/styles.xml"]
        for name in ("[Content_Types].xml", "xl/_rels/workbook.xml.rels"):
            parts[name] = re.sub(rb"<(Override|Relationship) [^>]*styles[^>]*/>", b"", parts[name])

    rewritten(path, change)
    ledger_at(path).append([row(1)])
    assert ledger_at(path).append([row(2)]) == {row(2).id: 3}
    assert load_workbook(path)[SHEET]["A1"].font.bold
