"""What a vision model is asked."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocrwatch.errors import BadAnswer
from ocrwatch.ports import Field, Profile
from ocrwatch.reading.answers import fields_in
from ocrwatch.reading.prompts import wordings


def profile(*names: str, prompt: str | None = None) -> Profile:
    """A profile of fields with `names`."""
    return Profile(name="p", fields=tuple(Field(name=name) for name in names), prompt=prompt)


def test_chinese_fields_are_asked_for_in_chinese() -> None:
    """One Chinese field name makes the prompt Chinese, with the field list and the form of the answer."""
    for wording in wordings(profile("车次", "票价", "Seat")):
        assert "请" in wording or "假设" in wording
        assert "Extract" not in wording
        assert "用英文问号?代替" in wording
        assert "null" in wording
        assert "JSON" in wording.upper()
    assert "车次、票价、Seat" in wordings(profile("车次", "票价", "Seat"))[0]


def test_other_fields_are_asked_for_in_english() -> None:
    """Names without Chinese characters make the prompt English, with the same rules."""
    for wording in wordings(profile("company", "Größe")):
        assert wording.isascii() is False  # the field's own name
        assert "null" in wording
        assert "?" in wording
        assert "JSON" in wording
    assert "company, Größe" in wordings(profile("company", "Größe"))[0]


@pytest.mark.parametrize("names", [("a",), ("车次", "票价")])
def test_the_second_attempt_is_worded_differently(names: tuple[str, ...]) -> None:
    """A bad answer is followed by another question, not by the same one."""
    first, second = wordings(profile(*names))
    assert first != second
    assert not second.startswith(first)


def test_a_prompt_of_ones_own_is_asked_as_it_stands() -> None:
    """The profile's prompt overrides; the second attempt adds the form of the answer to it."""
    first, second = wordings(profile("total", prompt="Read the {weird} total."))
    assert first == "Read the {weird} total."
    assert second.startswith(first)
    assert '{"total": ""}' in second
    assert "只输出" in wordings(profile("total", prompt="读总额"))[1]


@given(st.lists(st.text(st.characters(exclude_categories=("Cs",)), min_size=1), min_size=1, max_size=5, unique=True))
def test_any_field_name_stands_exactly_in_the_form_of_the_answer(names: list[str]) -> None:
    """Quotes, braces, line ends in a name are escaped, so the form is JSON with exactly these keys."""
    for wording, value in zip(wordings(profile(*names)), ("xxx", ""), strict=True):
        form = json.dumps(dict.fromkeys(names, value), ensure_ascii=False)
        assert wording.endswith(form)


def test_a_model_that_repeats_the_form_has_read_nothing() -> None:
    """The placeholders of the form are no values: repeating them is a bad answer."""
    asked = profile("company", "total")
    first, second = wordings(asked)
    with pytest.raises(BadAnswer):
        fields_in(first, asked)
    assert fields_in(second, asked).entries == ({"company": None, "total": None},)
