from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ocrwatch.childprocess import ChildProcess
from ocrwatch.errors import Busy, FolderAway
from ocrwatch.inbox import arrivals, watching
from ocrwatch.inbox.filesystems import FileSystem
from ocrwatch.inbox.lease import LEASE_NAME
from ocrwatch.inbox.pages import ChildPages
from ocrwatch.inbox.watching import LATE_SECONDS
from ocrwatch.ports import Inspection, Picture, PictureLimits, PrintedLine
from tests import papers
from tests.integration.inbox_running import RunningInbox
from tests.waiting import wait_until

Run = Callable[..., RunningInbox]
SCAN = papers.jpeg()

posix = pytest.mark.skipif(os.name != "posix", reason="pipes, links and names of POSIX")
linux = pytest.mark.skipif(sys.platform != "linux", reason="mounts and limits of Linux")


@pytest.fixture(scope="module")
def pages() -> Iterator[ChildPages]:
    child = ChildProcess(name="test", memory_bytes=2 * 1024**3)
    yield ChildPages(child)
    child.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


@pytest.fixture
def run(folder: Path, pages: ChildPages) -> Iterator[Run]:
    running: list[RunningInbox] = []

    def begin(**options: object) -> RunningInbox:
        inbox = RunningInbox(folder, options.pop("pages", pages), **options)  # type: ignore[arg-type]
        running.append(inbox.start())
        wait_until(lambda: inbox.has_looked() or inbox.trouble is not None)
        return inbox

    yield begin
    for inbox in running:
        inbox.stop()


def scan(number: int) -> bytes:
    return SCAN + b"scan number %d" % number


# ---------------------------------------------------------------- how scans come


def test_native_events(run: Run, folder: Path) -> None:
    """Scans that are written, moved in, renamed and brought in folders are taken, by the system's events alone."""
    inbox = run()
    assert inbox.inbox.mode == "native"
    (folder / "written.jpg").write_bytes(scan(1))
    wait_until(lambda: inbox.names() == ["written.jpg"])
    papers.put(folder.parent, "moved.jpg", scan(2)).rename(folder / "moved.jpg")
    wait_until(lambda: "moved.jpg" in inbox.names())
    (folder / "hidden.part").write_bytes(scan(3))
    (folder / "hidden.part").rename(folder / "renamed.jpg")
    wait_until(lambda: "renamed.jpg" in inbox.names())
    papers.put(folder.parent / "anna" / "2024", "deep.jpg", scan(4))
    (folder.parent / "anna").rename(folder / "anna")
    wait_until(lambda: "deep.jpg" in inbox.names())
    papers.put(folder / "anna" / "2024", "deeper.jpg", scan(5))
    wait_until(lambda: "deeper.jpg" in inbox.names())
    assert len(inbox.names()) == 5
    assert inbox.inbox.mode == "native"
    assert {arrival.folder for arrival, _ in inbox.arrived} == {"", "anna/2024"}


def test_never_before_its_settle_time(run: Run, folder: Path) -> None:
    """One scan after another is taken, none before it was quiet for its settle time."""
    inbox = run(moving=True)
    for number in range(4):
        written_at = papers.put(folder, f"scan{number}.jpg", scan(number)).stat().st_mtime
        wait_until(lambda number=number: len(inbox.arrived) > number)
        assert inbox.arrived[number][1] - written_at >= 0.3


def test_slow_copy(run: Run, folder: Path) -> None:
    """A scan that comes in pieces, with pauses longer than its settle time, is taken once and whole."""
    inbox = run(settle_seconds=0.05)
    length = len(SCAN) // 5 + 1
    with (folder / "scan.jpg").open("wb", buffering=0) as file:
        for start in range(0, len(SCAN), length):
            assert inbox.arrived == []
            file.write(SCAN[start : start + length])
            if start + length < len(SCAN):
                looks = len(inbox.looks)
                wait_until(lambda looks=looks: any(look.troubles for look in inbox.looks[looks:]))
    wait_until(lambda: inbox.arrived != [])
    wait_until(lambda: inbox.looks[-1].pending == 0)
    assert [arrival.digest for arrival, _ in inbox.arrived] == [hashlib.sha256(SCAN).hexdigest()]


