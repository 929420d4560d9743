"""References in formulas: cells and ranges in A1 notation, what a formula reaches, formulas moved to other rows.

    Tickets!$A$2:$A$10     'It''s'!B:B     Scans_1[[#This Row],[total]]     Rate

Formulas are split into pieces, no more: texts, references with their sheets, names, structured references of tables.
When in doubt a formula reaches everything.

Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

MAX_ROWS = 1_048_576
MAX_COLUMNS = 16_384


def column_letters(number: int) -> str:
    """1 is A, 27 is AA."""
    letters = ""
    while number:
        number, digit = divmod(number - 1, 26)
        letters = chr(65 + digit) + letters
    return letters


@lru_cache(maxsize=4096)
def column_number(letters: str) -> int:
    """A is 1; capitals. Raises ValueError."""
    number = 0
    for letter in letters:
        if not "A" <= letter <= "Z":
            raise ValueError(letters)
        number = number * 26 + ord(letter) - 64
    return number


@dataclass(frozen=True, slots=True)
class Area:
    """A range of cells, both ends included."""

    left: int
    top: int
    right: int
    bottom: int

    def __str__(self) -> str:
        first = f"{column_letters(self.left)}{self.top}"
        last = f"{column_letters(self.right)}{self.bottom}"
        return first if first == last else f"{first}:{last}"

    @property
    def columns(self) -> range:
        return range(self.left, self.right + 1)

    def touches(self, other: Area) -> bool:
        return (
            self.left <= other.right
            and other.left <= self.right
            and self.top <= other.bottom
            and other.top <= self.bottom
        )

    def joined(self, other: Area) -> Area:
        """The smallest area with both."""
        return Area(
            min(self.left, other.left), min(self.top, other.top),
            max(self.right, other.right), max(self.bottom, other.bottom),
        )  # fmt: skip

    def grown(self, bottom: int) -> Area:
        return replace(self, bottom=bottom)


_CORNER = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")


def area(text: str) -> Area | None:
    """The area that `text` names (`A1`, `$A$1:B2`); None for anything else, whole columns too."""
    first, colon, second = text.strip().partition(":")
    one = _CORNER.fullmatch(first)
    two = _CORNER.fullmatch(second) if colon else one
    if one is None or two is None:
        return None
    columns = sorted(column_number(each[1].upper()) for each in (one, two))
    rows = sorted(int(each[2]) for each in (one, two))
    return Area(columns[0], rows[0], columns[1], rows[1])


# ---------------------------------------------------------------- formulas

_PIECE = re.compile(
    r"""
    (?P<text>"(?:[^"]|"")*")
  | (?P<sheet>'(?:[^']|'')*'!|(?:\[[^\]]*\])?[^\W\d][\w.]*(?::[^\W\d][\w.]*)?!)
  | (?P<error>\#[A-Z/0!?]+[!?]?)
  | (?P<cells>\$?[A-Za-z]{1,3}\$?[0-9]{1,7}(?::\$?[A-Za-z]{1,3}\$?[0-9]{1,7})?(?![\w.(\[!]))
  | (?P<lines>\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}(?![\w.(\[!])|\$?[0-9]{1,7}:\$?[0-9]{1,7}(?![\w.]))
  | (?P<number>[0-9]+\.?[0-9]*(?:[Ee][+-]?[0-9]+)?)
  | (?P<function>[^\W\d][\w.]*(?=\s*\())
  | (?P<name>[^\W\d\\][\w.\\?]*|\\[\w.\\?]*)
  | (?P<structure>\[)
    """,
    re.VERBOSE,
)
_UNFATHOMED = frozenset({"INDIRECT", "OFFSET", "EVALUATE", "CALL", "CUBEVALUE"})
_CONSTANTS = frozenset({"TRUE", "FALSE"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What a formula refers to. Sheets and names are case-folded.

    `rows`: the rows of plain references without a sheet; `lines`: there are whole rows or columns among those.
    `fixed`: there are rows with a `$`, which stay where they are when the formula is shared. `other_rows`: tables are
    referred to beyond the formula's own row. `unfathomed`: it may reach anything.
    """

    sheets: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    rows: frozenset[int] = frozenset()
    lines: bool = False
    fixed: bool = False
    other_rows: bool = False
    unfathomed: bool = False

    def confined_to(self, row: int) -> bool:
        """Whether it reaches no cell outside `row` of its own sheet."""
        beyond = self.sheets or self.names or self.lines or self.other_rows or self.unfathomed
        return not beyond and self.rows <= {row}


@lru_cache(maxsize=4096)
def reach(formula: str) -> Reach:
    """What `formula` (without `=`) refers to."""
    sheets: set[str] = set()
    names: set[str] = set()
    rows: set[int] = set()
    lines = fixed = other_rows = unfathomed = qualified = False
    place = 0
    while (match := _PIECE.search(formula, place)) is not None:
        place = match.end()
        piece = match[0]
        was_qualified, qualified = qualified, False
        match match.lastgroup:
            case "sheet":
                qualified = True
                names_of_sheets = piece[:-1].strip("'").replace("''", "'").casefold()
                sheets.update(names_of_sheets.split(":") if ":" in names_of_sheets else (names_of_sheets,))
                unfathomed |= ":" in names_of_sheets  # all sheets between the two
            case "cells" if not was_qualified:
                rows.update(int(digits) for digits in re.findall(r"[0-9]+", piece))
                fixed |= re.search(r"[A-Za-z]\$", piece) is not None
            case "lines" if not was_qualified:
                lines = True
            case "function":
                unfathomed |= piece.upper() in _UNFATHOMED
            case "name" if piece.upper() not in _CONSTANTS:
                if formula[place : place + 1] == "[":
                    inside, place = _structure(formula, place)
                    if _own_row(inside):
                        continue
                    other_rows = True
                names.add(piece.casefold())
            case "structure":
                inside, place = _structure(formula, match.start())
                other_rows |= not _own_row(inside)
            case _:
                pass
    return Reach(
        sheets=frozenset(sheets), names=frozenset(names), rows=frozenset(rows), lines=lines, fixed=fixed,
        other_rows=other_rows, unfathomed=unfathomed,
    )  # fmt: skip


def moved(formula: str, rows: int) -> str | None:
    """`formula` as it reads `rows` rows further down; None when it would leave the sheet."""
    out = False

    def move(match: re.Match[str]) -> str:
        nonlocal out
        dollar, number = match.groups()
        if dollar:
            return match[0]
        moved_to = int(number) + rows
        out |= not 1 <= moved_to <= MAX_ROWS
        return str(moved_to)

    pieces = _rewritten(formula, lambda piece, _: re.sub(r"(\$?)(?<![0-9])([0-9]+)", move, piece))
    return None if out else pieces


def _rewritten(formula: str, change: Callable[[str, str], str]) -> str:
    """`formula` with every reference to cells or rows changed, of which the sheet is told too, "" for its own."""
    done: list[str] = []
    sheet = ""
    place = 0
    while (match := _PIECE.search(formula, place)) is not None:
        done.append(formula[place : match.start()])
        place = match.end()
        if match.lastgroup in ("cells", "lines"):
            done.append(change(match[0], sheet))
        elif match.lastgroup == "structure" or (match.lastgroup == "name" and formula[place : place + 1] == "["):
            _, place = _structure(formula, match.start() if match.lastgroup == "structure" else place)
            done.append(formula[match.start() : place])
        else:
            done.append(match[0])
        sheet = sheet_name(match[0][:-1]) if match.lastgroup == "sheet" else ""
    return "".join([*done, formula[place:]])


def _structure(formula: str, place: int) -> tuple[str, int]:
    """The brackets at `place` of a reference into a table, and where they end; `'` escapes within them."""
    depth = 0
    for index in range(place, len(formula)):
        if formula[index - 1] == "'" and depth:
            continue
        depth += (formula[index] == "[") - (formula[index] == "]")
        if depth == 0:
            return formula[place : index + 1], index + 1
    return formula[place:], len(formula)


def _own_row(structure: str) -> bool:
    return structure.startswith("[@") or "[#this row]" in structure.casefold()


def grown_reference(formula: str, sheet: str, ends: frozenset[int], bottom: int, scope: Area) -> str | None:
    """`formula` with ranges on `sheet` that end in one of the rows `ends` ending in row `bottom`; None: none does.

    Only a formula that is nothing but such ranges, joined with commas, is one. They must touch `scope`, the rows of the
    ledger. `sheet` is case-folded.
    """
    found = False
    done: list[str] = []
    for part in re.split(r"(,)(?=(?:[^']*'[^']*')*[^']*\Z)", formula):
        place, mark, cells = part.rpartition("!")
        if mark and sheet_name(place) == sheet and (grown := grown_range(cells, ends, bottom, scope)):
            found = True
            done.append(f"{place}!{grown}")
        else:
            done.append(part)
    return "".join(done) if found else None


def grown_range(cells: str, ends: frozenset[int], bottom: int, scope: Area) -> str | None:
    """`A2:A10` ending in row `bottom`, if it ends in one of the rows `ends` above that and touches `scope`."""
    where = area(cells)
    if where is None or ":" not in cells or where.bottom not in ends or where.bottom >= bottom:
        return None
    if not where.touches(scope):
        return None
    head = cells.rstrip().rstrip("0123456789")
    return f"{head}{bottom}" if cells.rstrip()[len(head) :] == str(where.bottom) else None


def grown_ranges(formula: str, ends: frozenset[int], bottom: int, scope: Area, sheet: str) -> str:
    """`formula`, which stands on `sheet` (case-folded), with all ranges there grown as `grown_range` does."""

    def grow(piece: str, place: str) -> str:
        return (grown_range(piece, ends, bottom, scope) if place in ("", sheet) else None) or piece

    return _rewritten(formula, grow)


def sheet_name(qualifier: str) -> str:
    """The case-folded name of the sheet before a `!`."""
    return qualifier.strip().strip("'").replace("''", "'").casefold()


def named_areas(formula: str) -> Iterator[tuple[str, Area]]:
    """All plain references of `formula`: the case-folded sheet, "" for its own, and the area."""
    sheet = ""
    place = 0
    while (match := _PIECE.search(formula, place)) is not None:
        place = match.end()
        if match.lastgroup == "structure":
            _, place = _structure(formula, match.start())
        if match.lastgroup == "cells" and (where := area(match[0])):
            yield sheet, where
        sheet = sheet_name(match[0][:-1]) if match.lastgroup == "sheet" else ""
