"""All commands on one typer application."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated

import typer

from ocrwatch.cli import terminal
from ocrwatch.cli.autostart import autostart_app
from ocrwatch.cli.comparing import check, rebuild
from ocrwatch.cli.configuration import config_app
from ocrwatch.cli.demo import demo
from ocrwatch.cli.doctor import doctor
from ocrwatch.cli.initial import init
from ocrwatch.cli.keys import key_app
from ocrwatch.cli.ledgers import restore, unlock
from ocrwatch.cli.ordering import accept, pause, resume, retry, stop
from ocrwatch.cli.packing import pack
from ocrwatch.cli.previewing import preview
from ocrwatch.cli.reading import read
from ocrwatch.cli.rereading import reread
from ocrwatch.cli.run import run
from ocrwatch.cli.settings import settings
from ocrwatch.cli.standing import status, why
from ocrwatch.cli.terminal import exiting, help_text
from ocrwatch.cli.wording import ParserError, complain_of, worded
from ocrwatch.errors import OcrwatchError, UsageError
from ocrwatch.messages import Message, message

log = logging.getLogger(__name__)

_USAGE = 2
_INTERRUPTED = 130

app = typer.Typer(
    name="ocrwatch",
    help=help_text(message("Drop a scan into a folder; a row appears in your spreadsheet.")),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # its tables cut Chinese off where a line is full
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        from ocrwatch import __version__

        terminal.say(f"ocrwatch {__version__}")
        raise typer.Exit


@app.callback()
def _everywhere(
    _: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help=help_text(message("Show the version and exit."))
        ),
    ] = False,
) -> None:
    pass


_COMMANDS: tuple[tuple[Callable[..., int], Message], ...] = (
    (run, message("Watch the folders, and read each new scan into its spreadsheet.")),
    (demo, message("Show what it does, on scans that come with it, in a folder of its own.")),
    (init, message("Set up: which folder, which document type, which spreadsheet, who reads them.")),
    (settings, message("Set up, or change the settings, in the browser.")),
    (read, message("Read pictures or links and print what they say; nothing is recorded.")),
    (status, message("How things stand: what is read, what waits and why, what failed.")),
    (why, message("The story of a scan, by its file name or the Document ID of its row.")),
    (accept, message("Read the scans that lay in a folder when it was first watched.")),
    (retry, message("Read failed scans again: those named, or all.")),
    (reread, message("Read recorded scans again and amend their rows; what you corrected in them stays.")),
    (pause, message("Pause reading.")),
    (resume, message("Go on reading, and try now what waits.")),
    (stop, message("Stop the running ocrwatch.")),
    (pack, message("Pack a month's rows and scans into one zip, to be handed in.")),
    (doctor, message("Check folders, spreadsheets, key and engine, and say what to do.")),
)
_LEDGER_COMMANDS: tuple[tuple[Callable[..., int], Message], ...] = (
    (check, message("Compare the spreadsheets with what was written into them, and explain each difference.")),
    (rebuild, message("Add rows that were lost once more, to the same spreadsheet or a new one.")),
    (preview, message("Show where the next row would land; nothing is written.")),
    (restore, message("Put a spreadsheet back as it was on another day, or list the days.")),
    (unlock, message("Remove the lock that a crashed program left on a spreadsheet: nobody has it open.")),
)
ledger_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
for commands, group in ((_COMMANDS, app), (_LEDGER_COMMANDS, ledger_app)):
    for command, purpose in commands:
        group.command(help=help_text(purpose))(exiting(command))
app.add_typer(key_app, name="key", help=help_text(message("The key of the reading service.")))
app.add_typer(ledger_app, name="ledger", help=help_text(message("The spreadsheets.")))
app.add_typer(autostart_app, name="autostart", help=help_text(message("Start when you log in.")))
app.add_typer(config_app, name="config", help=help_text(message("The configuration in force.")))


def has_command(name: str) -> bool:
    """Whether there is a command `name`."""
    return any(
        command.callback is not None and command.callback.__name__ == name for command in app.registered_commands
    )


_complain = partial(terminal.complain, mark=terminal.BAD)


def run_program(arguments: Sequence[str] | None = None, complain: Callable[[Message], None] = _complain) -> int:
    """Carry out the command line; the exit status. Errors are told in words (by `complain`), never as a traceback."""
    terminal.prepare()
    command = typer.main.get_command(app)
    worded(command)
    try:
        status = command(args=arguments, standalone_mode=False)
        return status if isinstance(status, int) else 0
    except SystemExit as done:  # shell completion ends so
        return done.code if isinstance(done.code, int) else 0
    except ParserError as error:
        complain_of(error)
        return _USAGE
    except typer.Abort:  # Ctrl+C or the end of the input at a question
        terminal.complain(message("Stopped."))
        return 1
    except UsageError as error:
        complain(error.message)
        return error.exit_status
    except OcrwatchError as error:
        complain(error.message)
        return 1
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except Exception as error:  # noqa: BLE001  the last net: a person gets a sentence, the log the details
        return _unexpected(error, complain)


def _unexpected(error: Exception, complain: Callable[[Message], None]) -> int:
    log.exception("The command failed")
    text = "Something unexpected happened ({kind}). Nothing is lost. `ocrwatch doctor` tells where the log lies."
    complain(message(text, kind=type(error).__name__))
    return _USAGE
