"""A web server on loopback, where links lead: real HTTP, each path with an answer of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

Answer = Callable[[BaseHTTPRequestHandler], None]


def giving(data: bytes, kind: str = "image/jpeg", status: int = 200) -> Answer:
    """These bytes."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.send_header("Content-Type", kind)
        request.send_header("Content-Length", str(len(data)))
        request.end_headers()
        request.wfile.write(data)

    return answer


def leading_to(address: str) -> Answer:
    """A redirect."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(302)
        request.send_header("Location", address)
        request.send_header("Content-Length", "0")
        request.end_headers()

    return answer


def without_end(start: bytes, *, announced: int | None = None) -> Answer:
    """Bytes that do not end before the client goes away."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        if announced is not None:
            request.send_header("Content-Length", str(announced))
        request.end_headers()
        request.wfile.write(start)
        piece = bytes(256 * 1024)
        while True:
            request.wfile.write(piece)

    return answer


def broken_off(data: bytes) -> Answer:
    """Half of what was announced."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(len(data)))
        request.end_headers()
        request.wfile.write(data[: len(data) // 2])

    return answer


class WebServer:
    """The running server. `asked` are the paths, `hosts` the names under which it was asked."""

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        self.answers = dict(answers)
        self.asked: list[str] = []
        self.hosts: list[str] = []
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                owner.asked.append(self.path)
                owner.hosts.append(self.headers.get("Host", ""))
                try:
                    owner.answers.get(self.path, giving(b"not there", "text/plain", 404))(self)
                except OSError:
                    self.close_connection = True

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
