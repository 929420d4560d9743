"""A ledger as it stands beside what the journal knows was written.

    written, and there                       as it was, or corrected by a person
    written, not there                       deleted, lost, or unclear which (`journal.written.Cause`)
    there twice, there and never written     told

Evidence for a deletion: a row that was written with the missing one, or after it, is there. An older copy of the
workbook that was saved over ours would lack that too. What was concluded once is not concluded again from less: rows
that are written later make a loss look like a deletion.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import islice

from ocrwatch.document import Amount, Cell, Value
from ocrwatch.journal.written import Cause, Noted
from ocrwatch.ledger.comparing import Correction, corrections, kinds_of
from ocrwatch.ledger.layout import heading_key
from ocrwatch.ports import Field, Line, Shown, cell_fields

_BATCH = 500
_ID_DIGITS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What differs. `rows` are in order or corrected. `corrected` and `doubled` are by row number and id."""

    rows: int = 0
    missing: Mapping[str, Cause]
    corrected: tuple[tuple[int, Noted], ...] = ()
    doubled: Mapping[str, tuple[int, ...]]
    unknown: tuple[int, ...] = ()
    columns_gone: tuple[str, ...] = ()

    @property
    def is_in_order(self) -> bool:
        """Whether there is nothing that a person should look at. Their own corrections and deletions are in order."""
        lost = [row for row, cause in self.missing.items() if cause is not Cause.DELETED]
        return not (lost or self.doubled or self.columns_gone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the journal knows of a sheet. `times`: when each row was written, by its id. `others`: documents whose rows
    may be there, but are not known. `cells` of rows are asked for by the rows' ids, some hundred at a time. `absences`:
    what was noticed before. `volumes`: which rows share a workbook, where there are several."""

    times: Mapping[str, float]
    cells: Callable[[Collection[str]], Mapping[str, Sequence[Cell]]]
    others: Collection[str] = ()
    absences: Mapping[str, Cause]
    volumes: Mapping[str, str] = field(default_factory=dict)


def compare(lines: Iterable[Line], known: Known, fields: Sequence[Field]) -> Comparison:
    """How `lines`, read one by one, differ from what is `known`."""
    numbers: dict[str, list[int]] = {}
    corrected: list[tuple[int, Noted]] = []
    unknown: list[int] = []
    headings: Collection[str] | None = None
    kinds = kinds_of(fields)
    for batch in _batches(lines):
        first_seen = []
        for line in batch:
            headings = line.shown.keys() if headings is None else headings
            if line.id in known.times:
                numbers.setdefault(line.id, []).append(line.number)
                if len(numbers[line.id]) == 1:
                    first_seen.append(line)
            elif line.id[:_ID_DIGITS] not in known.others:
                unknown.append(line.number)
        written = known.cells([line.id for line in first_seen])
        for line in first_seen:
            cells = written.get(line.id, ())
            corrected += [(line.number, _noted(line.id, each)) for each in corrections(cells, line, kinds)]
    return Comparison(
        rows=len(numbers),
        missing=_missing(known, numbers.keys()),
        corrected=tuple(corrected),
        doubled={row: tuple(found) for row, found in numbers.items() if len(found) > 1},
        unknown=tuple(unknown),
        columns_gone=_columns_gone(headings, fields),
    )


def _missing(known: Known, there: Collection[str]) -> dict[str, Cause]:
    newest: dict[str, float] = {}  # of each workbook
    for row in there:
        volume = known.volumes.get(row, "")
        newest[volume] = max(newest.get(volume, 0.0), known.times[row])

    def cause(row: str, at: float) -> Cause:
        last = newest.get(known.volumes.get(row, ""))
        if last is None:
            return Cause.LOST
        return Cause.DELETED if at <= last else Cause.UNCLEAR

    return {row: known.absences.get(row) or cause(row, at) for row, at in known.times.items() if row not in there}


def _columns_gone(headings: Collection[str] | None, fields: Sequence[Field]) -> tuple[str, ...]:
    if headings is None:
        return ()
    return tuple(field.name for field in cell_fields(fields) if heading_key(field.name) not in headings)


def _noted(row: str, found: Correction) -> Noted:
    return Noted(row=row, heading=found.heading, written=found.written, found=as_value(found.found, found.written))


def as_value(shown: Shown, written: Value) -> Value:
    """What a person put into a cell in place of `written`, as it could be written itself."""
    match shown:
        case bool():
            return str(shown).upper()
        case int() | float() if isinstance(written, Amount):
            return Amount(Decimal(repr(shown)), written.currency)
        case float():
            return int(shown) if shown.is_integer() else Amount(Decimal(repr(shown)))
        case None | int() | str() | date():  # a datetime is a date
            return shown
        case _:
            return str(shown)


def _batches(lines: Iterable[Line]) -> Iterator[list[Line]]:
    rest = iter(lines)
    while batch := list(islice(rest, _BATCH)):
        yield batch
