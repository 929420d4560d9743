"""What a service's list of models tells about it, for `ocrwatch doctor`.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from ocrwatch.messages import JSON, Message, message
from ocrwatch.reading.completions import Received, loaded
from ocrwatch.reading.failures import Failure, error_of, failure

_WITHOUT_LIST = (400, 404, 405, 501)


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """Whether all is well with the service, and a sentence about it."""

    ok: bool
    said: Message


def probed(received: Received, *, host: str, model: str, key: str | None) -> Probe:
    """What the answer to `GET /models` says. Services without such a list are believed."""
    listed = _models(loaded(received.body))
    if received.status == 200 and listed is not None:
        return _found(listed, host, model)
    kind = failure(received.status, received.body)
    if kind not in (Failure.KEY, Failure.CREDIT, Failure.ELSEWHERE) and received.status in _WITHOUT_LIST:
        text = "{host} answers. Whether it takes the key and knows {model}, the first scan will show."
        return Probe(ok=True, said=message(text, host=host, model=model))
    error = error_of(kind, received, name="/models", host=host, key=key, after_seconds=None)
    return Probe(ok=False, said=error.message)


def _found(listed: list[str], host: str, model: str) -> Probe:
    if model in listed or not listed:
        return Probe(ok=True, said=message("{host} answers and knows {model}.", host=host, model=model))
    near = difflib.get_close_matches(model, listed, n=3, cutoff=0.3) or listed[:3]
    text = "{host} answers, but {model} is not among its models. It has, for instance: {near}"
    return Probe(ok=False, said=message(text, host=host, model=model, near=", ".join(near)))


def _models(data: JSON) -> list[str] | None:
    match data:
        case {"data": [*models]} | {"models": [*models]}:
            return [str(model["id"]) for model in models if isinstance(model, dict) and "id" in model]
    return None
