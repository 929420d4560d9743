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
from ocrwatch.errors import BadAnswer, Halt, Rejected
from ocrwatch.messages import JSON, Message, message
from ocrwatch.ports import Answers, ItemTexts, Pages, Picture, PictureLimits, Profile, Reading, items_fields
from ocrwatch.reading import finder, finder_items, lines
from ocrwatch.reading.answers import Answer
from ocrwatch.reading.finder_amounts import Found
from ocrwatch.reading.lines import Line, Quad
from ocrwatch.reading.loose_json import without_lone_surrogates
from ocrwatch.reading.merging import Page, PageBlank, PageLost, PageRead, merged

ENGINE = "local"

_RECOGNITION_VERSION = "1"
"""Part of every request's name: another one when the recognition reads differently, so that it reads anew."""

_LIMITS = PictureLimits(max_bytes=64 * 1024 * 1024)

_TIMEOUT_SECONDS = 120.0
"""For one page. A slow computer needs about ten seconds."""

_FAINT_SCORE = 0.8
"""A value read with less certainty is pointed out for comparison with the scan."""


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

        Raises `Halt` when the engine is not installed, `DecoderCrashed`, and what `Pages.picture` raises.
        """
        pages: list[Page] = []
        tables: list[Mapping[str, ItemTexts]] = []
        lost: Rejected | None = None
        for number in range(1, document.pages + 1):
            try:
                read = self._lines(document, number - 1)
            except Rejected as error:
                lost = lost or error
                pages.append(PageLost(number, error.message))
                continue
            if read is None:
                pages.append(PageBlank(number))
                continue
            tables.append(_tables(read, profile))
            pages.append(PageRead(number, _answer(read, tables[-1], profile), lines.text(read)))
        if lost is not None and not tables:
            raise lost
        reading = merged(pages, engine=ENGINE, rule=profile.pages)
        if reading.apart or reading.is_blank:
            return reading
        has_print = any(page.text for page in pages if isinstance(page, PageRead))
        remarks = (*reading.remarks, *_remarks_on_tables(tables, profile))
        return replace(reading, remarks=remarks if has_print else (_NO_PRINT,))

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
