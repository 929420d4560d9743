"""`ocrwatch read`: what a picture says, printed; nothing is recorded, moved or kept."""

from __future__ import annotations

import json
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from ocrwatch.cli import terminal
from ocrwatch.cli.opening import ConfigOption, loaded
from ocrwatch.cli.showing import items_lines, made_lines, row_data, row_pairs
from ocrwatch.cli.terminal import about, complain, help_text, say, say_pairs
from ocrwatch.document import Document, Row, Signature
from ocrwatch.errors import BadAnswer, LineError, UsageError
from ocrwatch.inbox.shortcuts import LINK, name_in
from ocrwatch.messages import JSON, message

if TYPE_CHECKING:
    from ocrwatch.app import Engine
    from ocrwatch.config.settings import Inbox, Settings
    from ocrwatch.ports import Profile, Reading

_SOME_FAILED = 1


def read(
    what: Annotated[
        list[str], typer.Argument(metavar="FILE|URL…", help=help_text(message("Pictures, PDFs or links.")))
    ],
    config: ConfigOption = None,
    profile: Annotated[
        str,
        typer.Option(
            "--profile",
            metavar="TYPE",
            help=help_text(
                message(
                    "The document type: receipt, receipt-items, invoice, china-invoice, train-ticket (default: as "
                    "configured)."
                )
            ),
        ),
    ] = "",
    task: Annotated[
        str,
        typer.Option(
            "--task",
            metavar="TASK",
            help=help_text(message("What is wanted: fields, text, table, document, formula (default: as configured).")),
        ),
    ] = "",
    pages: Annotated[
        str, typer.Option("--pages", metavar="1-3", help=help_text(message("Only these pages of each file.")))
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help=help_text(message("Print JSON.")))] = False,
) -> int:
    """Exit status 0 done, 1 some could not be read."""
    from ocrwatch.app import Engine

    settings = loaded(config).settings
    engine = Engine(settings, Forgotten())
    results: list[JSON] = []
    failed = 0
    try:
        for name in what:
            try:
                asked = _of_pages(_profile(settings, profile, task, name), pages)
                rows = PictureReader(engine, asked).rows(name)
            except LineError as error:
                failed += 1
                results.append({"file": name, "error": terminal.rendered(error.message)})
                complain(about(Path(name).name, error.message), mark=terminal.BAD)
                continue
            results.append({"file": name, "blank": not rows, "rows": [row_data(row) for row in rows]})
            if not as_json:
                _show(name, rows)
    finally:
        engine.close()
    if as_json:
        json.dump(results, sys.stdout, ensure_ascii=False, indent=2)
        say()
    return _SOME_FAILED if failed else 0


class Forgotten:
    """Answers of this call alone: implements the port `Answers`."""

    def __init__(self) -> None:
        self._answers: dict[str, str] = {}

    def get(self, request: str) -> str | None:
        """The answer of `request`, or None."""
        return self._answers.get(request)

    def put(self, request: str, answer: str, *, digest: str, tokens: int = 0) -> None:
        """Keep `answer` for this call."""
        self._answers[request] = answer


class PictureReader:
    """Reads one picture or link by a document type; nothing is recorded."""

    def __init__(self, engine: Engine, profile: Profile) -> None:
        self._engine = engine
        self._profile = profile

    def rows(self, name: str) -> tuple[Row, ...]:
        """The rows that the picture would become, none where it is blank. Raises `LineError`."""
        from ocrwatch.checking.checker import RowChecker

        if _is_link(name):
            document, reading = self._linked(name)
        else:
            path = Path(name).expanduser().absolute()
            found = self._engine.pages.inspect(path)
            if found.kind == LINK and (url := self._engine.pages.address(path, found.digest)) is not None:
                document, reading = self._linked(url)
            else:
                document = _document(path, digest=found.digest, pages=found.pages)
                reading = self._read(document)
        return () if reading.is_blank else RowChecker().rows(document, self._profile, reading)

    def _read(self, document: Document) -> Reading:
        """An answer that cannot be used is followed by the other wording, as on the line."""
        try:
            return self._engine.reader.read(document, self._profile)
        except BadAnswer:
            return self._engine.reader.read(document, self._profile)

    def _linked(self, url: str) -> tuple[Document, Reading]:
        """The service fetches the picture itself; where it does not, or none is asked, it is fetched here."""
        from ocrwatch.reading.endpoint import EndpointReader
        from ocrwatch.reading.failures import UrlRefused

        reader = self._engine.ocr
        if isinstance(reader, EndpointReader):
            with suppress(UrlRefused):
                name = Path(url.rsplit("/", 1)[-1] or "link")
                return _document(name, digest="0" * 64, pages=1), reader.read_url(url, self._profile)
        with TemporaryDirectory(prefix="ocrwatch-") as folder:
            path = Path(folder) / (name_in(url, "picture") or "picture")
            self._engine.fetcher().into(path, url)
            found = self._engine.pages.inspect(path)
            document = _document(path, digest=found.digest, pages=found.pages)
            return document, self._read(document)


