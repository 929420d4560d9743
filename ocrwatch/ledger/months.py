"""A ledger that is one workbook a month: `Scans {year}-{month}.xlsx`.

A row's month is a text, "2026-11". It is told when the row is read and kept with it: neither a midnight nor another
reading moves a row to another workbook.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from ocrwatch.document import Row

MonthOf = Literal["document", "received"]


def is_monthly(ledger: Path) -> bool:
    """Whether `ledger` names a workbook for each month, or for each year."""
    return "{year}" in str(ledger) or "{month}" in str(ledger)


def month_of(rows: Sequence[Row], by: MonthOf) -> str:
    """The month of a document with `rows`: they stand together. Without a date on it, that in which it was received."""
    if by == "document":
        for row in rows:
            for cell in row.cells:
                if isinstance(cell.value, date):  # a datetime is one
                    return _month(cell.value)
    return _month(rows[0].received)


def workbook_of(ledger: Path, month: str) -> Path:
    """The workbook of `month`."""
    year, _, number = month.partition("-")
    return Path(str(ledger).replace("{year}", year).replace("{month}", number))


def is_one_of(path: Path, ledger: Path) -> bool:
    """Whether `path` is a workbook of some month."""
    return month_in(path, ledger) != ""


def month_in(path: Path, ledger: Path) -> str:
    """The month whose workbook `path` is; the year alone where the pattern has no month, "" where `path` is none."""
    pattern = re.escape(str(ledger))
    for place, digits in (("year", 4), ("month", 2)):
        escaped = re.escape(f"{{{place}}}")
        pattern = pattern.replace(escaped, rf"(?P<{place}>\d{{{digits}}})", 1).replace(escaped, rf"(?P={place})")
    match = re.fullmatch(pattern, str(path))
    return "" if match is None else "-".join(match.groupdict().values())


def fixed_part(ledger: Path) -> Path:
    """The folder above all its workbooks."""
    return next(folder for folder in ledger.parents if not is_monthly(folder))


def _month(day: date | datetime) -> str:
    return f"{day:%Y-%m}" if day.year >= 1000 else f"{day.year:04}-{day.month:02}"
