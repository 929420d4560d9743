"""What a cell shows, of its XML; how real programs write it is compared with openpyxl elsewhere."""

from __future__ import annotations

from datetime import date

import pytest

from ocrwatch.ledger.cell_values import CellValues
from ocrwatch.ledger.styles import MINIMAL, Styles
from ocrwatch.ports import Shown

VALUES = CellValues(Styles(MINIMAL.format(space="s").encode()), ("shop",), is_1904=False)


@pytest.mark.parametrize(
    ("kind", "raw", "shown"),
    [
        (b"b", b"1", True), (b"b", b"true", True), (b"b", b"false", False), (b"b", b"maybe", "maybe"),
        (b"", b"NaN", "NaN"), (b"n", b"1E400", "1E400"), (b"", b"1,5", "1,5"), (b"", b"-1e3", -1000.0),
        (b"d", b"2025-03-04", date(2025, 3, 4)), (b"d", b"yesterday", "yesterday"), (b"e", b"#N/A", "#N/A"),
        (b"s", b"0", "shop"), (b"odd", b"a&amp;b", "a&b"),
    ],
)  # fmt: skip
def test_a_cell_that_is_not_of_its_type_is_text(kind: bytes, raw: bytes, shown: Shown) -> None:
    """One odd cell of a person's makes no workbook unreadable."""
    found = VALUES.of(kind, b"", raw)
    assert found == shown
    assert type(found) is type(shown)


def test_a_shared_text_that_is_not_there_is_damage() -> None:
    """Whose text it is cannot be told."""
    with pytest.raises(IndexError):
        VALUES.of(b"s", b"", b"1")
