"""What is wrong on a page, each at its field. What only the configuration's own check can tell comes after."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ocrwatch.messages import Message
from ocrwatch.settings_pages import words
from ocrwatch.settings_pages.draft import Draft, Watched

_WORKBOOKS = (".xlsx", ".xlsm", ".csv")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """`field` is the name of the input it is about, "" for the page as a whole."""

    field: str = ""
    said: Message


def of_folders(draft: Draft) -> Iterator[Problem]:
    """What is wrong with the watched folders."""
    if not draft.watched:
        yield Problem(said=words.LAST_FOLDER)
    for place, watched in enumerate(draft.watched):
        for name, said in _of_folder(watched):
            several = len(draft.watched) > 1
            yield Problem(field=f"w{place}.{name}", said=words.at_folder(place + 1, said) if several else said)


def of_reading(draft: Draft) -> Iterator[Problem]:
    """What is wrong with who reads."""
    if draft.engine == "endpoint":
        if not draft.base_url:
            yield Problem(field="base_url", said=words.NO_ADDRESS)
        if not draft.model:
            yield Problem(field="model", said=words.NO_MODEL)


def _of_folder(watched: Watched) -> Iterator[tuple[str, Message]]:
    if not watched.folder:
        yield "folder", words.NO_FOLDER
    elif os.path.isfile(path := _whole(watched.folder)):  # noqa: PTH113  never raises
        yield "folder", words.is_a_file(str(path))
    elif path == Path.home():
        yield "folder", words.WHOLE_HOME
    if not watched.ledger:
        yield "ledger", words.NO_LEDGER
    elif not watched.ledger.lower().endswith(_WORKBOOKS) or os.path.isdir(_whole(watched.ledger)):  # noqa: PTH112
        yield "ledger", words.no_workbook(watched.ledger)
    if watched.has_own_columns and not watched.columns:
        yield "c0.name", words.NO_COLUMNS


def _whole(text: str) -> Path:
    return Path(os.path.normpath(os.path.expanduser(os.path.expandvars(text))))  # noqa: PTH111  never raises
