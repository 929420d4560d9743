"""The reader that asks a service: one request a page, each answer stored before anything else is done with it.

    picture ─▶ question ─▶ stored? ──yes──▶ good ─▶ entries
                              │              └bad ─▶ the second wording, in the same way ─▶ both bad: Unusable
                              no ─▶ asked ─▶ stored ─▶ good, or BadAnswer: the line comes again

Rules
  1. What is stored decides what is asked, so a crash, a retry and a repeated reading pay nothing twice. Only a
     completion is stored: it was billed. An error was not.
  2. Nothing waits here. When the service asked to slow down, `Throttled` says at once when to come again.
  3. The log knows the document's id, the status and the request's id; never contents, never the key.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Literal
from urllib.parse import urlsplit

from ocrwatch.document import Document
from ocrwatch.errors import (
    BadAnswer,
    BadKey,
    Busy,
    DecoderCrashed,
    LineError,
    Offline,
    Rejected,
    ServerTrouble,
    UnexplainedRefusal,
    Unusable,
    UsageError,
)
from ocrwatch.messages import message
from ocrwatch.ports import Answers, Clock, Pages, PictureLimits, Profile, Reading
from ocrwatch.reading.answers import Answer, answer
from ocrwatch.reading.completions import Received, completion
from ocrwatch.reading.connection import Connection
from ocrwatch.reading.failures import (
    Failure,
    FieldsRefused,
    PictureRefused,
    UrlRefused,
    body_said,
    error_of,
    failure,
)
from ocrwatch.reading.gate import Gate
from ocrwatch.reading.grounding import grounded
from ocrwatch.reading.in_flight import InFlight
from ocrwatch.reading.merging import PageBlank, PageRead, each_page, merged
from ocrwatch.reading.page_range import page_numbers, with_range
from ocrwatch.reading.probing import Probe, probed
from ocrwatch.reading.prompts import wordings
from ocrwatch.reading.recent_images import RecentImages
from ocrwatch.reading.requests import MOST_PIXELS, Question, data_url, smaller_limits, takes_pixel_fields

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subject:
    """What is read: its `name` for people, its bytes' `digest`, and one `image` of it, to be found at `url`.

    `is_remote`: the service fetches it from there. `is_kept`: its bytes are known, so that the answer can be stored.
    """

    name: str
    digest: str
    image: str
    url: str
    is_remote: bool = False
    is_kept: bool = True

    @property
    def jitter(self) -> float:
        """0 to 1, another one for each document, so that a crowd does not come back as one."""
        return int(self.digest[-4:], 16) / 0xFFFF


class EndpointReader:
    """Implements the port `Reader`. Many threads may use it."""

    def __init__(
        self,
        *,
        base_url: str,
        model: str,
        key: Callable[[], str | None],
        timeout_seconds: float,
        min_pixels: int,
        max_pixels: int,
        pixel_fields: Literal["auto"] | bool,
        concurrency: int,
        pages: Pages,
        answers: Answers,
        clock: Clock,
        link_of: Callable[[str], str | None] = lambda digest: None,
    ) -> None:
        """`key` is asked before each request, so that a changed one is seen. `concurrency` is the most at once.

        `link_of` tells of a document's digest where in the web its bytes came from, if the service may be told.
        """
        self._model = model
        self._key = key
        self._pages = pages
        self._answers = answers
        self._clock = clock
        self._link_of = link_of
        self._not_by_link: set[str] = set()
        self._pixels = (min_pixels, max_pixels)
        self._limits = PictureLimits(max_pixels=min(max_pixels, MOST_PIXELS))
        self._connection = Connection(base_url=base_url, timeout_seconds=timeout_seconds, clock=clock)
        self._host = self._connection.host
        self._sends_pixels = takes_pixel_fields(self._host) if pixel_fields == "auto" else pixel_fields
        self._gate = Gate(host=self._host, ceiling=concurrency, clock=clock)
        self._in_flight = InFlight()
        self._images = RecentImages()

    def read(self, document: Document, profile: Profile) -> Reading:
        """The pages of `document` as one reading; see the port."""

        def read(number: int) -> PageRead | PageBlank:
            said = self._page(document, number, profile)
            return PageBlank(number) if said is None else PageRead(number, said)

        numbers = page_numbers(document, profile)
        pages = each_page(numbers, read)
        reading = with_range(merged(pages, engine=self._model, rule=profile.pages), numbers, document)
        return grounded(reading, self._print_of(document, numbers), profile)

    def _print_of(self, document: Document, numbers: range) -> str:
        """The text that the document itself holds, which nobody had to recognise; "" where there is none."""
        try:
            pages = [self._pages.print_of(document.path, document.digest, number - 1) for number in numbers]
        except (DecoderCrashed, Rejected, Busy):
            return ""
        return "\n".join(line for page in pages for line, _ in page)

    def read_url(self, url: str, profile: Profile) -> Reading:
        """The picture at `url`, which the service fetches itself. Nothing is stored.

        Raises `UrlRefused` when it cannot or will not, and any other `LineError`.
        """
        parts = urlsplit(url)
        name = parts.path.rpartition("/")[2] or parts.hostname or "picture"
        digest = sha256(url.encode("utf-8", "replace")).hexdigest()
        subject = _Subject(name=name, digest=digest, image=url, url=url, is_remote=True, is_kept=False)
        for prompt in wordings(profile):
            try:
                body = self._asked(self._question(subject, prompt), subject)
                return merged([PageRead(1, answer(body, profile))], engine=self._model)
            except BadAnswer:
                continue
            except (PictureRefused, UnexplainedRefusal) as error:
                raise UrlRefused(error.message) from error
        raise _unusable(name)

    def probe(self) -> Probe:
        """Whether the service is there, takes the key and knows the model. Costs nothing."""
        try:
            key = self._present_key()
            return probed(self._connection.get("/models", key), host=self._host, model=self._model, key=key)
        except LineError as error:
            return Probe(ok=False, said=error.message)

    def is_offline(self) -> bool:
        """Whether there was no connection at the last try."""
        return self._gate.is_unreachable()

    def close(self) -> None:
        """Let go of the connections."""
        self._connection.close()

    # ------------------------------------------------------------ one page

    def _page(self, document: Document, number: int, profile: Profile) -> Answer | None:
        """What page `number` (from 1) says, None of a blank one; a picture that is not taken is made smaller once."""
        known = self._images.get((document.digest, number))
        if known is not None:
            self._ensure_of_use(_Subject(name=document.path.name, digest=document.digest, image=known, url=""), profile)
        picture = self._pages.picture(document.path, document.digest, number - 1, self._limits)
        if picture.is_blank:
            return None
        image = sha256(picture.data).hexdigest()
        self._images.put((document.digest, number), image)
        subject = _Subject(name=document.path.name, digest=document.digest, image=image, url=data_url(picture))
        linked = self._linked(subject, document)
        if linked is not None and (read := self._answer_by_link(linked, profile)) is not None:
            return read
        try:
            return self._answer(subject, profile)
        except PictureRefused:
            smaller = self._pages.picture(document.path, document.digest, number - 1, smaller_limits(picture))
            image = sha256(smaller.data).hexdigest()
            return self._answer(replace(subject, image=image, url=data_url(smaller)), profile)

    def _answer(self, subject: _Subject, profile: Profile) -> Answer:
        """The first good answer among those stored; where the next is not stored yet, it is asked for."""
        for prompt in wordings(profile):
            question = self._question(subject, prompt)
            stored = self._answers.get(question.key)
            if stored is None:
                return answer(self._asked(question, subject), profile)
            try:
                return answer(stored, profile)
            except BadAnswer:
                continue
        raise _unusable(subject.name)

    def _linked(self, subject: _Subject, document: Document) -> _Subject | None:
        """The subject at its own address in the web, where it has one and the very same bytes lie there."""
        if document.pages != 1 or subject.image != document.digest or document.digest in self._not_by_link:
            return None  # it was turned, scaled, or drawn here
        url = self._link_of(document.digest)
        return None if url is None else replace(subject, url=url, is_remote=True)

    def _answer_by_link(self, linked: _Subject, profile: Profile) -> Answer | None:
        """As `_answer`; None where the service does not fetch the picture: then its bytes are sent.

        After trouble, which may have been that very fetching, they are sent the next time.
        """
        try:
            return self._answer(linked, profile)
        except (UrlRefused, PictureRefused, UnexplainedRefusal):
            log.info("%s: the service does not fetch the link; the picture is sent", linked.digest[:8])
            self._not_by_link.add(linked.digest)
            return None
        except ServerTrouble:
            self._not_by_link.add(linked.digest)
            raise

    def _ensure_of_use(self, subject: _Subject, profile: Profile) -> None:
        """Making a picture costs seconds: it is not made to ask what may not be asked now. Raises as the gate."""
        for prompt in wordings(profile):
            stored = self._answers.get(self._question(subject, prompt).key)
            if stored is None:
                self._gate.ensure_open(subject.jitter)
                return
            try:
                answer(stored, profile)
            except BadAnswer:
                continue
            return

    def _question(self, subject: _Subject, prompt: str) -> Question:
        pixels = self._pixels if self._sends_pixels else None
        return Question(model=self._model, prompt=prompt, image=subject.image, url=subject.url, pixels=pixels)

    # ------------------------------------------------------------ asking

    def _asked(self, question: Question, subject: _Subject) -> str:
        """The body of the service's completion, stored; asked by one at a time."""
        if not subject.is_kept:
            return self._asked_now(question, subject)
        with self._in_flight.alone(question.key, subject.name):
            stored = self._answers.get(question.key)  # it may have come just now
            return self._asked_now(question, subject) if stored is None else stored

    def _asked_now(self, question: Question, subject: _Subject) -> str:
        """A strict server is asked again without optional fields."""
        try:
            body = self._completed(question, subject)
        except FieldsRefused:
            if question.pixels is None:
                raise
            self._sends_pixels = False
            log.info("%s does not know the pixel fields: they are left out from now on", self._host)
            return self._asked(replace(question, pixels=None), subject)
        if subject.is_kept:
            said = completion(body)
            self._answers.put(question.key, body, digest=subject.digest, tokens=said.tokens if said else 0)
        return body

    def _completed(self, question: Question, subject: _Subject) -> str:
        """The body of a completion. Raises what stands in its place."""
        key = self._present_key()
        with self._gate.passed(subject.jitter):
            started = self._clock()
            try:
                received = self._connection.post("/chat/completions", question.body(), key)
            except Offline as error:
                self._gate.explain(error.message)
                raise Offline(error.message, after_seconds=self._gate.unreachable()) from error
            seconds = self._clock() - started
        request_id = received.request_id or body_said(received.body).request_id or "unnamed"
        log.info("%s: status %d in %.1f s, request %s", subject.digest[:8], received.status, seconds, request_id)
        if received.status == 200 and completion(received.body) is not None:
            self._gate.answered()
            return received.body
        raise self._error(received, subject, key)

    def _present_key(self) -> str | None:
        try:
            return self._key() or None
        except UsageError as error:
            raise BadKey(error.message) from error

    def _error(self, received: Received, subject: _Subject, key: str | None) -> LineError:
        """What stands in place of a completion, as an error of the line."""
        kind = failure(received.status, received.body)
        if kind is Failure.DOWNLOAD and not subject.is_remote:
            kind = Failure.TROUBLE  # nothing was to be fetched: the gateway stumbled over its own copy
        kind, after_seconds = self._gate.failed(kind, received.retry_after, subject.jitter)
        log.info("%s met %s", subject.digest[:8], kind.name)
        error = error_of(kind, received, name=subject.name, host=self._host, key=key, after_seconds=after_seconds)
        if isinstance(error, Offline):
            self._gate.explain(error.message)
        return error


def _unusable(name: str) -> Unusable:
    text = "The reading service gave no answer that can be used for {name}, asked in two ways. Enter it by hand."
    return Unusable(message(text, name=name))
