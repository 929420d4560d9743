"""Tables as models give them: every shape in the wild, and nothing moved, invented or lost without a word."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocrwatch.errors import BadAnswer
from ocrwatch.messages import Message
from ocrwatch.ports import Field, ItemTexts, Profile, Said
from ocrwatch.reading.answers import answer, fields_in
from ocrwatch.reading.merging import PageLost, PageRead, merged
from ocrwatch.reading.prompts import wordings
from tests.endpoint_server import JSON, fenced
from tests.endpoint_server import completion as completed

ITEMS = Field(
    name="items",
    type="items",
    labels=("商品明细", "goods"),
    fields=(
        Field(name="name", labels=("item", "品名")),
        Field(name="quantity", type="amount", labels=("qty", "数量")),
        Field(name="price", type="amount", labels=("amount", "金额")),
    ),
)
RECEIPT = Profile(
    name="receipt", fields=(Field(name="company"), Field(name="total", type="amount", labels=("金额",)), ITEMS)
)
TEA = {"name": "Tea", "quantity": "2", "price": "4.00"}
MILK = {"name": "Milk", "quantity": None, "price": "2.50"}


def said(items: JSON, content: str | None = None) -> tuple[Said, tuple[Message, ...]]:
    """What an answer with these items says, and the remarks on it."""
    text = fenced({"company": "Shop", "total": "6.50", "items": items}) if content is None else content
    read = fields_in(text, RECEIPT)
    (entry,) = read.entries
    assert (entry["company"], entry["total"]) == ("Shop", "6.50")
    return entry.get("items"), read.remarks


@pytest.mark.parametrize(
    "items",
    [
        [TEA, MILK],
        [{"品名": "Tea", "数量": "2", "金额": "4.00"}, {"品名": "Milk", "数量": "无", "金额": "2.50"}],
        [{"Name": " Tea ", "qty": 2, "PRICE": "4.00"}, {"item": "Milk", "qty": "null", "price": "2.50"}],
        [["name", "quantity", "price"], ["Tea", "2", "4.00"], ["Milk", "", "2.50"]],
        [["price", "name", "qty"], ["4.00", "Tea", "2"], ["2.50", "Milk", None]],
        [["Tea", "2", "4.00"], ["Milk", None, "2.50"]],
        {"name": ["Tea", "Milk"], "quantity": ["2", None], "price": ["4.00", "2.50"]},
        {"1": TEA, "2": MILK},
        {"item 1": TEA, "item 2": MILK},
        {"Tea": {"quantity": "2", "price": "4.00"}, "Milk": {"quantity": None, "price": "2.50"}},
        {"list": [TEA, MILK]},
        [{"line": TEA}, {"line": MILK}],
        json.dumps([TEA, MILK]),
        [TEA, {"name": "", "quantity": "xxx", "price": "null"}, None, MILK],
    ],
    ids=range(14),
)
def test_lines_in_any_shape_are_the_same_lines(items: JSON) -> None:
    """Objects, lists with and without a head, columns, numbered or named lines, JSON in a text."""
    lines, remarks = said(items)
    assert isinstance(lines, tuple)
    assert [{**dict.fromkeys(TEA), **line} for line in lines] == [TEA, MILK]
    assert remarks == ()


@pytest.mark.parametrize("items", [None, [], "", "无", {}, [{}], [{"name": "", "price": None}], [[]]])
def test_no_lines_are_none(items: JSON) -> None:
    """An empty table is absent, and nothing is said of it here."""
    assert said(items) == (None, ())


def test_a_single_line_may_stand_without_its_list() -> None:
    """One object in the place of the list is one line."""
    assert said(TEA) == ((TEA,), ())


def test_text_stays_whole() -> None:
    """A line of text is not taken apart: it stands under the first field that is text."""
    assert said(["Tea 2 x 2.00 4.00", "Milk 2.50"])[0] == ({"name": "Tea 2 x 2.00 4.00"}, {"name": "Milk 2.50"})
    assert said("Tea 4.00\nMilk 2.50")[0] == ({"name": "Tea 4.00"}, {"name": "Milk 2.50"})


@pytest.mark.parametrize(
    ("items", "lines", "unclear"),
    [
        ([["Tea", "2", "4.00"], ["Milk", "2.50"]], ({**TEA},), 1),
        ({"name": ["Tea", "Milk"], "price": ["4.00"]}, None, 2),
        ([TEA, {"colour": "green"}], (TEA,), 1),
        ({"Tea": "4.00", "Milk": "2.50"}, None, 1),
    ],
)
def test_what_cannot_be_told_apart_is_left_out_and_said(items: JSON, lines: ItemTexts | None, unclear: int) -> None:
    """A list that is too short, columns of two lengths, keys that mean nothing: never padded, never silent."""
    found, remarks = said(items)
    assert found == lines
    assert [dict(remark.places) for remark in remarks] == [{"field": "items", "count": unclear}]


def test_two_values_for_one_cell_stay_both() -> None:
    """Under keys that mean the same: the bar keeps the cell from becoming a number."""
    assert said([{"name": "Tea", "qty": "1", "数量": "7", "price": "4.00"}])[0] == (
        {"name": "Tea", "quantity": "1 | 7", "price": "4.00"},
    )
    assert said([{"name": "Tea", "amount": "9.99", "price": "4.00"}])[0] == ({"name": "Tea", "price": "4.00"},)


def test_lines_whose_list_has_another_name_are_found() -> None:
    """A renamed key, a list beside the fields: lines are told by what they are made of."""
    renamed = fenced({"company": "Shop", "total": "6.50", "purchases": [TEA, MILK]})
    assert said(None, renamed) == ((TEA, MILK), ())
    beside = fenced({"company": "Shop", "total": "6.50"}) + "\nand the lines:\n" + fenced([TEA, MILK])
    assert said(None, beside) == ((TEA, MILK), ())
    parts = fenced([{"company": "Shop", "total": "6.50"}, {"items": [TEA, MILK]}])
    assert said(None, parts) == ((TEA, MILK), ())


def test_a_field_of_the_lines_is_none_of_the_document() -> None:
    """What stands in a line never fills the document's own field, whatever both are called."""
    content = fenced({"company": "Shop", "商品明细": [{"品名": "茶", "金额": "4.00"}]})
    (entry,) = fields_in(content, RECEIPT).entries
    assert entry == {"company": "Shop", "items": ({"name": "茶", "price": "4.00"},)}


