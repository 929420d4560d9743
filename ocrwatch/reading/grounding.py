"""Does the document's own text hold what was read? A PDF that a program made is read twice: by the service, which looks
at its pages, and by what stands in the file. Nobody recognised that, so where the two differ a person is told.

Only what can be compared without doubt is: amounts, whole numbers and numbers of papers. Texts and dates are written in
too many ways.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace

from ocrwatch.messages import Message, message
from ocrwatch.ports import Field, Profile, Reading, cell_fields

_ENOUGH_CHARACTERS = 40
"""A page with less text of its own is a picture with a stamp on it."""

_NUMBER = re.compile(r"\d(?:[\d.,'’ \u00a0\u202f]*\d)?")


def grounded(reading: Reading, text: str, profile: Profile) -> Reading:
    """`reading` with the document's own `text` as evidence, and a remark for each value that is not in it."""
    own = unicodedata.normalize("NFKC", text)
    if profile.task != "fields" or len("".join(own.split())) < _ENOUGH_CHARACTERS:
        return reading
    remarks = tuple(_differences(reading, own, profile))
    return replace(reading, text="\n".join(filter(None, (reading.text, text))), remarks=(*reading.remarks, *remarks))


def _differences(reading: Reading, own: str, profile: Profile) -> Iterator[Message]:
    for field in cell_fields(profile.fields):
        for entry in reading.entries:
            said = entry.get(field.name)
            if isinstance(said, str) and said and not _is_in(unicodedata.normalize("NFKC", said), own, field):
                text = "{field} is {value} as read, which the text inside the PDF does not have: compare them"
                yield message(text, field=field.name, value=said)


def _is_in(said: str, own: str, field: Field) -> bool:
    match field.type:
        case "amount" | "integer":
            wanted = [_plain(number) for number in _NUMBER.findall(said)]
            known = {form for number in _NUMBER.findall(own) for form in _forms(number)}
            return not wanted or bool(known & {form for form in wanted if form}) or not any(wanted)
        case "id":
            return _letters(said) in _letters(own)
        case _:
            return True


def _forms(number: str) -> set[str]:
    """A number's digits as they may be written: whole, and in the parts that blanks make of it."""
    return {_plain(number), *(_plain(part) for part in number.split())}


def _plain(number: str) -> str:
    """Its digits, without the zeros that a program may leave out at either end."""
    match = re.fullmatch(r"(.*?)(?:[.,](\d{1,2}))?", number, re.DOTALL)
    assert match is not None
    whole, cents = re.sub(r"\D", "", match[1]), (match[2] or "").rstrip("0")
    return f"{whole.lstrip('0')}.{cents}"


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text).casefold()
