"""Run at login for real: entries are judged and started by the system's own programs."""

from __future__ import annotations

import json
import os
import plistlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ocrwatch.desktop import autostart
from ocrwatch.desktop.autostart import macos, systemd, xdg
from ocrwatch.desktop.autostart.program import AT_LOGIN, at_login, windowed
from ocrwatch.errors import UsageError
from tests.program import Program
from tests.unprivileged import said_without_rights
from tests.waiting import wait_until

ODD = "a b 甲 100% $HOME `x` \"q\" 'o' \\ ~;&"

linux = pytest.mark.skipif(sys.platform != "linux", reason="Linux")


def needs(*programs: str) -> pytest.MarkDecorator:
    missing = [name for name in programs if shutil.which(name) is None]
    return pytest.mark.skipif(bool(missing), reason=f"not here: {', '.join(missing)}")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, with spaces and Chinese in its name; no systemd and no desktop of the machine's."""
    folder = tmp_path / "my home 我的"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(tmp_path / "xdg"))
    for name in ("XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
    return folder


def recorder(folder: Path) -> tuple[Path, Path]:
    """A program that writes the arguments it was started with, and the file it writes them to."""
    folder.mkdir(parents=True)
    said = folder / "said.json"
    program = folder / "program"
    program.write_text(
        f"#!{sys.executable}\nimport json, os, sys\nfrom pathlib import Path\nsaid = Path(__file__).parent / 'said.json'\n"
        "part = said.with_name('part')\npart.write_text(json.dumps(sys.argv[1:]))\nos.replace(part, said)\n",
        encoding="utf-8",
    )
    program.chmod(0o755)
    return program, said


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir())


# ---------------------------------------------------------------- on, off, status


@linux
@pytest.mark.parametrize("service", [False, pytest.param(True, marks=needs("systemctl"))])
def test_on_twice_is_on_once_and_off_leaves_nothing(home: Path, service: bool) -> None:
    """One way at a time; the tick is true; off takes everything away, also twice."""
    assert not autostart.is_on()
    autostart.turn_off()
    assert files(home) == []
    autostart.turn_on(service=not service)
    autostart.turn_on(service=service)
    once = files(home)
    autostart.turn_on(service=service)
    assert files(home) == once
    assert ("service" in once[0]) is service
    assert autostart.is_on()
    assert "starts at login" in str(autostart.status())
    autostart.turn_off()
    autostart.turn_off()
    assert files(home) == []
    assert not autostart.is_on()


@linux
@pytest.mark.parametrize("line", ["Hidden=true", "X-GNOME-Autostart-enabled=false"])
def test_what_the_desktops_settings_switched_off_is_off(home: Path, line: str) -> None:
    """Desktops switch an entry off by a key in it; turning it on again takes that back."""
    autostart.turn_on()
    path = home / ".config" / "autostart" / "ocrwatch.desktop"
    key = line.partition("=")[0]
    kept = [other for other in path.read_text(encoding="utf-8").splitlines() if not other.startswith(key)]
    path.write_text("\n".join([*kept, line]), encoding="utf-8")
    assert not autostart.is_on()
    autostart.turn_on()
    assert autostart.is_on()


@linux
def test_an_entry_for_all_users_is_hidden_by_off(home: Path, tmp_path: Path) -> None:
    """An administrator's entry counts as on; this user's off hides it."""
    everybody = tmp_path / "xdg" / "autostart"
    everybody.mkdir(parents=True)
    (everybody / "ocrwatch.desktop").write_text("[Desktop Entry]\nType=Application\nName=o\nExec=ocrwatchw\n")
    assert autostart.is_on()
    autostart.turn_off()
    assert not autostart.is_on()
    autostart.turn_on()
    assert autostart.is_on()


@linux
@pytest.mark.parametrize("service", [False, pytest.param(True, marks=needs("systemctl"))])
def test_an_entry_follows_an_installation_that_moved(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, service: bool
) -> None:
    """A start from the new place mends what names the old one; what it is to start with stays."""
    config = tmp_path / f"{ODD}.toml"
    old, new = tmp_path / "old" / "bin", tmp_path / "new place" / "bin"
    for folder in (old, new):
        folder.mkdir(parents=True)
        for name in ("ocrwatch", "ocrwatchw", "python"):
            (folder / name).touch()
    monkeypatch.setattr(sys, "executable", str(old / "python"))
    assert not autostart.mend(config)
    assert files(home) == []
    autostart.turn_on(config, service=service)
    entry = systemd.UserUnit() if service else xdg.DesktopEntry()
    before = entry.command()
    assert before is not None
    assert before[0].startswith(str(old))
    assert before[-2:] == ("--config", str(config))
    monkeypatch.setattr(sys, "executable", str(new / "python"))
    assert not autostart.mend(tmp_path / "another.toml"), "another configuration's entry, which works"
    assert autostart.mend(config)
    after = entry.command()
    assert after is not None
    assert after[0].startswith(str(new))
    assert after[1:] == before[1:]
    assert not autostart.mend(config)
    shutil.rmtree(new)
    assert "not there any more" in str(autostart.status())
    monkeypatch.setattr(sys, "executable", str(old / "python"))
    assert autostart.mend(tmp_path / "another.toml"), "the program is gone: its entry serves nobody"
    assert entry.command() == before


