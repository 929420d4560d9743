"""The first configuration, as far as it is decided without a person."""

from __future__ import annotations

from ocrwatch.cli import initial
from ocrwatch.config.profiles import built_in


def test_every_document_type_can_be_chosen() -> None:
    """Each has its words and its folder."""
    assert set(initial._KINDS) == set(initial._FOLDERS) == set(built_in())
