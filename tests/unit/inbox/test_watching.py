from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from ocrwatch.inbox.filesystems import FileSystem
from ocrwatch.inbox.native import NativeObserver
from ocrwatch.inbox.watching import LATE_SECONDS, POLL_SECONDS, RESCAN_SECONDS, FolderWatch
from tests.unit.inbox.stage import LOCAL

REMOTE = FileSystem("cifs", sends_events=False, is_exact=False)
NOW = 1000.0
FOLDERS = (Path("/in"),)


class StubWatch:
    def __init__(self) -> None:
        self.alive = True
        self.ended = False
        self.missing: list[Path] = []

    def unwatched(self, folders: Iterable[Path]) -> list[Path]:
        return [folder for folder in folders if folder in self.missing]

    def stands(self) -> bool:
        return self.alive

    def end(self) -> None:
        self.ended = True


class StubObserver:
    """Hands out watches whose events the test sends itself."""

    def __init__(self, *, error: OSError | None = None) -> None:
        self.error = error
        self.watches: list[StubWatch] = []
        self.heard: Callable[[list[str]], None] = lambda names: None

    def watch(self, folder: Path, *, recursive: bool, heard: Callable[[list[str]], None]) -> StubWatch:
        if self.error is not None:
            raise self.error
        self.heard = heard
        self.watches.append(StubWatch())
        return self.watches[-1]


def watch(
    observer: StubObserver, *, choice: str = "auto", wake: Callable[[], None] = lambda: None, folder: Path = Path("/in")
) -> FolderWatch:
    return FolderWatch(lambda: observer, folder, recursive=True, choice=choice, wake=wake)  # type: ignore[arg-type]


def paths(*names: str) -> list[Path]:
    return [Path("/in") / name for name in names]


def test_native_where_the_system_tells() -> None:
    """A local folder is looked at after hints, and every few minutes."""
    native = watch(StubObserver())
    native.begin(LOCAL)
    native.listed(paths("old.jpg"), FOLDERS, NOW)
    assert (native.mode, native.reason) == ("native", None)
    assert native.next_look(NOW) == NOW + RESCAN_SECONDS


def test_poll_on_remote_file_systems() -> None:
    """A folder on a share is looked at every few seconds, and the status says why."""
    observer = StubObserver()
    polled = watch(observer)
    polled.begin(REMOTE)
    assert polled.mode == "poll"
    assert "cifs" in str(polled.reason)
    assert polled.next_look(NOW) == NOW + POLL_SECONDS
    assert observer.watches == []


@pytest.mark.parametrize(("choice", "expected"), [("native", "native"), ("poll", "poll")])
def test_what_the_user_chose(choice: str, expected: str) -> None:
    """The user's choice stands, on any file system."""
    for kind in (LOCAL, REMOTE):
        chosen = watch(StubObserver(), choice=choice)
        chosen.begin(kind)
        chosen.listed([], FOLDERS, NOW)
        chosen.begin(kind)
        chosen.listed(paths("unannounced.jpg"), FOLDERS, NOW)
        chosen.listed(paths("unannounced.jpg"), FOLDERS, NOW + 2 * LATE_SECONDS)
        assert chosen.mode == expected


def test_limit_reached() -> None:
    """When the system cannot watch the folder it is looked at every few seconds."""
    polled = watch(StubObserver(error=OSError(28, "inotify watch limit reached")), choice="native")
    polled.begin(LOCAL)
    assert polled.mode == "poll"
    assert "inotify watch limit reached" in str(polled.reason)


def test_unannounced_file() -> None:
    """A new file that no event told of, even late, shows that events cannot be relied on."""
    native = watch(StubObserver())
    native.begin(LOCAL)
    native.listed(paths("old.jpg"), FOLDERS, NOW)
    native.listed(paths("old.jpg", "new.jpg"), FOLDERS, NOW)
    assert native.mode == "native"
    assert native.next_look(NOW) == NOW + LATE_SECONDS
    native.listed([], FOLDERS, NOW + LATE_SECONDS)
    assert native.mode == "poll"
    assert native.reason is not None


def test_late_event() -> None:
    """An event may come after the listing that showed its file."""
    observer = StubObserver()
    native = watch(observer)
    native.begin(LOCAL)
    native.listed([], FOLDERS, NOW)
    native.begin(LOCAL)
    native.listed(paths("new.jpg"), FOLDERS, NOW)
    observer.heard(["NEW.jpg"])
    native.begin(LOCAL)
    native.listed(paths("new.jpg"), FOLDERS, NOW + LATE_SECONDS)
    assert native.mode == "native"


def test_early_event() -> None:
    """An event may come while the listing before is still made."""
    observer = StubObserver()
    native = watch(observer)
    native.begin(LOCAL)
    observer.heard(["new.jpg"])
    native.listed([], FOLDERS, NOW)
    native.begin(LOCAL)
    native.listed(paths("new.jpg"), FOLDERS, NOW + 1)
    native.begin(LOCAL)
    native.listed(paths("new.jpg"), FOLDERS, NOW + 1 + LATE_SECONDS)
    assert native.mode == "native"


def test_folder_moved_in() -> None:
    """A folder that is announced announces what is in it."""
    observer = StubObserver()
    native = watch(observer)
    native.begin(LOCAL)
    native.listed([], FOLDERS, NOW)
    observer.heard(["anna"])
    native.begin(LOCAL)
    native.listed(paths("anna/2024/a.jpg"), FOLDERS, NOW)
    native.listed(paths("anna/2024/a.jpg"), FOLDERS, NOW + LATE_SECONDS)
    assert native.mode == "native"


