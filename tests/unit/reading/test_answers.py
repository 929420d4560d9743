"""Answers as models write them, and what they say of the fields."""

from __future__ import annotations

import json

import pytest

from ocrwatch.errors import BadAnswer, RefusedByEndpoint
from ocrwatch.ports import Field, Profile
from ocrwatch.reading.answers import answer, fields_in
from ocrwatch.reading.completions import completion
from tests.endpoint_server import JSON, fenced
from tests.endpoint_server import completion as completed

RECEIPT = Profile(
    name="receipt",
    fields=(
        Field(name="company", labels=("merchant", "商户名称")),
        Field(name="date", type="date", labels=("日期",)),
        Field(name="total", type="amount", labels=("grand total", "合计")),
    ),
)
TICKET = Profile(
    name="ticket", fields=(Field(name="车次"), Field(name="票价", type="amount"), Field(name="身份证号码"))
)
GOOD = {"company": "ACME", "date": "03/04/2018", "total": "337.50"}


def body(content: JSON, finish_reason: str | None = "stop") -> str:
    """The HTTP body of a completion."""
    sent = completed(content, finish_reason=finish_reason).body
    assert isinstance(sent, bytes)
    return sent.decode()


def only(content: str, profile: Profile = RECEIPT) -> dict[str, str | None]:
    """The fields of an answer that is one paper's and raises no remark."""
    read = fields_in(content, profile)
    assert read.remarks == ()
    (entry,) = read.entries
    return dict(entry)


# ---------------------------------------------------------------- 1. fences


@pytest.mark.parametrize(
    "content",
    [
        fenced(GOOD),
        json.dumps(GOOD),
        fenced(GOOD).removesuffix("```"),
        fenced(GOOD).removesuffix("\n}\n```"),
        fenced(GOOD).replace("\n}\n```", "\n```\nThat is all."),
        "﻿" + json.dumps(GOOD),
    ],
)
def test_fenced_json_is_read_though_its_closing_fence_and_brace_are_missing(content: str) -> None:
    """A missing closing fence or brace costs nothing."""
    assert only(content) == GOOD


@pytest.mark.parametrize(
    "content",
    [
        '```json\n{"company": "ACME", "date": "03/04/2018", "total": "337.',
        '```json\n{"company": "ACME", "date": "03/04/2018", "total": 337',
        '```json\n{"company": "ACME", "date": "03/04/2018",',
        '```json\n{"company": "ACME", "date": "03/04/2018", "total":',
        '[{"company": "A", "date": "1", "total": "2"}, {"company": "B", "date"',
    ],
)
def test_an_answer_cut_within_a_value_is_bad(content: str) -> None:
    """Half an amount is another amount: what the end cuts is never taken."""
    with pytest.raises(BadAnswer):
        fields_in(content, RECEIPT)


# ---------------------------------------------------------------- 2. prose


@pytest.mark.parametrize(
    "content",
    [
        f"Sure {{here}} it is {{a, b}}: {json.dumps(GOOD)} }} I hope }} that {{ helps.",
        f"The form is {{'company': 'xxx', 'date': 'xxx', 'total': 'xxx'}}.\n\n{fenced(GOOD)}",
        f'<think>Perhaps {{"company": "NOT"}}?</think>{fenced(GOOD)}',
        f"{fenced(GOOD)} See note [1] and {{x}}.",
    ],
)
def test_prose_with_stray_braces_around_the_json_is_passed_over(content: str) -> None:
    """Prose, braces in it, the repeated example and thoughts are no values."""
    assert only(content) == GOOD


@pytest.mark.parametrize("content", ["I cannot read this picture.", "{}", "[]", "company is ACME", '{"shop": "ACME"}'])
def test_an_answer_without_any_of_the_fields_is_bad(content: str) -> None:
    """What says nothing of the fields is no answer."""
    with pytest.raises(BadAnswer):
        fields_in(content, RECEIPT)


