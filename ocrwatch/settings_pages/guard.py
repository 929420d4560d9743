"""Who may come in. Only the browser that `ocrwatch settings` opened.

    a name that is not ours in Host       421   a foreign name that was made to mean this computer (DNS rebinding)
    /enter/TOKEN                          the cookie, and on to the first page; a token opens once
    no cookie                             403
    a request that another site caused    403   (Sec-Fetch-Site; Origin, wherever something may change)
    a body without a length, or too long  413

That a form came from a page of ours is told by its own hidden word as well (`desk.py`).
The token stands on the browser's command line, where others on this computer may read it for a moment: so it opens
once. Cookies know no ports: this one's name has it, and the pages' hidden word is not in it.
"""

from __future__ import annotations

import hmac
import secrets
import threading
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY_BYTES = 64 * 1024 * 1024

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_CHANGE_NOTHING = ("GET", "HEAD")


class Entrance:
    """The token that opens once, and the cookie it brings."""

    def __init__(self, on_token: Callable[[str], None] = lambda _: None) -> None:
        """`on_token` is called with each token that takes the place of one that was used."""
        self._lock = threading.Lock()
        self._on_token = on_token
        self._token = secrets.token_urlsafe(32)
        self.cookie = secrets.token_urlsafe(32)

    @property
    def token(self) -> str:
        """What opens next."""
        with self._lock:
            return self._token

    def opens(self, token: str) -> bool:
        """Whether `token` is the one; it is used up by it."""
        with self._lock:
            if not hmac.compare_digest(token.encode(), self._token.encode()):
                return False
            self._token = secrets.token_urlsafe(32)
            fresh = self._token
        self._on_token(fresh)
        return True


class Guard:
    """Stands before the pages."""

    def __init__(self, app: ASGIApp, *, port: int, entrance: Entrance, refused: Callable[[], Response]) -> None:
        """`refused` makes what somebody sees who may not come in."""
        self._app = app
        self._hosts = (f"127.0.0.1:{port}", f"localhost:{port}")
        self._cookie_name = f"ocrwatch-{port}"
        self._entrance = entrance
        self._refused = refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI wants it."""
        if scope["type"] != "http":
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        answer = self._answer(scope, Headers(scope=scope))
        await (answer or self._app)(scope, receive, send_guarded)

    def _answer(self, scope: Scope, headers: Headers) -> Response | None:
        """What is answered in place of the page; None: come in."""
        host = headers.get("host", "")
        if host not in self._hosts:
            return Response(status_code=421)
        path = str(scope["path"])
        if path.startswith("/enter/") and scope["method"] == "GET":
            return self._entering(path.removeprefix("/enter/"), headers)
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return Response(status_code=403)
        if path.startswith("/assets/"):
            return None
        if not self._is_known(headers):
            return self._refused()
        if scope["method"] not in _CHANGE_NOTHING:
            if headers.get("origin") != f"http://{host}":
                return Response(status_code=403)
            length = headers.get("content-length", "")
            if not length.isdecimal() or int(length) > LARGEST_BODY_BYTES:
                return Response(status_code=413)
        return None

    def _entering(self, token: str, headers: Headers) -> Response:
        if not self._is_known(headers) and not self._entrance.opens(token):
            return self._refused()
        answer = RedirectResponse("/", status_code=303)
        answer.set_cookie(self._cookie_name, self._entrance.cookie, httponly=True, samesite="strict", path="/")
        return answer

    def _is_known(self, headers: Headers) -> bool:
        try:
            cookie = SimpleCookie(headers.get("cookie", "")).get(self._cookie_name)
        except CookieError:
            return False
        return cookie is not None and hmac.compare_digest(cookie.value.encode(), self._entrance.cookie.encode())
