"""`ocrwatch run`: the daemon, with its icon where there is a desktop; or once over what is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ocrwatch.cli.autostart import mend
from ocrwatch.cli.opening import ConfigOption, begin_log, loaded
from ocrwatch.cli.reloading import until_ended
from ocrwatch.cli.session import Session
from ocrwatch.cli.terminal import help_text
from ocrwatch.messages import message

if TYPE_CHECKING:
    from ocrwatch.config.loading import Loaded


def run(
    config: ConfigOption = None,
    once: Annotated[
        bool, typer.Option("--once", help=help_text(message("Work off what is there, then exit.")))
    ] = False,
    no_tray: Annotated[
        bool, typer.Option("--no-tray", help=help_text(message("Show no icon, even where there is a desktop.")))
    ] = False,
) -> int:
    """Exit status 0 done, 1 some failed, 3 another instance runs, 4 some still wait."""
    found = loaded(config)
    begin_log(found.settings.state_dir)
    if once:
        with Session(found.settings, once=True) as session:
            return session.once()
    mend(found.path)

    def work(session: Session, found: Loaded) -> int:
        if no_tray:
            return session.until_stopped()
        from ocrwatch.cli.icon import until_quit

        return until_quit(session, found.settings, found.path)

    return until_ended(config, found, work)