def test_letters_composed_otherwise() -> None:
    """A name is the same name whichever way its letters are composed."""
    observer = StubObserver()
    native = watch(observer)
    native.begin(LOCAL)
    native.listed([], FOLDERS, NOW)
    observer.heard(["Mu\u0308ller.jpg"])
    native.listed(paths("M\u00fcller.jpg"), FOLDERS, NOW)
    native.listed([], FOLDERS, NOW + LATE_SECONDS)
    assert native.mode == "native"


def test_one_wake_per_listing() -> None:
    """However many events come, the folder is asked for once until it is listed."""
    wakes: list[int] = []
    observer = StubObserver()
    native = watch(observer, wake=lambda: wakes.append(1))
    native.begin(LOCAL)
    for _ in range(1000):
        observer.heard(["a.jpg"])
    assert len(wakes) == 1
    native.begin(LOCAL)
    observer.heard(["a.jpg"])
    assert len(wakes) == 2


def test_dead_watch_is_begun_again() -> None:
    """A watch that has died is replaced, and what arrived meanwhile is held against nobody."""
    observer = StubObserver()
    native = watch(observer)
    native.begin(LOCAL)
    native.listed([], FOLDERS, NOW)
    observer.watches[0].alive = False
    native.begin(LOCAL)
    native.listed(paths("meanwhile.jpg"), FOLDERS, NOW)
    native.listed(paths("meanwhile.jpg"), FOLDERS, NOW + LATE_SECONDS)
    assert observer.watches[0].ended
    assert len(observer.watches) == 2
    assert native.mode == "native"


def test_fresh_start_after_rest() -> None:
    """A folder that comes back is judged anew."""
    native = watch(StubObserver())
    native.begin(REMOTE)
    native.rest()
    native.begin(LOCAL)
    assert (native.mode, native.reason) == ("native", None)


def test_subfolders_that_are_not_watched() -> None:
    """When the system does not watch every subfolder the folder is looked at every few seconds."""
    observer = StubObserver()
    native = watch(observer)
    native.begin(LOCAL)
    observer.watches[0].missing = paths("anna")
    native.listed([], (*FOLDERS, *paths("anna")), NOW)
    assert native.mode == "poll"
    assert "1 of its subfolders" in str(native.reason)


def test_subfolder_that_is_watched_late() -> None:
    """A new subfolder is given time to be watched, and asked for when that is over."""
    observer = StubObserver()
    native = watch(observer)
    native.begin(LOCAL)
    native.listed([], FOLDERS, NOW)
    assert native.next_look(NOW) == NOW + RESCAN_SECONDS
    observer.watches[0].missing = paths("anna")
    native.listed([], (*FOLDERS, *paths("anna")), NOW + 1)
    assert native.mode == "native"
    assert native.next_look(NOW + 1) == NOW + 1 + LATE_SECONDS
    observer.watches[0].missing = []
    native.listed([], (*FOLDERS, *paths("anna")), NOW + 1 + LATE_SECONDS)
    assert native.mode == "native"


@pytest.fixture
def heard() -> tuple[set[str], threading.Condition]:
    return set(), threading.Condition()


def test_native_events(tmp_path: Path, heard: tuple[set[str], threading.Condition]) -> None:
    """The system's events tell of files written, moved in and renamed, here and in subfolders, never of our lease."""
    names, condition = heard

    def hear(told: list[str]) -> None:
        with condition:
            names.update(told)
            condition.notify_all()

    def wait_for(name: str) -> None:
        with condition:
            assert condition.wait_for(lambda: name in names, timeout=20), name

    folder = tmp_path / "inbox"
    folder.mkdir()
    observer = NativeObserver()
    native = observer.watch(folder, recursive=True, heard=hear)
    (folder / ".ocrwatch-lease").write_bytes(b"1")
    (folder / "a.jpg").write_bytes(b"1")
    wait_for("a.jpg")
    (folder / "a.jpg").rename(folder / "b.jpg")
    wait_for("b.jpg")
    (tmp_path / "c.jpg").write_bytes(b"1")
    (tmp_path / "c.jpg").rename(folder / "c.jpg")
    wait_for("c.jpg")
    (folder / "anna").mkdir()
    wait_for("anna")
    (folder / "anna" / "d.jpg").write_bytes(b"1")
    wait_for("d.jpg")
    names.clear()
    (folder / "c.jpg").read_bytes()
    (folder / "e.jpg").write_bytes(b"1")
    wait_for("e.jpg")
    assert "c.jpg" not in names, "reading is no change"
    assert ".ocrwatch-lease" not in names
    native.end()
    observer.stop()


def test_native_watch_of_a_replaced_folder(tmp_path: Path) -> None:
    """A watch does not stand once its folder was replaced, or the observer's thread has died."""
    folder = tmp_path / "inbox"
    folder.mkdir()
    observer = NativeObserver()
    first = observer.watch(folder, recursive=False, heard=lambda names: None)
    assert first.stands()
    folder.rename(tmp_path / "elsewhere")
    assert not first.stands()
    folder.mkdir()
    assert not first.stands()
    first.end()
    second = observer.watch(folder, recursive=False, heard=lambda names: None)
    assert second.stands()
    observer.stop()
    assert not second.stands()
    second.end()
    third = observer.watch(folder, recursive=False, heard=lambda names: None)
    assert third.stands()
    observer.stop()
