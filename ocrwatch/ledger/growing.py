"""Ranges that end with the last row of data, and go on to the new one: filters, rules, lists, names, charts.

As Excel does it when rows are added below a range. A range that ends elsewhere stays as it is.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ocrwatch.ledger.markup import Edit, Element, escaped, parsed, set_attribute, spliced
from ocrwatch.ledger.references import Area, area, grown_range, grown_reference, named_areas


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """Ranges that end in one of the rows `ends` end in row `bottom`, if they touch `scope`, the rows of the ledger.

    `sheet` is the sheet's case-folded name.
    """

    sheet: str
    ends: frozenset[int]
    bottom: int
    scope: Area


def grown_close(head: bytes, close: bytes, growth: Growth) -> bytes:
    """What stands below the rows of the sheet, with its ranges grown; `head` is what stands above them."""
    whole = head + close
    edits = [
        edit for edit in _sheet_edits(whole, parsed(whole), growth) if edit[0] >= len(head)
    ]  # fmt: skip
    return spliced(whole, edits)[len(head) :] if edits else close


def _sheet_edits(data: bytes, root: Element, growth: Growth) -> Iterator[Edit]:
    for element in root.all("autoFilter"):
        ref = element.attributes.get("ref", "")
        if (grown := _grown(ref, growth)) is not None:
            yield set_attribute(data, element, "ref", grown)
    rules = root.all("conditionalFormatting")
    for holder in root.all("dataValidations"):
        rules += holder.all("dataValidation")
    for element in rules:
        if (grown := _grown(element.attributes.get("sqref", ""), growth)) is not None:
            yield set_attribute(data, element, "sqref", grown)
    for extensions in root.all("extLst"):
        for element in extensions.walk():
            if element.local == "sqref" and (grown := _grown(element.text, growth)) is not None:
                yield element.inner, element.inner_end, escaped(grown)


def _grown(ranges: str, growth: Growth) -> str | None:
    """Ranges, apart by spaces, grown; None where none grows."""
    parts = ranges.split()
    done = [grown_range(part, growth.ends, growth.bottom, growth.scope) or part for part in parts]
    return " ".join(done) if done != parts else None


def grown_names(data: bytes, names: list[Element], growth: Growth) -> Iterator[Edit]:
    """The edits of the workbook's part that let defined names grow."""
    yield from _formula_edits(names, growth)


def grown_chart(data: bytes, growth: Growth) -> bytes:
    """A chart with its series grown."""
    edits = list(_formula_edits(_chart_formulas(data), growth))
    return spliced(data, edits) if edits else data


def _chart_formulas(data: bytes) -> list[Element]:
    return [element for element in parsed(data).walk() if element.local == "f" and not element.children]


def _formula_edits(elements: list[Element], growth: Growth) -> Iterator[Edit]:
    for element in elements:
        grown = grown_reference(element.text, growth.sheet, growth.ends, growth.bottom, growth.scope)
        if grown is not None:
            yield element.inner, element.inner_end, escaped(grown)


# ---------------------------------------------------------------- where ranges end


def ends_of_names(names: list[Element], sheet: str) -> set[int]:
    """The rows in which ranges on `sheet` end that have names."""
    return {where.bottom for each in names for place, where in named_areas(each.text) if place == sheet}


def ends_of_chart(data: bytes, sheet: str) -> set[int]:
    """The rows in which series on `sheet` end."""
    return ends_of_names(_chart_formulas(data), sheet)


def ends_of_close(head: bytes, close: bytes) -> set[int]:
    """The rows in which ranges end that stand below the rows of the sheet."""
    found: set[int] = set()
    for element in parsed(head + close).walk():
        texts = [element.attributes.get("sqref", ""), element.attributes.get("ref", "")]
        texts.append(element.text if element.local == "sqref" else "")
        found.update(where.bottom for text in texts for part in text.split() if (where := area(part)))
    return found