def test_burst(run: Run, folder: Path) -> None:
    """Of five hundred scans at once each is taken once, while they are moved away one by one."""
    inbox = run(moving=True)
    for number in range(500):
        (folder / f"scan{number:03}.jpg").write_bytes(scan(number))
    wait_until(lambda: len(inbox.arrived) >= 500, seconds=60)
    wait_until(lambda: inbox.looks[-1].pending == 0)
    assert inbox.names() == [f"scan{number:03}.jpg" for number in range(500)]
    assert len({arrival.digest for arrival, _ in inbox.arrived}) == 500
    assert inbox.inbox.mode == "native"


def test_before_the_start(run: Run, folder: Path) -> None:
    """What lay there before the start is taken, without a settle time that is over already."""
    for number in range(3):
        os.utime(papers.put(folder / f"sub{number}", "scan.jpg", scan(number)), (1, 1))
    inbox = run()
    wait_until(lambda: len(inbox.arrived) == 3)


def test_files_of_every_kind(run: Run, folder: Path) -> None:
    """All kinds of pictures are taken by their content, notes are left alone and told of."""
    for kind in ("JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP", "PDF"):
        papers.put(folder, f"{kind}.jpg", papers.encoded(papers.page(), kind))
    notes = papers.put(folder, "notes.txt", b"not for us")
    inbox = run()
    wait_until(lambda: len(inbox.arrived) == 7)
    wait_until(lambda: inbox.looks[-1].other_kinds == (notes,))
    assert inbox.looks[-1].pending == 0


@posix
@pytest.mark.parametrize(
    "name",
    [
        b"caf\xe9\xff.jpg",
        b"a\nb.jpg",
        b"-rf.jpg",
        "🧾 票据.jpg".encode(),
        "x\u202egpj.exe.jpg".encode(),
        b"n" * 251 + b".jpg",
    ],
)
def test_strange_names(run: Run, folder: Path, name: bytes) -> None:
    """A scan of any name the system allows is taken, by its events too."""
    inbox = run()
    (folder / os.fsdecode(name)).write_bytes(SCAN)
    wait_until(lambda: len(inbox.arrived) == 1)
    assert os.fsencode(inbox.arrived[0][0].path.name) == name
    assert inbox.inbox.mode == "native"


