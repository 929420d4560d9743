"""Has this a row already?

the same bytes       before they are read: a duplicate, no second row
the same e-invoice   from another file, both by their own data (its PDF, its OFD, its XML): a duplicate, too
the same invoice     from another file: a warning in `Check`, never a refusal, for who knows is the person. Asked
                     just before the row is recorded, by the one thread that writes, so that two in one group
                     know of each other
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ocrwatch.checking.sameness import certain_mark, marks
from ocrwatch.document import Document, Duplicate, Filed, Outcome, Row, earlier_rows
from ocrwatch.errors import TwinInProgress
from ocrwatch.journal import Journal
from ocrwatch.messages import Message, message
from ocrwatch.ports import Field, Ledger

TWIN_SECONDS = 3.0
"""How soon a copy looks again whether its twin has come to its end."""


def twin_of(journal: Journal, document: Document, ledger: Ledger) -> Duplicate | None:
    """The recorded document with the same bytes in the same book whose row still stands.

    Raises `TwinInProgress` while an earlier one is on its way, and what `Ledger.find` raises.
    """
    earlier = journal.documents.on_the_line_before(document)
    if earlier is not None:
        if found := ledger.find([row.id for row in earlier_rows(earlier)]):  # it has a row, and is read again
            return Duplicate(of=earlier.key, row=min(found.values()))
        text = "{name} waits for the same picture, which is being read."
        raise TwinInProgress(message(text, name=document.path.name), after_seconds=TWIN_SECONDS)
    for twin in journal.documents.recorded_with(document.digest, document.book):
        assert isinstance(twin.stage, Filed)
        if twin.key == document.key or (twin.stage.outcome is Outcome.GONE and not twin.stage.rows):
            continue
        ids = [row.id for row in twin.stage.rows] or [twin.id, f"{twin.id}-1"]
        found = ledger.find(ids)
        if found or journal.written.are_nameless(document.book, ids):
            return Duplicate(of=twin.key, row=min(found.values(), default=0))
    return None


def same_invoice_of(journal: Journal, document: Document, rows: Sequence[Row], ledger: Ledger) -> Duplicate | None:
    """The recorded document that is the one e-invoice which `rows` of `document` are, for certain.

    Raises `TwinInProgress` while its row is being written, and what `Ledger.find` raises.
    """
    if len(rows) != 1 or earlier_rows(document):
        return None
    earlier = journal.invoices.earlier(document.book, certain_mark(rows[0]), but=document.key)
    earlier = {row: key for row, key in earlier.items() if row != rows[0].id}
    if not earlier:
        return None
    if found := ledger.find(list(earlier)):
        row = min(found, key=lambda each: found[each])
        return Duplicate(of=earlier[row], row=found[row], one_invoice=True)
    for key in earlier.values():
        other = journal.documents.get(key)
        if other is not None and not other.is_at_rest:
            text = "{name} waits for another file of the same invoice, whose row is being written."
            raise TwinInProgress(message(text, name=document.path.name), after_seconds=TWIN_SECONDS)
    return None


def warned(
    journal: Journal, document: Document, rows: Sequence[Row], ledger: Ledger, fields: Sequence[Field]
) -> tuple[Row, ...]:
    """`rows` of `document`, each with a remark where an earlier row is the same invoice, and marked for later ones.

    An earlier row that was deleted since is not told of. Raises what `Ledger.find` raises, and `DiskFull`.
    """
    return tuple(_warned(journal, document, row, ledger, fields) for row in rows)


def _warned(journal: Journal, document: Document, row: Row, ledger: Ledger, fields: Sequence[Field]) -> Row:
    found = marks(row, fields)
    earlier = {
        other: key
        for other, key in journal.invoices.earlier(document.book, found.sought, but=document.key).items()
        if other != row.id and (key < document.key or not earlier_rows(document))
    }
    said = _said(journal, earlier, ledger) if earlier else None
    journal.invoices.mark(document.book, row.id, found.left, key=document.key)
    return row if said is None else replace(row, check=(*row.check, said))


def _said(journal: Journal, earlier: dict[str, int], ledger: Ledger) -> Message | None:
    there = ledger.find(list(earlier))
    if there:
        return message("same invoice as row {row}", row=min(there.values()))
    for key in earlier.values():
        other = journal.documents.get(key)
        if other is not None and not other.is_at_rest:  # its row comes with this one
            return message("same invoice as the scan {name}", name=other.path.name)
    return None
