"""Documents for tests of filing: real files in an inbox, as the line knows them."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from ocrwatch.document import Document
from ocrwatch.on_disk import signature_of


def dropped(
    inbox: Path, name: str = "scan.jpg", content: bytes = b"the scan", *, key: int = 1, folder: str = ""
) -> Document:
    """A scan that was dropped into `inbox` and taken."""
    path = inbox / folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return taken(inbox, path, key=key, folder=folder)


def taken(inbox: Path, path: Path, *, key: int = 1, folder: str = "") -> Document:
    """The file at `path` as a document."""
    signature = signature_of(path)
    assert signature is not None
    return Document(
        key=key,
        inbox=str(inbox),
        book="book",
        path=path,
        folder=folder,
        signature=signature,
        digest=hashlib.sha256(path.read_bytes()).hexdigest(),
        arrived_at=0.0,
    )


def on_a_share(document: Document) -> Document:
    """The same where inodes are not to be trusted."""
    return replace(document, signature=replace(document.signature, inode=0))


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below `folder`, hidden ones too: its content by its path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }
