"""`ocrwatch read`: what a picture says, printed; nothing is recorded, moved or kept."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from ocrwatch.cli import terminal
from ocrwatch.cli.opening import ConfigOption, loaded
from ocrwatch.cli.showing import items_lines, row_data, row_pairs
from ocrwatch.cli.terminal import about, complain, help_text, say, say_pairs
from ocrwatch.document import Document, Row, Signature
from ocrwatch.errors import BadAnswer, LineError, UsageError
from ocrwatch.messages import JSON, message

if TYPE_CHECKING:
    from ocrwatch.app import Engine
    from ocrwatch.config.settings import Settings
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
                rows = PictureReader(engine, _profile(settings, profile, name)).rows(name)
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
            document = _document(Path(name.rsplit("/", 1)[-1] or "link"), digest="0" * 64, pages=1)
            reading = self._linked(name)
        else:
            path = Path(name).expanduser().absolute()
            found = self._engine.pages.inspect(path)
            document = _document(path, digest=found.digest, pages=found.pages)
            reading = self._read(document)
        return () if reading.is_blank else RowChecker().rows(document, self._profile, reading)

    def _read(self, document: Document) -> Reading:
        """An answer that cannot be used is followed by the other wording, as on the line."""
        try:
            return self._engine.reader.read(document, self._profile)
        except BadAnswer:
            return self._engine.reader.read(document, self._profile)

    def _linked(self, url: str) -> Reading:
        from ocrwatch.reading.endpoint import EndpointReader

        reader = self._engine.ocr
        if not isinstance(reader, EndpointReader):
            raise UsageError(
                message(
                    "The engine on this computer reads files, not links. Download the picture first: {url}", url=url
                )
            )
        return reader.read_url(url, self._profile)


def _document(path: Path, *, digest: str, pages: int) -> Document:
    return Document(
        inbox="", book="", path=path, signature=Signature(0, 0, 0), digest=digest, pages=pages, arrived_at=time.time()
    )


def _profile(settings: Settings, name: str, what: str) -> Profile:
    """The document type asked for; else that of the watched folder it lies in; else the first folder's."""
    from ocrwatch.books import profile_of
    from ocrwatch.config.profiles import built_in

    if name:
        if name not in built_in():
            known = ", ".join(built_in())
            raise UsageError(message("There is no document type {name}. There are: {known}.", name=name, known=known))
        return built_in()[name]
    path = Path(what).expanduser().absolute()
    inbox = next((each for each in settings.inbox if each.folder in path.parents), settings.inbox[0])
    return profile_of(inbox)


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
        for line in items_lines(row):
            say(line)
