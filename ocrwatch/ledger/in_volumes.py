"""The port `Ledger` over several workbooks. Rows know their volume; whatever else is asked is asked of every workbook
that is there."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from ocrwatch.document import Row
from ocrwatch.ledger.volumes import completed, fixed_part, is_one_of, workbook_of
from ocrwatch.ports import Change, Ledger, Line


class SeriesLedger:
    """The workbooks of the pattern `path`, each made by `ledger_at` when it is needed first, of `template` if there is
    one. `top` is the name of the watched folder."""

    def __init__(
        self, path: Path, ledger_at: Callable[[Path], Ledger], top: str = "", template: Path | None = None
    ) -> None:
        self._path = path
        self._top = top
        self._template = template
        self._ledger_at = ledger_at
        self._ledgers: dict[Path, Ledger] = {}

    def append(self, rows: Sequence[Row]) -> dict[str, int]:
        """As the port says, for rows of one volume. Of several, one may be written when another cannot be."""
        together: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            together[completed(row, self._path, self._top)].append(row)
        numbers: dict[str, int] = {}
        for volume, group in together.items():
            numbers |= self._ledger(workbook_of(self._path, volume)).append(group)
        return numbers

    def find(self, ids: Sequence[str]) -> dict[str, int]:
        """As the port says; the numbers are those in each row's own workbook."""
        found: dict[str, int] = {}
        for ledger in self._present():
            found |= ledger.find([each for each in ids if each not in found])
        return found

    def amend(self, changes: Sequence[Change]) -> set[str]:
        """As the port says, in one write for each workbook. Of several, one may be written when another cannot be."""
        done: set[str] = set()
        for ledger in self._present():
            here = ledger.find([change.id for change in changes if change.id not in done])
            if here:
                done |= ledger.amend([change for change in changes if change.id in here])
        return done

    def lines(self, items: str = "") -> Iterator[Line]:
        """As the port says, workbook by workbook."""
        for ledger in self._present():
            yield from ledger.lines(items)

    def _present(self) -> list[Ledger]:
        """Those that are there, and those that were a moment ago; the latest first."""
        known = {*self._ledgers, *workbooks_of(self._path, self._template)}
        return [self._ledger(path) for path in sorted(known, reverse=True)]

    def _ledger(self, path: Path) -> Ledger:
        if path not in self._ledgers:
            self._ledgers[path] = self._ledger_at(path)
        return self._ledgers[path]


def workbooks_of(ledger: Path, template: Path | None = None) -> list[Path]:
    """The workbooks that are there of the pattern `ledger`; their `template` may be called as if it were one."""
    above = fixed_part(ledger)
    depth = len(ledger.parts) - len(above.parts)
    found = []
    for folder, folders, names in os.walk(above):
        if len(Path(folder).parts) - len(above.parts) >= depth - 1:
            folders.clear()
        found += [path for name in names if is_one_of(path := Path(folder, name), ledger)]
    return sorted(path for path in found if path != template)
