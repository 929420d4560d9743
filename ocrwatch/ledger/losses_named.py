"""Which pieces of a workbook openpyxl keeps, and what people call those that it loses.

A part is known by the last piece of its content type, in ECMA-376 and in what Microsoft added ([MS-XLSX]).

Pure.
"""

from __future__ import annotations

import re

from ocrwatch.messages import Message, message

SHAPES = message("text boxes and shapes")
CONTROLS = message("buttons and other controls")
CHART_LOOK = message("the look of a chart")
LOST_OF_STRINGS = (
    (b"<rPh", message("phonetic guides")),
    (b"_x005F_", message("texts like _x0041_")),
)
_SLICERS = message("slicers")
_TIMELINES = message("timelines")
_OBJECTS = message("embedded objects")
_CONNECTIONS = message("data connections and queries")
_DATA_TYPES = message("formulas that spill over cells, pictures in cells or data types")
_SIGNATURE = message("the digital signature")
_HEADER_PICTURES = message("pictures in page headers")
_PICTURE_KIND = message("pictures of kinds that cannot be kept (EMF, WMF, SVG)")

LOOKED_INTO = frozenset({"worksheet+xml", "main+xml", "drawing+xml", "chart+xml", "sharedStrings+xml", "vmlDrawing"})

_KEPT_PARTS = LOOKED_INTO | {
    "bmp", "calcChain+xml", "chartcolorstyle+xml", "chartsheet+xml", "chartstyle+xml", "comments+xml",
    "core-properties+xml", "custom-properties+xml", "extended-properties+xml", "externalLink+xml", "gif", "jpeg", "jpg",
    "pivotCacheDefinition+xml", "pivotCacheRecords+xml", "pivotTable+xml", "png", "printerSettings",
    "relationships+xml", "styles+xml", "table+xml", "theme+xml", "tiff", "vbaProject", "volatileDependencies+xml",
}  # fmt: skip

_LOST_PARTS: tuple[tuple[str, Message], ...] = (
    ("slicer", _SLICERS),
    ("timeline", _TIMELINES),
    ("threadedcomment|person", message("threaded comments")),
    ("controlproperties|activex", CONTROLS),
    ("connections|querytable", _CONNECTIONS),
    ("metadata|rdrichvalue|richvalue|rdarray|rdsupporting", _DATA_TYPES),
    ("digital-signature", _SIGNATURE),
    ("chartex", message("charts of newer kinds (waterfall, treemap and the like)")),
    ("chartshapes", SHAPES),
    ("diagram", message("SmartArt")),
    ("oleobject|ms-excel|sheet$|document$|presentation$", _OBJECTS),
    ("emf|wmf|svg", _PICTURE_KIND),
    ("featurepropertybag", message("checkboxes in cells")),
    ("label", message("the sensitivity label")),
    ("revision|usernames", message("the history of a shared workbook")),
    ("themeoverride", CHART_LOOK),
    ("macrosheet", message("macro sheets of Excel 4")),
    ("webextension", message("add-ins")),
)

KEPT_OF_SHEET = frozenset({
    "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetProtection", "scenarios",
    "autoFilter", "mergeCells", "conditionalFormatting", "dataValidations", "hyperlinks", "printOptions", "pageMargins",
    "pageSetup", "headerFooter", "rowBreaks", "colBreaks", "drawing", "legacyDrawing", "tableParts",
    # lost, and missed by nobody:
    "sheetCalcPr", "sortState", "phoneticPr", "ignoredErrors", "cellWatches", "smartTags", "dataConsolidate",
})  # fmt: skip

LOST_OF_SHEET = {
    "AlternateContent": CONTROLS,
    "controls": CONTROLS,
    "customSheetViews": message("custom views"),
    "drawingHF": _HEADER_PICTURES,
    "legacyDrawingHF": _HEADER_PICTURES,
    "oleObjects": _OBJECTS,
    "picture": message("background pictures"),
    "protectedRanges": message("ranges that may be edited under protection"),
}

LOST_OF_WORKBOOK = {
    "customWorkbookViews": message("custom views"),
    "fileSharing": message("the protection against writing"),
}

KEPT_OF_ANCHOR = frozenset({"from", "to", "pos", "ext", "clientData"})

LOST_OF_ANCHOR = {"pic": message("links on pictures")}

_EXTENSIONS = {
    "conditionalFormattings": message("data bars and icon sets of newer kinds"),
    "dataValidations": message("drop-down lists of newer kinds"),
    "protectedRanges": LOST_OF_SHEET["protectedRanges"],
    "slicerList": _SLICERS,
    "sparklineGroups": message("sparklines"),
    "timelineRefs": _TIMELINES,
}

_EXTENSIONS_NOT_MISSED = frozenset({"ignoredErrors"})


def lost_part(kind: str, name: str) -> Message | None:
    """What people call a part of content type `kind` that is lost; None for one that is kept."""
    if kind in _KEPT_PARTS or name.casefold().startswith("docprops/thumbnail"):
        return None
    if name.startswith("_xmlsignatures/"):
        return _SIGNATURE
    if name.casefold().startswith("customxml/"):
        return message("data of add-ins and queries (custom XML)")
    for pattern, lost in _LOST_PARTS:
        if re.search(pattern, kind.casefold()):
            return lost
    return message("a part that is not known here ({part})", part=name)


def lost_extension(tag: str) -> Message | None:
    """What people call the element `tag` of a sheet's extensions; None where nobody misses it."""
    if tag in _EXTENSIONS_NOT_MISSED:
        return None
    return _EXTENSIONS.get(tag) or message("settings of a sheet ({part})", part=tag)
