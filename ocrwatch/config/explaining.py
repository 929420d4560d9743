"""What is wrong in a configuration, said to someone who is no programmer: file, line, setting, and what to write.

A value is not repeated: a key that was pasted in the wrong place must not come up on a screen.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import BaseModel

from ocrwatch.config.keys import every_key
from ocrwatch.config.layers import variable_of
from ocrwatch.config.lines import line_of
from ocrwatch.config.misfit import Misfit
from ocrwatch.config.profiles import FieldData
from ocrwatch.config.settings import Buyer, Endpoint, Inbox, Notifications, Reader, Settings
from ocrwatch.errors import ConfigurationError
from ocrwatch.messages import Message, message

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_HEADERS: dict[str, type[BaseModel]] = {
    "[reader]": Reader,
    "[endpoint]": Endpoint,
    "[[inbox]]": Inbox,
    "[notifications]": Notifications,
}
_CLOSE_ENOUGH = 70.0
_A_KEY = re.compile(r"(api[_-]?)?(key|token|secret)", re.IGNORECASE)


def syntax_error(file: str, text: str, error: tomllib.TOMLDecodeError) -> ConfigurationError:
    """Of a text that is no TOML."""
    problem = str(error)
    found = re.search(r"\(at line (\d+)", problem)
    line = int(found[1]) if found else text.rstrip().count("\n") + 1
    written = text.split("\n")[line - 1]
    reason = re.sub(r" \(at .*\)$", "", problem)
    return ConfigurationError(_at(file, line, _syntax_reason(written, reason)))


def setting_error(file: str, text: str, details: Sequence[ErrorDetails]) -> ConfigurationError:
    """Of settings that are not what they may be; the first in the file's order of tables is told."""
    first = [detail for detail in details if _key(detail) == _key(details[0])]
    line = line_of(text, first[0]["loc"])
    if first[0]["type"] == "extra_forbidden":
        return ConfigurationError(_at(file, line, _unknown(first[0]["loc"])))
    text_ = "{key} is not right: {reason}."
    return ConfigurationError(_at(file, line, message(text_, key=_name(first[0]), reason=_reason_of(first))))


def variable_error(details: Sequence[ErrorDetails]) -> ConfigurationError:
    """Of a setting in the environment that is not what it may be."""
    location = details[0]["loc"]
    first = [detail for detail in details if _key(detail) == _key(details[0])]
    key = next(key for key in every_key(Settings()) if key.split(".") == [*location[: key.count(".") + 1]])
    reason = _unknown(location) if first[0]["type"] == "extra_forbidden" else _reason_of(first)
    text = "The variable {name} is not right: {reason}."
    return ConfigurationError(message(text, name=variable_of(key), reason=reason))


def told_at(file: str, text: str, location: Sequence[int | str], problem: Message) -> Message:
    """`problem` with the file and the line of the setting at `location`."""
    return _at(file, line_of(text, location), problem)


def _at(file: str, line: int, problem: Message) -> Message:
    return message("{file}, line {line}: {problem}", file=file, line=line, problem=problem)


# ---------------------------------------------------------------- no TOML


def _syntax_reason(written: str, reason: str) -> Message:
    if re.search(r'"[^"]*\\[^"]*"', written) or re.search(r"=\s*[A-Za-z]:\\", written):
        return message("write paths in single quotes ('C:\\Scans') or with forward slashes (C:/Scans).")
    if re.search(r"[“”‘’＝［］，]", written):
        return message("quotes, brackets, commas and = must be the plain ones of the keyboard: \" ' [ ] , =")
    if re.match(r"\s*\[\s*inbox\s*\]", written):
        return message("write [[inbox]], with two brackets, above each watched folder.")
    if re.match(r"Cannot (overwrite|declare|mutate)", reason):
        return message("this is there already, further up. Keep one of the two.")
    if "Unterminated" in reason or "Illegal character" in reason:
        return message("a quote is missing: text begins and ends with one.")
    if reason == "Invalid value":
        return message('text must stand in quotes: name = "text". true and false are written small.')
    if reason.startswith(("Expected '='", "Invalid statement")):
        return message('a setting is written as: name = "text"')
    return message("this is not valid TOML ({reason}).", reason=reason)


# ---------------------------------------------------------------- an unknown setting


