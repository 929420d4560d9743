"""A workbook that a save would rob of something is not written; one that loses nothing is."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from ocrwatch.errors import LedgerBusy
from ocrwatch.ledger.losses import losses
from tests.unit.ledger.books import SHEET, everything_in, ledger_at, row

xlsxwriter = pytest.importorskip("xlsxwriter", reason="XlsxWriter makes the workbooks of these tests")

Book = Any  # of a library without types
Sheet = Any

PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108020000009077"
    "53de0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


def _picture() -> dict[str, io.BytesIO]:
    return {"image_data": io.BytesIO(PICTURE)}


def _chart(book: Book, sheet: Sheet, kind: str = "column") -> Any:
    sheet.write_column("A1", [1, 2, 3])
    chart = book.add_chart({"type": kind})
    chart.add_series({"name": "n", "values": "=Mine!$A$1:$A$3", "data_labels": {"value": True}})
    chart.set_title({"name": "Sums"})
    chart.set_x_axis({"name": "x", "num_font": {"bold": True}})
    sheet.insert_chart("D2", chart)
    return chart


def _fancy_chart(book: Book, sheet: Sheet) -> None:
    chart = _chart(book, sheet)
    chart.set_plotarea({"fill": {"color": "blue"}})
    chart.set_table()


def _textbox_beside_chart(book: Book, sheet: Sheet) -> None:
    _chart(book, sheet)
    sheet.insert_textbox("A1", "text")


def _macros_and_button(book: Book, sheet: Sheet) -> None:
    sheet.insert_button("A1", {"macro": "go"})


LOST: dict[str, tuple[Callable[[Book, Sheet], object], str]] = {
    "sparkline": (lambda _, sheet: sheet.add_sparkline("E1", {"range": "Mine!A1:C1"}), "sparklines"),
    "data bar of 2010": (
        lambda _, sheet: sheet.conditional_format("A1:A5", {"type": "data_bar", "data_bar_2010": True}),
        "data bars",
    ),
    "text box": (lambda _, sheet: sheet.insert_textbox("A1", "text"), "text boxes and shapes"),
    "text box beside a chart": (_textbox_beside_chart, "text boxes and shapes"),
    "button": (_macros_and_button, "buttons and other controls"),
    "checkbox": (lambda _, sheet: sheet.insert_checkbox("A1", True), "checkboxes in cells"),
    "spilling formula": (lambda _, sheet: sheet.write_dynamic_array_formula("A1", "=SORT(B1:B3)"), "spill"),
    "picture in a cell": (lambda _, sheet: sheet.embed_image("A1", "p.png", _picture()), "pictures in cells"),
    "link on a picture": (
        lambda _, sheet: sheet.insert_image("A1", "p.png", _picture() | {"url": "https://example.org"}),
        "links on pictures",
    ),
    "header picture": (
        lambda _, sheet: sheet.set_header("&L&G", {"image_left": "p.png", "image_data_left": io.BytesIO(PICTURE)}),
        "pictures in page headers",
    ),
    "background": (lambda _, sheet: sheet.set_background(io.BytesIO(PICTURE)), "background pictures"),
    "editable ranges": (lambda _, sheet: sheet.unprotect_range("A1:B2"), "ranges that may be edited"),
    "fancy chart": (_fancy_chart, "the look of a chart"),
}

KEPT: dict[str, Callable[[Book, Sheet], object]] = {
    "plain cells and formulas": lambda _, sheet: sheet.write_formula("A1", "=1+1"),
    "column chart": _chart,
    "line chart": lambda book, sheet: _chart(book, sheet, "line"),
    "pie chart": lambda book, sheet: _chart(book, sheet, "pie"),
    "picture": lambda _, sheet: sheet.insert_image("A1", "p.png", _picture()),
    "note": lambda _, sheet: sheet.write_comment("A1", "a note"),
    "array formula": lambda _, sheet: sheet.write_array_formula("A1:A3", "{=B1:B3*2}"),
    "list": lambda _, sheet: sheet.data_validation("A1", {"validate": "list", "source": ["a", "b"]}),
    "rule": lambda _, sheet: sheet.conditional_format("A1:A5", {"type": "icon_set", "icon_style": "3_traffic_lights"}),
    "table": lambda _, sheet: sheet.add_table("A1:B4", {"total_row": True}),
    "filter": lambda _, sheet: sheet.autofilter("A1:B3"),
    "header text": lambda _, sheet: sheet.set_header("&Lhello"),
    "ignored errors": lambda _, sheet: sheet.ignore_errors({"number_stored_as_text": "A1:A9"}),
    "own properties": lambda book, _: book.set_custom_property("k", "v"),
    "named range": lambda book, _: book.define_name("Rate", "=Mine!$A$1"),
}


def made(path: Path, fill: Callable[[Book, Sheet], object]) -> None:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Mine")
        sheet.write("H1", "precious")
        fill(book, sheet)


@pytest.mark.parametrize(("fill", "said"), LOST.values(), ids=LOST.keys())
def test_what_would_be_lost_keeps_us_from_writing(
    tmp_path: Path, fill: Callable[[Book, Sheet], object], said: str
) -> None:
    """The workbook is left byte for byte as it is, and the message names what would be lost; it can be read."""
    path = tmp_path / "Ledger.xlsx"
    made(path, fill)
    before = everything_in(tmp_path)
    with pytest.raises(LedgerBusy, match=said) as caught:
        ledger_at(path).append([row(1)])
    assert "another workbook" in str(caught.value)
    assert ledger_at(path).find([row(1).id]) == {}
    assert everything_in(tmp_path) == before


@pytest.mark.parametrize("fill", KEPT.values(), ids=KEPT.keys())
def test_what_is_kept_does_not(tmp_path: Path, fill: Callable[[Book, Sheet], object]) -> None:
    """Everything openpyxl keeps may be there, also after it was kept."""
    path = tmp_path / "Ledger.xlsx"
    made(path, fill)
    ledger_at(path).append([row(1)])
    assert losses(path.read_bytes()) == ()
    ledger_at(path).append([row(2)])
    book = load_workbook(path)
    assert book["Mine"]["H1"].value == "precious"
    assert [book[SHEET]["D2"].value, book[SHEET]["D3"].value] == ["shop 1", "shop 2"]


def test_a_kept_picture_chart_and_note_are_there_afterwards(tmp_path: Path) -> None:
    """Two saves later the user's picture, chart and note are still on their sheet."""
    path = tmp_path / "Ledger.xlsx"

    def fill(book: Book, sheet: Sheet) -> None:
        _chart(book, sheet)
        KEPT["picture"](book, sheet)
        sheet.write_comment("B9", "a note")

    made(path, fill)
    ledger_at(path).append([row(1)])
    ledger_at(path).append([row(2)])
    sheet = load_workbook(path)["Mine"]
    assert (len(sheet._charts), len(sheet._images), sheet["B9"].comment.text) == (1, 1, "a note")
    assert sheet._images[0]._data() == PICTURE


