"""The commands and their exit statuses, with the installed program."""

from __future__ import annotations

import json
import os
import signal
import time
import tomllib
from pathlib import Path

import pytest
from openpyxl import load_workbook

from ocrwatch.journal import Journal
from ocrwatch.samples import profile_of_sample, sample_files
from tests.endpoint_replies import bad_key, moderated
from tests.endpoint_server import EndpointServer, answering, completion, fenced
from tests.pictures import drop, receipts_of, truth_of
from tests.program import Program
from tests.waiting import wait_until

PICTURES = receipts_of(3)
TRUTH = truth_of(PICTURES)


def test_a_failed_scan_is_named_explained_and_retried(tmp_path: Path) -> None:
    """Exit status 1 and the reason; `why` tells it; after `retry` the row is there and the exit status 0."""
    with EndpointServer(lambda asked: moderated()) as server:
        program = Program(tmp_path, base_url=server.base_url)
        drop(program.inbox, {"a.jpg": PICTURES["scan000.jpg"]})
        said = program.once(expect=1)
        assert "a.jpg" in said
        assert program.filed(program.failed) == ["a.jpg", "a.jpg.reason.txt"]
        assert "It failed." in program.run("why", "a.jpg").stdout
        assert program.run("retry", "unknown.jpg").returncode == 1
        server.respond = answering(TRUTH, 0.0)
        assert "To be read again: 1" in program.run("retry").stdout
        program.once()
    assert len(program.rows()) == 1
    assert program.filed() == ["a.jpg"]
    assert program.filed(program.failed) == []


def test_a_refused_key_pauses_everything_visibly(tmp_path: Path) -> None:
    """Exit status 4 with each scan's name and the reason; nothing fails; with a good key all is read."""
    key_file = tmp_path / "key"
    key_file.write_text("wrong")
    with EndpointServer(answering(TRUTH, 0.0), key="right") as server:
        program = Program(tmp_path / "p", base_url=server.base_url, concurrency=1)
        text = program.config.read_text()
        program.config.write_text(text.replace("[endpoint]", f"[endpoint]\napi_key_file = {json.dumps(str(key_file))}"))
        drop(program.inbox, PICTURES)
        said = program.once(expect=4)
        assert all(name in said for name in PICTURES)
        assert "wrong" not in said + program.log()
        assert program.filed(program.failed) == []
        key_file.write_text("right")
        program.once()
    assert len(program.rows()) == 3


def test_a_running_daemon_takes_orders(tmp_path: Path) -> None:
    """Pause, resume and stop reach it; a second one is refused with exit status 3."""
    with EndpointServer(answering(TRUTH, 0.0)) as server:
        program = Program(tmp_path, base_url=server.base_url)
        daemon = program.start()
        wait_until(lambda: program.status()["state"] == "idle")
        assert program.run("run", "--once").returncode == 3
        program.run("pause")
        wait_until(lambda: program.status()["state"] == "paused")
        drop(program.inbox, PICTURES)
        wait_until(lambda: program.status()["to_read"] == 3)
        assert server.asked == []
        program.run("resume")
        wait_until(lambda: len(program.filed()) == 3 and not program.left())
        assert program.run("stop").returncode == 0
        assert daemon.wait(20) == 0
    assert "not running" in program.run("stop").stdout


def test_rows_wait_while_the_workbook_is_open_and_land_when_it_closes(tmp_path: Path) -> None:
    """The status says how many rows wait for which workbook; closing it is enough."""
    with EndpointServer(answering(TRUTH, 0.0)) as server:
        program = Program(tmp_path, base_url=server.base_url)
        lock = program.ledger.with_name(f".~lock.{program.ledger.name}#")
        lock.write_text(",anna,PC-ANNA,24.11.2026 10:00,file:///home/anna;")
        with program.running():
            drop(program.inbox, PICTURES)
            wait_until(lambda: program.status()["to_record"] == 3)
            said = program.run("status")
            assert "3 rows wait for Ledger.xlsx" in said.stderr
            assert "anna" in said.stderr
            assert not program.ledger.exists()
            lock.unlink()
            wait_until(lambda: len(program.filed()) == 3 and not program.left())
    assert len(program.rows()) == 3
    assert len(server.asked) == 3


