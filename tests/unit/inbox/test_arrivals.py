from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ocrwatch.errors import Busy, FolderAway
from ocrwatch.inbox import arrivals
from ocrwatch.inbox.lease import LEASE_NAME
from tests.unit.inbox.stage import COARSE, SCAN, HandClock, Stage


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


@pytest.fixture
def stage(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A polled inbox where a file is as old as it was seen, by a clock set by hand."""
    monkeypatch.setattr(arrivals, "file_system", lambda folder: COARSE)
    stage = Stage(folder, own_paths=(folder / "done", folder / "failed"))
    yield stage
    stage.close()


def test_scan_arrives_after_its_settle_time(stage: Stage, folder: Path) -> None:
    """A scan is taken once it was quiet, with the digest of its bytes and the subfolder it lies in."""
    (folder / "anna" / "2024").mkdir(parents=True)
    path = folder / "anna" / "2024" / "scan.jpg"
    path.write_bytes(SCAN)
    look = stage.look()
    assert (look.arrived, look.pending) == ((), 1)
    assert look.look_again_at == stage.clock.now + 1.0
    stage.go(1.0)
    (arrival,) = stage.look().arrived
    assert (arrival.path, arrival.folder, arrival.refusal) == (path, "anna/2024", None)
    assert arrival.digest == hashlib.sha256(SCAN).hexdigest()
    assert arrival.signature.size_bytes == len(SCAN)
    stage.go(100.0)
    look = stage.look()
    assert (look.arrived, look.pending) == ((), 0)


@pytest.mark.skipif(os.name != "posix", reason="names of POSIX")
def test_folder_whose_name_is_no_text(stage: Stage, folder: Path) -> None:
    """A subfolder's name goes into the ledger: bytes in it that are no text become marks that are."""
    place = folder / os.fsdecode(b"caf\xe9") / "票据"
    place.mkdir(parents=True)
    (place / "scan.jpg").write_bytes(SCAN)
    stage.look()
    stage.go(1.0)
    (arrival,) = stage.look().arrived
    assert arrival.folder == "caf?/票据"
    assert arrival.path == place / "scan.jpg"


def test_present_before_the_start(folder: Path) -> None:
    """Files that lay there long before the start are taken at the first look, oldest first."""
    for name in ("b.jpg", "a.jpg"):
        (folder / name).write_bytes(SCAN)
        os.utime(folder / name, ns=(0, len(name) if name == "b.jpg" else 10**9))
    stage = Stage(folder, clock=lambda: time.time() + 100.0)
    assert stage.names() == ["b.jpg", "a.jpg"]
    stage.close()


def test_slow_copy(stage: Stage, folder: Path) -> None:
    """A scan copied in pieces, with pauses longer than the settle time, is taken once, whole."""
    with (folder / "scan.jpg").open("wb", buffering=0) as file:
        for byte in SCAN:
            assert stage.names() == []
            file.write(bytes([byte]))
            stage.go(7.0)
            assert stage.names() == []
            stage.go(7.0)
    assert stage.names() == ["scan.jpg"]


def test_truncated_fails_after_an_hour(stage: Stage, folder: Path) -> None:
    """A picture that ends early is waited for, with a reason to see, and refused after an hour without a change."""
    (folder / "scan.jpg").write_bytes(b"scan: half")
    begun = stage.clock.now
    look = stage.look()
    while not look.arrived:
        assert look.pending == 1
        stage.go(look.look_again_at - stage.clock.now)
        look = stage.look()
    assert stage.clock.now - begun == pytest.approx(3600.0, abs=5)
    (arrival,) = look.arrived
    assert str(arrival.refusal) == "it ends early"
    assert arrival.inspection is None
    assert arrival.digest == hashlib.sha256(b"scan: half").hexdigest()
    assert len(stage.pages.inspected) < 30


def test_trouble_is_told(stage: Stage, folder: Path) -> None:
    """While a file is not ready the look says why."""
    (folder / "scan.jpg").write_bytes(b"scan: half")
    stage.look()
    stage.go(1.0)
    ((path, why),) = stage.look().troubles
    assert (path.name, str(why)) == ("scan.jpg", "it ends early")


def test_no_picture_is_believed_after_a_minute(stage: Stage, folder: Path) -> None:
    """A file that is no picture by its bytes is refused once it was unchanged for a minute."""
    (folder / "scan.jpg").write_bytes(b"blot")
    stage.look()
    stage.go(1.0)
    assert stage.look().pending == 1
    stage.go(58.9)
    assert stage.look().arrived == ()
    stage.go(0.2)
    (arrival,) = stage.look().arrived
    assert str(arrival.refusal) == "no picture"


def test_other_kinds_are_left_alone(stage: Stage, folder: Path) -> None:
    """Other kinds of files are inspected once, told of, and left where they lie."""
    (folder / "notes.txt").write_bytes(b"text")
    stage.look()
    for _ in range(5):
        stage.go(100.0)
        look = stage.look()
    assert look.other_kinds == (folder / "notes.txt",)
    assert (look.pending, look.arrived) == (0, ())
    assert stage.pages.inspected == ["notes.txt"]


def test_decoder_crashes(stage: Stage, folder: Path) -> None:
    """A file that brings the decoder down three times is refused; others are not held up."""
    (folder / "bomb.jpg").write_bytes(b"bomb")
    (folder / "scan.jpg").write_bytes(SCAN)
    stage.look()
    stage.go(1.0)
    assert stage.names() == ["scan.jpg"]
    stage.go(5.0)
    assert stage.names() == []
    stage.go(30.0)
    (arrival,) = stage.look().arrived
    assert (arrival.path.name, str(arrival.refusal)) == ("bomb.jpg", "the decoder died")
    assert stage.pages.inspected.count("bomb.jpg") == 3


@pytest.mark.parametrize("way", ["replaced", "written", "deleted", "pipe"])
def test_changed_while_inspected(stage: Stage, folder: Path, way: str) -> None:
    """A file that is replaced, written, deleted or turned into a pipe during its inspection is not taken."""
    path = folder / "scan.jpg"

    def meanwhile(path: Path) -> None:
        if way == "written":
            path.write_bytes(SCAN + SCAN)
            return
        path.unlink()
        if way == "replaced":
            path.write_bytes(b"scan: other paper. end")
        if way == "pipe":
            os.mkfifo(path)

    path.write_bytes(SCAN)
    stage.look()
    stage.go(1.0)
    stage.pages.meanwhile = meanwhile
    assert stage.names() == []
    stage.pages.meanwhile = lambda path: None
    stage.look()
    stage.go(1.0)
    assert stage.names() == (["scan.jpg"] if way in {"replaced", "written"} else [])


@pytest.mark.parametrize("way", ["replaced", "pipe", "deleted"])
def test_changed_before_inspected(stage: Stage, folder: Path, way: str) -> None:
    """A file that is another between its listing and its inspection is not inspected."""
    path = folder / "scan.jpg"
    path.write_bytes(SCAN)
    stage.look()
    stage.go(0.9)
    stage.look()
    stage.go(0.1)
    path.unlink()
    if way == "replaced":
        path.write_bytes(b"scan: other paper. end")
    if way == "pipe":
        os.mkfifo(path)
    assert stage.names() == []
    assert stage.pages.inspected == []


def test_file_that_cannot_be_opened(stage: Stage, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is to be refused but cannot be opened waits, with a reason, and costs no endless looks."""

    def forbidden(*args: object) -> object:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(hashlib, "file_digest", forbidden)
    (folder / "scan.jpg").write_bytes(b"blot")
    stage.look()
    stage.go(61.0)
    look = stage.look()
    assert (look.arrived, look.pending) == ((), 1)
    assert "Permission denied" in str(look.troubles[0][1])
    assert look.look_again_at == stage.clock.now + 1.0


@pytest.mark.skipif(os.name != "posix", reason="pipes and links of POSIX")
@pytest.mark.parametrize("way", ["pipe", "link", "folder"])
def test_no_file_any_more_when_it_is_refused(stage: Stage, folder: Path, way: str) -> None:
    """What takes a refused file's place at the last moment is neither waited for nor followed nor refused."""

    def meanwhile(path: Path) -> None:
        path.unlink()
        match way:
            case "pipe":
                os.mkfifo(path)
            case "link":
                path.symlink_to(folder.parent)
            case _:
                path.mkdir()

    (folder / "scan.jpg").write_bytes(b"blot")
    stage.look()
    stage.go(61.0)
    stage.pages.meanwhile = meanwhile
    assert stage.names() == []


def test_handed_out_again_until_known(stage: Stage, folder: Path) -> None:
    """An arrival that the journal could not save is handed out again."""
    (folder / "scan.jpg").write_bytes(SCAN)
    stage.look()
    stage.go(1.0)
    for _ in range(3):
        assert len(stage.inbox.look(lambda path, signature: False).arrived) == 1
        stage.go(1.0)
        stage.inbox.look(lambda path, signature: False)
        stage.go(1.0)


def test_known_files_stay(stage: Stage, folder: Path) -> None:
    """A file that stays in its folder is taken once, and again when its bytes change."""
    (folder / "scan.jpg").write_bytes(SCAN)
    stage.look()
    stage.go(1.0)
    assert stage.names() == ["scan.jpg"]
    for _ in range(3):
        stage.go(60.0)
        assert stage.names() == []
    (folder / "scan.jpg").write_bytes(b"scan: another. end")
    stage.go(60.0)
    stage.look()
    stage.go(1.0)
    assert stage.names() == ["scan.jpg"]


def test_burst(stage: Stage, folder: Path) -> None:
    """Of 500 files at once the first are handed out before the rest is inspected; each comes once, listed few times."""
    for number in range(500):
        (folder / f"scan{number:03}.jpg").write_bytes(SCAN + b"%d end" % number)
    (folder / "done").mkdir()
    stage.look()
    stage.go(1.0)
    taken: list[str] = []
    while True:
        look = stage.look(limit=32)
        assert len(look.arrived) <= 32
        taken += [arrival.path.name for arrival in look.arrived]
        for arrival in look.arrived:
            arrival.path.rename(folder / "done" / arrival.path.name)
        if not look.arrived:
            break
        assert look.look_again_at == stage.clock.now or len(taken) == 500
    assert sorted(taken) == [f"scan{number:03}.jpg" for number in range(500)]
    assert len(stage.pages.inspected) == 500


def test_slow_inspections_do_not_hold_up_reading(stage: Stage, folder: Path) -> None:
    """A look ends after a second, and the rest is taken by the next."""
    for number in range(5):
        (folder / f"scan{number}.jpg").write_bytes(SCAN)
    stage.look()
    stage.go(1.0)
    stage.pages.meanwhile = lambda path: stage.go(0.6)
    look = stage.look()
    assert len(look.arrived) == 2
    assert look.look_again_at == stage.clock.now
    assert len(stage.names()) == 2


def test_hints_in_a_row_list_once(stage: Stage, folder: Path) -> None:
    """A look right after another lists nothing, and says when to come back."""
    look = stage.look()
    (folder / "scan.jpg").write_bytes(SCAN)
    stage.go(0.05)
    look = stage.look()
    assert look.pending == 0
    assert look.look_again_at == pytest.approx(stage.clock.now + 0.15)
    stage.go(0.15)
    assert stage.look().pending == 1


def test_folder_vanishes_and_returns(stage: Stage, folder: Path) -> None:
    """A folder that is away is said to be, and watched again when it is back."""
    (folder / "scan.jpg").write_bytes(SCAN)
    stage.look()
    folder.rename(folder.parent / "unplugged")
    for _ in range(3):
        stage.go(15.0)
        with pytest.raises(FolderAway, match="is not there"):
            stage.look()
    (folder.parent / "unplugged").rename(folder)
    assert stage.names() == ["scan.jpg"]


def test_empty_mount_point(stage: Stage, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The empty folder where a drive was mounted is not mistaken for the drive; what a scanner puts there counts."""
    mounted = {folder.resolve()}
    monkeypatch.setattr(arrivals, "mount_place", lambda place: folder.resolve())
    monkeypatch.setattr(os.path, "ismount", lambda place: Path(place) in mounted)
    stage.look()
    mounted.clear()
    (folder / LEASE_NAME).unlink()
    stage.go(15.0)
    with pytest.raises(FolderAway):
        stage.look()
    assert list(folder.iterdir()) == []
    (folder / "scan.jpg").write_bytes(SCAN)
    stage.go(15.0)
    stage.look()
    stage.go(1.0)
    assert stage.names() == ["scan.jpg"]


def test_second_inbox_on_the_same_folder(stage: Stage, folder: Path) -> None:
    """What another computer watches is not read here."""
    (folder / "scan.jpg").write_bytes(SCAN)
    stage.look()
    other = Stage(folder)
    other.lease = arrivals.Lease(
        folder, machine="m2", host="PC-BERT", lock_path=folder.parent / "x.lock", monotonic=HandClock(0.0)
    )
    other.inbox._lease = other.lease
    other.go(100.0)
    with pytest.raises(Busy, match="PC-ANNA"):
        other.look()
    assert other.pages.inspected == []


def test_lease_is_renewed_by_looks(stage: Stage, folder: Path) -> None:
    """Looks are asked for often enough to renew the lease."""
    stage.inbox._watch.next_look = lambda now: now + 180.0  # type: ignore[method-assign]
    look = stage.look()
    assert look.look_again_at == stage.clock.now + 60.0
    before = (folder / LEASE_NAME).read_bytes()
    stage.go(60.0)
    stage.look()
    assert (folder / LEASE_NAME).read_bytes() != before


def test_forbidden_subfolder_is_told(stage: Stage, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A subfolder that may not be read shows among the troubles."""
    (folder / "closed").mkdir()
    entries = os.listdir

    def listdir(path: Path) -> object:
        if path.name == "closed":
            raise PermissionError(13, "Permission denied")
        return entries(path)

    monkeypatch.setattr(os, "listdir", listdir)
    ((place, why),) = stage.look().troubles
    assert place == folder / "closed"
    assert "may not be read" in str(why)


def test_listing_for_the_first_look(stage: Stage, folder: Path) -> None:
    """All that lies there is listed, complete or not, without a claim on the folder."""
    (folder / "scan.jpg").write_bytes(b"scan: half")
    assert {path.name: seen.size_bytes for path, seen in stage.inbox.listing().items()} == {"scan.jpg": 10}
    assert not (folder / LEASE_NAME).exists()


def test_close_leaves_nothing(stage: Stage, folder: Path) -> None:
    """A folder that is watched no more holds nothing of ours."""
    stage.look()
    stage.inbox.close()
    assert list(folder.iterdir()) == []
