"""Messages in the user's language: English as written in the code, Simplified Chinese from a gettext catalogue.

    zh_CN/LC_MESSAGES/ocrwatch.po     what translators edit; the glossary stands at its head
    zh_CN/LC_MESSAGES/ocrwatch.mo     the same, compiled: `python -m tests.catalogue` makes both

Rules
  1. Nothing here raises: a sentence that cannot be shown in the language is shown in English.
  2. Imports are few and small: every command loads this module.
"""

from __future__ import annotations

import gettext
import struct
from functools import cache
from pathlib import Path

from ocrwatch.locales.system import Language, system_language
from ocrwatch.messages import Message
from ocrwatch.ports import Render

__all__ = ["Language", "renderer", "system_language"]

_CATALOGUES = Path(__file__).parent
_CANNOT_BE_FILLED = (KeyError, IndexError, ValueError, TypeError, AttributeError)


def renderer(language: str) -> Render:
    """What puts a message into `language` ("en", "zh_CN"); "auto" and what is not known follow the system."""
    known: Language = "en" if language == "en" else "zh_CN" if language == "zh_CN" else system_language()
    catalogue = None if known == "en" else _catalogue(known)
    return _english if catalogue is None else lambda said: _translated(said, catalogue)


@cache
def _catalogue(language: Language) -> gettext.GNUTranslations | None:
    try:
        with (_CATALOGUES / language / "LC_MESSAGES" / "ocrwatch.mo").open("rb") as file:
            return gettext.GNUTranslations(file)
    except (OSError, ValueError, struct.error):  # left out of a package, or cut short
        return None


def _english(said: Message) -> str:
    try:
        return str(said)
    except _CANNOT_BE_FILLED:
        return said.template


def _translated(said: Message, catalogue: gettext.GNUTranslations) -> str:
    template = catalogue.gettext(said.template) if said.template else ""  # "" would bring the catalogue's header
    places = {
        name: _translated(place, catalogue) if isinstance(place, Message) else place for name, place in said.places
    }
    try:
        return template.format_map(places)
    except _CANNOT_BE_FILLED:
        return _english(said)
