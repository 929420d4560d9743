"""Workbooks that carry everything a user may have put into them, and what became of their parts."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.unit.ledger.books import SHEET

Book = Any  # of a library without types
Sheet = Any

PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108020000009077"
    "53de0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)
HEADERS = ("number", "date", "total", "company", "Check", "File", "Received", "Pages", "Engine", "Document ID")


def picture() -> dict[str, io.BytesIO]:
    return {"image_data": io.BytesIO(PICTURE)}


def add_chart(book: Book, sheet: Sheet) -> None:
    sheet.write_column("T20", [1, 2, 3])
    chart = book.add_chart({"type": "column"})
    chart.add_series({"name": "n", "values": f"={sheet.get_name()}!$T$20:$T$22", "data_labels": {"value": True}})
    chart.set_title({"name": "Sums"})
    chart.set_plotarea({"fill": {"color": "blue"}})
    chart.set_table()
    sheet.insert_chart("D22", chart)


FEATURES: dict[str, Callable[[Book, Sheet], object]] = {
    "chart": add_chart,
    "sparkline": lambda _, sheet: sheet.add_sparkline("M1", {"range": "Mine!A1:C1"}),
    "data bar": lambda _, sheet: sheet.conditional_format("A20:A25", {"type": "data_bar"}),
    "data bar of 2010": lambda _, sheet: sheet.conditional_format(
        "B20:B25", {"type": "data_bar", "data_bar_2010": True}
    ),
    "icons": lambda _, sheet: sheet.conditional_format(
        "C20:C25", {"type": "icon_set", "icon_style": "3_traffic_lights"}
    ),
    "text box": lambda _, sheet: sheet.insert_textbox("M5", "text"),
    "button": lambda _, sheet: sheet.insert_button("M9", {"macro": "go"}),
    "checkbox": lambda _, sheet: sheet.insert_checkbox("M12", True),
    "spilling formula": lambda _, sheet: sheet.write_dynamic_array_formula("M14", "=SORT(N14:N16)"),
    "picture": lambda _, sheet: sheet.insert_image("O1", "p.png", picture() | {"url": "https://example.org"}),
    "picture in a cell": lambda _, sheet: sheet.embed_image("O5", "p.png", picture()),
    "header picture": lambda _, sheet: sheet.set_header(
        "&L&G", {"image_left": "p.png", "image_data_left": io.BytesIO(PICTURE)}
    ),
    "background": lambda _, sheet: sheet.set_background(io.BytesIO(PICTURE)),
    "note": lambda _, sheet: sheet.write_comment("M2", "a note"),
    "list": lambda _, sheet: sheet.data_validation("M3", {"validate": "list", "source": ["a", "b"]}),
    "ignored errors": lambda _, sheet: sheet.ignore_errors({"number_stored_as_text": "A1:A9"}),
    "link": lambda _, sheet: sheet.write_url("M4", "https://example.org"),
    "rich text": lambda book, sheet: sheet.write_rich_string("M6", "a ", book.add_format({"bold": True}), "b"),
    "breaks": lambda _, sheet: sheet.set_h_pagebreaks([20, 40]),
    "outline": lambda _, sheet: sheet.set_column("P:R", 12, None, {"level": 1}),
}


def make(path: Path, *, features: tuple[str, ...] = tuple(FEATURES), here: bool = False, macros: bool = False) -> None:
    """A workbook with the features on a sheet of the user's, or (`here`) on the ledger's own, with a table.

    A sheet of totals reaches the ledger's rows.
    """
    import xlsxwriter

    with xlsxwriter.Workbook(path) as book:
        mine = book.add_worksheet("Mine")
        ledger = book.add_worksheet(SHEET)
        totals = book.add_worksheet("Totals")
        ledger.add_table(0, 0, 1, 9, {"columns": [{"header": header} for header in HEADERS], "name": "Tickets"})
        mine.write("H1", "precious")
        mine.write_formula("H2", "=1+1", None, 2)
        for name in features:
            FEATURES[name](book, ledger if here else mine)
        totals.write_formula("A1", f"=SUM({SHEET}!C:C)", None, 0)
        totals.write_formula("A2", "=A1*2", None, 0)
        totals.write_formula("A3", "=SUM(Tickets[total])", None, 0)
        totals.write_formula("B3", "=1+2", None, 3)
        book.define_name("Rate", "=Mine!$A$1")
        book.set_custom_property("k", "v")
        if macros:
            (path.parent / "vba.bin").write_bytes(bytes(range(256)))
            book.add_vba_project(str(path.parent / "vba.bin"))


def raw_members(path: Path) -> dict[str, bytes]:
    """The compressed bytes of every member."""
    content = path.read_bytes()
    found: dict[str, bytes] = {}
    with zipfile.ZipFile(path) as package:
        assert package.testzip() is None
        for info in package.infolist():
            name_length, extra_length = struct.unpack_from("<2H", content, info.header_offset + 26)
            begun = info.header_offset + 30 + name_length + extra_length
            found[info.filename] = content[begun : begun + info.compress_size]
    return found


def rewritten(path: Path, change: Callable[[dict[str, bytes]], object]) -> None:
    """Change the parts of a package, by name."""
    with zipfile.ZipFile(path) as package:
        parts = {info.filename: package.read(info) for info in package.infolist()}
    change(parts)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)


_PIVOT = {
    "xl/pivotCache/pivotCacheDefinition1.xml": """<pivotCacheDefinition xmlns="{main}" xmlns:r="{office}" r:id="rId1"
