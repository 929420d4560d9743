"""The words of calendars: months in the languages of receipts, weekdays, eras.

A word is a month when it begins the names of that month alone, with three letters or more.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

import re
import unicodedata

# English, German, French, Spanish, Italian, Portuguese, Dutch, Malay, Indonesian; without accents
_MONTHS = (
    "january januar janvier enero gennaio janeiro januari",
    "february februar fevrier febrero febbraio fevereiro februari",
    "march marz maerz mars marzo marco maart mac maret mrz",
    "april avril abril aprile",
    "may mai mayo maggio maio mei",
    "june juni juin junio giugno junho jun",
    "july juli juillet julio luglio julho julai jul",
    "august aout agosto augustus ogos agustus",
    "september septembre septiembre settembre setembro sept",
    "october oktober octobre octubre ottobre outubro",
    "november novembre noviembre novembro",
    "december dezember decembre diciembre dicembre dezembro disember desember",
)

_WEEKDAY = re.compile(
    r"\(?(?:\b(?P<english>mon|tue|wed|thu|fri|sat|sun)(?:s|nes|rs?|ur)?(?:day)?\b\.?"
    r"|(?:星期|周|週|礼拜|禮拜)(?P<chinese>[一二三四五六日天])"
    r"|(?:(?<=\()(?P<bracketed>[月火水木金土日])(?=\))|(?<=日)\s*(?P<japanese>[月火水木金土日])曜日?))\)?,?",
    re.IGNORECASE,
)
_WEEKDAY_NUMBERS = {
    **{name: number for number, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))},
    **{name: number for number, name in enumerate("一二三四五六日")},
    **{name: number for number, name in enumerate("月火水木金土日")},
    "天": 6,
}

ERAS = {"中華民國": 1911, "中华民国": 1911, "民國": 1911, "民国": 1911, "令和": 2018, "平成": 1988, "昭和": 1925}
"""What is added to a year of an era."""


def month_of(word: str) -> int | None:
    """The number of the month that `word` names or abbreviates; None: none, or more than one."""
    plain = "".join(c for c in unicodedata.normalize("NFD", word.casefold()) if not unicodedata.combining(c))
    if len(plain) < 3:
        return None
    months = [number for number, names in enumerate(_MONTHS, 1) if any(n.startswith(plain) for n in names.split())]
    return months[0] if len(months) == 1 else None


def without_weekday(text: str) -> tuple[str, int | None]:
    """`text` without the name of one day of the week, and that day (Monday is 0)."""
    match = _WEEKDAY.search(text)
    if match is None:
        return text, None
    name = next(group for group in match.groups() if group)
    return (text[: match.start()] + " " + text[match.end() :]).strip(" ,"), _WEEKDAY_NUMBERS[name.casefold()]
