"""The commands. Each module is a few of them; nothing heavy is loaded before a command needs it.

program.py         all commands on one typer application
terminal.py        saying things: language, marks, tables
wording.py         what the command line's parser says, in the person's language
opening.py         what most commands begin with: configuration, journal, is the daemon running?
showing.py         rows and values for the eye, and as JSON
session.py         a daemon at work in the terminal
progress.py        its bar
icon.py            its icon and its notices on the desktop
run.py             run
demo.py            demo
initial.py         init
initial_offers.py  what it asks beyond the settings
questions.py       how it asks
preparing.py       folders, files in them, starting the daemon: for both ways of setting up
settings.py        settings
settings_configuration.py, settings_drafts.py, settings_machine.py   what its pages need of the program
unattended.py      init --yes, for scripts
reading.py         read
standing.py        status, why
ordering.py        accept, retry, pause, resume, stop
rereading.py       reread
doctor.py          doctor
keys.py            key set|clear
ledgers.py         ledger unlock|restore
comparing.py       ledger check|rebuild
previewing.py      ledger preview
configuration.py   config show|path|schema
autostart.py       autostart on|off|status
windowed.py        ocrwatchw: started from a menu, a double click, or at login
reloading.py       a configuration that was changed takes effect
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress


def main() -> None:
    """The program. Exit status: 0 done, 1 some documents failed, 2 usage or configuration, 3 another instance is
    running, 4 some documents still wait."""
    if as_child():
        return
    if sys.argv[1:] == ["--version"]:
        from ocrwatch import __version__

        sys.stdout.write(f"ocrwatch {__version__}\n")
        return
    from ocrwatch.cli.program import run_program

    status = run_program()
    with suppress(OSError, ValueError):  # nobody may be left to hear it
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(status)  # all is closed in order; taking the interpreter apart would cost another 0.1 s


def as_child() -> bool:
    """Do a child process's work, where this process is to be one."""
    from ocrwatch.childprocess import ARGUMENT, child_main

    if sys.argv[1:2] != [ARGUMENT]:
        return False
    child_main(sys.argv[2:])
    return True