@posix
def test_what_is_no_file(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pipes, sockets, links and folders under names of scans are neither followed nor waited for; the scan beside is taken."""
    monkeypatch.chdir(folder)
    outside = papers.put(folder.parent, "outside.jpg", scan(9))
    os.mkfifo("pipe.jpg")
    Path("link.jpg").symlink_to(outside)
    Path("dead.jpg").symlink_to("nowhere")
    Path("folder.jpg").mkdir()
    Path("loop").symlink_to(folder)
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        os.mknod("device.jpg", 0o20600, os.makedev(1, 5))
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.jpg")
        inbox = run()
        (folder / "scan.jpg").write_bytes(SCAN)
        wait_until(lambda: inbox.names() == ["scan.jpg"])
    assert inbox.looks[-1].pending == 0
    assert inbox.looks[-1].other_kinds == ()


# ---------------------------------------------------------------- changed while it is looked at


class MeddlingPages:
    """Real pages; `meddle` is done to a file while it is inspected for the first time."""

    def __init__(self, pages: ChildPages, meddle: Callable[[Path], None]) -> None:
        self._pages = pages
        self._meddle = meddle
        self.inspections = 0

    def inspect(self, path: Path) -> Inspection:
        self.inspections += 1
        found = self._pages.inspect(path)
        if self.inspections == 1:
            self._meddle(path)
        return found

    def print_of(self, path: Path, digest: str, page: int) -> tuple[PrintedLine, ...]:
        return ()

    def picture(self, path: Path, digest: str, page: int, limits: PictureLimits) -> Picture:
        raise NotImplementedError


@pytest.mark.parametrize("way", ["deleted", "replaced", "renamed over", "overwritten", "renamed"])
def test_changed_while_it_is_inspected(run: Run, folder: Path, pages: ChildPages, way: str) -> None:
    """What happens to a scan during its inspection: it is taken as what it is then, once, or not at all."""
    new = scan(2)

    def meddle(path: Path) -> None:
        match way:
            case "deleted":
                path.unlink()
            case "replaced":
                path.unlink()
                path.write_bytes(new)
            case "renamed over":
                papers.put(folder.parent, "new.jpg", new).replace(path)
            case "overwritten":
                with path.open("r+b") as file:
                    file.write(new)
            case _:
                path.rename(path.with_name("another.jpg"))

    meddling = MeddlingPages(pages, meddle)
    inbox = run(pages=meddling)
    (folder / "scan.jpg").write_bytes(scan(1))
    wait_until(lambda: meddling.inspections > 0)
    if way == "deleted":
        wait_until(lambda: inbox.looks[-1].pending == 0)
        assert inbox.arrived == []
        return
    wait_until(lambda: inbox.arrived != [])
    (arrival, _), *others = inbox.arrived
    assert others == []
    assert arrival.digest == hashlib.sha256(scan(1) if way == "renamed" else new).hexdigest()
    assert arrival.path.name == ("another.jpg" if way == "renamed" else "scan.jpg")


# ---------------------------------------------------------------- where no events come


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "POLL_SECONDS", 0.2)


@pytest.fixture
def mirrored(folder: Path, tmp_path: Path) -> Iterator[Path]:
    """A folder behind the inbox, which is a FUSE mount of it: what is written behind it sends no events."""
    if not shutil.which("bindfs") or not os.access("/dev/fuse", os.W_OK):
        pytest.skip("bindfs is not here")
    behind = tmp_path / "behind"
    behind.mkdir()
    subprocess.run(["bindfs", str(behind), str(folder)], check=True)
    yield behind
    subprocess.run(["fusermount", "-u", "-z", str(folder)], check=True)


@linux
def test_share_is_polled(run: Run, folder: Path, mirrored: Path) -> None:
    """On a file system that sends no events scans are found by looking, and the mode and its reason are to be seen."""
    inbox = run(settle_seconds=0.1)
    assert inbox.inbox.mode == "poll"
    assert "fuse" in str(inbox.inbox.mode_reason)
    (mirrored / "scan.jpg").write_bytes(SCAN)
    wait_until(lambda: inbox.names() == ["scan.jpg"])


@linux
def test_unannounced_file_leads_to_polling(
    run: Run, folder: Path, mirrored: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where events should come and do not, the first scan that none announced makes the folder polled."""
    shift = [0.0]
    monkeypatch.setattr(arrivals, "file_system", lambda _: FileSystem("ext4", sends_events=True, is_exact=True))
    inbox = run(settle_seconds=0.1, clock=lambda: time.time() + shift[0])
    assert inbox.inbox.mode == "native"
    (mirrored / "scan.jpg").write_bytes(SCAN)
    inbox.look_now()  # as it is every few minutes
    wait_until(lambda: inbox.names() == ["scan.jpg"])
    assert inbox.inbox.mode == "native", "the event may be late"
    shift[0] += LATE_SECONDS
    inbox.look_now()
    wait_until(lambda: inbox.inbox.mode == "poll")
    assert "did not tell of" in str(inbox.inbox.mode_reason)
    shift[0] += 10.0
    (mirrored / "second.jpg").write_bytes(scan(2))
    wait_until(lambda: inbox.names() == ["scan.jpg", "second.jpg"])


LIMITED = """
import json, sys
from pathlib import Path
from ocrwatch.childprocess import ChildProcess
from ocrwatch.inbox import watching
from ocrwatch.inbox.pages import ChildPages
from tests.integration.inbox_running import RunningInbox
from tests.papers import put, jpeg
from tests.waiting import wait_until

limit = int(sys.argv[2])
watching.POLL_SECONDS = 0.2
Path("/proc/sys/user/max_inotify_watches").write_text(str(limit))
folder = Path(sys.argv[1])
child = ChildProcess(name="test", memory_bytes=1024**3)
inbox = RunningInbox(folder, ChildPages(child), settle_seconds=0.1).start()
wait_until(inbox.has_looked)
put(folder / "sub39", "scan.jpg", jpeg())
wait_until(lambda: inbox.names() == ["scan.jpg"])
print(json.dumps([inbox.inbox.mode, str(inbox.inbox.mode_reason)]))
inbox.stop()
child.close()
"""


@linux
@pytest.mark.parametrize("limit", [0, 20])
def test_limit_of_watches(folder: Path, limit: int) -> None:
    """Where the system watches no folder more, or not all subfolders, it is polled, and that is to be seen."""
    for number in range(40):
        (folder / f"sub{number}").mkdir()
    own = ["unshare", "-Ur"]
    if not shutil.which("unshare") or subprocess.run([*own, "true"], check=False).returncode != 0:
        pytest.skip("no limits of one's own here")
    done = subprocess.run(
        [*own, sys.executable, "-c", LIMITED, str(folder), str(limit)],
        stdout=subprocess.PIPE, text=True, check=True, env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    mode, reason = json.loads(done.stdout)
    assert mode == "poll"
    assert "limit" in reason


# ---------------------------------------------------------------- folders that go and come


def test_folder_vanishes_and_returns(run: Run, folder: Path, tmp_path: Path) -> None:
    """A folder that is away is said to be; when it returns it is watched natively again, and what came with it is taken."""
    inbox = run()
    folder.rename(tmp_path / "away")
    inbox.look_now()
    wait_until(lambda: isinstance(inbox.trouble, FolderAway))
    papers.put(tmp_path / "away", "meanwhile.jpg", scan(1))
    (tmp_path / "away").rename(folder)
    wait_until(lambda: inbox.names() == ["meanwhile.jpg"])
    (folder / "after.jpg").write_bytes(scan(2))
    wait_until(lambda: inbox.names() == ["after.jpg", "meanwhile.jpg"])
    assert inbox.inbox.mode == "native"
    assert inbox.trouble is None


@linux
def test_unplugged_drive(run: Run, folder: Path, mirrored: Path) -> None:
    """The empty folder where a drive was mounted is not taken for the drive, and nothing is written there."""
    inbox = run(settle_seconds=0.1)
    subprocess.run(["fusermount", "-u", "-z", str(folder)], check=True)
    inbox.look_now()
    wait_until(lambda: isinstance(inbox.trouble, FolderAway))
    assert list(folder.iterdir()) == []
    (mirrored / "scan.jpg").write_bytes(SCAN)
    subprocess.run(["bindfs", str(mirrored), str(folder)], check=True)
    wait_until(lambda: inbox.names() == ["scan.jpg"])


def test_second_computer(run: Run, folder: Path) -> None:
    """A second computer is refused with the first one's name, and takes nothing; it may once the first has stopped."""
    first = run()
    second = run(machine="m2", host="PC-BERT")
    (folder / "scan.jpg").write_bytes(SCAN)
    wait_until(lambda: first.names() == ["scan.jpg"])
    assert isinstance(second.trouble, Busy)
    assert "is watched by PC-ANNA" in str(second.trouble)
    assert second.arrived == []
    first.stop()
    wait_until(lambda: second.names() == ["scan.jpg"])


def test_lease_left_by_a_crash(run: Run, folder: Path, pages: ChildPages) -> None:
    """This computer's own claim, left by a crash, is taken over at once."""
    crashed = RunningInbox(folder, pages)
    crashed.inbox.look(lambda path, signature: False)
    assert (folder / LEASE_NAME).exists()
    inbox = run()
    assert inbox.trouble is None
    (folder / "scan.jpg").write_bytes(SCAN)
    wait_until(lambda: inbox.names() == ["scan.jpg"])


def test_incomplete_is_refused_at_last(run: Run, folder: Path) -> None:
    """A scan that stays cut short is refused, with its reason, once it was given its time; not as long as it grows."""
    inbox = run(give_up_seconds=1.0, settle_seconds=0.1)
    (folder / "scan.jpg").write_bytes(SCAN[:-100])
    wait_until(lambda: inbox.arrived != [])
    ((arrival, taken_at),) = inbox.arrived
    assert str(arrival.refusal) == "scan.jpg is not complete: it ends early."
    assert taken_at - (folder / "scan.jpg").stat().st_mtime >= 1.0
