"""The pages' words: each that a template names is there, and none is left over."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import ocrwatch.settings_pages
from ocrwatch.messages import Message, message
from ocrwatch.settings_pages import words
from ocrwatch.settings_pages.words import plainly

ROOM = Path(ocrwatch.settings_pages.__file__).parent
TEMPLATES = sorted((ROOM / "templates").glob("*.html"))


def _named() -> set[str]:
    pages = {name for file in TEMPLATES for name in re.findall(r"\bw\.(\w+)", file.read_text(encoding="utf-8"))}
    code = {
        name for file in ROOM.glob("*.py") for name in re.findall(r"\bwords\.(\w+)", file.read_text(encoding="utf-8"))
    }
    return pages | (code - {"py"})


def test_every_word_that_is_named_is_there_and_none_is_left_over() -> None:
    """A page with a word that is missing would be an error in front of a person."""
    inside = {"KINDS", "LABELS"}
    there = {
        name
        for name, value in vars(words).items()
        if isinstance(value, Message | dict) or (callable(value) and getattr(value, "__module__", "") == words.__name__)
    }
    assert _named() == {name for name in there if not name.startswith("_")} - inside


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.stem)
def test_templates_say_nothing_by_themselves(file: Path) -> None:
    """Every word goes through the catalogue: between tags stand only marks and the program's name."""
    text = re.sub(
        r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>|[\w-]+=\"\w*\"",
        " ",
        file.read_text(encoding="utf-8"),
        flags=re.DOTALL,
    )
    assert set(re.findall(r"\w+", text)) <= {"ocrwatch"}


def test_complaints_name_the_fields_as_the_page_does() -> None:
    """Neither a file and line that the person did not write, nor the configuration's own words."""
    reason = message("it must not be empty")
    inner = message("{key} is not right: {reason}.", key="ledger", reason=reason)
    said = plainly(message("{file}, line {line}: {problem}", file="config.toml", line=3, problem=inner))
    assert str(said) == "Spreadsheet is not right: it must not be empty."
    assert str(plainly(message("{file}: {problem}", file="config.toml", problem=reason))) == "it must not be empty"
