"""A ledger of several workbooks, its volumes: `Scans {year}-{month}.xlsx`, `报销 {folder} {year}-{month}.xlsx`.

A volume is known by a text: its month ("2026-11"), behind the name of a folder where the pattern has one
("张三/2026-11", "张三/"). It is told when a row is read and kept with it: neither a midnight nor another reading nor a
folder that gets another name moves a row to another workbook.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from ocrwatch.document import Row

MonthOf = Literal["document", "received"]

PLACES = ("year", "month", "folder")
"""What may stand in braces in a ledger's name."""

_PATTERNS = {"year": r"\d{4}", "month": r"\d{2}", "folder": r"(?!~\$|\.)[^/\\]+"}
_UNFIT = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
_LONGEST = 80
_LONGEST_BYTES = 150
"""A file's whole name has 255 on most systems."""


def is_series(ledger: Path) -> bool:
    """Whether `ledger` names several workbooks."""
    return any(f"{{{place}}}" in str(ledger) for place in PLACES)


def volume_of(rows: Sequence[Row], ledger: Path, by: MonthOf, top: str) -> str:
    """The volume of a document with `rows`, which stand together. `top` is the name of the watched folder."""
    month = month_of(rows, by) if _has_months(ledger) else ""
    return f"{file_part(rows[0].folder or top)}/{month}" if "{folder}" in str(ledger) else month


def completed(row: Row, ledger: Path, top: str) -> str:
    """The volume of a row from before the ledger's name was what it is now."""
    usual = volume_of([row], ledger, "received", top)
    folder, month = (told or other for told, other in zip(_parts(row.volume), _parts(usual), strict=True))
    return f"{folder}/{month}" if "{folder}" in str(ledger) else month


def month_of(rows: Sequence[Row], by: MonthOf) -> str:
    """The month of a document with `rows`. Without a date on it, that in which it was received."""
    if by == "document":
        for row in rows:
            for cell in row.cells:
                if isinstance(cell.value, date):  # a datetime is one
                    return _month(cell.value)
    return _month(rows[0].received)


def workbook_of(ledger: Path, volume: str) -> Path:
    """The workbook of `volume`."""
    folder, month = _parts(volume)
    year, _, number = month.partition("-")
    told = {"year": year, "month": number, "folder": folder}
    return Path(re.sub(r"\{(year|month|folder)\}", lambda place: told[place[1]], str(ledger)))


def is_one_of(path: Path, ledger: Path) -> bool:
    """Whether `path` is one of the workbooks."""
    return volume_in(path, ledger) != ""


def volume_in(path: Path, ledger: Path) -> str:
    """The volume whose workbook `path` is, "" for none. Its month is the year alone where the pattern has no month."""
    pattern = re.escape(str(ledger))
    for place, told in _PATTERNS.items():
        escaped = re.escape(f"{{{place}}}")
        pattern = pattern.replace(escaped, f"(?P<{place}>{told})", 1).replace(escaped, f"(?P={place})")
    match = re.fullmatch(pattern, str(path))
    if match is None:
        return ""
    found = match.groupdict()
    month = "-".join(found[place] for place in ("year", "month") if place in found)
    return f"{found['folder']}/{month}" if "folder" in found else month


def fixed_part(ledger: Path) -> Path:
    """The folder above all its workbooks."""
    return next(folder for folder in ledger.parents if not is_series(folder))


def file_part(name: str) -> str:
    """`name` as a part of a file's name, on any system; a subfolder's subfolder follows it after an underscore."""
    plain = _UNFIT.sub("_", unicodedata.normalize("NFC", name))[:_LONGEST]
    plain = plain.encode(errors="surrogateescape")[:_LONGEST_BYTES].decode(errors="ignore").strip(" .")
    plain = re.sub(r"^~\$", "__", plain) or "_"
    return f"{plain}_" if _RESERVED.fullmatch(plain) else plain


def _has_months(ledger: Path) -> bool:
    return "{year}" in str(ledger) or "{month}" in str(ledger)


def _parts(volume: str) -> tuple[str, str]:
    """The folder and the month."""
    folder, _, month = volume.rpartition("/")
    return folder, month


def _month(day: date | datetime) -> str:
    return f"{day:%Y-%m}" if day.year >= 1000 else f"{day.year:04}-{day.month:02}"
