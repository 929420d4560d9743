"""What the sheets of a workbook say before a ledger is made of one: their headings, and the fields that those ask for.

Which row is the header is told by its looks: short texts side by side, more than in any other of the first rows, none
of them a label with a colon ("Name: …"), the first of them no word for a total.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from ocrwatch.ledger.archive import Archive
from ocrwatch.ledger.dressing import Surroundings
from ocrwatch.ledger.forms import is_total
from ocrwatch.ledger.grammar import Grammar, SheetRow
from ocrwatch.ledger.header import Header, find_header, headings_of, whole_header
from ocrwatch.ledger.layout import Column, Part, heading_key
from ocrwatch.ledger.opening import shared_texts, sheet_pieces
from ocrwatch.ledger.package import Package, SheetPart
from ocrwatch.ledger.references import Area
from ocrwatch.ledger.refusals import damage_translated, ensure_package
from ocrwatch.ledger.saving import opened
from ocrwatch.ledger.sheet_stream import SheetStream
from ocrwatch.ledger.surveying import first_rows, row_texts
from ocrwatch.ports import Field, FieldType

_LONGEST = 40
_FEWEST = 2
_RUNNING = frozenset(
    {"序号", "行号", "项次", "no", "no.", "nr", "nr.", "#", "s/n", "item", "item no.", "item no", "line", "pos", "pos."}
)
_KINDS: tuple[tuple[FieldType, str], ...] = (
    ("id", r"号码$|[票单账税卡]号$|编号$|\bnumber$|\bno\.?$"),
    ("date", r"日期|\bdate\b"),
    ("amount", r"金额|[价费额款]$|费用$|合计$|总计$|小计$|\b(?:amount|total|price|fare|sum|cost|fee|tax)\b"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstRows:
    """The texts of a sheet's first rows by their numbers, its merged cells, and the columns with formulas by row."""

    name: str
    rows: Mapping[int, Sequence[object]]
    merged: Sequence[Area]
    formulas: Mapping[int, frozenset[int]]


def sheets_in(path: Path) -> Iterator[tuple[str, Callable[[], FirstRows]]]:
    """The names of the worksheets of the workbook at `path`, and what they say, as long as it is asked for before the
    end; none where there is no workbook. Raises `LedgerBusy`, `FolderAway`."""
    with opened(path) as found:
        if found is None:
            return
        ensure_package(found.file, path.name)
        with damage_translated(path.name):
            package = Package(Archive(found.file))
            for sheet in package.sheets:
                if sheet.kind == "worksheet":
                    yield sheet.name, partial(_first_rows, package, sheet)


def names_columns(sheet: FirstRows, columns: Sequence[Column]) -> int:
    """How many of the fields' columns the sheet has headings for."""
    header = find_header(sheet.rows.values(), columns)
    if header is None:
        return 0
    places = whole_header(header, sheet.rows, sheet.merged).places
    return sum(column.part is Part.FIELD and column.key in places for column in columns)


def fields_in(sheet: FirstRows) -> tuple[Field, ...]:
    """The fields that the sheet's headings ask for; none where no row looks like a header.

    Left out are our own columns, running numbers, and columns that the sheet calculates. The only date and the only
    amount are missed when they are not read; of several, papers have one or the other.
    """
    header = _header(sheet)
    if header is None:
        return ()
    row = whole_header(header, sheet.rows, sheet.merged).row
    calculated = sheet.formulas.get(row + 1, frozenset())
    own = {heading_key(part.value) for part in Part if part is not Part.FIELD}
    own |= {heading_key(f"{part.value} (scan)") for part in Part}
    found: dict[str, Field] = {}
    for place, heading in headings_of(header, sheet.rows, sheet.merged).items():
        key = heading_key(heading)
        if place not in calculated and key not in own and key not in _RUNNING:
            kind = kind_of(heading)
            found.setdefault(key, Field(name=" ".join(heading.split()), type=kind, required=False))
    kinds = [field.type for field in found.values()]
    return tuple(
        replace(field, required=field.type in ("amount", "date") and kinds.count(field.type) == 1)
        for field in found.values()
    )


def kind_of(heading: str) -> FieldType:
    """The type of what stands under `heading`, as far as words tell it for sure; else text."""
    plain = " ".join(unicodedata.normalize("NFKC", heading).split()).casefold()
    return next((kind for kind, words in _KINDS if re.search(words, plain)), "text")


def _header(sheet: FirstRows) -> Header | None:
    best: Header | None = None
    for number, values in sheet.rows.items():
        texts = [value for value in values if isinstance(value, str) and value.strip()]
        places = {
            heading_key(value): place
            for place, value in enumerate(values, 1)
            if isinstance(value, str) and value.strip()
        }
        if (
            len(places) >= _FEWEST
            and not is_total(texts[0])
            and all(map(_is_heading, texts))
            and len(places) > (len(best.places) if best else 0)
        ):
            best = Header(row=number, places=places)
    return best


def _is_heading(text: str) -> bool:
    plain = unicodedata.normalize("NFKC", text).strip()
    return len(plain) <= _LONGEST and ":" not in plain and not re.search(r"_{3,}", plain)


def _first_rows(package: Package, sheet: SheetPart) -> FirstRows:
    stream = SheetStream(sheet_pieces(package, sheet.part))
    batches = stream.batches()
    found, _ = first_rows(batches, stream.grammar)
    rows = [row for _, row in found]
    is_whole = next(batches, None) is None
    return FirstRows(
        name=sheet.name,
        rows=dict(enumerate(row_texts(rows, stream.grammar, shared_texts(package)), 1)),
        merged=Surroundings(stream.head, stream.close).merged() if is_whole else (),
        formulas={
            row.number: _formulas(row, stream.grammar) for row in rows if stream.grammar.formula_begins in row.data
        },
    )


def _formulas(row: SheetRow, grammar: Grammar) -> frozenset[int]:
    return frozenset(cell.column for cell in grammar.cells(row) if grammar.formula_of(cell) is not None)
