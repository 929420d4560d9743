"""The menu as data."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from ocrwatch.desktop.look import look_of
from ocrwatch.desktop.menu import (
    FAILURES_SHOWN,
    HOUR_SECONDS,
    DecideHeld,
    Failure,
    Offers,
    OpenFolder,
    OpenLedger,
    OpenLog,
    OpenSettings,
    PauseReading,
    Quit,
    ReadFile,
    ResumeReading,
    RetryAll,
    Separator,
    ShowFile,
    StartAtLogin,
    Watched,
)
from ocrwatch.messages import message
from tests.unit.desktop.seeing import (
    FAILURE,
    OFFERS,
    RECEIPTS,
    TICKETS,
    daemon,
    halted,
    item,
    items,
    paused,
    seen,
    status,
)


def test_one_folder_needs_no_submenus() -> None:
    """Spreadsheet, folder and file stand in the first level, each with what it does."""
    menu = look_of(seen()).menu
    assert item(menu, "Open spreadsheet: Ledger.xlsx").action == OpenLedger(RECEIPTS.ledger)
    assert item(menu, "Open watched folder: Receipts").action == OpenFolder(RECEIPTS.folder)
    assert item(menu, "Read a file…").action == ReadFile(RECEIPTS.folder)
    assert [entry for entry in items(menu) if entry.entries] == [item(menu, "About")]


def test_several_folders_and_spreadsheets_have_submenus() -> None:
    """One entry for each; a spreadsheet that two folders share stands there once."""
    third = Watched(folder=Path("/other/Receipts"), ledger=RECEIPTS.ledger)
    menu = look_of(seen(watched=(RECEIPTS, TICKETS, third))).menu
    below = {
        str(entry.text): entry.action for entry in item(menu, "Open spreadsheet").entries if hasattr(entry, "text")
    }
    assert below == {"Ledger.xlsx": OpenLedger(RECEIPTS.ledger), "Tickets.xlsx": OpenLedger(TICKETS.ledger)}
    folders = [str(entry.text) for entry in items(item(menu, "Open watched folder").entries)]
    assert folders == ["scans/Receipts", "Tickets", "other/Receipts"]
    into = [(str(entry.text), entry.action) for entry in items(item(menu, "Read a file").entries)]
    assert into[1] == ("Into Tickets…", ReadFile(TICKETS.folder))


def test_failed_scans_are_listed_with_their_reasons() -> None:
    """The newest, each shows its file; all can be read again; without any there is no such entry."""
    named = Failure(path=Path("/f/b.jpg"), reason=message("{name} is broken.", name="b.jpg"))
    many = (FAILURE, named, *[FAILURE] * 20)
    menu = look_of(seen(failures=many, failed=31)).menu
    failed = item(menu, "Failed (31)")
    shown = [entry for entry in items(failed.entries) if isinstance(entry.action, ShowFile)]
    assert [str(entry.text) for entry in shown[:2]] == ["a.jpg: It is blank.", "b.jpg is broken."]
    assert shown[1].action == ShowFile(named.path)
    assert len(shown) == FAILURES_SHOWN
    assert item(failed.entries, "Read all of them again").action == RetryAll()
    assert not any(str(entry.text).startswith("Failed") for entry in items(look_of(seen()).menu))


def test_pausing_is_offered_or_its_end() -> None:
    """Two ways to pause while nothing does; one to resume in any pause."""
    menu = look_of(seen()).menu
    assert item(menu, "Pause for 1 hour").action == PauseReading(HOUR_SECONDS)
    assert item(menu, "Pause until I resume").action == PauseReading(None)
    for pause in (paused(), halted()):
        entries = items(look_of(seen(status(daemon=daemon(pause=pause)))).menu)
        actions = [entry.action for entry in entries]
        assert ResumeReading() in actions
        assert not any(isinstance(action, PauseReading) for action in actions)


def test_held_scans_are_decided_on_in_the_menu() -> None:
    """Read them, or leave them alone; only where there are any."""
    held = item(look_of(seen(status(held={"/a": 200, "/b": 101}))).menu, "Scans that lay there before (301)")
    assert [entry.action for entry in items(held.entries)] == [DecideHeld(read=True), DecideHeld(read=False)]
    assert not any(isinstance(entry.action, DecideHeld) for entry in items(look_of(seen()).menu))


def test_the_tick_of_start_at_login_is_true_and_its_click_turns_it() -> None:
    """Where that cannot be told, the entry is left out."""
    for starts in (True, False):
        entry = item(look_of(seen(offers=replace(OFFERS, starts_at_login=starts))).menu, "Start at login")
        assert (entry.checked, entry.action) == (starts, StartAtLogin(not starts))
    entries = items(look_of(seen(offers=Offers(version="1"))).menu)
    assert not any(isinstance(entry.action, StartAtLogin | OpenSettings) for entry in entries)


def test_the_menu_ends_with_the_program_itself() -> None:
    """Settings, log, about (version, licence, where pictures go), quit."""
    menu = look_of(seen()).menu
    assert item(menu, "Settings…").action == OpenSettings()
    assert item(menu, "Log").action == OpenLog()
    assert [str(entry.text) for entry in items(item(menu, "About").entries)] == [
        "ocrwatch 9.9",
        "MIT licence",
        "Pictures are sent to ocr.example to be read.",
    ]
    assert menu[-1].action == Quit()  # type: ignore[union-attr]


def test_what_cannot_be_clicked_is_not_enabled_and_separators_part() -> None:
    """Lines of text are grey; no two separators meet, none stands at an end."""
    menu = look_of(seen(status(held={"/a": 300}), failures=(FAILURE,), failed=1)).menu
    assert all(entry.is_enabled == (entry.action is not None or bool(entry.entries)) for entry in items(menu))
    assert not item(menu, "Something wants").is_enabled
    apart = [isinstance(entry, Separator) for entry in menu]
    assert not apart[0]
    assert not apart[-1]
    assert not any(one and other for one, other in pairwise(apart))
