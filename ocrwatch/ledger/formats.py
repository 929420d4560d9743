"""How a value stands in a cell: its number format, text that a cell can hold, and how wide it is.

Rules
  1. Nothing the paper says is hidden or changed: a number shows every decimal it has, and one with more than the 15
     digits that Excel keeps stays text.
  2. Text is text: what begins like a formula is marked so that it stays one even when it is edited.

Pure.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from ocrwatch.document import Amount, Value
from ocrwatch.ports import FieldType

CELL_UNITS = 32_767
"""Excel's limit for a cell's text, in UTF-16 units."""

CUT_MARK = "…"

TEXT_FORMAT = "@"
DATE_FORMAT = "yyyy-mm-dd"
MINUTE_FORMAT = "yyyy-mm-dd hh:mm"
SECOND_FORMAT = "yyyy-mm-dd hh:mm:ss"

_DIGITS_KEPT = 15
_FIRST_YEAR = 1905
"""Earlier dates are text: Excel counts days from 1900, with a leap day that never was, or from 1904."""

_SYMBOLS = {
    "AUD": "A$", "BRL": "R$", "CAD": "CA$", "CNY": "¥", "EUR": "€", "GBP": "£", "HKD": "HK$", "ILS": "₪", "INR": "₹",
    "JPY": "¥", "KRW": "₩", "MOP": "MOP$", "MXN": "MX$", "MYR": "RM", "NZD": "NZ$", "PHP": "₱", "SGD": "S$", "THB": "฿",
    "TWD": "NT$", "USD": "$", "VND": "₫",
}  # fmt: skip
"""What papers print; any other currency shows its ISO 4217 code."""

_DECIMALS = dict.fromkeys(("CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF", "XPF"), 0) | dict.fromkeys(
    ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3
)
"""Decimals of a currency by ISO 4217 where they are not two."""

LINE_POINTS = 15
WIDE_LINE_POINTS = 17

_CAPITAL_WIDTH = 1.2
_BROAD = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZmw@%&")

_CURRENCY_SIGN = re.compile(r'"([^"]+)"|\[\$([^\]-]+)(?:-[0-9A-Fa-f]+)?\]|([$€£¥₩₹₪฿₫₱])')
_LANGUAGE = re.compile(r"\[\$-[^\]]*\]")
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is put into a cell. `formula`: the value is one. `quoted`: text that begins like a formula. `right`: aligned
    to the right. `cut`: the text was too long for a cell."""

    value: str | int | Decimal | date | None
    number_format: str = "General"
    formula: bool = False
    quoted: bool = False
    right: bool = False
    cut: bool = False


def entry(value: Value, kind: FieldType = "text") -> Entry:
    """`value` of a field of type `kind` as it stands in a cell."""
    match value:
        case None | "":
            return Entry(value=None)
        case Amount():
            return _amount(value)
        case int():
            if kind == "id" or len(str(abs(value))) > _DIGITS_KEPT:
                return _text(str(value), as_text=True)
            return Entry(value=value, number_format="0", right=True)
        case datetime():
            return _moment(value)
        case date():
            if value.year < _FIRST_YEAR:
                return _text(value.isoformat())
            return Entry(value=value, number_format=DATE_FORMAT)
        case str():
            return _text(value, as_text=kind == "id")


def amount_format(amount: Amount) -> str:
    """The number format with the amount's currency and all of its decimals."""
    exponent = amount.number.as_tuple().exponent
    printed = -exponent if isinstance(exponent, int) else 0
    decimals = max(printed, _DECIMALS.get(amount.currency, 2) if amount.currency else 0)
    number = "#,##0" + ("." + "0" * decimals if decimals else "")
    if not amount.currency:
        return number
    symbol = _SYMBOLS.get(amount.currency, f"{amount.currency} ").replace('"', "")
    return f'"{symbol}"{number}'


def fit_text(text: str) -> tuple[str, bool]:
    """`text` without what a workbook cannot hold, and whether it was cut to a cell's limit."""
    text = _UNFIT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _ESCAPE.sub("_x005f_", text)  # Excel would read _x0041_ as A; openpyxl drops the escape with a capital F
    units = text.encode("utf-16-le")
    if len(units) // 2 <= CELL_UNITS:
        return text, False
    return units[: 2 * (CELL_UNITS - 1)].decode("utf-16-le", "ignore") + CUT_MARK, True


def display_width(text: str) -> int:
    """The columns that `text` takes; Chinese, Japanese and Korean characters take two. Of its longest line."""
    return max((sum(map(_width, line)) for line in text.splitlines()), default=0)


def lines_taken(text: str, width: float) -> int:
    """About how many lines `text` takes, wrapped in a column `width` characters wide."""
    room = max(1, int(width) - 1)
    return sum(max(1, math.ceil(sum(map(_drawn_width, line)) / room)) for line in text.splitlines())


def line_points(text: str) -> int:
    """How high one line of `text` is, in points: the fonts of Chinese, Japanese and Korean are higher."""
    return WIDE_LINE_POINTS if any(_width(character) > 1 for character in text) else LINE_POINTS


def shown_width(entry: Entry) -> int:
    """About how wide the entry is in its cell."""
    match entry.value:
        case None:
            return 0
        case int() | Decimal():
            whole, _, decimals = entry.number_format.rpartition("#,##0")[2].partition(".")
            symbol = entry.number_format.count('"') and display_width(entry.number_format.split('"')[1])
            return len(f"{int(entry.value):,}") + len(whole) + (len(decimals) + 1 if decimals else 0) + symbol
        case date():
            return len(entry.number_format)
        case str() as text:
            return display_width(text)


def _width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _drawn_width(character: str) -> float:
    """Beside a digit, which is what columns are measured in."""
    return _CAPITAL_WIDTH if character in _BROAD else _width(character)


def _amount(amount: Amount) -> Entry:
    if len(amount.number.as_tuple().digits) > _DIGITS_KEPT or not amount.number.is_finite():
        return _text(f"{amount.currency} {amount.number}".strip(), as_text=True)
    return Entry(value=amount.number, number_format=amount_format(amount), right=True)


def _moment(moment: datetime) -> Entry:
    if moment.year < _FIRST_YEAR:
        return _text(moment.isoformat(" "))
    return Entry(value=moment, number_format=SECOND_FORMAT if moment.second else MINUTE_FORMAT)


def _text(text: str, *, as_text: bool = False) -> Entry:
    """`as_text`, and whatever Excel would make a number of when it is edited: the format `@` keeps it."""
    text, cut = fit_text(text)
    quoted = text.startswith(("=", "+", "-", "@", "'"))
    number_format = TEXT_FORMAT if as_text or quoted or text.strip().isdecimal() else "General"
    return Entry(value=text or None, number_format=number_format, quoted=quoted, cut=cut)


def shown_currency(number_format: str, known: str) -> str:
    """The currency that a cell of `number_format` shows: ISO 4217 where that is certain, else the sign itself.

    `known` is what was written there: it tells two apart that share a sign, and counts where none is shown.
    """
    found = _CURRENCY_SIGN.search(_LANGUAGE.sub("", number_format.split(";")[0]))
    sign = unicodedata.normalize("NFKC", next(filter(None, found.groups()), "")).strip() if found else ""
    if sign == "元":  # of several countries
        return known or sign
    if not sign or sign in (known, _SYMBOLS.get(known)):
        return known
    codes = [code for code, symbol in _SYMBOLS.items() if symbol == sign]
    return codes[0] if len(codes) == 1 else sign
