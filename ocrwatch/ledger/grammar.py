"""The rows and cells of a worksheet's XML, found in its bytes.

    <row r="2"> <c r="A2" s="1" t="s"> <v>7</v> </c> … </row>

The XML of the cells is by far the largest of a workbook, so it is not parsed as a whole: the few tags that matter are
found by patterns. Two things make that safe: what could hold text that looks like a tag (comments, CDATA, processing
instructions) is blanked out in a copy that the patterns look at, its bytes as many as before; and the tags are looked
for with the very prefix that the root element has.

Rows and cells need not tell their number or place (`r`): without, they follow the one before.

Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from ocrwatch.ledger.markup import parsed, unescaped
from ocrwatch.ledger.references import column_letters, column_number
from ocrwatch.ledger.refusals import BadPackage

_ATTRIBUTES = rb"""(\s[^>"']*(?:"[^"]*"[^>"']*|'[^']*'[^>"']*)*)?/?>"""
"""To the end of a tag. What is caught may end with the `/` of a tag that is all of its element."""

_HIDING = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>", re.DOTALL)
_HIDING_BEGUN = re.compile(rb"<[!?]|<\Z")
_OTHERS = rb"""(?:\s+[^\s=]+\s*=\s*(?:"[^"]*"|'[^']*'))*?\s+"""
"""Attributes before the one that is looked for: what stands in a value is none."""

_NUMBER, _PLACE, _TYPE, _STYLE = (
    re.compile(_OTHERS + name + rb"""\s*=\s*["'](""" + value + rb""")["']""")
    for name, value in ((b"r", rb"\d+"), (b"r", rb"[A-Za-z]+\d+"), (b"t", rb"\w+"), (b"s", rb"\d+"))
)


def shadow_of(data: bytes) -> tuple[bytes, int]:
    """`data` with what may hide tags blanked out, and up to where it is sure: something may begin at its end."""
    if (b"!" not in data or b"<!" not in data) and (b"?" not in data or b"<?" not in data):
        return data, len(data) - data.endswith(b"<")
    shadow = _HIDING.sub(lambda match: b" " * len(match[0]), data)
    begun = _HIDING_BEGUN.search(shadow)
    return shadow, begun.start() if begun else len(shadow)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell within the bytes of its row: `start` … `inner` its tag, to `inner_end` its content, to `end`."""

    column: int
    start: int
    inner: int
    inner_end: int
    end: int
    attributes: bytes
    content: bytes

    @property
    def kind(self) -> str:
        """The type of its value: `n` where none is told."""
        match = _TYPE.match(self.attributes)
        return match[1].decode() if match else "n"

    @property
    def style(self) -> int:
        match = _STYLE.match(self.attributes)
        return int(match[1]) if match else 0

    @property
    def has_place(self) -> bool:
        return _PLACE.match(self.attributes) is not None


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row as its bytes."""

    number: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula of a cell. `kind` is "", "shared", "array" or "dataTable"; `group` numbers the shared ones."""

    text: str
    kind: str
    ref: str
    group: str


class Grammar:
    """The patterns for one prefix (with its colon, or empty)."""

    def __init__(self, prefix: bytes) -> None:
        self.prefix = prefix
        self.row_begins = b"<" + prefix + b"row"
        name = re.escape(prefix)
        self.data_begins, self.row, self.cell = (
            re.compile(b"<" + name + tag + _ATTRIBUTES) for tag in (b"sheetData", b"row", b"c")
        )
        self.data_ends, self.row_end, self.cell_end = (
            re.compile(b"</" + name + tag + rb"\s*>") for tag in (b"sheetData", b"row", b"c")
        )
        self.value, self.formula, self.text = (
            re.compile(b"<" + name + tag + _ATTRIBUTES + b"(?:(?<=/>)|(.*?)</" + name + tag + rb"\s*>)", re.DOTALL)
            for tag in (b"v", b"f", b"t")
        )
        self.plain_item, self.text_ends = b"<%ssi><%st" % (prefix, prefix), b"</%st>" % prefix
        self.unplain = re.compile(rb'<%s(?:c(?! r="[A-Z])|row(?! r="\d))' % name)
        self.phonetic = re.compile(rb"<%srPh[\s>].*?</%srPh\s*>" % (name, name), re.DOTALL)
        self.value_begins, self.formula_begins, self.text_begins = (b"<" + prefix + tag for tag in (b"v", b"f", b"is"))

    # ------------------------------------------------------------ rows

    def rows_at(self, data: bytes, shadow: bytes, before: int) -> Iterator[tuple[int, SheetRow]]:
        """The rows that `data` consists of, each with the place where it begins; `shadow` is that of `data`.

        The row before them has the number `before`.
        """
        place = 0
        while (match := self.row.search(shadow, place)) is not None:
            place = match.end()
            if not ends_itself(match):
                ending = self.row_end.search(shadow, place)
                if ending is None:
                    raise BadPackage("a row has no end")
                place = ending.end()
            before = row_number(match[1] or b"", before)
            yield match.start(), SheetRow(before, data[match.start() : place])

    def cells(self, row: SheetRow) -> list[Cell]:
        """All cells of `row`."""
        shadow, _ = shadow_of(row.data)
        found: list[Cell] = []
        place, column = 0, 0
        while (match := self.cell.search(shadow, place)) is not None:
            inner = inner_end = place = match.end()
            if not ends_itself(match):
                ending = self.cell_end.search(shadow, place)
                if ending is None:
                    raise BadPackage("a cell has no end")
                inner_end, place = ending.span()
            attributes = match[1] or b""
            told = _PLACE.match(attributes)
            column = column_number(told[1].rstrip(b"0123456789").decode().upper()) if told else column + 1
            content = row.data[inner:inner_end]
            found.append(Cell(column, match.start(), inner, inner_end, place, attributes, content))
        return found

    def tag_end(self, row: SheetRow) -> tuple[int, bool]:
        """Where the row's start tag ends, and whether it is all there is."""
        match = self.row.search(row.data)
        if match is None:
            raise BadPackage("a row has no tag")
        return match.end(), ends_itself(match)

    # ------------------------------------------------------------ what stands in a cell

    def has_content(self, cell: Cell) -> bool:
        """Whether the cell is more than a format."""
        if self.formula_begins in cell.content or self.text_begins in cell.content:
            return True
        value = self.value.search(cell.content)
        return value is not None and bool(value[2])

    def raw_value(self, cell: Cell) -> str:
        """What stands in `<v>`, or in a text of the cell's own."""
        if b"<!" in cell.content:
            return self._parsed_value(cell)
        if cell.kind == "inlineStr":
            pieces = self.text.finditer(self.phonetic.sub(b"", cell.content))
            return unescaped(b"".join(piece[2] or b"" for piece in pieces))
        value = self.value.search(cell.content)
        return unescaped(value[2] or b"") if value else ""

    def formula_of(self, cell: Cell) -> Formula | None:
        if self.formula_begins not in cell.content:
            return None
        match = self.formula.search(cell.content)
        if match is None:
            return None
        attributes = match[1] or b""
        text = match[2] or b""
        shown = parsed(b"<f>" + text + b"</f>").text if b"<!" in text else unescaped(text)
        told = {name: _attribute(attributes, name) for name in ("t", "ref", "si")}
        kind = "" if told["t"] == "normal" else told["t"]
        return Formula(shown, kind, told["ref"], told["si"])

    def _parsed_value(self, cell: Cell) -> str:
        wanted = "t" if cell.kind == "inlineStr" else "v"
        return "".join(each.text for each in parsed(b"<c>" + cell.content + b"</c>").walk() if each.local == wanted)

    def with_place(self, row: SheetRow, cell: Cell) -> bytes:
        """The cell's bytes, its place told."""
        data = row.data[cell.start : cell.end]
        if cell.has_place:
            return data
        begun = len(self.cell_begins)
        return data[:begun] + b' r="%s%d"' % (column_letters(cell.column).encode(), row.number) + data[begun:]

    @property
    def cell_begins(self) -> bytes:
        return b"<" + self.prefix + b"c"

    def is_plain(self, data: bytes) -> bool:
        """Every row and cell tells its place first of all, as nearly all programs write them."""
        return self.unplain.search(data) is None


def ends_itself(tag: re.Match[bytes]) -> bool:
    """Whether the tag is all there is of its element."""
    return tag.string[tag.end() - 2] == 0x2F


def row_number(attributes: bytes, before: int) -> int:
    told = _NUMBER.match(attributes)
    return int(told[1]) if told else before + 1


@lru_cache(maxsize=16)
def grammar_of(prefix: str) -> Grammar:
    return Grammar(prefix.encode())


def _attribute(attributes: bytes, name: str) -> str:
    match = re.match(_OTHERS + name.encode() + rb"""\s*=\s*(?:"([^"]*)"|'([^']*)')""", attributes)
    return unescaped(match[1] or match[2] or b"") if match else ""
