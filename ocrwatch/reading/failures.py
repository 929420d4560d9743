"""What an answer that is no completion means: from status and body to a `Failure`, and to the error of the line.

Gateways remap statuses and reword messages, so both count: the rules below are tried in their order, each with the
statuses it may come with (None: any) and the words that its code, type or message shows. Error bodies come in many
shapes, also with status 200 (`body_said`).

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum, auto
from typing import assert_never

from ocrwatch.errors import (
    BadKey,
    LineError,
    NoCredit,
    Offline,
    RefusedByEndpoint,
    ServerTrouble,
    Throttled,
    UnexplainedRefusal,
    WrongModel,
)
from ocrwatch.messages import JSON, Message, message
from ocrwatch.reading.completions import Received, loaded, safe_id

PROBE_SECONDS = 600.0
"""Between two tries of what a person must set right at the service."""

_SHOWN_CHARS = 160


class PictureRefused(RefusedByEndpoint):
    """The picture itself is not accepted: a smaller one may be."""


class FieldsRefused(UnexplainedRefusal):
    """A strict server does not know an optional field of the request: it may accept the request without them."""


class UrlRefused(RefusedByEndpoint):
    """The service cannot or will not fetch a picture by its address: it may take its bytes."""


class Failure(Enum):
    """Why there is no completion."""

    KEY = auto()
    CREDIT = auto()
    DENIED = auto()
    MODEL = auto()
    THROTTLED = auto()
    QUOTA = auto()
    """Throttled or without credit: the services use the same word."""
    MODERATED = auto()
    PICTURE = auto()
    DOWNLOAD = auto()
    FIELDS = auto()
    UNEXPLAINED = auto()
    TROUBLE = auto()
    ELSEWHERE = auto()
    """Somebody else answered: a login page of the network, a website in place of the service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What an error body says. `code` and `text` as they came; `status` where the body names another than HTTP did."""

    code: str = ""
    text: str = ""
    request_id: str = ""
    status: int | None = None


@dataclass(frozen=True, slots=True)
class _Rule:
    failure: Failure
    statuses: Collection[int] | None
    words: re.Pattern[str]


def _rule(failure: Failure, statuses: Collection[int] | None, words: str = "") -> _Rule:
    return _Rule(failure, statuses, re.compile(words, re.IGNORECASE))


_REFUSALS = (200, 400, 403, 404, 406, 409, 415, 422, 451, 500)

_MODERATED = r"data_?inspection_?failed|content_(policy|filter)|inappropriate|sensitive_words|敏感|违规|moderation"
_CREDIT = (
    r"insufficient_user_quota|quota_not_enough|pre_consume_token_quota_failed|arrearage|FreeTierOnly|billing_not_active"
    r"|额度不足|余额不足|额度已用尽|欠费|insufficient (account )?balance|insufficient credits|requires more credits"
)
_MODEL = (
    r"model_?not_?(found|exist|supported)|no_?available_?channel|no (available )?channels?\b|无可用渠道|模型不存在"
    r"|model\b.{0,80}(not found|not exist|no longer available)|Model\.AccessDenied|no endpoints found"
    r"|invalid url \(post|(does not|doesn.t|not) support (image|vision)|image input is not supported"
    r"|not a multimodal model"
)
_KEY = r"invalid token|invalid_?api_?key|incorrect api key|无效的令牌|令牌(已过期|不可用|验证失败)"
_THROTTLED = r"limit_requests|limit_burst_rate|负载已?饱和|rate.?limit|too many requests|throttling|server busy"
_DOWNLOAD = (
    r"(failed|unable) to download|download.{0,40}(timed? ?out|failed)|(fetch|retrieve|load).{0,20}\burl\b"
    r"|url.{0,30}must be.{0,20}base64"
)
_FIELDS = (
    r"unknown.?(parameter|field)|extra inputs are not permitted|extra_forbidden|unrecognized (request argument|key)"
    r"|additional propert"
)
_IMAGE = r"(\bimage|\bpicture|\bmedia|multimodal|图|data-uri|base64)"
_FLAW = (
    r"(size|format|decod|large|dimension|pixel|resolution|invalid|illegal|corrupt|unsupported|not supported|load|pars"
    r"|process|length|width|height|ratio|limit|open|格式|尺寸|过大|解析|大小)"
)
_PICTURE = (
    rf"{_IMAGE}.{{0,80}}{_FLAW}|{_FLAW}.{{0,80}}{_IMAGE}"
    r"|maximum context length|context_length|range of input length|(payload|entity|body).{0,20} large"
)

_GENERAL = re.compile(r"\binvalid_(request|parameter)_error\b", re.IGNORECASE)
"""Stands at refusals of every kind."""

_RULES = (
    _rule(Failure.MODERATED, None, _MODERATED),
    _rule(Failure.CREDIT, None, _CREDIT),
    _rule(Failure.QUOTA, (200, 429), "insufficient_quota"),
    _rule(Failure.CREDIT, None, "insufficient_quota"),
    _rule(Failure.THROTTLED, (429,)),
    _rule(Failure.MODEL, (*_REFUSALS, 401, 502, 503), _MODEL),
    _rule(Failure.KEY, (200, 400, 401, 403), _KEY),
    _rule(Failure.KEY, (401,)),
    _rule(Failure.CREDIT, (402,)),
    _rule(Failure.THROTTLED, None, _THROTTLED),
    _rule(Failure.DOWNLOAD, _REFUSALS, _DOWNLOAD),
    _rule(Failure.FIELDS, (200, 400, 422), _FIELDS),
    _rule(Failure.PICTURE, (413, 415)),
    _rule(Failure.PICTURE, _REFUSALS, _PICTURE),
    _rule(Failure.DENIED, (403,)),
    _rule(Failure.MODEL, (404, 405, 410)),
    _rule(Failure.ELSEWHERE, (300, 301, 302, 303, 307, 308, 407, 511)),
    _rule(Failure.TROUBLE, (408, 425)),
)


def failure(status: int, body: str) -> Failure:
    """What an answer with `status` and `body`, which is no completion, means."""
    said = body_said(body)
    status = _status(status, said)
    if status == 200 and re.match(r"\s*<(!doctype|html|head|\?xml)", body, re.IGNORECASE):
        return Failure.ELSEWHERE
    words = _GENERAL.sub("", f"{said.code} {said.text}")
    for rule in _RULES:
        if (rule.statuses is None or status in rule.statuses) and rule.words.search(words):
            return rule.failure
    return Failure.UNEXPLAINED if 400 <= status < 500 else Failure.TROUBLE


def _status(status: int, said: Said) -> int:
    return said.status if status == 200 and said.status is not None else status


def body_said(body: str) -> Said:
    """What the error body says, in whatever shape it came."""
    data = loaded(body)
    request_id = _request_id(data)
    match data:
        case {"choices": [{"error": error}, *_]} if error:
            return _said(error, request_id)
        case {"error": error} if error:
            return _said(error, request_id)
        case {"message": _} | {"code": _} | {"msg": _} | {"detail": _}:
            return _said(data, request_id)
    return Said(text="" if body.lstrip().startswith("<") else body[:2000], request_id=request_id)


def _said(error: JSON, request_id: str) -> Said:
    if not isinstance(error, dict):
        return Said(text=str(error)[:2000], request_id=request_id)
    code, kind = error.get("code"), error.get("type")
    text = error.get("message") or error.get("msg") or error.get("detail") or ""
    number = str(code) if isinstance(code, int | str) else ""
    return Said(
        code=" ".join(str(part) for part in (code, kind) if part not in (None, "")),
        text=str(text)[:2000],
        request_id=request_id,
        status=int(number) if re.fullmatch("[45][0-9]{2}", number) else None,
    )


def _request_id(data: JSON) -> str:
    match data:
        case {"request_id": str(found)} | {"error": {"request_id": str(found)}} | {"id": str(found)}:
            return safe_id(found)
    return ""


def error_of(
    failure: Failure, received: Received, *, name: str, host: str, key: str | None, after_seconds: float | None
) -> LineError:
    """The line's error for `failure` of the file `name` at `host`. `after_seconds`: when to come again, where known.

    `key` is the one that was used: it is never shown, though servers repeat it.
    """
    status = received.status
    reason = shown(body_said(received.body), key) or f"status {status}"
    match failure:
        case Failure.KEY:
            return BadKey(_about_key(host, key))
        case Failure.CREDIT | Failure.QUOTA:
            text = "The account at {host} has no credit left: {reason}. Top it up; reading goes on by itself."
            return NoCredit(message(text, host=host, reason=reason), after_seconds=PROBE_SECONDS)
        case Failure.DENIED:
            text = "{host} denies this key what is asked: {reason}. Allow it in the account there."
            return NoCredit(message(text, host=host, reason=reason), after_seconds=PROBE_SECONDS)
        case Failure.MODEL:
            text = "{host} has no such model or address now: {reason}. Check base_url (most end in /v1) and model."
            return WrongModel(message(text, host=host, reason=reason), after_seconds=PROBE_SECONDS)
        case Failure.THROTTLED:
            return Throttled(message("{host} asks to slow down.", host=host), after_seconds=after_seconds)
        case Failure.MODERATED:
            text = "{host} refuses to read {name}: its content check objects to it. Enter it by hand."
            return RefusedByEndpoint(message(text, host=host, name=name))
        case Failure.PICTURE:
            if status == 413:
                text = "The picture of {name} is too large for {host}. Lower max_pixels in the configuration."
                return PictureRefused(message(text, host=host, name=name))
            text = "{host} does not accept the picture of {name}: {reason}"
            return PictureRefused(message(text, host=host, name=name, reason=reason))
        case Failure.DOWNLOAD:
            text = "{host} could not fetch {name}: {reason}"
            return UrlRefused(message(text, host=host, name=name, reason=reason))
        case Failure.FIELDS | Failure.UNEXPLAINED:
            kind = FieldsRefused if failure is Failure.FIELDS else UnexplainedRefusal
            text = "{host} refused {name} for a reason that ocrwatch does not know: {reason}"
            return kind(message(text, host=host, name=name, reason=reason))
        case Failure.TROUBLE:
            text = "{host} had trouble while it read {name}: {reason}"
            return ServerTrouble(message(text, host=host, name=name, reason=reason), after_seconds=after_seconds)
        case Failure.ELSEWHERE:
            text = (
                "Not the reading service but something else answered for {host} (status {status}). Does the network "
                "ask for a login, or does base_url lack its /v1?"
            )
            return Offline(message(text, host=host, status=status), after_seconds=after_seconds)
        case _ as unreachable:
            assert_never(unreachable)


def shown(said: Said, key: str | None = None) -> str:
    """What the service said, short, without keys and without pieces of the picture."""
    text = said.text or said.code
    if key:
        text = text.replace(key, "…")
    text = re.sub(r"\b(?:sk|key)-[\w*.-]+|[A-Za-z0-9+/=_*-]{40,}", "…", text)
    text = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return text if len(text) <= _SHOWN_CHARS else text[: _SHOWN_CHARS - 1] + "…"


def _about_key(host: str, key: str | None) -> Message:
    if key is None:
        return message("{host} wants a key, and there is none. Set it with: ocrwatch key set", host=host)
    return message("{host} does not accept the key. Set the right one with: ocrwatch key set", host=host)
