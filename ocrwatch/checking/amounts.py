"""Amounts: a text that as a whole is one amount of money, exact.

    sign, currency   number   currency, sign          RM 8.20   (12.00)   1.234,56 €   退￥337.50元   12.00 CR

Rules
  1. The text is one amount as a whole, or none: no word, no second number, no percent sign is skipped.
  2. Where both `.` and `,` may be the decimal sign (1,234), the printed currency and the page's other numbers decide.
     Where they do not, or disagree, the text is `Ambiguous`.
  3. An amount has the digits printed, in their order. More than 15 of them would be rounded by a workbook: then it is
     none. Chinese numerals are the digits they write; beside digits, both must agree.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal

from ocrwatch.checking import currencies
from ocrwatch.checking.numerals import NUMERAL, counted
from ocrwatch.checking.printed import Ambiguous, folded
from ocrwatch.document import Amount

MAX_DIGITS = 15
"""What a workbook's number holds exactly."""

_NUMBER = re.compile(r"[0-9](?:[0-9.,' ]*[0-9])?|(?<![A-Za-z.,])[.,][0-9]+")
_TOKEN = re.compile(
    r"(?P<minus>-)|(?P<plus>\+)|(?P<bracket>[()])|(?P<credit>(?-i:CR)\b\.?)|(?P<whole>整|正)"
    r"|(?P<refund>退款|退货|退貨|退票|退|红冲|紅沖|负|負|refunded|refund)(?:\s*:)?"
    rf"|(?P<currency>{currencies.SIGN})(?:(?<=rs|rp|fr|kr)\.)?",
    re.IGNORECASE | re.ASCII,
)
_ONLY_BEFORE, _ONLY_AFTER = frozenset({"plus", "refund"}), frozenset({"credit", "whole"})
_NO_CENTS = re.compile(r"([.,])--?(?![\w-])")
_PLAIN_GROUPS = {
    sign: re.compile(rf"[1-9][0-9]{{0,2}}(?:{re.escape(sign)}[0-9]{{3}})+") for sign in (",", ".", "'", " ")
}
_INDIAN_GROUPS = re.compile(r"[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}")
_MARKERS = re.compile(r"[(（]?\s*(?:大写|大寫|小写|小寫)\s*[)）]?\s*:?")
_WRITTEN = re.compile(
    rf"(?P<yuan>{NUMERAL}+)(?P<unit>元|圆|圓)(?:零?(?P<jiao>{NUMERAL})角)?(?:零?(?P<fen>{NUMERAL})分)?(?:整|正)?"
)
_DECIMALS_ON_PAGE = re.compile(r"(?<![0-9.,])[0-9]{1,3}(?:[.,' ]?[0-9]{3})*([.,])[0-9]{2}(?![0-9.,:/-])")


def decimal_sign_on(page: str) -> str | None:
    """The decimal sign of the numbers with two decimals in `page` (folded); None: none there, or both."""
    signs = Counter(_DECIMALS_ON_PAGE.findall(page))
    return next(iter(signs)) if len(signs) == 1 else None


def read_amount(text: str, *, page: str = "", decimal_sign: str | None = None) -> Amount | Ambiguous | None:
    """The amount that `text` is; None where it is not one amount.

    `page` is all text at hand, folded; `decimal_sign` the one its other numbers use, None where that is not told.
    """
    plain = _MARKERS.sub(" ", folded(text)).strip()
    written = _WRITTEN.search(plain)
    if written is None:
        return _read(plain, page, decimal_sign)
    digits = _in_digits(written)
    if digits is None:
        return None
    rest = (plain[: written.start()] + " " + plain[written.end() :]).strip()
    if not re.search("[0-9]", rest):
        return _read(plain[: written.start()] + digits + plain[written.end() :], page, decimal_sign)
    figures = rest.replace("(", " ").replace(")", " ") + written["unit"]
    return _agreed(_read(digits, page, decimal_sign), _read(figures, page, decimal_sign))


def _agreed(words: Amount | Ambiguous | None, figures: Amount | Ambiguous | None) -> Amount | Ambiguous | None:
    """What an amount in words and the same in figures say together; a sign stands with the figures."""
    if not isinstance(words, Amount) or not isinstance(figures, Amount):
        return None
    if words.number != abs(figures.number):
        return Ambiguous((f"{figures.number:f}", f"{words.number:f}"))
    return figures


def _in_digits(written: re.Match[str]) -> str | None:
    yuan = counted(written["yuan"])
    cents = [0 if written[unit] is None else counted(written[unit]) for unit in ("jiao", "fen")]
    if yuan is None or any(cent is None or cent > 9 for cent in cents):
        return None
    if written["jiao"] is None and written["fen"] is None:
        return f"{yuan}{written['unit']}"
    return f"{yuan}.{cents[0]}{cents[1]}{written['unit']}"