def _unknown(location: Sequence[int | str]) -> Message:
    from rapidfuzz import fuzz, process

    name = str(location[-1])
    table = FieldData if "fields" in location else _table(location)
    if _A_KEY.fullmatch(name):
        text = "there is no setting {name}. Keys are not kept in this file: ocrwatch key set"
        return message(text, name=name)
    guess = process.extractOne(name, list(table.model_fields), scorer=fuzz.ratio, score_cutoff=_CLOSE_ENOUGH)
    if guess is not None:
        return message("there is no setting {name}. Did you mean {guess}?", name=name, guess=guess[0])
    if name in Settings.model_fields:
        text = "{name} does not belong here: write it at the top, above the first line in brackets."
        return message(text, name=name)
    for header, other in _HEADERS.items():
        if name in other.model_fields:
            return message("{name} does not belong here: write it under {header}.", name=name, header=header)
    known = ", ".join(each for each in table.model_fields if each != "locked")
    return message("there is no setting {name}. There are: {known}.", name=name, known=known)


def _table(location: Sequence[int | str]) -> type[BaseModel]:
    if len(location) == 1:
        return Settings
    match location[0]:
        case "reader":
            return Reader
        case "endpoint":
            return Endpoint
        case "notifications":
            return Notifications
        case _:
            return Buyer if "buyer" in location[:-1] else Inbox


# ---------------------------------------------------------------- a value that cannot be


def _key(detail: ErrorDetails) -> tuple[int | str, ...]:
    """The setting that a complaint is about: pydantic adds the kinds it tried."""
    location = detail["loc"]
    depth = 3 + 2 * location.count("fields") if location[0] == "inbox" else 2
    return location[:depth]


def _name(detail: ErrorDetails) -> str:
    names = [part for part in _key(detail) if isinstance(part, str)]
    return names[-1]


def _reason_of(details: Sequence[ErrorDetails]) -> Message:
    """What the value must be; where it may be a word or a number, both."""
    if len(details) > 1 and details[0]["type"] == "literal_error" and isinstance(details[0]["input"], str):
        return message("{one}, or: {other}", one=_reason(details[0]), other=_reason(details[-1]))
    return _reason(details[-1])


def _reason(detail: ErrorDetails) -> Message:
    limits = detail.get("ctx", {})
    if isinstance(said := limits.get("error"), Misfit):
        return said.said
    match detail["type"]:
        case "literal_error":
            choices = ", ".join(f'"{choice}"' for choice in re.findall(r"'([^']*)'", str(limits["expected"])))
            return message("choose one of {choices}", choices=choices)
        case "greater_than":
            return message("it must be more than {limit}", limit=_number(limits["gt"]))
        case "greater_than_equal":
            return message("it must be {limit} or more", limit=_number(limits["ge"]))
        case "less_than_equal":
            return message("it must be {limit} at most", limit=_number(limits["le"]))
        case "int_type" | "int_from_float":
            return message("it must be a whole number, without quotes")
        case "float_type" | "finite_number":
            return message("it must be a number, without quotes")
        case "bool_type":
            return message("it must be true or false, without quotes")
        case "string_type" | "path_type":
            return message("it must be a text in quotes")
        case "string_too_short":
            return message("it must not be empty")
        case _:
            return _shape(detail)


def _shape(detail: ErrorDetails) -> Message:
    """What a list or a table must look like."""
    match detail["loc"]:
        case ("inbox", *_) if len(detail["loc"]) <= 2:
            return message("each watched folder is a block that begins with [[inbox]], in two brackets")
        case (_, _, "fields", *rest) if rest and detail["type"] == "missing":
            return message("each field needs a name")
        case (_, _, "fields", *rest) if len(rest) <= 1 or "fields" in rest[-2:]:
            return message('it is a list of names, ["number", "date"], or of {{name = "total", type = "amount"}}')
        case (_, _, "fields", *_):
            return message('it is a list of texts: ["one", "two"]')
        case (_, _, "buyer", *_):
            return message('it is written as {{name = "…", tax_id = "…"}}')
        case ("locked", *_):
            return message('it is a list of texts: ["one", "two"]')
        case (name,):
            return message("it is a block that begins with [{name}]", name=str(name))
        case _:
            return message("it is something else ({kind})", kind=detail["type"])


def _number(limit: object) -> str:
    return f"{limit:.0f}" if isinstance(limit, float) and limit.is_integer() else str(limit)