def test_many_files_that_lay_there_wait_for_a_decision(tmp_path: Path) -> None:
    """More than 200 in a newly watched folder: exit status 4 and nothing sent; `accept` reads them."""
    pictures = receipts_of(201)
    with EndpointServer(answering(truth_of(pictures), 0.0)) as server:
        program = Program(tmp_path, base_url=server.base_url)
        drop(program.inbox, pictures)
        assert "ocrwatch accept" in program.once(expect=4)
        assert server.asked == []
        assert "To be read: 201" in program.run("accept").stdout
        program.once()
    assert len(program.rows()) == 201


def test_a_typo_in_the_configuration_ends_it_with_a_suggestion(tmp_path: Path) -> None:
    """Exit status 2; line, key and what was meant."""
    program = Program(tmp_path)
    program.config.write_text(program.config.read_text().replace("settle_seconds", "setle_seconds"))
    finished = program.run("run", "--once")
    assert finished.returncode == 2
    assert "setle_seconds" in finished.stderr
    assert "settle_seconds" in finished.stderr
    assert "Traceback" not in finished.stderr


def test_read_prints_and_records_nothing(tmp_path: Path) -> None:
    """The fields as JSON; no workbook, no move, no journal entry."""
    with EndpointServer(answering(TRUTH, 0.0)) as server:
        program = Program(tmp_path, base_url=server.base_url)
        scan = tmp_path / "a.jpg"
        scan.write_bytes(PICTURES["scan001.jpg"])
        finished = program.run("read", str(scan), "--json")
        assert finished.returncode == 0, finished.stderr
        (result,) = json.loads(finished.stdout)
        assert result["rows"][0]["fields"]["total"] == "1.50"
        assert program.run("read", str(tmp_path / "missing.jpg")).returncode == 1
    assert scan.exists()
    assert not program.ledger.exists()
    assert program.status()["done"] == 0


def test_a_link_is_read_as_it_is(tmp_path: Path) -> None:
    """`read https://…` sends the URL itself."""

    with EndpointServer(lambda asked: completion(fenced({"total": "7.00"}))) as server:
        program = Program(tmp_path, base_url=server.base_url, fields=("total",))
        finished = program.run("read", "https://example.org/a.jpg", "--json")
    (asked,) = server.asked
    assert asked.image_urls == ("https://example.org/a.jpg",)
    assert json.loads(finished.stdout)[0]["rows"][0]["fields"] == {"total": "7.00"}


def test_a_damaged_journal_is_kept_and_rebuilt_from_workbook_and_folders(tmp_path: Path) -> None:
    """Nothing is read twice and no row doubled; a scan that was not read yet is read."""
    with EndpointServer(answering(TRUTH, 0.0)) as server:
        program = Program(tmp_path, base_url=server.base_url)
        drop(program.inbox, dict(list(PICTURES.items())[:2]))
        program.once()
        (program.state / "journal.sqlite").write_bytes(b"this is no database" * 1000)
        for beside in program.state.glob("journal.sqlite-*"):
            beside.unlink()
        drop(program.inbox, {**PICTURES, "again.jpg": PICTURES["scan000.jpg"]})
        program.once()
        assert len(server.asked) == 3
    assert len(program.rows()) == 3
    assert len(list(program.state.glob("journal.damaged-*.sqlite"))) == 1
    assert program.left() == []


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_a_termination_ends_the_daemon_in_order_and_leaves_no_child(tmp_path: Path) -> None:
    """SIGTERM while scans are read: exit status 0 soon, no orphan, and the next start finishes the work."""
    import psutil

    with EndpointServer(answering(TRUTH, 0.5)) as server:
        program = Program(tmp_path, base_url=server.base_url, concurrency=1)
        drop(program.inbox, PICTURES)
        daemon = program.start()
        wait_until(lambda: len(server.asked) >= 1)
        children = psutil.Process(daemon.pid).children(recursive=True)
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(20) == 0
        wait_until(lambda: not any(child.is_running() for child in children))
        program.once()
    assert len(program.rows()) == 3
    assert len(server.asked) == 3


