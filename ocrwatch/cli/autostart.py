"""`ocrwatch autostart on|off|status`."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated

import typer

from ocrwatch.cli.opening import ConfigOption, loaded
from ocrwatch.cli.terminal import exiting, help_text, say
from ocrwatch.errors import UsageError
from ocrwatch.messages import message

log = logging.getLogger(__name__)

autostart_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

ServiceOption = Annotated[
    bool,
    typer.Option(
        "--service",
        help=help_text(message("Linux: as a service of systemd, which starts it again after a crash.")),
    ),
]


@autostart_app.command("on", help=help_text(message("Start at login from now on.")))
@exiting
def on(config: ConfigOption = None, service: ServiceOption = False) -> int:
    """With the configuration that is named now."""
    from ocrwatch.desktop import autostart

    autostart.turn_on(named(loaded(config).path), service=service)
    say(autostart.status())
    return 0


@autostart_app.command("off", help=help_text(message("Start at login no more.")))
@exiting
def off(config: ConfigOption = None) -> int:
    """Nothing is left behind."""
    from ocrwatch.desktop import autostart

    del config
    autostart.turn_off()
    say(autostart.status())
    return 0


@autostart_app.command("status", help=help_text(message("Whether it starts at login.")))
@exiting
def status(config: ConfigOption = None) -> int:
    """Exit status 0 in either case."""
    from ocrwatch.desktop import autostart

    del config
    say(autostart.status())
    return 0


class LoginEntry:
    """The tick in the icon's menu and in the settings' pages. `config` is the file in force."""

    def __init__(self, config: Path | None) -> None:
        self._config = config

    def is_on(self) -> bool:
        """Whether it starts at login."""
        from ocrwatch.desktop import autostart

        return autostart.is_on()

    def turn(self, on: bool) -> None:
        """Let it, or not; what is so already stays, in whichever way it was chosen. Raises UsageError."""
        if on != self.is_on():
            self.turn_on() if on else self.turn_off()

    def turn_on(self) -> None:
        """Let it. Raises UsageError."""
        from ocrwatch.desktop import autostart

        autostart.turn_on(named(self._config))

    def turn_off(self) -> None:
        """Let it not. Raises UsageError."""
        from ocrwatch.desktop import autostart

        autostart.turn_off()


def mend(config: Path | None) -> None:
    """Let an entry that is on name the program that starts just now. What is in the way of that stops nothing."""
    from ocrwatch.desktop import autostart

    try:
        if autostart.mend(named(config)):
            log.info("The entry that starts ocrwatch at login names this installation now")
    except (UsageError, OSError) as error:
        log.warning("The entry that starts ocrwatch at login could not be mended: %s", type(error).__name__)


def named(config: Path | None) -> Path | None:
    """`config`, unless it is the one that is found without being named."""
    from ocrwatch.config.paths import default_config

    return None if config == default_config() else config
