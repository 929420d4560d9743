"""From what a model wrote to a transcript: text, a document, a formula, or tables. No fields are looked for.

Rules
  1. Only the wrapping goes: a fence around the whole, `$$` around a formula. What is inside stays as it was written.
  2. An answer that is empty, cut off, looped or of another kind than asked for is a `BadAnswer`.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ocrwatch.errors import BadAnswer
from ocrwatch.messages import message
from ocrwatch.ports import PrintedTable, Task
from ocrwatch.reading.loops import is_looped, is_looped_page
from ocrwatch.reading.printed_tables import is_cut_off, printed_tables

_WRAPPER = re.compile(r"\A\s*```[ \t]*\w*[ \t]*\r?\n")
"""A fence around the whole; or after a word of the model's own, then it says what is in it."""

_TOLD_WRAPPER = re.compile(r"\A[^\n]*\n?\s*```[ \t]*(?:latex|tex|markdown|md)[ \t]*\r?\n", re.IGNORECASE)
_FENCED = re.compile(r"```[^\n`]*\n(.*?)(?:```|\Z)", re.DOTALL)
_MATHEMATICS = re.compile(r"\$\$(.+?)\$\$|\\\[(.+?)\\\]", re.DOTALL)
_INLINE = re.compile(r"\$([^$]+)\$")
_THOUGHT = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """What a page says: as text, or in tables."""

    text: str = ""
    tables: tuple[PrintedTable, ...] = ()


def transcribed(content: str, task: Task) -> Transcript:
    """What the text `content`, written by a model, says in answer to `task`. Raises `BadAnswer`."""
    said = _THOUGHT.sub("", content)
    if task == "table":
        return _tables(said)
    bare = _formulas(said) if task == "formula" else _unwrapped(said).replace("\f", "\n").strip("\r\n\t ")
    if not bare:
        raise BadAnswer(message("The answer of the reading service was empty."))
    if is_looped_page(bare):
        raise BadAnswer(message("The answer of the reading service repeats itself."))
    return Transcript(text=bare)


def _tables(said: str) -> Transcript:
    fenced = _FENCED.findall(said)
    html = "\n".join(fenced) if fenced else said[max(0, said.find("<")) :]
    if not html.strip():
        raise BadAnswer(message("The answer of the reading service was empty."))
    if is_cut_off(html):
        raise BadAnswer(message("The answer of the reading service was cut off."))
    tables = printed_tables(html if fenced else html[: html.rfind(">") + 1])
    texts = [cell.text for table in tables for cell in table.cells]
    if not any(texts):
        raise BadAnswer(message("The answer of the reading service has no table."))
    if any(map(is_looped, texts)):
        raise BadAnswer(message("The answer of the reading service repeats itself."))
    return Transcript(tables=tables)


def _unwrapped(said: str) -> str:
    """What stands within a fence around the whole; a fence that the page itself has is text."""
    opening = _WRAPPER.match(said) or _TOLD_WRAPPER.match(said)
    if opening is None:
        return said
    inner = said[opening.end() :]
    closing = inner.rfind("```")
    if closing < 0:
        return inner
    return said if inner[closing + 3 :].strip() else inner[:closing]


def _formulas(said: str) -> str:
    """The formulas alone, each on lines of its own, without what marks them as such."""
    fenced = _FENCED.findall(said)
    inner = "\n".join(fenced) if fenced else said
    shown = [first or second for first, second in _MATHEMATICS.findall(inner)]
    if shown:
        return "\n".join(each.strip() for each in shown if each.strip())
    bare = inner.strip()
    inline = _INLINE.fullmatch(bare)
    return (inline[1] if inline else bare.strip("$")).strip()
