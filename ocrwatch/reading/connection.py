"""HTTP to one service, by httpx: what comes back is bounded, what goes wrong is an error of the line.

Rules
  1. Without a connection nothing was sent: `Offline`. From the first byte sent on it may have been
     billed: `ServerTrouble`.
  2. TLS trusts the system's store. Proxies of the environment are honoured, but never on the way to this computer or
     its own network.
  3. A redirect is not followed: the key and the picture are for the configured host alone.
  4. An answer has a greatest size, unpacked, and a last moment.
"""

from __future__ import annotations

import re
import socket
import ssl
import threading
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ocrwatch.errors import BadKey, LineError, Offline, ServerTrouble
from ocrwatch.messages import message
from ocrwatch.ports import Clock
from ocrwatch.reading.completions import Received, safe_id
from ocrwatch.reading.loose_json import without_lone_surrogates
from ocrwatch.reading.requests import is_private

if TYPE_CHECKING:
    import httpx

MOST_ANSWER_BYTES = 4 * 1024 * 1024
"""An answer of 8192 tokens has some 40 000 characters."""

_CONNECT_SECONDS = 20.0
_GET_SECONDS = 30.0
_KEPT_SECONDS = 15.0
"""An idle connection is kept shorter than servers do, so that it is not closed just when it is used."""
_REQUEST_ID_HEADERS = ("x-request-id", "x-oneapi-request-id", "request-id", "x-ds-request-id")
_AUTO_DETECT_GZIP_AND_ZLIB = 32 + zlib.MAX_WBITS


