"""Whatever a model or a server writes: no crash, no invented value."""

from __future__ import annotations

import json
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from ocrwatch.errors import BadAnswer
from ocrwatch.ports import Field, Profile
from ocrwatch.reading.answers import fields_in
from ocrwatch.reading.completions import completion
from ocrwatch.reading.prompts import PLACEHOLDER
from tests.endpoint_server import fenced

RECEIPT = Profile(
    name="receipt", fields=(Field(name="company"), Field(name="date", type="date"), Field(name="total", type="amount"))
)

SIGNS = st.sampled_from(
    [
        *list("{}[]\"',:：，“”‘’ \n\\`?*AB12.-"),
        *(
            '{"company": "',
            "{'company': '",
            '", "total": ',
            "', 'total': '",
            '"}',
            "'}",
            '"\n}',
            '": "',
            '", "',
            "null",
        ),
        *(
            "company",
            "total",
            "```json\n",
            "```",
            "无",
            "\\u00e9",
            "￥",
            "{company: ",
            ", total: ",
            '"company"：“',
            '”，"total"：',
        ),
    ]
)
VALUES = st.text(st.characters(exclude_categories=("Cs",)), max_size=30).filter(lambda text: PLACEHOLDER not in text)


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A good answer in one of its forms, with up to four places cut out, replaced or added to."""
    fields = draw(
        st.fixed_dictionaries({"company": VALUES | st.none(), "total": st.sampled_from(["1.50", "￥2", "3?"])})
    )
    content = draw(st.sampled_from([fenced(dict(fields)), json.dumps(fields, ensure_ascii=False), repr(fields)]))
    for _ in range(draw(st.integers(0, 4))):
        place = draw(st.integers(0, len(content)))
        content = content[:place] + draw(SIGNS | st.just("")) + content[place + draw(st.integers(0, 5)) :]
    return content


@given(damaged() | st.lists(SIGNS, max_size=40).map("".join) | st.text(max_size=200))
@settings(max_examples=600, deadline=None)
def test_no_answer_crashes_and_no_value_is_invented(content: str) -> None:
    """Whatever a model writes: a bad answer, or values that stand in it."""
    try:
        read = fields_in(content, RECEIPT)
    except BadAnswer:
        return
    unescaped = _squeezed(re.sub(r"\\(u[0-9a-fA-F]{4}|.)", _plain, content))
    for entry in read.entries:
        for text in filter(None, entry.values()):
            for part in text.split(" | "):
                assert _squeezed(part) in unescaped


@given(st.fixed_dictionaries({"company": VALUES | st.none(), "date": VALUES | st.none(), "total": VALUES | st.none()}))
@settings(max_examples=200, deadline=None)
def test_every_value_of_good_json_comes_back_verbatim(fields: dict[str, str | None]) -> None:
    """What was written as JSON is read as it was, trimmed; fenced, cut short of its fence, or with an error body's shape."""
    for content in (fenced(dict(fields)), json.dumps(fields), fenced({"result": dict(fields)}).removesuffix("```")):
        (entry,) = fields_in(content, RECEIPT).entries
        for name, text in fields.items():
            expected = (text or "").strip()
            assert (entry[name] or "") == ("" if expected.casefold() in ("null", "none", "无", "xxx") else expected)


@given(st.text(max_size=300))
def test_no_body_crashes(sent: str) -> None:
    """Whatever the server sends is a completion or none."""
    completion(sent)


def _plain(escape: re.Match[str]) -> str:
    written = escape[1]
    return (
        chr(int(written[1:], 16))
        if len(written) == 5
        else {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}.get(written, written)
    )


def _squeezed(text: str) -> str:
    """Without what stands between the parts of one value, and without escapes."""
    return re.sub(r"[\s\"',，\[\]:;；\\]+", "", text).replace("nullnull", "null")