def test_the_first_run_without_a_configuration_makes_a_folder_and_works(tmp_path: Path) -> None:
    """`~/OCRWatch/Receipts` is there, and it is said that no picture leaves this computer."""
    pytest.importorskip("rapidocr")
    program = Program(tmp_path)
    environment = {name: value for name, value in program.environment.items() if name != "OCRWATCH_CONFIG"}
    environment["XDG_STATE_HOME"] = str(tmp_path / "xdg-state")
    environment["XDG_CONFIG_HOME"] = str(tmp_path / "xdg-config")
    finished = program.run("run", "--once", environment=environment)
    assert finished.returncode == 0, finished.stderr
    assert (program.home / "OCRWatch" / "Receipts").is_dir()
    assert "none leaves it" in finished.stdout


def test_init_writes_a_configuration_once(tmp_path: Path) -> None:
    """Silent with --yes; what it wrote is loaded; a second time it refuses."""
    program = Program(tmp_path)
    target = tmp_path / "new" / "config.toml"
    arguments = ("--config", str(target), "--yes", "--folder", str(tmp_path / "Scans"), "--profile", "invoice")
    assert program.run("init", *arguments).returncode == 0
    assert (tmp_path / "Scans").is_dir()
    assert "invoice" in program.run("config", "show", "--config", str(target)).stdout
    again = program.run("init", *arguments)
    assert again.returncode == 2
    assert "already" in again.stderr


def test_the_doctor_says_what_is_wrong(tmp_path: Path) -> None:
    """All well with a service that answers; a refused key is a thing to mend."""
    with EndpointServer(lambda asked: bad_key()) as server:
        program = Program(tmp_path, base_url=server.base_url)
        well = program.run("doctor")
        assert well.returncode == 0, well.stdout
        server.key = "right"
        ill = program.run("doctor")
    assert ill.returncode == 1
    assert "✗" in ill.stdout


def test_a_lock_that_proves_nothing_is_removed_on_a_persons_word(tmp_path: Path) -> None:
    """`ledger unlock`: the rows that waited land at once."""
    with EndpointServer(answering(TRUTH, 0.0)) as server:
        program = Program(tmp_path, base_url=server.base_url)
        program.ledger.with_name(f"~${program.ledger.name}").write_bytes(b"\x04anna" + b" " * 160)
        with program.running():
            drop(program.inbox, PICTURES)
            wait_until(lambda: program.status()["to_record"] == 3)
            assert "removed" not in program.run("ledger", "unlock", stdin="n\n").stdout
            assert "removed" in program.run("ledger", "unlock", stdin="y\n").stdout
            wait_until(lambda: len(program.filed()) == 3 and not program.left())
        assert "not locked" in program.run("ledger", "unlock").stdout
    assert len(program.rows()) == 3
    journal = Journal(program.state, time.time)
    (opening,) = journal.openings.of(program.ledger.resolve())
    journal.close()
    assert (opening.program, opening.ended_at) == ("Excel", None), "who had it open may have it open still"


@pytest.mark.long
def test_what_a_person_changed_is_noticed_without_being_asked_for(tmp_path: Path) -> None:
    """The daemon looks at the ledger by itself: `status --json` and `why` tell, once the workbook is left alone."""
    with EndpointServer(answering(TRUTH, 0.0)) as server:
        program = Program(tmp_path, base_url=server.base_url)
        drop(program.inbox, PICTURES)
        program.once()
        book = load_workbook(program.ledger)
        book["Scans"].cell(2, 1, "Anna's shop")
        book["Scans"].delete_rows(3)
        book.save(program.ledger)
        with program.running():
            wait_until(lambda: program.status()["corrections"] == 1, seconds=90)
            assert program.status()["rows_gone"] == 1
            assert program.status()["state"] == "idle"
    said = "".join(program.run("why", path.name).stdout for path in program.done.iterdir())
    assert "Anna's shop" in said
    assert "deleted from the spreadsheet by hand" in said


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_a_run_that_was_cut_short_says_what_is_left(tmp_path: Path) -> None:
    """`run --once`, stopped in the middle: exit status 4, not 0."""
    pictures = receipts_of(12)
    with EndpointServer(answering(truth_of(pictures), 0.3)) as server:
        program = Program(tmp_path, base_url=server.base_url, concurrency=1)
        drop(program.inbox, pictures)
        daemon = program.start("--once")
        wait_until(lambda: len(server.asked) >= 2)
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(20) == 4
        program.once()
    assert len(program.rows()) == 12


