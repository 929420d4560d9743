from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Literal

import pytest

from ocrwatch.document import Cell, Document, Outcome, Read, Row, Value
from ocrwatch.errors import FolderAway, Gone
from ocrwatch.filing import reserving
from ocrwatch.filing.filer import FolderFiler
from ocrwatch.messages import message
from tests.filed import dropped, on_a_share, taken, tree
from tests.unprivileged import said_without_rights

ROOT = Path(__file__).resolve().parents[2]
NOVEMBER = datetime(2026, 11, 24).astimezone().timestamp()

posix = pytest.mark.skipif(os.name != "posix", reason="links and rights of POSIX")


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / ".ocrwatch-lease").touch()
    return tmp_path / "inbox"


@pytest.fixture
def other_volume(tmp_path: Path) -> Iterator[Path]:
    memory = Path("/dev/shm")
    if not memory.is_dir() or memory.stat().st_dev == tmp_path.stat().st_dev or not os.access(memory, os.W_OK):
        pytest.skip("there is no other volume here")
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


def filer(
    inbox: Path,
    *,
    done: str = "done",
    failed: str = "failed",
    after: Literal["move", "keep"] = "move",
    now: float = NOVEMBER,
) -> FolderFiler:
    return FolderFiler(inbox, done=done, failed=failed, after=after, render=str, clock=lambda: now)


def ours(inbox: Path) -> dict[str, bytes]:
    return {name: content for name, content in tree(inbox).items() if name != ".ocrwatch-lease"}


# ---------------------------------------------------------------- crashes and races at every step


def interrupted(folder: Path, other: Path, way: str, links: str) -> list[dict[str, dict[str, str]]]:
    command = [
        sys.executable,
        str(Path(__file__).with_name("filing_interrupted.py")),
        str(folder),
        str(other),
        way,
        links,
    ]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    found = json.loads(done.stdout)
    assert isinstance(found, list)
    assert len(found) > 8, "it was interrupted at every step"
    return found


WHOLE = {"scan.jpg": "somebody else's", "scan (2).jpg": "the scan"}


@posix
@pytest.mark.parametrize("links", ["links", "no-links"])
@pytest.mark.parametrize("volumes", [1, 2])
def test_crash_at_every_step(tmp_path: Path, request: pytest.FixtureRequest, volumes: int, links: str) -> None:
    """Killed at any touch of the disk and called again, the scan is filed once, under one name, nothing else is left."""
    other = tmp_path if volumes == 1 else request.getfixturevalue("other_volume")
    for step in interrupted(tmp_path, other, "die", links):
        assert step["again"] == 0, step
        assert step["inbox"] == {}, step
        left = {name: content for name, content in step["done"].items() if not _is_hidden(name)}
        if links == "no-links":  # a name that was created, and the process killed before it was marked
            left = {name: content for name, content in left.items() if content}
            left = {name.replace("(3)", "(2)"): content for name, content in left.items()}
        assert left == WHOLE, step


@posix
@pytest.mark.parametrize("links", ["links", "no-links"])
@pytest.mark.parametrize("volumes", [1, 2])
def test_replaced_at_every_step(tmp_path: Path, request: pytest.FixtureRequest, volumes: int, links: str) -> None:
    """A scan of the same name that comes at any moment stays in the inbox, or goes back to it; nothing is overwritten."""
    other = tmp_path if volumes == 1 else request.getfixturevalue("other_volume")
    for step in interrupted(tmp_path, other, "replace", links)[:-1]:
        assert list(step["inbox"].values()) == ["another scan, of the same name"], step
        assert not any(_is_hidden(name) for name in [*step["inbox"], *step["done"]]), step
        assert step["done"] in (WHOLE, {"scan.jpg": "somebody else's"}), step


def _is_hidden(name: str) -> bool:
    return name.startswith(".")


def test_crash_before_the_bytes_were_hashed(inbox: Path) -> None:
    """Other bytes that a crash left under the reserved name go back to the inbox, beside what is there by now."""
    document = dropped(inbox)
    target = filer(inbox).reserve(document, Outcome.DONE)
    assert target is not None
    document.path.write_bytes(b"the second")
    document.path.replace(target)
    document.path.write_bytes(b"the third")
    with pytest.raises(Gone):
        filer(inbox).file(document, target)
    assert ours(inbox) == {"scan.jpg": b"the third", "scan (2).jpg": b"the second"}


