"""Which of a ledger's rows are of a month.

Rules
  1. As the ledger's own rule says (`ledger.volumes`), but by the row as it stands now: a date that was corrected
     counts.
  2. The rows of one paper stand together: its first date is the date of all.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ocrwatch.ledger.layout import Column, Part, heading_key
from ocrwatch.packing.shown import moment_of
from ocrwatch.ports import Line

MonthOf = Literal["document", "received"]

ID_DIGITS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How a row's month is told: by the first date in `dates`, where there is one, else by `received` (keys).

    `known` tells when the row of an id was received, where the sheet does not: the column may not be there.
    """

    dates: tuple[str, ...]
    received: str
    known: Callable[[str], datetime | None] = lambda _: None

    def month(self, lines: Sequence[Line]) -> str:
        """The month ("2026-11") of the paper that `lines` come from; "" where it cannot be told."""
        for line in lines:
            for key in self.dates:
                moment = moment_of(line.shown.get(key))
                if moment is not None:
                    return _month(moment)
        moments = (moment_of(line.shown.get(self.received)) or self.known(line.id) for line in lines)
        return next((_month(moment) for moment in moments if moment is not None), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The month's rows in the ledger's order, and the numbers of rows without any date."""

    lines: tuple[Line, ...]
    undated: tuple[int, ...]


def shown_key(column: Column) -> str:
    """By which `Line.shown` has what stands in the column: the field's name, whatever its heading is."""
    return heading_key(column.field) if column.field else column.key


def rule_of(columns: Sequence[Column], by: MonthOf, known: Callable[[str], datetime | None] = lambda _: None) -> Rule:
    """The rule for a ledger with `columns`."""
    fields = [column for column in columns if column.part is Part.FIELD]
    dates = tuple(shown_key(column) for column in fields if column.kind in ("date", "datetime"))
    received = next((column.key for column in columns if column.part is Part.RECEIVED), "")
    return Rule(dates=dates if by == "document" else (), received=received, known=known)


def selected(lines: Iterable[Line], month: str, rule: Rule) -> Selection:
    """The rows of `month` among `lines`. Only they are kept, and those that share a paper."""
    chosen: list[tuple[int, Line]] = []
    undated: list[int] = []
    papers: dict[str, list[tuple[int, Line]]] = defaultdict(list)
    for place, line in enumerate(lines):
        if len(line.id) > ID_DIGITS:
            papers[paper_of(line.id)].append((place, line))
            continue
        found = rule.month([line])
        if found == month:
            chosen.append((place, line))
        elif not found:
            undated.append(line.number)
    for together in papers.values():
        found = rule.month([line for _, line in together])
        if found == month:
            chosen += together
        elif not found:
            undated += [line.number for _, line in together]
    in_order = sorted(chosen, key=lambda each: each[0])
    return Selection(lines=tuple(line for _, line in in_order), undated=tuple(sorted(undated)))


def paper_of(row_id: str) -> str:
    """The id of the document that the row comes from."""
    return row_id[:ID_DIGITS]


def _month(moment: datetime) -> str:
    return f"{moment.year:04}-{moment.month:02}"
