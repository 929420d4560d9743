"""Names for filed scans made of what was read: `{date} {company} {total}`. Pure.

Rules
  1. What is missing is left out, with what separated it: `2026-11-03 12.00 EUR`, not `2026-11-03  12.00 EUR`. Only the
     template's own text is tidied: a value's own signs (a refund's minus) stay.
  2. A value is one line, and no path: separators and what no file system takes become `-` or nothing. What the whole
     name must be, `naming.py` sees to.
  3. Where nothing is known of a scan, it keeps its name. Its suffix it keeps always.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from pathlib import PurePath
from typing import assert_never

from ocrwatch.document import Amount, Row, Value

EXTRA = ("received", "folder", "id")
"""What may be named beside the fields: the day it was received, its subfolder, the id of its row."""

_LONGEST_VALUES = (60, 40, 25, 12)
"""Characters: long values are cut until all have room, so that no name pushes the total out."""

_ROOM_BYTES = 200

_PLACE = re.compile(r"\{([^{}]*)\}")
_MISSING = "\0"
_SEPARATORS = r"[ _\-,.;+&#~·|—–、，]*"
_EMPTY_BRACKETS = re.compile(rf"[(\[（【]{_SEPARATORS}\0(?:{_SEPARATORS}\0)*{_SEPARATORS}[)\]）】]")
_GAP = re.compile(rf"({_SEPARATORS})\0((?:{_SEPARATORS}\0)*)({_SEPARATORS})")
_PATH_SIGNS = re.compile(r"[\\/:|]+")
_UNFIT_SIGNS = re.compile(r'[<>"?*]')
_JOINERS = "\u200c\u200d"
"""Unseen, but part of words and emoji."""

_WHOLE = frozenset({"CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF", "XPF"})
"""Currencies without decimals (ISO 4217)."""


@dataclass(frozen=True, slots=True)
class Template:
    """`literals[0] {places[0]} literals[1] …`: one literal more than places."""

    literals: tuple[str, ...]
    places: tuple[str, ...]


def parsed(text: str) -> Template | None:
    """`text` as a template; None where its braces do not pair."""
    pieces = _PLACE.split(text)
    if any(sign in literal for literal in pieces[::2] for sign in "{}") or "" in map(str.strip, pieces[1::2]):
        return None
    return Template(tuple(pieces[::2]), tuple(pieces[1::2]))


def place_key(name: str) -> str:
    """What two spellings of one field's name have in common."""
    return " ".join(unicodedata.normalize("NFKC", name).split()).casefold()


def unknown_places(template: Template, fields: Iterable[str]) -> list[str]:
    """The places that name none of `fields`, and nothing else that is known."""
    known = {place_key(name) for name in (*fields, *EXTRA)}
    return [name for name in template.places if place_key(name) not in known]


def named_after(row: Row, template: Template, name: str, *, zone: tzinfo | None = None) -> str:
    """The name of the scan `name` by what `row` says; `name` itself where it says nothing. Times are shown in `zone`.

    It is not yet a name that every file system takes.
    """
    values = values_of(row, zone)
    stem, suffix = "", PurePath(name).suffix
    for longest in _LONGEST_VALUES:
        stem = filled(template, {key: text[:longest].rstrip(" .") for key, text in values.items()})
        if len(stem.encode()) <= _ROOM_BYTES:
            break
    if not stem:
        return name
    return stem + suffix if suffix else stem.replace(".", "_")  # else a total's decimals would look like one


def values_of(row: Row, zone: tzinfo | None = None) -> dict[str, str]:
    """What stands for each place that `row` fills, by its key. A field goes before what is known beside the fields."""
    texts = {
        "received": row.received.astimezone(zone).date().isoformat(),
        "folder": "-".join(PurePath(row.folder).parts),
        "id": row.id[:16],
    }
    texts |= {place_key(cell.name): value_text(cell.value) for cell in row.cells}
    return {key: text for key, text in ((key, _fit(text)) for key, text in texts.items()) if text}


def filled(template: Template, values: Mapping[str, str]) -> str:
    """`template` with `values` by their keys; "" where it has none of them."""
    text, gap, is_empty = "", template.literals[0], True
    for place, literal in zip(template.places, template.literals[1:], strict=True):
        value = values.get(place_key(place), "")
        if not value:
            gap += _MISSING + literal
            continue
        text += _tidied(gap, at_start=is_empty) + value
        gap, is_empty = literal, False
    return "" if is_empty else (text + _tidied(gap, at_end=True)).strip().lstrip(".~ ")


def value_text(value: Value) -> str:
    """`value` as it stands in a name."""
    match value:
        case None:
            return ""
        case Amount(number=number, currency=currency):
            exponent = number.as_tuple().exponent
            printed = -exponent if isinstance(exponent, int) else 0
            decimals = max(printed, 0 if currency in _WHOLE else 2)
            return f"{number:.{decimals}f} {currency}".strip()
        case datetime():
            return f"{value.date().isoformat()} {value:%H.%M}"
        case date():
            return value.isoformat()
        case int():
            return str(value)
        case str():
            return value
        case _ as unreachable:
            assert_never(unreachable)


def _tidied(gap: str, *, at_start: bool = False, at_end: bool = False) -> str:
    """The template's own text between two values; each missing one in it is `_MISSING`."""
    if _MISSING not in gap:
        return gap
    gap = _EMPTY_BRACKETS.sub(_MISSING, gap)

    def closed(match: re.Match[str]) -> str:
        is_first = at_start if match.start() == 0 else gap[match.start() - 1] in "([（【"
        is_last = at_end if match.end() == len(gap) else gap[match.end()] in ")]）】"
        return "" if is_first or is_last else match[1] or match[3]

    return _GAP.sub(closed, gap)


def _fit(text: str) -> str:
    """`text` on one line, without what is no text, and no path."""
    text = unicodedata.normalize("NFC", "".join(" " if character.isspace() else character for character in text))
    text = "".join(each for each in text if unicodedata.category(each)[0] != "C" or each in _JOINERS)
    text = _UNFIT_SIGNS.sub("", _PATH_SIGNS.sub("-", text))
    return " ".join(text.split()).strip(" .")
