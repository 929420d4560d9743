"""Does a chart come through openpyxl as it was?

It is read, written again and compared: every element and attribute must be there as often as before, save those that
nobody sees. Guessing from a chart's kind would not do: whether openpyxl keeps one depends on its smallest parts.

Loads openpyxl: import it late.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from openpyxl.chart.chartspace import ChartSpace
from openpyxl.chart.reader import read_chart
from openpyxl.xml.functions import fromstring, tostring

_UNSEEN_TREES = frozenset({
    "AlternateContent", "date1904", "extLst", "lang", "numCache", "printSettings", "protection", "roundedCorners",
    "strCache", "multiLvlStrCache", "style",
})  # fmt: skip
"""Values the program recalculates, hints for it, and what it shows the same without."""

_UNSEEN_TAGS = frozenset({"bodyPr", "layout", "lstStyle", "p", "pPr", "endParaRPr", "defRPr", "txPr"})
"""Frames without content of their own; what stands in them is compared."""

_UNSEEN_ATTRIBUTES = frozenset({"lang", "formatCode", "sourceLinked", "baseline", "kern", "strike", "u", "i"})


def survives(content: bytes) -> bool:
    """Whether openpyxl writes the chart of this part as it was."""
    try:
        chart = read_chart(ChartSpace.from_tree(fromstring(content)))
        again = tostring(chart._write())  # noqa: SLF001 -- the way openpyxl itself writes it
    except (TypeError, ValueError, AttributeError, LookupError):
        return False
    return not Counter(_seen(fromstring(content))) - Counter(_seen(fromstring(again)))


def _seen(element: Element) -> Iterator[str]:
    tag = element.tag.rpartition("}")[2]
    if tag in _UNSEEN_TREES:
        return
    if tag not in _UNSEEN_TAGS:
        yield tag
    for name in element.attrib:
        if name not in _UNSEEN_ATTRIBUTES and tag != "endParaRPr":
            yield f"{tag}@{name}"
    for child in element:
        if not (tag == "plotArea" and _is_plain_area(child)):
            yield from _seen(child)


def _is_plain_area(element: Element) -> bool:
    """Excel gives every plot area a frame that says: no fill, no line."""
    tags = {each.tag.rpartition("}")[2] for each in element.iter()}
    return tags <= {"spPr", "noFill", "ln", "effectLst"}
