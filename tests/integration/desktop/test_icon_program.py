"""The installed program with its icon on D-Bus: a panel reads its menu and clicks every entry; each does what it says."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from psutil import Process

from tests.desktop import Opened, daemon, need
from tests.desktop_bus import NoticeBoard, Panel, Portal, session_bus
from tests.endpoint_replies import moderated
from tests.endpoint_server import EndpointServer, answering
from tests.pictures import drop, jpeg, receipts_of, truth_of
from tests.program import Program
from tests.waiting import wait_until

PICTURES = receipts_of(3)
TRUTH = truth_of(PICTURES)
IMPATIENT = "give_up_seconds = 1"


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    need("dbus-daemon")
    with session_bus(tmp_path) as found:
        yield found


@pytest.fixture
def server() -> Iterator[EndpointServer]:
    with EndpointServer(answering(TRUTH, 0.0)) as running:
        yield running


def test_the_icon_follows_the_line_from_idle_to_pause_to_failure(
    tmp_path: Path, address: str, server: EndpointServer
) -> None:
    """Each state has its own picture and its own words; a scan's row is there when the icon is idle again."""
    from ocrwatch.desktop.look import State
    from ocrwatch.desktop.status_interface import pixmap

    program = Program(tmp_path / "p", base_url=server.base_url, more=IMPATIENT)

    def is_shown(state: State) -> bool:
        return panel.pixmap(24) == pixmap(state, 24, 0)[2]

    with Panel(address) as panel, daemon(program, address):
        wait_until(lambda: is_shown(State.IDLE))
        assert "1 folder is watched." in panel.tooltip()
        assert "Pictures are sent to 127.0.0.1 to be read." in panel.tooltip()
        panel.click("Pause until I resume")
        wait_until(lambda: is_shown(State.PAUSED))
        assert panel.labels()[0] == "You have paused reading."
        drop(program.inbox, PICTURES)
        wait_until(lambda: "Scans that wait: 3." in panel.tooltip())
        panel.click("Resume reading")
        wait_until(lambda: len(program.filed()) == 3)
        wait_until(lambda: is_shown(State.IDLE))
        (program.inbox / "broken_scan.jpg").write_bytes(b"no picture at all, and long enough to be told so")
        wait_until(lambda: is_shown(State.ATTENTION), seconds=30)
        assert "Scans that could not be read: 1." in panel.tooltip()
    assert len(program.rows()) == 3


def test_every_entry_that_opens_something_opens_it(tmp_path: Path, address: str, server: EndpointServer) -> None:
    """Spreadsheet, folder, failed scan, settings and log come up in the programs the system has for them."""
    need("xdg-open")
    program = Program(tmp_path / "home of 李雷", base_url=server.base_url, more=IMPATIENT)
    opened = Opened(program, tmp_path)
    with Panel(address) as panel, daemon(program, address):
        drop(program.inbox, PICTURES)
        (program.inbox / "broken_scan.jpg").write_bytes(b"no picture at all, and long enough to be told so")
        wait_until(lambda: len(program.filed()) == 3 and bool(program.filed(program.failed)), seconds=30)
        panel.click("Open spreadsheet: Ledger.xlsx")
        opened.wait_for(program.ledger)
        panel.click("Open watched folder: in")
        opened.wait_for(program.inbox)
        wait_until(lambda: any(label.startswith("Failed (1)") for label in panel.labels()))
        panel.click("Failed (1)", "broken_scan.jpg")
        opened.wait_for(program.failed)
        panel.click("Log")
        opened.wait_for(program.state / "logs" / "ocrwatch.log")
        version, licence, where = (entry.label for entry in panel.find("About").below)
        assert version.startswith("ocrwatch ")
        assert licence == "MIT licence"
        assert where == "Pictures are sent to 127.0.0.1 to be read."


