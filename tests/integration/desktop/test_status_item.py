"""Our item on D-Bus as a panel sees it, and the bus under it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ocrwatch.desktop import tray as tray_module
from ocrwatch.desktop.choosing import NoDialogue
from ocrwatch.desktop.look import Look, State
from ocrwatch.desktop.menu import Action, Entry, Item, OpenFolder, PauseReading, Quit, ResumeReading, Separator
from ocrwatch.desktop.portal import choose_with_portal
from ocrwatch.desktop.session_bus import SessionBus
from ocrwatch.desktop.status_interface import SIZES_PX, pixmap
from ocrwatch.desktop.status_item import StatusItem
from ocrwatch.desktop.tray import LinuxTray
from ocrwatch.messages import message
from tests.desktop import need
from tests.desktop_bus import Panel, Portal, session_bus
from tests.waiting import wait_until

PAUSE = Item(text=message("Pause_it"), action=PauseReading(None))
RESUME = Item(text=message("Resume"), action=ResumeReading())
MORE = Item(text=message("More"), entries=(Item(text=message("Below"), action=OpenFolder(Path("/b")), checked=True),))
LAST = Item(text=message("Quit"), action=Quit())


def look(*menu: Entry, state: State = State.IDLE, count: int = 0) -> Look:
    return Look(state=state, count=count, tooltip=(message("First."), message("<Second> & more.")), menu=menu)


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    need("dbus-daemon")
    with session_bus(tmp_path) as found:
        yield found


@contextmanager
def connected(address: str) -> Iterator[SessionBus]:
    bus = SessionBus(address)
    assert bus.start()
    try:
        yield bus
    finally:
        bus.stop()


def test_a_panel_reads_icon_words_and_menu(address: str) -> None:
    """Every size as it is drawn, a tooltip without markup of ours, entries with their ticks and submenus."""
    with Panel(address) as panel, connected(address) as bus:
        StatusItem(bus, str, lambda _: None).show(look(PAUSE, Separator(), MORE, state=State.WORKING, count=7))
        for size_px in SIZES_PX:
            assert panel.pixmap(size_px) == pixmap(State.WORKING, size_px, 7)[2]
        assert panel.tooltip() == "ocrwatch: First.\n&lt;Second&gt; &amp; more."
        assert panel.property("Title") == "ocrwatch: First."
        assert panel.labels() == ["Pause_it", "More"]
        assert panel.find("More", "Below").ticked is True
        assert panel.find("Pause_it").ticked is None


def test_the_picture_on_the_wire_is_the_icon(address: str) -> None:
    """ARGB, the most significant byte first: what is read back is the picture that was drawn."""
    from PIL import Image

    from ocrwatch.desktop.icons import icon

    width, height, data = pixmap(State.PAUSED, 24, 0)
    assert (width, height, len(data)) == (24, 24, 24 * 24 * 4)
    alpha, red, green, blue = Image.frombytes("RGBA", (24, 24), data).split()
    assert Image.merge("RGBA", (red, green, blue, alpha)).tobytes() == icon(State.PAUSED, 24).tobytes()


def test_a_click_on_a_menu_of_before_never_does_what_has_taken_its_place(address: str) -> None:
    """It does what stood there, where that still stands; else nothing."""
    done: list[Action] = []
    with Panel(address) as panel, connected(address) as bus:
        item = StatusItem(bus, str, done.append)
        item.show(look(PAUSE, LAST))
        before = {entry.label: entry.number for entry in panel.menu()}
        item.show(look(RESUME, MORE, LAST))
        wait_until(lambda: "Resume" in panel.labels())
        panel.click_number(before["Pause_it"])
        panel.click_number(before["Quit"])
        wait_until(lambda: bool(done))
        assert done == [Quit()]
        assert panel.find("Quit").number == before["Quit"]


def test_a_tray_without_any_panel_says_so_once(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """And goes on: a panel that comes up later has the icon."""
    monkeypatch.setattr(tray_module, "PATIENCE_SECONDS", 0.2)
    monkeypatch.setattr(tray_module, "_LOOK_SECONDS", 0.1)
    monkeypatch.delenv("DISPLAY", raising=False)
    said = []
    with connected(address) as bus:
        tray = LinuxTray(bus, str, lambda _: None, on_running=lambda: None, on_no_panel=lambda: said.append(1))
        tray.show(look(LAST))
        running = threading.Thread(target=tray.run)
        running.start()
        wait_until(lambda: said == [1])
        with Panel(address) as panel:
            assert panel.labels() == ["Quit"]
        tray.stop()
        running.join(10)
        assert not running.is_alive()
    assert said == [1]


def test_what_was_chosen_at_the_portal_comes_back_with_its_own_name(address: str, tmp_path: Path) -> None:
    """Spaces, percent signs and Chinese in it; nothing when the person cancels; told where there is no portal."""
    chosen = [tmp_path / "100% 发票 one.jpg", tmp_path / "b.pdf"]
    with connected(address) as bus:
        with pytest.raises(NoDialogue):
            choose_with_portal(bus, "Choose")
        with Portal(address, chosen) as portal:
            assert choose_with_portal(bus, "Choose") == tuple(chosen)
            assert portal.titles == ["Choose"]
        with Portal(address, None):
            assert choose_with_portal(bus, "Choose") == ()


def test_without_a_bus_there_is_no_connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither an address that leads nowhere nor none at all is an error."""
    assert not SessionBus(f"unix:path={tmp_path}/none").start()
    assert not SessionBus("nonsense").start()
    for name in ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
    assert not SessionBus().start()
