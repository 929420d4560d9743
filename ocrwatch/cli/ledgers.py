"""`ocrwatch ledger unlock`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ocrwatch.cli.opening import ConfigOption, loaded, opened
from ocrwatch.cli.terminal import GOOD, exiting, help_text, rendered, say
from ocrwatch.messages import message
from ocrwatch.service import orders

if TYPE_CHECKING:
    from ocrwatch.ledger.locks import Lock

ledger_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@ledger_app.command(
    "unlock",
    help=help_text(message("Remove the lock that a crashed program left on a spreadsheet: nobody has it open.")),
)
@exiting
def unlock(
    config: ConfigOption = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help=help_text(message("Do not ask.")))] = False,
) -> int:
    """On the person's word: where the system itself says that it is open, nothing is removed."""
    from ocrwatch.ledger.locks import present_locks
    from ocrwatch.ledger.locks import unlock as unlocked

    settings = loaded(config).settings
    removed = 0
    for path in dict.fromkeys(inbox.ledger for inbox in settings.inbox):
        locks = present_locks(Path(os.path.realpath(path)))
        if locks and (yes or _is_closed(path, locks)):
            for lock in unlocked(path):
                removed += 1
                say(message("The lock {lock} of {ledger} was removed.", lock=lock.name, ledger=str(path)), mark=GOOD)
        elif not locks:
            say(message("{ledger} is not locked.", ledger=str(path)))
    with opened(settings) as (journal, running):
        if running and removed:
            journal.orders.give(orders.HURRY)
    return 0


def _is_closed(path: Path, locks: Sequence[Lock]) -> bool:
    for lock in locks:
        who = " ".join(filter(None, (lock.user, f"({lock.program})")))
        say(message("{ledger} is marked as open: {who}.", ledger=str(path), who=who))
    return bool(typer.confirm(rendered(message("Is it really closed everywhere?")), default=False))