def test_copied_before_a_crash(inbox: Path, other_volume: Path) -> None:
    """A scan that was dropped once more after its move to another volume is left for the line to tell it is the same."""
    moving = filer(inbox, done=str(other_volume))
    document = dropped(inbox)
    target = moving.reserve(document, Outcome.DONE)
    moving.file(document, target)
    os.utime(dropped(inbox).path, ns=(1, 1))
    moving.file(document, target)
    assert ours(inbox) == {"scan.jpg": b"the scan"}


# ---------------------------------------------------------------- nothing is overwritten


@posix
@pytest.mark.parametrize("what", ["file", "folder", "link", "dead link", "pipe"])
def test_taken_names(inbox: Path, what: str) -> None:
    """Whatever has the name in the done folder keeps it."""
    inbox.joinpath("done").mkdir()
    name = inbox / "done" / "scan.jpg"
    match what:
        case "file":
            name.write_bytes(b"somebody's")
        case "folder":
            name.mkdir()
        case "link":
            (inbox / "done" / "elsewhere").write_bytes(b"somebody's")
            name.symlink_to(inbox / "done" / "elsewhere")
        case "dead link":
            name.symlink_to("nowhere")
        case _:
            os.mkfifo(name)
    before = name.lstat()
    document = dropped(inbox)
    target = filer(inbox).reserve(document, Outcome.DONE)
    filer(inbox).file(document, target)
    assert target == inbox / "done" / "scan (2).jpg"
    assert (name.lstat().st_ino, name.lstat().st_mode) == (before.st_ino, before.st_mode)
    assert target.read_bytes() == b"the scan"


@posix
@pytest.mark.parametrize("what", ["file", "link", "mark"])
def test_reserved_name_was_overwritten(inbox: Path, what: str) -> None:
    """What somebody put over a reserved name is not replaced: it waits until they move it away."""
    document = dropped(inbox)
    target = filer(inbox).reserve(document, Outcome.DONE)
    assert target is not None
    target.unlink()
    match what:
        case "file":
            target.write_bytes(b"somebody's")
        case "link":
            target.symlink_to(document.path)
        case _:
            target.write_bytes(b"ocrwatch 0123456789abcdef 99\n")
    with pytest.raises(FolderAway, match=r"scan\.jpg in .* was replaced by another file\. Move that file away"):
        filer(inbox).file(document, target)
    assert document.path.read_bytes() == b"the scan"
    target.rename(target.with_name("moved away"))
    filer(inbox).file(document, target)
    assert target.read_bytes() == b"the scan"


def test_many_scans_of_one_name(inbox: Path) -> None:
    """A scanner that always writes the same name fills the folder with numbers."""
    for number in range(1, 30):
        document = dropped(inbox, content=b"%d" % number, key=number)
        filer(inbox).file(document, filer(inbox).reserve(document, Outcome.DONE))
    assert sorted(int(content) for content in ours(inbox).values()) == list(range(1, 30))


@posix
@pytest.mark.parametrize(
    "name",
    [
        os.fsdecode(b"caf\xe9\xff.jpg"),
        "a\nb.jpg",
        "-rf.jpg",
        "🧾 票据.jpg",
        "x\u202egpj.exe.jpg",
        "n" * 251 + ".jpg",
        "con.jpg",
        "a\\b:c?.jpg",
    ],
)
def test_strange_names(inbox: Path, name: str) -> None:
    """A scan of any name the system allows is filed, failed and explained."""
    document = dropped(inbox, name)
    target = filer(inbox).reserve(document, Outcome.FAILED)
    assert target is not None
    filer(inbox).file(document, target, message("{name} is blank", name=name))
    assert target.read_bytes() == b"the scan"
    note = target.with_name(target.name + ".reason.txt")
    assert "is blank" in note.read_text(encoding="utf-8-sig")


