"""Files of ours beside a filed scan: the text of a page, a document, a table.

    reserve   the name, holding our mark ── the row links to it ── write: the mark becomes the file

Rules
  1. Only a file that holds exactly our mark is replaced, by a whole file in one rename.
  2. What has our content already was written before a crash; what has anything else is the person's by now, and stays.
  3. A mark that somebody removed is made again; where another file has the name, a person must decide.
"""

from __future__ import annotations

import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from ocrwatch.errors import FolderAway
from ocrwatch.filing.naming import filed_name
from ocrwatch.filing.reserving import claim, explained, holds
from ocrwatch.messages import message
from ocrwatch.on_disk import sync_folder

_MARKED = frozenset({".txt", ".csv"})
"""Windows' editors and Excel take a file for UTF-8 by its byte order mark; LaTeX and Markdown stumble over one."""


def content_of(text: str, suffix: str) -> bytes:
    """The bytes of a file that ends in `suffix`."""
    return (("\ufeff" if suffix in _MARKED else "") + text).encode("utf-8", "replace")


def name_beside(scan: Path, suffix: str) -> str:
    """What the file beside `scan` is called."""
    return filed_name(f"{scan.stem}{suffix}")


def has_content(path: Path, content: bytes) -> bool:
    """Whether the file at `path` is `content`, byte for byte."""
    try:
        return path.is_file() and path.stat().st_size == len(content) and path.read_bytes() == content
    except FileNotFoundError:
        return False


def write_reserved(path: Path, mark: bytes, content: bytes) -> None:
    """Write `content` to the reserved name `path`. Raises `FolderAway`, `DiskFull`."""
    with explained(path.parent):
        if has_content(path, content):
            return
        if not holds(path, mark) and not claim(path, mark):
            text = "{name} in {folder} was replaced by another file. Move that file away."
            raise FolderAway(message(text, name=path.name, folder=str(path.parent)))
        part = path.with_name(f".{sha256(mark).hexdigest()[:16]}.part")
        try:
            _write(part, content)
            part.replace(path)
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)
        sync_folder(path.parent)


def _write(part: Path, content: bytes) -> None:
    part.unlink(missing_ok=True)
    with part.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
