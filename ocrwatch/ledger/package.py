"""The parts of a workbook's package: which there are, how they refer to each other, and changes to small ones.

    [Content_Types].xml      what each part is
    _rels/.rels              which part is the workbook
    xl/workbook.xml          the sheets by name, named ranges
    xl/_rels/workbook.xml.rels, xl/worksheets/_rels/…       which parts belong to those

Changes are collected and leave the file alone; `editing.py` writes them.

Source: ISO/IEC 29500-2 (packages), 29500-1 (SpreadsheetML; transitional and strict differ in their names alone).
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from urllib.parse import unquote

from ocrwatch.ledger.archive import Archive
from ocrwatch.ledger.markup import Element, append_child, escaped, parsed, set_attribute, spliced
from ocrwatch.ledger.refusals import BadPackage, binary, signed

TYPES = "[Content_Types].xml"
_STRICT = "http://purl.oclc.org/ooxml/"
_RELATIONS_KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_STRICT_RELATIONS_KIND = "http://purl.oclc.org/ooxml/officeDocument/relationships/"
_RELATIONS_SPACE = "http://schemas.openxmlformats.org/package/2006/relationships"
_SHEET_ML = "application/vnd.openxmlformats-officedocument.spreadsheetml."


@dataclass(frozen=True, slots=True)
class Relation:
    """`kind` is the last piece of its type: `worksheet`. `target` is the name of a part."""

    id: str
    kind: str
    target: str


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A sheet of the workbook; `kind` is `worksheet`, `chartsheet` or another. `index` counts from 0."""

    name: str
    part: str
    kind: str
    index: int


