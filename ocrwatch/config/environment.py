"""Settings in the environment: OCRWATCH_LANGUAGE, OCRWATCH_ENDPOINT__MODEL, OCRWATCH_INBOX.

A value is TOML where it is such (4, true, [{folder = "~/Scans"}]), else text as it stands: nobody quotes the name of
a model.
Relative paths start at the home folder: a daemon has no place of its own. An empty variable counts as none.
Names that ocrwatch does not know are told, not refused: they may be another program's.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from pydantic import BaseModel

from ocrwatch.config.keys import every_key, value_at
from ocrwatch.config.layers import Layer, Origin, variable_of
from ocrwatch.config.paths import CONFIG_VARIABLE
from ocrwatch.config.settings import Settings
from ocrwatch.messages import Message, message

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

_PREFIX = "OCRWATCH_"
_OTHERS = (CONFIG_VARIABLE, "OCRWATCH_API_KEY", "OCRWATCH_TRAY")
"""Variables that are no settings."""

_CLOSE_ENOUGH = 75.0


def environment_layer(environment: Mapping[str, str]) -> Layer | None:
    """What `environment` sets; None where it sets nothing. Raises ConfigurationError."""
    from pydantic import ValidationError

    known = _known()
    given = {known[name]: value for name, value in _ours(environment) if name in known}
    if not given:
        return None
    try:
        settings = Settings.model_validate(_nested(given), context={"folder": _home()})
    except ValidationError as error:
        from ocrwatch.config.explaining import variable_error

        raise variable_error(error.errors()) from error
    return Layer(origin=Origin.ENVIRONMENT, settings=settings)


def unknown_variables(environment: Mapping[str, str]) -> Iterator[Message]:
    """A word on each variable that begins as ours do and is none. Its value is not told: it may be a key."""
    known = [*_known(), *_OTHERS]
    for name, _ in _ours(environment):
        if name not in known:
            from rapidfuzz import fuzz, process

            guess = process.extractOne(name, known, scorer=fuzz.ratio, score_cutoff=_CLOSE_ENOUGH)
            if guess is None:
                yield message("The variable {name} is none of ocrwatch's and has no effect.", name=name)
            else:
                text = "The variable {name} is none of ocrwatch's and has no effect. Did you mean {guess}?"
                yield message(text, name=name, guess=guess[0])


def _known() -> dict[str, str]:
    """The settings by the names of their variables."""
    return {variable_of(key): key for key in every_key(Settings()) if key != "locked"}


def _ours(environment: Mapping[str, str]) -> list[tuple[str, str]]:
    return sorted((name, value) for name, value in environment.items() if name.startswith(_PREFIX) and value.strip())


def _nested(given: Mapping[str, str]) -> dict[str, object]:
    data: dict[str, object] = {}
    for key, text in given.items():
        table, _, name = key.rpartition(".")
        inner = data.setdefault(table, {}) if table else data
        assert isinstance(inner, dict)
        inner[name] = _value(text, _field(table, name))
    return data


def _field(table: str, name: str) -> FieldInfo:
    model = value_at(Settings(), table) if table else Settings()
    assert isinstance(model, BaseModel)
    return type(model).model_fields[name]


def _value(text: str, field: FieldInfo) -> object:
    try:
        read = tomllib.loads(f"value = {text.strip()}")
    except (tomllib.TOMLDecodeError, RecursionError):
        return text
    if set(read) != {"value"}:  # several lines: no value
        return text
    value = read["value"]
    return value if isinstance(value, str | list | dict) or _takes_numbers(field.annotation) else text


def _takes_numbers(kind: object) -> bool:
    """Whether a setting of this type may be a number or a truth; else `4` is a text."""
    return kind in (bool, int, float) or any(_takes_numbers(part) for part in get_args(kind))


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:  # no home at all
        return Path.cwd()
