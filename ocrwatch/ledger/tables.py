"""Excel tables: their ranges, columns and formulas, and how they grow.

ref                the header, the rows of data, and the totals row when there is one
autoFilter ref     the header and the rows of data
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from ocrwatch.ledger.markup import Edit, Element, append_child, escaped, parsed, set_attribute, spliced
from ocrwatch.ledger.package import Package, SheetPart
from ocrwatch.ledger.references import Area, area


@dataclass(frozen=True, slots=True, kw_only=True)
class TablePart:
    """A table; `names` are those by which formulas call it. `totals_rows` is 0 or 1."""

    part: str
    names: tuple[str, ...]
    ref: Area
    totals_rows: int
    has_header: bool
    formulas: tuple[str, ...]
    """The formula of every calculated column, in their order from the left; "" for the others."""

    @property
    def data_bottom(self) -> int:
        """The last row before the totals."""
        return self.ref.bottom - self.totals_rows


def tables_of(package: Package, sheet: SheetPart) -> Iterator[TablePart]:
    """The tables on `sheet`."""
    for relation in package.relations(sheet.part):
        if relation.kind == "table":
            yield from filter(None, (_table(relation.target, parsed(package.read(relation.target))),))


def _table(part: str, root: Element) -> TablePart | None:
    where = area(root.attributes.get("ref", ""))
    if where is None:
        return None
    return TablePart(
        part=part,
        names=tuple(filter(None, (root.attributes.get("displayName"), root.attributes.get("name")))),
        ref=where,
        totals_rows=int(root.attributes.get("totalsRowCount", "0")),
        has_header=root.attributes.get("headerRowCount", "1") != "0",
        formulas=tuple(map(_formula, _columns(root))),
    )


def _formula(column: Element) -> str:
    element = column.first("calculatedColumnFormula")
    if element is None or element.attributes.get("array", "0") not in ("0", "false"):
        return ""
    return element.text.strip().removeprefix("=")


def _columns(root: Element) -> list[Element]:
    holder = root.first("tableColumns")
    return holder.all("tableColumn") if holder else []


def grown_table(data: bytes, ref: Area, totals_rows: int, further: Sequence[str] = ()) -> bytes:
    """The table's part with the range `ref`, and `further` columns at its right."""
    root = parsed(data)
    edits: list[Edit] = []
    if root.attributes.get("ref") != str(ref):
        edits.append(set_attribute(data, root, "ref", str(ref)))
    auto_filter = root.first("autoFilter")
    filtered = ref.grown(ref.bottom - totals_rows)
    if auto_filter is not None and auto_filter.attributes.get("ref") != str(filtered):
        edits.append(set_attribute(data, auto_filter, "ref", str(filtered)))
    holder = root.first("tableColumns")
    if further and holder is not None:
        columns = _columns(root)
        number = 1 + max((int(each.attributes.get("id", "0")) for each in columns), default=0)
        new = b"".join(
            b'<%stableColumn id="%d" name="%s"/>' % (holder.prefix.encode(), index, escaped(name, quote=True))
            for index, name in enumerate(further, number)
        )
        edits.append(set_attribute(data, holder, "count", str(len(columns) + len(further))))
        edits.append(append_child(data, holder, new))
    return spliced(data, edits)


def new_table(package: Package, ref: Area, headers: Sequence[str]) -> str:
    """Add a part for a table over `ref`; its name."""
    name, number = _free_name(package)
    part = package.free_part("xl/tables/table{}.xml")
    columns = "".join(
        f'<tableColumn id="{index}" name="{escaped(header, quote=True).decode()}"/>'
        for index, header in enumerate(headers, 1)
    )
    space = package.space
    package.add(
        part,
        "table",
        (
            f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<table xmlns="{space}" id="{number}" '
            f'name="{name}" displayName="{name}" ref="{ref}" totalsRowShown="0"><autoFilter ref="{ref}"/>'
            f'<tableColumns count="{len(headers)}">{columns}</tableColumns><tableStyleInfo name="TableStyleLight9" '
            'showFirstColumn="0" showLastColumn="0" showRowStripes="1" showColumnStripes="0"/></table>'
        ).encode(),
    )
    return part


def _free_name(package: Package) -> tuple[str, int]:
    """A name that no table and no range of the workbook has, and a number that no table has."""
    taken = {element.attributes.get("name", "").casefold() for element in package.names()}
    numbers = {0}
    for part in package.parts_of_type("table+xml"):
        root = parsed(package.read(part))
        taken |= {root.attributes.get(each, "").casefold() for each in ("name", "displayName")}
        numbers.add(int(root.attributes.get("id", "0")))
    name = next(each for number in count(1) if (each := f"Scans_{number}").casefold() not in taken)
    return name, max(numbers) + 1
