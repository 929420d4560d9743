"""What the Tab key offers in bash, zsh, fish and PowerShell: `python -m installer.common.completions FOLDER`.

The scripts hold the whole command line, so that the program need not start for each press of the key. They know
commands, options, what an option's value may be, files and folders; never what is in a person's journal.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from installer.common.commands import Command, Option, program

FILES = {"bash": "ocrwatch", "zsh": "_ocrwatch", "fish": "ocrwatch.fish", "powershell": "ocrwatch.ps1"}
"""How each shell wants its file called."""


def write_completions(folder: Path) -> None:
    """One folder for each shell, its file in it."""
    root = program()
    for shell, text in (
        ("bash", bash(root)),
        ("zsh", zsh(root)),
        ("fish", fish(root)),
        ("powershell", powershell(root)),
    ):
        place = folder / shell
        place.mkdir(parents=True, exist_ok=True)
        (place / FILES[shell]).write_text(text, encoding="utf-8", newline="\n")


def _key(command: Command) -> str:
    """The command's path as the scripts build it up, word by word."""
    return "".join(f" {word}" for word in command.path)


def _offered(command: Command) -> Iterable[str]:
    """The words that may follow it."""
    yield from (child.path[-1] for child in command.commands)
    yield from (name for option in command.options for name in option.names)


def _valued(command: Command) -> Iterable[Option]:
    return (option for option in command.options if option.value)


# ---------------------------------------------------------------- bash


def bash(root: Command) -> str:
    """Needs bash 4; nothing of the package bash-completion."""
    known = "|".join(f'"{_key(command)}"' for command in root.all() if command.path)
    lines = [
        "# Completion of ocrwatch for bash.",
        "_ocrwatch() {",
        '    local word path="" current="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}"',
        '    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
        f'        case "$path $word" in {known}) path="$path $word" ;; esac',
        "    done",
        "    COMPREPLY=()",
        '    case "$path:$before" in',
    ]
    for command in root.all():
        for option in _valued(command):
            patterns = "|".join(f'"{_key(command)}:{name}"' for name in option.names)
            lines.append(f"        {patterns}) {_bash_value(option)}; return ;;")
    lines += ["    esac", '    case "$path" in']
    for command in root.all():
        words = " ".join(_offered(command))
        files = {"file": "-f", "folder": "-d"}.get(command.takes, "")
        also = (
            f'; if [[ $current != -* ]]; then compopt -o filenames; mapfile -t -O "${{#COMPREPLY[@]}}" COMPREPLY < <(compgen {files} -- "$current"); fi'
            if files
            else ""
        )
        lines.append(
            f'        "{_key(command)}") mapfile -t COMPREPLY < <(compgen -W "{words}" -- "$current"){also} ;;'
        )
    lines += ["    esac", "}", "complete -F _ocrwatch ocrwatch"]
    return "\n".join(lines) + "\n"


def _bash_value(option: Option) -> str:
    if option.choices:
        return f'mapfile -t COMPREPLY < <(compgen -W "{" ".join(option.choices)}" -- "$current")'
    if option.takes in ("file", "folder"):
        kind = "-f" if option.takes == "file" else "-d"
        return f'compopt -o filenames; mapfile -t COMPREPLY < <(compgen {kind} -- "$current")'
    return ":"


# ---------------------------------------------------------------- zsh


def zsh(root: Command) -> str:
    """One function for each command."""
    lines = ["#compdef ocrwatch", "# Completion of ocrwatch for zsh."]
    for command in root.all():
        lines += ["", f"{_zsh_name(command)}() {{", *_zsh_body(command), "}"]
    return "\n".join([*lines, "", '_ocrwatch "$@"']) + "\n"


def _zsh_name(command: Command) -> str:
    return "_".join(("_ocrwatch", *command.path))


def _zsh_body(command: Command) -> list[str]:
    options = [_zsh_option(option) for option in command.options]
    if not command.commands:
        argument = {"file": ["'*:file:_files'"], "folder": ["'*:folder:_files -/'"]}.get(command.takes, [])
        return ["    _arguments " + " \\\n        ".join([*options, *argument])]
    children = [f"{_zsh_quoted(child.path[-1] + ':' + child.purpose)}" for child in command.commands]
    cases = [f"        {child.path[-1]}) {_zsh_name(child)} ;;" for child in command.commands]
    return [
        "    local state line curcontext=$curcontext",
        "    local -a commands=(",
        *(f"        {child}" for child in children),
        "    )",
        "    _arguments -C " + " \\\n        ".join([*options, "'1: :->command'", "'*:: :->rest'"]),
        "    case $state in",
        "    command) _describe -t commands command commands ;;",
        "    rest) case $line[1] in",
        *cases,
        "        esac ;;",
        "    esac",
    ]