@linux
def test_a_bare_checkout_names_its_interpreter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no script is installed the module is named; a packed program names itself."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setattr("sysconfig.get_path", lambda *_: str(tmp_path))
    assert windowed() == (str(tmp_path / "python"), "-m", "ocrwatch.cli.windowed")
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert at_login(None) == (str(tmp_path / "python"), AT_LOGIN)
    (tmp_path / "ocrwatchw").touch()
    assert at_login(None) == (str(tmp_path / "ocrwatchw"), AT_LOGIN)


@linux
def test_a_home_that_is_read_only_is_told(tmp_path: Path) -> None:
    """On says which file cannot be written, and why; nothing half-written is left."""
    (tmp_path / ".config").mkdir(mode=0o555)
    code = """
    import os, sys
    os.environ["HOME"] = sys.argv[1]
    os.environ.pop("XDG_CONFIG_HOME", None)
    from ocrwatch.desktop import autostart
    from ocrwatch.errors import UsageError
    for service in (False, True):
        try:
            autostart.turn_on(service=service)
        except UsageError as error:
            print(error)
    print(autostart.status())
    """
    said = said_without_rights(code, tmp_path)
    assert said.count("cannot be changed") == 2
    assert "Permission denied" in said
    assert "does not start at login" in said
    assert files(tmp_path) == []


# ---------------------------------------------------------------- Linux desktops


@linux
@needs("desktop-file-validate")
def test_the_entry_is_valid(home: Path, tmp_path: Path) -> None:
    """By freedesktop.org's own judge, without a warning, whatever the path holds."""
    autostart.turn_on(tmp_path / f"{ODD}.toml")
    path = home / ".config" / "autostart" / "ocrwatch.desktop"
    judged = subprocess.run(["desktop-file-validate", "--warn-kde", path], capture_output=True, text=True, check=False)
    assert (judged.returncode, judged.stdout + judged.stderr) == (0, "")


@linux
@needs("gio")
def test_an_odd_path_reaches_the_program_through_glib(home: Path, tmp_path: Path) -> None:
    """GNOME, XFCE, Cinnamon and MATE read entries by GLib: each argument arrives as it was."""
    program, said = recorder(tmp_path / ODD)
    entry = xdg.DesktopEntry()
    entry.turn_on([str(program), AT_LOGIN, "--config", ODD])
    subprocess.run(["gio", "launch", entry.place], check=True, capture_output=True, timeout=30)
    wait_until(said.exists)
    assert json.loads(said.read_text()) == [AT_LOGIN, "--config", ODD]


@linux
@needs("dex")
def test_the_desktop_starts_the_daemon_at_login(tmp_path: Path) -> None:
    """`ocrwatch autostart on`, then what a desktop does at login: the daemon watches, and ends with the session."""
    program = Program(tmp_path / "甲 b")
    (program.inbox / "notes.txt").write_text("no scan")
    assert program.run("autostart", "on").returncode == 0
    assert "starts at login" in program.run("autostart", "status").stdout
    environment = {**program.environment, "PATH": os.environ["PATH"], "XDG_CONFIG_DIRS": str(tmp_path)}
    del environment["OCRWATCH_CONFIG"]  # the entry alone names it
    quiet = subprocess.DEVNULL
    subprocess.run(["dex", "-a", "-e", "XFCE"], env=environment, check=True, stdout=quiet, stderr=quiet, timeout=60)
    try:
        wait_until(lambda: bool(program.status()["running"]), seconds=40)
    finally:
        assert program.run("stop").returncode == 0
    wait_until(lambda: not program.status()["running"])
    assert program.run("autostart", "off").returncode == 0
    assert "does not start" in program.run("autostart", "status").stdout
    assert files(program.home / ".config") == []


# ---------------------------------------------------------------- systemd

_MANAGER = """
set -eu
mount -t cgroup2 none /sys/fs/cgroup
mount -t tmpfs none /run
mkdir -p /run/systemd/system /run/user/0
chmod 700 /run/user/0
export XDG_RUNTIME_DIR=/run/user/0
exec dbus-run-session -- sh -c '
    /lib/systemd/systemd --user >"$0" 2>&1 &
    exec "$@"
' "$0" "$@"
"""

_SCRIPT = """
import subprocess, sys, time
from pathlib import Path

def said(*arguments):
    return subprocess.run(["systemctl", "--user", *arguments], capture_output=True, text=True).stdout.strip()

def until(condition):
    deadline = time.monotonic() + 60
    while not condition():
        if time.monotonic() > deadline:
            sys.exit("never: " + said("status", "--full", "ocrwatch.service"))
        time.sleep(0.05)

def shown(key):
    return said("show", "--value", "-p", key, "ocrwatch.service")

until(lambda: said("is-system-running") not in ("", "offline", "unknown"))
def running():
    return '"running": true' in subprocess.run(sys.argv[1:] + ["status", "--json"], capture_output=True, text=True).stdout
until(lambda: shown("ActiveState") == "active" and running())
print("enabled", said("is-enabled", "ocrwatch.service"))
first = shown("MainPID")
subprocess.run(["kill", "-9", first])
until(lambda: shown("NRestarts") == "1" and shown("MainPID") not in ("0", first) and running())
print("restarted")
said("stop", "ocrwatch.service")
until(lambda: shown("ActiveState") == "inactive")
print("stopped", shown("Result"), shown("ExecMainStatus"))
"""


