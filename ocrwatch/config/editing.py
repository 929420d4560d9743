"""A configuration's text with other values in it: comments, order and spacing stay as the person wrote them.

Only what is named is touched. What comes out is not checked here: the loader reads it like any other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING

from ocrwatch.config.toml_text import Plain

if TYPE_CHECKING:
    import tomlkit
    from tomlkit import TOMLDocument
    from tomlkit.items import AbstractTable, InlineTable, Table

    Setting = TOMLDocument | AbstractTable

Values = Mapping[str, Plain | None]
"""Settings by name; None takes a setting out, so that its default holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One entry of a list: `was` is its place in the text's own list, None for a new one."""

    was: int | None
    value: Plain


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxEdit:
    """One watched folder as it is to be. `was`: its place in the text, None for a new one. `fields`: None
    leaves them."""

    was: int | None
    values: Values = field(default_factory=dict)
    fields: Sequence[Part] | None = None


def edited(text: str, *, top: Values, tables: Mapping[str, Values], inboxes: Sequence[InboxEdit] | None) -> str:
    """`text`, which must be TOML, with these values.

    Watched folders that `inboxes` does not name are taken out; None leaves them all.
    """
    import tomlkit

    document = tomlkit.parse(text)
    _put(document, top)
    for name, values in tables.items():
        if not any(value is not None for value in values.values()) and name not in document:
            continue
        if name not in document:
            document[name] = tomlkit.table()
        table = document[name]
        assert isinstance(table, tomlkit.items.AbstractTable)
        _put(table, values)
    if inboxes is not None:
        _put_inboxes(document, inboxes)
    return tomlkit.dumps(document)


def _put_inboxes(document: TOMLDocument, inboxes: Sequence[InboxEdit]) -> None:
    import tomlkit

    if "inbox" not in document:
        document["inbox"] = tomlkit.aot()
    there = document["inbox"]
    assert isinstance(there, tomlkit.items.AoT | tomlkit.items.Array)
    for edit in inboxes:
        if edit.was is not None:
            _change(there[edit.was], edit)
    kept = {edit.was for edit in inboxes}
    for index in reversed(range(len(there))):
        if index not in kept:
            del there[index]
    for edit in inboxes:
        if edit.was is None:
            table = tomlkit.table() if isinstance(there, tomlkit.items.AoT) else tomlkit.inline_table()
            _change(table, edit)
            if isinstance(table, tomlkit.items.Table):
                table.trivia.indent = "\n"  # an empty line above its header
            there.append(table)
    if not there:
        del document["inbox"]  # an empty list is no list of watched folders


def _change(table: Table | InlineTable, edit: InboxEdit) -> None:
    import tomlkit

    _put(table, edit.values)
    if edit.fields is None:
        return
    there = table.get("fields")
    if not isinstance(there, tomlkit.items.Array):
        table["fields"] = tomlkit.item([_item(part.value) for part in edit.fields])
        return
    if [part.was for part in edit.fields if part.was is not None] != sorted(
        part.was for part in edit.fields if part.was is not None
    ):  # put in another order: there is no keeping what stands between them
        table["fields"] = tomlkit.item([_item(part.value) for part in edit.fields])
        return
    for part in edit.fields:
        if part.was is not None and there[part.was] != part.value:
            there[part.was] = _item(part.value)
    kept = {part.was for part in edit.fields}
    for index in reversed(range(len(there))):
        if index not in kept:
            del there[index]
    for place, part in enumerate(edit.fields):
        if part.was is None:
            there.insert(place, _item(part.value))


def _put(table: Setting, values: Values) -> None:
    for name, value in values.items():
        if value is None:
            table.pop(name, None)
        elif name in table:
            if table[name] != value:
                table[name] = _item(value)
        else:
            _add(table, name, _item(value))


def _add(table: Setting, name: str, item: tomlkit.items.Item) -> None:
    """Below the last setting: comments at a table's end mostly belong to the next one."""
    import tomlkit

    if not isinstance(table, tomlkit.items.Table):
        table[name] = item
        return
    body = table.value.body
    last = max((place for place, (key, _) in enumerate(body) if key is not None), default=-1)
    below = body[last + 1 :]
    del body[last + 1 :]
    table[name] = item
    body.extend(below)


def _item(value: Plain) -> tomlkit.items.Item:
    """As `toml_text` writes it: paths with backslashes in single quotes; tables on one line."""
    import tomlkit

    match value:
        case str() | PurePath():
            text = str(value)
            is_path = "\\" in text and "'" not in text and text.isprintable()
            return tomlkit.string(text, literal=is_path)
        case Mapping():
            table = tomlkit.inline_table()
            for name, each in value.items():
                table.append(name, _item(each))
            return table
        case bool() | int() | float():
            return tomlkit.item(value)
        case _:
            items = tomlkit.array()
            for each in value:
                items.append(_item(each))
            return items
