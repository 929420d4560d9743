"""The checks, in order: each goes on where the one before it left the computer. What a check returns is told beside it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from installer.common.check_frozen import ensure_page
from installer.common.project import VERSION
from installer.linux.rows import rows as rows_of
from installer.windows.build import LIMIT_MB
from installer.windows.under_wine.installed import RUN_KEY, SLOW_SECONDS, UNINSTALL_KEY, Installed
from installer.windows.under_wine.place import Wine
from tests.endpoint_server import EndpointServer, answering
from tests.pictures import drop, receipts_of, truth_of
from tests.waiting import wait_until

KEY = "sk-under-wine-0123456789"
_PICTURES = receipts_of(8)


class Skipped(Exception):
    """A check that cannot be made here, with its reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What the checks work on. `pictures` is a folder for screenshots."""

    wine: Wine
    setup: Path
    small: Path
    ocrwatch: Installed
    server: EndpointServer
    pictures: Path


def truth_server() -> EndpointServer:
    """A reading service that wants the key."""
    return EndpointServer(answering(truth_of(_PICTURES), delay_seconds=0.0), key=KEY)


def _ran(status: int, output: str, wanted: int = 0) -> None:
    assert status == wanted, f"exit status {status} in place of {wanted}: {output[-500:]}"


def _installed(bench: Bench, *switches: str, setup: Path | None = None) -> None:
    _ran(bench.wine.run_to_its_end(setup or bench.setup, "/S", *switches), "")


def _uninstalled(bench: Bench, *switches: str, folder: Path | None = None) -> None:
    place = folder or bench.ocrwatch.folder
    # With _?= it does not go on in a copy of itself, so that its end is the end; it cannot remove itself then.
    finished = bench.wine.run(place / "uninstall.exe", "/S", *switches, f"_?={bench.wine.named(place)}")
    _ran(finished.status, finished.output)
    (place / "uninstall.exe").unlink(missing_ok=True)
    if place.exists() and not any(place.iterdir()):
        place.rmdir()


# ---------------------------------------------------------------- the setup


def sizes(bench: Bench) -> str:
    """The setups weigh no more than they may."""
    told = []
    for engine, path in (("local", bench.setup), ("none", bench.small)):
        size_mb = path.stat().st_size / 1e6
        assert size_mb <= LIMIT_MB[engine], f"{path.name}: {size_mb:.1f} MB"
        told.append(f"{size_mb:.1f} MB of {LIMIT_MB[engine]}")
    return ", ".join(told)


def hashes(bench: Bench) -> str:
    """The published hashes are those of the files."""
    lines = (bench.setup.parent / "SHA256SUMS").read_text(encoding="ascii").splitlines()
    told = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    for path in (bench.setup, bench.small):
        assert told[path.name] == hashlib.sha256(path.read_bytes()).hexdigest(), path.name
    return f"{len(told)} files"


def installs_for_one_user(bench: Bench) -> str:
    """Silently, without an administrator's rights: program, menu entries, entry among the programs, run at login."""
    _installed(bench, "/AUTOSTART=1")
    place = bench.ocrwatch.folder
    for name in ("ocrwatch.exe", "ocrwatchw.exe", "uninstall.exe", "licences/Python.txt", "completions/ocrwatch.ps1"):
        assert (place / name).is_file(), name
    menu = bench.wine.home / "AppData/Roaming/Microsoft/Windows/Start Menu/Programs/ocrwatch"
    assert sorted(path.name for path in menu.iterdir()) == ["ocrwatch in a terminal.lnk", "ocrwatch.lnk"]
    assert bench.wine.value(rf"HKCU\{UNINSTALL_KEY}", "DisplayVersion") == VERSION
    assert (
        bench.wine.value(rf"HKCU\{RUN_KEY}", "ocrwatch") == f'"{bench.wine.named(bench.ocrwatch.windowed)}" --at-login'
    )
    return bench.wine.named(place)


def runs(bench: Bench) -> str:
    """The installed program starts and tells its version."""
    finished = bench.ocrwatch.say("--version")
    _ran(finished.status, finished.output)
    assert finished.output.strip() == f"ocrwatch {VERSION}", finished.output
    return finished.output.strip()


def run_key(bench: Bench) -> str:
    """`autostart off` leaves nothing in the key Run, `on` twice leaves one entry, `status` tells the truth."""
    assert bench.ocrwatch.say("autostart", "off").status == 0
    assert bench.wine.value(rf"HKCU\{RUN_KEY}", "ocrwatch") is None
    off = bench.ocrwatch.say("autostart", "status").output
    for _ in range(2):
        assert bench.ocrwatch.say("autostart", "on").status == 0
    value = bench.wine.value(rf"HKCU\{RUN_KEY}", "ocrwatch")
    assert value == f'"{bench.wine.named(bench.ocrwatch.windowed)}" --at-login', value
    assert bench.ocrwatch.say("autostart", "status").output != off
    return value