def test_file_system_with_short_names(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where names may be 143 bytes, as on encrypted shares, a longer one is cut further."""
    link = os.link

    def short(source: Path, target: Path) -> None:
        if len(os.fsencode(target.name)) > 143:
            raise OSError(36, "File name too long")
        link(source, target)

    def no_creation(path: Path, content: bytes) -> bool:
        if len(os.fsencode(path.name)) > 143:
            raise OSError(36, "File name too long")
        return create(path, content)

    create = reserving.create
    monkeypatch.setattr(os, "link", short)
    monkeypatch.setattr(reserving, "create", no_creation)
    document = dropped(inbox, "n" * 200 + ".jpg")
    target = filer(inbox).reserve(document, Outcome.DONE)
    assert target is not None
    assert target.name == "n" * 96 + ".jpg"


# ---------------------------------------------------------------- where scans go


def test_folders_by_month(inbox: Path) -> None:
    """{year} and {month} are those of the filing; subfolders are kept below."""
    document = dropped(inbox, folder="anna")
    by_month = filer(inbox, done="done/{year}-{month}")
    assert by_month.reserve(document, Outcome.DONE) == inbox / "done/2026-11/anna/scan.jpg"
    assert by_month.reserve(document, Outcome.DUPLICATE) == inbox / "done/2026-11/duplicates/anna/scan.jpg"


def test_reason_in_plain_words(inbox: Path) -> None:
    """Beside a failed scan lies why, and what to do."""
    document = dropped(inbox, "票.jpg")
    failing = filer(inbox)
    target = failing.reserve(document, Outcome.FAILED)
    failing.file(document, target, message("票.jpg is damaged."))
    note = (inbox / "failed" / "票.jpg.reason.txt").read_bytes()
    assert note.startswith(b"\xef\xbb\xbf"), "editors on Windows know it by that"
    assert note.decode("utf-8-sig").splitlines() == [
        "票.jpg could not be read.",
        "",
        "票.jpg is damaged.",
        "",
        f"The scan lies here: {target}",
        "To try again, drop it into the watched folder, or say: ocrwatch retry",
    ]


@pytest.mark.parametrize("pattern", ["failed", "failed/{year}-{month}"])
def test_failed_again(inbox: Path, pattern: str) -> None:
    """A scan that is read again and fails again stays, with the new reason; also in another month."""
    document = dropped(inbox)
    target = filer(inbox, failed=pattern).reserve(document, Outcome.FAILED)
    assert target is not None
    filer(inbox, failed=pattern).file(document, target, message("first"))
    again = taken(inbox, target, key=2)
    later = filer(inbox, failed=pattern, now=NOVEMBER + 40 * 86400)
    assert later.reserve(again, Outcome.FAILED) is None
    later.file(again, None, message("second"))
    assert sorted(path.name for path in target.parent.iterdir()) == ["scan.jpg", "scan.jpg.reason.txt"]
    assert "second" in target.with_name("scan.jpg.reason.txt").read_text(encoding="utf-8-sig")


@pytest.mark.parametrize("pattern", ["failed", "failed/{year}-{month}"])
def test_read_at_last(inbox: Path, pattern: str) -> None:
    """A failed scan that is read at last moves to done, and its reason is taken away."""
    document = dropped(inbox)
    target = filer(inbox, failed=pattern).reserve(document, Outcome.FAILED)
    assert target is not None
    filer(inbox, failed=pattern).file(document, target, message("first"))
    again = taken(inbox, target, key=2)
    later = filer(inbox, failed=pattern, now=NOVEMBER + 40 * 86400)
    later.file(again, later.reserve(again, Outcome.DONE))
    assert ours(inbox) == {"done/scan.jpg": b"the scan"}


def test_notes_of_others_stay(inbox: Path) -> None:
    """A note that lies beside a scan in the inbox is somebody's."""
    document = dropped(inbox)
    (inbox / "scan.jpg.reason.txt").write_text("mine")
    filer(inbox).file(document, filer(inbox).reserve(document, Outcome.DONE))
    assert ours(inbox) == {"done/scan.jpg": b"the scan", "scan.jpg.reason.txt": b"mine"}


def test_keep(inbox: Path) -> None:
    """Where scans stay, only a reason goes to failed, says where the scan lies, and goes when it was read at last."""
    keeping = filer(inbox, after="keep")
    document = dropped(inbox, folder="anna")
    assert keeping.reserve(document, Outcome.FAILED) is None
    keeping.file(document, None, message("it is blank"))
    note = inbox / "failed" / "anna" / "scan.jpg.reason.txt"
    assert str(document.path) in note.read_text(encoding="utf-8-sig")
    keeping.file(document, None)
    assert ours(inbox) == {"anna/scan.jpg": b"the scan"}


# ---------------------------------------------------------------- other volumes, full and forbidden ones


def test_other_volume(inbox: Path, other_volume: Path) -> None:
    """A scan moves to another volume with its time; nothing is left behind."""
    document = dropped(inbox)
    moving = filer(inbox, done=str(other_volume / "done"))
    target = moving.reserve(document, Outcome.DONE)
    moving.file(document, target)
    assert ours(inbox) == {}
    assert tree(other_volume) == {"done/scan.jpg": b"the scan"}
    assert target is not None
    assert target.stat().st_mtime_ns == document.signature.mtime_ns


@pytest.mark.parametrize("is_other", [False, True])
def test_on_a_share(inbox: Path, request: pytest.FixtureRequest, is_other: bool) -> None:
    """Where inodes are not to be trusted, a scan is known by its size and time."""
    done = str(request.getfixturevalue("other_volume")) if is_other else "done"
    document = on_a_share(dropped(inbox))
    target = filer(inbox, done=done).reserve(document, Outcome.DONE)
    filer(inbox, done=done).file(document, target)
    assert target is not None
    assert target.read_bytes() == b"the scan"
    assert not document.path.exists()


@pytest.mark.parametrize("how", ["missing", "empty"])
def test_unplugged(inbox: Path, tmp_path: Path, how: str) -> None:
    """A scan whose whole folder is away is waited for: its name stays reserved, and no folder is made in its place."""
    document = dropped(inbox)
    moving = filer(inbox, done=str(tmp_path / "done"))
    target = moving.reserve(document, Outcome.DONE)
    inbox.rename(tmp_path / "unplugged")
    if how == "empty":
        inbox.mkdir()  # where it was mounted
    with pytest.raises(FolderAway, match="Is its drive plugged in"):
        moving.file(document, target)
    with pytest.raises(FolderAway, match="Is its drive plugged in"):
        filer(inbox).reserve(document, Outcome.FAILED)
    assert not inbox.exists() or list(inbox.iterdir()) == []
    shutil.rmtree(inbox, ignore_errors=True)
    (tmp_path / "unplugged").rename(inbox)
    moving.file(document, target)
    assert tree(tmp_path / "done") == {"scan.jpg": b"the scan"}


def test_done_folder_was_deleted(inbox: Path) -> None:
    """A done folder that is deleted between reserving and filing is waited for: the scan stays where it is."""
    document = dropped(inbox)
    target = filer(inbox).reserve(document, Outcome.DONE)
    shutil.rmtree(inbox / "done")
    with pytest.raises(FolderAway, match="done"):
        filer(inbox).file(document, target)
    assert ours(inbox) == {"scan.jpg": b"the scan"}
    (inbox / "done").mkdir()
    filer(inbox).file(document, target)
    assert ours(inbox) == {"done/scan.jpg": b"the scan"}


def test_done_folder_is_a_file(inbox: Path) -> None:
    """A file where the done folder should be is said, and stays."""
    (inbox / "done").write_bytes(b"a file")
    document = dropped(inbox)
    with pytest.raises(FolderAway, match="done cannot be written"):
        filer(inbox).reserve(document, Outcome.DONE)
    assert ours(inbox) == {"scan.jpg": b"the scan", "done": b"a file"}


FORBIDDEN = """
    import sys
    from pathlib import Path
    from ocrwatch.document import Cell, Document, Outcome, Read, Row, Value
    from ocrwatch.errors import FolderAway
    from ocrwatch.filing.filer import FolderFiler
    from tests.filed import taken
    inbox = Path(sys.argv[1])
    filer = FolderFiler(inbox, done="done", failed="failed", after="move", render=str, clock=lambda: 0.0)
    document = taken(inbox, inbox / "scan.jpg")
    try:
        target = inbox / "done" / "scan.jpg" if "reserved" in sys.argv else filer.reserve(document, Outcome.DONE)
        filer.file(document, target)
    except FolderAway as error:
        print(error)
"""


@pytest.mark.parametrize(("closed", "is_reserved"), [("done", False), ("done", True), (".", True)])
def test_folders_that_may_not_be_written(
    inbox: Path, monkeypatch: pytest.MonkeyPatch, closed: str, is_reserved: bool
) -> None:
    """Rights that lack are said, with the folder that lacks them; the scan stays, and is filed once they are there."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    document = dropped(inbox)
    (inbox / "done").mkdir()
    if is_reserved:
        filer(inbox).reserve(document, Outcome.DONE)
    (inbox / closed).chmod(0o555)
    try:
        said = said_without_rights(FORBIDDEN, inbox, *(["reserved"] if is_reserved else []))
    finally:
        (inbox / closed).chmod(0o755)
    assert said == (
        f"The folder {inbox / closed} cannot be written: Permission denied. "
        "Is the drive there, and may you write to it?\n"
    )
    assert document.path.read_bytes() == b"the scan"
    filer(inbox).file(document, filer(inbox).reserve(document, Outcome.DONE))
    assert ours(inbox) == {"done/scan.jpg": b"the scan"}


FULL = """
    import os, sys
    from pathlib import Path
    from ocrwatch.document import Cell, Document, Outcome, Read, Row, Value
    from ocrwatch.errors import DiskFull
    from ocrwatch.filing.filer import FolderFiler
    from ocrwatch.messages import message
    from tests.filed import dropped, taken, tree
    inbox, full = Path(sys.argv[1]), Path(sys.argv[2])
    def filed(document):
        target = filer.reserve(document, Outcome.FAILED)
        filer.file(document, target)
        return target
    filer = FolderFiler(inbox, done=str(full), failed=str(full), after="move", render=str, clock=lambda: 0.0)
    document = dropped(inbox, content=os.urandom(40_000))
    target = filer.reserve(document, Outcome.DONE)
    failed = taken(inbox, filed(dropped(inbox, "failed.jpg", key=3)), key=4)
    with (full / "ballast").open("wb", buffering=0) as ballast:
        try:
            while True:
                ballast.write(bytes(4096))
        except OSError:
            pass
    steps = [
        lambda: filer.file(document, target),
        lambda: filer.reserve(dropped(inbox, "other.jpg", key=2), Outcome.FAILED),
        lambda: filer.file(failed, None, message("blank")),
    ]
    for step in steps:
        try:
            step()
            print("done")
        except DiskFull as error:
            print(error)
    print(sorted(tree(full)), document.path.exists())
    (full / "ballast").unlink()
    filer.file(document, target)
    print(sorted(tree(full)), document.path.exists())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="a small disk as Linux has it")
