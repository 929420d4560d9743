"""From a submitted form to a draft. Pure.

A page shows a part of the draft; what it does not show stays as it was. Names:

    language  engine  base_url  model         as in the draft
    w0.folder  w0.kind  w0.ledger …            of the first watched folder
    w0.c2.name  w0.c2.type  w0.c2.was          its third row of columns of the person's own
    w0.h.receipt.total                         the heading of a built-in type's field
    w0.c2.heading                              the heading of a column of the person's own
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import count
from typing import TypeVar, get_args

from ocrwatch.ports import FieldType
from ocrwatch.settings_pages.draft import Column, Draft, Engine, Existing, Kind, Language, Watched

Form = Mapping[str, str]

_TYPES: tuple[FieldType, ...] = get_args(FieldType)
_LANGUAGES: tuple[Language, ...] = get_args(Language)
_ENGINES: tuple[Engine, ...] = get_args(Engine)
_EXISTING: tuple[Existing, ...] = get_args(Existing)
Choice = TypeVar("Choice", bound=str)

_QUOTES = "'\"“”‘’"
_MOST_COLUMNS = 200


def draft_of(form: Form, before: Draft) -> Draft:
    """What the person wrote, over what was there `before`."""
    watched = tuple(
        _watched(form, f"w{place}.", each) if f"w{place}.folder" in form else each
        for place, each in enumerate(before.watched)
    )
    return replace(
        before,
        language=_one_of(_LANGUAGES, form.get("language"), before.language),
        engine=_one_of(_ENGINES, form.get("engine"), before.engine),
        base_url=_line(form.get("base_url", before.base_url)),
        model=_line(form.get("model", before.model)),
        watched=watched,
    )


def columns_of(watched: Watched, kinds: tuple[Kind, ...]) -> tuple[Column, ...]:
    """The columns in force: the person's own, or those of the document type."""
    if watched.has_own_columns:
        return watched.columns
    return next((kind.columns for kind in kinds if kind.name == watched.kind), ())


def _watched(form: Form, start: str, before: Watched) -> Watched:
    def text(name: str, usual: str) -> str:
        return _line(form.get(f"{start}{name}", usual))

    kind = text("kind", before.kind)
    now = replace(
        before,
        folder=_path(form.get(f"{start}folder", before.folder)),
        kind=kind,
        ledger=_with_suffix(_path(form.get(f"{start}ledger", before.ledger))),
        sheet=text("sheet", before.sheet),
        existing=_one_of(_EXISTING, form.get(f"{start}existing"), before.existing),
    )
    if f"{start}c0.name" in form:
        now = replace(now, columns=tuple(column for column, _ in _columns(form, start)))
    return replace(now, headings=_headings(form, start, now))


def _columns(form: Form, start: str) -> Iterator[tuple[Column, str]]:
    """The columns of the person's own that have a name, with their headings."""
    for number in range(_MOST_COLUMNS):
        if (name := form.get(f"{start}c{number}.name")) is None:
            return
        if not _line(name):
            continue
        was = form.get(f"{start}c{number}.was", "")
        column = Column(
            was=place_in(was),
            name=_line(name),
            type=_one_of(_TYPES, form.get(f"{start}c{number}.type"), "text"),
        )
        yield column, _line(form.get(f"{start}c{number}.heading", ""))


def _headings(form: Form, start: str, now: Watched) -> tuple[tuple[str, str], ...]:
    """Those of the kind that was chosen; as they were where the page shows none."""
    if now.has_own_columns:
        if f"{start}c0.heading" not in form:
            return now.headings
        return tuple((column.name, heading) for column, heading in _columns(form, start) if heading)
    begin = f"{start}h.{now.kind}."
    shown = [(name.removeprefix(begin), _line(value)) for name, value in form.items() if name.startswith(begin)]
    return tuple((field, heading) for field, heading in shown if heading) if shown else now.headings


def fresh_watched(draft: Draft) -> Watched:
    """Another watched folder, like the last one where it can be."""
    last = draft.watched[-1]
    taken = {each.folder for each in draft.watched}
    base = re.sub(r" \d+$", "", last.folder)
    folder = next(name for number in count(2) if (name := f"{base} {number}") not in taken)
    kind = last.kind if not last.has_own_columns else "receipt"
    return Watched(folder=folder, kind=kind, ledger=last.ledger)


def place_in(text: str) -> int | None:
    """The place in a list that `text` names; None where it is none."""
    return int(text) if re.fullmatch("[0-9]{1,5}", text) else None


def _one_of(choices: tuple[Choice, ...], given: str | None, usual: Choice) -> Choice:
    return next((choice for choice in choices if choice == given), usual)


def _line(text: str) -> str:
    """One line, its edges clean."""
    return " ".join(text.split())


def _path(text: str) -> str:
    """Quotes that a file manager put around it are no part of it."""
    return text.strip().strip(_QUOTES).strip()


def _with_suffix(path: str) -> str:
    name = re.split(r"[/\\]", path)[-1]
    return f"{path}.xlsx" if name and "." not in name else path
