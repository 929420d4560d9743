"""The service's envelope around an answer: whether a body is a completion at all, and what the model wrote.

A completion was billed, whatever it holds; an error was not, even when it came with status 200.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from ocrwatch.messages import JSON

_MOST_TOKENS = 1_000_000_000
"""No answer has more, whatever a server claims: the sum of many is to be a number that a database can hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """An answer as it came. `request_id` is safe to log, "" for none."""

    status: int
    body: str
    request_id: str = ""
    retry_after: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """What the model wrote, "" for nothing; why it stopped, "" when not told; the tokens billed, 0 when not told."""

    content: str
    finish_reason: str = ""
    tokens: int = 0


def completion(body: str) -> Completion | None:
    """The completion that the HTTP body `body` holds; None when it is an error or something else."""
    match loaded(body):
        case {"error": error} if error:
            return None
        case {"choices": [{"error": error}, *_]} if error:
            return None
        case {"choices": [{"finish_reason": "error"}, *_]}:
            return None
        case {"choices": [choice, *_], **rest}:
            return Completion(
                content=_content(choice), finish_reason=_finish_reason(choice), tokens=_tokens(rest.get("usage"))
            )
        case {"choices": [] | None, **rest} if "code" not in rest:
            return Completion(content="", tokens=_tokens(rest.get("usage")))
    return None


def safe_id(found: str) -> str:
    """A request's id without anything that has no place in a log."""
    return "".join(re.findall(r"[\w-]", found, re.ASCII))[:80]


def loaded(body: str) -> JSON:
    """`body` as data; None where it is no JSON."""
    try:
        data: JSON = json.loads(body.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        return None
    return data


def _content(choice: JSON) -> str:
    match choice:
        case {"message": {"content": str(text)}}:
            return text
        case {"message": {"content": [*parts]}}:
            return "".join(_text_of(part) for part in parts)
    return ""


def _text_of(part: JSON) -> str:
    match part:
        case str(text) | {"text": str(text)}:
            return text
    return ""


def _finish_reason(choice: JSON) -> str:
    match choice:
        case {"finish_reason": str(reason)}:
            return reason.casefold()
    return ""


def _tokens(usage: object) -> int:
    match usage:
        case {"total_tokens": total} if _number(total):
            return _number(total)
        case {"prompt_tokens": put_in, "completion_tokens": put_out}:
            return min(_number(put_in) + _number(put_out), _MOST_TOKENS)
    return 0


def _number(claimed: object) -> int:
    """Servers write all sorts of things there."""
    match claimed:
        case bool():
            return 0
        case int():
            return min(max(claimed, 0), _MOST_TOKENS)
    return 0
