"""The lines of a table as a model gives them: usually a list of objects, sometimes anything else.

    [{"name": "Tea", "price": "2.00"}, …]      one object a line
    [["name", "price"], ["Tea", "2.00"], …]    one list a line; a first one that names the fields is their order
    {"name": ["Tea", …], "price": ["2.00", …]} one list a column, all of one length
    {"1": {…}, "2": {…}}                       numbered lines
    {"name": "Tea", "price": "2.00"}           a single line
    ["Tea 2.00", …]                            lines as text: they stay whole, under the first field that is text

Rules
  1. Nothing is moved to another line or column: a list that is shorter or longer than the fields, columns of different
     lengths and keys that mean no field are not made to fit. What cannot be told is counted, for a remark.
  2. A line that says nothing is none.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ocrwatch.ports import Field, ItemTexts, Profile
from ocrwatch.reading.field_keys import FieldKeys, Rank
from ocrwatch.reading.loose_json import Node, Object, pieces

Line = Mapping[str, str | None]
TextOf = Callable[[Node, Field], str | None]
"""A value as display text; None: it says nothing."""

_NUMBER = re.compile(r"\s*(?:item|line|row|no\.?|第|行|商品|项目)?\s*\W?\d{1,4}\W?\s*(?:行|项)?\s*", re.IGNORECASE)
_LEAST_FIELDS = 2
"""So many fields of a line must an object name to be taken for one, where no key says that it is."""


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a table; `unclear`: how many more there are whose values cannot be told apart."""

    lines: ItemTexts = ()
    unclear: int = 0

    def __add__(self, other: Lines) -> Lines:
        return Lines((*self.lines, *other.lines), self.unclear + other.unclear)


