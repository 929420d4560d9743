"""The language of the system, of those that ocrwatch speaks.

    Windows     the language of the user's windows and menus
    macOS       the environment where it names a language, else the list in System Settings
    elsewhere   the environment, as gettext reads it: LANGUAGE, LC_ALL, LC_MESSAGES, LANG

Any Chinese is answered in Simplified Chinese: its readers are nearer to it than to English.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

Language = Literal["en", "zh_CN"]

_WINDOWS_CHINESE = 0x04
"""The primary language of every Chinese LANGID: its lower ten bits."""

_MAC_PREFERENCES = Path("~/Library/Preferences/.GlobalPreferences.plist")


def system_language() -> Language:
    """The system's language; English where it is one that ocrwatch does not speak, or cannot be told."""
    if sys.platform == "win32":
        import ctypes

        return of_windows(ctypes.windll.kernel32.GetUserDefaultUILanguage())
    language = of_names(names_in(os.environ))
    if language is None and sys.platform == "darwin":
        language = of_names(_mac_languages(_MAC_PREFERENCES.expanduser()))
    return language or "en"


def names_in(environment: Mapping[str, str]) -> list[str]:
    """The languages that a POSIX environment asks for, the dearest first; none for `C`."""
    locale = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    if locale.partition(".")[0] in ("", "C", "POSIX"):
        return []  # gettext heeds LANGUAGE only in a real locale, so that scripts can switch it off
    return [*filter(None, environment.get("LANGUAGE", "").split(":")), locale]


def of_names(names: Iterable[str]) -> Language | None:
    """The first of `names` (`zh_CN.UTF-8`, `zh-Hans-CN`, `en_GB`) that ocrwatch speaks."""
    for name in names:
        match name.replace("-", "_").split("_")[0].split(".")[0].casefold():
            case "zh":
                return "zh_CN"
            case "en":
                return "en"
    return None


def of_windows(language_id: int) -> Language:
    """The language of a Windows LANGID."""
    return "zh_CN" if language_id & 0x3FF == _WINDOWS_CHINESE else "en"


def _mac_languages(preferences: Path) -> list[str]:
    import plistlib

    try:
        with preferences.open("rb") as file:
            data = plistlib.load(file)
    except (OSError, ValueError, plistlib.InvalidFileException):
        return []
    languages = data.get("AppleLanguages") if isinstance(data, dict) else None
    return [name for name in languages if isinstance(name, str)] if isinstance(languages, list) else []
