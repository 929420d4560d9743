"""A checker for tests of the line: every value stays the text that was read."""

from __future__ import annotations

from datetime import UTC, datetime

from ocrwatch.document import Cell, Document, Row
from ocrwatch.messages import message
from ocrwatch.ports import Profile, Reading


class TextChecker:
    """The `Checker` that types nothing; what is missing is named, as the port says."""

    def rows(self, document: Document, profile: Profile, reading: Reading) -> tuple[Row, ...]:
        """One row per entry; see the port."""
        entries = reading.entries or ({},)
        rows = []
        for number, entry in enumerate(entries, 1):
            texts = {field.name: (entry.get(field.name) or "").strip() or None for field in profile.fields}
            missing = [field.name for field in profile.fields if field.required and texts[field.name] is None]
            rows.append(
                Row(
                    id=document.id if len(entries) == 1 else f"{document.id}-{number}",
                    cells=tuple(Cell(name, text) for name, text in texts.items()),
                    check=(*(message("{field} is missing", field=name) for name in missing), *reading.remarks),
                    received=datetime.fromtimestamp(document.arrived_at, tz=UTC),
                    pages=reading.pages,
                    engine=reading.engine,
                    folder=document.folder,
                )
            )
        return tuple(rows)
