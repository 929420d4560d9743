"""What the Tab key offers, asked of the shells themselves."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from installer.common.commands import program
from installer.common.completions import FILES, write_completions

COMMANDS = [command.path[0] for command in program().commands]


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    write_completions(tmp_path / "completions")
    return tmp_path / "completions"


def _shell(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"no {name}")
    return found


def _bash(scripts: Path, line: str, cwd: Path) -> list[str]:
    words = line.split(" ")
    quoted = " ".join(f"'{word}'" for word in words)
    source = f"source '{scripts}/bash/ocrwatch'; COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; compopt() {{ :; }}; _ocrwatch"
    finished = subprocess.run(
        [_shell("bash"), "--norc", "-c", source + '; printf "%s\\n" "${COMPREPLY[@]}"'],
        capture_output=True, text=True, cwd=cwd, check=True,
    )  # fmt: skip
    assert finished.stderr == ""
    return finished.stdout.split()


def _fish(scripts: Path, line: str, cwd: Path, home: Path) -> list[str]:
    finished = subprocess.run(
        [_shell("fish"), "--no-config", "-c", f"source '{scripts}/fish/ocrwatch.fish'; complete -C '{line}'"],
        capture_output=True, text=True, cwd=cwd, check=True, env={"PATH": "/usr/bin:/bin", "HOME": str(home)},
    )  # fmt: skip
    assert finished.stderr == ""
    return [offered.split("\t")[0] for offered in finished.stdout.splitlines()]


def test_bash_offers_commands_options_values_and_files(scripts: Path, tmp_path: Path) -> None:
    """Each where it belongs, and only what begins like the word that is typed."""
    (tmp_path / "scan.pdf").touch()
    assert [word for word in _bash(scripts, "ocrwatch ", tmp_path) if not word.startswith("-")] == COMMANDS
    assert _bash(scripts, "ocrwatch ke", tmp_path) == ["key"]
    assert _bash(scripts, "ocrwatch --config x key s", tmp_path) == ["set"]
    assert _bash(scripts, "ocrwatch init --eng", tmp_path) == ["--engine"]
    assert _bash(scripts, "ocrwatch init --engine ", tmp_path) == ["auto", "local", "endpoint"]
    assert _bash(scripts, "ocrwatch init --folder comp", tmp_path) == ["completions"]
    assert _bash(scripts, "ocrwatch read sc", tmp_path) == ["scan.pdf"]
    assert _bash(scripts, "ocrwatch pause --minutes ", tmp_path) == []


def test_fish_offers_commands_options_values_and_files(scripts: Path, tmp_path: Path) -> None:
    """Each where it belongs."""
    (tmp_path / "scan.pdf").touch()
    assert _fish(scripts, "ocrwatch ", tmp_path, tmp_path) == sorted(COMMANDS)
    assert sorted(_fish(scripts, "ocrwatch key ", tmp_path, tmp_path)) == ["clear", "set"]
    assert _fish(scripts, "ocrwatch init --eng", tmp_path, tmp_path) == ["--engine"]
    assert sorted(_fish(scripts, "ocrwatch init --engine ", tmp_path, tmp_path)) == ["auto", "endpoint", "local"]
    assert _fish(scripts, "ocrwatch read sc", tmp_path, tmp_path) == ["scan.pdf"]


def test_zsh_offers_commands_and_values(scripts: Path, tmp_path: Path) -> None:
    """In a terminal of its own, as zsh completes nowhere else."""
    drive = f"""
        zmodload zsh/zpty
        zpty z zsh -f -i
        zpty -w z "PS1=; fpath=({scripts}/zsh \\$fpath); autoload -U compinit; compinit -D -u; zstyle ':completion:*' list-prompt ''; cd {tmp_path}"
        zpty -w -n z $'ocrwatch init --engine l\\t'
        zpty -r -m z out '*--engine local*' && print FOUND
        zpty -w -n z $'\\C-uocrwatch ledger prev\\t'
        zpty -r -m z out '*ledger preview*' && print FOUND
        zpty -d z
    """
    finished = subprocess.run(
        [_shell("zsh"), "-f", "-c", drive],
        capture_output=True, text=True, timeout=60, env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "TERM": "xterm"},
        check=False,
    )  # fmt: skip
    assert finished.stdout.split() == ["FOUND", "FOUND"], finished.stderr


def test_powershell_is_told_every_command(scripts: Path) -> None:
    """Each command and each option stands in its script, every quote closed."""
    text = (scripts / "powershell" / FILES["powershell"]).read_text(encoding="utf-8")
    for command in program().all():
        assert f"'{''.join(f' {word}' for word in command.path)}' = @(" in text
    assert all(line.count("'") % 2 == 0 for line in text.splitlines())
    if shutil.which("pwsh"):
        subprocess.run(["pwsh", "-NoProfile", "-Command", text], check=True)
