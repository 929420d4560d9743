"""People read the words that people use; the configuration's and the code's own words stay there."""

from __future__ import annotations

import re

import pytest

from tests.catalogue import translations
from tests.extraction import calls_in_package

INSTEAD = {
    r"inbox(es)?": "watched folder",
    r"profiles?": "document type",
    r"ledgers?|workbooks?": "spreadsheet",
    r"endpoints?": "reading service",
    r"journals?": "records",
    r"settl\w+": "lies still",
}
"""What no sentence says, and what it says in its place."""

IN_CHINESE = {
    "收件箱": "监视文件夹",
    "工作簿": "表格",
    "台账": "表格",
    "账本": "表格",
    "端点": "识别服务",
    "日记账": "运行记录",
}

_QUOTED = re.compile(
    r"""
      \{\w+\}                                        # a place
    | `[^`]*` | "[^"]*" | '[^']*' | “[^”]*”          # what is quoted
    | \[\[?\w+\]\]?                                  # a heading of the configuration
    | ocrwatch(?:\ (?:ledger|key|config|autostart))?\ [a-z]+    # a command
    | --[a-z-]+(?:\ [A-Z]+)?                         # an option
    """,
    re.VERBOSE,
)


def own_words(template: str) -> str:
    """`template` without what it quotes."""
    return _QUOTED.sub(" ", template)


def forbidden(template: str) -> list[str]:
    """The words of `template` that belong to the configuration and the code alone."""
    return [found for word in INSTEAD for found in re.findall(rf"\b(?:{word})\b", own_words(template), re.I)]


def test_no_sentence_speaks_of_inboxes_and_ledgers() -> None:
    """Every message says watched folder, document type, spreadsheet, reading service."""
    templates = {template for call in calls_in_package() for template in call.templates}
    assert {template: forbidden(template) for template in sorted(templates) if forbidden(template)} == {}


def test_no_chinese_sentence_does_either() -> None:
    """The Chinese has one word for each thing: 监视文件夹, 单据类型, 表格, 识别服务."""
    said = {template for call in calls_in_package() for template in call.templates}
    chinese = {english: text for english, text in translations().chinese.items() if english in said}
    assert {text for text in chinese.values() if any(word in text for word in IN_CHINESE)} == set()


@pytest.mark.parametrize(
    "template",
    [
        "The inbox {folder} is gone.",
        "Choose another Ledger.",
        "the journal's end",
        "It has settled. Say: ocrwatch ledger check",
        "{ledger} is a workbook.",
    ],
)
def test_a_word_of_the_code_would_be_found(template: str) -> None:
    """It is found wherever it stands in the sentence, beside quoted ones, too."""
    assert forbidden(template)


@pytest.mark.parametrize(
    "template",
    [
        "{ledger} lies in {inbox}.",
        "Write [[inbox]] above it, and below [endpoint]: x",
        'The word "endpoint" is the reading service.',
        "Say which: --ledger NAME",
        "To add them again: ocrwatch ledger rebuild --deleted",
        "Say `ocrwatch ledger unlock`.",
    ],
)
def test_what_is_quoted_may_be_said(template: str) -> None:
    """Keys and commands must be typed as they are."""
    assert forbidden(template) == []
