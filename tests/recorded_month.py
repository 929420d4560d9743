"""A configuration whose scans are recorded and filed already, as the daemon leaves them: real files, ledger and journal."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from ocrwatch.books import Shelf, book_of
from ocrwatch.config.loading import load
from ocrwatch.config.settings import Inbox
from ocrwatch.document import Cell, Document, Filed, Outcome, Recorded, Row, Value
from ocrwatch.journal import Journal
from ocrwatch.ledger.backups import Backups
from ocrwatch.ledger.locks import Locks
from ocrwatch.on_disk import signature_of

RECEIVED = datetime(2026, 11, 24, 12).astimezone()
FIELDS = "['company', {name = 'date', type = 'date'}, {name = 'total', type = 'amount'}]"


class RecordedMonth:
    """One inbox `Tickets` in `folder`; `more` is added to its table."""

    def __init__(self, folder: Path, *, ledger: str = "Ledger.xlsx", more: str = "", fields: str = FIELDS) -> None:
        self.folder = folder
        self.config = folder / "config.toml"
        self.ledger = folder / ledger
        self.config.write_text(
            f"state_dir = {json.dumps(str(folder / 'state'))}\nlanguage = 'en'\n"
            f"[[inbox]]\nfolder = {json.dumps(str(folder / 'Tickets'))}\nfields = {fields}\n"
            f"ledger = {json.dumps(str(self.ledger))}\nsheet = 'Tickets'\n{more}\n",
            encoding="utf-8",
        )
        self.inboxes: Sequence[Inbox] = load(self.config).settings.inbox

    def record(
        self,
        scans: Mapping[str, bytes],
        values: Mapping[str, Sequence[Mapping[str, Value]]],
        *,
        pages: int = 1,
        inbox: int = 0,
        months: Mapping[str, str] | None = None,
        received: datetime = RECEIVED,
    ) -> list[Row]:
        """File `scans` (bytes by name) and record the rows that `values` has for each, in one write."""
        watched = self.inboxes[inbox]
        done = watched.folder / "done"
        done.mkdir(parents=True, exist_ok=True)
        rows: list[Row] = []
        documents = []
        for name, data in scans.items():
            path = done / name
            path.write_bytes(data)
            digest = hashlib.sha256(data).hexdigest()
            ids = (
                [digest[:16]]
                if len(values[name]) == 1
                else [f"{digest[:16]}-{n + 1}" for n in range(len(values[name]))]
            )
            mine = tuple(
                Row(
                    id=row_id,
                    cells=tuple(Cell(field, value) for field, value in each.items()),
                    received=received,
                    engine="local",
                    file=path,
                    volume=(months or {}).get(name, ""),
                )
                for row_id, each in zip(ids, values[name], strict=True)
            )
            rows += mine
            documents.append(self._document(watched, path, digest, pages, mine))
        self.shelf().ledger(watched).append(rows)
        with_journal = Journal(self.folder / "state", lambda: RECEIVED.timestamp())
        try:
            saved = with_journal.documents.save(documents)
            filed = [
                replace(document, stage=Filed(outcome=Outcome.DONE, path=document.path, rows=document.stage.rows))
                for document in saved
                if isinstance(document.stage, Recorded)
            ]
            for document in saved:  # as the line does: first recorded, then filed
                with_journal.documents.save([document])
            with_journal.documents.save(filed)
        finally:
            with_journal.close()
        return rows

    def shelf(self) -> Shelf:
        return Shelf(locks=Locks(), backups=Backups(self.folder / "backups", lambda: RECEIVED.timestamp()), render=str)

    @staticmethod
    def _document(inbox: Inbox, path: Path, digest: str, pages: int, rows: tuple[Row, ...]) -> Document:
        signature = signature_of(path)
        assert signature is not None
        return Document(
            inbox=str(inbox.folder),
            book=book_of(inbox),
            path=path,
            signature=signature,
            digest=digest,
            pages=pages,
            arrived_at=RECEIVED.timestamp(),
            stage=Recorded(rows=rows, target=path),
        )
