"""Settings by their dotted names: `language`, `reader.engine`, `endpoint.base_url`, `inbox`.

A table is what is written in [brackets]; the list of watched folders is one setting, since it is always taken whole.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TypeVar

from pydantic import BaseModel

T = TypeVar("T", bound=BaseModel)


def set_keys(table: BaseModel, before: str = "") -> Iterator[str]:
    """The settings that were written, not left at their defaults."""
    for name in type(table).model_fields:
        value = getattr(table, name)
        if name not in table.model_fields_set:
            continue
        if isinstance(value, BaseModel):
            yield from set_keys(value, f"{before}{name}.")
        else:
            yield before + name


def every_key(table: BaseModel, before: str = "") -> Iterator[str]:
    """All settings there are."""
    for name in type(table).model_fields:
        value = getattr(table, name)
        if isinstance(value, BaseModel):
            yield from every_key(value, f"{before}{name}.")
        else:
            yield before + name


def value_at(table: BaseModel, key: str) -> object:
    """The value of the setting `key`."""
    value: object = table
    for name in key.split("."):
        value = getattr(value, name)
    return value


def laid_over(base: T, over: T, *, but: Collection[str] = (), before: str = "") -> T:
    """`base` with what `over` sets, except the settings `but`."""
    changed: dict[str, object] = {}
    for name in type(over).model_fields:
        below, above = getattr(base, name), getattr(over, name)
        if name not in over.model_fields_set or before + name in but:
            continue
        if isinstance(below, BaseModel) and isinstance(above, BaseModel):
            changed[name] = laid_over(below, above, but=but, before=f"{before}{name}.")
        else:
            changed[name] = above
    return base.model_copy(update=changed)