# ---------------------------------------------------------------- 3. other quotes and signs


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            "{'company': 'JOE'S CAFE', 'date': None, 'total': '1'}",
            {"company": "JOE'S CAFE", "date": None, "total": "1"},
        ),
        ('{"company"："ACME"，"date"：“03/04/2018”，"total"："337.50"}', GOOD),
        ("{“company”: “ACME”, “date”: “03/04/2018”, “total”: “337.50”}", GOOD),
        ("{company: ACME, date: 03/04/2018, total: 337.50}", GOOD),
        ('{"company": "THE "BEST" SHOP", "total": "1"}', {"company": 'THE "BEST" SHOP', "total": "1"}),
        ('{"company": "ACME" "total": "1",}', {"company": "ACME", "total": "1"}),
        ('{"company": "ACME", "total": 1,337.50}', {"company": "ACME", "total": "1,337.50"}),
        ('{"company": "A\\nB \\u0042 \\%", "total": "1"}', {"company": "A\nB B \\%", "total": "1"}),
        ('{"company": "A\nB", "total": "1"}', {"company": "A\nB", "total": "1"}),
    ],
)
def test_other_quotes_and_full_width_signs_are_read(content: str, expected: dict[str, str | None]) -> None:
    """Python's quotes, Chinese quotes and colons, bare words, and quotes within quotes are read as they stand."""
    assert only(content) == expected


def test_a_text_whose_end_cannot_be_told_is_not_taken() -> None:
    """A missing quote must not make two values one."""
    with pytest.raises(BadAnswer):
        fields_in('{"company": "ACME, "total": "1"}', RECEIPT)


# ---------------------------------------------------------------- 4. the same key twice


def test_the_same_key_with_two_values_is_remarked() -> None:
    """Of two values for one key none is chosen silently."""
    read = fields_in('{"company": "ACME", "total": "1.00", "total": "2.00"}', RECEIPT)
    assert read.entries == ({"company": "ACME", "total": "1.00"},)
    assert [str(remark) for remark in read.remarks] == ["total was read twice, as 1.00 and as 2.00: which?"]


def test_the_same_key_with_the_same_value_is_one() -> None:
    """A doubled key that agrees, or is null once, raises no remark."""
    assert only('{"total": "1.00", "Total": "1.00", "TOTAL": null}') == {"total": "1.00"}


def test_two_labels_of_one_field_that_differ_are_remarked() -> None:
    """Two labels of equal rank contradict each other; the asked name itself outranks both."""
    assert len(fields_in('{"grand total": "1", "合计": "2"}', RECEIPT).remarks) == 1
    assert only('{"grand total": "1", "合计": "2", "total": "3"}') == {"total": "3"}


# ---------------------------------------------------------------- 5. absent


def test_null_and_the_words_for_it_are_absent() -> None:
    """null, "", "null" and 无 are no values; nor is the example's placeholder."""
    for absent in ("null", '""', '"null"', '"无"', '" "', '"None"', '"xxx"', "None", "[]"):
        assert only(f'{{"company": "A", "date": {absent}}}') == {"company": "A", "date": None}


def test_an_answer_in_which_every_field_is_null_is_a_reading() -> None:
    """An empty page is read, and holds nothing."""
    assert only('{"company": null, "date": null, "total": null}') == {"company": None, "date": None, "total": None}


# ---------------------------------------------------------------- 6. and 7. display text


@pytest.mark.parametrize(
    "written", ['"￥337.50"', '"4107281991****5515"', '"G1?3"', '"1?.50"', '"?"', "337.50", "1e5", "00123", "-0.10"]
)
def test_values_are_kept_as_they_were_written(written: str) -> None:
    """Signs, masks, unread marks and the digits of numbers stay as they are."""
    assert only(f'{{"车次": {written}}}', TICKET) == {"车次": written.strip('"')}


# ---------------------------------------------------------------- 8. keys


