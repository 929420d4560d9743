"""Which columns there are, and where a header stands."""

from __future__ import annotations

from ocrwatch.document import Cell
from ocrwatch.ledger.header import find_header
from ocrwatch.ledger.layout import column_width, columns, further_columns, heading_key
from ocrwatch.ports import Field

FIELDS = (Field(name="发票号码", type="id"), Field(name="Total", type="amount"))


def test_the_order_of_columns() -> None:
    """Fields, Folder where the inbox is recursive, then our own."""
    own = ["Check", "File", "Received", "Pages", "Engine", "Document ID"]
    assert [each.header for each in columns(FIELDS, folder_column=False)] == ["发票号码", "Total", *own]
    assert [each.header for each in columns(FIELDS, folder_column=True)] == ["发票号码", "Total", "Folder", *own]


def test_no_two_columns_have_one_key() -> None:
    """Fields that differ in width or case only are one column."""
    fields = [Field(name="Total"), Field(name="ｔｏｔａｌ"), Field(name=" TOTAL "), Field(name="check")]
    made = columns(fields, folder_column=False)
    assert [each.header for each in made[:2]] == ["Total", "check"]
    assert len({each.key for each in made}) == len(made)


def test_a_header_is_one_line_and_short() -> None:
    """A table's header holds 255 characters and no line break."""
    (first, *_) = columns([Field(name="a\n b" + "x" * 300)], folder_column=False)
    assert first.header.startswith("a b")
    assert len(first.header) == 255


def test_cells_without_a_column_get_one() -> None:
    """Each once, by its key."""
    known = columns(FIELDS, folder_column=False)
    more = further_columns(known, [Cell("total", 1), Cell("seat", 1), Cell("SEAT", 2)])
    assert [each.header for each in more] == ["seat"]


def test_the_header_is_the_row_with_most_of_our_names() -> None:
    """A title that happens to be one of our names is not taken for the header."""
    known = columns(FIELDS, folder_column=False)
    rows = [("Total", None), (None, None), ("note", " total ", "发票号码"), ("1", "Total", None)]
    header = find_header(rows, known)
    assert header is not None
    assert (header.row, header.places) == (3, {"note": 1, "total": 2, heading_key("发票号码"): 3})
    assert find_header([(1, None, "x")], known) is None


def test_space_for_looks_makes_no_other_heading() -> None:
    """Forms spread Chinese headings, and break them into lines; between other words space parts them."""
    same = ("发票号码", "发 票 号 码", "发票\n号码", "发票　号码", "发票号码\u200b")
    assert len(set(map(heading_key, same))) == 1
    assert heading_key("金额 (元)") == heading_key("金额（元）")
    assert heading_key("Total\namount") == "total amount" != heading_key("Totalamount")


def test_widths_are_within_reason() -> None:
    """Never too narrow for the header, never wider than a screen needs."""
    (number, *_), long = columns(FIELDS, folder_column=False), columns([Field(name="x" * 100)], folder_column=False)[0]
    assert column_width(number, []) >= 20
    assert column_width(long, []) == 42
