"""The request of one page."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocrwatch.ports import Picture
from ocrwatch.reading.requests import (
    MOST_INPUT_TOKENS,
    MOST_PIXELS,
    Question,
    data_url,
    is_private,
    picture_tokens,
    smaller_limits,
)

QUESTION = Question(
    model="m", prompt="读 the total", image="ab" * 32, url="data:image/png;base64,QQ==", pixels=(3072, 8388608)
)


def test_an_answer_is_kept_under_all_that_it_depends_on() -> None:
    """Another model, prompt, image or pixel range is another question; the address of its bytes is none."""
    others = {
        replace(QUESTION, model="n").key,
        replace(QUESTION, prompt="read").key,
        replace(QUESTION, image="cd" * 32).key,
        replace(QUESTION, pixels=None).key,
        replace(QUESTION, pixels=(3072, 4096)).key,
        QUESTION.key,
    }
    assert len(others) == 6
    assert replace(QUESTION, url="https://example.com/a.png").key == QUESTION.key


def test_the_names_of_stored_answers_stay() -> None:
    """Were they to change, everything that is stored would be paid for again."""
    assert QUESTION.key == "8d75e1a6a1f67ff55294349ac36c487aa9ecfce012115be69ba9568dbb64d431"


@given(st.text(st.characters()))
def test_any_text_can_be_sent(text: str) -> None:
    """Quotes, control characters, halves of characters from a command line: the body is JSON all the same."""
    body = json.loads(replace(QUESTION, prompt=text, url=text).body())
    picture, prompt = body["messages"][0]["content"]
    assert (picture["image_url"]["url"], prompt["text"]) == (text, text)


def test_bytes_become_an_address_of_their_own_kind() -> None:
    """The MIME type is that of the bytes."""
    assert data_url(Picture(b"A", "image/png", 1, 1)) == "data:image/png;base64,QQ=="


@given(st.integers(11, 20_000), st.integers(11, 20_000))
def test_a_refused_picture_always_exceeds_the_smaller_limits(width: int, height: int) -> None:
    """Otherwise the same bytes would be sent again."""
    limits = smaller_limits(Picture(b"", "image/png", width, height))
    assert limits.max_pixels < width * height
    assert limits.max_pixels <= 2_000_000
    assert limits.kinds == ("image/jpeg",)


@pytest.mark.parametrize(
    ("host", "private"),
    [
        ("localhost", True), ("127.0.0.1", True), ("::1", True), ("192.168.1.20", True), ("10.0.0.1", True),
        ("nas", True), ("nas.local", True), ("fd00::1", True), ("www.dmxapi.cn", False), ("8.8.8.8", False),
        ("localhost.example.com", False), ("2001:4860:4860::8888", False),
    ],
)  # fmt: skip
def test_private_hosts_are_told_by_name_or_address(host: str, private: bool) -> None:
    """This computer and its own network, nobody else."""
    assert is_private(host) is private


@given(st.integers(11, 200_000), st.floats(0.005, 200))
def test_the_picture_of_a_page_always_fits_into_a_request(width: int, aspect: float) -> None:
    """Of whatever shape, within the limits it takes less than two thirds of the tokens."""
    height = min(max(11, round(width * aspect)), MOST_PIXELS // width)
    if height >= 11 and max(width, height) <= 200 * min(width, height):
        assert picture_tokens(width, height) < MOST_INPUT_TOKENS * 2 // 3


def test_tokens_are_counted_as_the_service_counts_them() -> None:
    """The default maximum is 8194 tokens."""
    assert picture_tokens(2048, 4096) == 8194
    assert picture_tokens(11, 33) == 4
