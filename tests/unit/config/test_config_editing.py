"""Editing the configuration in place, and writing it whole."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocrwatch.config.editing import InboxEdit, Part, edited
from ocrwatch.config.writing import backup_of, write
from ocrwatch.errors import ConfigurationError

TEXT = """\
# mine
language = "auto"  # why

[endpoint]
  model = "x"   # indented

# tickets
[[inbox]]
folder = "~/A"   # here
fields = [
    "one",  # first
    {name = "two", type="amount", labels=["Sum"]},  # second
    "three",
]

# others
[[inbox]]
folder = "~/B"
# end
"""


def test_nothing_changed_is_the_same_text() -> None:
    """Byte for byte."""
    inboxes = [InboxEdit(was=0), InboxEdit(was=1)]
    assert (
        edited(TEXT, top={"language": "auto"}, tables={"reader": {}, "endpoint": {"model": "x"}}, inboxes=inboxes)
        == TEXT
    )


def test_values_change_where_they_stand() -> None:
    """Comments, order and spacing are the person's; a new setting comes below the last of its block."""
    after = edited(
        TEXT,
        top={"language": "en"},
        tables={"endpoint": {"model": "y"}},
        inboxes=[InboxEdit(was=0, values={"folder": "C:\\Scans", "sheet": "S"}), InboxEdit(was=1)],
    )
    expected = TEXT.replace('"auto"', '"en"').replace('"x"', '"y"').replace('"~/A"', "'C:\\Scans'")
    assert after == expected.replace("]\n\n# others", ']\nsheet = "S"\n\n# others')


def test_fields_keep_what_else_is_said_of_them() -> None:
    """One is taken out, one changed, one added; the comments of those that stay are there."""
    fields = [
        Part(was=1, value={"name": "two", "type": "date", "labels": ["Sum"]}),
        Part(was=2, value="three"),
        Part(was=None, value={"name": "four", "type": "id"}),
    ]
    after = edited(TEXT, top={}, tables={}, inboxes=[InboxEdit(was=0, fields=fields), InboxEdit(was=1)])
    assert tomllib.loads(after)["inbox"][0]["fields"] == [part.value for part in fields]
    assert "# second" in after
    assert "# first" not in after


def test_watched_folders_come_and_go() -> None:
    """Those that are not named any more are taken out; new ones are blocks at the end."""
    after = edited(TEXT, top={}, tables={}, inboxes=[InboxEdit(was=1), InboxEdit(was=None, values={"folder": "~/C"})])
    assert [each["folder"] for each in tomllib.loads(after)["inbox"]] == ["~/B", "~/C"]
    assert after.startswith("# mine")


@pytest.mark.parametrize("text", ["", "# nothing yet\n", 'inbox = [{folder = "a"}]\n', 'endpoint.model = "x"\n'])
def test_other_ways_to_write_it(text: str) -> None:
    """Lists on one line, dotted names, and a file with nothing in it."""
    kept = [InboxEdit(was=place) for place, _ in enumerate(tomllib.loads(text).get("inbox", ()))]
    new = InboxEdit(was=None, values={"folder": "b", "headings": {"a b": "c"}}, fields=[Part(was=None, value="n")])
    after = edited(text, top={"language": "en"}, tables={"endpoint": {"model": "y"}}, inboxes=[*kept, new])
    data = tomllib.loads(after)
    assert data["language"] == "en"
    assert data["endpoint"]["model"] == "y"
    assert data["inbox"][-1] == {"folder": "b", "headings": {"a b": "c"}, "fields": ["n"]}


@given(st.text(), st.text(min_size=1))
def test_every_text_comes_back(value: str, name: str) -> None:
    """Quotes, backslashes, line ends and other scripts are written so that they are read the same."""
    value = value.encode("utf-8", "replace").decode()
    name = name.encode("utf-8", "replace").decode()
    change = InboxEdit(was=0, values={"folder": value, "headings": {name: value}})
    data = tomllib.loads(edited(TEXT, top={}, tables={}, inboxes=[change]))
    assert data["inbox"] == [{**tomllib.loads(TEXT)["inbox"][0], "folder": value, "headings": {name: value}}]


def test_writing_keeps_rights_link_and_line_ends(tmp_path: Path) -> None:
    """And the previous file, with the same rights."""
    real = tmp_path / "dotfiles.toml"
    real.write_bytes(b"a = 1\r\n")
    real.chmod(0o640)
    link = tmp_path / "config.toml"
    link.symlink_to(real)
    write(link, "a = 2\n")
    assert link.is_symlink()
    assert real.read_bytes() == b"a = 2\r\n"
    assert backup_of(real).read_bytes() == b"a = 1\r\n"
    assert {path.stat().st_mode & 0o777 for path in (real, backup_of(real))} == {0o640}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.toml", "dotfiles.toml", "dotfiles.toml.bak"]


def test_a_new_file_gets_the_usual_rights(tmp_path: Path) -> None:
    """Its folder is made."""
    before = os.umask(0o027)
    try:
        write(tmp_path / "new" / "config.toml", "a = 1\n")
    finally:
        os.umask(before)
    assert (tmp_path / "new" / "config.toml").stat().st_mode & 0o777 == 0o640


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    """Nothing is left behind."""
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match="cannot be written"):
        write(tmp_path / "file" / "config.toml", "")
    (tmp_path / "config.toml").mkdir()
    with pytest.raises(ConfigurationError, match="cannot be written"):
        write(tmp_path / "config.toml", "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.toml", "file"]
