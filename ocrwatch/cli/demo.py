"""`ocrwatch demo`: the main job on the samples, with the engine on this computer, in a folder of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ocrwatch.cli.opening import begin_log
from ocrwatch.cli.session import Session
from ocrwatch.cli.showing import row_pairs
from ocrwatch.cli.terminal import help_text, say, say_pairs
from ocrwatch.document import Document, Filed
from ocrwatch.messages import message

if TYPE_CHECKING:
    from ocrwatch.config.settings import Settings

_FOLDERS = {"train-ticket": "Tickets", "receipt": "Receipts", "invoice": "Invoices"}


def demo(
    folder: Annotated[
        Path | None,
        typer.Option(
            "--folder",
            metavar="FOLDER",
            help=help_text(message("Where to (default: OCRWatch/Demo in your home folder).")),
        ),
    ] = None,
) -> int:
    """Exit status as `run --once`."""
    place = _fresh(folder or Path.home() / "OCRWatch" / "Demo")
    settings = _settings(place)
    for inbox, scans in _samples(place).items():
        inbox.mkdir(parents=True)
        for scan in scans:
            shutil.copyfile(scan, inbox / scan.name)
    begin_log(settings.state_dir)
    recorded: list[Document] = []
    with Session(settings, once=True, on_recorded=recorded.append) as session:
        status = session.once()
    for document in sorted(recorded, key=lambda each: each.path.name):
        assert isinstance(document.stage, Filed)
        say()
        say(document.path.name)
        for row in document.stage.rows:
            say_pairs(row_pairs(row))
    say()
    say(message("Open the spreadsheet: {path}", path=str(settings.inbox[0].ledger)))
    say(message("The scans were moved into the folders done beside it: {folder}", folder=str(place)))
    return status


def _fresh(folder: Path) -> Path:
    """`folder`, or the like with a number: what an earlier demo made stays."""
    return next(path for path in _numbered(folder) if not path.exists() or not any(path.iterdir()))


def _numbered(folder: Path) -> Iterator[Path]:
    yield folder
    yield from (folder.with_name(f"{folder.name} {number}") for number in count(2))


def _samples(place: Path) -> dict[Path, list[Path]]:
    from ocrwatch.samples import profile_of_sample, sample_files

    found: dict[Path, list[Path]] = {}
    for scan in sample_files():
        found.setdefault(place / _FOLDERS[profile_of_sample(scan)], []).append(scan)
    return found


def _settings(place: Path) -> Settings:
    from ocrwatch.config.settings import Inbox, Reader, Settings

    ledger = place / "Ledger.xlsx"
    return Settings(
        state_dir=place / ".ocrwatch",
        reader=Reader(engine="local"),
        inbox=tuple(
            Inbox(folder=place / name, profile=profile, ledger=ledger, settle_seconds=0.2)
            for profile, name in _FOLDERS.items()
        ),
    )