def test_full_disk(inbox: Path, tmp_path: Path) -> None:
    """On a full disk nothing is half done: the scan stays, no piece of it is left, and it is filed once there is room."""
    place, script = tmp_path / "small", tmp_path / "full.py"
    place.mkdir()
    script.write_text("\n".join(line[4:] for line in FULL.splitlines()))
    command = f'mount -t tmpfs -o size=64k none "{place}" && exec "{sys.executable}" "{script}" "{inbox}" "{place}"'
    for unshare in (["unshare", "-m"], ["unshare", "-rm"]):
        if shutil.which("unshare") and subprocess.run([*unshare, "true"], check=False).returncode == 0:
            break
    else:
        pytest.skip("no mounts of one's own here")
    done = subprocess.run(
        [*unshare, "sh", "-c", command],
        stdout=subprocess.PIPE, text=True, check=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    said = done.stdout.splitlines()
    for line in said[:3]:
        assert line == f"The disk that holds {place} is full. Free some space; ocrwatch then goes on."
    assert said[3:] == ["['ballast', 'failed.jpg', 'scan.jpg'] True", "['failed.jpg', 'scan.jpg'] False"]


def read(document: Document, **values: Value) -> Document:
    received = datetime(2026, 11, 24, 12).astimezone()
    cells = tuple(Cell(name, value) for name, value in values.items())
    row = Row(id=document.id, cells=cells, received=received, engine="local")
    return replace(document, stage=Read(rows=(row,)))


def test_renamed_by_what_was_read(inbox: Path) -> None:
    """A scan that was read is called by its row, numbered where two are the same; one that failed keeps its name."""
    naming = FolderFiler(
        inbox, done="done", failed="failed", after="move", name="{date} {company}", render=str, clock=lambda: NOVEMBER
    )
    for key, name in enumerate(("2026-11-03 -中国铁路.jpg", "2026-11-03 -中国铁路 (2).jpg"), 1):
        document = dropped(inbox, f"IMG_{key}.jpg", f"scan {key}".encode(), key=key)
        document = read(document, date=date(2026, 11, 3), company="../中国铁路")
        target = naming.reserve(document, Outcome.DONE)
        assert target == inbox / "done" / name
        assert naming.reserve(document, Outcome.DONE) == target, "found again by its mark"
        naming.file(document, target)
        assert target.read_bytes() == f"scan {key}".encode()
    unknown = read(dropped(inbox, "IMG_3.jpg", b"third", key=3), date=None, company="")
    assert naming.reserve(unknown, Outcome.DONE) == inbox / "done" / "IMG_3.jpg"
    failed = dropped(inbox, "IMG_4.jpg", b"fourth", key=4)
    assert naming.reserve(failed, Outcome.FAILED) == inbox / "failed" / "IMG_4.jpg"
