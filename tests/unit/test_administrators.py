"""What the guide for administrators shows works: its configuration, its commands, its variables, its links."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer

from ocrwatch.cli.program import app
from ocrwatch.config import paths
from ocrwatch.config.layers import Origin
from ocrwatch.config.loading import load

GUIDE = Path(__file__).resolve().parents[2] / "installer" / "ADMINISTRATORS.md"
TEXT = GUIDE.read_text(encoding="utf-8")
BLOCKS = re.findall(r"<!-- site configuration -->\n```toml\n(.*?)```", TEXT, re.DOTALL)
COMMANDS = sorted(set(re.findall(r"(?:`|^    )(ocrwatch [a-z][^`\n]*)", TEXT, re.MULTILINE)))


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setattr(paths, "_SITE", tmp_path / "xdg")


@pytest.mark.parametrize("block", BLOCKS)
def test_the_configuration_for_all_users_is_one(tmp_path: Path, block: str) -> None:
    """It loads, locks what the text says, and everybody's own home is meant."""
    file = paths.site_configs()[0]
    file.parent.mkdir(parents=True)
    file.write_text(block, encoding="utf-8")
    found = load()
    assert found.locked == {"reader.engine", "endpoint.base_url"}
    assert found.settings.inbox[0].folder == tmp_path / "Scans"
    assert found.origin("inbox") is Origin.SITE
    assert (found.warnings, found.notices) == ((), ())


def test_both_languages_tell_the_same() -> None:
    """The same configuration, tables and headings of the same number, the same commands."""
    english, chinese = TEXT.split("\n---\n")
    assert len(BLOCKS) == 2
    assert BLOCKS[0] == BLOCKS[1]
    for pattern in (r"^## ", r"^\| ", r"^- "):
        assert len(re.findall(pattern, english, re.MULTILINE)) == len(re.findall(pattern, chinese, re.MULTILINE))
    quoted = [sorted(set(re.findall(r"`([^`\n]+)`", part))) for part in (english, chinese)]
    assert quoted[0] == quoted[1]


@pytest.mark.parametrize("line", COMMANDS)
def test_its_commands_exist(line: str) -> None:
    """Each is understood by the program's own parser."""
    words = shlex.split(line)[1:]
    command = typer.main.get_command(app)
    while subcommands := getattr(command, "commands", None):
        command = subcommands[words.pop(0)]
    command.make_context("ocrwatch", words)


def test_its_variables_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those it shows with a value are taken; none that it names is unknown."""
    monkeypatch.setenv("OCRWATCH_INBOX", '[{folder = "~/Scans"}]')
    monkeypatch.setenv("OCRWATCH_LANGUAGE", "en")
    monkeypatch.setenv("OCRWATCH_ENDPOINT__MODEL", "m")
    monkeypatch.delenv("OCRWATCH_CONFIG", raising=False)
    found = load()
    assert [str(said) for said in found.notices] == []
    assert found.origin("inbox") is Origin.ENVIRONMENT
    for name in ("OCRWATCH_INBOX", "OCRWATCH_LANGUAGE", "OCRWATCH_ENDPOINT__MODEL"):
        assert name in TEXT


def test_its_links_lead_somewhere() -> None:
    """Files of the project, and headings of its own."""
    for target in re.findall(r"\]\(([^)#]+)\)", TEXT):
        assert (GUIDE.parent / target).is_file(), target
