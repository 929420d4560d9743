"""A document of several pages, each read by itself, as one reading.

Rules
  1. One row a document: the first page that has a field gives it. Another page that says otherwise is a remark. The
     lines of a table are those of all pages, in their order.
  2. A page that shows several papers keeps them: then each page's entries stand for themselves.
  3. A page that could not be read is a remark, and counted: "2 of 3".

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from ocrwatch.messages import Message, message
from ocrwatch.ports import ItemTexts, Reading, Said
from ocrwatch.reading.answers import Answer, Entry


@dataclass(frozen=True, slots=True)
class PageRead:
    """What page `number` (from 1) says."""

    number: int
    answer: Answer


@dataclass(frozen=True, slots=True)
class PageLost:
    """Why page `number` (from 1) could not be read."""

    number: int
    reason: Message


def merged(pages: Sequence[PageRead | PageLost], *, engine: str) -> Reading:
    """The reading of all `pages`, at least one of which was read."""
    read = [page for page in pages if isinstance(page, PageRead)]
    lost = [page for page in pages if isinstance(page, PageLost)]
    entries, remarks = _entries(read)
    return Reading(
        entries=entries,
        engine=engine,
        pages=f"{len(read)} of {len(pages)}" if lost else str(len(pages)),
        remarks=(
            *(remark for page in read for remark in page.answer.remarks),
            *remarks,
            *(message("page {page} was not read: {reason}", page=page.number, reason=page.reason) for page in lost),
        ),
    )


def _entries(read: Sequence[PageRead]) -> tuple[tuple[Entry, ...], list[Message]]:
    if len(read) == 1 or any(len(page.answer.entries) > 1 for page in read):
        every = [entry for page in read for entry in page.answer.entries]
        return tuple([entry for entry in every if any(entry.values())] or every[:1]), []
    one: dict[str, Said] = {}
    source: dict[str, int] = {}
    remarks: list[Message] = []
    for page in read:
        for name, said in page.answer.entries[0].items():
            known = one.get(name)
            if said is None or not known:
                one[name] = known or said
                source[name] = page.number
            elif isinstance(known, tuple) or isinstance(said, tuple):
                one[name] = (*_lines(known), *_lines(said))
            elif _folded(said) != _folded(known):
                remarks.append(_conflict(name, (known, source[name]), (said, page.number)))
    return (one,), remarks


def _lines(said: Said) -> ItemTexts:
    return said if isinstance(said, tuple) else ()


def _conflict(name: str, first: tuple[str, int], second: tuple[str, int]) -> Message:
    return message(
        "{field} is {first} on page {first_page}, and {second} on page {second_page}: which?",
        field=name,
        first=first[0],
        first_page=first[1],
        second=second[0],
        second_page=second[1],
    )


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