@linux
@needs("systemd-analyze")
def test_the_unit_is_valid(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """systemd finds nothing to say about it, whatever the path holds."""
    program, _ = recorder(tmp_path / ODD)
    entry = systemd.UserUnit()
    entry.turn_on([str(program), "run", "--config", ODD])
    judged = subprocess.run(
        ["systemd-analyze", "verify", "--user", "--recursive-errors=no", entry.place],
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Unknown key" not in judged.stderr
    assert "ocrwatch.service" not in judged.stderr
    assert judged.returncode == 0


@linux
@needs("unshare", "systemctl", "dbus-run-session")
@pytest.mark.skipif(not Path("/lib/systemd/systemd").exists(), reason="systemd is not here")
def test_systemd_starts_the_service_and_again_after_a_crash(tmp_path: Path) -> None:
    """A user's systemd, begun from nothing, starts it by itself; SIGKILL brings it back; a stop ends it in order."""
    if os.geteuid() != 0:
        pytest.skip("needs root's rights for a systemd of its own")
    program = Program(tmp_path / "a b 甲 100% 'o'")
    assert program.run("autostart", "on", "--service").returncode == 0
    script = tmp_path / "script.py"
    script.write_text(_SCRIPT, encoding="utf-8")
    log = tmp_path / "systemd.log"
    asked = [sys.executable, str(script), str(Path(sys.executable).with_name("ocrwatch"))]
    finished = subprocess.run(
        ["unshare", "-m", "-C", "-p", "-f", "--mount-proc", "sh", "-c", _MANAGER, str(log), *asked],
        env={**program.environment, "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    if "mount:" in finished.stderr or "unshare" in finished.stderr:
        pytest.skip("this container lets no systemd start")
    assert finished.stdout.splitlines() == ["enabled enabled", "restarted", "stopped success 0"], (
        finished.stderr + (log.read_text(errors="replace")[-2000:] if log.exists() else "") + program.log()
    )


# ---------------------------------------------------------------- macOS


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX")
def test_the_launch_agent_says_what_it_is_to(home: Path) -> None:
    """Written, read back, taken away; on twice is on once."""
    entry = macos.LaunchAgent()
    assert entry.command() is None
    for _ in range(2):
        entry.turn_on(["/opt/a b/ocrwatchw", AT_LOGIN, ODD])
    assert entry.is_on()
    assert entry.command() == ("/opt/a b/ocrwatchw", AT_LOGIN, ODD)
    path = home / "Library" / "LaunchAgents" / "ocrwatch.plist"
    kept = plistlib.loads(path.read_bytes())
    assert (kept["RunAtLoad"], kept["KeepAlive"]) == (True, {"Crashed": True})
    path.write_text("no plist")
    assert entry.command() == ()
    assert not entry.is_on()
    entry.turn_off()
    entry.turn_off()
    assert files(home) == []


@needs("plistutil")
def test_the_launch_agent_is_a_property_list(tmp_path: Path) -> None:
    """By libplist's judgement, whatever the path holds."""
    path = tmp_path / "ocrwatch.plist"
    path.write_bytes(macos.agent(["/opt/a b/ocrwatchw", AT_LOGIN, ODD + "<&>"]))
    judged = subprocess.run(["plistutil", "-i", path, "-f", "xml"], capture_output=True, text=True, check=True)
    assert "<key>RunAtLoad</key>" in judged.stdout
    assert "a b 甲" in judged.stdout


# ---------------------------------------------------------------- Windows


@pytest.mark.skipif(sys.platform != "win32", reason="Windows")
def test_the_run_key_is_set_and_removed() -> None:
    """On twice is on once; the task manager's switch counts; off removes both values; a command too long is told."""
    assert sys.platform == "win32"
    import winreg

    from ocrwatch.desktop.autostart import windows

    entry = windows.RunKey()
    entry.turn_off()
    assert entry.command() is None
    command = (r"C:\Program Files\ocr watch\ocrwatchw.exe", AT_LOGIN, "--config", "C:\\甲 b\\c%.toml")
    for _ in range(2):
        entry.turn_on(command)
    assert entry.command() == command
    assert entry.is_on()
    with winreg.CreateKey(winreg.HKEY_CURRENT_USER, windows._APPROVED) as key:
        winreg.SetValueEx(key, "ocrwatch", 0, winreg.REG_BINARY, bytes([3]) + bytes(11))
    assert not entry.is_on()
    entry.turn_on(command)
    assert entry.is_on()
    with pytest.raises(UsageError, match="260"):
        entry.turn_on(["C:\\" + "x" * 300])
    entry.turn_off()
    entry.turn_off()
    assert entry.command() is None
    assert not entry.is_on()
