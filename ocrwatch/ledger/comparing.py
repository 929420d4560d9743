"""Does a cell show what was written into it? What a person changed is theirs.

Rules
  1. How a value is stored does not matter, what it says does: 8.2 and 8.20, a date and a date at midnight, digits as
     text and as a number are the same.
  2. A column that is gone was not changed cell by cell: nothing is said of it here.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation

from ocrwatch.document import Amount, Cell, Value
from ocrwatch.ledger.formats import Entry, entry
from ocrwatch.ledger.layout import heading_key
from ocrwatch.ports import Field, FieldType, Line, Shown

Kinds = Mapping[str, FieldType]
"""Types of fields by their headings, in the form in which these are compared."""

_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
_SECOND = timedelta(seconds=1)
_MIDNIGHT = time()


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A cell under `heading` that shows `found` where `written` was written."""

    heading: str
    written: Value
    found: Shown


def kinds_of(fields: Sequence[Field]) -> Kinds:
    """The type of each of `fields` by its heading."""
    return {heading_key(field.name): field.type for field in fields}


def corrections(cells: Iterable[Cell], line: Line, kinds: Kinds) -> tuple[Correction, ...]:
    """Those of `cells`, as they were written, that `line` shows otherwise."""
    found = []
    for cell in cells:
        key = heading_key(cell.name)
        if key in line.shown and not shows(line.shown[key], cell.value, kinds.get(key, "text")):
            found.append(Correction(heading=cell.name, written=cell.value, found=line.shown[key]))
    return tuple(found)


def shows(shown: Shown, value: Value, kind: FieldType = "text") -> bool:
    """Whether a cell that shows `shown` still says `value`, of a field of type `kind`."""
    return _is_plainly_same(shown, value) or _is_same(shown, entry(value, kind))


def _is_plainly_same(shown: Shown, value: Value) -> bool:
    """By far the most cells, told quickly."""
    match value:
        case str():
            return shown == value
        case Amount(number=number):
            return isinstance(shown, float | int) and not isinstance(shown, bool) and shown == float(number)
        case datetime():
            return shown == value
        case date():
            return isinstance(shown, datetime) and (shown.date(), shown.time()) == (value, _MIDNIGHT)
        case _:
            return False


def _is_same(shown: Shown, entry: Entry) -> bool:
    match entry.value:
        case None:
            return shown is None or (isinstance(shown, str) and not shown.strip())
        case datetime() as moment:
            return _is_moment(shown, moment)
        case date() as day:
            return _is_moment(shown, datetime.combine(day, time()))
        case str() as text:
            return _plain(text) == _plain(_text(shown))
        case int() | Decimal() as number:
            return _is_number(shown, number)


def _is_moment(shown: Shown, moment: datetime) -> bool:
    match shown:
        case datetime():
            return abs(shown - moment) < _SECOND
        case date():
            return datetime.combine(shown, time()) == moment
        case str():
            try:
                return datetime.fromisoformat(shown.strip()) == moment
            except (ValueError, TypeError):
                return False
        case _:
            return False


def _is_number(shown: Shown, number: int | Decimal) -> bool:
    match shown:
        case bool():
            return False
        case int():
            return shown == number
        case float():
            return shown == number or abs(shown - float(number)) <= 1e-12 * abs(float(number))
        case str():
            try:
                return Decimal(shown.strip()) == number
            except InvalidOperation:
                return False
        case _:
            return False


def _text(shown: Shown) -> str:
    match shown:
        case None:
            return ""
        case float() if shown.is_integer():
            return str(int(shown))
        case _:
            return str(shown)


def _plain(text: str) -> str:
    """`text` without what programs add or drop when they save it: escapes, kinds of line ends, space around it."""
    text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text))
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()