def test_settings_are_shown_in_the_browser_by_a_process_of_their_own(
    tmp_path: Path, address: str, server: EndpointServer
) -> None:
    """The browser gets an address of this computer; the daemon works on meanwhile."""
    program = Program(tmp_path / "p", base_url=server.base_url)
    opened = Opened(program, tmp_path)
    with Panel(address) as panel, daemon(program, address, BROWSER=str(opened.recorder)) as running:
        panel.click("Settings…")
        wait_until(lambda: bool(opened.lines()), seconds=60)
        assert opened.lines()[0].startswith("http://127.0.0.1:")
        (pages,) = (each for each in Process(running.pid).children() if "settings" in each.cmdline())
        pages.terminate()
        drop(program.inbox, PICTURES)
        wait_until(lambda: len(program.filed()) == 3, seconds=30)


def test_start_at_login_has_a_tick_that_is_true(tmp_path: Path, address: str, server: EndpointServer) -> None:
    """The first click makes the entry that the desktop starts at login, the second takes it away."""
    program = Program(tmp_path / "p", base_url=server.base_url)
    entries = program.home / ".config" / "autostart"
    with Panel(address) as panel, daemon(program, address):
        assert panel.find("Start at login").ticked is False
        panel.click("Start at login")
        wait_until(lambda: panel.find("Start at login").ticked is True)
        assert len(list(entries.glob("*.desktop"))) == 1
        panel.click("Start at login")
        wait_until(lambda: panel.find("Start at login").ticked is False)
        assert list(entries.glob("*.desktop")) == []


def test_failed_scans_are_read_again_on_a_click(tmp_path: Path, address: str, server: EndpointServer) -> None:
    """Once the service takes the picture its row lands, and the icon has nothing to say any more."""
    server.respond = lambda _: moderated()
    program = Program(tmp_path / "p", base_url=server.base_url)
    with Panel(address) as panel, daemon(program, address):
        drop(program.inbox, {"scan_000.jpg": PICTURES["scan000.jpg"]})
        wait_until(lambda: any(label.startswith("Failed (1)") for label in panel.labels()), seconds=30)
        assert "scan_000.jpg" in panel.find("Failed (1)").below[0].label
        server.respond = answering(TRUTH, 0.0)
        panel.click("Failed (1)", "Read all of them again")
        wait_until(lambda: not any(label.startswith("Failed") for label in panel.labels()), seconds=30)
    assert len(program.rows()) == 1


def test_a_chosen_file_is_copied_into_the_folder_and_its_row_comes(
    tmp_path: Path, address: str, server: EndpointServer
) -> None:
    """The person's own file stays where it is; a person who cancels changes nothing."""
    program = Program(tmp_path / "p", base_url=server.base_url)
    mine = tmp_path / "my photo 照片.jpg"
    mine.write_bytes(PICTURES["scan001.jpg"])
    with Panel(address) as panel, daemon(program, address):
        with Portal(address, None) as portal:
            panel.click("Read a file…")
            wait_until(lambda: len(portal.titles) == 1)
        with Portal(address, [mine]) as portal:
            panel.click("Read a file…")
            wait_until(lambda: program.filed() == [mine.name], seconds=30)
    assert mine.exists()
    assert [row["total"] for row in program.rows()] == ["1.50"]


def test_pausing_for_an_hour_says_until_when(tmp_path: Path, address: str, server: EndpointServer) -> None:
    """The menu names the hour, and offers to go on."""
    program = Program(tmp_path / "p", base_url=server.base_url)
    with Panel(address) as panel, daemon(program, address):
        panel.click("Pause for 1 hour")
        wait_until(lambda: panel.labels()[0].startswith("You have paused reading until "))
        assert not any(label.startswith("Pause") for label in panel.labels())
        panel.click("Resume reading")
        wait_until(lambda: panel.labels()[0].startswith("1 folder is watched."))


def test_held_scans_are_read_or_left_alone_on_a_click(tmp_path: Path, address: str, server: EndpointServer) -> None:
    """The many files that lay there first are a person's decision, and the menu takes it."""
    program = Program(tmp_path / "p", base_url=server.base_url)
    for number in range(201):
        (program.inbox / f"old{number:03}.jpg").write_bytes(jpeg(f"old {number}", (20, 20)))
    with Panel(address) as panel, daemon(program, address):
        wait_until(lambda: any("lay there before (201)" in label for label in panel.labels()), seconds=30)
        panel.click("Scans that lay there before", "Leave them alone")
        wait_until(lambda: not any("lay there before" in label for label in panel.labels()))
    assert len(program.left()) == 201


