"""What every implementation of the port `Filer` does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ocrwatch.document import Beside, Outcome
from ocrwatch.errors import FolderAway, Gone
from ocrwatch.filing.filer import FolderFiler
from ocrwatch.messages import message
from ocrwatch.ports import Filer
from tests.fakes_filer import FakeFiler
from tests.filed import dropped, tree


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / ".ocrwatch-lease").touch()
    return tmp_path / "inbox"


@pytest.fixture(params=["fake", "real"])
def filer(request: pytest.FixtureRequest, inbox: Path) -> Filer:
    if request.param == "fake":
        return FakeFiler(inbox)
    return FolderFiler(inbox, done="done", failed="failed", after="move", render=str, clock=lambda: 0.0)


@pytest.fixture(params=["fake", "real"])
def keeping(request: pytest.FixtureRequest, inbox: Path) -> Filer:
    if request.param == "fake":
        return FakeFiler(inbox, keep=True)
    return FolderFiler(inbox, done="done", failed="failed", after="keep", render=str, clock=lambda: 0.0)


@pytest.mark.parametrize(
    ("outcome", "place"), [(Outcome.DONE, "done"), (Outcome.FAILED, "failed"), (Outcome.DUPLICATE, "done/duplicates")]
)
def test_moved(filer: Filer, inbox: Path, outcome: Outcome, place: str) -> None:
    """A scan ends under the name that was reserved for it, in the folder of its outcome; its subfolder is kept."""
    document = dropped(inbox, folder="anna/2024")
    target = filer.reserve(document, outcome)
    assert target == inbox / place / "anna/2024" / "scan.jpg"
    filer.file(document, target)
    assert target.read_bytes() == b"the scan"
    assert not document.path.exists()


def test_names_are_not_shared(filer: Filer, inbox: Path) -> None:
    """Scans of one name have names of their own, whether filed or only reserved."""
    first = dropped(inbox, content=b"one", key=1)
    one = filer.reserve(first, Outcome.DONE)
    assert filer.reserve(first, Outcome.DONE) == one, "the same document has the same name"
    second = dropped(inbox, content=b"two", key=2)
    two = filer.reserve(second, Outcome.DONE)
    assert one is not None
    assert two == one.with_name("scan (2).jpg")
    filer.file(second, two)
    third = dropped(inbox, content=b"three", key=3)
    three = filer.reserve(third, Outcome.DONE)
    assert three == one.with_name("scan (3).jpg")
    assert two.read_bytes() == b"two"


def test_filing_twice(filer: Filer, inbox: Path) -> None:
    """Filing what is filed already changes nothing."""
    document = dropped(inbox)
    target = filer.reserve(document, Outcome.DONE)
    filer.file(document, target)
    before = tree(inbox)
    filer.file(document, target)
    assert tree(inbox) == before


def test_taken_away(filer: Filer, inbox: Path) -> None:
    """A scan that was taken away is gone, and its name free again."""
    document = dropped(inbox)
    target = filer.reserve(document, Outcome.DONE)
    document.path.unlink()
    with pytest.raises(Gone, match=r"scan\.jpg"):
        filer.file(document, target)
    assert target is not None
    assert not target.exists()
    assert filer.reserve(dropped(inbox, key=2), Outcome.DONE) == target


def test_replaced(filer: Filer, inbox: Path) -> None:
    """Other bytes under the scan's name are not filed as it: they stay."""
    document = dropped(inbox)
    target = filer.reserve(document, Outcome.DONE)
    document.path.write_bytes(b"another")
    with pytest.raises(Gone):
        filer.file(document, target)
    assert document.path.read_bytes() == b"another"
    assert target is not None
    assert not target.exists()


def test_taken_away_before(filer: Filer, inbox: Path) -> None:
    """No name is reserved for a scan that is not there."""
    document = dropped(inbox)
    document.path.unlink()
    with pytest.raises(Gone):
        filer.reserve(document, Outcome.DONE)


def test_kept(keeping: Filer, inbox: Path) -> None:
    """Where scans are to stay, they do."""
    document = dropped(inbox)
    for outcome in (Outcome.DONE, Outcome.FAILED, Outcome.DUPLICATE):
        assert keeping.reserve(document, outcome) is None
    keeping.file(document, None)
    keeping.file(document, None, message("it is blank"))
    assert document.path.read_bytes() == b"the scan"


TEXT = Beside(suffix=".txt", content="what is printed\n")


def test_a_file_lies_beside_the_filed_scan(filer: Filer, inbox: Path) -> None:
    """Under a name like the scan's, which is nobody else's from when it was reserved; written twice, it is one."""
    document = dropped(inbox, folder="anna")
    target = filer.reserve(document, Outcome.DONE)
    assert target is not None
    path = filer.reserve_beside(document, target, TEXT)
    assert path == inbox / "done" / "anna" / "scan.txt"
    assert filer.reserve_beside(document, target, TEXT) == path, "after a crash it is found again"
    filer.file(document, target)
    for _ in range(2):
        filer.put_beside(document, replace(TEXT, path=path))
        assert path.read_text(encoding="utf-8-sig") == TEXT.content
    assert filer.reserve_beside(document, target, replace(TEXT, path=path)) == path, "what says the same is not doubled"
    assert filer.reserve_beside(document, target, replace(TEXT, path=path, content="other")) != path


def test_files_beside_scans_never_take_a_name_that_is_taken(filer: Filer, inbox: Path) -> None:
    """A person's file of that name stays, and so does the file of another scan."""
    mine = inbox / "done" / "scan.txt"
    mine.parent.mkdir()
    mine.write_text("mine")
    one, two = dropped(inbox, key=1), dropped(inbox, "scan.png", b"other", key=2)
    paths = [filer.reserve_beside(each, filer.reserve(each, Outcome.DONE) or each.path, TEXT) for each in (one, two)]
    assert [path.name for path in paths] == ["scan (2).txt", "scan (3).txt"]
    for document, path in zip((one, two), paths, strict=True):
        filer.put_beside(document, replace(TEXT, path=path))
    assert mine.read_text() == "mine"


def test_a_file_that_a_person_changed_is_not_written_over(filer: Filer, inbox: Path) -> None:
    """Nor one that took the reserved name; a name that was removed is made again."""
    document = dropped(inbox)
    target = filer.reserve(document, Outcome.DONE)
    beside = replace(TEXT, path=filer.reserve_beside(document, target or document.path, TEXT))
    assert beside.path is not None
    beside.path.unlink(missing_ok=True)
    filer.put_beside(document, beside)
    beside.path.write_text("mine")
    with pytest.raises(FolderAway):
        filer.put_beside(document, beside)
    assert beside.path.read_text() == "mine"


def test_beside_a_scan_that_stays(keeping: Filer, inbox: Path) -> None:
    """The file goes to done: in the inbox it would be taken for a scan."""
    document = dropped(inbox)
    assert keeping.reserve_beside(document, document.path, TEXT) == inbox / "done" / "scan.txt"
