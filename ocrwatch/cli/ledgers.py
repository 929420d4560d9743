"""`ocrwatch ledger unlock`."""

from __future__ import annotations

import typer

from ocrwatch.cli import terminal
from ocrwatch.cli.opening import ConfigOption, loaded, opened
from ocrwatch.cli.terminal import exiting, help_text, say
from ocrwatch.messages import message
from ocrwatch.service import orders

ledger_app = typer.Typer(no_args_is_help=True)


@ledger_app.command(
    "unlock",
    help=help_text(message("Remove the lock that a crashed program left on a spreadsheet: nobody has it open.")),
)
@exiting
def unlock(config: ConfigOption = None) -> int:
    """On the person's word: where the system itself says that it is open, nothing is removed."""
    from ocrwatch.ledger.locks import unlock as unlocked

    settings = loaded(config).settings
    removed = 0
    for path in dict.fromkeys(inbox.ledger for inbox in settings.inbox):
        for lock in unlocked(path):
            removed += 1
            text = "The lock {lock} of {ledger} was removed."
            say(message(text, lock=lock.name, ledger=str(path)), mark=terminal.GOOD)
    if not removed:
        say(message("No spreadsheet is locked."))
    with opened(settings) as (journal, running):
        if running and removed:
            journal.orders.give(orders.HURRY)
    return 0
