"""Was a workbook saved by a program that had it open since before our last rows? Then these are put back.

    our rows      1 2 3 │ 4 5 │ 6           written in groups, one save each
    a lock             [ · · · · · ·        seen before 4 was written
    left          1 2 3                     exactly the state before: nothing else is missing, no cell was changed

Rules
  1. Only on this evidence. A lock that was seen after the rows were written alone proves nothing: whoever deletes rows
     by hand opens the workbook first. So it also takes the other evidence's force: where somebody opened the workbook
     between the rows and the save, they saw the rows, and the save may be theirs.
  2. What is not put back is for the person to say: rows that they deleted stay deleted.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence

from ocrwatch.journal.openings import Opening
from ocrwatch.journal.written import Cause, Noted
from ocrwatch.service.comparison import Comparison, Known


def overwritten(
    found: Comparison,
    known: Known,
    noted: Collection[Noted],
    openings: Callable[[str], Sequence[Opening]],
    saved_at: float,
) -> list[str]:
    """The ids of the rows that a stale save took away, the earliest first.

    `noted` are the corrections that were known before, `openings` those of a month's workbook (of "" where there is one
    for all). `saved_at` is when the file that was compared was seen first: a little after it was saved.
    """
    changed = {each for _, each in found.corrected} - set(noted)
    touched = {known.volumes.get(each.row, "") for each in changed}
    lacking: dict[str, list[str]] = defaultdict(list)
    for row, cause in found.missing.items():
        month = known.volumes.get(row, "")
        if row in known.absences:
            continue  # that it is gone was known, and is what the person wants
        lacking[month].append(row)
        if cause is not Cause.UNCLEAR:
            touched.add(month)
    return [
        row
        for month, rows in lacking.items()
        if month not in touched and _was_open(openings(month), [known.times[row] for row in rows], saved_at)
        for row in sorted(rows, key=known.times.__getitem__)
    ]


def _was_open(openings: Sequence[Opening], times: Sequence[float], saved_at: float) -> bool:
    """Whether one program had the workbook open at all of these moments, and none opened it after them and before the
    save."""
    if any(max(times) < opening.began_at <= saved_at for opening in openings):
        return False
    return any(all(map(opening.covers, times)) for opening in openings)