def test_each_paper_on_a_picture_keeps_its_own_lines() -> None:
    """Several objects are several papers, with a table each."""
    papers = [
        {"company": "Shop", "total": "4.00", "items": [TEA]},
        {"company": "Kiosk", "total": "2.50", "items": [MILK]},
    ]
    entries = fields_in(fenced(papers), RECEIPT).entries
    assert [(entry["company"], entry["items"]) for entry in entries] == [("Shop", (TEA,)), ("Kiosk", (MILK,))]


def test_one_item_may_be_bought_many_times() -> None:
    """Lines that repeat each other are print, no loop, as far as the answer is whole."""
    assert said([TEA] * 30) == ((TEA,) * 30, ())


# ---------------------------------------------------------------- cut off

WHOLE = json.dumps({"company": "Shop", "total": "6.50", "items": [TEA, TEA, MILK]})


@pytest.mark.parametrize(
    ("end", "lines"),
    [
        ('"quantity": null, "price": "2.50"}]', (TEA, TEA, MILK)),
        ('"quantity": null, "price": "2.50"', (TEA, TEA, MILK)),
        ('"quantity": null, "price": "2.', (TEA, TEA)),
        ('"name": "Mi', (TEA, TEA)),
    ],
)
@pytest.mark.parametrize("finish_reason", ["stop", "length"])
def test_a_list_that_was_cut_off_keeps_its_whole_lines(end: str, lines: ItemTexts, finish_reason: str) -> None:
    """What is complete is kept, and `Check` says that items may be missing."""
    cut = WHOLE[: WHOLE.index(end) + len(end)]
    sent = completed("```json\n" + cut, finish_reason=finish_reason).body
    assert isinstance(sent, bytes)
    read = answer(sent.decode(), RECEIPT)
    assert read.entries[0]["items"] == lines
    if end.endswith("]") and finish_reason == "stop":  # only the last brace is missing, as often
        assert read.remarks == ()
    else:
        (remark,) = read.remarks
        assert "may be incomplete" in str(remark)


