"""The folder chooser reads names, and makes a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from ocrwatch.errors import UsageError
from ocrwatch.settings_pages.folders import listing, made, nearest, starts


def test_names_of_folders_and_workbooks(tmp_path: Path) -> None:
    """Hidden ones, other files and Excel's owner files are left out; a link that leads nowhere is no folder."""
    for name in ("b", "A", ".hidden"):
        (tmp_path / name).mkdir()
    for name in ("L.xlsx", "~$L.xlsx", "scan.jpg"):
        (tmp_path / name).touch()
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    found = listing(tmp_path)
    assert [path.name for path in found.folders] == ["A", "b"]
    assert [path.name for path in found.workbooks] == ["L.xlsx"]
    assert found.parent == tmp_path.parent
    assert listing(Path("/")).parent is None


def test_the_nearest_folder_that_is_there(tmp_path: Path) -> None:
    """What was typed may not be there yet, or be a file, or no path at all."""
    (tmp_path / "file").touch()
    assert nearest(str(tmp_path / "not" / "there")) == tmp_path
    assert nearest(str(tmp_path / "file")) == tmp_path
    assert nearest("") == nearest("~") == Path.home()
    assert nearest("a\0b").is_dir()
    assert all(path.is_dir() for path in starts())


@pytest.mark.parametrize("name", ["", "  ", ".", "..", "a/b", "a\\b", "../up", "a\0b", "a\nb"])
def test_a_new_folder_lies_in_the_one_that_is_shown(tmp_path: Path, name: str) -> None:
    """Its name is one name."""
    with pytest.raises(UsageError):
        made(tmp_path, name)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_made(tmp_path: Path) -> None:
    """Where it is there already, it is that one; where it cannot be made, the reason is told."""
    assert made(tmp_path, " 扫描件 ") == made(tmp_path, "扫描件") == tmp_path / "扫描件"
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="file"):
        made(tmp_path / "file", "x")
    with pytest.raises(UsageError, match="cannot be used"):
        listing(tmp_path / "file")
