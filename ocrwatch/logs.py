"""The log: what happened and when, for whoever helps; never what a document says.

An exception's own words may quote a document ("invalid literal: 4107…"), so a traceback here shows where it
happened and of what kind it was, and no more. Standard library only: the child process uses it too.
"""

from __future__ import annotations

import logging
import os
import traceback
from collections.abc import Iterator
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from ocrwatch.errors import OcrwatchError

FILE_NAME = "ocrwatch.log"

_LONGEST_BYTES = 1024 * 1024
_KEPT = 3
_TALKATIVE = ("httpx", "httpcore", "watchdog", "PIL", "filelock", "asyncio", "keyring")


def begin(state_dir: Path, name: str = FILE_NAME) -> Path:
    """Log to a file in `state_dir` that rotates, from now on; the file. One process writes one: name another where two
    run side by side. Raises OSError."""
    folder = state_dir / "logs"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handler = RotatingFileHandler(folder / name, maxBytes=_LONGEST_BYTES, backupCount=_KEPT, encoding="utf-8")
    handler.setFormatter(ReticentFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    for talkative in _TALKATIVE:
        logging.getLogger(talkative).setLevel(logging.WARNING)
    logging.raiseExceptions = False  # a full disk must not print tracebacks of the log itself
    return folder / name


class ReticentFormatter(logging.Formatter):
    """Formats exceptions without their words."""

    def formatException(  # noqa: N802  logging's name
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        """Where it happened, and of what kind it was."""
        return "" if ei[1] is None else reticent_traceback(ei[1])


def reticent_traceback(error: BaseException) -> str:
    """The frames and kinds of `error` and of what led to it, the first cause first; no exception's own words."""
    return "\n".join(
        "".join(traceback.format_tb(link.__traceback__)).rstrip() + "\n" + _kind(link)
        for link in reversed([*_chain(error)])
    )


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        yield link
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)


def _kind(error: BaseException) -> str:
    name = f"{type(error).__module__}.{type(error).__qualname__}"
    if isinstance(error, OcrwatchError):
        return f"{name}: {error.message.template}"
    if isinstance(error, OSError) and error.errno:
        return f"{name}: {os.strerror(error.errno)}"
    if isinstance(error, ImportError):
        return f"{name}: {error.name}"
    return name