@pytest.mark.parametrize(
    "content",
    [
        '{" Company ": "A", "TOTAL": "1"}',
        '{"ｃｏｍｐａｎｙ": "A", "Ｔotal": "1"}',
        '{"商户名称": "A", "合计": "1"}',
        '{"merchant": "A", "grand_total": "1", "cashier": "9"}',
        '{"result": {"total": "1", "company": "A"}}',
        '{"data": [{"company": "A", "total": "1"}]}',
        '{"company": {"value": "A", "confidence": 0.9}, "total": ["1"]}',
        '[{"key": "company", "value": "A"}, {"key": "total", "value": "1"}]',
        '[["company", "A"], ["total", "1"]]',
        '[{"company": "A"}, {"total": "1"}]',
        '{"company": "A"}\n{"total": "1"}',
        '{"company": "A", "total": "1", "items": [{"company": "B", "total": "7"}]}',
    ],
)
def test_keys_are_matched_renamed_nested_and_reordered(content: str) -> None:
    """Case, width, labels, nesting, order and extra keys do not matter."""
    assert only(content) == {"company": "A", "total": "1"}


def test_a_label_that_two_fields_share_names_neither() -> None:
    """Where a label could mean two fields, nothing is guessed."""
    profile = Profile(
        name="p",
        fields=(Field(name="seller tax id", labels=("tax id",)), Field(name="buyer tax id", labels=("tax id",))),
    )
    assert only('{"tax id": "2", "buyer tax id": "1"}', profile) == {"buyer tax id": "1"}


def test_sections_name_fields_together_with_their_keys() -> None:
    """`seller` › `tax id` is the field "seller tax id"."""
    profile = Profile(name="p", fields=(Field(name="seller"), Field(name="seller tax id"), Field(name="buyer tax id")))
    content = '{"seller": {"name": "A", "tax id": "1"}, "buyer": {"tax id": "2"}}'
    assert only(content, profile) == {"seller tax id": "1", "buyer tax id": "2"}


def test_parts_of_a_value_are_not_put_together_to_another_one() -> None:
    """A list of lines is one text, but a list of numbers is never one number."""
    assert only('{"company": ["A", "B"]}') == {"company": "A B"}
    assert only('{"total": ["12", "300"]}') == {"total": "12 | 300"}


# ---------------------------------------------------------------- 9. several documents


def test_a_list_of_objects_is_several_entries_with_a_remark() -> None:
    """Two papers on one picture are two entries, and a person is told."""
    read = fields_in('[{"company": "A", "total": "1"}, {"company": "B", "total": "2"}]', RECEIPT)
    assert read.entries == ({"company": "A", "total": "1"}, {"company": "B", "total": "2"})
    assert [str(remark) for remark in read.remarks] == ["2 papers were read on one picture: compare with the scan"]


def test_a_draft_before_the_answer_is_no_row_of_its_own() -> None:
    """An object that says nothing beyond another one is kept in that one, and a person is told."""
    for content in (
        '{"company": "A"} {"company": "A", "total": "1"}',
        '{"company": "A", "total": "1"} {"company": "A"}',
    ):
        read = fields_in(content, RECEIPT)
        assert read.entries == ({"company": "A", "total": "1"},)
        assert len(read.remarks) == 1
    assert len(fields_in('{"company": "A"} {"company": "B", "total": "1"}', RECEIPT).entries) == 2


def test_an_object_given_twice_is_one_entry_with_a_remark() -> None:
    """The same values twice make no second row, and a person is told."""
    read = fields_in(f"{json.dumps(GOOD)}\n{fenced(GOOD)}", RECEIPT)
    assert read.entries == (GOOD,)
    assert len(read.remarks) == 1


# ---------------------------------------------------------------- 10. to 13.


def test_a_partial_answer_is_bad_even_where_it_looks_whole() -> None:
    """`finish_reason` length is a cut answer."""
    with pytest.raises(BadAnswer):
        answer(body(fenced(GOOD), "length"), RECEIPT)
    assert answer(body(fenced(GOOD), None), RECEIPT).entries == (GOOD,)


