"""Workbooks that are left as they are, and what is said of them.

`BadPackage` is raised wherever a package turns out to be damaged or hostile; `damage_translated` makes of it, and of
what the parsers raise for the same, the `LedgerBusy` that the person sees.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO
from xml.parsers.expat import ExpatError

from ocrwatch.errors import LedgerBusy
from ocrwatch.messages import Message, message

UNUSABLE_SECONDS = 60
"""How long rows wait for a person to mend the workbook before it is looked at again."""


class BadPackage(Exception):
    """The package is not what it should be; the text is for developers.

    `said` makes of the file's name what the person is told.
    """

    def __init__(self, what: str, said: Callable[[str], Message] | None = None) -> None:
        super().__init__(what)
        self.said = said


# What parsers raise, depending on where in a package the damage is.
_DAMAGE = (ExpatError, zlib.error, struct.error, LookupError, ValueError, RecursionError, OverflowError)


@contextmanager
def damage_translated(name: str) -> Iterator[None]:
    """What goes wrong inside is the fault of the workbook's file `name`."""
    try:
        yield
    except BadPackage as error:
        raise LedgerBusy((error.said or damaged)(name), after_seconds=UNUSABLE_SECONDS) from error
    except _DAMAGE as error:
        raise LedgerBusy(damaged(name), after_seconds=UNUSABLE_SECONDS) from error


def damaged(name: str) -> Message:
    return message(
        "The spreadsheet {name} is damaged or of a kind that cannot be read; it is left as it is. Repair it in Excel, "
        "or move it away: a new one is then made. Its rows wait.",
        name=name,
    )


def swollen(name: str) -> Message:
    return message(
        "The spreadsheet {name} unpacks to far more than any real one does, as a broken or hostile file would; it is "
        "left as it is. Choose another in the configuration. Its rows wait.",
        name=name,
    )


def signed(name: str) -> Message:
    return message(
        "The spreadsheet {name} is signed, and a change would break its signature; it is left as it is. Remove the "
        "signature, or choose another spreadsheet in the configuration. Its rows wait.",
        name=name,
    )


def binary(name: str) -> Message:
    return message(
        "The spreadsheet {name} is a binary one (.xlsb); it is left as it is. Save it as .xlsx and choose that in the "
        "configuration. Its rows wait.",
        name=name,
    )


def unusable(reason: Message) -> LedgerBusy:
    """A sheet that cannot take rows until the user changes it."""
    text = "{reason} Nothing was written; its rows wait. Mend it, or choose another sheet in the configuration."
    return LedgerBusy(message(text, reason=reason), after_seconds=UNUSABLE_SECONDS)


_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


_LOOKED_THROUGH_BYTES = 1 << 24


def ensure_package(file: BinaryIO, name: str) -> None:
    """Raises `LedgerBusy` for files of other kinds."""
    file.seek(0)
    if not file.read(4).startswith(b"PK"):
        file.seek(0)
        _refuse_other_kinds(file.read(_LOOKED_THROUGH_BYTES), name)


def _refuse_other_kinds(content: bytes, name: str) -> None:
    if not content:
        reason = message(
            "{name} is an empty file. Delete it: a new spreadsheet is then made. Its rows wait.", name=name
        )
    elif content.startswith(_OLE) and _ENCRYPTED in content:
        reason = message(
            "The spreadsheet {name} has a password. Save it without one, or choose another spreadsheet in the "
            "configuration. Its rows wait.",
            name=name,
        )
    elif content.startswith(_OLE):
        reason = message(
            "The spreadsheet {name} has the old format of Excel 97. Save it as .xlsx and choose that in the "
            "configuration. Its rows wait.",
            name=name,
        )
    else:
        reason = message(
            "{name} is no Excel file; it is left as it is. Move it away (a new spreadsheet is then made), or "
            "choose another in the configuration. Its rows wait.",
            name=name,
        )
    raise LedgerBusy(reason, after_seconds=UNUSABLE_SECONDS)
