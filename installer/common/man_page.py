"""The man page, made of the commands' own help: `python -m installer.common.man_page FILE`."""

from __future__ import annotations

import datetime as dt
import os
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

from installer.common.commands import Command, Option, program
from installer.common.project import VERSION

_COMMON = ("--config", "--help", "--version")

_EXIT_STATUS = (
    ("0", "All is done."),
    ("1", "Some scans failed."),
    ("2", "A mistake in the command line or in the configuration."),
    ("3", "Another ocrwatch is running."),
    ("4", "Some scans still wait."),
)
_ENVIRONMENT = (
    ("OCRWATCH_CONFIG", "The configuration file, as with --config."),
    ("OCRWATCH_API_KEY", "The key of the reading service; it goes before the one in the keyring."),
)
_FILES = (
    (
        "~/.config/ocrwatch/config.toml",
        "The configuration. Every setting has a default; an absent file is a valid one.",
    ),
    ("~/.local/state/ocrwatch", "The journal of what was read, the log, and the spreadsheets' backups."),
)


def man_page(day: dt.date) -> str:
    """roff, for section 1."""
    root = program()
    return "\n".join(short for line in _lines(root, day) for short in _wrapped(line)) + "\n"


def _wrapped(line: str) -> list[str]:
    """No line of text over 80 characters, and none that begins like a request because it was broken there."""
    if line.startswith("."):
        return [line]
    pieces = textwrap.wrap(line, 80, break_long_words=False, break_on_hyphens=False)
    return [rf"\&{piece}" if number and piece.startswith((".", "'")) else piece for number, piece in enumerate(pieces)]


def _lines(root: Command, day: dt.date) -> Iterator[str]:
    yield f'.TH OCRWATCH 1 {day.isoformat()} "ocrwatch {VERSION}" "User Commands"'
    yield ".SH NAME"
    yield r"ocrwatch \- scans become rows of a spreadsheet"
    yield ".SH SYNOPSIS"
    yield r".B ocrwatch"
    yield r"\fICOMMAND\fR [\fIOPTION\fR...] [\fIARGUMENT\fR...]"
    yield ".SH DESCRIPTION"
    yield _escaped(root.purpose)
    yield "Without a configuration,"
    yield ".B ocrwatch run"
    yield "watches the folder OCRWatch/Receipts in your home folder;"
    yield ".B ocrwatch init"
    yield "sets up another one."
    yield ".SH COMMANDS"
    for command in root.all():
        if command.path and not command.commands:
            yield from _command(command)
    yield ".SH OPTIONS"
    yield r"Each command that reads the configuration takes \fB\-\-config\fR \fIFILE\fR, and each \fB\-\-help\fR (\fB\-h\fR)."
    yield from _entry(r"\fB\-\-version\fR", "Show the version and exit.")
    for title, entries in (("EXIT STATUS", _EXIT_STATUS), ("ENVIRONMENT", _ENVIRONMENT), ("FILES", _FILES)):
        yield f".SH {title}"
        for name, text in entries:
            yield from _entry(rf"\fB{_escaped(name)}\fR", text)


def _command(command: Command) -> Iterator[str]:
    argument = rf" \fI{_escaped(command.argument)}\fR" if command.argument else ""
    own = [option for option in command.options if option.names[0] not in _COMMON]
    yield ".TP"
    yield rf"\fB{_escaped(' '.join(command.path))}\fR{argument}"
    yield _escaped(command.purpose)
    if own:
        yield ".RS"
        for option in own:
            yield from _entry(_names(option), option.purpose)
        yield ".RE"


def _names(option: Option) -> str:
    names = ", ".join(rf"\fB{_escaped(name)}\fR" for name in option.names)
    return rf"{names} \fI{_escaped(option.value)}\fR" if option.value else names


def _entry(head: str, text: str) -> Iterator[str]:
    yield ".TP"
    yield head
    yield _escaped(text)


def _escaped(text: str) -> str:
    """No character of it is roff's."""
    escaped = text.replace("\\", r"\e").replace("-", r"\-").replace("…", "...").replace("~", r"\(ti")
    return rf"\&{escaped}" if escaped.startswith((".", "'")) else escaped


def _day() -> dt.date:
    """The day of the release where the build is told it (SOURCE_DATE_EPOCH), else today."""
    told = os.environ.get("SOURCE_DATE_EPOCH")
    if told is None:
        return dt.datetime.now(dt.UTC).date()
    return dt.datetime.fromtimestamp(int(told), dt.UTC).date()


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(man_page(_day()), encoding="utf-8", newline="\n")
