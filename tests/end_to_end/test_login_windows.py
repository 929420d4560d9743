"""Windows: started without a console, a window for mistakes, the end of a console."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from ocrwatch.desktop.ending import Ending
from tests.program import Program
from tests.waiting import wait_until

pytestmark = pytest.mark.skipif(sys.platform != "win32", reason="Windows")


def _started(program: Program, *arguments: str) -> subprocess.Popen[bytes]:
    quiet = Path(sys.executable).with_name("pythonw.exe")
    environment = {**program.environment, "SYSTEMROOT": r"C:\windows"}
    return subprocess.Popen([quiet, "-m", "ocrwatch.cli.windowed", *arguments], env=environment)


def test_it_runs_without_a_console_and_once(tmp_path: Path) -> None:
    """What is printed goes nowhere and breaks nothing; a second one ends with 0 at login, with 3 in a terminal."""
    program = Program(tmp_path / "甲 b", top="reader.engine = 'endpoint'")
    first = _started(program, "--at-login", "--config", str(program.config))
    wait_until(lambda: any(folder["mode"] for folder in program.status()["folders"]), seconds=60)
    assert _started(program, "--at-login").wait(60) == 0
    assert program.run("run", "--no-tray").returncode == 3
    assert program.run("stop").returncode == 0
    assert first.wait(60) == 0


def test_a_mistake_is_shown_in_a_window(tmp_path: Path) -> None:
    """A message box with the sentence; closed, the program ends with 2."""
    assert sys.platform == "win32"
    import ctypes

    user = ctypes.windll.user32
    program = Program(tmp_path)
    program.config.write_text("wombat = 1", encoding="utf-8")
    started = _started(program, "--at-login")
    wait_until(lambda: user.FindWindowW("#32770", "ocrwatch") != 0, seconds=60)
    box = user.FindWindowW("#32770", "ocrwatch")
    shown: list[str] = []

    @ctypes.WINFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
    def child(window: int, _: int) -> int:
        text = ctypes.create_unicode_buffer(500)
        user.SendMessageW(ctypes.c_void_p(window), 0x0D, 500, text)  # WM_GETTEXT
        shown.append(text.value)
        return 1

    user.EnumChildWindows(ctypes.c_void_p(box), child, None)
    assert any("no setting wombat" in text for text in shown), shown
    user.PostMessageW(ctypes.c_void_p(box), 0x10, 0, 0)  # WM_CLOSE
    assert started.wait(60) == 2


def test_a_console_that_is_closed_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows ends the process when the handler returns: it returns once all is closed in order."""
    ending, asked = Ending(), threading.Event()
    ending.heed(asked.set)
    handler = ending._console
    assert callable(handler)
    answers: list[object] = []
    caller = threading.Thread(target=lambda: answers.append(handler(2)))  # CTRL_CLOSE_EVENT
    caller.start()
    assert asked.wait(20)
    assert ending.is_asked
    ending.over()
    caller.join(20)
    assert answers == [1]
    assert handler(0) == 0, "Ctrl+C goes its own way"
