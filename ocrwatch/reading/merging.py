"""A document of several pages, each read by itself, as one reading.

Rules
  1. One row a document: the first page that has a field gives it. Another page that says otherwise is a remark. The
     lines of a table are those of all pages, in their order.
  2. A page that shows several papers keeps them: then each page's entries stand for themselves.
  3. A page that could not be read is a remark, and counted: "2 of 3". So are blank pages: "3 of 5 (2 blank)". In a
     transcript their places stay empty.
  4. Where each page is a row, nothing is merged: each keeps its own reading. What became of the other pages is said in
     the first. A file with one page that is not blank is no batch.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from ocrwatch.document import PageFile
from ocrwatch.errors import BadAnswer, Rejected
from ocrwatch.messages import Message, message
from ocrwatch.ports import PAGE_BREAK, ItemTexts, PageReading, PagesRule, Reading, Said
from ocrwatch.reading.answers import Answer, Entry


@dataclass(frozen=True, slots=True)
class PageRead:
    """What page `number` (from 1) says; `text` is all that was seen on it, where the engine gives it."""

    number: int
    answer: Answer
    text: str = ""


@dataclass(frozen=True, slots=True)
class PageLost:
    """Why page `number` (from 1) could not be read."""

    number: int
    reason: Message


@dataclass(frozen=True, slots=True)
class PageBlank:
    """Nothing is on page `number` (from 1)."""

    number: int


Page = PageRead | PageLost | PageBlank


def each_page(numbers: Iterable[int], read: Callable[[int], PageRead | PageBlank]) -> list[Page]:
    """What `read` makes of each page; one that is rejected is lost.

    Every page is asked for before a bad answer is raised: many bad pages cost one attempt, not one each. Raises the
    first `BadAnswer`, else the first `Rejected` where nothing was read.
    """
    pages: list[Page] = []
    bad: BadAnswer | None = None
    lost: Rejected | None = None
    for number in numbers:
        try:
            pages.append(read(number))
        except BadAnswer as error:
            bad = bad or error
        except Rejected as error:
            lost = lost or error
            pages.append(PageLost(number, error.message))
    if bad is not None:
        raise bad
    if lost is not None and not any(isinstance(page, PageRead) for page in pages):
        raise lost
    return pages


def merged(pages: Sequence[Page], *, engine: str, rule: PagesRule = "together") -> Reading:
    """The reading of all `pages`, at least one of which was read, or all of which are blank."""
    read = [page for page in pages if isinstance(page, PageRead)]
    lost = [page for page in pages if isinstance(page, PageLost)]
    if not read:
        return Reading(entries=(), engine=engine, pages=_counted(pages), is_blank=True)
    if rule == "each" and len(read) + len(lost) > 1:
        return _apart(pages, read, lost, engine)
    return _together(pages, read, lost, engine)


def _together(pages: Sequence[Page], read: Sequence[PageRead], lost: Sequence[PageLost], engine: str) -> Reading:
    entries, remarks = _entries(read)
    return Reading(
        entries=entries,
        engine=engine,
        pages=_counted(pages),
        text=_transcript(pages) or "\n\n".join(page.text for page in read if page.text),
        tables=tuple(table for page in read for table in page.answer.transcript.tables),
        remarks=(*(remark for page in read for remark in page.answer.remarks), *remarks, *map(_not_read, lost)),
    )


def _transcript(pages: Sequence[Page]) -> str:
    """The pages' transcripts, "" where none has one."""
    texts = [page.answer.transcript.text if isinstance(page, PageRead) else "" for page in pages]
    return PAGE_BREAK.join(texts) if any(texts) else ""


def _apart(pages: Sequence[Page], read: Sequence[PageRead], lost: Sequence[PageLost], engine: str) -> Reading:
    """Each page's own reading; the first says what became of the others."""
    apart = [PageReading(page.number, _together([page], [page], (), engine)) for page in read]
    first = apart[0].reading
    if len(read) < len(pages):
        first = replace(first, pages=_counted(pages), remarks=(*first.remarks, *map(_not_read, lost)))
        apart[0] = PageReading(apart[0].page, first)
    return Reading(
        entries=tuple(entry for page in apart for entry in page.reading.entries),
        engine=engine,
        pages=_counted(pages),
        apart=tuple(apart),
        unread=tuple(PageFile(page=page.number, reason=page.reason) for page in lost),
    )


def _counted(pages: Sequence[Page]) -> str:
    read = sum(isinstance(page, PageRead) for page in pages)
    blank = sum(isinstance(page, PageBlank) for page in pages)
    if read == len(pages):
        return str(read)
    return f"{read} of {len(pages)}" + (f" ({blank} blank)" if blank else "")


def _not_read(page: PageLost) -> Message:
    return message("page {page} was not read: {reason}", page=page.number, reason=page.reason)


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
