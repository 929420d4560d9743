"""`ocrwatch reread`: recorded scans are read again, and their rows follow."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ocrwatch.cli.opening import ConfigOption, loaded, opened
from ocrwatch.cli.ordering import say_when
from ocrwatch.cli.terminal import complain, help_text, say
from ocrwatch.document import Document, Filed
from ocrwatch.errors import UsageError
from ocrwatch.messages import message
from ocrwatch.service import orders

if TYPE_CHECKING:
    from ocrwatch.config.settings import Settings
    from ocrwatch.journal import Journal

_SOME_UNKNOWN = 1


def reread(
    which: Annotated[
        list[str] | None, typer.Argument(metavar="[FILE|ID]…", help=help_text(message("Which recorded scans.")))
    ] = None,
    inbox: Annotated[
        Path | None,
        typer.Option(
            "--inbox", metavar="FOLDER", help=help_text(message("All recorded scans of this watched folder."))
        ),
    ] = None,
    config: ConfigOption = None,
) -> int:
    """Exit status 1 when one that is named is not among the recorded."""
    settings = loaded(config).settings
    if not which and inbox is None:
        raise UsageError(message("Name the scans that are to be read again, or their folder: --inbox FOLDER"))
    with opened(settings) as (journal, running):
        found, unknown = _named(journal, which or [])
        if inbox is not None:
            found |= {document.key: document for document in _of_inbox(journal, settings, inbox)}
        for name in unknown:
            complain(message("{name} is not among the recorded scans, or its file is gone.", name=name))
        for document in found.values():
            if _is_asked_the_same(document, settings):
                journal.answers.retire(document.digest)
        if found and running:
            journal.orders.give(orders.REREAD, " ".join(map(str, found)))
        count = len(found) if running else len(orders.reread(journal, list(found)))
        if count:
            text = "To be read again: {count}. What you corrected in their rows stays."
            say(message(text, count=count))
            say_when(running)
        elif not unknown:
            say(message("No recorded scan is there to be read again."))
    return _SOME_UNKNOWN if unknown else 0


def _named(journal: Journal, which: list[str]) -> tuple[dict[int, Document], list[str]]:
    """The recorded documents that are named, and the names that none has."""
    found: dict[int, Document] = {}
    unknown = []
    for name in which:
        recorded = [document for document in journal.documents.matching(name) if orders.can_reread(document)]
        found |= {document.key: document for document in recorded}
        if not recorded:
            unknown.append(name)
    return found, unknown


def _of_inbox(journal: Journal, settings: Settings, folder: Path) -> list[Document]:
    path = folder.expanduser().absolute()
    if path not in (inbox.folder for inbox in settings.inbox):
        watched = ", ".join(str(inbox.folder) for inbox in settings.inbox)
        raise UsageError(message("{folder} is not watched. Watched: {watched}.", folder=str(path), watched=watched))
    return [document for document in journal.documents.recorded(str(path)) if orders.can_reread(document)]


def _is_asked_the_same(document: Document, settings: Settings) -> bool:
    """Whether the reading service would be asked what it has answered already: same model, same fields.

    Where the question is another one, nothing stored answers it. What was recognised on this computer is kept: it
    would be the same again.
    """
    from ocrwatch.books import profile_of
    from ocrwatch.config.secrets import engine_in_force
    from ocrwatch.ports import cell_fields

    inbox = next((inbox for inbox in settings.inbox if str(inbox.folder) == document.inbox), None)
    if inbox is None or engine_in_force(settings) != "endpoint" or not isinstance(document.stage, Filed):
        return False
    names = {field.name for field in cell_fields(profile_of(inbox).fields)}
    return all(
        row.engine == settings.endpoint.model and names <= {cell.name for cell in row.cells}
        for row in document.stage.rows
    )
