"""The reader that needs no key and no network: RapidOCR in the child process, our own finder here.

Each page's lines are stored as an answer under the picture's SHA-256, so a crash or another reading with other
fields costs no second recognition.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from importlib.util import find_spec
from typing import Protocol

from ocrwatch.document import Document
from ocrwatch.errors import BadAnswer, DecoderCrashed, Halt, Unusable
from ocrwatch.messages import JSON, Message, message
from ocrwatch.ports import (
    Answers,
    ItemTexts,
    Pages,
    Picture,
    PictureLimits,
    Profile,
    Reading,
    Task,
    cell_fields,
    items_fields,
)
from ocrwatch.reading import finder, finder_items, lines
from ocrwatch.reading.answers import Answer
from ocrwatch.reading.finder_amounts import Found
from ocrwatch.reading.lines import Line, Quad
from ocrwatch.reading.loose_json import without_lone_surrogates
from ocrwatch.reading.merging import PageBlank, PageRead, each_page, merged
from ocrwatch.reading.page_range import page_numbers, with_range
from ocrwatch.reading.transcripts import Transcript

ENGINE = "local"

_RECOGNITION_VERSION = "1"
"""Part of every request's name: another one when the recognition reads differently, so that it reads anew."""

_LIMITS = PictureLimits(max_bytes=64 * 1024 * 1024)

_TIMEOUT_SECONDS = 120.0
"""For one page. A slow computer needs about ten seconds."""

_FAINT_SCORE = 0.8
"""A value read with less certainty is pointed out for comparison with the scan."""


_BEYOND: dict[Task, Message] = {
    "table": message("tables"),
    "document": message("whole documents"),
    "formula": message("formulas"),
}
"""What this engine does not know how to read."""

_CANNOT = (
    "{name} was not read: the engine on this computer reads text and fields, no {what}. Set the key of a reading "
    'service (ocrwatch key set), or say task = "text" for this folder, and drop the scan again.'
)

_NO_PRINT = message("No print was found on the scan: look at it, and scan it again if need be.")


class Child(Protocol):
    """The child process, as far as it is needed here."""

    def call(
        self, function: str, arguments: Mapping[str, JSON], blob: bytes = b"", *, timeout_seconds: float
    ) -> tuple[JSON, bytes]:
        """What `function` ("package.module:name") returns there. Raises `DecoderCrashed`."""
        ...


def missing() -> Message | None:
    """What to do so that local reading works; None when it does."""
    absent = next((name for name in ("rapidocr", "onnxruntime") if find_spec(name) is None), None)
    if absent is None:
        return None
    if getattr(sys, "frozen", False):  # a packaged program, which takes no packages
        return message(
            "This ocrwatch came without the engine that reads on this computer. Install the setup that has it "
            "(the one without “small” in its name), or set a key for a reading service: ocrwatch key set"
        )
    return message(
        "Reading on this computer needs the package {package}, which is not installed. Install it with: {command}",
        package=absent,
        command='pip install "ocrwatch[local]"',
    )


