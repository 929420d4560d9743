"""The log tells where and of what kind, never what a document says."""

from __future__ import annotations

import logging
import sys

from ocrwatch.errors import LedgerBusy
from ocrwatch.logs import ReticentFormatter, reticent_traceback
from ocrwatch.messages import message

SECRET = "4107281991****5515"


def _formatted() -> str:
    record = logging.LogRecord("x", logging.ERROR, __file__, 1, "it failed", None, sys.exc_info())
    return ReticentFormatter("%(levelname)s %(message)s").format(record)


def test_an_exceptions_own_words_are_left_out_with_those_of_its_causes() -> None:
    """Frames and kinds are there, what the exception quotes is not."""
    try:
        try:
            int(SECRET)
        except ValueError as error:
            raise KeyError(SECRET) from error
    except KeyError:
        text = _formatted()
    assert SECRET not in text
    assert "builtins.ValueError" in text
    assert "builtins.KeyError" in text
    assert text.index("ValueError") < text.index("KeyError")
    assert "test_logs.py" in text


def test_what_helps_and_quotes_nothing_is_told() -> None:
    """The system's reason, a missing module's name, our own sentence without what stands in it."""
    assert "No such file or directory" in reticent_traceback(FileNotFoundError(2, "x", SECRET))
    assert "rapidocr" in reticent_traceback(ModuleNotFoundError("…", name="rapidocr"))
    told = reticent_traceback(LedgerBusy(message("The workbook {name} is open.", name=SECRET)))
    assert "The workbook {name} is open." in told
    assert SECRET not in told


def test_a_chain_that_bites_its_tail_ends() -> None:
    """Causes in a circle are told once."""
    one, other = ValueError(), KeyError()
    one.__cause__, other.__cause__ = other, one
    assert reticent_traceback(one).count("ValueError") == 1
