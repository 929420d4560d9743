"""Which pages of a document are read, where not all are wanted. Pure."""

from __future__ import annotations

from dataclasses import replace

from ocrwatch.document import Document
from ocrwatch.errors import Unusable
from ocrwatch.messages import message
from ocrwatch.ports import Profile, Reading


def page_numbers(document: Document, profile: Profile) -> range:
    """The pages (from 1) of `document` that are to be read. Raises `Unusable` where it has none of them."""
    first, last = profile.page_range or (1, None)
    found = range(first, min(last or document.pages, document.pages) + 1)
    if not found:
        text = "{name} has {count} pages, and page_range begins at page {first}: none of them is to be read."
        raise Unusable(message(text, name=document.path.name, count=document.pages, first=first))
    return found


def with_range(reading: Reading, numbers: range, document: Document) -> Reading:
    """`reading`, of these pages alone: its `pages` says which of how many, unless one of them was lost."""
    if len(numbers) == document.pages or not reading.pages.isdecimal():
        return reading
    return replace(reading, pages=f"{numbers[0]}-{numbers[-1]} of {document.pages}")
