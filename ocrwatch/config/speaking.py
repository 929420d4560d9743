"""Which language is spoken before the configuration is loaded: by `--help`, and by complaints of the command line.

A glance, not a reading: a configuration that is wrong, or elsewhere by --config, is told in the system's language.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from ocrwatch.config import paths

_SAID = re.compile(r"""^[ \t]*language[ \t]*=[ \t]*["'](auto|en|zh_CN)["']""", re.MULTILINE)


def language_at_a_glance() -> str:
    """The language that the environment, the person's file or this computer's names; "auto" where none does."""
    if named := os.environ.get("OCRWATCH_LANGUAGE", "").strip():
        return named
    own = os.environ.get(paths.CONFIG_VARIABLE, "") or paths.default_config()
    for file in (Path(own), *paths.site_configs()):
        try:
            found = _SAID.search(file.read_text(encoding="utf-8-sig"))
        except (OSError, ValueError):
            continue
        if found:
            return found[1]
    return "auto"
