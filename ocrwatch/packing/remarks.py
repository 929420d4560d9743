"""What is said of a pack: what is missing in it, and what is not as one expects. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from ocrwatch.messages import Message, message
from ocrwatch.packing.rows import Paper

_NUMBERS_SHOWN = 20


def undated(numbers: Sequence[int]) -> list[Message]:
    """Rows of the ledger that belong to no month."""
    if not numbers:
        return []
    text = "Rows of the spreadsheet without any date, which are of no month and not here: {numbers}"
    return [message(text, numbers=_enumerated(numbers))]


def uncounted(cells: Sequence[tuple[int, str]]) -> list[Message]:
    """Amounts that are text."""
    text = "No. {number}: what stands under {field} is no number. No total counts it."
    return [message(text, number=number, field=field) for number, field in cells]


def missing(paper: Paper, name: str) -> Message:
    """A scan that is nowhere to be found."""
    if not name:
        return message("No. {number}: its scan is not to be found.", number=paper.label)
    return message("No. {number}: the scan {name} is not to be found.", number=paper.label, name=name)


def closed(paper: Paper, name: str, reason: str) -> Message:
    """A scan that cannot be opened."""
    text = "No. {number}: the scan {name} cannot be read: {reason}."
    return message(text, number=paper.label, name=name, reason=reason)


def changed(paper: Paper, name: str) -> Message:
    """A scan with other bytes than were read."""
    text = "No. {number}: {name} was changed since it was read. It is here as it is now."
    return message(text, number=paper.label, name=name)


def undrawn(paper: Paper, page: str, reason: Message) -> Message:
    """A page that is not in the PDF; "" for the whole scan."""
    if page:
        text = "No. {number}, page {page}: not in the PDF. {reason}"
        return message(text, number=paper.label, page=page, reason=reason)
    return message("No. {number}: not in the PDF. {reason}", number=paper.label, reason=reason)


def _enumerated(numbers: Sequence[int]) -> str:
    shown = ", ".join(map(str, numbers[:_NUMBERS_SHOWN]))
    return shown if len(numbers) <= _NUMBERS_SHOWN else f"{shown}, …"
