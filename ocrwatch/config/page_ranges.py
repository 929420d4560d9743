"""How pages are named in settings and commands: "1-3", "2", "4-" to the end."""

from __future__ import annotations

import re

from ocrwatch.config.misfit import Misfit
from ocrwatch.messages import message

_RANGE = re.compile(r"([1-9]\d{0,5})(?:(-)([1-9]\d{0,5})?)?")


def range_in(text: str) -> tuple[int, int | None] | None:
    """First and last page; None for "", all of them. Raises Misfit."""
    if not text:
        return None
    found = _RANGE.fullmatch("".join(text.split()))
    first = int(found[1]) if found else 0
    last = first if found and not found[2] else int(found[3]) if found and found[3] else None
    if not first or (last is not None and last < first):
        raise Misfit(message('name pages as "1-3", "2", or "4-" for all from the fourth on'))
    return first, last
