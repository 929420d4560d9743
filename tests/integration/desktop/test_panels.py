"""The icon in real panels on a real screen: what is seen in a screenshot, and what a mouse click does."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

from ocrwatch.desktop.look import State
from tests.desktop import end, need, screen, start
from tests.desktop_bus import session_bus
from tests.screenshots import ALIKE, Sight, best_sight, screenshot
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parents[3]


class Running:
    """`icon_running.py` in a panel on a screen."""

    def __init__(self, display: str, process: subprocess.Popen[str]) -> None:
        self.display = display
        self.process = process

    def show(self, state: State) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{state.value}\n")
        self.process.stdin.flush()

    def heard(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def see(self, state: State, near: Sight | None = None) -> Sight:
        """Wait until the icon of `state` is what is seen; where."""
        seen: list[Sight] = []

        def is_seen() -> bool:
            seen.append(best_sight(screenshot(self.display), near))
            return seen[-1].state is state and seen[-1].difference < ALIKE

        wait_until(is_seen, seconds=60, step_seconds=0.2)
        return seen[-1]

    def mouse(self, *words: str | int) -> None:
        environment = {"DISPLAY": self.display, "PATH": os.environ["PATH"]}
        subprocess.run(["xdotool", *map(str, words)], env=environment, check=True, capture_output=True)

    def keys(self, *names: str) -> None:
        for name in names:
            self.mouse("key", "--delay", 60, name)

    def open_menu(self, sight: Sight, button: int) -> None:
        """Click until a menu is there: a window more than before."""
        before = self.windows()
        self.mouse("mousemove", sight.x, sight.y, "click", button)
        wait_until(lambda: self.windows() > before, seconds=20, step_seconds=0.1)

    def windows(self) -> int:
        environment = {"DISPLAY": self.display, "PATH": os.environ["PATH"]}
        words = ["xdotool", "search", "--onlyvisible", "--name", ".*"]
        found = subprocess.run(words, env=environment, check=False, capture_output=True, text=True)
        return len(found.stdout.split())


@contextmanager
def icon_in(tmp_path: Path, panel: Sequence[str], tray: str) -> Iterator[Running]:
    home = tmp_path / "home"
    home.mkdir()
    with ExitStack() as stack:
        address = stack.enter_context(session_bus(tmp_path, activating=panel[0] == "xfce4-panel"))
        display = stack.enter_context(screen(home))
        environment = {
            "DISPLAY": display, "HOME": str(home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "NO_AT_BRIDGE": "1",
            "DBUS_SESSION_BUS_ADDRESS": address, "XDG_RUNTIME_DIR": str(tmp_path), "OCRWATCH_TRAY": tray,
        }  # fmt: skip
        running = start(list(panel), environment)
        stack.callback(end, running)
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.desktop.icon_running"],
            cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        stack.callback(process.wait, 20)
        stack.callback(process.terminate)
        yield Running(display, process)


def every_state_is_seen(running: Running) -> Sight:
    sight = running.see(State.IDLE)
    for state in (*reversed(State), State.ATTENTION):
        running.show(state)
        sight = running.see(state, sight)
    return sight


def test_an_xfce_panel_shows_each_state_and_its_menu_works(tmp_path: Path) -> None:
    """Over D-Bus alone; the mouse opens the menu, the keyboard goes down to an entry and into a submenu."""
    need("dbus-daemon", "xfce4-panel")
    with icon_in(tmp_path, ["xfce4-panel", "--disable-wm-check"], "dbus") as running:
        sight = every_state_is_seen(running)
        running.open_menu(sight, 1)
        running.keys("Down", "Return")
        assert running.heard() == "OpenFolder(folder=PosixPath('/second'))"
        running.open_menu(sight, 3)
        running.keys("Down", "Down", "Right", "Return")
        assert running.heard() == "ResumeReading()"


@pytest.mark.parametrize("backend", ["appindicator", "gtk"])
def test_an_old_tray_shows_each_state_by_gtk_and_its_menu_works(
    tmp_path: Path, backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """trayer knows nothing of D-Bus: pystray's back ends bring the icon there, with its menu; a signal ends the loop."""
    need("dbus-daemon", "trayer")
    if find_spec("gi") is None:
        pytest.skip("PyGObject is not installed here")
    monkeypatch.setenv("PYSTRAY_BACKEND", backend)
    words = ["trayer", "--edge", "top", "--align", "right", "--widthtype", "request", "--height", "24"]
    with icon_in(tmp_path, words, "") as running:
        assert running.heard() == "running"
        sight = every_state_is_seen(running)
        running.open_menu(sight, 3)
        running.keys("Down", "Return")
        assert running.heard() == "OpenFolder(folder=PosixPath('/second'))"
        running.open_menu(sight, 3)
        running.keys("Down", "Down", "Right", "Return")
        assert running.heard() == "ResumeReading()"
        running.process.terminate()
        assert running.heard() == "ended"
        assert running.process.wait(20) == 0
