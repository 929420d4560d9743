"""What a vision model is asked: the profile's fields, in the fields' own language.

The first wording is the field-list task that qwen-vl-ocr was trained on, the second its key-information task: an
answer that could not be used is followed by a really different question. Both say the same rules: as printed,
nothing invented or left out, `?` for a character that cannot be read, null for a field that is not there, JSON alone.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from ocrwatch.messages import JSON
from ocrwatch.ports import Field, Profile, items_fields

PLACEHOLDER = "xxx"
"""Stands for a value in the example of an answer. A model that repeats it has read nothing."""

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")

_FIRST_ZH = (
    "请提取图像中的{names}。要求准确无误地提取上述关键信息，逐字照抄图上印刷的内容，不要换算或改写，不要遗漏和捏造虚假信息，"
    "模糊或者强光遮挡的单个文字用英文问号?代替，图上没有的字段填null。{more}"
    "返回数据格式以json方式输出，键名与所列字段完全一致，不要任何解释，格式为：{example}"
)
_FIRST_EN = (
    "Extract from the image: {names}. Copy each value exactly as it is printed, without converting or rewording it. "
    "Leave nothing out and invent nothing. Write ? in place of each character that is blurred or hidden by glare. "
    "A field that is not on the image is null.{more} Answer with JSON only, without explanation, with exactly the "
    "listed fields as keys, in this form: {example}"
)
_SECOND_ZH = (
    "假设你是一名信息提取专家。现在给你一个JSON模式，请用图像中的信息填充该模式的值部分。所见即所得，输出语言与图像保持一致，"
    "不得猜测或补全；无法辨认的单个字符用英文问号?代替；图中不存在的值填null。只输出合法的JSON，键名不得改动，无需任何解释。{more}"
    "JSON模式如下：{schema}"
)
_SECOND_EN = (
    "Suppose you are an information extraction expert. Given the JSON schema below, fill its values with the "
    "information in the image. What you see is what you get: keep the language of the image, guess and complete "
    "nothing. A single character that cannot be read becomes ?; a value that is not in the image becomes null. Only "
    "legal JSON is required as the output, its keys unchanged, no explanation.{more} The JSON schema is: {schema}"
)
_TABLES_ZH = (
    "其中{tables}是列表：图上该表的每一行对应列表中的一个对象，按图上顺序列出全部行，不要合并、遗漏或重复，"
    "某行没有的字段填null，图上没有该表时填空列表[]。"
)
_TABLES_EN = (
    " {tables} is a list: one object for each line of that table on the image, all of its lines in their order, none "
    "merged, left out or repeated. A value that a line does not have is null; without such a table the list is empty."
)
_AGAIN_ZH = (
    "{prompt}\n\n只输出一个合法的JSON对象，无法辨认的单个字符用英文问号?代替，没有的值填null，不得猜测。"
    "JSON模式如下：{schema}"
)
_AGAIN_EN = (
    "{prompt}\n\nAnswer with one legal JSON object only. A single character that cannot be read becomes ?, a value "
    "that is not there becomes null, guess nothing. The JSON schema is: {schema}"
)


def wordings(profile: Profile) -> tuple[str, str]:
    """The prompt of the first attempt, and the one that is asked when its answer cannot be used.

    A prompt of the person's own is the first as it stands; the second adds the form of the answer to it.
    """
    names = [field.name for field in profile.fields]
    is_chinese = any(_HAN.search(name) for name in names)
    schema = _json(profile.fields, "")
    if profile.prompt is not None:
        again = _AGAIN_ZH if is_chinese or _HAN.search(profile.prompt) else _AGAIN_EN
        return profile.prompt, _filled(again, prompt=profile.prompt, schema=schema)
    example = _json(profile.fields, PLACEHOLDER)
    tables = [field.name for field in items_fields(profile.fields)]
    if is_chinese:
        more = _filled(_TABLES_ZH, tables="、".join(tables)) if tables else ""
        first = _filled(_FIRST_ZH, names="、".join(names), more=more, example=example)
        return first, _filled(_SECOND_ZH, more=more, schema=schema)
    more = _filled(_TABLES_EN, tables=", ".join(tables)) if tables else ""
    first = _filled(_FIRST_EN, names=", ".join(names), more=more, example=example)
    return first, _filled(_SECOND_EN, more=more, schema=schema)


def _json(fields: Sequence[Field], value: str) -> str:
    """The form of an answer, `value` in the place of each text; a table as a list with one line."""
    return json.dumps(_form(fields, value), ensure_ascii=False)


def _form(fields: Sequence[Field], value: str) -> dict[str, JSON]:
    return {field.name: [_form(field.fields, value)] if field.type == "items" else value for field in fields}


def _filled(text: str, **places: str) -> str:
    return text.format_map(places)
