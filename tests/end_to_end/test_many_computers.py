"""One file for all users of a computer, variables, and a set-up in which nobody is asked: with the installed program."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.endpoint_server import EndpointServer, answering
from tests.pictures import drop, receipts_of, truth_of
from tests.program import Program

PICTURES = receipts_of(1)

pytestmark = pytest.mark.skipif(
    sys.platform in ("win32", "darwin"), reason="only XDG lets a test name the folder for all users"
)


class Computer:
    """A program's home, and the folder of its administrator."""

    def __init__(self, folder: Path, **more: str) -> None:
        self.program = Program(folder)
        self.site = folder / "xdg" / "ocrwatch" / "config.toml"
        self.site.parent.mkdir(parents=True)
        self.environment = {**self.program.environment, "XDG_CONFIG_DIRS": str(folder / "xdg"), **more}

    def run(self, *arguments: str, expect: int = 0, stdin: str = "", **more: str) -> str:
        finished = self.program.run(*arguments, stdin=stdin, environment={**self.environment, **more})
        said = finished.stdout + finished.stderr
        assert finished.returncode == expect, said
        return said


def test_pictures_go_where_the_administrator_says(tmp_path: Path) -> None:
    """A locked service is the one that is asked, whatever the person and the environment write; all of it is told."""
    with EndpointServer(answering(truth_of(PICTURES), 0.0)) as server:
        computer = Computer(tmp_path)
        computer.site.write_text(
            f'locked = ["endpoint.base_url", "reader"]\n[endpoint]\nbase_url = "{server.base_url}"\n'
        )
        with computer.program.config.open("a") as file:
            file.write("[endpoint]\nbase_url = 'http://localhost:9/v1'\n[reader]\nengine = 'local'\n")
        drop(computer.program.inbox, PICTURES)
        computer.run("run", "--once", "--no-tray", OCRWATCH_ENDPOINT__BASE_URL="http://localhost:9/v1")
        assert len(server.asked) == 1
        assert len(computer.program.rows()) == 1
        shown = computer.run("config", "show")
        assert f'base_url = "{server.base_url}"  # this computer\'s file, locked' in shown
        assert 'engine = "auto"  # default, locked' in shown
        assert f"reader.engine is locked by {computer.site}: the value in {computer.program.config}" in shown
        told = computer.run("doctor")
        assert "Pictures are sent to 127.0.0.1 to be read." in told
        assert f"endpoint.base_url is locked by {computer.site}" in told
        assert "Pictures are sent to 127.0.0.1 to be read." in computer.run("status")
        assert str(computer.site) in computer.run("config", "path")


def test_the_doctor_tells_of_a_site_file_that_anybody_may_change(tmp_path: Path) -> None:
    """What it locks is worth nothing then."""
    computer = Computer(tmp_path)
    computer.site.write_text("language = 'en'\n")
    computer.site.chmod(0o666)
    assert "can be changed by others than the administrator" in computer.run("doctor", OCRWATCH_READER__ENGINE="local")


def test_nothing_runs_with_a_broken_site_file(tmp_path: Path) -> None:
    """Exit status 2 from every command that needs the configuration; where it lies is still told."""
    computer = Computer(tmp_path)
    computer.site.write_text('locked = ["reader.engine"]\nlanguage = zh\n')
    for command in (("run", "--once"), ("status",), ("doctor",), ("init", "--yes", "--config", str(tmp_path / "n"))):
        assert f"{computer.site}, line 2: " in computer.run(*command, expect=2)
    assert str(computer.site) in computer.run("config", "path")
    assert not (tmp_path / "n").exists()


def test_a_set_up_in_which_nobody_is_asked(tmp_path: Path) -> None:
    """All is taken from the switches, relative paths from where one stands; what was not chosen is left open."""
    computer = Computer(tmp_path)
    target = tmp_path / "new" / "config.toml"
    key = tmp_path / "key"
    key.write_text("sk-secret")
    key.chmod(0o600)
    said = computer.run(
        *("init", "--yes", "--config", str(target), "--folder", os.path.relpath(tmp_path / "Scans")),
        *("--profile", "invoice", "--ledger", str(tmp_path / "L.xlsx"), "--base-url", "http://localhost:9/v1"),
        *("--model", "m", "--key-file", str(key), "--existing", "skip", "--autostart"),
    )
    assert "Pictures are sent to localhost to be read." in said
    assert (tmp_path / "Scans").is_dir()
    assert "ocrwatch starts at login (" in computer.run("autostart", "status")
    computer.site.write_text("language = 'zh_CN'\n[reader]\nengine = 'endpoint'\n")
    shown = computer.run("config", "show", "--config", str(target))
    for line in (
        f'folder = "{tmp_path / "Scans"}"',
        'profile = "invoice"',
        f'ledger = "{tmp_path / "L.xlsx"}"',
        'base_url = "http://localhost:9/v1"',
        'model = "m"',
        f'api_key_file = "{key}"',
        'existing = "skip"',
        'language = "zh_CN"',
        'engine = "endpoint"',
    ):
        assert f"\n{line}  # " in shown, line
    assert "sk-secret" not in shown + said


@pytest.mark.parametrize(
    ("switches", "stdin", "said"),
    [
        (("--folder", "FILE"), "", "is a file. Name a folder."),
        (("--folder", "FILE/in"), "", "cannot be made"),
        (("--ledger", "L.xls"), "", "its name must end in .xlsx"),
        (("--base-url", "http://ocr.example/v1"), "", "Pictures would go to ocr.example unprotected"),
        (("--profile", "letter"), "", "There is no document type letter"),
        (("--engine", "cloud"), "", "The value of '--engine' is not right"),
        (("--existing", "ask"), "", "The value of '--existing' is not right"),
        (("--key-from-stdin",), "", "No key was given"),
        (("--key-from-stdin",), "sk-secret\n", "no safe place for the key"),
        (("--key-from-stdin", "--key-file", "k"), "sk-secret\n", "leave one of the two out"),
    ],
)
def test_a_set_up_that_fails_leaves_no_configuration(
    tmp_path: Path, switches: tuple[str, ...], stdin: str, said: str
) -> None:
    """Exit status 2 and the reason; the script can be run once more."""
    computer = Computer(tmp_path)
    (tmp_path / "FILE").touch()
    target = tmp_path / "new" / "config.toml"
    given = [str(tmp_path / each) if each.startswith(("FILE", "L.")) else each for each in switches]
    text = computer.run("init", "--yes", "--config", str(target), *given, expect=2, stdin=stdin)
    assert said in text
    assert "sk-secret" not in text
    assert not target.exists()
