"""A filer that keeps its reservations in memory."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ocrwatch.document import Beside, Document, Outcome
from ocrwatch.errors import FolderAway, Gone
from ocrwatch.messages import Message, message


class FakeFiler:
    """Implements the port `Filer`. `reasons` holds what would be put beside failed scans, by path."""

    def __init__(self, inbox: Path, *, keep: bool = False) -> None:
        self._inbox = inbox
        self._keep = keep
        self._reserved: dict[Path, tuple[str, int]] = {}
        self.reasons: dict[Path, str] = {}

    def reserve(self, document: Document, outcome: Outcome) -> Path | None:
        if self._keep:
            return None
        if not document.path.exists():
            raise _gone(document)
        folder = self._inbox / {
            Outcome.DONE: "done",
            Outcome.FAILED: "failed",
            Outcome.DUPLICATE: "done/duplicates",
        }.get(outcome, "done")
        number = 1
        while True:
            name = document.path.name if number == 1 else f"{document.path.stem} ({number}){document.path.suffix}"
            target = folder / document.folder / name
            if self._reserved.get(target) == _mark(document) or (target not in self._reserved and not target.exists()):
                self._reserved[target] = _mark(document)
                return target
            number += 1

    def file(self, document: Document, target: Path | None, reason: Message | None = None) -> None:
        if target is not None and not (target.exists() and _digest(target) == document.digest):
            if not document.path.exists() or _digest(document.path) != document.digest:
                self._reserved.pop(target, None)
                raise _gone(document)
            target.parent.mkdir(parents=True, exist_ok=True)
            document.path.rename(target)
        if reason is not None:
            self.reasons[target or document.path] = str(reason)

    def reserve_beside(self, document: Document, scan: Path, beside: Beside) -> Path:
        content = (beside.content or "").encode()
        if beside.path is not None and beside.path.exists() and beside.path.read_bytes() == content:
            return beside.path
        folder = self._inbox / "done" if self._keep else scan.parent
        number = 1
        while True:
            path = folder / (scan.stem + (beside.suffix if number == 1 else f" ({number}){beside.suffix}"))
            mark = (document.id + beside.suffix, document.key)
            if self._reserved.get(path) == mark or (path not in self._reserved and not path.exists()):
                self._reserved[path] = mark
                return path
            number += 1

    def put_beside(self, document: Document, beside: Beside) -> None:
        if beside.path is None or beside.content is None:
            return
        content = beside.content.encode()
        if beside.path.exists():
            if beside.path.read_bytes() != content:
                raise FolderAway(message("{name} was replaced by another file.", name=beside.path.name))
            return
        beside.path.parent.mkdir(parents=True, exist_ok=True)
        beside.path.write_bytes(content)
        self._reserved.pop(beside.path, None)


def _mark(document: Document) -> tuple[str, int]:
    return document.id, document.key


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _gone(document: Document) -> Gone:
    return Gone(message("{name} is gone.", name=document.path.name))
