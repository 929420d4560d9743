"""How a ledger's sheet stands in its workbook: what a pass through it found, or our own save left.

Kept between two calls, together with how the file looked: as long as the file looks so, nothing of it is read again but
what is copied.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ocrwatch.ledger.archive_writing import Piece
from ocrwatch.ledger.ids import RowIds
from ocrwatch.ledger.styles import Styles
from ocrwatch.ledger.survey import Survey
from ocrwatch.ledger.tables import TablePart


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """The pieces of the sheet's member, as our own save left them: each can be copied without the others."""

    head: Piece
    body: Piece
    window: Piece
    rest: Piece
    close: Piece


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """The rows in which ranges end that may have to grow. A row more costs a look, a missing one a range."""

    close: frozenset[int] = frozenset()
    names: frozenset[int] = frozenset()
    charts: tuple[tuple[str, frozenset[int]], ...] = ()


Mark = tuple[int, int, int]
"""By which a member is known again: the CRC of its content, and how long that is, as it is and packed."""


@dataclass(frozen=True, slots=True)
class EarlierSheet:
    """A sheet that is full, so that its rows go on in another."""

    name: str
    ids: RowIds


@dataclass(slots=True, kw_only=True)
class Standing:
    """`name` and `part` are the sheet's, the other parts those of the workbook.

    `earlier` are the full sheets that this one continues. `pinned`: something refers to the totals row: it cannot move.
    `pieces` is None until our first save.
    """

    directory_crc: int
    sheet_mark: Mark = (0, 0, 0)
    styles_mark: Mark = (0, 0, 0)
    name: str
    part: str
    workbook_part: str
    styles_part: str
    strings_part: str | None
    is_1904: bool
    survey: Survey
    tables: tuple[TablePart, ...]
    table: TablePart | None
    styles: Styles | None = None
    ends: Ends = field(default_factory=Ends)
    pinned: bool = False
    pieces: Pieces | None = None
    earlier: tuple[EarlierSheet, ...] = ()

    def row_of(self, text: str) -> int | None:
        """The row of the document id `text`, in its sheet."""
        found = (ids.find(text) for ids in (*(each.ids for each in self.earlier), self.survey.ids))
        return next((row for row in found if row is not None), None)

    def rows_of(self, text: str) -> list[int]:
        """The rows of the document id `text` in this sheet, where one id may have several."""
        return self.survey.ids.find_all(text)

    def count_of(self, text: str) -> int:
        """How many rows have the document id `text`, in the full sheets too."""
        return sum(len(ids.find_all(text)) for ids in (*(each.ids for each in self.earlier), self.survey.ids))

    def sheet_of(self, text: str) -> str:
        """The name of the sheet that holds the document id `text`."""
        return next((each.name for each in self.earlier if each.ids.find(text) is not None), self.name)
