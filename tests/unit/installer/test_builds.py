"""What the builds are made of, as far as it needs no build."""

from __future__ import annotations

import datetime as dt
import hashlib
import plistlib
import shutil
import subprocess
from pathlib import Path

import pytest

from installer.common.hashes import write_hashes
from installer.common.man_page import man_page
from installer.common.project import ROOT, entries, version
from installer.macos.check_plist import faults
from installer.macos.info import info
from installer.windows.signing import sign_command
from ocrwatch import __version__
from ocrwatch.cli.program import app

DAY = dt.date(2026, 11, 25)


def test_the_version_is_the_packages_own() -> None:
    """One place tells it."""
    assert version() == __version__


def test_there_is_a_program_for_terminals_and_one_without_console() -> None:
    """As pyproject.toml names them."""
    assert {name: entry.windowed for name, entry in entries().items()} == {"ocrwatch": False, "ocrwatchw": True}


def test_the_man_page_has_every_command_and_no_fault(tmp_path: Path) -> None:
    """mandoc and groff have nothing to say about it."""
    page = tmp_path / "ocrwatch.1"
    page.write_text(man_page(DAY), encoding="utf-8")
    for command in app.registered_commands:
        assert command.callback is not None
        assert rf"\fB{command.callback.__name__}\fR" in page.read_text(encoding="utf-8")
    checked = False
    for line in (["mandoc", "-Tlint", str(page)], ["groff", "-ww", "-man", "-Tutf8", "-z", str(page)]):
        if shutil.which(line[0]):
            checked = True
            finished = subprocess.run(line, capture_output=True, text=True, check=False)
            assert finished.stdout + finished.stderr == ""
    if not checked:
        pytest.skip("neither mandoc nor groff")


def test_the_menu_entry_is_valid() -> None:
    """It names the program without a terminal."""
    if shutil.which("desktop-file-validate") is None:
        pytest.skip("no desktop-file-validate")
    entry = ROOT / "installer" / "linux" / "ocrwatch.desktop"
    finished = subprocess.run(["desktop-file-validate", str(entry)], capture_output=True, text=True, check=False)
    assert finished.stdout + finished.stderr == ""
    assert finished.returncode == 0
    assert "Terminal=false" in entry.read_text(encoding="utf-8")


def test_the_metadata_are_valid(tmp_path: Path) -> None:
    """appstreamcli has nothing to complain of."""
    if shutil.which("appstreamcli") is None:
        pytest.skip("no appstreamcli")
    text = (ROOT / "installer" / "linux" / "ocrwatch.metainfo.xml").read_text(encoding="utf-8")
    made = tmp_path / "io.github.ocrwatch.ocrwatch.metainfo.xml"
    made.write_text(text.replace("@VERSION@", version()).replace("@DATE@", DAY.isoformat()), encoding="utf-8")
    finished = subprocess.run(
        ["appstreamcli", "validate", "--no-net", str(made)], capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stdout


def test_the_macs_property_list_is_checked(tmp_path: Path) -> None:
    """One that lacks what keeps it out of the Dock is told."""
    path = tmp_path / "Info.plist"
    path.write_bytes(plistlib.dumps(info("ocrwatchw")))
    assert faults(path) == []
    path.write_bytes(plistlib.dumps({**info("ocrwatchw"), "LSUIElement": False}))
    assert faults(path) == ["LSUIElement: False in place of True"]
    if shutil.which("plistutil"):
        subprocess.run(["plistutil", "-i", str(path)], check=True, capture_output=True)


def test_nothing_is_signed_without_a_certificate(tmp_path: Path) -> None:
    """With half a configuration the build ends; with a whole one signtool is called with a timestamp."""
    assert sign_command({}) is None
    with pytest.raises(SystemExit, match="TIMESTAMP"):
        sign_command({"OCRWATCH_SIGN_THUMBPRINT": "ab12"})
    with pytest.raises(SystemExit, match="no file"):
        sign_command({"OCRWATCH_SIGN_PFX": str(tmp_path / "none.pfx")})
    command = sign_command({"OCRWATCH_SIGN_THUMBPRINT": "ab12", "OCRWATCH_SIGN_TIMESTAMP_URL": "http://stamp.example"})
    assert command is not None
    assert command[:4] == ["signtool", "sign", "/fd", "SHA256"]
    assert {"/sha1", "ab12", "/tr", "http://stamp.example"} <= set(command)


def test_hashes_are_as_sha256sum_reads_them(tmp_path: Path) -> None:
    """Of what is published, and of nothing else."""
    (tmp_path / "ocrwatch.deb").write_bytes(b"a package")
    (tmp_path / "notes.txt").write_bytes(b"no package")
    text = write_hashes(tmp_path).read_text(encoding="ascii")
    assert text == f"{hashlib.sha256(b'a package').hexdigest()}  ocrwatch.deb\n"
    if shutil.which("sha256sum"):
        subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=tmp_path, check=True, capture_output=True)
