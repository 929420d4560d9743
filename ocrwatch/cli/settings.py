"""`ocrwatch settings`: the set-up and the settings in the browser. Ends when the page is closed."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ocrwatch.cli.autostart import LoginEntry
from ocrwatch.cli.opening import ConfigOption, state_unusable
from ocrwatch.cli.terminal import help_text, say, speak
from ocrwatch.errors import ConfigurationError
from ocrwatch.messages import message

if TYPE_CHECKING:
    from ocrwatch.settings_pages.outside import Outside

_LOG_NAME = "settings.log"


def settings(
    config: ConfigOption = None,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help=help_text(message("Open no browser: print the address to open.")))
    ] = False,
) -> int:
    """Comes back when the pages have ended; at once where another one shows them already."""
    from ocrwatch.config.paths import default_config, made_private
    from ocrwatch.settings_pages.serving import show

    path = (config or default_config()).expanduser().absolute()
    state_dir = _state_dir(path)
    try:
        show(
            lambda: _outside(path, state_dir), made_private(state_dir), time.monotonic, _print if no_browser else _open
        )
    except OSError as error:
        raise state_unusable(state_dir, error) from error
    return 0


def _outside(path: Path, state_dir: Path) -> Outside:
    """Made by the one that shows the pages: it alone writes their log."""
    from ocrwatch import logs
    from ocrwatch.cli.settings_configuration import ConfigurationFile
    from ocrwatch.cli.settings_machine import KeyStore, Machine, Trials
    from ocrwatch.locales import renderer
    from ocrwatch.settings_pages.outside import Outside

    logs.begin(state_dir, _LOG_NAME)
    configuration = ConfigurationFile(path)
    return Outside(
        configuration=configuration,
        keys=KeyStore(configuration),
        trying=Trials(configuration),
        computer=Machine(configuration),
        login=LoginEntry(path),
        render=renderer,
    )


def _state_dir(path: Path) -> Path:
    """Of the configuration; the usual one where that cannot be used."""
    from ocrwatch.config.loading import load_text, text_of
    from ocrwatch.config.paths import default_state

    try:
        found = load_text(path, text_of(path) if path.exists() else "").settings
    except ConfigurationError:
        return default_state()
    speak(found.language)
    return found.state_dir


def _open(address: str) -> None:
    import webbrowser

    if webbrowser.open(address):
        say(message("The settings are open in your browser. This ends when you close them there."))
    else:
        say(message("No browser could be opened. Open this address in one on this computer:"))
        say(address)


def _print(address: str) -> None:
    say(address)
