"""The formula that links a row to its scan.

`HYPERLINK` rather than a hyperlink object: Excel allows only 65 530 of those on a sheet. Relative wherever it can be,
so that the links hold when workbook and scans move together.

Pure.
"""

from __future__ import annotations

import re
from itertools import takewhile
from pathlib import PurePath, PureWindowsPath
from urllib.parse import quote_from_bytes

LITERAL_UNITS = 255
"""Excel's limit for one text in a formula, in UTF-16 units."""

FORMULA_UNITS = 2000
"""Excel follows no longer link (2083), and allows 8192 characters a formula."""

_LITERAL = r'"(?:[^"]|"")*"'
_TEXT = rf"{_LITERAL}(?:&{_LITERAL})*"
_LINK = re.compile(rf"HYPERLINK\({_TEXT},({_TEXT})\)", re.DOTALL)

_ESCAPED = re.compile("[\x00-\x1f\x7f%#?\\\\:\ud800-\udfff]")
"""What a link would misread in a file's name. The rest, Chinese included, is understood only as it is: Excel decodes
escaped non-ASCII by the computer's code page."""


def link_formula(file: PurePath, folder: PurePath) -> str | None:
    """The formula, with its `=`, in a workbook that lies in `folder`; None when the path is too long for one."""
    target = link_target(file, folder)
    formula = f"=HYPERLINK({_literals(target)},{_literals(display_name(file))})"
    return formula if _units(formula) <= FORMULA_UNITS else None


def link_target(file: PurePath, folder: PurePath) -> str:
    """From `folder` to `file`, both absolute: relative with `/` on the same drive, else a `file:` address."""
    if file.drive.casefold() != folder.drive.casefold():
        return _address(file)
    common = sum(1 for _ in takewhile(lambda pair: _same(file, *pair), zip(file.parts, folder.parts, strict=False)))
    ups = [".."] * (len(folder.parts) - common)
    return "/".join([*ups, *map(_escaped, file.parts[common:])])


def display_name(file: PurePath) -> str:
    """The file's name as it can stand in a cell: bytes that are no text are shown as U+FFFD."""
    return re.sub("[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]", "\ufffd", file.name)


def cached_text(formula: str) -> str | None:
    """What a `HYPERLINK` of two literal texts shows; None for any other formula. `formula` has no `=`."""
    match = _LINK.fullmatch(formula)
    if match is None:
        return None
    return "".join(literal[1:-1].replace('""', '"') for literal in re.findall(_LITERAL, match[1]))


def _same(file: PurePath, one: str, other: str) -> bool:
    return one.casefold() == other.casefold() if isinstance(file, PureWindowsPath) else one == other


def _address(file: PurePath) -> str:
    drive = file.drive.replace("\\", "/")
    rest = "/".join(map(_escaped, file.parts[1:]))
    return f"file:{drive}/{rest}" if drive.startswith("//") else f"file:///{drive}/{rest}"


def _escaped(part: str) -> str:
    return _ESCAPED.sub(lambda match: quote_from_bytes(match[0].encode("utf-8", "surrogateescape")), part)


def _literals(text: str) -> str:
    """`text` as texts of a formula, each within the limit, joined with `&`."""
    pieces, piece, units = [], "", 0
    for character in text:
        doubled = '""' if character == '"' else character
        if units + _units(doubled) > LITERAL_UNITS:
            pieces.append(piece)
            piece, units = "", 0
        piece += doubled
        units += _units(doubled)
    return "&".join(f'"{each}"' for each in [*pieces, piece])


def _units(text: str) -> int:
    return len(text) + sum(1 for character in text if character > "\uffff")
