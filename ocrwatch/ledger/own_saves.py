"""Which changes of a workbook were ours alone.

Several ledgers may share one workbook, a sheet each. When one of them saves, the others still know how their sheets
stand: nobody else touched the file. A line of saves goes on as long as each begins with the file that the one before
left.

Used by one thread at a time for each workbook (`Locks.held`).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from pathlib import Path

from ocrwatch.document import Signature


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    last: Signature


class OwnSaves:
    """The latest line of saves of each workbook."""

    def __init__(self) -> None:
        self._lines: dict[Path, _Line] = {}
        self._numbers = count(1)

    def seen(self, path: Path, signature: Signature) -> int:
        """The file looks as `signature`; the number of the line that left it so, or of a new one."""
        line = self._lines.get(path)
        if line is None or line.last != signature:
            line = self._lines[path] = _Line(next(self._numbers), signature)
        return line.number

    def saved(self, path: Path, before: Signature | None, after: Signature) -> None:
        """We replaced the file that looked as `before`."""
        line = self._lines.get(path)
        goes_on = line is not None and line.last == before
        number = line.number if line is not None and goes_on else next(self._numbers)
        self._lines[path] = _Line(number, after)

    def goes_on(self, path: Path, number: int, signature: Signature) -> bool:
        """Whether all that happened to the file since the line `number` was seen, up to this look, was ours."""
        line = self._lines.get(path)
        return line is not None and line == _Line(number, signature)
