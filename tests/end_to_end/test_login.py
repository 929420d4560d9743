"""Started without a console: from a menu, by a double click, at login; and asked to end."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ocrwatch.cli import windowed
from ocrwatch.desktop.instance import InstanceLock
from tests.endpoint_server import EndpointServer, Reply, completion, fenced
from tests.pictures import jpeg
from tests.program import Program
from tests.unprivileged import said_without_rights
from tests.waiting import wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux")


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A folder of programs that note what they are asked to open or to show, in place of a desktop's."""
    folder = tmp_path / "tools"
    folder.mkdir()
    for name in ("xdg-open", "zenity"):
        program = folder / name
        program.write_text(
            f'#!/bin/sh\nprintf "%s\\n" "$@" >"{folder}/{name}.part"\nmv "{folder}/{name}.part" "{folder}/{name}.said"\n'
        )
        program.chmod(0o755)
    return folder


def _started(
    program: Program, tools: Path, *arguments: str, display: bool = True, **environment: str
) -> subprocess.Popen[bytes]:
    """`ocrwatchw`, whose three streams are closed, as where there is no console."""
    settings = {**program.environment, "PATH": f"{tools}:{os.environ['PATH']}", **environment}
    if display:
        settings["DISPLAY"] = ":none"
    command = [sys.executable, "-m", "ocrwatch.cli.windowed", *arguments]
    return subprocess.Popen(["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *command], env=settings)


def _said(tools: Path, name: str) -> str:
    path = tools / f"{name}.said"
    return path.read_text(encoding="utf-8") if path.exists() else ""


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    program = Program(tmp_path / "甲 b")
    yield program
    program.run("stop")
    wait_until(lambda: not program.status()["running"])


def test_a_second_start_from_the_menu_brings_the_spreadsheet_up(program: Program, tools: Path) -> None:
    """Exit status 0; the folder where there is no spreadsheet yet; nothing at login; in a terminal exit status 3."""
    first = _started(program, tools, "--at-login", display=False)
    wait_until(lambda: any(folder["mode"] for folder in program.status()["folders"]), seconds=40)
    assert _started(program, tools, "--at-login").wait(40) == 0
    assert _said(tools, "xdg-open") == ""
    assert _started(program, tools).wait(40) == 0
    assert _said(tools, "xdg-open").strip() == str(program.inbox)
    program.ledger.touch()
    assert _started(program, tools, "--config", str(program.config)).wait(40) == 0
    assert _said(tools, "xdg-open").strip() == str(program.ledger)
    assert program.run("run").returncode == 3
    assert first.poll() is None
    first.send_signal(signal.SIGTERM)
    assert first.wait(40) == 0


def test_of_two_that_start_at_once_one_ends_without_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The other one got the lock after this one had looked: no window says so at login; exit status 0."""
    program = Program(tmp_path / "p")
    shown: list[str] = []
    monkeypatch.setenv("OCRWATCH_CONFIG", str(program.config))
    monkeypatch.setattr("ocrwatch.cli.windowed.alert", shown.append)
    monkeypatch.setattr("ocrwatch.desktop.instance.is_running", lambda _: False)
    monkeypatch.setattr("ocrwatch.desktop.instance._PATIENCE_SECONDS", 0.1)
    program.state.mkdir(mode=0o700)
    other = InstanceLock(program.state)
    other.acquire()
    try:
        assert windowed.started(["--at-login"]) == 0
    finally:
        other.release()
    assert shown == []
    assert "running already" not in capfd.readouterr().err


def test_a_killed_one_is_no_obstacle(program: Program, tools: Path) -> None:
    """After SIGKILL, as after a cut of the power, the next start runs."""
    first = _started(program, tools, "--at-login", display=False)
    wait_until(lambda: bool(program.status()["running"]), seconds=40)
    first.kill()
    first.wait()
    assert (program.state / "daemon.lock").exists()
    second = _started(program, tools, "--at-login", display=False)
    wait_until(lambda: bool(program.status()["running"]), seconds=40)
    second.send_signal(signal.SIGHUP)
    assert second.wait(40) == 0


def test_two_users_at_once_do_not_meet(tmp_path: Path, tools: Path) -> None:
    """Each has a state folder, so each has a daemon."""
    programs = [Program(tmp_path / name) for name in ("anna", "bo")]
    daemons = [_started(program, tools, "--at-login", display=False) for program in programs]
    for program, daemon in zip(programs, daemons, strict=True):
        wait_until(lambda program=program: bool(program.status()["running"]), seconds=40)  # type: ignore[misc]
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(40) == 0


def test_a_mistake_is_seen_though_there_is_no_console(program: Program, tools: Path) -> None:
    """A window of the system's says what is wrong with the configuration; exit status 2."""
    program.config.write_text("wombat = 1\n" + program.config.read_text(encoding="utf-8"), encoding="utf-8")
    assert _started(program, tools, "--at-login").wait(40) == 2
    wait_until(lambda: "no setting wombat" in _said(tools, "zenity"))
    program.config.write_text(program.config.read_text(encoding="utf-8").partition("\n")[2], encoding="utf-8")


def test_a_mistake_without_any_desktop_ends_it_all_the_same(program: Program, tools: Path) -> None:
    """Nothing can be shown: the exit status says it."""
    good = program.config.read_text(encoding="utf-8")
    program.config.write_text("wombat = 1\n" + good, encoding="utf-8")
    assert _started(program, tools, display=False).wait(40) == 2
    program.config.write_text(good, encoding="utf-8")


def test_a_read_only_home_is_told_in_words(tmp_path: Path) -> None:
    """No traceback: which folder cannot be used, and why."""
    (tmp_path / ".local").mkdir(mode=0o555)
    (tmp_path / ".config").mkdir(mode=0o555)
    code = """
    import os, sys
    for name in [*os.environ]:
        if name.startswith(("XDG_", "OCRWATCH_")):
            del os.environ[name]
    os.environ["HOME"] = sys.argv[1]
    os.environ["LANG"] = "C.UTF-8"
    from ocrwatch.cli import windowed
    from ocrwatch.cli.windowed import started
    windowed.alert = lambda text: print(text) or True
    print(started(["--at-login"]))
    """
    said = said_without_rights(code, tmp_path).splitlines()
    assert said[-1] == "2"
    assert "cannot be used: Permission denied" in said[0]
    assert str(tmp_path) in said[0]


@pytest.mark.skipif(shutil.which("xmessage") is None or shutil.which("Xvfb") is None, reason="xmessage, Xvfb")
def test_the_window_really_opens(tmp_path: Path) -> None:
    """On a screen of its own, with what desktops have had for ever."""
    from tests.screens import screen, windows_on

    with screen() as display:
        environment = {"DISPLAY": display, "PATH": "/usr/bin", "LANG": "C.UTF-8", "HOME": str(tmp_path)}
        code = "from ocrwatch.desktop.alert import alert; assert alert('the configuration, line 1')"
        subprocess.run([sys.executable, "-c", code], env=environment, check=True)
        wait_until(lambda: "ocrwatch" in windows_on(display))
        subprocess.run(["xdotool", "search", "--name", "ocrwatch", "windowkill"], env=environment, check=False)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_an_end_of_the_session_is_heard_while_a_scan_is_read(
    tmp_path: Path, tools: Path, number: signal.Signals
) -> None:
    """What is in flight gets five seconds; then it ends with exit status 0, and the scan waits where it lies."""
    with EndpointServer(lambda _: Reply(delay_seconds=300)) as server:
        program = Program(tmp_path / "p", base_url=server.base_url)
        (program.inbox / "a.jpg").write_bytes(jpeg("a"))
        daemon = _started(program, tools, "--at-login", display=False)
        wait_until(lambda: len(server.asked) == 1, seconds=40)
        daemon.send_signal(number)
        daemon.send_signal(number)
        assert daemon.wait(40) == 0
    assert program.left() == ["a.jpg"]


# ---------------------------------------------------------------- battery

_WITH_BATTERY = """
set -eu
mount -t tmpfs none /sys/class/power_supply
mkdir /sys/class/power_supply/BAT0 /sys/class/power_supply/AC
cd /sys/class/power_supply
echo 50000 >BAT0/energy_now; echo 90000 >BAT0/energy_full; echo 9000 >BAT0/power_now; echo 55 >BAT0/capacity
echo Discharging >BAT0/status; echo 0 >AC/online
cd /
exec "$@"
"""


def _can_mount() -> bool:
    if os.geteuid() != 0 or shutil.which("unshare") is None or not Path("/sys/class/power_supply").is_dir():
        return False
    probe = ["unshare", "-m", "sh", "-c", "mount -t tmpfs none /sys/class/power_supply"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not _can_mount(), reason="a battery of our own needs root's rights and mounts")
def test_reading_pauses_on_battery(tmp_path: Path) -> None:
    """A computer that says it runs on its battery: the scan waits, the status says so, `resume` overrules it."""
    with EndpointServer(lambda _: completion(fenced({"company": "Any", "total": "1.00"}))) as server:
        program = Program(
            tmp_path, base_url=server.base_url, fields=["company", "total"], top="pause_on_battery = true"
        )
        (program.inbox / "a.jpg").write_bytes(jpeg("a"))
        command = [sys.executable, "-m", "ocrwatch", "run", "--no-tray"]
        daemon = subprocess.Popen(
            ["unshare", "-m", "sh", "-c", _WITH_BATTERY, "sh", *command],
            env={**program.environment, "PATH": os.environ["PATH"]},
            stdout=subprocess.DEVNULL,
        )
        try:
            wait_until(lambda: bool(program.status()["waiting"]), seconds=40)
            assert "on its battery" in program.run("status").stdout
            assert server.asked == []
            program.run("resume")
            wait_until(lambda: len(program.rows()) == 1, seconds=40)
            assert "on its battery" not in program.run("status").stdout
        finally:
            daemon.send_signal(signal.SIGTERM)
            assert daemon.wait(40) == 0


@pytest.mark.skipif(not _can_mount(), reason="a battery of our own needs root's rights and mounts")
def test_mains_and_battery_are_told_apart() -> None:
    """By what Linux itself says of them."""
    code = """
from pathlib import Path
from ocrwatch.desktop.battery import on_battery
print(on_battery())
Path("/sys/class/power_supply/AC/online").write_text("1")
Path("/sys/class/power_supply/BAT0/status").write_text("Charging")
print(on_battery())
"""
    command = ["unshare", "-m", "sh", "-c", _WITH_BATTERY, "sh", sys.executable, "-c", code]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.split() == ["True", "False"]


# ---------------------------------------------------------------- keyring and network at login

_MORNING = """
import json, subprocess, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from secretstorage import dbus_init
from secretstorage.util import DBusAddressWrapper, format_secret, open_session
from tests.waiting import wait_until

def run(*arguments):
    return subprocess.run([sys.executable, "-m", "ocrwatch", *arguments], capture_output=True, text=True).stdout

def status():
    return json.loads(run("status", "--json"))

def unlock():
    # what the desktop does with the password of the login
    bus, service = dbus_init(), "/org/freedesktop/secrets"
    inner = "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface"
    password = format_secret(open_session(bus), b"pw", "text/plain")
    DBusAddressWrapper(service, inner, bus).call(
        "UnlockWithMasterPassword", "o(oayays)", service + "/collection/login", password
    )

quiet = subprocess.DEVNULL
daemon = subprocess.Popen([sys.executable, "-m", "ocrwatch", "run", "--no-tray"], stdout=quiet, stderr=quiet)
try:
    wait_until(lambda: "keyring" in json.dumps(status()["waiting"]), seconds=40)
    said = status()
    print(said["failed"], said["to_read"], said["engine"], "Attempts so far: 0" in run("why", "a.jpg"))
    unlock()
    run("resume")
    wait_until(lambda: status()["done"] == 1, seconds=40)
    run("stop")
    print(daemon.wait(20))
finally:
    daemon.kill()
"""


@pytest.mark.skipif(
    not (shutil.which("gnome-keyring-daemon") and shutil.which("dbus-run-session")),
    reason="gnome-keyring and dbus-run-session are not here",
)
def test_a_keyring_that_is_locked_at_login_is_waited_for(tmp_path: Path) -> None:
    """The scan waits, costs nothing and goes nowhere else; once the keyring opens it is read with its key."""
    with EndpointServer(lambda _: completion(fenced({"company": "Any", "total": "1.00"})), key="sk-one") as server:
        program = Program(tmp_path, base_url=server.base_url, fields=["company", "total"])
        (tmp_path / "run").mkdir(mode=0o700)
        environment = {**program.environment, "PATH": os.environ["PATH"], "XDG_RUNTIME_DIR": str(tmp_path / "run")}
        del environment["PYTHON_KEYRING_BACKEND"]

        def in_session(before: str, *command: str, stdin: str = "") -> list[str]:
            finished = subprocess.run(
                ["dbus-run-session", "--", "sh", "-c", f'{before}; exec "$@"', "sh", sys.executable, *command],
                env=environment,
                input=stdin,
                capture_output=True,
                text=True,
                timeout=110,
                check=False,
            )
            assert finished.returncode == 0, finished.stderr + program.log()
            return finished.stdout.splitlines()

        unlock = "printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1"
        in_session(unlock, "-m", "ocrwatch", "key", "set", stdin="sk-one\n")
        (program.inbox / "a.jpg").write_bytes(jpeg("a"))
        script = tmp_path / "morning.py"
        script.write_text(_MORNING, encoding="utf-8")
        locked = "gnome-keyring-daemon --start --components=secrets >/dev/null 2>&1"
        said = in_session(locked, str(script), str(Path(__file__).parents[2]))
        assert said == ["0 1 127.0.0.1 True", "0"]
        assert len(server.asked) == 1


def test_no_network_at_login_is_quiet_and_costs_nothing(tmp_path: Path) -> None:
    """The name is not found: the scan waits, no attempt is spent; once the service is there it is read by itself."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    program = Program(tmp_path, base_url=f"http://127.0.0.1:{port}/v1", fields=["company", "total"])
    (program.inbox / "a.jpg").write_bytes(jpeg("a"))
    with program.running():
        wait_until(lambda: bool(program.status()["waiting"]), seconds=40)
        assert "Attempts so far: 0" in program.run("why", "a.jpg").stdout
        with EndpointServer(lambda _: completion(fenced({"company": "Any", "total": "1.00"})), port=port):
            wait_until(lambda: len(program.rows()) == 1, seconds=60)
