"""`ocrwatch config show|path|schema`."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

import typer

from ocrwatch.cli.opening import ConfigOption, loaded
from ocrwatch.cli.terminal import WARNING, complain, exiting, help_text, rendered, say
from ocrwatch.messages import message

if TYPE_CHECKING:
    from ocrwatch.config.loading import Loaded

config_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@config_app.command("show", help=help_text(message("The settings in force, and where each comes from.")))
@exiting
def show(config: ConfigOption = None) -> int:
    """As a configuration file; no key is ever shown."""
    from ocrwatch.config.showing import shown

    found = loaded(config)
    for origin, file in ((message("your file"), found.path), (message("this computer's file"), found.site)):
        if file is not None:
            say(f"# {rendered(origin)}: {file}")
    say(shown(found.settings, partial(_mark, found), rendered).rstrip())
    for notice in found.notices:
        complain(notice, mark=WARNING)
    return 0


def _mark(found: Loaded, key: str, is_default: bool) -> str:
    """Where the setting comes from, and whether it is locked."""
    from ocrwatch.config.layers import Origin, variable_of

    table = key.partition(".")[0]
    match found.origin(key):
        case Origin.BUILT_IN:
            said = [rendered(message("default"))]
        case Origin.SITE | Origin.USER | Origin.ENVIRONMENT if table == "inbox" and is_default:
            said = [rendered(message("default"))]
        case Origin.SITE:
            said = [rendered(message("this computer's file"))]
        case Origin.USER:
            said = [rendered(message("your file"))]
        case Origin.ENVIRONMENT:
            said = [variable_of("inbox" if table == "inbox" else key)]
    if key in found.locked or (table == "inbox" and "inbox" in found.locked):
        said.append(rendered(message("locked")))
    return ", ".join(said)


@config_app.command("path", help=help_text(message("Where the configuration files are.")))
@exiting
def path(config: ConfigOption = None) -> int:
    """The person's file, in force or as it would be, on the first line; this computer's below."""
    from ocrwatch.config.paths import site_configs, user_config

    say(str(user_config(config)[0]))  # even where what stands in it is wrong
    places = site_configs()
    there = [place for place in places if os.path.lexists(place)]
    if there:
        say(message("{path} (for all users of this computer)", path=str(there[0])))
    else:
        text = "{path} (for all users of this computer; it is not there)"
        say(message(text, path=str(places[0])))
    return 0


@config_app.command("schema", help=help_text(message("The JSON schema of the configuration, for editors.")))
@exiting
def schema() -> int:
    """For editors that check TOML by it."""
    from ocrwatch.config.showing import schema_text

    say(schema_text())
    return 0
