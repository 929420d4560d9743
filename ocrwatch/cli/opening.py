"""What most commands begin with: the configuration in force, the journal, and whether a daemon runs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ocrwatch.cli.terminal import complain, help_text, speak
from ocrwatch.config.paths import CONFIG_VARIABLE, made_private
from ocrwatch.desktop.instance import InstanceLock, is_running
from ocrwatch.errors import Busy, UsageError
from ocrwatch.messages import Message, message
from ocrwatch.on_disk import is_there

if TYPE_CHECKING:
    from ocrwatch.config.loading import Loaded
    from ocrwatch.config.settings import Settings
    from ocrwatch.journal import Journal
    from ocrwatch.service.status import DaemonStatus

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        envvar=CONFIG_VARIABLE,
        metavar="FILE",
        help=help_text(message("The configuration file (default: the one of your user account).")),
    ),
]


def loaded(config: Path | None) -> Loaded:
    """The configuration, with what workbooks tell that are there (see `adopted`).

    Its language is spoken from now on, its warnings are told. Raises ConfigurationError.
    """
    from ocrwatch.config.loading import load

    found = load(config)
    if any(inbox.template or is_there(inbox.ledger) for inbox in found.settings.inbox if inbox.leaves_open()):
        from ocrwatch.adopted import with_what_is_there

        found = replace(found, settings=with_what_is_there(found.settings))
    speak(found.settings.language)
    for warning in found.warnings:
        complain(warning)
    return found


def whereabouts(settings: Settings) -> Message:
    """Where pictures go to be read: nowhere, or to which host."""
    from ocrwatch.config.secrets import destination

    if host := destination(settings):
        return message("Pictures are sent to {host} to be read.", host=host)
    return message("Pictures are read on this computer: none leaves it.")


def outdated(config: Path | None, daemon: DaemonStatus) -> Message | None:
    """What happens when the configuration was changed after the daemon had read it; None when it was not, or when the
    status says already what is wrong with it."""
    try:
        changed = config is not None and config.stat().st_mtime > daemon.started_at
    except OSError:
        return None
    if not changed or daemon.misconfigured is not None:
        return None
    return message("The configuration was changed. It takes effect as soon as what is under way is done.")


@contextmanager
def opened(settings: Settings) -> Iterator[tuple[Journal, bool]]:
    """The journal, and whether a daemon runs. Raises `JournalTooNew`, UsageError."""
    from ocrwatch.journal import Journal

    try:
        made_private(settings.state_dir)
        journal = Journal(settings.state_dir, time.time, may_set_aside=False)
    except OSError as error:
        raise state_unusable(settings.state_dir, error) from error
    except Busy as error:
        raise UsageError(error.message) from error
    try:
        yield journal, is_running(settings.state_dir)
    finally:
        journal.close()


@contextmanager
def held_lock(state_dir: Path) -> Iterator[InstanceLock]:
    """The daemon's lock, held. Raises `AlreadyRunning`, UsageError."""
    try:
        lock = InstanceLock(made_private(state_dir))
        lock.acquire()
    except OSError as error:
        raise state_unusable(state_dir, error) from error
    try:
        yield lock
    finally:
        lock.release()


def begin_log(state_dir: Path) -> None:
    """Log to the state folder from now on. Raises UsageError."""
    from ocrwatch import logs

    try:
        logs.begin(made_private(state_dir))
    except OSError as error:
        raise state_unusable(state_dir, error) from error


def state_unusable(folder: Path, error: OSError) -> UsageError:
    """The state folder cannot be used."""
    text = (
        "The folder {folder}, where ocrwatch keeps its records, cannot be used: {reason}. Allow it, or name another as "
        "state_dir in the configuration."
    )
    return UsageError(message(text, folder=str(folder), reason=error.strerror or type(error).__name__))
