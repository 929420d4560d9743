"""What goes to the terminal, or through a pipe."""

from __future__ import annotations

import io
import json
import sys

import pytest

from ocrwatch.cli.terminal import say_json


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "ascii"])
def test_json_survives_every_encoding(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe that cannot hold a character gets it escaped: the reader has the same text."""
    said = {"folder": "/扫描件/é 😀"}
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=encoding, errors="replace"))
    say_json(json.dumps(said, ensure_ascii=False, indent=2))
    assert json.loads(raw.getvalue().decode(encoding)) == said
