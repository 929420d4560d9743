"""What `ocrwatch init` asks beyond the settings: files that are there already, a picture to try, the start at login."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import typer

from ocrwatch.cli import terminal
from ocrwatch.cli.autostart import LoginEntry
from ocrwatch.cli.preparing import count_files
from ocrwatch.cli.questions import chosen, path_in
from ocrwatch.cli.terminal import complain, rendered, say, say_pairs
from ocrwatch.errors import OcrwatchError
from ocrwatch.messages import message

if TYPE_CHECKING:
    from ocrwatch.config.settings import Settings

_NONE = ("", "n", "no", "none", "否", "不")
"""What people answer who have no picture at hand."""


def asked_existing(folder: Path) -> Literal["ask", "read", "skip"]:
    """What is to become of the files in `folder`; nothing is asked where there are none."""
    if not (count := count_files(folder)):
        return "ask"
    said = message("Files that are in this folder already: {count}. Read them?", count=count)
    ways = (message("read them all"), message("only new ones"))
    return "read" if chosen(said, [rendered(way) for way in ways]) == 0 else "skip"


def try_pictures(settings: Settings) -> None:
    """Read pictures as the configuration says, until the person has seen enough; nothing is recorded."""
    from ocrwatch.cli.settings_machine import rows_of

    while True:
        text = message("A picture to try it on (nothing is recorded; empty: none)")
        answer = str(typer.prompt(rendered(text), default="", show_default=False)).strip()
        if answer.casefold() in _NONE:
            return
        try:
            rows = rows_of(settings, 0, path_in(answer), settings.language)
        except OcrwatchError as error:
            complain(error.message, mark=terminal.WARNING)
            continue
        for pairs in rows:
            say_pairs((label, value) for label, value in pairs if value)


def offer_start_at_login(config: Path) -> None:
    """Ask, where it does not yet."""
    start = LoginEntry(config)
    if start.is_on():
        return
    if not typer.confirm(rendered(message("Start ocrwatch when you log in?")), default=True):
        return
    try:
        start.turn(on=True)
        say(message("ocrwatch starts when you log in."), mark=terminal.GOOD)
    except OcrwatchError as error:
        complain(error.message, mark=terminal.WARNING)
