"""What stands around the rows of a sheet: its columns' widths, its size, and a new sheet's first look.

An existing sheet keeps the look its user gave it; only columns without a width get one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ocrwatch.ledger.layout import Column, Part
from ocrwatch.ledger.markup import Edit, Element, append_child, escaped, parsed, set_attribute, spliced
from ocrwatch.ledger.package import Package, in_order
from ocrwatch.ledger.references import MAX_ROWS, Area, area, column_letters
from ocrwatch.ledger.styles import Format, Styles

HEADER_HEIGHT_POINTS = 24

_ORDER = (
    "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr", "sheetProtection",
    "protectedRanges", "scenarios", "autoFilter", "sortState", "dataConsolidate", "customSheetViews", "mergeCells",
    "phoneticPr", "conditionalFormatting", "dataValidations", "hyperlinks", "printOptions", "pageMargins", "pageSetup",
    "headerFooter", "rowBreaks", "colBreaks", "customProperties", "cellWatches", "ignoredErrors", "smartTags",
    "drawing", "legacyDrawing", "legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls",
    "webPublishItems", "tableParts", "extLst",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Surroundings:
    """`head` reaches to the end of `<sheetData>`, `close` begins with `</sheetData>`."""

    head: bytes
    close: bytes

    @property
    def root(self) -> Element:
        """The sheet without its rows; the places are those in `head + close`."""
        return parsed(self.head + self.close)

    def edited(self, edits: Sequence[Edit]) -> Surroundings:
        """Both with the edits made, which count places in `head + close`."""
        begun = len(self.head)
        above = [edit for edit in edits if edit[0] < begun]
        below = [(start - begun, end - begun, content) for start, end, content in edits if start >= begun]
        return Surroundings(spliced(self.head, above), spliced(self.close, below))

    # ------------------------------------------------------------ what stands there

    @property
    def above(self) -> Element:
        """The sheet with neither rows nor what stands below them: that may be large, this is not."""
        prefix = _prefix_of(self.head)
        return parsed(self.head + b"</%ssheetData></%sworksheet>" % (prefix, prefix))

    def is_protected(self) -> bool:
        element = self.root.first("sheetProtection")
        return element is not None and element.attributes.get("sheet", "0") in ("1", "true")

    def merged(self) -> tuple[Area, ...]:
        """The merged cells."""
        return _merged(self.close)

    def columns(self) -> list[ColumnRange]:
        """What is told of columns."""
        return [
            ColumnRange(
                int(each.attributes["min"]),
                int(each.attributes["max"]),
                float(each.attributes["width"]) if "width" in each.attributes else None,
                int(each.attributes.get("style", "0")),
            )
            for holder in self.above.all("cols")
            for each in holder.children
        ]

    # ------------------------------------------------------------ changes

    def with_dimension(self, size: Area) -> Surroundings:
        """With the range of all cells told, which programs that read row by row rely on."""
        root = self.above
        element = root.first("dimension")
        if element is not None:
            return Surroundings(spliced(self.head, [set_attribute(self.head, element, "ref", str(size))]), self.close)
        new = b'<%sdimension ref="%s"/>' % (root.prefix.encode(), str(size).encode())
        return self.edited([self._put(root, "dimension", new)])

    def with_widths(self, widths: Mapping[int, float]) -> Surroundings:
        """With widths for those of the columns that have none: no column may be described twice."""
        known = self.columns()
        missing = {place: width for place, width in widths.items() if not any(each.holds(place) for each in known)}
        if not missing:
            return self
        root = self.above
        prefix = root.prefix.encode()
        new = {
            place: b'<%scol min="%d" max="%d" width="%s" customWidth="1"/>'
            % (prefix, place, place, format(width, "g").encode())
            for place, width in sorted(missing.items())
        }
        holder = root.first("cols")
        if holder is None:
            content = b"<%scols>%s</%scols>" % (prefix, b"".join(new.values()), prefix)
            return self.edited([self._put(root, "cols", content)])
        edits: list[Edit] = []
        for place, content in new.items():
            later = [each for each in holder.children if int(each.attributes["min"]) > place]
            where = later[0].start if later else holder.inner_end
            edits.append((where, where, content))
        return self.edited(edits)

    def with_hidden(self, places: Sequence[int]) -> Surroundings:
        """With columns hidden; what is told of several columns at once is told apart."""
        changed = self
        for place in places:
            holder = changed.above.first("cols")
            told = [each for each in holder.children if _holds(each, place)] if holder is not None else []
            if told:
                changed = changed.edited([_split(changed.head, told[0], place)])
        return changed

    def with_table(self, relation: str, space: str) -> Surroundings:
        """With a table of the sheet, by the relation to its part."""
        root = self.root
        prefix = root.prefix.encode()
        part = b'<%stablePart xmlns:r="%s" r:id="%s"/>' % (prefix, space.encode(), relation.encode())
        holder = root.first("tableParts")
        if holder is None:
            new = b'<%stableParts count="1">%s</%stableParts>' % (prefix, part, prefix)
            return self.edited([self._put(root, "tableParts", new)])
        data = self.head + self.close
        count = str(len(holder.children) + 1)
        return self.edited([set_attribute(data, holder, "count", count), append_child(data, holder, part)])

    def with_look(self, *, has_views: bool) -> Surroundings:
        """A new sheet's look: the header stays in view, one page wide."""
        root = self.root
        p = root.prefix.encode()
        pane = b'<%spane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>' % p
        edits: list[Edit] = []
        if root.first("sheetPr") is None:
            fitted = b'<%ssheetPr><%spageSetUpPr fitToPage="1"/></%ssheetPr>' % (p, p, p)
            edits.append(self._put(root, "sheetPr", fitted))
        if root.first("pageSetup") is None:
            setup = b'<%spageSetup orientation="landscape" fitToWidth="1" fitToHeight="0"/>' % p
            edits.append(self._put(root, "pageSetup", setup))
        views = root.first("sheetViews")
        if views is None and has_views:
            view = b'<%ssheetViews><%ssheetView workbookViewId="0">%s</%ssheetView></%ssheetViews>' % (p, p, pane, p, p)
            edits.append(self._put(root, "sheetViews", view))
        elif views is not None and views.children and views.children[0].first("pane") is None:
            edits.append(self._first_child(views.children[0], pane))
        return self.edited(edits)

    def with_marks(self, check: int, amber: int) -> Surroundings:
        """With a rule that marks what is not empty in the column `check`."""
        root = self.root
        p = root.prefix.encode()
        letters = column_letters(check).encode()
        priorities = [int(each.attributes.get("priority", "0")) for each in root.walk() if each.local == "cfRule"]
        rule = (
            b'<%sconditionalFormatting sqref="%s2:%s%d"><%scfRule type="expression" dxfId="%d" priority="%d">'
            b"<%sformula>LEN(TRIM(%s2))&gt;0</%sformula></%scfRule></%sconditionalFormatting>"
            % (p, letters, letters, MAX_ROWS, p, amber, max(priorities, default=0) + 1, p, letters, p, p, p)
        )
        return self.edited([self._put(root, "conditionalFormatting", rule)])

    def _put(self, root: Element, local: str, content: bytes) -> Edit:
        return in_order(root, _ORDER, local, content, self.head + self.close)

    def _first_child(self, parent: Element, content: bytes) -> Edit:
        if parent.is_empty_tag:
            return append_child(self.head + self.close, parent, content)
        return parent.inner, parent.inner, content


