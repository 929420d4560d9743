"""The snapshot: published and read back whole, and put into words."""

from __future__ import annotations

import json
from dataclasses import replace

from ocrwatch.document import Arrived, Read
from ocrwatch.messages import message
from ocrwatch.service.pausing import Pause, paused_by_user
from ocrwatch.service.status import (
    NAMES_SHOWN,
    DaemonStatus,
    FolderStatus,
    Status,
    Waiting,
    daemon_from_json,
    daemon_to_json,
    sentences_of_waiting,
    status_to_json,
    waiting,
)
from tests.unit.test_document import NOW, document

OPEN = message("The workbook {name} is open.", name="Ledger.xlsx")
DAEMON = DaemonStatus(
    started_at=NOW - 5,
    engine="ocr.example",
    offline=True,
    folders=(
        FolderStatus(
            folder="/scans",
            mode="poll",
            mode_reason=message("its file system ({kind}) does not tell of changes", kind="cifs"),
            trouble=message("Away."),
            unsettled=2,
            not_ready=(message("{name} ends early.", name="a.jpg"),),
            other_kinds=("notes.docx",),
        ),
    ),
    pause=Pause(reason=message("No credit."), since=NOW, by_user=False, probe_at=NOW + 600),
)


def status(**changes: object) -> Status:
    return replace(Status(running=True), **changes)  # type: ignore[arg-type]


def test_what_the_daemon_publishes_is_read_back_whole() -> None:
    """Every field survives, messages included."""
    assert daemon_from_json(daemon_to_json(DAEMON)) == DAEMON
    assert daemon_from_json(None) == DaemonStatus()


def test_documents_that_wait_for_one_reason_wait_together() -> None:
    """Rows by ledger, readings by reason, each with its file's name."""
    read = replace(document(Read(rows=())), book="/home/Ledger.xlsx|Scans", trouble=OPEN)
    late = replace(document(Arrived()), trouble=message("Offline."))
    assert waiting([read, read, late, document(Arrived())], None) == (
        Waiting(ledger="Ledger.xlsx", names=("scan.jpg", "scan.jpg"), reason=OPEN),
        Waiting(ledger="", names=("scan.jpg",), reason=message("Offline.")),
    )


def test_in_a_pause_all_that_is_to_be_read_waits_for_its_reason() -> None:
    """A document without a trouble of its own waits for the pause's."""
    pause = paused_by_user(NOW, None)
    (group,) = waiting([document(Arrived()), document(Arrived())], pause)
    assert group.reason == pause.reason
    assert len(group.names) == 2


def test_rows_that_wait_are_told_with_ledger_and_reason() -> None:
    """ "3 rows wait for Ledger.xlsx", and which."""
    group = Waiting(ledger="Ledger.xlsx", names=("a.jpg", "b.jpg", "c.jpg"), reason=OPEN)
    (said,) = sentences_of_waiting(status(waiting=(group,)))
    assert str(said) == "3 rows wait for Ledger.xlsx: The workbook Ledger.xlsx is open. (a.jpg, b.jpg, c.jpg)"


def test_a_long_list_of_names_is_cut_visibly() -> None:
    """The count is right, the names end in an ellipsis."""
    names = tuple(f"{number}.jpg" for number in range(NAMES_SHOWN + 30))
    (said,) = sentences_of_waiting(status(waiting=(Waiting(ledger="", names=names, reason=OPEN),)))
    assert str(said).startswith(f"{NAMES_SHOWN + 30} scans wait")
    assert str(said).endswith("…)")


def test_folders_and_held_scans_are_among_what_waits() -> None:
    """What is away, what is not complete, what a person must decide."""
    said = [str(each) for each in sentences_of_waiting(status(daemon=DAEMON, held={"/old": 300}))]
    assert said == [
        "Away.",
        "a.jpg ends early.",
        "/scans: files that are not complete yet: 1.",
        (
            "300 scans lay in /old when it was first watched. Read them: ocrwatch accept. Leave them alone: "
            "ocrwatch accept --skip"
        ),
    ]


def test_one_word_says_how_it_stands() -> None:
    """Stopped, paused, waiting, working, attention, idle: the first that holds."""
    group = Waiting(ledger="", names=("a.jpg",), reason=OPEN)
    assert status(running=False, to_read=1).state == "stopped"
    assert status(daemon=DAEMON).state == "paused"
    assert status(waiting=(group,), to_read=1).state == "waiting"
    assert status(to_read=1).state == "working"
    assert status(held={"/old": 300}).state == "attention"
    assert status().state == "idle"


def test_json_has_sentences_in_the_users_language() -> None:
    """Names are stable; messages are rendered."""
    group = Waiting(ledger="Ledger.xlsx", names=("a.jpg",), reason=OPEN)
    data = json.loads(status_to_json(status(daemon=DAEMON, waiting=(group,)), lambda said: str(said).upper()))
    assert data["waiting"] == [
        {"ledger": "Ledger.xlsx", "documents": 1, "names": ["a.jpg"], "reason": "THE WORKBOOK LEDGER.XLSX IS OPEN."}
    ]
    assert data["folders"][0]["not_ready"] == ["A.JPG ENDS EARLY."]
    assert data["pause"] == {"by_user": False, "reason": "NO CREDIT."}
    assert data["state"] == "paused"
