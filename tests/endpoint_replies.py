"""What the reading service on loopback is asked and answers: good completions and every error of the contract."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

JSON = None | bool | int | float | str | list["JSON"] | dict[str, "JSON"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request for a completion. `number` counts from 1; `images` are the bytes of its data URLs."""

    number: int
    images: tuple[bytes, ...]
    image_urls: tuple[str, ...]
    prompt: str
    body: Mapping[str, JSON]
    headers: Mapping[str, str]
    path: str

    @property
    def digests(self) -> tuple[str, ...]:
        """The SHA-256 of each image, hex."""
        return tuple(hashlib.sha256(image).hexdigest() for image in self.images)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer. `error` is rendered in the server's own shape; `body` is sent as it is, in chunks if iterable.

    `cut`: close the connection before any answer, or within it.
    """

    status: int = 200
    body: bytes | Iterable[bytes] = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    delay_seconds: float = 0.0
    cut: Literal["no", "before", "within"] = "no"
    error: Mapping[str, JSON] | None = None


Respond = Callable[[Asked], Reply]


# ---------------------------------------------------------------- answers


def dumped(data: JSON) -> bytes:
    """`data` as the body of an answer."""
    return json.dumps(data, ensure_ascii=False).encode()


def completion(
    content: JSON,
    *,
    finish_reason: str | None = "stop",
    usage: Mapping[str, JSON] | None = None,
    delay_seconds: float = 0.0,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """The good answer, with `content` as its message's content."""
    used: JSON = (
        dict(usage) if usage is not None else {"prompt_tokens": 1185, "completion_tokens": 72, "total_tokens": 1257}
    )
    body: JSON = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1763283287,
        "model": "qwen-vl-ocr-latest",
        "choices": [{"index": 0, "finish_reason": finish_reason, "message": {"role": "assistant", "content": content}}],
        "usage": used,
    }
    return Reply(body=dumped(body), delay_seconds=delay_seconds, headers=headers or {})


def fenced(fields: JSON) -> str:
    """`fields` as the service writes them: JSON in a fence."""
    return f"```json\n{json.dumps(fields, ensure_ascii=False, indent=2)}\n```"


def answering(truth: Mapping[str, Mapping[str, str]], delay_seconds: float = 0.5) -> Respond:
    """Answers with the fields that `truth` holds under the SHA-256 (hex) of the image's bytes."""

    def respond(asked: Asked) -> Reply:
        (digest,) = asked.digests
        if digest not in truth:
            return error(400, "not a picture of this test: its bytes were changed on the way")
        return completion(fenced(dict(truth[digest])), delay_seconds=delay_seconds)

    return respond


def in_turn(*replies: Reply) -> Respond:
    """The first reply to the first request, and so on; the last one to all others."""
    return lambda asked: replies[min(asked.number, len(replies)) - 1]


# ---------------------------------------------------------------- errors of the contract


def error(
    status: int, text: str, *, code: JSON = None, kind: str = "", headers: Mapping[str, str] | None = None
) -> Reply:
    """An error, in the server's own shape."""
    return Reply(
        status=status,
        error={"message": text, "type": kind, "param": None, "code": code},
        headers={"X-Request-Id": "request-1", **(headers or {})},
    )


def bad_key() -> Reply:
    return error(401, "Invalid Token (request id: 1)", code="", kind="new_api_error")


def no_credit() -> Reply:
    return error(403, "用户额度不足", code="insufficient_user_quota", kind="new_api_error")


def no_model() -> Reply:
    return error(404, "The model does not exist", code="model_not_found", kind="invalid_request_error")


def no_channel() -> Reply:
    return error(503, "当前分组 default 下对于模型 qwen-vl-ocr-latest 无可用渠道", code="", kind="new_api_error")


def throttled(retry_after: str | None = None) -> Reply:
    return error(
        429, "Requests rate limit exceeded", code="limit_requests",
        headers={} if retry_after is None else {"Retry-After": retry_after},
    )  # fmt: skip


def insufficient_quota() -> Reply:
    return error(429, "You exceeded your current quota", code="insufficient_quota", kind="insufficient_quota")


def moderated() -> Reply:
    return error(400, "Input data may contain inappropriate content.", code="data_inspection_failed")


def bad_picture() -> Reply:
    return error(400, "The image format is illegal and cannot be opened", code="invalid_parameter_error")


def too_large() -> Reply:
    return Reply(status=413, body=b"<html><h1>413 Request Entity Too Large</h1></html>")


def failed_download() -> Reply:
    return error(400, "Failed to download multimodal content", code="invalid_parameter_error")


def unknown_parameter(where: str) -> Reply:
    return error(400, f"Unknown parameter: '{where}'.", code="unknown_parameter", kind="invalid_request_error")


def unexplained() -> Reply:
    return error(400, "Bad Request", code="bad_request")