def demo(bench: Bench) -> str:
    """The engine on this computer reads the four samples."""
    finished = bench.ocrwatch.say("demo")
    _ran(finished.status, finished.output)
    count = rows_of(str(bench.wine.home / "OCRWatch" / "Demo" / "Ledger.xlsx"))
    assert count == 4, f"{count} rows"
    return "4 rows of 4"


def settings_pages(bench: Bench) -> str:
    """The settings are served, and drawn, by the installed program."""
    with bench.wine.start(bench.ocrwatch.console, "settings", "--no-browser") as process:
        assert process.stdout is not None
        try:
            address = next(
                (word for line in process.stdout for word in line.decode().split() if word.startswith("http")), ""
            )
            assert address, "no address was told"
            ensure_page(address)
        finally:
            assert bench.wine.run("taskkill", "/F", "/IM", "ocrwatch.exe").status == 0
            process.communicate(timeout=SLOW_SECONDS)
    return "the first page is there"


# ---------------------------------------------------------------- at work


def keyring(bench: Bench) -> str:
    """The key goes to Windows' credentials, the service is asked with it, and `key clear` takes it away."""
    bench.ocrwatch.configure(bench.server.base_url)
    finished = bench.ocrwatch.say("key", "set", stdin=f"{KEY}\n")
    _ran(finished.status, finished.output)
    assert _keeps_key(bench), "the key is not among the credentials"
    kept = [
        path for path in bench.ocrwatch.config.parent.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()
    ]
    assert not kept, "the key stands in a file"
    doctor = bench.ocrwatch.say("doctor")
    _ran(doctor.status, doctor.output)
    assert bench.ocrwatch.say("key", "clear").status == 0
    assert not _keeps_key(bench), "the key is there after it was cleared"
    assert bench.ocrwatch.say("doctor").status != 0, "the key is known after it was cleared"
    assert bench.ocrwatch.say("key", "set", stdin=f"{KEY}\n").status == 0
    return "set, used, cleared"


def watcher(bench: Bench) -> str:
    """A dropped file becomes a row, by Windows' own events."""
    with bench.ocrwatch.running():
        _drop(bench, 0)
        bench.ocrwatch.wait_for_rows(1)
        (folder,) = _list(bench.ocrwatch.status()["folders"])
        assert folder["mode"] == "native", folder
        wait_until(lambda: (bench.ocrwatch.scans / "done" / "scan000.jpg").is_file(), seconds=SLOW_SECONDS)
    row = bench.ocrwatch.rows()[0]
    assert row["company"] == "Company of scan000.jpg", row
    return "native events, the row is right, the scan is in done"


def single_instance(bench: Bench) -> str:
    """A second one ends: with 3 in a terminal, with 0 and in silence at login."""
    with bench.ocrwatch.running():
        second = bench.ocrwatch.say("run")
        assert second.status == 3, f"exit status {second.status}: {second.output[-300:]}"
        silent = bench.wine.run(bench.ocrwatch.windowed, "--at-login")
        assert silent.status == 0, f"exit status {silent.status}: {silent.output[-300:]}"
        assert bench.ocrwatch.is_running()
    assert not bench.ocrwatch.is_running()
    return "3 and 0"


def held_workbook(bench: Bench) -> str:
    """While another program holds the workbook rows wait, visibly, and it stays as it is; then they land, once each."""
    with bench.ocrwatch.running():
        with bench.wine.holding(bench.ocrwatch.ledger):
            before = bench.ocrwatch.ledger.read_bytes()
            _drop(bench, 1, 2)
            wait_until(lambda: _waits_for(bench, 2), seconds=SLOW_SECONDS, step_seconds=0.5)
            assert bench.ocrwatch.ledger.read_bytes() == before, "the held workbook was written to"
            reason = str(_list(bench.ocrwatch.status()["waiting"])[0]["reason"])
        bench.ocrwatch.wait_for_rows(3)
    companies = sorted(str(row["company"]) for row in bench.ocrwatch.rows())
    assert companies == [f"Company of scan00{number}.jpg" for number in range(3)], companies
    return reason[:100]


def killed(bench: Bench) -> str:
    """Ended by force in the middle, it goes on at the next start: no row is missing, none is there twice."""
    with bench.ocrwatch.running():
        _drop(bench, 3, 4, 5)
        assert bench.wine.run("taskkill", "/F", "/IM", "ocrwatchw.exe").status == 0
    with bench.ocrwatch.running():
        bench.ocrwatch.wait_for_rows(6)
    ids = [row["Document ID"] for row in bench.ocrwatch.rows()]
    assert len(set(ids)) == 6, ids
    return "6 rows of 6, each once"


def _keeps_key(bench: Bench) -> bool:
    """Whether Windows' credentials, which Wine keeps in its registry, have one of ours."""
    told = bench.wine.run("reg", "query", r"HKCU\Software\Wine\Credential Manager", "/s").output
    return "ocrwatch" in told


def _drop(bench: Bench, *numbers: int) -> None:
    drop(bench.ocrwatch.scans, {f"scan00{number}.jpg": _PICTURES[f"scan00{number}.jpg"] for number in numbers})


