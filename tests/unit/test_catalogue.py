"""The catalogue says in Chinese all that the code says, and the extraction misses nothing."""

from __future__ import annotations

import gettext
import io
import re
from pathlib import Path

import pytest

from tests.catalogue import MO, Translations, compiled, translations, updated
from tests.extraction import NotFound, calls_in, calls_in_package, places_of

HOW = "run `python -m tests.catalogue`, then write the Chinese into the .po and run it again"


def _templates() -> set[str]:
    return {template for call in calls_in_package() for template in call.templates}


def test_every_message_has_chinese() -> None:
    """No sentence of the program is left in English."""
    chinese = translations().chinese
    missing = sorted(template for template in _templates() if not chinese.get(template))
    assert not missing, HOW


def test_no_translation_is_stale() -> None:
    """What the code does not say any more is not kept."""
    assert not sorted(set(translations().chinese) - _templates()), HOW


def test_translations_have_the_places_of_their_english() -> None:
    """Nothing that a message tells is lost or made up in Chinese."""
    differ = {
        english: chinese
        for english, chinese in translations().chinese.items()
        if chinese and places_of(english) != places_of(chinese)
    }
    assert not differ


def test_translations_are_chinese() -> None:
    """Chinese characters, full-width punctuation among them, and the same end of a sentence."""
    for english, chinese in translations().chinese.items():
        words = re.sub(r"\{\w+\}|\W", "", chinese)
        is_name = chinese == english and " " not in english  # SmartArt
        assert re.search("[\u4e00-\u9fff]", chinese) or not words or is_name, english
        assert not re.search("[\u4e00-\u9fff][,;:?!(]|[\u4e00-\u9fff]\\.(?![a-z])", chinese), chinese
        assert english.endswith(".") == chinese.endswith("。"), (english, chinese)


def test_the_compiled_catalogue_is_that_of_the_source() -> None:
    """The .mo holds what the .po says, byte for byte what compiling it gives."""
    said = translations()
    catalogue = updated(said, calls_in_package())
    assert MO.read_bytes() == compiled(catalogue), HOW
    loaded = gettext.GNUTranslations(io.BytesIO(MO.read_bytes()))
    assert all(loaded.gettext(english) == chinese for english, chinese in said.chinese.items() if chinese)


def test_updating_keeps_translations_and_drops_what_is_stale() -> None:
    """The English is the key: what is still said keeps its Chinese."""
    old = Translations(head="# Head", chinese={"a {x}": "甲{x}", "gone": "旧"})
    catalogue = updated(old, calls_in('message("a {x}", x=1)\nmessage("new")', "m.py"))
    assert [(entry.id, entry.string) for entry in catalogue if entry.id] == [("a {x}", "甲{x}"), ("new", "")]
    assert compiled(catalogue) == compiled(updated(old, calls_in('message("a {x}", x=2)', "other.py")))


@pytest.mark.parametrize(
    ("source", "templates"),
    [
        ('message("a")', {"a"}),
        ('message("a "\n "b")', {"a b"}),
        ('message("a " + "b")', {"a b"}),
        ('message(template="a")', {"a"}),
        ('message("a {x}", x=y)', {"a {x}"}),
        ('message("a {x}", **places)', {"a {x}"}),
        ('message("a" if x else "b")', {"a", "b"}),
        ('def f():\n text = "a {x}"\n raise E(message(text, x=1))', {"a {x}"}),
        ('def f():\n if x:\n  hint = "a"\n else:\n  hint = "b"\n return message(hint)', {"a", "b"}),
        ('def f():\n text: str = "a"\n return lambda: message(text)', {"a"}),
        ('TEXT = "a"\ndef f():\n return message(TEXT)', {"a"}),
        ('TEXT = "a"\ndef f():\n TEXT = "b"\n return message(TEXT)', {"b"}),
        ('TEXTS = {1: "a", 2: "b"}\ndef f(x):\n return message(TEXTS[x])', {"a", "b"}),
        ('TEXTS = {1: "a"}\ndef f(x):\n return message(TEXTS.get(x, "b"))', {"a", "b"}),
        ('class C:\n def f(self):\n  text = "a"\n  return message(text)', {"a"}),
        ('def f():\n match x:\n  case 1:\n   text = "a"\n  case _:\n   text = "b"\n return message(text)', {"a", "b"}),
        ('messages.message("a")', {"a"}),
        ('def f(texts):\n text = "a"\n return [text for text in texts] or message(text)', {"a"}),
        ('def f(texts):\n text = "a"\n return [message(text) for x in texts]', {"a"}),
        ('def f():\n try:\n  pass\n except E as error:\n  text = "a"\n  raise E(message(text)) from error', {"a"}),
    ],
)
def test_the_extraction_finds_templates(source: str, templates: set[str]) -> None:
    """A template is found in the call, and in names and tables that are given literals."""
    assert {template for call in calls_in(source, "m.py") for template in call.templates} == templates


@pytest.mark.parametrize(
    "source",
    [
        'message(f"a {x}")',
        "message(x)",
        "message(x.y)",
        "message()",
        "message(*texts)",
        'message("a %s" % x)',
        'message("a".upper())',
        "def f(text):\n return message(text)",
        'def f(text="a"):\n return message(text)',
        'def f(text):\n if x:\n  text = "a"\n return message(text)',
        "def f():\n for text in texts:\n  message(text)",
        'def f():\n text = "a"\n text += x\n message(text)',
        "def f():\n text, other = x\n message(text)",
        "def f():\n text = g()\n message(text)",
        "def f():\n with open(x) as text:\n  message(text)",
        'def f():\n text = "a"\n for text in x:\n  pass\n message(text)',
        "def f():\n match x:\n  case text:\n   message(text)",
        'def f():\n text = "a"\n def g():\n  nonlocal text\n  text = x\n message(text)',
        'def f():\n text = "a"\n import text\n message(text)',
        'def f():\n try:\n  text = "a"\n except E as text:\n  pass\n message(text)',
        "[message(text) for text in texts]",
        'def f():\n text = "a"\n return {message(text): x for x, text in y}',
        "TEXTS = {**OTHER}\nmessage(TEXTS[1])",
        "message(TEXTS[1])",
        'message("a {x}")',
        'message("a", x=1)',
        'message("a {x", x=1)',
        'def f():\n if x:\n  text = "a {x}"\n else:\n  text = "b {y}"\n return message(text, z=1)',
        'from ocrwatch.messages import message as _\n_("a")',
        "from functools import partial\nf = partial(message, y=1)",
        "map(message, texts)",
    ],
)
def test_the_extraction_fails_loudly(source: str) -> None:
    """A call whose template is not told by literals, or whose places do not fit it, is an error with its line."""
    with pytest.raises(NotFound, match=r"m\.py:\d+: "):
        calls_in(source, "m.py")


def test_the_package_is_read_whole() -> None:
    """Every module that says something is among the extracted."""
    package = Path(MO.parents[3])
    speaking = {
        path.relative_to(package.parent).as_posix()
        for path in package.rglob("*.py")
        if re.search(r"(?<![\w.])message\(", path.read_text(encoding="utf-8"))
    }
    assert {call.file for call in calls_in_package()} == speaking - {"ocrwatch/messages.py"}
