"""From the inboxes' settings to what is to be known of their ledgers to notice what people do to them."""

from __future__ import annotations

import os
from itertools import count
from pathlib import Path

from ocrwatch.books import book_of, profile_of, workbooks_of
from ocrwatch.config.settings import Inbox
from ocrwatch.ledger.locks import Locks
from ocrwatch.ledger.saving import signature_of
from ocrwatch.ledger.volumes import workbook_of
from ocrwatch.ports import Ledger
from ocrwatch.service.noticing import Looks, Watched

_LISTED_EVERY = 12
"""Looks between two listings of the folder where there is a workbook for each month: it may hold many files."""


def watched_ledger(inbox: Inbox, ledger: Ledger, locks: Locks) -> Watched:
    """The ledger of `inbox`, whose `locks` are those of the program."""

    counted = count()
    paths: list[Path] = []

    def looks() -> Looks:
        if next(counted) % _LISTED_EVERY == 0:
            paths[:] = map(_real, workbooks_of(inbox))
        for path in paths:
            locks.look(path)
        return tuple((path, signature_of(path)) for path in paths)

    def savers(looks: Looks) -> object:
        return [_line_of_saves(path, locks) for path, _ in looks]

    return Watched(
        book=book_of(inbox),
        ledger=ledger,
        fields=profile_of(inbox).fields,
        looks=looks,
        savers=savers,
        workbook=lambda month: _real(workbook_of(inbox.ledger, month) if month else inbox.ledger),
    )


def _line_of_saves(path: Path, locks: Locks) -> int | None:
    with locks.held(path):
        signature = signature_of(path)
        return None if signature is None else locks.own_saves.seen(path, signature)


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))
