"""Where ocrwatch keeps its things, and who may look at them."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from ocrwatch.config.paths import default_config, default_state, machine_id, made_private


@pytest.mark.skipif(sys.platform != "linux", reason="the folders are named by Linux's conventions")
def test_the_folders_follow_the_conventions(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """XDG's variables are followed."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "c"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "s"))
    assert default_config() == tmp_path / "c" / "ocrwatch" / "config.toml"
    assert default_state() == tmp_path / "s" / "ocrwatch"


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
def test_the_state_is_private(tmp_path: Path) -> None:
    """Its folder is for its user alone, whatever the umask and whatever it was."""
    script = (
        "import os, sys; from pathlib import Path; from ocrwatch.config.paths import made_private;"
        "os.umask(0); made_private(Path(sys.argv[1]))"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "a" / "b")], check=True)
    assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o700
    (tmp_path / "open").mkdir(mode=0o755)
    (tmp_path / "open").chmod(0o755)
    assert stat.S_IMODE(made_private(tmp_path / "open").stat().st_mode) == 0o700


def test_a_machine_keeps_its_name(tmp_path: Path) -> None:
    """The name is made once; a file that a crash left empty, or damaged, brings a new one."""
    name = machine_id(tmp_path)
    assert name == machine_id(tmp_path)
    assert len(name) == 32
    (tmp_path / "machine-id").write_bytes(b"")
    assert machine_id(tmp_path) not in ("", name)
    (tmp_path / "machine-id").write_bytes(b"\xff\xfe")
    assert len(machine_id(tmp_path)) == 32
    (tmp_path / "other").mkdir()
    assert machine_id(tmp_path / "other") != machine_id(tmp_path)
