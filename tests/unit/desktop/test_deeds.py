"""What clicks do, where it needs no desktop."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ocrwatch.desktop.choosing import NoDialogue
from ocrwatch.desktop.deeds import Deeds, Doors, newest, take_in
from ocrwatch.desktop.menu import (
    Action,
    DecideHeld,
    OpenFolder,
    OpenLedger,
    OpenSettings,
    PauseReading,
    Quit,
    ReadFile,
    ResumeReading,
    RetryAll,
    ShowFile,
    StartAtLogin,
)
from ocrwatch.desktop.notices import Notice
from ocrwatch.errors import OcrwatchError
from ocrwatch.messages import message
from tests.pictures import jpeg


class Switch:
    """Start at login, for a desktop that refuses when told to."""

    def __init__(self) -> None:
        self.on = False
        self.refuses = False

    def is_on(self) -> bool:
        return self.on

    def turn_on(self) -> None:
        if self.refuses:
            raise PermissionError(13, "Permission denied")
        self.on = True

    def turn_off(self) -> None:
        self.on = False


class World:
    """Doors that keep what came through."""

    def __init__(self, folder: Path) -> None:
        self.heard: list[object] = []
        self.told: list[Notice] = []
        self.switch = Switch()
        self.choose: Callable[[str], tuple[Path, ...]] = lambda _: ()
        doors = Doors(
            ask=lambda verb, argument: self.heard.append((verb, argument)),
            decide=lambda read: self.heard.append(("decide", read)),
            failed=lambda: [7, 9],
            choose=lambda title: self.choose(title),
            tell=self.told.append,
            log_file=folder / "log",
            end=lambda: self.heard.append("end"),
            settings=lambda: self.heard.append("settings"),
            autostart=self.switch,
        )
        self.deeds = Deeds(doors, str)

    def do(self, action: Action) -> None:
        self.deeds.do(action)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.mark.parametrize(
    ("action", "heard"),
    [
        (PauseReading(3600.0), ("pause", "3600.0")),
        (PauseReading(None), ("pause", "")),
        (ResumeReading(), ("resume", "")),
        (RetryAll(), ("retry", "7 9")),
        (DecideHeld(read=True), ("decide", True)),
        (DecideHeld(read=False), ("decide", False)),
        (OpenSettings(), "settings"),
        (Quit(), "end"),
    ],
)
def test_what_concerns_the_line_reaches_it(world: World, action: Action, heard: object) -> None:
    """As one order, and nothing is told."""
    world.do(action)
    assert (world.heard, world.told) == ([heard], [])


def test_start_at_login_is_turned_and_a_refusal_is_told(world: World) -> None:
    """The switch is where the click put it; where the system refuses, a notice says so."""
    world.do(StartAtLogin(True))
    assert world.switch.on
    world.do(StartAtLogin(False))
    assert not world.switch.on
    world.switch.refuses = True
    world.do(StartAtLogin(True))
    assert [str(notice.text) for notice in world.told] == ["It could not be done: Permission denied."]


@pytest.mark.parametrize("action", [OpenLedger, OpenFolder, ShowFile])
def test_what_is_not_there_is_told_and_the_folder_above_is_offered(
    world: World, tmp_path: Path, action: Callable[[Path], Action]
) -> None:
    """A deleted spreadsheet, a removed folder, a failed scan that was taken out: each says so."""
    world.do(action(tmp_path / "gone" / "Ledger.xlsx"))
    (notice,) = world.told
    assert str(notice.text).startswith("Ledger.xlsx is not there any more")
    assert notice.action == OpenFolder(tmp_path)
    assert str(notice.offer) == "Open the folder"


def test_chosen_files_are_copied_over_no_other(world: World, tmp_path: Path) -> None:
    """Two of one name, and one that lies there: three files, each with its own bytes."""
    folder, one, other = tmp_path / "in", tmp_path / "1", tmp_path / "2"
    for place in (folder, one, other):
        place.mkdir()
    pictures = [jpeg("there"), jpeg("one"), jpeg("other")]
    for place, picture in zip((folder, one, other), pictures, strict=True):
        (place / "a.jpg").write_bytes(picture)
    world.choose = lambda _: (one / "a.jpg", other / "a.jpg")
    world.do(ReadFile(folder))
    assert [(folder / name).read_bytes() for name in ("a.jpg", "a (2).jpg", "a (3).jpg")] == pictures
    assert world.told == []


def test_what_is_no_scan_or_lies_there_already_is_not_copied(tmp_path: Path) -> None:
    """It is told, and the folder stays as it is."""
    folder = tmp_path / "in"
    folder.mkdir()
    letter, scan = tmp_path / "letter.docx", folder / "a.jpg"
    letter.write_bytes(b"PK no picture")
    scan.write_bytes(jpeg("a"))
    for path, said in ((letter, "no picture and no PDF"), (scan, "already")):
        with pytest.raises(OcrwatchError, match=said):
            take_in(path, folder)
    assert list(folder.iterdir()) == [scan]


def test_a_copy_that_breaks_off_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a scan in the watched folder would be waited for."""
    import shutil

    folder, scan = tmp_path / "in", tmp_path / "a.jpg"
    folder.mkdir()
    scan.write_bytes(jpeg("a"))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfileobj", full)
    with pytest.raises(OSError, match="No space"):
        take_in(scan, folder)
    assert list(folder.iterdir()) == []


def test_reading_into_a_folder_that_is_away_is_told(world: World, tmp_path: Path) -> None:
    """Nobody is asked for files that could not be taken."""
    world.choose = lambda _: pytest.fail("a dialogue was shown")
    world.do(ReadFile(tmp_path / "gone"))
    assert str(world.told[0].text).startswith("gone is not there any more")


def test_without_a_dialogue_nothing_is_copied(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The watched folder is opened instead, to drop the files there."""
    opened: list[Path] = []
    monkeypatch.setattr("ocrwatch.desktop.opening.open_folder", opened.append)

    def none(_: str) -> tuple[Path, ...]:
        raise NoDialogue(message("None."))

    world.choose = none
    world.do(ReadFile(tmp_path))
    assert opened == [tmp_path]


def test_the_spreadsheet_of_a_month_is_the_one_that_was_changed_last(tmp_path: Path) -> None:
    """Where there is none yet, their folder."""
    pattern = tmp_path / "Scans {year}-{month}.xlsx"
    assert newest(pattern) == tmp_path
    for number, name in enumerate(("2026-11", "2026-10", "2025-12")):
        path = tmp_path / f"Scans {name}.xlsx"
        path.write_bytes(b"")
        os.utime(path, (1000 - number, 1000 - number))
    assert newest(pattern) == tmp_path / "Scans 2026-11.xlsx"
    assert newest(tmp_path / "Ledger.xlsx") == tmp_path / "Ledger.xlsx"
