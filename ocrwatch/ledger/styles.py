"""The formats of cells: what a new cell looks like, and the entries of `styles.xml` that this needs.

Rules
  1. Entries are only ever added at the ends of their lists: the numbers that cells of the user's refer to stay.
  2. A new cell takes after what is there (a prepared cell, the rows above it, the column), changed as little as its
     value needs: its number format, its side, the colour of a link.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ocrwatch.ledger.formats import DATE_FORMAT, MINUTE_FORMAT, SECOND_FORMAT, TEXT_FORMAT, Entry
from ocrwatch.ledger.markup import Element, append_child, escaped, parsed, set_attribute, spliced

_MOST_FORMATS = 65_000
"""Excel allows 65 490 a workbook."""

_FIRST_CUSTOM_FORMAT = 164
_BUILT_IN = {0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 49: "@"}
_BUILT_IN_DATES = frozenset({*range(14, 23), *range(27, 37), 45, 46, 47, *range(50, 59)})
_OWN_DATES = frozenset({DATE_FORMAT, MINUTE_FORMAT, SECOND_FORMAT})
_OWN_AMOUNT = re.compile(r'(?:"[^"]*")?#,##0(?:\.0+)?')
_LINK_COLOR = "FF0563C1"

MINIMAL = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<styleSheet xmlns="{space}"><fonts count="1"><font>'
    '<sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts><fills count="2"><fill><patternFill '
    'patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border>'
    '<left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" '
    'fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" '
    'xfId="0"/></cellXfs></styleSheet>'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """An entry of `cellXfs`. The numbers are those of other lists."""

    number_format: int = 0
    font: int = 0
    fill: int = 0
    border: int = 0
    parent: int = 0
    quoted: bool = False
    alignment: tuple[tuple[str, str], ...] = ()
    protection: tuple[tuple[str, str], ...] = ()

    @property
    def look(self) -> tuple[object, ...]:
        """What a person sees apart from the value."""
        return self.font, self.fill, self.border, self.protection


class Styles:
    """The part `styles.xml` in `data`, and what is added to it. Raises `BadPackage`."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._root = parsed(data)
        self._lists = {local: self._root.first(local) for local in _ORDER}
        self._added: dict[str, list[bytes]] = {local: [] for local in _ORDER}
        holder = self._lists["cellXfs"]
        self._formats = [_format(each) for each in holder.all("xf")] if holder else []
        self._by_format = {each: place for place, each in reversed(list(enumerate(self._formats)))}
        holder = self._lists["numFmts"]
        self._codes = {
            int(each.attributes["numFmtId"]): each.attributes.get("formatCode", "")
            for each in (holder.all("numFmt") if holder else ())
        }
        self._made: dict[tuple[str, bytes], int] = {}
        self._links: dict[int, int] = {}
        self._for_entries: dict[tuple[int, str, bool, bool, bool, bool], int] = {}

    @property
    def is_changed(self) -> bool:
        return any(self._added.values())

    def content(self) -> bytes:
        """The part with all that was added."""
        edits = []
        prefix = self._root.prefix
        for local, added in self._added.items():
            if not added:
                continue
            holder = self._lists[local]
            if holder is None:
                new = b'<%s%s count="%d">%s</%s%s>' % (
                    prefix.encode(), local.encode(), len(added), b"".join(added), prefix.encode(), local.encode(),
                )  # fmt: skip
                before = [each for each in self._root.children if each.local in _ORDER]
                before = [each for each in before if _ORDER.index(each.local) < _ORDER.index(local)]
                place = before[-1].end if before else self._root.inner
                edits.append((place, place, new))
            else:
                count = len(holder.children) + len(added)
                edits.append(set_attribute(self._data, holder, "count", str(count)))
                edits.append(append_child(self._data, holder, b"".join(added)))
        return spliced(self._data, edits)

    @property
    def formats(self) -> Sequence[Format]:
        """All, by the numbers that cells call them."""
        return self._formats

    def format(self, number: int) -> Format:
        """The format that cells call `number`."""
        return self._formats[number] if number < len(self._formats) else Format()

    def has_lines(self, number: int) -> bool:
        """Whether the format draws border lines."""
        holder, border = self._lists["borders"], self.format(number).border
        sides = holder.children[border].children if holder and border < len(holder.children) else ()
        return any(side.attributes.get("style", "none") != "none" for side in sides)

    def number(self, wanted: Format) -> int:
        """The number of `wanted`, which is added when it is missing."""
        found = self._by_format.get(wanted)
        if found is None:
            if len(self._formats) >= _MOST_FORMATS:
                return 0
            found = len(self._formats)
            self._formats.append(wanted)
            self._by_format[wanted] = found
            self._added["cellXfs"].append(self._own(_format_xml(wanted)))
        return found

    def code(self, wanted: Format) -> str:
        """The number format of `wanted`."""
        if wanted.number_format in _BUILT_IN_DATES:
            return "yyyy/m/d"
        return self._codes.get(wanted.number_format) or _BUILT_IN.get(wanted.number_format, "General")

    def number_format(self, code: str) -> int:
        """The number of the number format `code`."""
        known = {value: key for key, value in (*self._codes.items(), *_BUILT_IN.items())}
        if code not in known:
            known[code] = max((*self._codes, _FIRST_CUSTOM_FORMAT - 1)) + 1
            self._codes[known[code]] = code
            new = f'<numFmt numFmtId="{known[code]}" formatCode="{escaped(code, quote=True).decode()}"/>'
            self._added["numFmts"].append(self._own(new))
        return known[code]

    def part(self, local: str, content: str) -> int:
        """The number of the font, fill or border `content` in its list `local`."""
        new = self._own(content)
        if (local, new) not in self._made:
            holder = self._lists[local]
            self._made[local, new] = len(holder.children if holder else ()) + len(self._added[local])
            self._added[local].append(new)
        return self._made[local, new]

    def font(self, like: int, *, color: str, bold: bool = False, underlined: bool = False) -> int:
        """The number of a font like the font `like`, in another colour."""
        holder = self._lists["fonts"]
        element = holder.children[like] if holder and like < len(holder.children) else None
        kept: dict[str, str] = {}
        for each in element.children if element else ():
            if each.local not in ("color", "b", "u"):
                value = "".join(f' {n}="{escaped(v, quote=True).decode()}"' for n, v in each.attributes.items())
                kept[each.local] = f"<{each.local}{value}/>"
        kept["color"] = f'<color rgb="{color}"/>'
        if bold:
            kept["b"] = "<b/>"
        if underlined:
            kept["u"] = "<u/>"
        return self.part("fonts", f"<font>{''.join(kept[local] for local in _FONT_ORDER if local in kept)}</font>")

    # ------------------------------------------------------------ a new cell's format

    def for_entry(self, base: int, entry: Entry, *, wraps: bool) -> int:
        """The number of the format for a cell with `entry` where the format `base` is usual."""
        if entry.value is None:
            return base
        key = (base, entry.number_format, entry.quoted, entry.formula, entry.right, wraps)
        if key not in self._for_entries:
            self._for_entries[key] = self._number_for(base, entry, wraps=wraps)
        return self._for_entries[key]

    def _number_for(self, base: int, entry: Entry, *, wraps: bool) -> int:
        usual = self.format(base)
        found = replace(usual, quoted=entry.quoted)
        if (code := self._code_for(self.code(usual), entry)) is not None:
            found = replace(found, number_format=self.number_format(code))
        if entry.formula and usual.font == 0:
            found = replace(found, font=self._link_font(usual.font))
        if _is_ours(usual.alignment):
            found = replace(found, alignment=_alignment(entry, wraps=wraps))
        return self.number(found)

    def _link_font(self, like: int) -> int:
        if like not in self._links:
            self._links[like] = self.font(like, color=_LINK_COLOR, underlined=True)
        return self._links[like]

    def _code_for(self, usual: str, entry: Entry) -> str | None:
        """The number format `entry` needs where `usual` is the usual one; None: that one."""
        wanted = entry.number_format
        if wanted == "General" or wanted == usual:
            return None
        is_date = re.search("[ymdhs]", re.sub(r'"[^"]*"|\[[^\]]*\]|\\.|General', "", usual), re.IGNORECASE)
        if wanted in _OWN_DATES:
            return wanted if is_date is None or usual in _OWN_DATES else None
        if wanted == "0" and not is_date and usual not in ("General", TEXT_FORMAT) and not _OWN_AMOUNT.fullmatch(usual):
            return None
        return wanted

    def _own(self, content: str) -> bytes:
        """`content` with the part's prefix."""
        prefix = self._root.prefix
        return (re.sub(r"<(/?)(?=\w)", rf"<\1{prefix}", content) if prefix else content).encode()


