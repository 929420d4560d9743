from __future__ import annotations

import os
import re
from itertools import islice
from pathlib import Path, PureWindowsPath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ocrwatch.filing.naming import REASON_SUFFIX, SHORT_BYTES, filed_name, numbered

NAMES = st.text(min_size=1, max_size=300) | st.from_regex(r"(con|nul|com1|~\$|\.|-| )[ .a-z]*", fullmatch=True)
FORBIDDEN = set('\\/<>:"|?*') | {chr(code) for code in range(32)} | {"\x7f"}
TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@given(NAMES)
@example("\udcff\udcfe.jpg")
@example("CON .jpg")
@example("a" * 205 + " b")
@example("e\u0301" * 200 + ".jpg")
def test_every_file_system_takes_it(name: str) -> None:
    """Whatever a scan is called, its filed name is one on Windows and POSIX, with room for what is added."""
    filed = filed_name(name)
    assert filed
    assert len((filed + REASON_SUFFIX + ".part").encode()) <= 255
    assert not FORBIDDEN & set(filed)
    assert not TURNING.search(filed)
    assert not filed.endswith((".", " "))
    assert filed not in {".", ".."}
    assert Path(filed).name == filed == PureWindowsPath(filed).name
    assert not PureWindowsPath(filed).is_reserved()


@given(NAMES)
def test_once_is_enough(name: str) -> None:
    """A filed name is its own filed name."""
    assert filed_name(filed_name(name)) == filed_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "scan001.jpg",
        "-rf.jpg",
        "票据 12.pdf",
        "🧾👨‍👩‍👧.png",
        "Ünï.tar.gz",
        ".hidden.jpg",
        "a'b&c;d$e.jpg",
        " x.jpg",
        "CONTRACT.pdf",
    ],
)
def test_kept_where_it_can_be(name: str) -> None:
    """A name that every file system takes is not changed, emoji made of several signs included."""
    assert filed_name(name) == name


@pytest.mark.parametrize(
    ("name", "filed"),
    [
        ("a\nb.jpg", "a_b.jpg"),
        ("a/b\\c:d.jpg", "a_b_c_d.jpg"),
        ("gpj.\u202etcejbo.jpg", "gpj._tcejbo.jpg"),
        ("nul", "_nul"),
        ("Com1.tiff", "_Com1.tiff"),
        ("aux .pdf", "_aux .pdf"),
        ("~$book.jpg", "_~$book.jpg"),
        ("scan. . .", "scan"),
        ("...", "_"),
        (os.fsdecode(b"caf\xe9.jpg"), "caf_.jpg"),
    ],
)
def test_what_becomes_of_others(name: str, filed: str) -> None:
    """What a file system or an eye cannot take becomes a low line."""
    assert filed_name(name) == filed


def test_longest_name() -> None:
    """A name of 255 bytes keeps its suffix and is cut between letters."""
    filed = filed_name("票" * 83 + "ab.jpg")
    assert filed.endswith("票.jpg")
    assert 225 <= len(filed.encode()) <= 231
    assert len(filed_name("票" * 83 + ".jpg", longest_bytes=SHORT_BYTES).encode()) <= SHORT_BYTES


@given(NAMES)
def test_numbers(name: str) -> None:
    """Numbered names are all different, and names that every file system takes."""
    names = list(islice(numbered(filed_name(name)), 20))
    assert len({numbered_name.casefold() for numbered_name in names}) == 20
    assert all(len((found + REASON_SUFFIX + ".part").encode()) <= 255 for found in names)


def test_number_before_the_suffix() -> None:
    """The number stands where a person looks for it, and the suffix stays."""
    assert list(islice(numbered("scan.jpg"), 3)) == ["scan.jpg", "scan (2).jpg", "scan (3).jpg"]
    assert list(islice(numbered("scan"), 2)) == ["scan", "scan (2)"]
