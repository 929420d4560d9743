"""Tables on the settings' pages: shown as what they are, and kept as they were written."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import get_args

from ocrwatch.cli.settings_configuration import _parts
from ocrwatch.cli.settings_drafts import draft_of, kinds
from ocrwatch.config.loading import load
from ocrwatch.config.profiles import built_in
from ocrwatch.ports import FieldType
from ocrwatch.settings_pages.words import KINDS, TYPES

TEXT = "[[inbox]]\nfolder = 'a'\nfields = ['number', {name = 'goods', fields = ['article', 'pieces']}]\n"


def test_every_type_and_document_type_has_its_words() -> None:
    """A choice that had none would fall back to another one."""
    assert set(TYPES) == set(get_args(FieldType))
    assert set(KINDS) == set(built_in()) == {kind.name for kind in kinds()}


def test_a_table_stays_a_table(tmp_path: Path) -> None:
    """Also where its type is not written: what else its entry says is kept."""
    file = tmp_path / "config.toml"
    file.write_text(TEXT, encoding="utf-8")
    raw = tomllib.loads(TEXT)
    (watched,) = draft_of(load(file), raw).watched
    assert [(column.name, column.type) for column in watched.columns] == [("number", "text"), ("goods", "items")]
    number, goods = _parts(watched, raw["inbox"][0]["fields"]) or ()
    assert number.value == "number"
    assert goods.value == {"name": "goods", "fields": ["article", "pieces"], "type": "items"}