_ORDER = ("numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs")
_FONT_ORDER = (
    "b", "i", "strike", "condense", "extend", "outline", "shadow", "u", "vertAlign", "sz", "color", "name", "family",
    "charset", "scheme",
)  # fmt: skip
_FLAGS = ("1", "true")


def _format(element: Element) -> Format:
    numbers = {name: int(element.attributes.get(name, "0")) for name in _NUMBERS}
    children = {each.local: tuple(sorted(each.attributes.items())) for each in element.children}
    return Format(
        number_format=numbers["numFmtId"], font=numbers["fontId"], fill=numbers["fillId"], border=numbers["borderId"],
        parent=numbers["xfId"], quoted=element.attributes.get("quotePrefix") in _FLAGS,
        alignment=children.get("alignment", ()), protection=children.get("protection", ()),
    )  # fmt: skip


_NUMBERS = ("numFmtId", "fontId", "fillId", "borderId", "xfId")


def _format_xml(wanted: Format) -> str:
    numbers = zip(_NUMBERS, (wanted.number_format, wanted.font, wanted.fill, wanted.border, wanted.parent), strict=True)
    text = "<xf" + "".join(f' {name}="{number}"' for name, number in numbers)
    if wanted.quoted:
        text += ' quotePrefix="1"'
    text += ' applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1"'
    inner = ""
    for local, attributes in (("alignment", wanted.alignment), ("protection", wanted.protection)):
        if attributes:
            text += f' apply{local.capitalize()}="1"'
            inner += f"<{local}{''.join(f' {name}={chr(34)}{value}{chr(34)}' for name, value in attributes)}/>"
    return f"{text}>{inner}</xf>" if inner else f"{text}/>"


def _alignment(entry: Entry, *, wraps: bool) -> tuple[tuple[str, str], ...]:
    """Numbers to the right with a gap to text in the next column, all else to the left."""
    found: Mapping[str, str] = {"vertical": "top", "horizontal": "right" if entry.right else "left"}
    found = {**found, **({"wrapText": "1"} if wraps else {}), **({"indent": "1"} if entry.right else {})}
    return tuple(sorted(found.items()))


def _is_ours(alignment: tuple[tuple[str, str], ...]) -> bool:
    """Nobody chose it: it is as this program sets it, or there is none."""
    told = dict(alignment)
    return not told or (
        told.keys() <= {"vertical", "horizontal", "wrapText", "indent"}
        and told.get("vertical") == "top"
        and told.get("horizontal") in ("left", "right")
        and told.get("indent", "0") in ("0", "1")
    )
