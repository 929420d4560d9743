"""Several sheets change in one save: each change is made in what the one before wrote.

    file ── first sheet ──write──▶ held ── second sheet ──write──▶ held … ── last sheet ──write──▶ the new file

Each sheet is a ledger's by itself, with all its rules, and knows nothing of the others; only the last writing is the
workbook, so a crash leaves all of the changes or none. What is held lies in a temporary file that has no name.

A second sheet costs one more copy of the file, without the wait for the disk that the last one ends with.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import BinaryIO

from ocrwatch.ledger.edition import Edition
from ocrwatch.ledger.layout import Column
from ocrwatch.ledger.standing import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """The part of one sheet more. `change` makes it, and is False where there is nothing to do. `known` and `packs` as
    of an `Edition`."""

    sheet: str
    columns: Sequence[Column]
    change: Callable[[Edition], bool]
    known: Standing | None = None
    packs: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """How a sheet stands in what was written, and who wrote it (None: it was not changed)."""

    sheet: str
    standing: Standing | None
    edition: Edition | None = None

    def settle(self) -> None:
        """What was written stands on the disk now."""
        if self.edition is not None and self.standing is not None:
            self.edition.settle(self.standing)


def written(first: Edition, sheet: str, legs: Sequence[Leg], name: str, file: BinaryIO) -> list[Left]:
    """Write the change of `first`, the edition of `sheet`, and those of `legs` to `file`, the workbook `name`."""
    with ExitStack() as held:

        def target(number: int) -> BinaryIO:
            return file if number == len(legs) else held.enter_context(tempfile.TemporaryFile())

        source = target(0)
        left = [Left(sheet=sheet, standing=first.write(source), edition=first)]
        for number, leg in enumerate(legs, 1):
            known = next((each.standing for each in reversed(left) if each.sheet == leg.sheet), leg.known)
            edition = Edition(source, name, leg.sheet, leg.columns, known, packs=leg.packs)
            held.callback(edition.close)
            following = target(number)
            if leg.change(edition):
                left.append(Left(sheet=leg.sheet, standing=edition.write(following), edition=edition))
            else:
                source.seek(0)
                shutil.copyfileobj(source, following)
                left.append(Left(sheet=leg.sheet, standing=edition.standing))
            source = following
        return left


def crc_of(left: Sequence[Left]) -> int:
    """The CRC of the written workbook's zip directory: what was not changed was copied."""
    return next(each.standing.directory_crc for each in reversed(left) if each.edition is not None and each.standing)
