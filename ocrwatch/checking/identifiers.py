"""Identifiers: kept as printed; where the field tells their kind, the check digit is tried.

Rule: an identifier is never changed, completed or refused here. A failed check is a remark for a person. Masked numbers
(`4107281991****5515`) and kinds that are not told are taken as they are.

Pure but for the tables that python-stdnum loads, the first time it is asked.
"""

from __future__ import annotations

import re
from typing import Literal

from ocrwatch.messages import Message, message
from ocrwatch.ports import Field

Kind = Literal["resident", "tax", "iban"]

_KINDS: tuple[tuple[re.Pattern[str], Kind], ...] = (
    (re.compile(r"身份证|身份證|居民证件|resident id", re.IGNORECASE), "resident"),
    (
        re.compile(r"税号|稅號|纳税人|统一社会信用|信用代码|\btax (id|no|number)|\bvat|\bust|\btva", re.IGNORECASE),
        "tax",
    ),
    (re.compile(r"\biban\b", re.IGNORECASE), "iban"),
)


def doubt_about(text: str, field: Field) -> Message | None:
    """What speaks against the identifier `text` in `field`; None where nothing does."""
    number = re.sub(r"[\s-]", "", text).upper()
    kind = next((kind for name in (field.name, *field.labels) for words, kind in _KINDS if words.search(name)), None)
    if kind is None or not re.fullmatch("[0-9A-Z]+", number):
        return None
    match kind:
        case "resident":
            return _resident(number, field.name)
        case "tax":
            return _tax(number, field.name)
        case "iban":
            return None if _is_iban(number) else _wrong_check_digit(field.name)


def _resident(number: str, name: str) -> Message | None:
    if not re.fullmatch("[0-9]+X?", number):
        return None  # a passport or another paper
    if len(number) not in (15, 18):
        return message("{field} has {count} characters, not 18", field=name, count=len(number))
    return None if len(number) == 15 or _is_resident(number) else _wrong_check_digit(name)


def _tax(number: str, name: str) -> Message | None:
    if number[:2].isalpha():
        return _european_vat(number, name)
    if not re.fullmatch("[0-9]{8}[0-9A-Z]{10}|[0-9A]{2}[0-9]{6}[0-9A-Z]{10}", number):
        return None
    from stdnum.cn import uscc

    return None if uscc.is_valid(number) or _is_resident(number) else _wrong_check_digit(name)


def _european_vat(number: str, name: str) -> Message | None:
    from stdnum.eu import vat

    if number[:2].lower() not in vat.MEMBER_STATES and number[:2] != "EL":
        return None
    return None if vat.is_valid(number) else _wrong_check_digit(name)


def _is_resident(number: str) -> bool:
    """Whether check digit and birth date are right. Its place is not looked up: counties are founded and dissolved."""
    from stdnum.cn import ric
    from stdnum.exceptions import ValidationError

    if not re.fullmatch("[0-9]{17}[0-9X]", number) or ric.calc_check_digit(number) != number[-1]:
        return False
    try:
        ric.get_birth_date(number)
    except ValidationError:
        return False
    return True


def _is_iban(number: str) -> bool:
    from stdnum import iban

    return bool(iban.is_valid(number, check_country=False))


def _wrong_check_digit(name: str) -> Message:
    return message("{field}: its check digit does not fit, a character may be misread", field=name)
