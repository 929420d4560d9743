"""Bytes to workbook and back, by openpyxl.

openpyxl writes formulas without what they showed last, so programs that do not calculate (previews, pandas) see
nothing. Every formula is calculated anew when the workbook is opened (`fullCalcOnLoad`: no total can be stale), and
the links to scans, whose text is known, get it beside the formula.

Loads openpyxl: import it late.
"""

from __future__ import annotations

import re
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from html import escape, unescape
from io import BytesIO
from pathlib import Path
from xml.etree.ElementTree import ParseError
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile
from zlib import error as ZlibError  # noqa: N812 -- an exception's name

from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.writer.excel import ExcelWriter

from ocrwatch.errors import LedgerBusy
from ocrwatch.ledger.links import cached_text
from ocrwatch.messages import message

UNUSABLE_SECONDS = 60
"""How long rows wait for a person to mend the workbook before it is looked at again."""

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MACROS = "xl/vbaProject.bin"
_FORMULA = re.compile(rb'(<c r="[A-Z]+[0-9]+")((?: s="[0-9]+")?)><f>(HYPERLINK\(.*?)</f><v ?(?:/>|></v>)')

# What openpyxl raises, depending on where in a package the damage is.
_DAMAGE = (
    BadZipFile, InvalidFileException, ZlibError, ParseError, struct.error, EOFError, LookupError, ValueError, TypeError,
    AttributeError, OSError, NotImplementedError, RuntimeError, AssertionError, RecursionError,
)  # fmt: skip

warnings.filterwarnings("ignore", category=UserWarning, module=r"openpyxl\.")


def new_workbook() -> Workbook:
    """A workbook with no sheet."""
    book = Workbook()
    book.remove(book.active)
    return book


def load(content: bytes, name: str) -> Workbook:
    """The workbook in `content`; `name` is the file's. Raises `LedgerBusy` for what is no workbook we can use."""
    _refuse_other_kinds(content, name)
    with _damage_translated(name):
        return load_workbook(BytesIO(content), keep_vba=has_macros(content), rich_text=True)


@contextmanager
def reading(content: bytes, name: str) -> Iterator[Workbook]:
    """The workbook in `content`, for reading its values row by row. Raises `LedgerBusy`, then too."""
    _refuse_other_kinds(content, name)
    with _damage_translated(name):
        book = load_workbook(BytesIO(content), read_only=True, data_only=True)
        try:
            yield book
        finally:
            book.close()


def dump(book: Workbook) -> bytes:
    """The workbook as a file's bytes."""
    book.calculation.fullCalcOnLoad = True
    book.properties.modified = datetime.now(UTC).replace(tzinfo=None)
    target = BytesIO()
    ExcelWriter(book, _Package(target, "w", ZIP_DEFLATED)).save()
    return target.getvalue()


def has_macros(content: bytes) -> bool:
    with ZipFile(BytesIO(content)) as package:
        return _MACROS in package.namelist()


@contextmanager
def _damage_translated(name: str) -> Iterator[None]:
    try:
        yield
    except _DAMAGE as error:
        reason = message(
            "The workbook {name} is damaged or of a kind that cannot be read; it is left as it is. Repair it in Excel, "
            "or move it away: a new one is then made. Its rows wait.",
            name=name,
        )
        raise LedgerBusy(reason, after_seconds=UNUSABLE_SECONDS) from error


class _Package(ZipFile):
    """The zip that openpyxl writes to; it hands over finished worksheets as files."""

    def write(
        self,
        filename: str,  # type: ignore[override]
        arcname: str | None = None,  # type: ignore[override]
        compress_type: int | None = None,
        compresslevel: int | None = None,
    ) -> None:
        self.writestr(str(arcname), _FORMULA.sub(_with_cached_text, Path(filename).read_bytes()))


def _with_cached_text(match: re.Match[bytes]) -> bytes:
    cell, style, formula = match.groups()
    text = cached_text(unescape(formula.decode()))
    if text is None:
        return match[0]
    return b'%s%s t="str"><f>%s</f><v>%s</v>' % (cell, style, formula, escape(text, quote=False).encode())


def _refuse_other_kinds(content: bytes, name: str) -> None:
    if content.startswith(b"PK"):
        return
    if not content:
        reason = message("{name} is an empty file. Delete it: a new workbook is then made. Its rows wait.", name=name)
    elif content.startswith(_OLE) and _ENCRYPTED in content:
        reason = message(
            "The workbook {name} has a password. Save it without one, or choose another workbook in the "
            "configuration. Its rows wait.",
            name=name,
        )
    elif content.startswith(_OLE):
        reason = message(
            "The workbook {name} has the old format of Excel 97. Save it as .xlsx and choose that in the "
            "configuration. Its rows wait.",
            name=name,
        )
    else:
        reason = message(
            "{name} is not an Excel workbook; it is left as it is. Move it away (a new workbook is then made), or "
            "choose another in the configuration. Its rows wait.",
            name=name,
        )
    raise LedgerBusy(reason, after_seconds=UNUSABLE_SECONDS)
