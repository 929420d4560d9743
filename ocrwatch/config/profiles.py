"""The built-in document types, and the effective one of an inbox."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict, StrictBool, model_validator

from ocrwatch.ports import Field, FieldType, PagesRule, Profile


class FieldData(BaseModel):
    """A field in a profile's file or in a person's configuration: its name alone, or a table.

    What is not said is as the built-in profile has it, else required text.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    name: str
    type: FieldType | None = None
    required: StrictBool | None = None
    labels: tuple[str, ...] | None = None
    unique: StrictBool | None = None
    fields: tuple[FieldData, ...] | None = None

    @model_validator(mode="before")
    @classmethod
    def _by_name(cls, value: object) -> object:
        return {"name": value} if isinstance(value, str) else value

    def field(self, base: Field | None = None) -> Field:
        """The field as the line knows it, over `base`."""
        base = base or Field(name=self.name)
        kind = self.type or ("items" if self.fields else base.type)
        return Field(
            name=self.name,
            type=kind,
            required=base.required if self.required is None else self.required,
            labels=base.labels if self.labels is None else self.labels,
            unique=base.unique if self.unique is None else self.unique,
            fields=self._line_fields(base) if kind == "items" else (),
        )

    def _line_fields(self, base: Field) -> tuple[Field, ...]:
        """The fields of each line of a table. Not every line has all of them: none is required unless it is said."""
        if self.fields is None:
            return base.fields
        known = {field.name: field for field in base.fields}
        return tuple(each.field(known.get(each.name) or Field(name=each.name, required=False)) for each in self.fields)


class _ProfileData(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    title: str = ""
    pages: PagesRule = "together"
    fields: tuple[FieldData, ...]


@cache
def built_in() -> dict[str, Profile]:
    """The profiles that come with the program, by name."""
    folder = files("ocrwatch.config") / "profiles"
    found = {}
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name.removesuffix(".toml")):
        if file.name.endswith(".toml"):
            data = _ProfileData.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
            fields = tuple(field.field() for field in data.fields)
            found[data.name] = Profile(name=data.name, fields=fields, pages=data.pages)
    return found


def profile(
    name: str,
    fields: tuple[FieldData, ...] | None,
    prompt: str | None,
    pages: Literal["auto"] | PagesRule = "auto",
) -> Profile:
    """The profile `name`, or one with the person's own `fields`. `pages`: "auto" is as the profile has it."""
    base = built_in().get(name)
    rule = pages if pages != "auto" else base.pages if base is not None else "together"
    if fields is None:
        assert base is not None
        return Profile(name=name, fields=base.fields, prompt=prompt, pages=rule)
    known = {field.name: field for field in base.fields} if base else {}
    return Profile(
        name=name or "fields",
        fields=tuple(field.field(known.get(field.name)) for field in fields),
        prompt=prompt,
        pages=rule,
    )
