"""The reader in front of the others: what an e-invoice says as data is taken from there, at no cost.

    data that fills every field ──▶ the row          data that does not ──▶ the page is read as well
    no data ──────────────────────▶ the page is read                        where they differ, the data is taken
                                                                            and a remark says so

Where the page cannot be read, or there is none (OFD, XML), the row has what the data tells.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from ocrwatch.document import MAX_ATTEMPTS, Document
from ocrwatch.errors import DecoderCrashed, Rejected, TryAgain
from ocrwatch.messages import Message, message
from ocrwatch.ports import Embedded, Field, Pages, Profile, Reader, Reading, Said
from ocrwatch.reading.meanings import Filled, filled

ENGINE = "embedded data"

_MONEY = re.compile(r"[A-Z]{3} -?[\d.]+")
"""An amount as `meanings` fills it in, whatever the field is called and typed."""


class EmbeddedReader:
    """Implements the port `Reader` over another one."""

    def __init__(self, *, pages: Pages, reader: Reader) -> None:
        self._pages = pages
        self._reader = reader

    def read(self, document: Document, profile: Profile) -> Reading:
        """Raises what the other reader raises, where the data alone is no row."""
        found = self._found(document)
        if found is None:
            return self._reader.read(document, profile)
        told = filled(profile, found)
        if not any(field.required for field in told.open):
            return _by_data(document, found, told)
        try:
            return _together(profile, found, told, self._reader.read(document, profile))
        except Rejected as error:
            return _without_page(document, found, told, error.message)
        except TryAgain as error:
            if document.attempts + 1 < MAX_ATTEMPTS:
                raise
            return _without_page(document, found, told, error.message)

    def _found(self, document: Document) -> Embedded | None:
        """A file whose data brings the decoder down may have pages that do not."""
        try:
            return self._pages.embedded(document.path, document.digest)
        except DecoderCrashed:
            return None


def _by_data(document: Document, found: Embedded, told: Filled, *remarks: Message) -> Reading:
    unknown = [message("{field} is not in the invoice's data", field=field.name) for field in told.unknown]
    return Reading(
        entries=({**told.entry, **told.tables},),
        engine=ENGINE,
        pages=str(document.pages),
        text=_text(found),
        remarks=(*found.remarks, *unknown, *remarks),
        embedded=found,
    )


def _text(found: Embedded) -> str:
    """All that the data says: what a sum is compared with, whether the columns hold it or not."""
    return "\n".join(said for part in (found.facts, *found.lines) for said in part.values())


def _without_page(document: Document, found: Embedded, told: Filled, reason: Message) -> Reading:
    """What the data tells, though fields are missing. Raises `Rejected` by that where it tells no field at all."""
    if not told.entry and not told.tables:
        raise Rejected(reason)
    text = "the rest could not be read from the page: {reason}"
    return _by_data(document, found, told, message(text, reason=reason))


def _together(profile: Profile, found: Embedded, told: Filled, page: Reading) -> Reading:
    """The data, and what it does not tell from the page. Of several papers on one page none is known to be this one."""
    seen: Mapping[str, Said] = page.entries[0] if len(page.entries) == 1 else {}
    both = [
        (field, told.entry[field.name], said)
        for field in profile.fields
        if field.name in told.entry and isinstance(said := seen.get(field.name), str) and said
    ]
    text = "{field} is {first} in the data, and {second} on the page: the data was taken"
    differing = [
        message(text, field=field.name, first=data, second=said)
        for field, data, said in both
        if _differ(field, data, said)
    ]
    return replace(
        page,
        entries=({**seen, **told.entry, **told.tables},),
        engine=f"{ENGINE}, {page.engine}",
        text=f"{page.text}\n{_text(found)}",
        remarks=(*found.remarks, *differing, *page.remarks),
        embedded=found,
    )


def _differ(field: Field, data: str, page: str) -> bool:
    """Whether the two say something else, as far as their kind lets one tell without doubt."""
    kind = "amount" if _MONEY.fullmatch(data) else field.type
    match kind:
        case "amount":
            one, other = _number(data), _number(page)
            return one is not None and other is not None and abs(one) != abs(other)
        case "date" | "datetime":
            days = [[int(part) for part in re.findall(r"\d+", text)] for text in (data, page)]
            return len(days[0]) >= 3 and len(days[1]) >= 3 and sorted(days[0][:3]) != sorted(days[1][:3])
        case _:
            return _plain(data) != _plain(page)


def _number(text: str) -> Decimal | None:
    """The number in `text`, where its last sign is the decimal one for certain."""
    digits = re.sub(r"[^\d.,]", "", text)
    if match := re.fullmatch(r"([\d.,]*?)[.,](\d{1,2}|\d{4})", digits):
        digits = re.sub(r"[.,]", "", match[1]) + "." + match[2]
    try:
        return Decimal(digits)
    except InvalidOperation:
        return None


def _plain(text: str) -> str:
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text).casefold())