def test_quit_ends_the_program_and_a_signal_does_too(tmp_path: Path, address: str, server: EndpointServer) -> None:
    """Exit status 0 both ways, and the icon is gone."""
    program = Program(tmp_path / "p", base_url=server.base_url)
    with Panel(address) as panel:
        with daemon(program, address) as running:
            panel.click("Quit")
            assert running.wait(20) == 0
        panel.items.clear()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            with daemon(program, address) as running:
                panel.item()
                running.send_signal(number)
                assert running.wait(20) == 0
            panel.items.clear()


def test_the_icon_returns_when_the_panel_died_and_came_back(
    tmp_path: Path, address: str, server: EndpointServer
) -> None:
    """Another panel on the same bus has the icon again, with its menu."""
    program = Program(tmp_path / "p", base_url=server.base_url)
    with daemon(program, address):
        with Panel(address) as first:
            assert "Quit" in first.labels()
        with Panel(address) as second:
            assert "Quit" in second.labels()


def test_a_bus_that_dies_does_not_end_the_daemon(tmp_path: Path, server: EndpointServer) -> None:
    """Scans are read as before; a signal still ends it in order."""
    need("dbus-daemon")
    program = Program(tmp_path / "p", base_url=server.base_url)
    with session_bus(tmp_path) as address:
        panel = Panel(address)
        running = daemon(program, address)
        running.__enter__()
        panel.item()
    drop(program.inbox, PICTURES)
    wait_until(lambda: len(program.filed()) == 3, seconds=30)
    running.__exit__(None, None, None)


def test_without_a_bus_the_daemon_runs_on_and_says_how_to_see_it(tmp_path: Path, server: EndpointServer) -> None:
    """A server has no desktop: one sentence, and the work is done."""
    program = Program(tmp_path / "p", base_url=server.base_url)
    with daemon(program, "unix:path=/nowhere/bus") as running:
        drop(program.inbox, PICTURES)
        wait_until(lambda: len(program.filed()) == 3, seconds=30)
        running.send_signal(signal.SIGTERM)
        assert running.stdout is not None
        assert running.stdout.read().count("ocrwatch status") == 1


def test_what_is_gone_is_told_and_the_next_best_is_offered(
    tmp_path: Path, address: str, server: EndpointServer
) -> None:
    """A spreadsheet that was deleted, a watched folder that was removed: a notice says so, a click opens what is there."""
    need("xdg-open")
    program = Program(tmp_path / "p", base_url=server.base_url)
    opened = Opened(program, tmp_path)
    with Panel(address) as panel, NoticeBoard(address) as board, daemon(program, address):
        panel.click("Open spreadsheet: Ledger.xlsx")
        wait_until(lambda: len(board.shown) == 1)
        assert board.shown[0][4].startswith("Ledger.xlsx is not there")
        board.click(1)
        opened.wait_for(program.ledger.parent)
        wait_until(lambda: any(folder["mode"] for folder in program.status()["folders"]))
        for path in program.inbox.iterdir():
            path.unlink()
        program.inbox.rmdir()
        panel.click("Open watched folder: in")
        wait_until(lambda: any(body[4].startswith("in is not there") for body in board.shown))


def test_a_backlog_is_one_notice_and_a_click_opens_the_spreadsheet(
    tmp_path: Path, address: str, server: EndpointServer
) -> None:
    """Three scans and a broken one: two notices, and none of what is turned off."""
    need("xdg-open")
    program = Program(tmp_path / "p", base_url=server.base_url, more=f"{IMPATIENT}\n[notifications]\npaused = false")
    opened = Opened(program, tmp_path)
    with NoticeBoard(address) as board, daemon(program, address):
        drop(program.inbox, PICTURES)
        (program.inbox / "broken & torn.jpg").write_bytes(b"no picture at all, and long enough to be told so")
        wait_until(lambda: len(board.shown) == 2, seconds=30)
        assert sorted(board.titles()) == ["3 scans were added to Ledger.xlsx", "broken & torn.jpg could not be read"]
        board.click(1 + board.titles().index("3 scans were added to Ledger.xlsx"))
        opened.wait_for(program.ledger)
    assert len(board.shown) == 2