refreshOnLoad="0" createdVersion="6" refreshedVersion="6" minRefreshableVersion="3" recordCount="1"><cacheSource
type="worksheet"><worksheetSource name="Tickets"/></cacheSource><cacheFields count="2"><cacheField name="company"
numFmtId="0"><sharedItems count="1"><s v="shop 0"/></sharedItems></cacheField><cacheField name="total" numFmtId="0">
<sharedItems containsSemiMixedTypes="0" containsString="0" containsNumber="1" containsInteger="1" minValue="7"
maxValue="7"/></cacheField></cacheFields></pivotCacheDefinition>""",
    "xl/pivotCache/pivotCacheRecords1.xml": """<pivotCacheRecords xmlns="{main}" count="1"><r><x v="0"/><n v="7"/></r>
</pivotCacheRecords>""",
    "xl/pivotTables/pivotTable1.xml": """<pivotTableDefinition xmlns="{main}" name="Pivot" cacheId="1" dataCaption="Values"
updatedVersion="6" minRefreshableVersion="3" createdVersion="6" indent="0" outline="1"><location ref="A3:B5"
firstHeaderRow="1" firstDataRow="1" firstDataCol="1"/><pivotFields count="2"><pivotField axis="axisRow" showAll="0">
<items count="2"><item x="0"/><item t="default"/></items></pivotField><pivotField dataField="1" showAll="0"/>
</pivotFields><rowFields count="1"><field x="0"/></rowFields><rowItems count="2"><i><x/></i><i t="grand"><x/></i>
</rowItems><colItems count="1"><i/></colItems><dataFields count="1"><dataField name="Sum" fld="1" baseField="0"
baseItem="0"/></dataFields></pivotTableDefinition>""",
}
_KINDS = {"Definition": "pivotCacheDefinition", "Records": "pivotCacheRecords", "Table": "pivotTable"}


def add_pivot(parts: dict[str, bytes]) -> None:
    """A pivot table on the first sheet over the table `Tickets`, part by part as Excel writes them, and a calcChain."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    packages = "http://schemas.openxmlformats.org/package/2006/relationships"
    types = parts["[Content_Types].xml"].decode()

    def relate(file: str, name: str, kind: str, target: str) -> None:
        known = parts.get(file, f'<Relationships xmlns="{packages}"></Relationships>'.encode()).decode()
        relation = f'<Relationship Id="{name}" Type="{office}/{kind}" Target="/{target}"/></Relationships>'
        parts[file] = known.replace("</Relationships>", relation).encode()

    for name, text in _PIVOT.items():
        parts[name] = text.format(main=main, office=office).encode()
        kind = next(kind for sign, kind in _KINDS.items() if sign in name)
        content_type = f"application/vnd.openxmlformats-officedocument.spreadsheetml.{kind}+xml"
        types = types.replace("</Types>", f'<Override PartName="/{name}" ContentType="{content_type}"/></Types>')
    definition, records, table = _PIVOT
    relate("xl/pivotCache/_rels/pivotCacheDefinition1.xml.rels", "rId1", "pivotCacheRecords", records)
    relate("xl/pivotTables/_rels/pivotTable1.xml.rels", "rId1", "pivotCacheDefinition", definition)
    relate("xl/worksheets/_rels/sheet1.xml.rels", "rIdP", "pivotTable", table)
    relate("xl/_rels/workbook.xml.rels", "rIdP", "pivotCacheDefinition", definition)
    relate("xl/_rels/workbook.xml.rels", "rIdC", "calcChain", "xl/calcChain.xml")
    parts["xl/calcChain.xml"] = f'<calcChain xmlns="{main}"><c r="A1" i="3"/></calcChain>'.encode()
    chain = "application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml"
    types = types.replace("</Types>", f'<Override PartName="/xl/calcChain.xml" ContentType="{chain}"/></Types>')
    parts["[Content_Types].xml"] = types.encode()
    caches = f'<pivotCaches><pivotCache cacheId="1" xmlns:r="{office}" r:id="rIdP"/></pivotCaches></workbook>'
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b"</workbook>", caches.encode())
