"""What the command line's own parser says, in the person's language: the headings of `--help`, and its complaints.

typer has its words in English, some behind gettext and some not, by its version. So its text is taken as it comes out
and said in ours; what is not known here stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import typer

from ocrwatch.cli.terminal import BAD, complain, rendered
from ocrwatch.messages import Message, message

_HEADINGS: dict[str, Message] = {
    "Usage": message("Usage"),
    "Options": message("Options"),
    "Arguments": message("Arguments"),
    "Commands": message("Commands"),
}
_PHRASES: dict[str, Message] = {
    "Show this message and exit.": message("Show this help and exit."),
    "[env var:": message("[variable:"),
    "[default:": message("[default:"),
    "required]": message("required]"),
}
_COMPLAINTS = {
    "option": re.compile(r"No such option: (?P<name>\S+)"),
    "option near": re.compile(
        r"No such option: (?P<name>\S+)\s+\(?(?:Did you mean(?: one of:)?|Possible options:) (?P<guess>.+?)[?)]*"
    ),
    "command": re.compile(r"No such command '(?P<name>.+?)'\."),
    "command near": re.compile(
        r"No such command '(?P<name>.+?)'\.\s+\(?(?:Did you mean(?: one of:)?|Possible commands:) (?P<guess>.+?)[?)]*"
    ),
    "missing": re.compile(r"Missing (?:argument|option|parameter) '(?P<name>[^']+)'\..*", re.DOTALL),
    "choice": re.compile(r"Invalid value for (?P<name>.+?): .*? is not one of (?P<choices>.+?)\."),
    "value": re.compile(r"Invalid value for (?P<name>.+?): .*", re.DOTALL),
    "argument": re.compile(r"Option '(?P<name>.+?)' requires an argument\."),
    "no argument": re.compile(r"Option '(?P<name>.+?)' does not take a value\."),
    "extra": re.compile(r"Got unexpected extra arguments?(?:\(s\))? \((?P<name>.+)\)"),
    "no command": re.compile(r"Missing command\."),
}
_SAID = {
    "option": "There is no option {name}.",
    "option near": "There is no option {name}. Did you mean {guess}?",
    "command": "There is no command {name}.",
    "command near": "There is no command {name}. Did you mean {guess}?",
    "missing": "{name} is not given.",
    "choice": "The value of {name} is not right. Choose one of {choices}.",
    "value": "The value of {name} is not right.",
    "argument": "{name} needs a value behind it.",
    "no argument": "{name} takes no value.",
    "extra": "This is too much: {name}",
    "no command": "No command is given.",
}


def _parser_error() -> type[Exception]:
    """What the parser raises for a wrong command line: the ancestor of typer's public one, which has no public name."""
    kinds = [kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException"]
    (found,) = [kind for kind in kinds if issubclass(kind, Exception)]
    return found


ParserError = _parser_error()


def worded(command: object) -> None:
    """Let `command` and all below it say their help and usage in our words."""
    for name in ("get_help", "get_usage"):
        setattr(command, name, _translated(getattr(command, name)))
    for inner in getattr(command, "commands", {}).values():
        worded(inner)


def _translated(tell: Callable[[object], str]) -> Callable[[object], str]:
    return lambda context: in_our_words(tell(context))


def in_our_words(help_text: str) -> str:
    """A help page with its headings and stock phrases said in our words."""
    for english, said in _HEADINGS.items():
        help_text = re.sub(rf"^{english}:", f"{rendered(said)}:", help_text, flags=re.MULTILINE)
    for english, said in _PHRASES.items():
        pattern = r"\s+".join(re.escape(word) for word in english.strip().split(" "))  # lines may break in it
        help_text = re.sub(pattern, rendered(said).strip(), help_text)
    return help_text


def complain_of(error: Exception) -> None:
    """Tell what the parser complains of, below the usage of the command that was meant."""
    context = getattr(error, "ctx", None)
    text = str(getattr(error, "message", ""))
    if context is not None and text == context.get_help():  # a group without a command shows its help
        complain(text)
        return
    if context is not None:
        complain(context.get_usage())
        help_command = f"{context.command_path} {context.help_option_names[0]}"
        complain(message("For help: {command}", command=help_command))
    told = getattr(error, "format_message", lambda: text)()
    complain(complaint(told), mark=BAD)


def complaint(text: str) -> Message | str:
    """What the parser complains of, as a message; as it is where it says something unheard of."""
    for kind, pattern in _COMPLAINTS.items():
        if found := pattern.fullmatch(text.strip()):
            return message(_SAID[kind], **found.groupdict())
    return text
