"""How a command is written in a desktop entry and in a systemd unit, and read back. Pure.

Desktop entries (Desktop Entry Specification 1.5): an argument stands in double quotes where it has a reserved
character; in them `"`, the backquote, `$` and `\\` take a backslash; `%` is doubled, for `%f` is a field code; then the
value as a whole is escaped once more, as every string of such a file. GLib looks for the program before it undoes `%%`:
one with such a path is started by `env`.

systemd (systemd.service, COMMAND LINES): double quotes and C's escapes; `%` is doubled, for `%h` is a specifier, and so
is `$` in arguments. The program's own path may hold no quote and no backslash, and its `$` is not to be doubled: such a
program is started by `env`, as an argument.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_RESERVED = re.compile(r"""[\s"'\\><~|&;$*?#()`]""")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"|([^\s"]+)', re.DOTALL)
_ENV = "/usr/bin/env"

_TO_VALUE = {"\\": r"\\", "\n": r"\n", "\t": r"\t", "\r": r"\r"}
_FROM_VALUE = {"\\": "\\", "n": "\n", "t": "\t", "r": "\r", "s": " "}
_TO_UNIT = {"\\": r"\\", '"': r"\"", "\n": r"\n", "\t": r"\t", "\r": r"\r", "%": "%%", "$": "$$"}
_FROM_UNIT = {"n": "\n", "t": "\t", "r": "\r"}


def desktop_value(text: str) -> str:
    """`text` as the value of a desktop entry's key."""
    escaped = "".join(_TO_VALUE.get(character, character) for character in text)
    return rf"\s{escaped[1:]}" if escaped.startswith(" ") else escaped


def desktop_exec(command: Sequence[str]) -> str:
    """`command` as the value of a desktop entry's Exec."""
    started_by = (_ENV,) if "%" in command[0] else ()
    return desktop_value(" ".join(map(_desktop_argument, (*started_by, *command))))


def desktop_command(value: str) -> tuple[str, ...]:
    """The command that `desktop_exec` wrote."""
    text = re.sub(r"\\(.)", lambda found: _FROM_VALUE.get(found[1], found[0]), value)
    return _without_env(
        (bare or re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL)).replace("%%", "%")
        for quoted, bare in _QUOTED.findall(text)
    )


def unit_exec(command: Sequence[str]) -> str:
    """`command` as the value of a unit's ExecStart."""
    program, *arguments = command
    if re.search(r"""["'\\$]""", program):
        return " ".join((_ENV, *map(_unit_argument, command)))
    return " ".join((_unit_argument(program), *map(_unit_argument, arguments)))


def unit_command(value: str) -> tuple[str, ...]:
    """The command that `unit_exec` wrote."""
    return _without_env(
        (bare or _unescaped(quoted)).replace("%%", "%").replace("$$", "$") for quoted, bare in _QUOTED.findall(value)
    )


def _without_env(words: Iterable[str]) -> tuple[str, ...]:
    command = tuple(words)
    return command[1:] if command[:1] == (_ENV,) else command


def _desktop_argument(argument: str) -> str:
    doubled = argument.replace("%", "%%")
    if argument and not _RESERVED.search(argument):
        return doubled
    return '"' + re.sub(r'(["`$\\])', r"\\\1", doubled) + '"'


def _unit_argument(argument: str) -> str:
    return '"' + "".join(_TO_UNIT.get(character, character) for character in argument) + '"'


def _unescaped(quoted: str) -> str:
    return re.sub(r"\\(.)", lambda found: _FROM_UNIT.get(found[1], found[1]), quoted, flags=re.DOTALL)
