"""What of the user's a load-and-save by openpyxl would lose.

openpyxl reads a workbook into its own model and writes that: what the model has no place for is gone. So the package
is looked through for all that is not known to survive, and such a workbook is not written.

    parts of the package      by content type: what is not known to survive is lost
    drawings                  charts and pictures survive, shapes do not
    charts                    each is compared with what openpyxl makes of it (`charts.py`)
    sheets, the workbook      elements around the cells, and what newer programs put into `extLst`

What a save changes but nobody misses passes: printer settings, hints for the error checker, the shape of a note's box.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from io import BytesIO
from xml.etree import ElementTree as ET
from zipfile import ZipFile

from ocrwatch.errors import LedgerBusy
from ocrwatch.ledger import losses_named as named
from ocrwatch.messages import Message, message

_UNUSABLE_SECONDS = 60

_SHEET_DATA = re.compile(rb"<(?:\w+:)?sheetData(?:\s[^>]*)?>.*</(?:\w+:)?sheetData>", re.DOTALL)
_VML_OBJECT = re.compile(rb"""ObjectType=["'](\w+)["']""")


@dataclass(frozen=True, slots=True)
class _Part:
    """One file of the package; `kind` is the last piece of its content type: `worksheet+xml`."""

    name: str
    kind: str
    content: bytes


def ensure_lossless(content: bytes, name: str) -> None:
    """Raises `LedgerBusy` when the workbook in `content` holds what a save would lose; `name` is the file's."""
    found = losses(content)
    if not found:
        return
    text = (
        "Writing into the workbook {name} would lose what ocrwatch cannot keep yet: {losses}. It is left as it is. "
        "Choose another workbook for ocrwatch in the configuration, and refer to that from yours. Its rows wait."
    )
    raise LedgerBusy(message(text, name=name, losses=_listed(found)), after_seconds=_UNUSABLE_SECONDS)


def losses(content: bytes) -> tuple[Message, ...]:
    """What would be lost, each named once, in the package's order; `content` is a workbook that openpyxl can load."""
    found: dict[Message, None] = {}
    for part in _parts(content):
        found.update(dict.fromkeys(_losses_of(part)))
    return tuple(found)


def _losses_of(part: _Part) -> Iterator[Message]:
    lost = named.lost_part(part.kind, part.name)
    if lost is not None:
        yield lost
    elif part.kind == "worksheet+xml":
        yield from _losses_of_sheet(_tree(_SHEET_DATA.sub(b"", part.content, count=1)))
    elif part.kind == "main+xml":
        yield from filter(None, (named.LOST_OF_WORKBOOK.get(_local(each)) for each in _tree(part.content)))
    elif part.kind == "drawing+xml":
        yield from _losses_of_drawing(_tree(part.content))
    elif part.kind == "chart+xml":
        from ocrwatch.ledger.charts import survives

        if not survives(part.content):
            yield named.CHART_LOOK
    elif part.kind == "sharedStrings+xml":
        yield from (lost for sign, lost in named.LOST_OF_STRINGS if sign in part.content)
    elif part.kind == "vmlDrawing":
        yield from (named.CONTROLS for kind in set(_VML_OBJECT.findall(part.content)) - {b"Note", b"Pict"})


def _losses_of_sheet(sheet: ET.Element) -> Iterator[Message]:
    for element in sheet:
        tag = _local(element)
        if tag == "extLst":
            for extension in element:
                for inner in extension:
                    lost = named.lost_extension(_local(inner))
                    if lost is not None:
                        yield lost
        elif tag not in named.KEPT_OF_SHEET:
            yield named.LOST_OF_SHEET.get(tag) or message("settings of a sheet ({part})", part=tag)


def _losses_of_drawing(drawing: ET.Element) -> Iterator[Message]:
    for anchor in drawing:
        for element in anchor:
            if _local(element) in named.KEPT_OF_ANCHOR:
                continue
            if _local(element) == "graphicFrame" and any(_local(each) == "chart" for each in element.iter()):
                continue
            if _local(element) == "pic" and not any(_local(each).startswith("hlink") for each in element.iter()):
                continue
            yield named.LOST_OF_ANCHOR.get(_local(element), named.SHAPES)


def _parts(content: bytes) -> Iterator[_Part]:
    with ZipFile(BytesIO(content)) as package:
        by_name, by_suffix = _content_types(package.read("[Content_Types].xml"))
        for entry in package.infolist():
            if entry.is_dir() or entry.filename == "[Content_Types].xml":
                continue
            suffix = entry.filename.rpartition(".")[2].casefold()
            kind = by_name.get("/" + entry.filename.casefold()) or by_suffix.get(suffix, "")
            kind = re.split(r"[./]", kind)[-1]
            wanted = kind in named.LOOKED_INTO
            yield _Part(entry.filename, kind, package.read(entry) if wanted else b"")


def _content_types(content: bytes) -> tuple[dict[str, str], dict[str, str]]:
    by_name: dict[str, str] = {}
    by_suffix: dict[str, str] = {}
    for element in _tree(content):
        kind = element.get("ContentType", "")
        if _local(element) == "Override":
            by_name[element.get("PartName", "").casefold()] = kind
        else:
            by_suffix[element.get("Extension", "").casefold()] = kind
    return by_name, by_suffix


def _tree(content: bytes) -> ET.Element:
    return ET.fromstring(content)  # noqa: S314 -- the user's own file; expat bounds what entities grow to


def _local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _listed(found: Iterable[Message]) -> Message:
    return reduce(lambda first, second: message("{first}, {second}", first=first, second=second), found)
