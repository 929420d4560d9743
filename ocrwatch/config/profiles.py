"""The built-in document types, and the effective one of an inbox."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

from ocrwatch.ports import Field, FieldType, Profile


class FieldData(BaseModel):
    """A field in a profile's file or in a person's configuration."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    type: FieldType = "text"
    required: bool = True
    labels: tuple[str, ...] = ()

    def field(self) -> Field:
        """The field as the line knows it."""
        return Field(name=self.name, type=self.type, required=self.required, labels=self.labels)


class _ProfileData(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    title: str = ""
    pages: str = "together"
    fields: tuple[FieldData, ...]


@cache
def built_in() -> dict[str, Profile]:
    """The profiles that come with the program, by name."""
    folder = files("ocrwatch.config") / "profiles"
    found = {}
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".toml"):
            data = _ProfileData.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
            found[data.name] = Profile(name=data.name, fields=tuple(field.field() for field in data.fields))
    return found


def profile(name: str, fields: tuple[str | FieldData, ...] | None, prompt: str | None) -> Profile:
    """The profile `name`, or one with the person's own `fields`.

    A plain name that the built-in profile has too keeps its type and labels; any other is required text.
    """
    base = built_in().get(name)
    if fields is None:
        assert base is not None
        return Profile(name=name, fields=base.fields, prompt=prompt)
    known = {field.name: field for field in base.fields} if base else {}
    own = tuple(
        field.field() if isinstance(field, FieldData) else known.get(field, Field(name=field)) for field in fields
    )
    return Profile(name=name or "fields", fields=own, prompt=prompt)
