"""Saying things to the person at the terminal, in their language.

Everything goes to standard output but complaints, which go to standard error, so that `--json` can be piped.
"""

from __future__ import annotations

import json
import logging
import sys
import unicodedata
from collections.abc import Callable, Iterable
from functools import wraps
from typing import ParamSpec, TextIO

import typer

from ocrwatch.config.speaking import language_at_a_glance
from ocrwatch.locales import renderer
from ocrwatch.messages import Message, message

P = ParamSpec("P")

GOOD, WARNING, BAD = "✓", "!", "✗"

_render = renderer(language_at_a_glance())


def speak(language: str) -> None:
    """Use `language` ("auto", "en", "zh_CN") from now on."""
    global _render
    _render = renderer(language)


def rendered(said: Message) -> str:
    """`said` in the person's language, fit for a terminal: a file's name must not steer it."""
    return "".join(character if _is_harmless(character) else "\ufffd" for character in _render(said))


def say(said: Message | str = "", *, mark: str = "") -> None:
    """One paragraph to standard output, behind `mark`."""
    _write(said, mark, sys.stdout)


def say_json(text: str) -> None:
    """JSON to standard output. Where that cannot hold every character (a pipe on Windows), they are escaped."""
    encoding = (sys.stdout.encoding or "").lower()
    if not encoding.startswith("utf"):
        text = "".join(sign if sign.isascii() else json.dumps(sign)[1:-1] for sign in text)
    _write(text, "", sys.stdout)


def complain(said: Message | str, *, mark: str = "") -> None:
    """One paragraph to standard error."""
    _write(said, mark, sys.stderr)


def say_pairs(pairs: Iterable[tuple[Message | str, Message | str]], *, indent: int = 2) -> None:
    """Labels and what stands behind them, in two columns."""
    texts = [(_text(label), _text(value)) for label, value in pairs]
    width = max((display_width(label) for label, _ in texts), default=0)
    for label, value in texts:
        lines = value.splitlines() or [""]
        sys.stdout.write(" " * indent + label + " " * (width - display_width(label) + 2) + lines[0] + "\n")
        for line in lines[1:]:
            sys.stdout.write(" " * (indent + width + 2) + line + "\n")


def about(name: str, said: Message) -> Message:
    """`said` with the file's name before it, unless it names the file itself."""
    return said if name in str(said) else message("{name}: {reason}", name=name, reason=said)


def help_text(said: Message) -> str:
    """`said` for `--help`: the configuration is not loaded yet, its language known by a glance."""
    return _render(said)


def exiting(command: Callable[P, int]) -> Callable[P, None]:
    """`command` as typer wants it: what it returns becomes the exit status."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        raise typer.Exit(command(*args, **kwargs))

    return run


def is_watched() -> bool:
    """Whether a person sees what is written."""
    return sys.stdout.isatty()


def prepare() -> None:
    """A terminal that lacks a character shows another: it never ends a command."""
    logging.getLogger().addHandler(logging.NullHandler())  # only `run` keeps a log; nothing is logged to the terminal
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def display_width(text: str) -> int:
    """The columns `text` takes; Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _write(said: Message | str, mark: str, stream: TextIO) -> None:
    stream.write(f"{mark} {_text(said)}\n" if mark else f"{_text(said)}\n")
    stream.flush()


def _text(said: Message | str) -> str:
    return said if isinstance(said, str) else rendered(said)


def _is_harmless(character: str) -> bool:
    return character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cs", "Cf")