def test_a_damaged_journal_asks_nobody_about_what_lay_there(tmp_path: Path) -> None:
    """`existing = "skip"`: scans that waited when the journal was damaged are read, not skipped."""
    pictures = receipts_of(3)
    with EndpointServer(answering(truth_of(pictures), 0.0)) as server:
        program = Program(tmp_path, base_url=server.base_url, more="existing = 'skip'")
        program.once()
        program.run("pause")
        drop(program.inbox, pictures)
        program.once(expect=4)
        (program.state / "journal.sqlite").write_bytes(b"damaged" * 3000)
        for beside in program.state.glob("journal.sqlite-*"):
            beside.unlink()
        assert program.run("status").returncode == 2, "a command does not set a journal aside"
        program.once()
    assert len(program.rows()) == 3


def test_a_damaged_journal_keeps_the_links_of_rows_whose_scans_were_not_filed_yet(tmp_path: Path) -> None:
    """The name that was reserved for the lost journal is the one that the scan gets."""
    pictures = receipts_of(1)
    with EndpointServer(answering(truth_of(pictures), 0.0)) as server:
        program = Program(tmp_path, base_url=server.base_url)
        drop(program.inbox, pictures)
        program.once()
        filed = program.done / "scan000.jpg"
        filed.replace(program.inbox / "scan000.jpg")
        filed.write_bytes(f"ocrwatch {next(iter(truth_of(pictures)))[:16]} 1\n".encode())
        (program.state / "journal.sqlite").write_bytes(b"damaged" * 3000)
        program.once()
        assert len(server.asked) == 1
    assert program.filed() == ["scan000.jpg"]
    assert filed.read_bytes() == pictures["scan000.jpg"]
    assert len(program.rows()) == 1


def test_init_asks_for_what_matters(tmp_path: Path) -> None:
    """The kind, the folder, the spreadsheet, who reads, what lies there already; then a picture is tried."""
    pytest.importorskip("rapidocr")
    program = Program(tmp_path)
    target = tmp_path / "new" / "config.toml"
    scans = tmp_path / "My Scans"
    scans.mkdir()
    picture = next(file for file in sample_files() if profile_of_sample(file) == "receipt")
    (scans / "one.jpg").touch()
    answers = ["1", f"'{scans}'", str(tmp_path / "L"), "1", "2", "/not/there.jpg", f'"{picture}"', "", "n"]
    asked = program.run("init", "--config", str(target), stdin="".join(f"{answer}\n" for answer in answers))
    assert asked.returncode == 0, asked.stderr
    assert "already: 1" in asked.stdout
    assert "there.jpg" in asked.stderr
    assert "28.14" in asked.stdout
    made = tomllib.loads(target.read_text(encoding="utf-8"))["inbox"]
    assert made == [
        {"folder": str(scans), "profile": "receipt", "ledger": str(tmp_path / "L.xlsx"), "existing": "skip"}
    ]


def test_who_leaves_init_at_its_offers_has_a_configuration(tmp_path: Path) -> None:
    """The end of the input, or Ctrl+C, where a picture could be tried: what was set up is told all the same."""
    program = Program(tmp_path)
    target = tmp_path / "new" / "config.toml"
    answers = ["1", str(tmp_path / "Scans"), str(tmp_path / "L.xlsx"), "1"]
    left = program.run("init", "--config", str(target), stdin="".join(f"{answer}\n" for answer in answers))
    assert left.returncode == 0, left.stderr
    assert f"Written: {target}" in left.stdout