@dataclass(frozen=True, slots=True)
class ColumnRange:
    """What a `col` tells of the columns from `left` to `right`."""

    left: int
    right: int
    width: float | None
    style: int

    def holds(self, place: int) -> bool:
        return self.left <= place <= self.right


def _holds(column: Element, place: int) -> bool:
    return int(column.attributes["min"]) <= place <= int(column.attributes["max"])


def _split(head: bytes, column: Element, place: int) -> Edit:
    """`column` in up to three pieces, the one of `place` hidden."""
    first, last = int(column.attributes["min"]), int(column.attributes["max"])
    names = (name for name in column.attributes if name not in ("min", "max", "hidden"))
    others = b"".join(b' %s="%s"' % (name.encode(), escaped(column.attributes[name], quote=True)) for name in names)
    tag = b"<%scol" % column.prefix.encode()
    pieces = [
        b'%s min="%d" max="%d"%s%s/>' % (tag, left, right, hides, others)
        for left, right, hides in (
            (first, place - 1, b""), (place, place, b' hidden="1"'), (place + 1, last, b""),
        )
        if left <= right
    ]  # fmt: skip
    return column.start, column.end, b"".join(pieces)


def _prefix_of(head: bytes) -> bytes:
    """The prefix of the sheet's own elements, with its colon; `head` ends with the tag of `sheetData`."""
    tag = head[head.rindex(b"<") + 1 :]
    return tag[: tag.index(b"sheetData")]


