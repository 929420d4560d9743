"""From a raw answer to entries: one mapping of field name to display text per row.

Rules
  1. Nothing is invented and nothing chosen silently. Two values for one field: the first is kept and a remark names
     both. What is cut off, looped, or not about the fields at all is a `BadAnswer`, however well it could be mended.
  2. Values stay as they were written: masks (`4107****5515`), currency signs, `?` for a character not read.
  3. Several objects are several documents on one picture, unless they share no key: then they are one, in parts.
  4. A table's lines are read by `item_lines.py`. Cut off within a table, an answer keeps the lines that are whole, and
     a remark says that some may be missing.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ocrwatch.errors import BadAnswer, RefusedByEndpoint
from ocrwatch.messages import Message, message
from ocrwatch.ports import Field, Profile, Said, items_fields
from ocrwatch.reading.completions import completion
from ocrwatch.reading.field_keys import FieldKeys, Match, Rank
from ocrwatch.reading.item_lines import LineReader, Lines
from ocrwatch.reading.loops import is_looped, is_run_on
from ocrwatch.reading.loose_json import Node, Object, Piece, pieces
from ocrwatch.reading.prompts import PLACEHOLDER

Entry = Mapping[str, Said]

_ABSENT = ("", "null", "none", "无", PLACEHOLDER)
_VALUE_KEYS = ("value", "text", "content", "值", "内容")
_KEY_KEYS = ("key", "field", "name", "字段", "字段名", "名称")
_REPEATED_ENTRIES = 3
_MAX_NESTING = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """What an answer says. `remarks` name the fields that a person should compare with the scan."""

    entries: tuple[Entry, ...]
    remarks: tuple[Message, ...] = ()


def answer(body: str, profile: Profile) -> Answer:
    """What the completion in the HTTP body `body` says of the fields of `profile`.

    Raises `BadAnswer` when it cannot be used, `RefusedByEndpoint` when the service withheld it.
    """
    said = completion(body)
    if said is None:
        raise BadAnswer(message("The reading service gave something that is no answer."))
    if said.finish_reason in ("content_filter", "sensitive"):
        raise RefusedByEndpoint(message("The reading service withheld its answer: it objects to what is on the scan."))
    is_cut = said.finish_reason in ("length", "max_tokens")
    if is_cut and not items_fields(profile.fields):
        raise BadAnswer(message("The answer of the reading service was cut off."))
    return fields_in(said.content, profile, is_cut=is_cut)


def fields_in(content: str, profile: Profile, *, is_cut: bool = False) -> Answer:
    """What the text `content`, written by a model, says of the fields of `profile`. Raises `BadAnswer`.

    `is_cut`: the service says that it is not the whole answer.
    """
    content = re.sub(r"<think>.*?(?:</think>|\Z)", "", content, flags=re.DOTALL)
    if not content.strip():
        raise BadAnswer(message("The answer of the reading service was empty."))
    found = pieces(content)
    reader = _Fields(profile)
    entries = reader.several([piece.node for piece in found])
    if _repeats(entries) or _is_looped(content, entries):
        raise BadAnswer(message("The answer of the reading service repeats itself."))
    if not entries:
        raise BadAnswer(message("The answer of the reading service names none of the fields."))
    if PLACEHOLDER in content and not any(_texts(entries)):
        raise BadAnswer(message("The reading service repeated the question instead of answering it."))
    if (is_cut or _is_cut(found)) and not all(field.name in entries[-1] for field in profile.fields):
        raise BadAnswer(message("The answer of the reading service was cut off."))
    if is_cut or any(piece.in_list for piece in found):
        entries = (*entries[:-1], reader.without_cut(entries[-1]))
    distinct = _distinct(entries)
    return Answer(distinct, (*reader.remarks, *_remarks_on_rows(entries, distinct)))


def _is_cut(found: Sequence[Piece]) -> bool:
    return any(piece.is_cut and piece.node not in (Object(()), ()) for piece in found)


def _texts(entries: Sequence[Entry]) -> Iterable[str]:
    for entry in entries:
        for said in entry.values():
            if isinstance(said, str):
                yield said
            elif said is not None:
                yield from (text for line in said for text in line.values() if text)


def _is_looped(content: str, entries: Sequence[Entry]) -> bool:
    """A paper may list one item many times: lines of tables may repeat each other, as far as they are whole."""
    lines = [said for entry in entries for said in entry.values() if isinstance(said, tuple)]
    return (not lines and is_looped(content)) or any(map(is_looped, _texts(entries)))


def _repeats(entries: Sequence[Entry]) -> bool:
    return any(entries.count(entry) >= _REPEATED_ENTRIES for entry in entries if any(entry.values()))


def _distinct(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """The entries that hold more than the others do: no twins, no drafts, none that hold nothing."""
    kept: list[Entry] = []
    for entry in entries:
        if not any(_holds(other, entry) for other in kept):
            kept = [other for other in kept if not _holds(entry, other)] + [entry]
    return tuple(kept)


def _holds(entry: Entry, other: Entry) -> bool:
    """Whether `entry` says all that `other` says."""
    return all(text is None or entry.get(name) == text for name, text in other.items())


def _remarks_on_rows(entries: Sequence[Entry], distinct: Sequence[Entry]) -> Iterable[Message]:
    if sum(any(entry.values()) for entry in entries) > len(distinct):
        yield message("the same values were read twice and kept once: compare with the scan")
    if len(distinct) > 1:
        yield message("{count} papers were read on one picture: compare with the scan", count=len(distinct))


_Candidates = dict[str, list[tuple[Rank, int, str | None]]]
_Tables = dict[str, dict[Rank, Lines]]


class _Fields:
    """Collects the fields of a profile from nodes, and remarks on what they contradict."""

    def __init__(self, profile: Profile) -> None:
        self._keys = FieldKeys(profile)
        self._tables = {field.name: LineReader(field, _text) for field in items_fields(profile.fields)}
        self._lone = next(iter(self._tables.items())) if len(self._tables) == 1 else None
        """The only table, which lines belong to that no key names."""
        self.remarks: list[Message] = []

    def several(self, nodes: Sequence[Node]) -> tuple[Entry, ...]:
        """The entries of nodes that stand beside each other."""
        lines = [node for node in nodes if self._is_line(node)]
        if self._lone is not None and lines:
            name, reader = self._lone
            others = [node for node in nodes if node not in lines]
            return (*self.several(others), {name: self._told(name, reader.lines(tuple(lines)))})
        pairs = [pair for node in nodes if (pair := self._pair(node)) is not None]
        if pairs and len(pairs) == len(nodes):
            return self._one(Object(tuple(pairs)))
        entries = [entry for node in nodes for entry in self._of(node)]
        keys = [key for entry in entries for key in entry]
        if len(keys) == len(set(keys)) and entries:
            return ({key: text for entry in entries for key, text in entry.items()},)
        return tuple(entries)

    def _of(self, node: Node) -> tuple[Entry, ...]:
        match node:
            case Object():
                return self._one(node)
            case tuple():
                return self.several(node)
        return ()

    def _one(self, node: Object) -> tuple[Entry, ...]:
        """The entry of one object, its sections included; the entries of its lists where it has no field itself."""
        candidates: _Candidates = {}
        tables: _Tables = {}
        self._collect(node, (), candidates, tables)
        if candidates or tables:
            texts = {name: self._settled(name, found) for name, found in candidates.items()}
            return ({**texts, **{name: self._best(name, found) for name, found in tables.items()}},)
        return self.several([value for _, value in node.pairs if isinstance(value, tuple)])

    def _collect(self, node: Object, path: tuple[str, ...], candidates: _Candidates, tables: _Tables) -> None:
        for key, value in node.pairs:
            inner = (*path, key)
            match = self._keys.match(inner)
            if match is None and self._lone is not None and self._lone[1].is_list_of_lines(value):
                self._take_lines(self._lone[0], Rank.LABEL, value, tables)
            elif match is not None and match.field.name in self._tables:
                self._take_lines(match.field.name, match.rank, value, tables)
            elif match is not None and _is_plain(value):
                texts = candidates.setdefault(match.field.name, [])
                texts.append((match.rank, len(path), _text(value, match.field)))
            elif isinstance(value, Object) and len(path) < _MAX_NESTING:
                self._collect(value, inner, candidates, tables)

    def _take_lines(self, name: str, rank: Rank, value: Node, tables: _Tables) -> None:
        found = tables.setdefault(name, {})
        found[rank] = found.get(rank, Lines()) + self._tables[name].lines(value)

    def without_cut(self, entry: Entry) -> Entry:
        """`entry`, whose end was cut off within a list. Raises `BadAnswer` where its lines only repeat themselves."""
        for name, reader in reversed(self._tables.items()):
            said = entry.get(name)
            if isinstance(said, tuple):
                if is_run_on(said):
                    raise BadAnswer(message("The answer of the reading service repeats itself."))
                text = "the answer was cut off: {field} may be incomplete, compare with the scan"
                self.remarks.append(message(text, field=name))
                return {**entry, name: reader.without_cut(said) or None}
        return entry

    def _best(self, name: str, found: Mapping[Rank, Lines]) -> Said:
        """The lines under the best kind of key that has some."""
        ranked = [found[rank] for rank in Rank if rank in found]
        return self._told(name, next((lines for lines in ranked if lines.lines), ranked[0]))

    def _told(self, name: str, lines: Lines) -> Said:
        if lines.unclear:
            text = "{field}: what could not be told apart was left out ({count}): compare with the scan"
            self.remarks.append(message(text, field=name, count=lines.unclear))
        return lines.lines or None

    def _is_line(self, node: Node) -> bool:
        """Whether `node`, which no key names, can only be a line of the one table there is."""
        if self._lone is None or not isinstance(node, Object) or not self._lone[1].is_line(node):
            return False
        own = {match.field.name for key, _ in node.pairs if (match := self._named(key)) and match.rank is Rank.NAME}
        return not own - self._lone[1].names

    def _settled(self, name: str, found: Sequence[tuple[Rank, int, str | None]]) -> str | None:
        """The value of the best kind of key that has one; a remark when that kind has several."""
        for kind in sorted({(rank, depth) for rank, depth, _ in found}):
            texts = list(
                dict.fromkeys(text for rank, depth, text in found if (rank, depth) == kind and text is not None)
            )
            if len(texts) > 1:
                text = "{field} was read twice, as {first} and as {second}: which?"
                self.remarks.append(message(text, field=name, first=texts[0], second=texts[1]))
            if texts:
                return texts[0]
        return None

    def _pair(self, node: Node) -> tuple[str, Node] | None:
        """The field and value that a node of its own holds: `{"key": "total", "value": "5"}`, `["total", "5"]`."""
        match node:
            case (str(key), value) if _is_plain(value) and self._named(key):
                return key, value
            case Object():
                named = _first(node, _KEY_KEYS)
                if isinstance(named, str) and self._named(named) and not self._has_field(node):
                    return named, _first(node, _VALUE_KEYS)
        return None

    def _named(self, key: str) -> Match | None:
        return self._keys.match((key,))

    def _has_field(self, node: Object) -> bool:
        return any(self._named(key) for key, _ in node.pairs)


def _is_plain(value: Node) -> bool:
    """Whether `value` is a text, several, or an object around one."""
    match value:
        case Object():
            inner = [text for key, text in value.pairs if key.casefold() in _VALUE_KEYS]
            return len(inner) == 1 and not isinstance(inner[0], Object | tuple)
        case tuple():
            return all(item is None or isinstance(item, str) for item in value)
    return True


def _text(value: Node, field: Field) -> str | None:
    match value:
        case str():
            text = value.strip()
            return None if text.casefold() in _ABSENT else text
        case Object():
            return _text(_first(value, _VALUE_KEYS), field)
        case tuple():
            parts = [part for item in value if (part := _text(item, field)) is not None]
            # Parts of an amount or a date that are put together would be another one: a bar keeps it a text.
            return (" " if field.type == "text" else " | ").join(parts) or None
    return None


def _first(node: Object, keys: Sequence[str]) -> Node:
    return next((value for key, value in node.pairs if key.strip().casefold() in keys), None)
