"""What a model wrote in answer to a task that is no list of fields."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocrwatch.config.tasks import task_profile
from ocrwatch.errors import BadAnswer
from ocrwatch.ports import Task
from ocrwatch.reading.answers import Answer, answer
from ocrwatch.reading.merging import PageLost, PageRead, merged
from ocrwatch.reading.prompts import wordings
from ocrwatch.reading.transcripts import Transcript, transcribed
from tests import task_papers
from tests.endpoint_server import completion
from tests.task_papers import fenced_as


def text_of(content: str, task: Task) -> str:
    return transcribed(content, task).text


@pytest.mark.parametrize(
    ("content", "task", "expected"),
    [
        (task_papers.TEXT, "text", task_papers.TEXT),
        (fenced_as("text", task_papers.TEXT), "text", task_papers.TEXT),
        (fenced_as("", task_papers.TEXT).removesuffix("```"), "text", task_papers.TEXT.rstrip()),
        ("Use ```\ncode\n``` so", "text", "Use ```\ncode\n``` so"),
        ("```\ncode\n```\nand more", "document", "```\ncode\n```\nand more"),
        ("  indented\n\nlast?\n", "text", "indented\n\nlast?"),
        ("a\fb", "text", "a\nb"),
        (fenced_as("markdown", task_papers.MARKDOWN), "document", task_papers.MARKDOWN),
        (fenced_as("latex", task_papers.LATEX), "document", task_papers.LATEX),
        ("Here it is:\n" + fenced_as("latex", task_papers.LATEX), "document", task_papers.LATEX),
        (fenced_as("markdown", f"# A\n{fenced_as('py', 'x')}\nend"), "document", f"# A\n{fenced_as('py', 'x')}\nend"),
        ("<think>What is it?</think>\n# A", "document", "# A"),
        (f"$${task_papers.FORMULA}$$", "formula", task_papers.FORMULA),
        (f"$$\n{task_papers.FORMULA}\n$$", "formula", task_papers.FORMULA),
        (fenced_as("latex", task_papers.FORMULA), "formula", task_papers.FORMULA),
        (fenced_as("latex", f"$${task_papers.FORMULA}$$"), "formula", task_papers.FORMULA),
        (f"\\[{task_papers.FORMULA}\\]", "formula", task_papers.FORMULA),
        (f"${task_papers.FORMULA}$", "formula", task_papers.FORMULA),
        ("$$a$$\n\n$$b$$", "formula", "a\nb"),
        (task_papers.FORMULA, "formula", task_papers.FORMULA),
    ],
)
def test_only_the_wrapping_goes(content: str, task: Task, expected: str) -> None:
    """A fence around the whole and the marks of mathematics; a fence that the page itself has is print."""
    assert text_of(content, task) == expected.strip()


@pytest.mark.parametrize("task", ["text", "table", "document", "formula"])
@pytest.mark.parametrize("content", ["", " \n", "```\n```", "<think>hm"])
def test_nothing_is_no_answer(content: str, task: Task) -> None:
    """An empty answer is followed by the other wording, as with fields."""
    with pytest.raises(BadAnswer):
        transcribed(content, task)


@pytest.mark.parametrize("content", ["<table></table>", "<table><tr><td></td></tr></table>", "There is no table."])
def test_a_table_without_a_text_is_no_answer(content: str) -> None:
    """Nor is what is no table."""
    with pytest.raises(BadAnswer):
        transcribed(content, "table")


def test_a_loop_is_no_answer_and_a_form_is_none() -> None:
    """What repeats until it was stopped is not taken; rows of dots, of zeros or of one word are print."""
    for task in ("text", "document", "formula"):
        with pytest.raises(BadAnswer, match="repeats itself"):
            transcribed("Dear Sir,\n" + "thank you very much " * 60, task)
        assert text_of("Name " + "." * 500 + "\nSum " + "0.00 " * 40 + "\nSigned", task)
    rows = "<tr><td>0</td><td></td></tr>" * 300
    assert len(transcribed(f"<table>{rows}</table>", "table").tables[0].cells) == 600


def test_an_answer_that_was_cut_off_is_none() -> None:
    """Whether the service says so or the table does not end."""
    body = completion("half a page", finish_reason="length").body
    assert isinstance(body, bytes)
    with pytest.raises(BadAnswer, match="cut off"):
        answer(body.decode(), task_profile("text"))
    for content in ("<table><tr><td>a</td></tr>", "```html\n<tr><td>a</td></tr><tr><td>b"):
        with pytest.raises(BadAnswer, match="cut off"):
            transcribed(content, "table")


def test_a_table_comes_out_of_its_fence_and_without_the_models_words() -> None:
    """One fence, several, or none."""
    one = transcribed(fenced_as("html", task_papers.TABLE), "table").tables
    assert transcribed(f"Here is the table:\n{task_papers.TABLE}\nThat is all.", "table").tables == one
    both = f"{fenced_as('html', task_papers.TABLE)}\n{fenced_as('html', task_papers.RAGGED)}"
    assert [table.is_ragged for table in transcribed(both, "table").tables] == [False, True]


def test_pages_are_joined_and_a_lost_one_keeps_its_place() -> None:
    """By a form feed on a line of its own; the tables of all pages follow each other."""
    pages = [PageRead(n, Answer(entries=({},), transcript=Transcript(text=text))) for n, text in ((1, "one"), (3, "3"))]
    with pytest.raises(BadAnswer) as caught:
        transcribed("", "text")
    reading = merged([pages[0], PageLost(2, caught.value.message), pages[1]], engine="m")
    assert (reading.text, reading.pages, reading.entries) == ("one\n\f\n\n\f\n3", "2 of 3", ({},))
    tables = [transcribed(each, "table") for each in (task_papers.TABLE, task_papers.RAGGED)]
    reading = merged([PageRead(n, Answer(({},), transcript=each)) for n, each in enumerate(tables, 1)], engine="m")
    assert reading.tables == (*tables[0].tables, *tables[1].tables)
    assert reading.text == ""


@pytest.mark.parametrize("task", ["text", "table", "document", "formula"])
def test_each_task_asks_in_two_ways(task: Task) -> None:
    """In its own words, naming the languages that were told; a person's own prompt is the first as it stands."""
    first, second = wordings(task_profile(task))
    assert first != second
    told = wordings(task_profile(task, languages=("French", "中文")))
    assert all(wording.startswith("The text in the image is in: French, 中文. ") for wording in told)
    assert [wording.endswith(usual) for wording, usual in zip(told, (first, second), strict=True)] == [True, True]
    assert wordings(task_profile(task, prompt="Mine.")) == ("Mine.", f"Mine.\n\n{second}")
    assert "HTML" in first if task == "table" else "HTML" not in first
    assert json.dumps(first) != json.dumps(wordings(task_profile("document", document_format="latex"))[0])


@given(st.text(), st.sampled_from(["text", "table", "document", "formula"]))
def test_whatever_a_model_writes_is_read_or_refused(content: str, task: Task) -> None:
    """No answer brings the reader down."""
    try:
        found = transcribed(content, task)
    except BadAnswer:
        return
    assert found.text.strip() or found.tables
