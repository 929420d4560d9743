"""What the command line's parser says comes in our words, whatever typer's version says it in."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from ocrwatch.cli import terminal, wording
from ocrwatch.cli.program import app
from ocrwatch.messages import Message
from tests.extraction import calls_in_package


def parser_says(*arguments: str) -> str:
    """What typer itself complains of."""
    command = typer.main.get_command(app)
    with pytest.raises(wording.ParserError) as caught:
        command([*arguments], standalone_mode=False)
    return caught.value.format_message()  # type: ignore[attr-defined,no-any-return]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--wombat",), "There is no option --wombat."),
        (("init", "--engin", "x"), "There is no option --engin. Did you mean --engine?"),
        (("wombat",), "There is no command wombat."),
        (("statuss",), "There is no command statuss. Did you mean 'status'?"),
        (("why",), "FILE|ID is not given."),
        (("init", "--engine", "x"), "The value of '--engine' is not right. Choose one of 'auto', 'local', 'endpoint'."),
        (("init", "--folder"), "--folder needs a value behind it."),
        (("run", "--once=3"), "--once takes no value."),
        (("config", "show", "x", "y"), "This is too much: x y"),
    ],
)
def test_what_the_parser_complains_of_is_a_message(arguments: tuple[str, ...], said: str) -> None:
    """Each usual slip at the command line has a sentence of ours, which can be translated."""
    found = wording.complaint(parser_says(*arguments))
    assert isinstance(found, Message)
    assert str(found) == said


def test_what_is_unheard_of_is_told_as_it_is() -> None:
    """A later typer may complain of new things: nobody is left without a reason."""
    assert wording.complaint("The moon is full.") == "The moon is full."


@pytest.mark.parametrize("arguments", [(), ("init",), ("config",), ("ledger", "restore")])
def test_no_english_is_left_in_the_help(monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]) -> None:
    """The headings and stock phrases go through the catalogue, wherever their lines break."""
    ours = {template for call in calls_in_package() for template in call.templates}
    monkeypatch.setattr(terminal, "_render", lambda said: "译" * 3 if said.template in ours else said.template)
    command = typer.main.get_command(app)
    context = typer.Context(command)
    for name in arguments:
        command = command.commands[name]  # type: ignore[attr-defined]
        context = typer.Context(command, parent=context, info_name=name)
    said = wording.in_our_words(command.get_help(context))
    for english in ("Usage", "Options:", "Commands:", "Show this", "and exit", "env var", "[default:"):
        assert english not in said


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {"PATH": os.environ["PATH"], "HOME": str(folder), "USERPROFILE": str(folder), "PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, "-m", "ocrwatch", *arguments],
        env={**kept, "LANG": "C.UTF-8", "COLUMNS": "100", **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_help_speaks_the_configured_language(tmp_path: Path) -> None:
    """The configuration's `language` overrides the system's in the help, too; the environment overrides both."""
    chinese = "监视文件夹，把每份新的扫描件识别到对应的表格中。"
    file = tmp_path / "c.toml"
    file.write_text("# mine\n  language = 'zh_CN'  # Chinese\n", encoding="utf-8")
    assert chinese not in run(tmp_path, "--help").stdout
    assert chinese in run(tmp_path, "--help", OCRWATCH_CONFIG=str(file)).stdout
    assert chinese not in run(tmp_path, "--help", OCRWATCH_CONFIG=str(file), OCRWATCH_LANGUAGE="en").stdout
    assert chinese in run(tmp_path, "--help", OCRWATCH_LANGUAGE="zh_CN").stdout
    file.write_bytes(b"\xff\xfe")
    assert run(tmp_path, "--help", OCRWATCH_CONFIG=str(file)).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "status"), [(("--help",), 0), ((), 2), (("key",), 2), (("--version",), 0), (("x",), 2)]
)
def test_exit_statuses_of_the_command_line(tmp_path: Path, arguments: tuple[str, ...], status: int) -> None:
    """Help is no error where it was asked for; a wrong command line is usage, without a traceback."""
    finished = run(tmp_path, *arguments)
    assert finished.returncode == status, finished.stderr
    assert "Traceback" not in finished.stderr
    assert "ocrwatch" in finished.stdout + finished.stderr