@lru_cache(maxsize=8)
def _merged(close: bytes) -> tuple[Area, ...]:
    """The merged cells; remembered, since what stands below the rows seldom changes and may be large."""
    prefix = close[2 : close.index(b"sheetData")]
    root = parsed(b"<%sworksheet><%ssheetData>" % (prefix, prefix) + close)
    holder = root.first("mergeCells")
    found = (area(each.attributes.get("ref", "")) for each in (holder.children if holder else ()))
    return tuple(each for each in found if each is not None)


def heading_format(styles: Styles, column: Column) -> int:
    """The format of the header cell of one of our columns."""
    color = "FF1F4E78" if column.part is Part.FIELD else "FF5B6B7B"
    fill = f'<fill><patternFill patternType="solid"><fgColor rgb="{color}"/></patternFill></fill>'
    line = '<border><left/><right/><top/><bottom style="medium"><color rgb="FFBDD7EE"/></bottom><diagonal/></border>'
    return styles.number(
        Format(
            font=styles.font(styles.format(0).font, color="FFFFFFFF", bold=True),
            fill=styles.part("fills", fill),
            border=styles.part("borders", line),
            alignment=(("vertical", "center"), ("wrapText", "1")),
        )
    )


def amber_format(styles: Styles) -> int:
    """The number of the differential format that marks remarks."""
    fill = '<fill><patternFill><bgColor rgb="FFFFE699"/></patternFill></fill>'
    return styles.part("dxfs", f'<dxf><font><color rgb="FF7F6000"/></font>{fill}</dxf>')


def set_print_titles(package: Package, sheet: str, index: int) -> None:
    """The header is printed on every page; not where the user says what is printed there."""
    _set_print_name(package, sheet, index, "_xlnm.Print_Titles", "$1:$1")


def keep_print_area(package: Package, sheet: str, index: int, area: Area) -> None:
    """A form is printed as it was, without what is added at its right; not where the user says what is printed."""
    right = column_letters(area.right)
    _set_print_name(package, sheet, index, "_xlnm.Print_Area", f"$A${area.top}:${right}${area.bottom}")


def _set_print_name(package: Package, sheet: str, index: int, name: str, place: str) -> None:
    local = str(index)
    known = {(each.attributes.get("name"), each.attributes.get("localSheetId")) for each in package.names()}
    if (name, local) in known:
        return
    root = package.workbook
    data = package.read(package.workbook_part)
    quoted = escaped("'" + sheet.replace("'", "''") + f"'!{place}")
    p = root.prefix.encode()
    element = b'<%sdefinedName name="%s" localSheetId="%s">%s</%sdefinedName>' % (
        p, name.encode(), local.encode(), quoted, p,
    )  # fmt: skip
    holder = root.first("definedNames")
    if holder is not None:
        package.edit(package.workbook_part, append_child(data, holder, element))
    else:
        from ocrwatch.ledger.package import WORKBOOK_ORDER

        new = b"<%sdefinedNames>%s</%sdefinedNames>" % (p, element, p)
        package.edit(package.workbook_part, in_order(root, WORKBOOK_ORDER, "definedNames", new, data))