class LineReader:
    """Reads the lines of the table `field`."""

    def __init__(self, field: Field, text_of: TextOf) -> None:
        self.names = {each.name for each in field.fields}
        self._fields = field.fields
        self._keys = FieldKeys(Profile(name=field.name, fields=field.fields))
        self._text_of = text_of

    def lines(self, node: Node) -> Lines:
        """What `node`, the value of the table, says."""
        match node:
            case str():
                return self._text(node)
            case tuple():
                return self._several(node)
            case Object():
                return self._object(node)
            case None:
                return Lines()

    def is_line(self, node: Node) -> bool:
        """Whether `node` is an object that can only be a line of this table."""
        return isinstance(node, Object) and len(self._values(node)) >= min(_LEAST_FIELDS, len(self._fields))

    def is_list_of_lines(self, node: Node) -> bool:
        """Whether `node` is a list of such objects."""
        return isinstance(node, tuple) and bool(node) and all(map(self.is_line, node))

    def without_cut(self, lines: ItemTexts) -> ItemTexts:
        """`lines` whose end was cut off: without the last, unless it has as much as any other."""
        if not lines:
            return lines
        fullest = max(map(len, lines[:-1]), default=len(self._fields))
        return lines if len(lines[-1]) >= fullest else lines[:-1]

    # ------------------------------------------------------------

    def _text(self, text: str) -> Lines:
        """JSON within a text, or a line of text each."""
        if text.lstrip().startswith(("[", "{")) and (found := pieces(text)) and not found[0].is_cut:
            return self.lines(found[0].node)
        return self._texts(text.splitlines())

    def _several(self, nodes: Sequence[Node]) -> Lines:
        rows = [node for node in nodes if isinstance(node, tuple)]
        if len(rows) == len(nodes):
            return self._rows(rows)
        found = Lines()
        for node in nodes:
            found += self._one(node)
        return found

    def _one(self, node: Node) -> Lines:
        match node:
            case Object():
                return self._line(self._values(node)) if self._values(node) else Lines(unclear=_says(node))
            case str():
                return self._texts([node])
            case tuple():
                return self._rows([node])
            case None:
                return Lines()

    def _rows(self, rows: Sequence[tuple[Node, ...]]) -> Lines:
        """Lists, by their places; the fields' own order where the first does not name them."""
        if not rows:
            return Lines()
        order = [self._named(cell) for cell in rows[0]]
        is_header = len([field for field in order if field]) >= min(_LEAST_FIELDS, len(self._fields))
        places: Sequence[Field | None] = order if is_header else self._fields
        found = Lines()
        for row in rows[1:] if is_header else rows:
            if len(row) != len(places):
                found += Lines(unclear=_says(row))
                continue
            pairs = zip(places, row, strict=True)
            found += self._line({field.name: self._text_of(cell, field) for field, cell in pairs if field is not None})
        return found

    def _object(self, node: Object) -> Lines:
        """A single line, one list a column, or lines by their numbers or names."""
        inner = [value for _, value in node.pairs]
        has_own = any(self._keys.match((key,)) for key, _ in node.pairs)
        if inner and all(isinstance(value, Object) for value in inner) and not has_own:
            return self._keyed(node)
        columns = {
            match.field: value
            for key, value in node.pairs
            if (match := self._keys.match((key,))) is not None and isinstance(value, tuple)
        }
        if columns and len(columns) == len(self._values(node)):
            return self._columns(columns)
        if not has_own and len(inner) == 1:  # around the table itself: {"list": […]}
            return self.lines(inner[0]) if isinstance(inner[0], tuple) else Lines(unclear=_says(node))
        return self._one(node)

    def _columns(self, columns: Mapping[Field, tuple[Node, ...]]) -> Lines:
        lengths = {len(cells) for cells in columns.values()}
        if len(lengths) != 1:
            return Lines(unclear=max(lengths))
        found = Lines()
        for number in range(lengths.pop()):
            found += self._line({
                field.name: self._text_of(cells[number], field) for field, cells in columns.items()
            })  # fmt: skip
        return found

    def _keyed(self, node: Object) -> Lines:
        """Lines by keys; a key that is no number is the line's first text, where it has none itself."""
        first = next((field for field in self._fields if field.type == "text"), None)
        found = Lines()
        for key, value in node.pairs:
            assert isinstance(value, Object)
            values = self._values(value)
            if values and first is not None and not _NUMBER.fullmatch(key):
                values = {first.name: self._text_of(key, first), **values}
            found += self._line(values) if values else Lines(unclear=_says(value))
        return found

    def _values(self, node: Object) -> dict[str, str | None]:
        """The fields that the object's keys name, those of objects within it too.

        Two values under keys that mean the same stay both, with a bar between: what that is, a person must say.
        """
        candidates: dict[str, dict[Rank, list[str]]] = {}
        for key, value in self._pairs(node):
            if (match := self._keys.match((key,))) is not None:
                texts = candidates.setdefault(match.field.name, {}).setdefault(match.rank, [])
                text = self._text_of(value, match.field)
                texts += [text] if text is not None and text not in texts else []
        best = {name: next((found[rank] for rank in Rank if found.get(rank)), []) for name, found in candidates.items()}
        return {name: " | ".join(texts) or None for name, texts in best.items()}

    def _pairs(self, node: Object) -> Iterator[tuple[str, Node]]:
        """The pairs of `node`, and of the objects within it whose keys mean no field."""
        for key, value in node.pairs:
            if isinstance(value, Object) and self._keys.match((key,)) is None:
                yield from self._pairs(value)
            else:
                yield key, value

    def _texts(self, texts: Sequence[str]) -> Lines:
        first = next((field for field in self._fields if field.type == "text"), None)
        said = [text for text in texts if self._text_of(text, first or self._fields[0])]
        if first is None:
            return Lines(unclear=len(said))
        return Lines(tuple({first.name: self._text_of(text, first)} for text in said))

    def _line(self, values: Mapping[str, str | None]) -> Lines:
        return Lines((values,)) if any(values.values()) else Lines()

    def _named(self, cell: Node) -> Field | None:
        match = self._keys.match((cell,)) if isinstance(cell, str) else None
        return match.field if match is not None else None


def _says(node: Node) -> int:
    """1 where `node` says anything."""
    match node:
        case None:
            return 0
        case str():
            return int(bool(node.strip()))
        case Object():
            return int(any(_says(value) for _, value in node.pairs))
        case tuple():
            return int(any(map(_says, node)))
