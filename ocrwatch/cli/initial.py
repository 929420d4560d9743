"""`ocrwatch init`: a few questions, and the configuration that answers them."""

from __future__ import annotations

from contextlib import suppress
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ocrwatch.cli import terminal
from ocrwatch.cli.autostart import LoginEntry
from ocrwatch.cli.initial_offers import asked_existing, offer_start_at_login, try_pictures
from ocrwatch.cli.opening import ConfigOption, whereabouts
from ocrwatch.cli.preparing import make_folder
from ocrwatch.cli.questions import chosen, path_in
from ocrwatch.cli.terminal import help_text, rendered, say
from ocrwatch.cli.unattended import (
    AutostartOption,
    BaseUrlOption,
    ExistingOption,
    KeyFileOption,
    KeyFromStdinOption,
    ModelOption,
    all_or_nothing,
    as_given,
    checked_folder,
    keep_key,
    key_given,
)
from ocrwatch.errors import ConfigurationError, UsageError
from ocrwatch.messages import Message, message

if TYPE_CHECKING:
    from ocrwatch.config.settings import Settings

_HOME = Path("~/OCRWatch")
_FOLDERS = {
    "receipt": "Receipts",
    "receipt-items": "Receipts",
    "invoice": "Invoices",
    "china-invoice": "Invoices",
    "train-ticket": "Tickets",
}
_KINDS = {
    "receipt": message("receipts of shops and restaurants"),
    "receipt-items": message("the same, with each item that was bought"),
    "invoice": message("invoices between companies"),
    "china-invoice": message("Chinese invoices, fully digital ones included"),
    "train-ticket": message("Chinese train tickets"),
}


class EngineName(Enum):
    """Who is to read."""

    AUTO = "auto"
    LOCAL = "local"
    ENDPOINT = "endpoint"


def init(
    config: ConfigOption = None,
    folder: Annotated[str, typer.Option(help=help_text(message("The folder to watch.")), metavar="FOLDER")] = "",
    profile: Annotated[
        str,
        typer.Option(
            help=help_text(message("The document type: receipt, receipt-items, invoice, china-invoice, train-ticket.")),
            metavar="TYPE",
        ),
    ] = "",
    ledger: Annotated[
        str, typer.Option(help=help_text(message("The spreadsheet the rows go to (.xlsx).")), metavar="FILE")
    ] = "",
    engine: Annotated[
        EngineName | None,
        typer.Option(
            help=help_text(message("Who reads: this computer, the reading service, or that once it has a key."))
        ),
    ] = None,
    base_url: BaseUrlOption = "",
    model: ModelOption = "",
    key_from_stdin: KeyFromStdinOption = False,
    key_file: KeyFileOption = "",
    existing: ExistingOption = None,
    autostart: AutostartOption = False,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help=help_text(message("Ask nothing: take what is given and the defaults.")))
    ] = False,
) -> int:
    """Writes a configuration that does not exist yet; never over one."""
    from ocrwatch.config.loading import load, load_text
    from ocrwatch.config.paths import default_config
    from ocrwatch.config.starting import Choices, configuration_text

    target = (config or default_config()).expanduser().absolute()
    if target.exists():
        text = "There is a configuration already: {path}. Edit it, or move it away first."
        raise UsageError(message(text, path=str(target)))
    key = key_given(key_from_stdin, key_file)
    locked = load_text(target, "").locked
    kind = _kind(profile, ask=not yes)
    watched = checked_folder(as_given(folder)) or _folder(_HOME / _FOLDERS.get(kind, "Scans"), ask=not yes)
    choices = Choices(
        folder=watched,
        ledger=as_given(ledger) or _ledger(_HOME / "Ledger.xlsx", ask=not yes),
        profile=kind,
        engine=engine.value if engine else "" if yes or "reader.engine" in locked else _asked_engine().value,
        base_url=base_url,
        model=model,
        key_file=as_given(key_file),
        existing=existing.value if existing else "ask" if yes else asked_existing(Path(watched).expanduser()),
    )
    _write(target, configuration_text(choices, rendered))
    with all_or_nothing(target):
        found = load(target)
        make_folder(found.settings.inbox[0].folder)
        keep_key(found.settings, key)
        if autostart:
            LoginEntry(target).turn(True)
    if choices.engine == "endpoint" and not (yes or key or key_file):
        _ask_for_key(found.settings)
    for notice in found.notices:
        terminal.complain(notice, mark=terminal.WARNING)
    if not yes:
        with suppress(typer.Abort):  # whoever leaves here has a configuration, and is told so
            try_pictures(found.settings)
            if not autostart:
                offer_start_at_login(target)
    _say_what_follows(target, found.settings)
    return 0


