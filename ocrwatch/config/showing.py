"""The settings in force as a configuration file, and their JSON schema. No key is in either.

The text can be loaded again and has the same effect. Behind each value stands where it comes from; the fields of a
built-in document type are listed as comments. An api_key_file that is no file is not repeated: it may be the key.
What is locked is a comment: a person's own file cannot lock.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from pydantic import BaseModel

from ocrwatch.config.profiles import profile
from ocrwatch.config.settings import Inbox, Settings
from ocrwatch.config.toml_text import Plain, toml_of
from ocrwatch.messages import message
from ocrwatch.ports import Field, Render

DEFAULT_MARK = "  # default"

Mark = Callable[[str, bool], str]
"""What is said of a setting (dotted: `reader.engine`), by whether it stands at its default; "" for nothing."""


def _default_only(_: str, is_default: bool) -> str:
    return "default" if is_default else ""


def shown(settings: Settings, mark: Mark = _default_only, render: Render = str) -> str:
    """The settings in force as TOML, its comments in the language of `render`."""
    return "\n".join(_lines(settings, mark, render)) + "\n"


def schema_text() -> str:
    """The JSON schema of the configuration."""
    schema = Settings.model_json_schema()
    schema["title"] = "ocrwatch configuration"
    schema["$defs"]["FieldData"] = {"anyOf": [{"type": "string"}, schema["$defs"]["FieldData"]]}
    return json.dumps(schema, indent=2, ensure_ascii=False)


def _lines(settings: Settings, mark: Mark, render: Render) -> Iterator[str]:
    values = {name: getattr(settings, name) for name in Settings.model_fields if name not in ("inbox", "locked")}
    tables = {name: value for name, value in values.items() if isinstance(value, BaseModel)}
    for name, value in values.items():
        if name not in tables:
            yield _line(name, value, mark(name, value == getattr(Settings(), name)), render)
    start = "# " if settings.locked is not None else ""
    yield start + _line("locked", settings.locked, mark("locked", settings.locked is None), render)
    for title, table in tables.items():
        yield from ("", f"[{title}]")
        usual = type(table)()
        for name, value in _values(table).items():
            if isinstance(value, Path) and not value.is_file():
                yield f"# {render(message('{name} names no file', name=name))}"
            else:
                yield _line(name, value, mark(f"{title}.{name}", value == getattr(usual, name)), render)
    for inbox in settings.inbox:
        yield from ("", "[[inbox]]")
        yield from _inbox(inbox, mark, render)


def _inbox(inbox: Inbox, mark: Mark, render: Render) -> Iterator[str]:
    in_force = _values(inbox, but=("fields",)) | {"profile": inbox.profile_name(), "sheet": inbox.sheet_name()}
    usual = _values(Inbox()) | {
        "profile": Inbox(fields=inbox.fields).profile_name(),
        "sheet": Inbox(profile=inbox.profile, fields=inbox.fields).sheet_name(),
    }
    for name, value in in_force.items():
        yield _line(name, value, mark(f"inbox.{name}", value == usual[name]), render)
        if name == "profile":
            yield from _fields(inbox, mark)


def _fields(inbox: Inbox, mark: Mark) -> Iterator[str]:
    """The fields in force; those of a built-in type as comments, so that they follow it when it grows."""
    start = "# " if inbox.fields is None else ""
    yield f"{start}fields = [{_behind(mark('inbox.fields', inbox.fields is None))}"
    for field in profile(inbox.profile_name(), inbox.fields, None).fields:
        yield f"{start}    {toml_of(_plain(field))},"
    yield f"{start}]"


def _plain(field: Field, *, of_line: bool = False) -> Mapping[str, Plain]:
    inner = [_plain(each, of_line=True) for each in field.fields]
    return {
        "name": field.name,
        "type": field.type,
        "required": field.required,
        **({} if of_line else {"unique": field.unique}),
        "labels": field.labels,
        **({"fields": inner} if inner else {}),
    }


def _values(table: BaseModel, but: tuple[str, ...] = ()) -> dict[str, Plain | None]:
    values = {name: getattr(table, name) for name in type(table).model_fields if name not in but}
    return {name: value.model_dump() if isinstance(value, BaseModel) else value for name, value in values.items()}


def _line(name: str, value: Plain | None, said: str, render: Render) -> str:
    if value is None:
        return f"# {render(message('{name} is not set', name=name))}{_behind(said)}"
    return f"{name} = {toml_of(value)}{_behind(said)}"


def _behind(said: str) -> str:
    return f"  # {said}" if said else ""