def _zsh_option(option: Option) -> str:
    purpose = option.purpose.replace("[", r"\[").replace("]", r"\]").replace(":", r"\:")
    value = ""
    if option.choices:
        value = f":{option.value.split('|')[0]}:({' '.join(option.choices)})"
    elif option.value:
        value = f":{option.value}:" + {"file": "_files", "folder": "_files -/"}.get(option.takes, "")
    if len(option.names) == 1:
        return _zsh_quoted(f"{option.names[0]}[{purpose}]{value}")
    alternatives = ",".join(option.names)
    return f"'({' '.join(option.names)})'{{{alternatives}}}" + _zsh_quoted(f"[{purpose}]{value}")


def _zsh_quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


# ---------------------------------------------------------------- fish


def fish(root: Command) -> str:
    """A function tells which command has been typed; each line is offered for one command."""
    known = " ".join(f"'{_key(command)}'" for command in root.all() if command.path)
    lines = [
        "# Completion of ocrwatch for fish.",
        "function __ocrwatch_at",
        "    set -l path ''",
        "    for word in (commandline -opc)[2..-1]",
        f'        contains -- "$path $word" {known}; and set path "$path $word"',
        "    end",
        '    test "$path" = "$argv[1]"',
        "end",
        "complete -c ocrwatch -f",
    ]
    for command in root.all():
        at = f"complete -c ocrwatch -n \"__ocrwatch_at '{_key(command)}'\""
        lines += [f"{at} -a {child.path[-1]} -d {_fish_quoted(child.purpose)}" for child in command.commands]
        lines += [f"{at} {_fish_option(option)}" for option in command.options]
        if command.takes == "file":
            lines.append(f"{at} -F")
        elif command.takes == "folder":
            lines.append(f"{at} -a '(__fish_complete_directories)'")
    return "\n".join(lines) + "\n"


def _fish_option(option: Option) -> str:
    names = " ".join(f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names)
    value = ""
    if option.choices:
        value = f" -x -a '{' '.join(option.choices)}'"
    elif option.value:
        value = {"file": " -r -F", "folder": " -x -a '(__fish_complete_directories)'"}.get(option.takes, " -x")
    return f"{names}{value} -d {_fish_quoted(option.purpose)}"


def _fish_quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


# ---------------------------------------------------------------- PowerShell


def powershell(root: Command) -> str:
    """For Windows PowerShell 5.1 and later. Files are completed by PowerShell itself, where nothing is offered."""
    lines = [
        "# Completion of ocrwatch for PowerShell.",
        "Register-ArgumentCompleter -Native -CommandName ocrwatch -ScriptBlock {",
        "    param($wordToComplete, $commandAst, $cursorPosition)",
        "    $words = @{",
    ]
    lines += [f"        '{_key(command)}' = @({_ps_list(_ps_offers(command))})" for command in root.all()]
    lines += ["    }", "    $values = @{"]
    for command in root.all():
        for option in _valued(command):
            for name in option.names:
                lines.append(f"        '{_key(command)}:{name}' = @({_ps_list((c, c) for c in option.choices)})")
    lines += [
        "    }",
        "    $path = ''",
        "    $before = ''",
        "    foreach ($element in $commandAst.CommandElements | Select-Object -Skip 1) {",
        "        if ($element.Extent.EndOffset -ge $cursorPosition -and $wordToComplete) { break }",
        '        $before = "$element"',
        '        if ($words.ContainsKey("$path $before")) { $path = "$path $before" }',
        "    }",
        "    $offered = $words[$path]",
        '    if ($values.ContainsKey("${path}:$before")) { $offered = $values["${path}:$before"] }',
        '    $offered | Where-Object { $_ -and $_[0] -like "$wordToComplete*" } | ForEach-Object {',
        "        [System.Management.Automation.CompletionResult]::new($_[0], $_[0], 'ParameterValue', $_[1])",
        "    }",
        "}",
    ]
    return "\n".join(lines) + "\n"


def _ps_offers(command: Command) -> Iterable[tuple[str, str]]:
    yield from ((child.path[-1], child.purpose) for child in command.commands)
    yield from ((name, option.purpose) for option in command.options for name in option.names)


def _ps_list(pairs: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"@({_ps_quoted(word)}, {_ps_quoted(purpose)})" for word, purpose in pairs)


def _ps_quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


if __name__ == "__main__":
    write_completions(Path(sys.argv[1]))
