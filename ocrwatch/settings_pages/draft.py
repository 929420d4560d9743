"""What a person has on the page: plain values, as written there. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from ocrwatch.ports import FieldType

OWN = "own"
"""The kind of a watched folder whose columns are the person's own."""

OWN_SUFFIX = "+own"
"""Of a document type of the program, with a choice of columns of the person's own: "receipt+own"."""

Engine = Literal["local", "endpoint"]
Language = Literal["auto", "en", "zh_CN"]
Existing = Literal["", "read", "skip"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A field and its column. `was`: its place in the configuration's own list, None for a new one."""

    was: int | None = None
    name: str
    type: FieldType = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A document type of the program."""

    name: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A watched folder. `was`: its place in the configuration, None for a new one.

    `columns` count where the kind has columns of the person's own. `headings`: by field, what its column is called.
    """

    was: int | None = None
    folder: str
    kind: str
    columns: tuple[Column, ...] = ()
    headings: tuple[tuple[str, str], ...] = ()
    ledger: str
    sheet: str = ""
    existing: Existing = ""

    @property
    def has_own_columns(self) -> bool:
        """Whether its columns are the person's own."""
        return self.kind == OWN or self.kind.endswith(OWN_SUFFIX)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """All that the pages change. `engine`: who is to read."""

    language: Language = "auto"
    engine: Engine
    base_url: str
    model: str
    watched: tuple[Watched, ...] = field(default_factory=tuple)

    def with_watched(self, place: int, watched: Watched) -> Draft:
        """With another one at `place`."""
        return replace(self, watched=(*self.watched[:place], watched, *self.watched[place + 1 :]))

    def without(self, place: int) -> Draft:
        """With the watched folder at `place` taken out."""
        return replace(self, watched=(*self.watched[:place], *self.watched[place + 1 :]))
