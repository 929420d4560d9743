"""What one ledger remembers of its workbook between two calls: how its sheets stand.

It holds as long as the file looks as it did, or all that changed it since were saves of this program (`own_saves.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ocrwatch.document import Signature
from ocrwatch.ledger import saving
from ocrwatch.ledger.archive import directory_crc_of
from ocrwatch.ledger.own_saves import OwnSaves
from ocrwatch.ledger.standing import Standing


@dataclass(frozen=True, slots=True)
class _Known:
    """How the sheets stand in the file that looks as `signature`, which the line `line` of our saves left. `crc` is
    that of its zip directory.

    None: there is no such sheet.
    """

    signature: Signature
    line: int
    crc: int
    standings: Mapping[str, Standing | None]


class Memory:
    """Used by one thread at a time (`Locks.held`); `own_saves` are those of the whole program."""

    def __init__(self, own_saves: OwnSaves) -> None:
        self._own_saves = own_saves
        self._known: _Known | None = None

    def forget(self) -> None:
        """Look at the workbook anew the next time."""
        self._known = None

    def keep(self, path: Path, signature: Signature | None, crc: int, standings: Mapping[str, Standing | None]) -> None:
        """Keep `standings`, and of other sheets what was known, as long as nobody but us saved the file since. Without
        a `signature` there is no file."""
        if signature is None:
            self._known = None
            return
        line = self._own_saves.seen(path, signature)
        others = self._known.standings if self._known is not None and self._known.line == line else {}
        self._known = _Known(signature, line, crc, {**others, **standings})

    def holds(self, path: Path, signature: Signature) -> bool:
        """Whether what is known still holds for the file that looks as `signature`."""
        return self._known is not None and self._own_saves.goes_on(path, self._known.line, signature)

    def of(self, path: Path, signature: Signature, sheet: str) -> Standing | None:
        """How `sheet` stands in the file that looks as `signature`, if that is known."""
        return self.last_of(sheet) if self.holds(path, signature) else None

    def last_of(self, sheet: str) -> Standing | None:
        """How `sheet` stands in the file that was looked at last."""
        return self._known.standings.get(sheet) if self._known is not None else None

    def now(self, path: Path, signature: Signature) -> Mapping[str, Standing | None]:
        """How the sheets stand of this very file, as far as that is known."""
        known = self._known
        is_same = known is not None and known.signature == signature and known.crc == directory_crc(path)
        return known.standings if known is not None and is_same else {}


def directory_crc(path: Path) -> int | None:
    """By which a file is known again, whatever its size and time say; None where there is none."""
    with saving.opened(path) as opened:
        return directory_crc_of(opened.file) if opened is not None else None
