"""`ocrwatch init --yes`: a set-up in which nobody is asked, for scripts that prepare many computers.

All or nothing: where anything fails, the configuration is taken away again, so that the script can be run once more.
Exit status 0 done, 2 nothing done, with the reason on standard error.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ocrwatch.cli.terminal import help_text
from ocrwatch.errors import OcrwatchError, UsageError
from ocrwatch.messages import message

if TYPE_CHECKING:
    from ocrwatch.config.settings import Settings


class ExistingName(Enum):
    """What becomes of files that are there already."""

    READ = "read"
    SKIP = "skip"


BaseUrlOption = Annotated[
    str, typer.Option("--base-url", metavar="URL", help=help_text(message("The address of the reading service.")))
]
ModelOption = Annotated[
    str, typer.Option("--model", metavar="NAME", help=help_text(message("The model that reads there.")))
]
KeyFromStdinOption = Annotated[
    bool,
    typer.Option(
        "--key-from-stdin",
        help=help_text(message("Read the key of the reading service from standard input, and keep it in the keyring.")),
    ),
]
KeyFileOption = Annotated[
    str,
    typer.Option(
        "--key-file",
        metavar="FILE",
        help=help_text(message("The file that holds the key; the configuration names it, so it must stay there.")),
    ),
]
AutostartOption = Annotated[
    bool, typer.Option("--autostart", help=help_text(message("Start ocrwatch at login from now on.")))
]
ExistingOption = Annotated[
    ExistingName | None,
    typer.Option("--existing", help=help_text(message("What becomes of files that lie in the folder already."))),
]


def as_given(text: str) -> str:
    """A path of the command line as the configuration may hold it: what is relative is meant from here.

    `~` and variables stay, so that they mean the home of whoever runs the program.
    """
    return text if not text or text.startswith(("~", "$", "%")) else str(Path(text).absolute())


def checked_folder(text: str) -> str:
    """The folder `text`. Raises UsageError where nothing can be watched there."""
    folder = Path(text).expanduser()
    if folder.is_file():
        raise UsageError(message("{path} is a file. Name a folder.", path=str(folder)))
    if folder == Path.home():
        raise UsageError(message("That is your whole home folder. Name a folder for scans alone."))
    return text


def key_given(from_stdin: bool, key_file: str) -> str:
    """The key on standard input, "" where none is to come from there. Raises UsageError."""
    if not from_stdin:
        return ""
    if key_file:
        raise UsageError(message("The key comes from standard input or from a file: leave one of the two out."))
    key = sys.stdin.readline().strip()
    if not key:
        raise UsageError(message("No key was given; nothing was changed."))
    return key


@contextmanager
def all_or_nothing(target: Path) -> Iterator[None]:
    """Take the configuration `target` away again where what follows it fails."""
    try:
        yield
    except OcrwatchError:
        target.unlink(missing_ok=True)
        raise


def keep_key(settings: Settings, key: str) -> None:
    """Put the key that was given into the keyring. Raises ConfigurationError."""
    if key:
        from ocrwatch.config.secrets import set_key

        set_key(settings, key)
