"""From a reading to rows: each text becomes a typed cell, and everything doubtful is named in the row's `check`.

Rules
  1. One cell for each field of the profile, in its order; what was not read is empty, never filled.
  2. A reading without entries is one row without values: no scan leaves the inbox without a row.
  3. The inbox learns the order of dates from documents whose dates agree on one, when its setting is `auto`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal

from ocrwatch.checking.buyers import ANYBODY, Buyer, other_buyer
from ocrwatch.checking.evidence import Evidence, evidence_in, settled_order
from ocrwatch.checking.item_rules import sums, typed_items
from ocrwatch.checking.rules import breaches
from ocrwatch.checking.values import checked
from ocrwatch.document import Cell, Document, Items, Row, Value
from ocrwatch.messages import Message, message
from ocrwatch.ports import DateOrder, Embedded, PageReading, Profile, Reading, Said, cell_fields, items_fields

_PART_OF_PAGES = re.compile(r"\s*(\d+)\D+(\d+)\s*")


class RowChecker:
    """The `Checker` of one inbox's documents, or of many with the same setting.

    `earlier_orders` tells how many earlier documents of an inbox had dates in each order; `learn_order` is told the
    inbox, the digest and the order of a document whose dates show one. It may be told the same document again. `buyer`
    is whom the invoices are for.
    """

    def __init__(
        self,
        *,
        date_order: Literal["auto"] | DateOrder = "auto",
        earlier_orders: Callable[[str], Mapping[DateOrder, int]] = lambda inbox: {},
        learn_order: Callable[[str, str, DateOrder], None] = lambda inbox, digest, order: None,
        buyer: Buyer = ANYBODY,
    ) -> None:
        self._set_order: DateOrder | None = None if date_order == "auto" else date_order
        self._earlier_orders = earlier_orders
        self._learn_order = learn_order
        self._buyer = buyer

    def rows(self, document: Document, profile: Profile, reading: Reading) -> tuple[Row, ...]:
        """One row per entry; see the port. Where each page is a row, its number follows the document's id."""
        if reading.apart:
            return tuple(row for page in reading.apart for row in self._rows_of_page(document, profile, page))
        entries: tuple[Mapping[str, Said], ...] = reading.entries or ({},)
        received = datetime.fromtimestamp(document.arrived_at, tz=UTC).astimezone()
        seen = [reading.text, *(text for entry in entries for text in _texts(entry))]
        evidence = evidence_in(
            seen,
            received.date(),
            set_order=self._set_order,
            earlier_order=lambda: settled_order(self._earlier_orders(document.inbox)),
        )
        own = reading.embedded or Embedded(facts={})
        rows = []
        for number, entry in enumerate(entries, 1):
            cells, items, check = _cells(entry, profile, evidence, reading.text)
            values = {cell.name: cell.value for cell in cells}
            foreign = other_buyer(cell_fields(profile.fields), values, own.facts, self._buyer)
            rows.append(
                Row(
                    id=document.id if len(entries) == 1 else f"{document.id}-{number}",
                    cells=cells,
                    check=_once((*check, *foreign, *_pages_left_out(reading.pages), *reading.remarks)),
                    received=received,
                    pages=reading.pages,
                    engine=reading.engine,
                    folder=document.folder,
                    invoice=own.invoice if len(entries) == 1 else "",
                    items=items,
                )
            )
        if self._set_order is None and len(evidence.orders) == 1:
            self._learn_order(document.inbox, document.digest, next(iter(evidence.orders)))
        return tuple(rows)

    def _rows_of_page(self, document: Document, profile: Profile, page: PageReading) -> Iterator[Row]:
        rows = self.rows(document, profile, page.reading)
        for number, row in enumerate(rows, 1):
            further = f"-{number}" if len(rows) > 1 else ""
            yield replace(row, id=f"{document.id}-{page.page}{further}", page=page.page)


def _cells(
    entry: Mapping[str, Said], profile: Profile, evidence: Evidence, text: str
) -> tuple[tuple[Cell, ...], tuple[Items, ...], tuple[Message, ...]]:
    cells: list[Cell] = []
    check: list[Message] = []
    fields = cell_fields(profile.fields)
    for field in fields:
        said = entry.get(field.name)
        result = checked(said if isinstance(said, str) else None, field, evidence)
        cells.append(Cell(field.name, result.value))
        check.extend(result.check)
    values = {cell.name: cell.value for cell in cells}
    items, doubts = _items(entry, profile, evidence, values, text)
    if all(cell.value is None for cell in cells) and not items:
        check.insert(0, message("Nothing could be read from this scan"))
    check.extend(breaches(fields, values))
    return tuple(cells), items, (*check, *doubts)


def _items(
    entry: Mapping[str, Said], profile: Profile, evidence: Evidence, values: Mapping[str, Value], text: str
) -> tuple[tuple[Items, ...], list[Message]]:
    found: list[Items] = []
    check: list[Message] = []
    for field in items_fields(profile.fields):
        lines = entry.get(field.name)
        if not isinstance(lines, tuple) or not lines:
            check += [message("{field} is missing", field=field.name)] if field.required else []
            continue
        items, doubts = typed_items(lines, field, evidence)
        found.append(items)
        check += (*doubts, *sums(items, field, cell_fields(profile.fields), values, text))
    return tuple(found), check


def _texts(entry: Mapping[str, Said]) -> Iterator[str]:
    """All texts of `entry`, those of its tables too."""
    for said in entry.values():
        if isinstance(said, tuple):
            yield from (text for line in said for text in line.values() if text)
        elif said:
            yield said


def _pages_left_out(pages: str) -> tuple[Message, ...]:
    """A remark where `pages` says that only some were read ("5 of 39")."""
    match = _PART_OF_PAGES.fullmatch(pages)
    if match is None or match[1] == match[2]:
        return ()
    return (message("Only {read} of {pages} pages were read", read=int(match[1]), pages=int(match[2])),)


def _once(check: Iterable[Message]) -> tuple[Message, ...]:
    return tuple(dict.fromkeys(check))
