"""`ocrwatch key set|clear`: the key of the reading service, in the system's keyring."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import typer

from ocrwatch.cli.opening import ConfigOption, loaded, opened
from ocrwatch.cli.terminal import complain, exiting, help_text, rendered, say
from ocrwatch.errors import UsageError
from ocrwatch.messages import message
from ocrwatch.service import orders

if TYPE_CHECKING:
    from ocrwatch.config.settings import Settings

key_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@key_app.command("set", help=help_text(message("Ask for the key, and keep it in the system's keyring.")))
@exiting
def set_(config: ConfigOption = None) -> int:
    """The key is asked for without showing it, or read from a pipe; never an argument, which others could see."""
    from ocrwatch.config.secrets import VARIABLE, set_key

    found = loaded(config)
    settings = found.settings
    if sys.stdin.isatty():
        key = typer.prompt(rendered(message("The key for {url}", url=settings.endpoint.base_url)), hide_input=True)
    else:
        key = sys.stdin.readline()
    if not key.strip():
        raise UsageError(message("No key was given; nothing was changed."))
    set_key(settings, key)
    say(message("The key is kept in the system's keyring."))
    if os.environ.get(VARIABLE):
        complain(message("The variable {name} is set and is used in its place.", name=VARIABLE))
    if settings.reader.engine == "local":
        text = 'The configuration says engine = "local", so the key is not used. To use it, write "auto" there: {path}'
        complain(message(text, path=str(found.path)))
    tell_daemon(settings)
    return 0


@key_app.command("clear", help=help_text(message("Take the key out of the system's keyring.")))
@exiting
def clear(config: ConfigOption = None) -> int:
    """Says so when there was none."""
    from ocrwatch.config.secrets import clear_key

    if clear_key(loaded(config).settings):
        say(message("The key was taken out of the keyring."))
    else:
        say(message("There was no key in the keyring."))
    return 0


def tell_daemon(settings: Settings) -> None:
    """A line that stands still for a bad key goes on with the new one."""
    with opened(settings) as (journal, running):
        if running:
            journal.orders.give(orders.KEY)
