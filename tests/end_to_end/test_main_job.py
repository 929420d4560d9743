"""The main job with the installed program: scans in a folder become rows in a workbook."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections import Counter
from pathlib import Path

from tests.endpoint_server import EndpointServer, answering
from tests.pictures import drop, receipts_of, truth_of
from tests.program import OWN_COLUMNS, Program
from tests.waiting import wait_until

FIELDS = ("company", "date", "address", "total")


def test_real_receipts_become_rows_equal_to_their_truth(tmp_path: Path, receipts: Path) -> None:
    """Every row equals the ground truth, every file is in done, each receipt is billed once."""
    truth = {}
    scans = sorted(receipts.glob("*.jpg"))
    for scan in scans:
        truth[hashlib.sha256(scan.read_bytes()).hexdigest()] = json.loads(scan.with_suffix(".json").read_text())
    with EndpointServer(answering(truth, delay_seconds=0.02)) as server:
        program = Program(tmp_path, base_url=server.base_url)
        for scan in scans:
            (program.inbox / scan.name).write_bytes(scan.read_bytes())
        program.once()
        assert server.violations == []
        assert Counter(digest for asked in server.asked for digest in asked.digests) == dict.fromkeys(truth, 1)
    rows = {str(row["Document ID"]): row for row in program.rows()}
    assert list(next(iter(rows.values()))) == [*FIELDS, *OWN_COLUMNS]
    assert rows.keys() == {digest[:16] for digest in truth}
    for digest, fields in truth.items():
        assert {name: rows[digest[:16]][name] or "" for name in FIELDS} == fields
    assert program.filed() == [scan.name for scan in scans]
    assert program.left() == []


def test_what_lies_there_what_comes_in_a_burst_and_what_comes_slowly_is_taken_once(tmp_path: Path) -> None:
    """Files before the start, 500 at once, and one copied in pieces with pauses: one row each."""
    before, burst = receipts_of(20), receipts_of(500, first=20)
    (slow,) = receipts_of(1, first=900).values()
    pictures = {**before, **burst, "slow.jpg": slow}
    truth = truth_of(pictures)
    with EndpointServer(answering(truth, delay_seconds=0.0)) as server:
        program = Program(tmp_path, base_url=server.base_url)
        drop(program.inbox, before)
        with program.running():
            wait_until(lambda: len(program.filed()) == 20 and not program.left(), seconds=30)
            feeding = threading.Thread(target=_copy_slowly, args=(slow, program.inbox / "slow.jpg"))
            feeding.start()
            drop(program.inbox, burst)
            wait_until(lambda: len(program.filed()) == 521 and not program.left(), seconds=90, step_seconds=0.2)
            feeding.join()
        assert Counter(digest for asked in server.asked for digest in asked.digests) == dict.fromkeys(truth, 1)
    assert Counter(str(row["Document ID"]) for row in program.rows()) == {digest[:16]: 1 for digest in truth}
    assert program.left() == []


def _copy_slowly(data: bytes, path: Path) -> None:
    """Pauses longer than the settle time."""
    pause = threading.Event()
    with path.open("wb") as file:
        for start in range(0, len(data), 1 + len(data) // 6):
            file.write(data[start : start + 1 + len(data) // 6])
            file.flush()
            pause.wait(0.35)


def test_subfolders_become_the_column_folder_and_are_kept_below_done(tmp_path: Path) -> None:
    """A recursive inbox: the person's or project's folder stands in the row and in done."""
    pictures = receipts_of(2)
    with EndpointServer(answering(truth_of(pictures), 0.0)) as server:
        program = Program(tmp_path, base_url=server.base_url, more="recursive = true")
        (program.inbox / "Anna" / "May").mkdir(parents=True)
        drop(program.inbox / "Anna" / "May", dict([*pictures.items()][:1]))
        drop(program.inbox, dict([*pictures.items()][1:]))
        program.once()
    rows = program.rows()
    assert list(rows[0]) == [*FIELDS, "Folder", *OWN_COLUMNS]
    assert {row["Folder"] for row in rows} == {None, "Anna/May"}
    assert (program.done / "Anna" / "May" / "scan000.jpg").exists()
    assert (program.done / "scan001.jpg").exists()


def test_scans_can_stay_where_they_are(tmp_path: Path) -> None:
    """`after = "keep"`: a row each, linked to where the scan lies, once and for all."""
    pictures = receipts_of(2)
    with EndpointServer(answering(truth_of(pictures), 0.0)) as server:
        program = Program(tmp_path, base_url=server.base_url, more="after = 'keep'")
        drop(program.inbox, pictures)
        program.once()
        program.once()
        assert len(server.asked) == 2
    assert program.left() == sorted(pictures)
    assert len(program.rows()) == 2
    assert all("in/scan" in str(row["File"]) for row in program.rows())


def test_scans_are_filed_by_month(tmp_path: Path) -> None:
    """`done = "done/{year}-{month}"`."""
    pictures = receipts_of(1)
    with EndpointServer(answering(truth_of(pictures), 0.0)) as server:
        program = Program(tmp_path, base_url=server.base_url, more="done = 'done/{year}-{month}'")
        drop(program.inbox, pictures)
        program.once()
        program.once()
    (month,) = program.done.iterdir()
    assert re.fullmatch(r"\d{4}-\d{2}", month.name)
    assert (month / "scan000.jpg").exists()