def _document(path: Path, *, digest: str, pages: int) -> Document:
    return Document(
        inbox="", book="", path=path, signature=Signature(0, 0, 0), digest=digest, pages=pages, arrived_at=time.time()
    )


def _profile(settings: Settings, name: str, task: str, what: str) -> Profile:
    """The document type or task asked for; else that of the watched folder it lies in; else the first folder's."""
    from ocrwatch.books import profile_of
    from ocrwatch.config.profiles import built_in

    if task and task != "fields":
        if name:
            raise UsageError(message("Say --profile or --task, not both: a task other than fields reads no fields."))
        return _of_task(settings, task, what)
    if name:
        if name not in built_in():
            known = ", ".join(built_in())
            raise UsageError(message("There is no document type {name}. There are: {known}.", name=name, known=known))
        return built_in()[name]
    inbox = _inbox_of(settings, what)
    if task and inbox.task != "fields":
        return built_in()["receipt"]
    return profile_of(inbox)


def _of_task(settings: Settings, name: str, what: str) -> Profile:
    """The task asked for, as the picture's watched folder has it where it is the folder's own."""
    from ocrwatch.config.tasks import SHEETS, task_profile

    task = next((each for each in SHEETS if each == name), None)
    if task is None:
        from rapidfuzz import fuzz, process

        guess = process.extractOne(name, [str(each) for each in SHEETS], scorer=fuzz.ratio, score_cutoff=50.0)
        known = ", ".join(("fields", *SHEETS))
        text = "There is no task {name}. There are: {known}."
        if guess is None:
            raise UsageError(message(text, name=name, known=known))
        raise UsageError(message("There is no task {name}. Did you mean {guess}?", name=name, guess=guess[0]))
    inbox = _inbox_of(settings, what)
    return inbox.line_profile() if inbox.task == task else task_profile(task, languages=inbox.languages)


def _inbox_of(settings: Settings, what: str) -> Inbox:
    """The watched folder that the picture lies in; else the first one."""
    path = Path(what).expanduser().absolute()
    return next((each for each in settings.inbox if each.folder in path.parents), settings.inbox[0])


def _of_pages(profile: Profile, pages: str) -> Profile:
    """`profile` for these pages alone, where some are named."""
    from ocrwatch.config.misfit import Misfit
    from ocrwatch.config.page_ranges import range_in

    try:
        return replace(profile, page_range=range_in(pages)) if pages else profile
    except Misfit as error:
        raise UsageError(message("--pages {pages}: {problem}", pages=pages, problem=error.said)) from error


def _is_link(name: str) -> bool:
    if not name.lower().startswith(("http://", "https://")):
        return False
    try:
        return urlsplit(name).hostname is not None
    except ValueError as error:
        raise UsageError(message("{url} is no link.", url=name)) from error


def _show(name: str, rows: tuple[Row, ...]) -> None:
    say(name)
    if not rows:
        say(message("It is blank: nothing is printed or written on it."))
    for row in rows:
        if row.page:
            say(message("Page {page}", page=row.page))
        say_pairs(row_pairs(row))
        for line in (*items_lines(row), *made_lines(row)):
            say(line)
