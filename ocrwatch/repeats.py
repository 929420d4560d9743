"""Has this invoice a row already, from another file? A warning in `Check`, never a refusal: who knows is the person.

Asked just before the row is recorded, by the one thread that writes, so that two in one group know of each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ocrwatch.checking.sameness import marks
from ocrwatch.document import Document, Row, earlier_rows
from ocrwatch.journal import Journal
from ocrwatch.messages import Message, message
from ocrwatch.ports import Field, Ledger


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
