"""The command line as such: light, and in the person's language."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ocrwatch.cli import terminal

HEAVY = ("PIL", "openpyxl", "onnxruntime", "rapidocr", "numpy", "httpx", "watchdog", "pydantic", "keyring", "pypdfium2")


@pytest.mark.parametrize("module", ["ocrwatch.cli", "ocrwatch.cli.program"])
def test_importing_the_commands_loads_nothing_heavy(module: str) -> None:
    """What a command needs is loaded when it needs it."""
    script = f"import sys, {module}; print([name for name in {HEAVY} if name in sys.modules])"
    finished = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert finished.stdout.strip() == "[]"


def test_help_is_chinese_on_a_chinese_system() -> None:
    """Every command's purpose is translated."""
    environment = {"LANG": "zh_CN.UTF-8", "PYTHONIOENCODING": "utf-8", "PATH": "", "COLUMNS": "160"}
    finished = subprocess.run(
        [sys.executable, "-m", "ocrwatch", "--help"], capture_output=True, env=environment, check=True
    )
    told = finished.stdout.decode()
    for name in ("run", "demo", "status", "doctor", "key"):
        (line,) = [line for line in told.splitlines() if line.strip().startswith(f"{name} ")]
        assert any("\u4e00" <= character <= "\u9fff" for character in line), line


def test_a_files_name_does_not_steer_the_terminal() -> None:
    """Escape sequences and marks that turn the writing direction are shown as a replacement character."""
    from ocrwatch.messages import message

    said = terminal.rendered(message("{name}: recorded.", name="a\x1b[2J\u202eb.jpg"))
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert "b.jpg" in said


def test_columns_line_up_with_chinese_in_them(capsys: pytest.CaptureFixture[str]) -> None:
    """A Chinese character takes two columns."""
    terminal.say_pairs([("车次", "G123"), ("company", "line one\nline two")])
    first, second, third = capsys.readouterr().out.splitlines()
    assert terminal.display_width(first[: first.index("G123")]) == second.index("line one") == third.index("line two")
