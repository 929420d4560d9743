"""What of the user's a load-and-save by openpyxl would lose."""

from __future__ import annotations


def ensure_lossless(content: bytes, name: str) -> None:
    """Raises `LedgerBusy` when the workbook in `content` holds what a save would lose; `name` is the file's."""