@pytest.mark.parametrize("cut", ['{"company": "Shop", "total": "6.5', '{"company": "Shop", "items": [{"name": "Tea"'])
def test_an_answer_cut_off_before_the_table_is_no_answer(cut: str) -> None:
    """A field that may have come is not left empty in silence."""
    with pytest.raises(BadAnswer):
        fields_in(cut, RECEIPT)


@pytest.mark.parametrize("lines", [[TEA], [TEA, MILK, {**TEA, "price": "1"}]])
def test_a_loop_within_the_table_is_no_answer(lines: list[JSON]) -> None:
    """The same few lines again and again until the answer is cut off were never on the paper."""
    text = json.dumps({"company": "Shop", "total": "6.50", "items": lines * 20})
    with pytest.raises(BadAnswer):
        fields_in(text[: text.rindex("}", 0, -3)], RECEIPT)


CELLS = st.none() | st.sampled_from(["", "无", "xxx", "1", "2.50", "Tea", "￥4.00", "?"]) | st.integers(0, 99)
KEYS = st.sampled_from(["name", "品名", "qty", "quantity", "price", "金额", "total", "company", "colour", "1"])
NODES = st.recursive(
    CELLS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)


@given(NODES, st.integers(0, 400))
def test_nothing_is_invented_whatever_the_table_is(items: JSON, cut: int) -> None:
    """Every text of every line stands in the answer, under a field of the table; whole or cut off anywhere."""
    content = json.dumps({"company": "Shop", "total": "6.50", "items": items}, ensure_ascii=False)[: 40 + cut]
    try:
        read = fields_in(content, RECEIPT)
    except BadAnswer:
        return
    for entry in read.entries:
        lines = entry.get("items")
        for line in lines if isinstance(lines, tuple) else ():
            assert line.keys() <= {"name", "quantity", "price"}
            assert any(line.values())
            for text in filter(None, line.values()):
                assert all(part.strip() in content for part in text.replace(" | ", " ").split())


# ---------------------------------------------------------------- pages and prompts


def test_the_lines_of_all_pages_follow_each_other() -> None:
    """In the order of the pages; a page without the table adds none."""
    pages = [
        fields_in(fenced({"company": "Shop", "items": [TEA]}), RECEIPT),
        fields_in(fenced({"company": "Shop", "items": []}), RECEIPT),
        fields_in(fenced({"company": None, "total": "6.50", "items": [MILK, TEA]}), RECEIPT),
    ]
    read = merged([PageRead(number, page) for number, page in enumerate(pages, 1)], engine="e")
    assert read.entries == ({"company": "Shop", "total": "6.50", "items": (TEA, MILK, TEA)},)
    assert read.remarks == ()
    lost = merged([PageRead(1, pages[0]), PageLost(2, Message("gone"))], engine="e")
    assert (lost.entries[0]["items"], lost.pages) == ((TEA,), "1 of 2")


def test_the_table_is_asked_for_as_a_list_with_one_example() -> None:
    """In both wordings and languages; a profile without a table is asked as before."""
    first, second = wordings(RECEIPT)
    assert '"items": [{"name": "xxx", "quantity": "xxx", "price": "xxx"}]' in first
    assert '"items": [{"name": "", "quantity": "", "price": ""}]' in second
    assert first.count("items is a list") == second.count("items is a list") == 1
    chinese = Profile(name="c", fields=(Field(name="店名"), Field(name="明细", type="items", fields=ITEMS.fields)))
    assert all("其中明细是列表" in wording for wording in wordings(chinese))
    plain = Profile(name="p", fields=(Field(name="company"),))
    assert all("is a list" not in wording and "{more}" not in wording for wording in wordings(plain))
