"""How often the ledgers are written: the service at work, with a clock that the test moves."""

from __future__ import annotations

from pathlib import Path

from ocrwatch.document import Document, Read
from ocrwatch.service.intake import Intake
from ocrwatch.service.service import Service
from tests.fakes_ledger import FakeLedger
from tests.line import Line
from tests.waiting import wait_until


def test_a_single_row_is_written_at_once_and_a_stream_is_gathered(tmp_path: Path) -> None:
    """What comes within the second after a write waits for its end, and is one write then."""
    ledger = FakeLedger()
    line = Line(tmp_path, ledger)
    last_seen: dict[int, Document] = {}
    with line.started() as running:
        service = Service(
            running.journal,
            lambda on_halt: running.pipeline,
            Intake([], running.journal, lambda: line.now),
            lambda: line.now,
            readers=2,
            engine="",
            on_change=lambda document: last_seen.__setitem__(document.key, document),
        )

        def dropped(*names: str) -> None:
            for name in names:
                line.drop(name, name)
            running.take_in()
            for document in running.journal.documents.on_the_line():
                if document.key not in last_seen:
                    service._bring_back(document)

        service.start()
        try:
            dropped("a.jpg")
            wait_until(lambda: ledger.writes == 1 and (line.inbox / "done" / "a.jpg").exists())
            line.now += 0.5
            dropped("b.jpg", "c.jpg", "d.jpg")
            wait_until(lambda: sum(isinstance(each.stage, Read) for each in last_seen.values()) == 3)
            assert ledger.writes == 1
            line.now += 0.5
            wait_until(lambda: len(ledger.rows) == 4)
            assert ledger.writes == 2
            line.now += 10
            dropped("e.jpg")
            wait_until(lambda: ledger.writes == 3)
        finally:
            line.now += 10
            assert service.stop(10)