def test_an_answer_withheld_by_a_filter_is_refused() -> None:
    """`finish_reason` content_filter is moderation, not a bad answer."""
    with pytest.raises(RefusedByEndpoint):
        answer(body("", "content_filter"), RECEIPT)


@pytest.mark.parametrize(
    "content",
    [
        json.dumps({"company": "谢谢惠顾" * 40, "total": "1"}, ensure_ascii=False),
        json.dumps({"company": "A", "total": "0" * 120}),
        json.dumps({"company": "A"}) + " and so on and on" * 30,
        json.dumps([{"company": "A", "total": "1"}] * 4),
    ],
)
def test_repetition_loops_are_bad(content: str) -> None:
    """A model that repeats itself is not believed."""
    with pytest.raises(BadAnswer):
        fields_in(content, RECEIPT)


@pytest.mark.parametrize("printed", ["*" * 40, "-" * 60, "4107281991****5515", "HA HA HA HA", "00000000000000000001"])
def test_masks_and_rules_are_no_loops(printed: str) -> None:
    """What papers do print many times is a value."""
    assert only(json.dumps({"company": printed})) == {"company": printed}


def test_a_ragged_table_is_never_padded() -> None:
    """A table in place of the asked JSON gives no values, so none can land in the wrong column."""
    ragged = (
        "```html\n<table><tr><td>company</td><td>date</td><td>total</td></tr><tr><td>A</td><td>1</td></tr></table>\n```"
    )
    with pytest.raises(BadAnswer):
        fields_in(ragged, RECEIPT)


@pytest.mark.parametrize("content", [None, "", "  \n", [], [{"type": "text", "text": ""}]])
def test_an_empty_content_is_bad(content: JSON) -> None:
    """No content, whatever its shape, is a bad answer."""
    with pytest.raises(BadAnswer):
        answer(body(content), RECEIPT)


def test_a_content_in_parts_is_put_together() -> None:
    """A list of text parts is one content."""
    parts: JSON = [{"type": "text", "text": '{"company": "A",'}, {"type": "text", "text": ' "total": "1"}'}]
    assert answer(body(parts), RECEIPT).entries == ({"company": "A", "total": "1"},)


@pytest.mark.parametrize(
    ("sent", "is_one"),
    [
        ('{"choices": []}', True),
        ('{"choices": [{"message": {"content": null}}], "error": null}', True),
        ('{"error": {"message": "no"}, "choices": []}', False),
        ('{"error": "no"}', False),
        ('{"choices": [{"error": {"code": 502}, "message": {"content": ""}}]}', False),
        ('{"code": 20012, "message": "no", "data": null}', False),
        ("<html></html>", False),
        ("", False),
        ("null", False),
        ("[" * 100_000, False),
    ],
)
def test_a_body_is_a_completion_or_an_error(sent: str, is_one: bool) -> None:
    """Only a body with choices and without an error is a completion; neither holds values."""
    assert (completion(sent) is not None) is is_one
    with pytest.raises(BadAnswer):
        answer(sent, RECEIPT)


@pytest.mark.parametrize(
    ("usage", "tokens"),
    [
        ('{"total_tokens": 9}', 9),
        ('{"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": null}', 7),
        ("null", 0),
        ("{}", 0),
        ('"many"', 0),
        ('{"total_tokens": 99999999999999999999999}', 1_000_000_000),
        ('{"total_tokens": true, "prompt_tokens": 3, "completion_tokens": 4}', 7),
        ('{"total_tokens": -9}', 0),
        ('{"total_tokens": 1e300}', 0),
        ('{"prompt_tokens": 99999999999999999999999, "completion_tokens": 99999999999999999999999}', 1_000_000_000),
        ('{"prompt_tokens": -5, "completion_tokens": 4}', 4),
    ],
)
def test_the_billed_tokens_are_told_where_they_are(usage: str, tokens: int) -> None:
    """Every field of `usage` may be missing or null."""
    read = completion(f'{{"choices": [], "usage": {usage}}}')
    assert read is not None
    assert read.tokens == tokens
