"""The program's commands as plain data, read from its own command line: completions and man page are made of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, Protocol, get_args

Takes = Literal["nothing", "file", "folder", "text"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """`names`: all spellings, the long one first. `value`: how its value is called; "" where it takes none."""

    names: tuple[str, ...]
    purpose: str
    value: str
    takes: Takes
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command; `path` is () for the program itself. `argument`: how its arguments are called, or ""."""

    path: tuple[str, ...]
    purpose: str
    options: tuple[Option, ...]
    argument: str
    takes: Takes
    commands: tuple[Command, ...]

    def all(self) -> Iterator[Command]:
        """This one and all below it."""
        yield self
        for command in self.commands:
            yield from command.all()


class _Parameter(Protocol):
    name: str | None
    opts: list[str]
    metavar: str | None
    param_type_name: str


HELP = Option(
    names=("--help", "-h"), purpose="Show what there is to say, and exit.", value="", takes="nothing", choices=()
)


def program() -> Command:
    """The whole command line, in English."""
    from ocrwatch.cli.terminal import speak

    speak("en")
    import typer

    from ocrwatch.cli.program import app

    return _command(typer.main.get_command(app), ())


def _command(command: object, path: tuple[str, ...]) -> Command:
    options = []
    argument, takes = "", _takes("")
    for parameter in getattr(command, "params", ()):
        if parameter.param_type_name == "option" and not getattr(parameter, "hidden", False):
            options.append(_option(parameter))
        elif parameter.param_type_name == "argument":
            argument = parameter.metavar or str(parameter.name).upper()
            takes = _takes(argument)
    children = getattr(command, "commands", {})
    return Command(
        path=path,
        purpose=_sentence(getattr(command, "help", None)),
        options=(*options, HELP),
        argument=argument,
        takes=takes,
        commands=tuple(_command(child, (*path, name)) for name, child in children.items()),
    )


def _option(parameter: _Parameter) -> Option:
    names = tuple(sorted(parameter.opts, key=lambda name: not name.startswith("--")))
    purpose = _sentence(getattr(parameter, "help", None))
    if getattr(parameter, "is_flag", False):
        return Option(names=names, purpose=purpose, value="", takes="nothing", choices=())
    choices = tuple(_choices(parameter))
    value = parameter.metavar or "|".join(choices) or "NUMBER"
    return Option(names=names, purpose=purpose, value=value, takes=_takes(value), choices=choices)


def _choices(parameter: _Parameter) -> Iterable[str]:
    """What may stand there, as typer knows it: until 0.24 by click's type, from then on by the annotation."""
    if parameter.name == "profile":
        from ocrwatch.config.profiles import built_in

        return built_in()
    if (known := getattr(getattr(parameter, "type", None), "choices", None)) is not None:
        return map(str, known)
    annotation = getattr(getattr(parameter, "type_descriptor", None), "annotation", None)
    words = get_args(annotation) or (
        getattr(each, "value", each) for each in getattr(annotation, "__members__", {}).values()
    )
    return (word for word in words if isinstance(word, str))


def _takes(value: str) -> Takes:
    if "FILE" in value:
        return "file"
    if "FOLDER" in value:
        return "folder"
    return "text" if value else "nothing"


def _sentence(text: str | None) -> str:
    return " ".join((text or "").split())