def _waits_for(bench: Bench, count: int) -> bool:
    return sum(len(json.dumps(each["names"]).split(",")) for each in _list(bench.ocrwatch.status()["waiting"])) == count


def _list(value: object) -> list[dict[str, object]]:
    assert isinstance(value, list)
    return value


# ---------------------------------------------------------------- upgrade, removal


def installs_over_a_running_one(bench: Bench) -> str:
    """A setup over the running program ends it, replaces it, and starts it again."""
    stale = bench.ocrwatch.folder / "_internal" / "of an earlier version.txt"
    stale.write_text("", encoding="ascii")
    with bench.wine.start(bench.ocrwatch.windowed, "--at-login") as process:
        wait_until(bench.ocrwatch.is_running, seconds=SLOW_SECONDS, step_seconds=0.5)
        _installed(bench)
        process.communicate(timeout=SLOW_SECONDS)
    assert not stale.exists(), "parts of the earlier version are left"
    wait_until(bench.ocrwatch.is_running, seconds=SLOW_SECONDS, step_seconds=0.5)
    return "ended, replaced, running again"


def uninstalls_while_running(bench: Bench) -> str:
    """The running program is ended; program, menu, Run and entry are gone; settings, workbook and scans stay."""
    assert bench.ocrwatch.is_running()
    _uninstalled(bench)
    assert not bench.ocrwatch.folder.exists(), [path.name for path in bench.ocrwatch.folder.iterdir()]
    menu = bench.wine.home / "AppData/Roaming/Microsoft/Windows/Start Menu/Programs/ocrwatch"
    assert not menu.exists()
    assert bench.wine.value(rf"HKCU\{RUN_KEY}", "ocrwatch") is None
    assert not bench.wine.has_key(rf"HKCU\{UNINSTALL_KEY}")
    assert not bench.wine.has_key(r"HKCU\Software\ocrwatch")
    assert bench.ocrwatch.config.is_file()
    assert len(bench.ocrwatch.rows()) == 6
    assert len(list((bench.ocrwatch.scans / "done").glob("scan*.jpg"))) == 6
    return "gone; configuration, 6 rows and 6 scans are there"


def removes_settings_when_told(bench: Bench) -> str:
    """With /REMOVESETTINGS=1 configuration, journal and key go, too; workbook, its backups and scans stay."""
    _installed(bench, setup=bench.small)
    _uninstalled(bench, "/REMOVESETTINGS=1")
    left = sorted(path.name for path in bench.ocrwatch.config.parent.iterdir())
    assert left == ["backups"], left
    assert len(bench.ocrwatch.rows()) == 6
    assert not _keeps_key(bench), "the key is left among the credentials"
    return "only backups, workbook and scans are left"


def installs_for_all(bench: Bench) -> str:
    """/ALLUSERS: below Program Files, for all users, and away again."""
    _installed(bench, "/ALLUSERS", "/AUTOSTART=1", setup=bench.small)
    place = bench.wine.drive / "Program Files" / "ocrwatch"
    assert (place / "ocrwatch.exe").is_file()
    assert bench.wine.value(rf"HKLM\{UNINSTALL_KEY}", "DisplayVersion") == VERSION
    assert (
        bench.wine.value(rf"HKLM\{RUN_KEY}", "ocrwatch") == rf'"{bench.wine.named(place / "ocrwatchw.exe")}" --at-login'
    )
    _ran(bench.wine.run(place / "ocrwatch.exe", "--version").status, "")
    _uninstalled(bench, folder=place)
    assert not place.exists()
    assert bench.wine.value(rf"HKLM\{RUN_KEY}", "ocrwatch") is None
    assert not bench.wine.has_key(rf"HKLM\{UNINSTALL_KEY}")
    return bench.wine.named(place)


def installs_elsewhere(bench: Bench) -> str:
    """/D= chooses the folder; what else lies in it stays when the program goes."""
    place = bench.wine.drive / "My programs" / "ocrwatch here"
    place.mkdir(parents=True)
    (place / "my own.txt").write_text("mine", encoding="ascii")
    script = place / "setup.bat"  # /D= stands without quotes, whatever is in it: no list of arguments can say that
    setup = str(bench.small).replace("/", "\\")
    script.write_text(f'"Z:{setup}" /S /D={bench.wine.named(place)}\n', encoding="ascii")
    _ran(bench.wine.run_to_its_end("cmd", "/c", bench.wine.named(script)), "")
    script.unlink()
    assert (place / "ocrwatch.exe").is_file()
    _uninstalled(bench, folder=place)
    assert [path.name for path in place.iterdir()] == ["my own.txt"]
    return bench.wine.named(place)


from installer.windows.under_wine.tray import tray_menu  # noqa: E402  it uses `Bench`

CHECKS: tuple[Callable[[Bench], str], ...] = (
    sizes,
    hashes,
    installs_for_one_user,
    runs,
    run_key,
    demo,
    settings_pages,
    keyring,
    watcher,
    single_instance,
    held_workbook,
    killed,
    tray_menu,
    installs_over_a_running_one,
    uninstalls_while_running,
    removes_settings_when_told,
    installs_for_all,
    installs_elsewhere,
)
