"""Questions at the terminal, and what a person answers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer

from ocrwatch.cli.terminal import rendered, say
from ocrwatch.messages import Message, message


def chosen(question: Message, options: Sequence[str], words: Sequence[str] = ()) -> int:
    """The place of the option that the person names by its number, or by its word."""
    say(question)
    for number, option in enumerate(options, 1):
        say(f"  {number}  {option}")
    while True:
        answer = str(typer.prompt(rendered(message("Number")), default="1")).strip()
        if answer.isdecimal() and 1 <= int(answer) <= len(options):
            return int(answer) - 1
        if answer.casefold() in words:
            return words.index(answer.casefold())
        say(message("Type a number from 1 to {last}, or press Enter for 1.", last=len(options)))


def path_in(answer: str) -> Path:
    """The path that was typed, whole: quotes that a file manager put around it are no part of it."""
    return Path(answer.strip().strip("'\"").strip()).expanduser().absolute()