class LocalReader:
    """Implements the port `Reader`."""

    def __init__(self, *, pages: Pages, child: Child, answers: Answers) -> None:
        self._pages = pages
        self._child = child
        self._answers = answers

    def read(self, document: Document, profile: Profile) -> Reading:
        """One entry for the whole document: each page is read by itself, and a remark says where two differ.

        Raises `Halt` when the engine is not installed, `Unusable` for a task that it cannot do, `DecoderCrashed`, and
        what `Pages.picture` raises.
        """
        if profile.task in _BEYOND:
            raise Unusable(message(_CANNOT, name=document.path.name, what=_BEYOND[profile.task]))
        numbers = page_numbers(document, profile)
        printed = self._printed(document, numbers, profile)
        tables: list[Mapping[str, ItemTexts]] = []

        def read(number: int) -> PageRead | PageBlank:
            found = printed[number] if printed else self._lines(document, number - 1)
            if found is None:
                return PageBlank(number)
            tables.append(_tables(found, profile))
            return PageRead(number, _answer(found, tables[-1], profile), lines.text(found))

        pages = each_page(numbers, read)
        reading = with_range(merged(pages, engine=ENGINE, rule=profile.pages), numbers, document)
        if reading.apart or reading.is_blank:
            return reading
        has_print = any(page.text for page in pages if isinstance(page, PageRead))
        remarks = (*reading.remarks, *_remarks_on_tables(tables, profile))
        return replace(reading, remarks=remarks if has_print else (_NO_PRINT,))

    def _printed(self, document: Document, numbers: range, profile: Profile) -> dict[int, list[Line]]:
        """The print that the document itself holds as text, by page, where that tells all that is wanted."""
        pages: dict[int, list[Line]] = {}
        for number in numbers:
            try:
                print_of = self._pages.print_of(document.path, document.digest, number - 1)
            except DecoderCrashed:
                return {}
            if not print_of:
                return {}
            pages[number] = lines.straightened([(text, quad, 1.0) for text, quad in print_of])
        if profile.task == "text":
            return pages
        told = {name for page in pages.values() for name, found in finder.find(page, profile).items() if found.text}
        wanted = {field.name for field in cell_fields(profile.fields) if field.required}
        return pages if wanted <= told else {}

    def _lines(self, document: Document, page: int) -> list[Line] | None:
        """The lines of page `page` (from 0), None of a blank one."""
        picture = self._pages.picture(document.path, document.digest, page, _LIMITS)
        if picture.is_blank:
            return None
        request = _request(picture)
        answer = self._answers.get(request)
        if answer is None:
            if (problem := missing()) is not None:
                raise Halt(problem)
            read, _ = self._child.call(
                "ocrwatch.reading.recognition:lines", {}, picture.data, timeout_seconds=_TIMEOUT_SECONDS
            )
            answer = without_lone_surrogates(json.dumps(read, ensure_ascii=False, separators=(",", ":")))
            self._answers.put(request, answer, digest=document.digest)
        return lines.straightened(_parsed(answer))


def _answer(read: Sequence[Line], table: Mapping[str, ItemTexts], profile: Profile) -> Answer:
    """What a page says. Where it is a row of its own, what is to be said of its tables is said here."""
    if profile.task == "text":
        return Answer(entries=({},), transcript=Transcript(text=lines.text(read)))
    values = finder.find(read, profile)
    remarks = _remarks(values)
    if profile.pages == "each":
        remarks = (*remarks, *_remarks_on_tables([table], profile)) if read else (_NO_PRINT,)
    return Answer(entries=({**_entry(values), **table},), remarks=remarks)


def _request(picture: Picture) -> str:
    return sha256(f"{ENGINE}\0{_RECOGNITION_VERSION}\0".encode() + picture.data).hexdigest()


def _parsed(answer: str) -> list[tuple[str, Quad, float]]:
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(list[tuple[str, Quad, float]]).validate_json(answer)
    except ValidationError as error:
        raise BadAnswer(message("The local engine gave something that is no list of lines.")) from error


def _tables(page: Sequence[Line], profile: Profile) -> dict[str, ItemTexts]:
    """The tables of a page, by the names of their fields; one that cannot be told for sure is not in it."""
    paper = lines.rows(page)
    found = ((field.name, finder_items.items(paper, field)) for field in items_fields(profile.fields))
    return {name: items for name, items in found if items}


def _remarks_on_tables(tables: Sequence[Mapping[str, ItemTexts]], profile: Profile) -> Iterator[Message]:
    for field in items_fields(profile.fields):
        count = sum(field.name in found for found in tables)
        if not count:
            text = "{field} could not be told apart by the engine on this computer: enter them by hand"
            yield message(text, field=field.name)
        elif count < len(tables):
            yield message("{field} may be incomplete: compare with the scan", field=field.name)


def _entry(found: Mapping[str, Found]) -> dict[str, str | None]:
    return {name: value.text for name, value in found.items()}


def _remarks(found: Mapping[str, Found]) -> tuple[Message, ...]:
    return tuple(
        message("{field} is hard to read: compare it with the scan.", field=name)
        for name, value in found.items()
        if min(line.score for line in value.lines) < _FAINT_SCORE
    )