class Connection:
    """The way to the service at `base_url`. Its connections are kept; many threads may use it."""

    def __init__(self, *, base_url: str, timeout_seconds: float, clock: Clock) -> None:
        self._base_url = base_url.rstrip("/").removesuffix("/chat/completions")  # as some documentation prints it
        self.host = urlsplit(base_url).hostname or base_url
        self._timeout_seconds = timeout_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._client: httpx.Client | None = None

    def post(self, path: str, body: bytes, key: str | None) -> Received:
        """Send `body`, which is JSON. Raises `Offline`, `ServerTrouble`, `BadKey` for a key that cannot be sent."""
        headers = {"Content-Type": "application/json", **self._authorization(key)}
        return self._exchange("POST", path, body, headers, self._timeout_seconds)

    def get(self, path: str, key: str | None) -> Received:
        """Raises as `post`."""
        return self._exchange("GET", path, None, self._authorization(key), min(_GET_SECONDS, self._timeout_seconds))

    def close(self) -> None:
        """Let go of the connections. The next request would open others."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def _authorization(self, key: str | None) -> dict[str, str]:
        if key is None:
            return {}
        if not re.fullmatch(r"[!-~]+", key):
            text = "The key for {host} holds characters that no key has. Set it again with: ocrwatch key set"
            raise BadKey(message(text, host=self.host))
        return {"Authorization": f"Bearer {key}"}

    def _exchange(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str], seconds: float
    ) -> Received:
        deadline = self._clock() + seconds
        with self._translated(seconds):
            import httpx

            timeout = httpx.Timeout(seconds, connect=min(_CONNECT_SECONDS, seconds))
            url = self._base_url + path
            with self._opened().stream(method, url, content=body, headers=headers, timeout=timeout) as response:
                return Received(
                    status=response.status_code,
                    body=_text(self._unpacked(response, deadline), response.charset_encoding),
                    request_id=_safe_id(response.headers),
                    retry_after=response.headers.get("retry-after"),
                )

    def _unpacked(self, response: httpx.Response, deadline: float) -> bytes:
        packing = response.headers.get("content-encoding", "identity").strip().lower()
        chunks = self._in_time(response.iter_raw(), deadline)
        if packing in ("", "identity"):
            return self._bounded(chunks)
        if packing in ("gzip", "x-gzip", "deflate"):
            return self._bounded(_inflated(chunks))
        raise ServerTrouble(message("{host} packs its answers in a way nobody asked for.", host=self.host))

    def _in_time(self, chunks: Iterable[bytes], deadline: float) -> Iterator[bytes]:
        for chunk in chunks:
            if self._clock() > deadline:
                raise ServerTrouble(message("{host} did not come to the end of its answer.", host=self.host))
            yield chunk

    def _bounded(self, chunks: Iterable[bytes]) -> bytes:
        data = bytearray()
        for chunk in chunks:
            data += chunk
            if len(data) > MOST_ANSWER_BYTES:
                raise ServerTrouble(message("{host} sent far more than an answer.", host=self.host))
        return bytes(data)

    # ------------------------------------------------------------ the client

    def _opened(self) -> httpx.Client:
        with self._lock:
            if self._client is None:
                self._client = self._made()
            return self._client

    def _made(self) -> httpx.Client:
        import httpx

        from ocrwatch import __version__

        try:
            return httpx.Client(
                verify=_trust(self._base_url),
                trust_env=not is_private(self.host),
                limits=httpx.Limits(max_connections=None, max_keepalive_connections=64, keepalive_expiry=_KEPT_SECONDS),
                headers={"User-Agent": f"ocrwatch/{__version__}", "Accept-Encoding": "identity"},
                follow_redirects=False,
            )
        except (ImportError, ValueError, httpx.InvalidURL) as error:  # a proxy that the environment names
            text = "The proxy that this computer's settings name for {host} cannot be used."
            raise Offline(message(text, host=self.host)) from error

    @contextmanager
    def _translated(self, seconds: float) -> Iterator[None]:
        """The one place where httpx and the network meet the line."""
        import httpx

        try:
            yield
        except LineError:
            raise
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as error:
            raise self._offline(error) from error
        except (httpx.UnsupportedProtocol, httpx.InvalidURL, httpx.LocalProtocolError) as error:
            text = "Nothing can be sent to {host}. Check base_url in the configuration."
            raise Offline(message(text, host=self.host)) from error
        except httpx.TimeoutException as error:
            text = "{host} did not answer within {seconds} s."
            raise ServerTrouble(message(text, host=self.host, seconds=round(seconds))) from error
        except (httpx.HTTPError, httpx.CookieConflict, zlib.error, OSError, RuntimeError, ValueError) as error:
            text = "The connection to {host} broke before the answer was complete."
            raise ServerTrouble(message(text, host=self.host)) from error

    def _offline(self, error: BaseException) -> Offline:
        causes = tuple(_causes(error))
        if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
            text = "The certificate of {host} cannot be trusted: is the clock wrong, or does somebody listen in?"
            return Offline(message(text, host=self.host))
        if any(isinstance(cause, ssl.SSLError) for cause in causes):
            text = "No secure connection to {host} can be made. Should base_url begin with http:// instead?"
            return Offline(message(text, host=self.host))
        if any(isinstance(cause, socket.gaierror) for cause in causes):
            return Offline(message("{host} is not found: is the computer offline?", host=self.host))
        return Offline(message("No connection to {host}: is it running, and the computer online?", host=self.host))


def _trust(base_url: str) -> ssl.SSLContext:
    """The system's store of certificates; for plain http a context that trusts nobody and loads nothing."""
    if not base_url.lower().startswith("https:"):
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    import truststore

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _inflated(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """`chunks` unpacked piece by piece, so that a small answer cannot become a huge one at once."""
    unpacker = zlib.decompressobj(_AUTO_DETECT_GZIP_AND_ZLIB)
    for chunk in chunks:
        rest = chunk
        while rest:
            yield unpacker.decompress(rest, 65_536)
            rest = unpacker.unconsumed_tail
    yield unpacker.flush()


def _text(data: bytes, charset: str | None) -> str:
    """`data` as text; what is no character becomes U+FFFD, which is marked as not read."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            return without_lone_surrogates(data.decode(charset or "utf-8", "replace"))
        except (LookupError, UnicodeError):
            return data.decode("utf-8", "replace")


def _safe_id(headers: httpx.Headers) -> str:
    found = next((headers[name] for name in _REQUEST_ID_HEADERS if name in headers), "")
    return safe_id(found)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
