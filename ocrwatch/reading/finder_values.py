"""What a value looks like in print: amounts, dates, times, identifiers, as pieces of a line, verbatim.

Every function gives pieces of the text it was given, unchanged; none reads a meaning into them (that is the
checking's part). A piece that is damaged (an amount with a gap in it, a date cut off at the edge) is none.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from re import Match

CURRENCY = (
    r"RM|MYR|S\$|US\$|HK\$|NT\$|A\$|C\$|R\$|CN¥|JP¥|USD|EUR|GBP|CNY|RMB|JPY|HKD|SGD|AUD|CAD|CHF|THB|IDR|INR|TWD|KRW"
    r"|VND|PHP|NZD|SEK|NOK|DKK|PLN|CZK|HUF|TRY|BRL|ZAR|MAD|AED|SAR|MXN|Rp|Rs|kr|zł|Kč|Ft|lei|[$€£¥￥₩₹฿₫₱₽₺₪]"
)
"""Currencies as papers print them: signs and codes, as a regular expression."""

_NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d{1,4})?|\d{1,3}(?:\.\d{3})+,\d{2}|\d{1,3}(?: \d{3})+,\d{2}|\d+[.,]\d{1,4}|\d+)"
_AMOUNT = re.compile(
    rf"(?<![\w.,/:#*-])(?P<before>(?:{CURRENCY})\s*)?(?P<sign>[-−–(]\s*)?(?P<inner>(?:{CURRENCY})\s*)?"
    rf"(?P<number>{_NUMBER})(?P<close>\))?(?P<minus>-(?!\d))?(?P<after>\s*(?:元|圆|{CURRENCY})(?![A-Za-z]))?"
    r"(?![\d/:：%]|[.,]\d|-\d|\s*[%％])"
)
_CENTS = re.compile(r"[.,]\d{2}\Z")

_MONTHS = (
    "jan january januar januari janvier enero gennaio janeiro jänner feb february februar februari février febrero "
    "febbraio fevereiro mar march märz mars marzo março maart mac maret apr april avril abril aprile may mai mayo "
    "maggio maio mei jun june juni juin junio giugno junho jul july juli juillet julio luglio julho julai aug "
    "august août agosto augustus ogos agustus sep sept september septembre septiembre settembre setembro oct "
    "october oktober octobre octubre ottobre outubro okt nov november novembre noviembre novembro dec december dez "
    "dezember décembre diciembre dicembre dezembro disember desember "
)
"""Of the languages whose receipts are read; longest first in the pattern, so that a word is taken whole."""

_MONTH = rf"(?:{'|'.join(sorted(_MONTHS.split(), key=len, reverse=True))})"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_MONTH_NUMBER = r"(?:0?[1-9]|1[0-2])"
_YEAR = r"(?:19|20)\d{2}"
_CLOCK = r"(?:[01]?\d|2[0-3])[:：.][0-5]\d"
_END = rf"(?=\D|\Z|{_CLOCK})"
_DATE = re.compile(
    rf"(?<!\d)(?:"
    rf"{_YEAR}\s?年\s?{_MONTH_NUMBER}\s?月\s?{_DAY}\s?[日号]"
    rf"|{_YEAR}(?P<mark>[-/.])\s?{_MONTH_NUMBER}(?P=mark)\s?{_DAY}{_END}"
    rf"|(?:{_DAY}(?P<a>[-/.]){_MONTH_NUMBER}(?P=a)|{_MONTH_NUMBER}(?P<b>[-/.]){_DAY}(?P=b))"
    rf"(?:{_YEAR}{_END}|\d{{2}}(?!\d|[-/.]\d))"
    rf"|民[国國]\s?\d{{2,3}}\s?年\s?{_MONTH_NUMBER}\s?月\s?{_DAY}\s?日|{_DAY}\.\s{_MONTH_NUMBER}\.\s?{_YEAR}{_END}"
    rf"|{_DAY}(?:st|nd|rd|th)?[-/. ,]{{0,2}}(?:de\s)?{_MONTH}[-/. ,']{{0,2}}(?:de\s)?(?:{_YEAR}{_END}|\d{{2}}(?![\d:]))"
    rf"|{_MONTH}[-/. ]{{0,2}}{_DAY}(?:st|nd|rd|th)?[-/, ]{{1,2}}{_YEAR}{_END}"
    r")",
    re.IGNORECASE,
)
_COMPACT_DATE = re.compile(r"(?<![\dA-Za-z])(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?![\dA-Za-z])")
_TIME = re.compile(
    r"\A[\sT,;#@|-]{0,3}((?:[01]?\d|2[0-3])[:：.][0-5]\d(?:[:：.][0-5]\d)?(?:\s?[AaPp]\.?[Mm]\b\.?)?\s?开?)"
)

_TOKEN = re.compile(r"[A-Za-z0-9*][A-Za-z0-9*/_-]*[A-Za-z0-9*]|[A-Za-z0-9]")
_PERSON_ID = re.compile(r"(?<![\dA-Za-z*])(?=[\d*]{6})\d{4,14}[\d*]{1,13}[\dXx*](?![\dA-Za-z*])")


def amounts(text: str) -> list[str]:
    """Amounts in `text`, left to right, with the currency that is printed at them."""
    return [match.group().strip() for match in amount_matches(text)]


def amount_matches(text: str) -> Iterator[Match[str]]:
    for match in _AMOUNT.finditer(text):
        if bool(match["close"]) == ("(" in (match["sign"] or "")):
            yield match


def has_cents(amount: str) -> bool:
    """Whether two digits stand behind the amount's point or comma."""
    return bool(_CENTS.search(re.sub(r"[^\d.,]+\Z", "", amount)))


def has_currency(amount: str) -> bool:
    return bool(re.search(rf"{CURRENCY}|元|圆", amount))


def is_zero(amount: str) -> bool:
    return not re.search(r"[1-9]", amount)


def in_cents(amount: str) -> int | None:
    """The hundredths that a plain amount comes to; None where it has no two decimals, or a sign."""
    match = re.fullmatch(rf"(?:{CURRENCY})?\s*({_NUMBER})\s*(?:{CURRENCY}|元|圆)?", amount)
    if match is None or not _CENTS.search(match[1]):
        return None
    return int(re.sub(r"\D", "", match[1]))


def dates(text: str) -> list[str]:
    """Dates in `text`, left to right; eight bare digits only where nothing else is one."""
    found = [match.group() for match in _DATE.finditer(text)]
    return found or [match.group() for match in _COMPACT_DATE.finditer(text)]


def date_with_time(text: str, date: str) -> str:
    """`date`, with the time of day that stands behind it in `text`, if any."""
    start = text.find(date)
    behind = text[start + len(date) :]
    time = _TIME.match(behind)
    return text[start : start + len(date) + time.end()].rstrip() if time else date


def identifiers(text: str) -> list[str]:
    """Numbers of papers and persons in `text`: runs of letters, digits, marks, with digits among them."""
    return [
        match.group() for match in _TOKEN.finditer(text) if sum(c.isdigit() or c == "*" for c in match.group()) >= 2
    ]


def person_ids(text: str) -> list[str]:
    """Identity card numbers: 18 or 15 characters, some of them perhaps masked by `*` in print."""
    return [match.group() for match in _PERSON_ID.finditer(text) if len(match.group()) in (15, 18)]


def currency_of(amount: str) -> str | None:
    """The currency printed at `amount`."""
    match = re.search(rf"{CURRENCY}|元|圆", amount)
    return match.group() if match else None
