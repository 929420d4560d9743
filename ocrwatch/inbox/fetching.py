"""Fetches the picture that a link leads to. Runs in a child process of its own only.

    address ─▶ http(s)? ─▶ resolve ─▶ every address public? ─▶ connect to that very address ─▶ redirect? from the start
                                                                                            └▶ a picture, in bounds

Rules
  1. The address that was checked is the one that is connected to: a name cannot mean another one a moment later.
  2. At most so many bytes, seconds and redirects. What comes is written to a file, piece by piece.
  3. No proxy is asked: it would resolve the name anew, and could be led inside.
  4. No cookies, no user names, nothing of this computer is sent along.
"""

from __future__ import annotations

import hashlib
import os
import socket
import ssl
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from ocrwatch.errors import Busy, LineError, ServerTrouble, Unreadable
from ocrwatch.inbox.addresses import is_public
from ocrwatch.inbox.kinds import kind_of
from ocrwatch.messages import JSON, message

if TYPE_CHECKING:
    import httpx

MOST_BYTES = 50 * 1024 * 1024
MOST_SECONDS = 60.0
_MOST_HOPS = 5
_MOST_ADDRESSES = 4
_CONNECT_SECONDS = 10.0
_SILENT_SECONDS = 20.0
_HEAD_BYTES = 4096
_GONE_FOR_NOW = (408, 425, 429)


def fetch(arguments: Mapping[str, JSON], _: bytes) -> tuple[JSON, bytes]:
    """Fetch what lies at `url` into the new file `into`: its kind, its digest, and whether all the way was public.

    `name` is the link's, for people. Raises `Unreadable`; `ServerTrouble` and `Busy` where it may work later.
    """
    name, url, into = str(arguments["name"]), str(arguments["url"]), Path(str(arguments["into"]))
    allow_private = arguments["allow_private"] is True
    deadline = time.monotonic() + MOST_SECONDS
    dropped, all_public = url, True
    with _translated(name, url), _client() as client:
        for _hop in range(_MOST_HOPS + 1):
            host, addresses = _resolved(name, url)
            are_public = all(map(is_public, addresses))
            if not are_public and not allow_private:
                raise _private(name, host)
            all_public = all_public and are_public
            with closing(_asked(client, url, addresses)) as response:
                if response.is_redirect and "location" in response.headers:
                    url = urljoin(url, response.headers["location"])
                    continue
                _ensure_given(name, host, response.status_code)
                kind, digest = _kept(name, host, response, into, deadline)
                return {"kind": kind, "digest": digest, "url": dropped, "is_public": all_public}, b""
    raise Unreadable(message("The link {name} leads from one address to the next without an end.", name=name))


