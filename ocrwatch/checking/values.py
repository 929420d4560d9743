"""One field's text: its typed value, or the text as it stands, and what a person should look at.

Rule: nothing is guessed, completed or corrected. A text that is not wholly a value of its field's type stays text.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import assert_never

from ocrwatch.checking.amounts import MAX_DIGITS, read_amount
from ocrwatch.checking.dates import Readings, readings
from ocrwatch.checking.evidence import Evidence, likely_day
from ocrwatch.checking.identifiers import doubt_about
from ocrwatch.checking.printed import Ambiguous, folded, has_unread, narrowed, trimmed
from ocrwatch.document import Value
from ocrwatch.messages import Message, message
from ocrwatch.ports import Field

_LIES_AHEAD = re.compile(
    r"\bdue\b|deadline|expir|valid|until|depart|arriv|travel|flight|check.?(?:in|out)|deliver|book"
    r"|到期|截止|有效|期限|发车|出发|乘车|开车|到达|航班|入住|离店|交货|预约",
    re.IGNORECASE,
)
_LIES_BACK = re.compile(r"birth|born|found|establish|出生|成立", re.IGNORECASE)
_USUAL_AHEAD, _LONG_AHEAD = timedelta(days=1), timedelta(days=2 * 366)
_LONG_AGO_YEARS = 40


@dataclass(frozen=True, slots=True)
class Checked:
    """A cell's value, and what a person should look at."""

    value: Value
    check: tuple[Message, ...] = ()


def checked(text: str | None, field: Field, evidence: Evidence) -> Checked:
    """What `text` says in `field`."""
    printed = trimmed(text or "")
    if not printed:
        return Checked(None, (message("{field} is missing", field=field.name),) if field.required else ())
    if has_unread(printed):
        return _text(printed, message("{field} has characters that could not be read (?)", field=field.name))
    match field.type:
        case "text":
            return Checked(printed)
        case "id":
            return _identifier(narrowed(printed), field)
        case "integer":
            return _integer(printed, field)
        case "amount":
            return _amount(printed, field, evidence)
        case "date" | "datetime":
            return _moment(printed, field, evidence)
        case "items":
            raise ValueError("a table has lines, not a value")
        case _ as unreachable:
            assert_never(unreachable)


def _text(printed: str, *check: Message) -> Checked:
    return Checked(printed, check)


def _identifier(printed: str, field: Field) -> Checked:
    doubt = doubt_about(printed, field)
    return Checked(printed, () if doubt is None else (doubt,))


def _integer(printed: str, field: Field) -> Checked:
    for plain in _candidates(printed, field):
        if re.fullmatch(rf"[+-]?[0-9]{{1,{MAX_DIGITS}}}", plain):
            return Checked(int(plain))
    return _text(printed, message("{field} does not look like a whole number", field=field.name))


def _amount(printed: str, field: Field, evidence: Evidence) -> Checked:
    for plain in _candidates(printed, field):
        match read_amount(plain, page=evidence.page, decimal_sign=evidence.decimal_sign):
            case None:
                continue
            case Ambiguous() as ambiguous:
                return _text(printed, _which(field, ambiguous.readings))
            case amount:
                return Checked(amount)
    return _text(printed, message("{field} does not look like an amount", field=field.name))


def _moment(printed: str, field: Field, evidence: Evidence) -> Checked:
    found = next(filter(None, (readings(plain, evidence.arrived) for plain in _candidates(printed, field))), None)
    if found is None:
        return _text(printed, message("{field} does not look like a date", field=field.name))
    day = likely_day(found, evidence)
    if day is None:
        return _text(printed, _which(field, [day.isoformat() for day in sorted(set(found.days.values()))]))
    check = _doubts_about_day(day, found, field, evidence)
    if field.type == "date":
        return Checked(day, check)
    if found.time is None:
        return Checked(day, (*check, message("{field} has no time of day", field=field.name)))
    return Checked(datetime.combine(day, found.time), check)


def _doubts_about_day(day: date, found: Readings, field: Field, evidence: Evidence) -> tuple[Message, ...]:
    name, words = field.name, " ".join((field.name, *field.labels))
    doubts = []
    if not found.weekday_fits:
        doubts.append(message("{field}: the day of the week does not fit the date", field=name))
    if found.order is not None and evidence.set_order not in (None, found.order):
        doubts.append(message("{field} is not written in the order {order}", field=name, order=str(evidence.set_order)))
    if day > evidence.arrived + (_LONG_AHEAD if _LIES_AHEAD.search(words) else _USUAL_AHEAD):
        doubts.append(message("{field} lies in the future", field=name))
    if day.year < evidence.arrived.year - _LONG_AGO_YEARS and not _LIES_BACK.search(words):
        doubts.append(message("{field} lies more than {years} years back", field=name, years=_LONG_AGO_YEARS))
    return tuple(doubts)


def _which(field: Field, choices: tuple[str, ...] | list[str]) -> Message:
    if len(choices) == 2:
        return message(
            "{field} could be {first} or {second}: which?", field=field.name, first=choices[0], second=choices[1]
        )
    return message(
        "{field} could be {first}, {second} or {third}: which?",
        field=field.name,
        first=choices[0],
        second=choices[1],
        third=choices[2],
    )


def _candidates(printed: str, field: Field) -> list[str]:
    """`printed` as it is, then without the field's own label before it ("Total: 8.20")."""
    plain = folded(printed)
    candidates = [plain]
    for label in (field.name, *field.labels):
        start = rf"{re.escape(folded(label))}(?:\s*:\s*|\s+(?!-)|(?<=[\u4e00-\u9fff])(?![\s-]))"
        if label and (match := re.match(start, plain, re.IGNORECASE)) is not None:
            candidates.append(plain[match.end() :])
    return candidates
