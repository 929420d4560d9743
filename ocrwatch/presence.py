"""Is the scan still there when its row is to be written?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ocrwatch.document import Document, Row
from ocrwatch.errors import FolderAway, Gone
from ocrwatch.messages import message
from ocrwatch.on_disk import digest_if_there, is_folder, signature_of


def rows_of_present_scan(document: Document, rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """The rows, with a remark when the scan was overwritten meanwhile.

    Raises `Gone` when it was taken away, `FolderAway` when its whole folder is.
    """
    name = document.path.name
    seen = signature_of(document.path)
    if seen is not None and document.signature.fits(seen):
        return rows
    if not is_folder(Path(document.inbox)):
        text = "The folder {folder} is not there. Plug its drive in, or connect its share."
        raise FolderAway(message(text, folder=document.inbox))
    digest = digest_if_there(document.path)
    if digest is None:
        raise Gone(message("{name} was taken out of the folder before its row was written.", name=name))
    if digest == document.digest:
        return rows
    remark = message("the scan {name} was overwritten by another before it could be kept", name=name)
    return tuple(replace(row, check=(*row.check, remark)) for row in rows)