def _read(plain: str, page: str, decimal_sign: str | None) -> Amount | Ambiguous | None:
    """The amount that `plain` is, where its number is in digits."""
    numbers = list(_NUMBER.finditer(plain))
    if len(numbers) != 1:
        return None
    printed, before, after = numbers[0][0], plain[: numbers[0].start()], plain[numbers[0].end() :]
    if no_cents := _NO_CENTS.match(after):  # 12.- is twelve, not minus twelve
        after, decimal_sign = after[no_cents.end() :], no_cents[1]
        if decimal_sign in printed:
            return None
    left, right = _tokens(before, _ONLY_AFTER), _tokens(after, _ONLY_BEFORE)
    if left is None or right is None or not _makes_sense(before, after):
        return None
    signs = [text for kind, text in left + right if kind == "currency"]
    codes = currencies.codes_of(signs)
    if codes == frozenset() or not _is_one_number(printed, codes, signs):
        return None
    number = _chosen(_values(printed), codes, signs, decimal_sign)
    if number is None or isinstance(number, Ambiguous):
        return number
    if len(number.as_tuple().digits) > MAX_DIGITS:
        return None
    negative = any(kind in ("minus", "bracket", "credit", "refund") for kind, _ in left + right)
    return Amount(-number if negative and number else number, _currency(codes, signs, page, number))


def _currency(codes: frozenset[str] | None, signs: list[str], page: str, number: Decimal) -> str:
    """The ISO 4217 code that the signs stand for, the first sign itself where that is open, "" where there is none."""
    if codes is None:
        return ""
    codes = currencies.codes_by_script(codes, page, has_decimals=_decimals(number) > 0)
    return next(iter(codes)) if len(codes) == 1 else signs[0]


def _tokens(text: str, elsewhere: frozenset[str]) -> list[tuple[str, str]] | None:
    """The kinds and texts of what stands beside a number; None where something unknown or out of place does."""
    tokens: list[tuple[str, str]] = []
    rest = text.strip()
    while rest:
        match = _TOKEN.match(rest)
        if match is None or match.lastgroup is None or match.lastgroup in elsewhere:
            return None
        tokens.append((match.lastgroup, match[match.lastgroup]))
        rest = rest[match.end() :].lstrip()
    return tokens


def _makes_sense(before: str, after: str) -> bool:
    """Whether the signs and brackets around a number can mean one thing only."""
    around = before + after
    opened = before.count("(")
    if ")" in before or "(" in after or after.count(")") != opened:
        return False
    if around.count("-") + around.count("+") + opened > 1:
        return False
    # "RM - 12.00" and "12.00 -" may be a dash, or an empty column
    return not re.search(r"[^\s:]\s*-\s", before) and not re.search(r"\s-", after)


def _is_one_number(printed: str, codes: frozenset[str] | None, signs: list[str]) -> bool:
    """Whether spaces in `printed` group thousands: "5 100.00" may be a quantity and a price."""
    if printed.count(" ") != 1 or "," in printed:
        return True
    return bool(signs) and currencies.decimal_sign_of(codes, signs[0]) != "."


def _values(printed: str) -> dict[str, Decimal]:
    """What the digits say, by the decimal sign one takes for granted."""
    values: dict[str, Decimal] = {}
    for decimal_sign in ".,":
        whole, *fraction = printed.split(decimal_sign)
        if len(fraction) > 1 or any(not re.fullmatch("[0-9]+", part) for part in fraction):
            continue
        digits = _ungrouped(whole, decimal_sign)
        if digits is None:
            continue
        values[decimal_sign] = Decimal(".".join([digits or "0", *fraction]))
    return values


def _ungrouped(whole: str, decimal_sign: str) -> str | None:
    if re.fullmatch("[0-9]*", whole):
        return whole
    for sign, groups in _PLAIN_GROUPS.items():
        if sign != decimal_sign and groups.fullmatch(whole):
            return whole.replace(sign, "")
    if decimal_sign != "," and _INDIAN_GROUPS.fullmatch(whole):
        return whole.replace(",", "")
    return None


def _chosen(
    values: dict[str, Decimal], codes: frozenset[str] | None, signs: list[str], page_sign: str | None
) -> Decimal | Ambiguous | None:
    """The value of `values` that currency and page agree on (rule 2)."""
    if not values:
        return None
    if len(set(values.values())) == 1:
        return next(iter(values.values()))
    if currencies.has_no_decimals(codes):
        return max(values.values())
    usual = currencies.decimal_sign_of(codes, signs[0] if signs else "")
    if page_sign is not None and usual in (None, page_sign):
        return values[page_sign]
    if page_sign is None and usual is not None:
        number = values[usual]
        if _decimals(number) == (3 if currencies.has_three_decimals(codes) else 0):
            return number
    return Ambiguous(tuple(f"{number:f}" for number in sorted(values.values(), reverse=True)))


def _decimals(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0