def _resolved(name: str, url: str) -> tuple[str, list[str]]:
    """The host of `url`, and all its addresses. Raises `Unreadable` for what is no address of the web."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
        parts = urlsplit("")
    if parts.scheme.lower() not in ("http", "https") or not host:
        text = "The link {name} is no address that begins with http:// or https://."
        raise Unreadable(message(text, name=name))
    if parts.username is not None:
        raise Unreadable(message("The link {name} holds a user name: it is not followed.", name=name))
    found = socket.getaddrinfo(host, port or 443, type=socket.SOCK_STREAM)
    return host, list(dict.fromkeys(str(address[4][0]) for address in found))


def _asked(client: httpx.Client, url: str, addresses: Sequence[str]) -> httpx.Response:
    """The beginning of the answer at `url`, asked at the first of its `addresses` that can be connected to."""
    import httpx

    wanted = httpx.URL(url)
    headers = {"Host": wanted.netloc.decode("ascii")}
    extensions = {"sni_hostname": wanted.raw_host.decode("ascii")}  # the certificate is checked against the name
    *others, last = addresses[:_MOST_ADDRESSES]
    for address in (*others, last):
        server = wanted.copy_with(host=address.partition("%")[0], fragment=None)
        request = client.build_request("GET", server, headers=headers, extensions=extensions)
        try:
            return client.send(request, stream=True)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            if address == last:
                raise
    raise AssertionError("a name has at least one address")


def _ensure_given(name: str, host: str, status: int) -> None:
    if 200 <= status < 300:
        return
    if status in _GONE_FOR_NOW or status >= 500:
        text = "{host}, where the link {name} leads, has trouble (status {status})."
        raise ServerTrouble(message(text, host=host, name=name, status=status))
    if status in (401, 403, 407):
        text = (
            "{host} gives the picture of the link {name} only to who is signed in (status {status}). Save the picture "
            "in the browser, and drop that."
        )
        raise Unreadable(message(text, host=host, name=name, status=status))
    text = "{host} has no picture where the link {name} leads (status {status})."
    raise Unreadable(message(text, host=host, name=name, status=status))


def _kept(name: str, host: str, response: httpx.Response, into: Path, deadline: float) -> tuple[str, str]:
    """What came, in the file `into`: kind and digest. Raises `Unreadable` as soon as it is none of ours."""
    announced = response.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > MOST_BYTES:
        raise _too_large(name, host)
    head, digest, count = b"", hashlib.sha256(), 0
    kind: str | None = None
    with into.open("xb") as file:
        for chunk in response.iter_bytes(64 * 1024):
            count += len(chunk)
            if kind is None:
                head += chunk[:_HEAD_BYTES]
                kind = kind_of(head)
                if kind is None and len(head) >= _HEAD_BYTES:
                    raise _no_picture(name, host, head)
            if count > MOST_BYTES:
                raise _too_large(name, host)
            if time.monotonic() > deadline:
                text = "What the link {name} leads to at {host} did not end within {seconds} s."
                raise Unreadable(message(text, name=name, host=host, seconds=round(MOST_SECONDS)))
            digest.update(chunk)
            file.write(chunk)
        if kind is None:
            raise _no_picture(name, host, head)
        file.flush()
        os.fsync(file.fileno())
    return kind, digest.hexdigest()


def _no_picture(name: str, host: str, head: bytes) -> Unreadable:
    start = head.lstrip(b"\xef\xbb\xbf\r\n\t ").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<!--", b"<body")):
        text = (
            "The link {name} leads to a page of {host}, not to a picture: perhaps it asks to sign in. Open it in the "
            "browser, save the picture, and drop that."
        )
        return Unreadable(message(text, name=name, host=host))
    return Unreadable(
        message("What the link {name} leads to at {host} is no picture and no PDF.", name=name, host=host)
    )


def _too_large(name: str, host: str) -> Unreadable:
    text = "What the link {name} leads to at {host} is larger than {most} MB."
    return Unreadable(message(text, name=name, host=host, most=MOST_BYTES // 1024**2))


def _private(name: str, host: str) -> Unreadable:
    text = (
        "The link {name} leads to {host}, in this computer or its own network, where links are not followed. If it is "
        "meant, set allow_private_links = true in the configuration."
    )
    return Unreadable(message(text, name=name, host=host))


# ---------------------------------------------------------------- the client


def _client() -> httpx.Client:
    import httpx
    import truststore

    from ocrwatch import __version__

    return httpx.Client(
        verify=truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        trust_env=False,
        follow_redirects=False,
        timeout=httpx.Timeout(_SILENT_SECONDS, connect=_CONNECT_SECONDS),
        headers={
            "User-Agent": f"ocrwatch/{__version__}",
            "Accept": "image/*, application/pdf",
            "Accept-Encoding": "gzip",
        },
    )


@contextmanager
def _translated(name: str, url: str) -> Iterator[None]:
    """The one place where httpx and the network meet the line."""
    import httpx

    host = url.partition("//")[2].partition("/")[0].rpartition("@")[2]
    try:
        yield
    except LineError:
        raise
    except socket.gaierror as error:
        if error.errno == socket.EAI_AGAIN:
            text = "{host}, where the link {name} leads, is not found: is the computer offline?"
            raise Busy(message(text, host=host, name=name), after_seconds=60.0) from error
        raise ServerTrouble(
            message("There is no {host}, where the link {name} leads.", host=host, name=name)
        ) from error
    except (httpx.UnsupportedProtocol, httpx.InvalidURL, UnicodeError) as error:
        text = "The link {name} is no address that begins with http:// or https://."
        raise Unreadable(message(text, name=name)) from error
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        if isinstance(_root(error), ssl.SSLCertVerificationError):
            text = "The certificate of {host}, where the link {name} leads, cannot be trusted."
            raise Unreadable(message(text, host=host, name=name)) from error
        raise ServerTrouble(
            message("No connection to {host}, where the link {name} leads.", host=host, name=name)
        ) from error
    except (httpx.HTTPError, OSError, ValueError) as error:
        if isinstance(error, OSError) and error.filename is not None:
            raise
        text = "The connection to {host}, where the link {name} leads, broke before all had come."
        raise ServerTrouble(message(text, host=host, name=name)) from error


def _root(error: BaseException) -> BaseException:
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    return error
