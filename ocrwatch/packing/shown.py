"""What a cell shows, as a typed value again. What a person put there counts, whatever was written once.

Rules
  1. What cannot be what its column holds stays text: it is handed in as it stands, and no total counts it.
  2. A number of the sheet has the 15 digits that spreadsheets keep.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation

from ocrwatch.document import Amount, Value
from ocrwatch.ports import FieldType, Shown

_MIDNIGHT = time()


def typed(shown: Shown, kind: FieldType, currency: str = "") -> Value:
    """`shown` in a column of `kind`; `currency` is that of an amount."""
    match kind:
        case "amount":
            number = number_of(shown)
            return text_of(shown) if number is None else Amount(number, currency)
        case "integer":
            number = number_of(shown)
            whole = number is not None and number == number.to_integral_value() and abs(number) < 10**15
            return int(number) if number is not None and whole else text_of(shown)
        case "date" | "datetime":
            moment = moment_of(shown)
            if moment is None:
                return text_of(shown)
            return moment if kind == "datetime" or moment.time() != _MIDNIGHT else moment.date()
        case _:
            return text_of(shown)


def free(shown: Shown) -> Value:
    """`shown` in a column of the person's own: as it is."""
    match shown:
        case bool() | str() | None:
            return text_of(shown)
        case int() | float():
            number = number_of(shown)
            whole = number is not None and number == number.to_integral_value() and abs(number) < 10**15
            return int(number) if number is not None and whole else text_of(shown) if number is None else Amount(number)
        case date():  # a datetime is one
            moment = moment_of(shown)
            return moment.date() if moment is not None and moment.time() == _MIDNIGHT else moment
        case _:
            return text_of(shown)


def number_of(shown: Shown) -> Decimal | None:
    """The number that `shown` is, None where it is none."""
    match shown:
        case bool():
            return None
        case int():
            return Decimal(shown)
        case float():
            number = Decimal(f"{shown:.15g}")
            return number if number.is_finite() else None
        case str():
            try:
                number = Decimal(shown.strip())
            except InvalidOperation:
                return None
            return number if number.is_finite() else None
        case _:
            return None


def moment_of(shown: Shown) -> datetime | None:
    """The naive moment that `shown` is; a day is its midnight. None where it is neither."""
    match shown:
        case datetime():
            return shown.replace(tzinfo=None)
        case date():
            return datetime.combine(shown, _MIDNIGHT)
        case str():
            try:
                return datetime.fromisoformat(shown.strip()).replace(tzinfo=None)
            except ValueError:
                return None
        case _:
            return None


def text_of(shown: Shown) -> str | None:
    """`shown` as text; None for an empty cell."""
    match shown:
        case None | "":
            return None
        case bool():
            return str(shown).upper()
        case float():
            return f"{shown:.15g}"
        case datetime():
            return shown.date().isoformat() if shown.time() == _MIDNIGHT else shown.isoformat(" ", "minutes")
        case date() | time():
            return shown.isoformat()
        case timedelta() | int() | str():
            return str(shown)
