"""`ocrwatch init`: a few questions, and the configuration that answers them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ocrwatch.cli.opening import ConfigOption
from ocrwatch.cli.terminal import help_text, rendered, say
from ocrwatch.errors import UsageError
from ocrwatch.messages import Message, message

_HOME = Path("~/OCRWatch")
_FOLDERS = {"receipt": "Receipts", "invoice": "Invoices", "train-ticket": "Tickets"}


def init(
    config: ConfigOption = None,
    folder: Annotated[
        Path | None, typer.Option(help=help_text(message("The folder to watch.")), metavar="FOLDER")
    ] = None,
    profile: Annotated[
        str | None, typer.Option(help=help_text(message("The kind of scans: receipt, invoice, train-ticket.")))
    ] = None,
    ledger: Annotated[
        Path | None, typer.Option(help=help_text(message("The spreadsheet the rows go to (.xlsx).")), metavar="FILE")
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help=help_text(message("Ask nothing: take what is given and the defaults.")))
    ] = False,
) -> int:
    """Writes a configuration that does not exist yet; never over one."""
    from ocrwatch.config.loading import load
    from ocrwatch.config.paths import default_config
    from ocrwatch.config.profiles import built_in
    from ocrwatch.config.starting import starting_text

    target = (config or default_config()).expanduser().absolute()
    if target.exists():
        text = "There is a configuration already: {path}. Edit it, or move it away first."
        raise UsageError(message(text, path=str(target)))
    kinds = tuple(built_in())
    kind = profile or ("receipt" if yes else _asked_kind(kinds))
    if kind not in kinds:
        known = ", ".join(kinds)
        raise UsageError(message("There is no document type {name}. There are: {known}.", name=kind, known=known))
    place = folder or _path(message("The folder to watch"), _HOME / _FOLDERS.get(kind, "Scans"), yes=yes)
    book = ledger or _path(message("The spreadsheet the rows go to"), _HOME / "Ledger.xlsx", yes=yes)
    _write(target, starting_text(folder=str(place), profile=kind, ledger=str(book)))
    try:
        settings = load(target).settings
    except UsageError:
        target.unlink()
        raise
    _made(settings.inbox[0].folder)
    say(message("Written: {path}", path=str(target)))
    text = "Drop scans into {folder}; their rows appear in {ledger}."
    say(message(text, folder=str(settings.inbox[0].folder), ledger=str(settings.inbox[0].ledger)))
    say(message("If a reading service is to read them, set its key: ocrwatch key set"))
    say(message("Start: ocrwatch run"))
    return 0


def _asked_kind(kinds: tuple[str, ...]) -> str:
    say(message("What kind of scans are they?"))
    for number, kind in enumerate(kinds, 1):
        say(f"  {number}  {kind}")
    first = kinds.index("receipt") + 1
    while True:
        answer = str(typer.prompt(rendered(message("Number or name")), default=str(first))).strip()
        if answer in kinds:
            return answer
        if answer.isdecimal() and 1 <= int(answer) <= len(kinds):
            return kinds[int(answer) - 1]


def _path(question: Message, default: Path, *, yes: bool) -> Path:
    return default if yes else Path(str(typer.prompt(rendered(question), default=str(default))).strip())


def _write(target: Path, text: str) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        said = "{path} cannot be written: {reason}. Name another place with --config."
        raise UsageError(message(said, path=str(target), reason=error.strerror or type(error).__name__)) from error


def _made(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        said = "The folder {folder} cannot be made: {reason}. Make it, or name another in the configuration."
        raise UsageError(message(said, folder=str(folder), reason=error.strerror or type(error).__name__)) from error