def _with_part(path: Path, name: str, kind: str) -> None:
    """Add a part of content type `kind` to the package."""
    with zipfile.ZipFile(path) as package:
        parts = {entry: package.read(entry) for entry in package.namelist()}
    override = f'<Override PartName="/{name}" ContentType="{kind}"/></Types>'
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(b"</Types>", override.encode())
    with zipfile.ZipFile(path, "w") as package:
        for entry, content in {**parts, name: b"<x/>"}.items():
            package.writestr(entry, content)


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("xl/slicers/slicer1.xml", "application/vnd.ms-excel.slicer+xml", "slicers"),
        ("xl/timelines/timeline1.xml", "application/vnd.ms-excel.timeline+xml", "timelines"),
        (
            "xl/threadedComments/threadedComment1.xml",
            "application/vnd.ms-excel.threadedcomments+xml",
            "threaded comments",
        ),
        ("xl/persons/person.xml", "application/vnd.ms-excel.person+xml", "threaded comments"),
        ("xl/ctrlProps/ctrlProp1.xml", "application/vnd.ms-excel.controlproperties+xml", "controls"),
        (
            "_xmlsignatures/sig1.xml",
            "application/vnd.openxmlformats-package.digital-signature-xmlsignature+xml",
            "signature",
        ),
        (
            "xl/connections.xml",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.connections+xml",
            "connections",
        ),
        ("xl/charts/chartEx1.xml", "application/vnd.ms-office.chartex+xml", "waterfall"),
        (
            "xl/diagrams/data1.xml",
            "application/vnd.openxmlformats-officedocument.drawingml.diagramData+xml",
            "SmartArt",
        ),
        ("xl/embeddings/oleObject1.bin", "application/vnd.openxmlformats-officedocument.oleObject", "embedded objects"),
        ("customXml/item1.xml", "application/xml", "custom XML"),
        ("xl/media/image1.emf", "image/x-emf", "EMF"),
        ("xl/new/new1.xml", "application/vnd.ms-excel.somethingnew+xml", "xl/new/new1.xml"),
    ],
)
def test_parts_that_no_model_holds_are_known(tmp_path: Path, name: str, kind: str, said: str) -> None:
    """What stands in parts of its own is told by their content types; the unknown is taken for lost."""
    path = tmp_path / "Ledger.xlsx"
    made(path, KEPT["plain cells and formulas"])
    _with_part(path, name, kind)
    before = path.read_bytes()
    with pytest.raises(LedgerBusy, match=said):
        ledger_at(path).append([row(1)])
    assert path.read_bytes() == before


def test_several_losses_are_all_named(tmp_path: Path) -> None:
    """The message lists each once."""
    path = tmp_path / "Ledger.xlsx"

    def fill(book: Book, sheet: Sheet) -> None:
        for name in ("sparkline", "text box", "background"):
            LOST[name][0](book, sheet)
        sheet.insert_textbox("A9", "another")

    made(path, fill)
    named = sorted(map(str, losses(path.read_bytes())))
    assert named == ["background pictures", "sparklines", "text boxes and shapes"]
    with pytest.raises(LedgerBusy, match=r"(\w[\w ]+, ){2}[\w ]+\. It is left as it is"):
        ledger_at(path).append([row(1)])
