"""Rows as they are handed in, numbered, and the papers that they come from.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, tzinfo
from pathlib import PurePath

from ocrwatch.document import Amount, Cell, Row, Value
from ocrwatch.filing.naming import filed_name
from ocrwatch.filing.templates import Template, named_after, place_key
from ocrwatch.ledger.csv_text import currency_heading
from ocrwatch.ledger.formats import shown_currency
from ocrwatch.ledger.layout import Column, Part, heading_key
from ocrwatch.messages import message
from ocrwatch.packing.selecting import paper_of, shown_key
from ocrwatch.packing.shown import free, moment_of, text_of, typed
from ocrwatch.ports import Line, Shown

_USUAL_KINDS = (("date", "datetime"), ("text",), ("amount",))
"""What a scan's name says where the person chose nothing: the first field of each."""

_UNTOLD = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a sheet shows its rows: the text of each heading by its key, in their order; the number format of each amount
    by (id, key)."""

    headings: Mapping[str, str]
    formats: Mapping[tuple[str, str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A scan, the `numbers` of its rows, and the first of these."""

    id: str
    numbers: tuple[int, ...]
    row: Row

    @property
    def label(self) -> str:
        """Its rows' numbers: "7", or "7, 8"."""
        return ", ".join(map(str, self.numbers))

    @property
    def day(self) -> date:
        """The first date on it, else that on which it was received."""
        found = (cell.value for cell in self.row.cells if isinstance(cell.value, date))
        first = next(found, None)
        if isinstance(first, datetime):
            return first.date()
        return first or self.row.received.astimezone().date()


def rows_of(
    lines: Sequence[Line], columns: Sequence[Column], written: Mapping[str, Row], look: Look, zone: tzinfo | None = None
) -> list[Row]:
    """`lines` as rows, one for each. `columns` are the ledger's; `written`: what was written into the rows, by id.

    A row that a person copied has an id of its own: `…-copy 2`.
    """
    known = {shown_key(column) for column in columns}
    amounts = [column for column in columns if column.part is Part.FIELD and column.kind == "amount"]
    known |= {heading_key(currency_heading(column.header)) for column in amounts}
    own = [key for key in look.headings if key not in known] if lines else []
    seen: dict[str, int] = {}
    rows = []
    for line in lines:
        row = _row(line, columns, written.get(line.id), look, own, zone)
        seen[line.id] = seen.get(line.id, 0) + 1
        rows.append(row if seen[line.id] == 1 else replace(row, id=f"{row.id}-copy {seen[line.id]}"))
    return rows


def papers_of(rows: Sequence[Row]) -> list[Paper]:
    """The papers of `rows`, which are numbered from 1, in their order."""
    numbers: dict[str, list[int]] = {}
    first: dict[str, Row] = {}
    for number, row in enumerate(rows, 1):
        paper = paper_of(row.id)
        numbers.setdefault(paper, []).append(number)
        first.setdefault(paper, row)
    return [Paper(id=paper, numbers=tuple(those), row=first[paper]) for paper, those in numbers.items()]


def usual_template(columns: Sequence[Column]) -> Template:
    """Date, name and amount, as far as there are such columns."""
    fields = [column for column in columns if column.part is Part.FIELD]
    chosen = [next((each.header for each in fields if each.kind in kinds), "") for kinds in _USUAL_KINDS]
    places = tuple(header for header in chosen if header)
    return Template(("", *([" "] * (len(places) - 1)), "") if places else ("",), places)


def by_headings(template: Template, columns: Sequence[Column]) -> Template:
    """`template`, its fields called as their columns are."""
    headings = {heading_key(column.field): column.header for column in columns if column.field}
    return Template(template.literals, tuple(headings.get(place_key(name), name) for name in template.places))


def packed_name(paper: Paper, scan: str, template: Template, count: int, zone: tzinfo | None = None) -> str:
    """What the scan is called among `count` rows: its number, then what it is. The number sorts it."""
    width = max(3, len(str(count)))
    named = named_after(paper.row, template, scan, zone=zone)
    return filed_name(f"{paper.numbers[0]:0{width}} {PurePath(named).name}")


def _row(
    line: Line, columns: Sequence[Column], written: Row | None, look: Look, own: Sequence[str], zone: tzinfo | None
) -> Row:
    parts = {column.part: line.shown.get(column.key) for column in columns if column.part is not Part.FIELD}
    cells = _cells(line, [column for column in columns if column.part is Part.FIELD], written, look)
    cells += [Cell(look.headings[key], free(line.shown.get(key))) for key in own]
    check = text_of(parts.get(Part.CHECK))
    moment = moment_of(parts.get(Part.RECEIVED))
    received = written.received if written is not None else _UNTOLD
    return Row(
        id=line.id,
        cells=tuple(cells),
        check=(message("{text}", text=check),) if check else (),
        received=moment.replace(tzinfo=zone).astimezone(zone) if moment is not None else received,
        pages=text_of(parts.get(Part.PAGES)) or "",
        engine=text_of(parts.get(Part.ENGINE)) or "",
        folder=text_of(parts.get(Part.FOLDER)) or "",
    )


def _cells(line: Line, fields: Sequence[Column], written: Row | None, look: Look) -> list[Cell]:
    before = {heading_key(cell.name): cell.value for cell in written.cells} if written is not None else {}
    currencies = {
        column.key: _currency(line, column, before.get(column.key), look)
        for column in fields
        if column.kind == "amount"
    }
    told = set(filter(None, currencies.values()))
    only = next(iter(told)) if len(told) == 1 else ""  # a paper has one currency
    return [
        Cell(column.header, typed(line.shown.get(shown_key(column)), column.kind, currencies.get(column.key) or only))
        for column in fields
    ]


def _currency(line: Line, column: Column, written: Value, look: Look) -> str:
    """As the sheet shows it; what was written tells two apart that look the same."""
    beside: Shown = line.shown.get(heading_key(currency_heading(column.header)))
    if isinstance(beside, str) and beside.strip():
        return beside.strip()
    known = written.currency if isinstance(written, Amount) else ""
    return shown_currency(look.formats.get((line.id, shown_key(column)), ""), known)
