"""Whether each page of a file is a row."""

from __future__ import annotations

from pathlib import Path

import pytest

from ocrwatch.books import profile_of
from tests.unit.config.test_config_loading import complaint, load_text


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ("profile = 'receipt'", "each"),
        ("profile = 'receipt-items'", "each"),
        ("profile = 'train-ticket'", "each"),
        ("profile = 'invoice'", "together"),
        ("fields = ['a']", "together"),
        ("profile = 'receipt'\nfields = ['company']", "each"),
        ("profile = 'receipt'\npages = 'together'", "together"),
        ("fields = ['a']\npages = 'each'", "each"),
        ("profile = 'invoice'\npages = 'auto'", "together"),
    ],
)
def test_receipts_and_tickets_are_a_row_a_page(tmp_path: Path, said: str, rule: str) -> None:
    """A scanner makes one file of a batch of them; what the configuration says goes first."""
    (inbox,) = load_text(tmp_path, f"[[inbox]]\n{said}\n").settings.inbox
    assert profile_of(inbox).pages == rule


def test_another_word_is_told(tmp_path: Path) -> None:
    """With what may stand there."""
    assert "line 2: pages" in complaint(tmp_path, "[[inbox]]\npages = 'apart'\n")