def _say_what_follows(target: Path, settings: Settings) -> None:
    inbox = settings.inbox[0]
    say(message("Written: {path}", path=str(target)), mark=terminal.GOOD)
    text = "Drop scans into {folder}; their rows appear in {ledger}."
    say(message(text, folder=str(inbox.folder), ledger=str(inbox.ledger)))
    say(whereabouts(settings))
    say(message("Start: ocrwatch run"))


def _kind(named: str, *, ask: bool) -> str:
    from ocrwatch.config.profiles import built_in

    kinds = tuple(sorted(built_in(), key=[*_FOLDERS].index))
    if named and named not in kinds:
        known = ", ".join(kinds)
        raise UsageError(message("There is no document type {name}. There are: {known}.", name=named, known=known))
    if named or not ask:
        return named or kinds[0]
    shown = [f"{kind}  {rendered(_KINDS[kind])}" for kind in kinds]
    return kinds[chosen(message("What kind of scans are they?"), shown, words=kinds)]


def _asked_engine() -> EngineName:
    ways = (
        message("this computer: no picture leaves it (slower)"),
        message("a reading service: pictures are sent there, you need a key"),
    )
    place = chosen(message("Who is to read the scans?"), [rendered(way) for way in ways])
    return (EngineName.LOCAL, EngineName.ENDPOINT)[place]


def _folder(usual: Path, *, ask: bool) -> str:
    while True:
        path = _path(message("The folder to watch"), usual, ask=ask)
        if path.is_file():
            say(message("{path} is a file. Name a folder.", path=str(path)))
        elif path == Path.home():
            say(message("That is your whole home folder. Name a folder for scans alone."))
        else:
            return str(path)


def _ledger(usual: Path, *, ask: bool) -> str:
    while True:
        path = _path(message("The spreadsheet the rows go to"), usual, ask=ask)
        path = path.with_name(f"{path.name}.xlsx") if not path.suffix else path
        if path.suffix.lower() in (".xlsx", ".xlsm") and not path.is_dir():
            return str(path)
        say(message("{path} is no Excel file: its name must end in .xlsx.", path=str(path)))


def _path(question: Message, usual: Path, *, ask: bool) -> Path:
    """What the person names, whole: quotes that a file manager put around it are no part of it."""
    answer = str(typer.prompt(rendered(question), default=str(usual))) if ask else str(usual)
    return path_in(answer)


def _ask_for_key(settings: Settings) -> None:
    from ocrwatch.config.secrets import set_key

    text = message("The key for {url} (nothing is shown; empty: later)", url=settings.endpoint.base_url)
    key = str(typer.prompt(rendered(text), hide_input=True, default="", show_default=False)).strip()
    if not key:
        say(message("Set the key later: ocrwatch key set"))
        return
    try:
        set_key(settings, key)
        say(message("The key is kept in the system's keyring."), mark=terminal.GOOD)
    except ConfigurationError as error:
        terminal.complain(error.message, mark=terminal.WARNING)
        say(message("Until the reading service has its key, no scan can be read."))


def _write(target: Path, text: str) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        said = "{path} cannot be written: {reason}. Name another place with --config."
        raise UsageError(message(said, path=str(target), reason=error.strerror or type(error).__name__)) from error
