"""A reading service on loopback: real HTTP that speaks the endpoint's contract, its errors and faults.

    with EndpointServer(answering(truth)) as server:
        ...                                     # point the program at server.base_url
    assert server.violations == []

`respond` decides each answer from what was asked; it is called in the connection's own thread and may block.
Everything asked is kept in `server.asked`, every breach of the contract in `server.violations`.
The knobs of `EndpointServer` make it behave like the other servers that people use.
"""

from __future__ import annotations

import base64
import binascii
import json
import socket
import ssl
import struct
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal, Self

from tests.endpoint_breaches import breaches, parts_of, unknown_part_keys
from tests.endpoint_replies import (
    JSON,
    Asked,
    Reply,
    Respond,
    answering,
    bad_key,
    completion,
    dumped,
    error,
    fenced,
    in_turn,
    unknown_parameter,
)

__all__ = [
    "JSON",
    "Asked",
    "EndpointServer",
    "Reply",
    "Respond",
    "answering",
    "completion",
    "error",
    "fenced",
    "in_turn",
]


class EndpointServer:
    """The running server. Leaving its `with` ends it, and every delay with it."""

    def __init__(
        self,
        respond: Respond,
        *,
        strict: bool = False,
        error_shape: Literal["openai", "text", "flat", "number"] = "openai",
        errors_with_200: bool = False,
        takes_urls: bool = True,
        key: str | None = None,
        models: tuple[str, ...] | None = ("qwen-vl-ocr-latest",),
        tls: ssl.SSLContext | None = None,
        port: int = 0,
    ) -> None:
        """`strict` refuses unknown keys of a part (OpenAI); `error_shape` "text" is LM Studio's, "flat" and "number"
        are gateways'; `errors_with_200` is OpenRouter's habit; `takes_urls` is False for Ollama. With `key`, others
        get 401. `models` None: the list of models is a 404.
        """
        self.respond = respond
        self.strict = strict
        self.error_shape = error_shape
        self.errors_with_200 = errors_with_200
        self.takes_urls = takes_urls
        self.key = key
        self.models = models
        self.violations: list[str] = []
        self.connections = 0
        self.stopped = threading.Event()
        self._asked: list[Asked] = []
        self._lock = threading.Lock()
        self._server = _Server(self, port, tls)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.base_url = f"{'https' if tls else 'http'}://127.0.0.1:{self._server.server_port}/v1"

    @property
    def asked(self) -> list[Asked]:
        """What was asked so far, in order."""
        with self._lock:
            return list(self._asked)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        self._server.shutdown()
        self._server.server_close()
        self._server.hang_up()
        self._thread.join()

    def answer(self, path: str, headers: Mapping[str, str], data: bytes) -> Reply:
        """The reply to a POST."""
        if self.key is not None and headers.get("authorization") != f"Bearer {self.key}":
            return self._shaped(bad_key())
        try:
            body: JSON = json.loads(data)
        except ValueError:
            body = None
        if not isinstance(body, dict):
            self.violations.append("the body is no JSON object")
            return self._shaped(error(400, "The body must be a JSON object"))
        with self._lock:
            asked = _asked(len(self._asked) + 1, path, headers, body)
            self._asked.append(asked)
            self.violations.extend(f"request {asked.number}: {breach}" for breach in breaches(asked))
        unknown = unknown_part_keys(body)
        if self.strict and unknown:
            return self._shaped(unknown_parameter(f"messages[0].content[0].{unknown[0]}"))
        if not self.takes_urls and any(not url.startswith("data:") for url in asked.image_urls):
            return self._shaped(error(400, "invalid image input", kind="invalid_request_error"))
        try:
            return self._shaped(self.respond(asked))
        except Exception as problem:
            self.violations.append(f"request {asked.number}: no reply for it: {problem!r}")
            return error(500, "the test's own responder failed")

    def listed(self, headers: Mapping[str, str]) -> Reply:
        """The reply to GET /models."""
        if self.key is not None and headers.get("authorization") != f"Bearer {self.key}":
            return self._shaped(bad_key())
        if self.models is None:
            return self._shaped(error(404, "Not Found"))
        return Reply(
            body=dumped({"object": "list", "data": [{"id": model, "object": "model"} for model in self.models]})
        )

    def _shaped(self, reply: Reply) -> Reply:
        if reply.error is None:
            return reply
        text, code = reply.error["message"], reply.error["code"]
        shapes: dict[str, JSON] = {
            "openai": {"error": dict(reply.error)},
            "text": {"error": text},
            "flat": {"code": code, "message": text, "request_id": "request-1"},
            "number": {"code": 20012, "message": f"{text} {code or ''}".strip(), "data": None},
        }
        status = 200 if self.errors_with_200 else reply.status
        return replace(reply, status=status, body=dumped(shapes[self.error_shape]), error=None)


def _asked(number: int, path: str, headers: Mapping[str, str], body: Mapping[str, JSON]) -> Asked:
    urls, images, prompt = [], [], ""
    for part in parts_of(body):
        match part:
            case {"type": "image_url", "image_url": {"url": str(url)}}:
                urls.append(url)
                if url.startswith("data:"):
                    with suppress(binascii.Error, ValueError):
                        images.append(base64.b64decode(url.partition(",")[2], validate=True))
            case {"type": "text", "text": str(text)}:
                prompt = text
    return Asked(
        number=number,
        images=tuple(images),
        image_urls=tuple(urls),
        prompt=prompt,
        body=body,
        headers=headers,
        path=path,
    )


# ---------------------------------------------------------------- HTTP


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, owner: EndpointServer, port: int, tls: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.owner = owner
        self.open_connections: set[socket.socket] = set()
        if tls is not None:
            self.socket = tls.wrap_socket(self.socket, server_side=True)

    def hang_up(self) -> None:
        """End the connections that clients keep, as a server that is gone does."""
        for connection in tuple(self.open_connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self.owner: EndpointServer = self.server.owner  # type: ignore[attr-defined]
        self.owner.connections += 1
        self.server.open_connections.add(self.connection)  # type: ignore[attr-defined]

    def finish(self) -> None:
        self.server.open_connections.discard(self.connection)  # type: ignore[attr-defined]
        with suppress(OSError):
            super().finish()

    def do_POST(self) -> None:
        data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._send(self.owner.answer(self.path, self._plain_headers(), data))

    def do_GET(self) -> None:
        found = self.path == "/v1/models"
        self._send(self.owner.listed(self._plain_headers()) if found else Reply(status=404))

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def _plain_headers(self) -> dict[str, str]:
        return {name.lower(): value for name, value in self.headers.items()}

    def _send(self, reply: Reply) -> None:
        if reply.delay_seconds and self.owner.stopped.wait(reply.delay_seconds):
            return self._cut()
        if reply.cut == "before":
            return self._cut()
        whole = reply.body if isinstance(reply.body, bytes) else None
        self.send_response(reply.status)
        for name, value in {"Content-Type": "application/json", **reply.headers}.items():
            self.send_header(name, value)
        if whole is not None:
            self.send_header("Content-Length", str(len(whole) + (100 if reply.cut == "within" else 0)))
        else:
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        if whole is not None:
            self.wfile.write(whole)
        else:
            for chunk in reply.body:
                if self.owner.stopped.is_set():
                    return self._cut()
                assert isinstance(chunk, bytes)
                self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
            if reply.cut == "no":
                self.wfile.write(b"0\r\n\r\n")
        if reply.cut == "within":
            self.wfile.flush()
            self._cut()
        return None

    def _cut(self) -> None:
        """End the connection as a crash would."""
        self.close_connection = True
        with suppress(OSError):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
