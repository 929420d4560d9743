"""The settings in force as a configuration file, and their JSON schema. No key is in either.

The text can be loaded again and has the same effect. What stands at its default is marked; the fields of a built-in
document type are listed as comments. An api_key_file that is no file is not repeated: it may be the key itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import BaseModel

from ocrwatch.config.profiles import profile
from ocrwatch.config.settings import Inbox, Settings
from ocrwatch.config.toml_text import Plain, toml_of
from ocrwatch.ports import Field

DEFAULT_MARK = "  # default"


def shown(settings: Settings) -> str:
    """The settings in force as TOML."""
    return "\n".join(_lines(settings)) + "\n"


def schema_text() -> str:
    """The JSON schema of the configuration."""
    schema = Settings.model_json_schema()
    schema["title"] = "ocrwatch configuration"
    schema["$defs"]["FieldData"] = {"anyOf": [{"type": "string"}, schema["$defs"]["FieldData"]]}
    return json.dumps(schema, indent=2, ensure_ascii=False)


def _lines(settings: Settings) -> Iterator[str]:
    for name, value in _values(settings, but=("reader", "endpoint", "notifications", "inbox")).items():
        yield _line(name, value, value == getattr(Settings(), name))
    tables = {"reader": settings.reader, "endpoint": settings.endpoint, "notifications": settings.notifications}
    for title, table in tables.items():
        yield from ("", f"[{title}]")
        usual = type(table)()
        for name, value in _values(table).items():
            if isinstance(value, Path) and not value.is_file():
                yield f"# {name} names no file"
            else:
                yield _line(name, value, value == getattr(usual, name))
    for inbox in settings.inbox:
        yield from ("", "[[inbox]]")
        yield from _inbox(inbox)


def _inbox(inbox: Inbox) -> Iterator[str]:
    in_force = _values(inbox, but=("fields",)) | {"profile": inbox.profile_name(), "sheet": inbox.sheet_name()}
    usual = _values(Inbox()) | {
        "profile": Inbox(fields=inbox.fields).profile_name(),
        "sheet": Inbox(profile=inbox.profile, fields=inbox.fields).sheet_name(),
    }
    for name, value in in_force.items():
        yield _line(name, value, value == usual[name])
        if name == "profile":
            yield from _fields(inbox)


def _fields(inbox: Inbox) -> Iterator[str]:
    """The fields in force; those of a built-in type as comments, so that they follow it when it grows."""
    start, mark = ("# ", DEFAULT_MARK) if inbox.fields is None else ("", "")
    yield f"{start}fields = [{mark}"
    for field in profile(inbox.profile_name(), inbox.fields, None).fields:
        yield f"{start}    {toml_of(_plain(field))},"
    yield f"{start}]"


def _plain(field: Field) -> Mapping[str, Plain]:
    return {
        "name": field.name,
        "type": field.type,
        "required": field.required,
        "unique": field.unique,
        "labels": field.labels,
    }


def _values(table: BaseModel, but: tuple[str, ...] = ()) -> dict[str, Plain | None]:
    return {name: getattr(table, name) for name in type(table).model_fields if name not in but}


def _line(name: str, value: Plain | None, is_default: bool) -> str:
    if value is None:
        return f"# {name} is not set{DEFAULT_MARK}"
    return f"{name} = {toml_of(value)}{DEFAULT_MARK if is_default else ''}"
