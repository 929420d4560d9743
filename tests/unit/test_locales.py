"""Messages in the user's language, and which language that is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from ocrwatch import locales
from ocrwatch.locales import renderer, system, system_language
from ocrwatch.locales.system import names_in, of_names, of_windows
from ocrwatch.messages import Message, message
from tests.catalogue import translations

PLAIN_C = dict.fromkeys(("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"), "")


def _use(monkeypatch: pytest.MonkeyPatch, folder: Path, chinese: dict[str, str]) -> None:
    """Let the renderer read a catalogue of `chinese` below `folder`."""
    catalogue = Catalog(locale="zh_CN", fuzzy=False)
    for template, text in chinese.items():
        catalogue.add(template, text)
    place = folder / "zh_CN" / "LC_MESSAGES" / "ocrwatch.mo"
    place.parent.mkdir(parents=True)
    with place.open("wb") as file:
        write_mo(file, catalogue)
    _look_in(monkeypatch, folder)


def _look_in(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setattr(locales, "_CATALOGUES", folder)
    locales._catalogue.cache_clear()
    monkeypatch.setattr(locales, "_catalogue", locales._catalogue.__wrapped__)


def test_the_package_speaks_chinese() -> None:
    """A message of the program comes out in Chinese, its places filled; in English it is as written."""
    said = message("Same file as row {row}.", row=41)
    assert renderer("en")(said) == "Same file as row 41."
    assert renderer("zh_CN")(said) == translations().chinese[said.template].format(row=41)
    assert "41" in renderer("zh_CN")(said)


def test_a_message_in_a_place_is_in_the_same_language(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """However deep messages stand in messages, all of them are translated."""
    _use(monkeypatch, tmp_path, {"{a}, so {b}": "因为{a}，所以{b}", "it rains": "下雨"})
    inner = message("{a}, so {b}", a=message("it rains"), b="x")
    assert renderer("zh_CN")(message("{a}, so {b}", a=inner, b=1)) == "因为因为下雨，所以x，所以1"
    assert renderer("en")(message("{a}, so {b}", a=inner, b=1)) == "it rains, so x, so 1"


@pytest.mark.parametrize(
    "chinese", ["第{nowhere}行", "第{row行", "第{}行", "第{0}行", "第{row.x}行", "第{row[a]}行", "{row:日}"]
)
def test_a_broken_translation_is_shown_in_english(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, chinese: str
) -> None:
    """A translation whose places cannot be filled costs the language, not the sentence."""
    _use(monkeypatch, tmp_path, {"row {row}": chinese})
    assert renderer("zh_CN")(message("row {row}", row=7)) == "row 7"


def test_what_has_no_translation_is_shown_in_english(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Sentences of another version, kept in the journal, and the empty one do not become something else."""
    _use(monkeypatch, tmp_path, {"known": "已知"})
    chinese = renderer("zh_CN")
    assert chinese(message("{count} of old", count=3)) == "3 of old"
    assert chinese(message("")) == ""
    assert chinese(message("known")) == "已知"


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_a_message_without_its_places_shows_its_template(language: str) -> None:
    """Even a message that is broken itself is shown, not raised."""
    assert renderer(language)(Message("row {row} of {0}")) == "row {row} of {0}"
    assert renderer(language)(Message("a { brace")) == "a { brace"


@pytest.mark.parametrize("content", [None, b"", b"no catalogue", b"\xde\x12\x04\x95\x00\x00"])
def test_a_catalogue_that_is_not_there_or_damaged_means_english(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None
) -> None:
    """A package without its catalogue speaks English."""
    place = tmp_path / "zh_CN" / "LC_MESSAGES" / "ocrwatch.mo"
    place.parent.mkdir(parents=True)
    if content is not None:
        place.write_bytes(content)
    _look_in(monkeypatch, tmp_path)
    assert renderer("zh_CN")(message("Same file as row {row}.", row=1)) == "Same file as row 1."


@pytest.mark.parametrize("content_of_place", ["{row}", "{", "}", "{0}", "{row.__class__}", "%s", "a\nb", "文件{x}"])
def test_what_stands_in_a_place_is_not_a_template(content_of_place: str) -> None:
    """Braces in a file's name are printed as they are."""
    said = message("Same file as row {row}.", row=content_of_place)
    assert content_of_place in renderer("zh_CN")(said)
    assert content_of_place in renderer("en")(said)


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, None),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh_CN"),
        ({"LANG": "zh_CN"}, "zh_CN"),
        ({"LANG": "zh_TW.UTF-8"}, "zh_CN"),
        ({"LANG": "de_DE.UTF-8"}, None),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_CN.UTF-8"}, "zh_CN"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "zh_CN.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": ""}, "zh_CN"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, None),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}, None),
        ({"LANG": "POSIX", "LANGUAGE": "zh_CN"}, None),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "zh_CN:en"}, "zh_CN"),
        ({"LANG": "zh_CN.UTF-8", "LANGUAGE": "en"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LANGUAGE": "de:fr"}, "zh_CN"),
        ({"LANG": "zh_CN.GB18030", "LANGUAGE": ":"}, "zh_CN"),
        ({"LC_CTYPE": "zh_CN.UTF-8"}, None),
        ({"LANG": "zhuang"}, None),
    ],
)
def test_the_environment_names_the_language(environment: dict[str, str], language: str | None) -> None:
    """The variables count in gettext's order, and `C` switches them off."""
    assert of_names(names_in(environment)) == language


@pytest.mark.parametrize(
    ("language_id", "language"),
    [(0x0804, "zh_CN"), (0x0404, "zh_CN"), (0x1004, "zh_CN"), (0x0409, "en"), (0x0809, "en"), (0x0411, "en")],
)
def test_windows_names_the_language(language_id: int, language: str) -> None:
    """The primary language of a LANGID decides."""
    assert of_windows(language_id) == language


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not ask the environment")
def test_auto_follows_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    """`auto` is the system's language, and English where the system speaks another."""
    said = message("Same file as row {row}.", row=41)
    for name, value in PLAIN_C.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert system_language() == "zh_CN"
    assert renderer("auto")(said) == renderer("zh_CN")(said) != renderer("en")(said)
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    assert system_language() == "en"
    assert renderer("auto")(said) == renderer("en")(said)


def test_a_mac_names_its_languages(tmp_path: Path) -> None:
    """The list of System Settings is read; without one, or with a damaged one, there is none."""
    import plistlib

    file = tmp_path / "p.plist"
    assert system._mac_languages(file) == []
    file.write_bytes(plistlib.dumps({"AppleLanguages": ["de-DE", "zh-Hans-CN", "en"]}, fmt=plistlib.FMT_BINARY))
    assert of_names(system._mac_languages(file)) == "zh_CN"
    file.write_bytes(b"bplist00 and no more")
    assert system._mac_languages(file) == []
    file.write_bytes(plistlib.dumps(["AppleLanguages"]))
    assert system._mac_languages(file) == []


def test_languages_load_little() -> None:
    """Every command loads this module: Babel and other large packages stay away."""
    script = "import sys, ocrwatch.locales as l; l.renderer('zh_CN'); print(*sys.modules)"
    loaded = set(
        subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout.split()
    )
    assert loaded.isdisjoint({"babel", "pydantic", "httpx", "PIL", "rich", "typer", "plistlib", "locale"})