class Package:
    """The package in `archive`. Raises `BadPackage` for what is no workbook that can be changed."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.changed: dict[str, bytes] = {}
        """Parts with new content, and new parts, by name."""
        self.removed: set[str] = set()
        self._refuse_signed()
        roots = [each.target for each in self.relations("") if each.kind == "officeDocument"]
        if not roots:
            raise BadPackage("there is no workbook")
        self.workbook_part = roots[0]
        self._refuse_binary()
        self.workbook = parsed(self.read(self.workbook_part))
        if self.workbook.local != "workbook":
            raise BadPackage("it is another kind of document")
        self.is_strict = any(_STRICT in value for value in self.workbook.attributes.values())
        self.sheets = tuple(self._sheets())

    # ------------------------------------------------------------ parts

    def read(self, part: str) -> bytes:
        """The part as it is now."""
        return self.changed[part] if part in self.changed else self.archive.content(part)

    def has(self, part: str) -> bool:
        return part in self.changed or (part in self.archive and part not in self.removed)

    def put(self, part: str, content: bytes) -> None:
        """Another content for `part`."""
        self.changed[part] = content

    def edit(self, part: str, *edits: tuple[int, int, bytes]) -> None:
        """Change `part`; without edits it stays untouched."""
        if edits:
            self.put(part, spliced(self.read(part), edits))
            if part == self.workbook_part:
                self.workbook = parsed(self.changed[part])

    def add(self, part: str, kind: str, content: bytes) -> None:
        """A new part, of the kind `worksheet` or another of SpreadsheetML."""
        self.put(part, content)
        data = self.read(TYPES)
        root = parsed(data)
        override = b'<%sOverride PartName="/%s" ContentType="%s%s+xml"/>' % (
            root.prefix.encode(), escaped(part), _SHEET_ML.encode(), kind.encode(),
        )  # fmt: skip
        self.edit(TYPES, append_child(data, root, override))

    def remove(self, part: str) -> None:
        """Take `part` away, and what says that it is there; the workbook alone may refer to it."""
        self.removed.add(self.archive.member(part).name)
        for file in (TYPES, relations_of(self.workbook_part)):
            data = self.read(file)
            base = posixpath.dirname(self.workbook_part)
            for element in parsed(data).children:
                names = (element.attributes.get("PartName", ""), element.attributes.get("Target", ""))
                if any(each and _resolved(base, each).casefold() == part.casefold() for each in names):
                    self.edit(file, (element.start, element.end, b""))
                    break

    def free_part(self, pattern: str) -> str:
        """The first name of `pattern`, with a number in its place `{}`, that no part has."""
        return next(name for number in count(1) if not self.has(name := pattern.format(number)))

    def parts_of_type(self, end: str) -> Iterator[str]:
        """Parts whose content type ends with `end`."""
        for element in parsed(self.read(TYPES)).children:
            part = element.attributes.get("PartName", "").lstrip("/")
            if element.attributes.get("ContentType", "").endswith(end) and self.has(part):
                yield part

    # ------------------------------------------------------------ relations

    def relations(self, part: str) -> list[Relation]:
        """What `part` ("": the package) refers to within the package."""
        file = relations_of(part)
        if not self.has(file):
            return []
        return [
            Relation(
                element.attributes.get("Id", ""),
                element.attributes.get("Type", "").rpartition("/")[2],
                _resolved(posixpath.dirname(part), element.attributes.get("Target", "")),
            )
            for element in parsed(self.read(file)).children
            if element.attributes.get("TargetMode", "Internal") != "External"
        ]

    def relate(self, part: str, kind: str, target: str) -> str:
        """Let `part` refer to the part `target`; the new relation's id."""
        file = relations_of(part)
        if not self.has(file):
            self.put(
                file, b'<?xml version="1.0" encoding="UTF-8"?>\n<Relationships xmlns="%s"/>' % _RELATIONS_SPACE.encode()
            )
        data = self.read(file)
        root = parsed(data)
        taken = {each.attributes.get("Id", "") for each in root.children}
        name = next(each for number in count(1) if (each := f"rId{number}") not in taken)
        space = _STRICT_RELATIONS_KIND if self.is_strict else _RELATIONS_KIND
        element = b'<%sRelationship Id="%s" Type="%s" Target="/%s"/>' % (
            root.prefix.encode(), name.encode(), (space + kind).encode(), escaped(target, quote=True),
        )  # fmt: skip
        self.edit(file, append_child(data, root, element))
        return name

    @property
    def space(self) -> str:
        """The namespace of SpreadsheetML in this workbook."""
        prefix = self.workbook.prefix[:-1]
        return self.workbook.attributes.get(f"xmlns:{prefix}" if prefix else "xmlns", "")

    @property
    def relations_space(self) -> str:
        """The namespace of `r:id`."""
        return (_STRICT_RELATIONS_KIND if self.is_strict else _RELATIONS_KIND)[:-1]

    # ------------------------------------------------------------ the workbook

    def sheet(self, name: str) -> SheetPart | None:
        """The sheet of that name, its case aside where no other has it."""
        found = [sheet for sheet in self.sheets if sheet.name.casefold() == name.casefold()]
        return next((sheet for sheet in found if sheet.name == name), found[0] if found else None)

    def part_of(self, kind: str) -> str | None:
        """The one part of the workbook of that kind: `styles`, `sharedStrings`."""
        return next((each.target for each in self.relations(self.workbook_part) if each.kind == kind), None)

    @property
    def is_1904(self) -> bool:
        """Days count from 1904."""
        properties = self.workbook.first("workbookPr")
        return properties is not None and properties.attributes.get("date1904", "0") in ("1", "true")

    @property
    def has_macros(self) -> bool:
        return self.part_of("vbaProject") is not None

    def names(self) -> list[Element]:
        """The elements of the defined names."""
        element = self.workbook.first("definedNames")
        return element.all("definedName") if element else []

    def calculate_on_load(self) -> None:
        """Every formula is calculated anew when the workbook is opened."""
        data = self.read(self.workbook_part)
        element = self.workbook.first("calcPr")
        if element is None:
            new = b'<%scalcPr fullCalcOnLoad="1"/>' % self.workbook.prefix.encode()
            self.edit(self.workbook_part, in_order(self.workbook, WORKBOOK_ORDER, "calcPr", new, data))
        elif element.attributes.get("fullCalcOnLoad") not in ("1", "true"):
            self.edit(self.workbook_part, set_attribute(data, element, "fullCalcOnLoad", "1"))

    def add_sheet(self, name: str, content: bytes) -> SheetPart:
        """A worksheet after the others."""
        base = posixpath.dirname(self.workbook_part)
        part = self.free_part(posixpath.join(base, "worksheets/sheet{}.xml"))
        self.add(part, "worksheet", content)
        relation = self.relate(self.workbook_part, "worksheet", part)
        sheets = self.workbook.first("sheets")
        if sheets is None:
            raise BadPackage("a workbook without sheets")
        numbers = [int(each.attributes.get("sheetId", "0")) for each in sheets.children]
        element = b'<%ssheet xmlns:r="%s" name="%s" sheetId="%d" r:id="%s"/>' % (
            sheets.prefix.encode(), self.relations_space.encode(), escaped(name, quote=True),
            max(numbers, default=0) + 1, relation.encode(),
        )  # fmt: skip
        self.edit(self.workbook_part, append_child(self.read(self.workbook_part), sheets, element))
        made = SheetPart(name, part, "worksheet", len(self.sheets))
        self.sheets = (*self.sheets, made)
        return made

    # ------------------------------------------------------------

    def _sheets(self) -> Iterator[SheetPart]:
        targets = {each.id: each for each in self.relations(self.workbook_part)}
        sheets = self.workbook.first("sheets")
        for index, element in enumerate(sheets.all("sheet") if sheets else ()):
            relation = targets.get(element.relation())
            if relation is not None:
                yield SheetPart(element.attributes.get("name", ""), relation.target, relation.kind, index)

    def _refuse_signed(self) -> None:
        if any("digital-signature" in each.kind or each.kind == "origin" for each in self.relations("")):
            raise BadPackage("it is signed", signed)

    def _refuse_binary(self) -> None:
        if self.workbook_part.casefold().endswith(".bin"):
            raise BadPackage("it is binary", binary)


WORKBOOK_ORDER = (
    "fileVersion", "fileSharing", "workbookPr", "workbookProtection", "bookViews", "sheets", "functionGroups",
    "externalReferences", "definedNames", "calcPr", "oleSize", "customWorkbookViews", "pivotCaches",
    "smartTagPr", "smartTagTypes", "webPublishing", "fileRecoveryPr", "webPublishObjects", "extLst",
)  # fmt: skip


def in_order(
    parent: Element, order: tuple[str, ...], local: str, content: bytes, data: bytes
) -> tuple[int, int, bytes]:
    """The edit that puts `content`, an element `local`, among the children of `parent` where the schema wants it."""
    place = order.index(local)
    before = [each for each in parent.children if each.local in order and order.index(each.local) <= place]
    if before:
        return before[-1].end, before[-1].end, content
    if parent.is_empty_tag:
        return append_child(data, parent, content)
    return parent.inner, parent.inner, content


def relations_of(part: str) -> str:
    """The part that holds the relations of `part`."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _resolved(base: str, target: str) -> str:
    """The name of the part `target`, as told in a part in `base`."""
    return posixpath.normpath(posixpath.join("/" + base, unquote(target.replace("\\", "/")))).lstrip("/")
