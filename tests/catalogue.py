"""Keeps the catalogue of translations in step with the code: `python -m tests.catalogue`.

Every sentence a person sees is a `message("…")`; `extraction.py` finds them all. The command writes the `.po`
(translations kept, what no code says any more dropped), compiles the `.mo`, and lists what has no Chinese yet.
`tests/unit/test_catalogue.py` fails while anything is amiss.
"""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from tests.extraction import PACKAGE, Call, NotFound, calls_in_package

PO = PACKAGE / "locales" / "zh_CN" / "LC_MESSAGES" / "ocrwatch.po"
MO = PO.with_suffix(".mo")
LANGUAGE = "zh_CN"


class _Plain(Catalog):
    """A catalogue whose header is the same on every day and with every version of Babel."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [
            ("Language", LANGUAGE),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=UTF-8"),
            ("Content-Transfer-Encoding", "8bit"),
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Translations:
    """What the `.po` holds: the glossary at its head, and the Chinese of each template ("" where it has none)."""

    head: str
    chinese: dict[str, str]


def translations(po: Path = PO) -> Translations:
    """The translations as they are."""
    with po.open("rb") as file:
        catalogue = read_po(file, locale=LANGUAGE)
    entries = {str(entry.id): str(entry.string or "") for entry in catalogue if entry.id}
    fuzzy = [entry.id for entry in catalogue if entry.id and entry.fuzzy]
    if fuzzy:
        raise NotFound(f"the .po has fuzzy entries; look at them and take the mark away: {fuzzy}")
    return Translations(head=_head(po.read_text(encoding="utf-8")), chinese=entries)


def _head(text: str) -> str:
    """The comment at the head, as it stands: Babel would take out its indentation."""
    return "\n".join(takewhile(lambda line: line.startswith("#"), text.splitlines()))


def updated(old: Translations, calls: list[Call]) -> Catalog:
    """The catalogue of what `calls` say, with what `old` knows of it."""
    catalogue = _Plain(locale=LANGUAGE, fuzzy=False, charset="utf-8", header_comment=old.head)
    for call in calls:
        for template in call.templates:
            catalogue.add(template, old.chinese.get(template, ""), locations=[(call.file, call.line)])
    return catalogue


def compiled(catalogue: Catalog) -> bytes:
    """The bytes of the `.mo`."""
    data = io.BytesIO()
    write_mo(data, catalogue)
    return data.getvalue()


def main() -> int:
    """Bring the catalogue up to date; 1 while something has no Chinese."""
    try:
        calls = calls_in_package()
    except NotFound as error:
        print(error, file=sys.stderr)
        return 1
    catalogue = updated(translations(), calls)
    data = io.BytesIO()
    write_po(data, catalogue, width=0, include_lineno=False)
    PO.write_bytes(data.getvalue())
    MO.write_bytes(compiled(catalogue))
    missing = [(entry.locations[0][0], entry.id) for entry in catalogue if entry.id and not entry.string]
    for file, template in missing:
        print(f"no Chinese yet  {file}: {template!r}")
    print(f"{len(catalogue)} messages, {len(missing)} without Chinese, in {PO.relative_to(PACKAGE.parent)}")
    return 1 if missing else 0


if __name__ == "__main__":
    raise SystemExit(main())
