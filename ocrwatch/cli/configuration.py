"""`ocrwatch config show|path|schema`."""

from __future__ import annotations

import typer

from ocrwatch.cli.opening import ConfigOption, loaded
from ocrwatch.cli.terminal import exiting, help_text, say
from ocrwatch.messages import message

config_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@config_app.command("show", help=help_text(message("The settings in force, as a configuration file.")))
@exiting
def show(config: ConfigOption = None) -> int:
    """No key is ever shown."""
    from ocrwatch.config.showing import shown

    say(shown(loaded(config).settings).rstrip())
    return 0


@config_app.command("path", help=help_text(message("Where the configuration file is.")))
@exiting
def path(config: ConfigOption = None) -> int:
    """The file in force, or the one that would be."""
    from ocrwatch.config.paths import default_config

    say(str(loaded(config).path or default_config()))
    return 0


@config_app.command("schema", help=help_text(message("The JSON schema of the configuration, for editors.")))
@exiting
def schema() -> int:
    """For editors that check TOML by it."""
    from ocrwatch.config.showing import schema_text

    say(schema_text())
    return 0
