"""No connection, broken connections, and answers that mean harm."""

from __future__ import annotations

import gzip
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import which

import pytest

from ocrwatch.errors import (
    Offline,
    Remedy,
    ServerTrouble,
)
from ocrwatch.reading.connection import Connection
from tests.endpoint_server import EndpointServer, Reply, completion, error, fenced, in_turn
from tests.integration.endpoint_reading import GOOD, RECEIPT, Desk, DrawnPages, HandClock, desk_at, document, good

# ---------------------------------------------------------------- no connection


def free_port() -> int:
    """A port of loopback that nobody listens at."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.mark.parametrize("reply", [good(), error(500, "")])
def test_no_connection_waits_without_an_attempt_and_ever_longer(reply: Reply, tmp_path: Path) -> None:
    """Offline is nobody's fault: it waits as long as it lasts already, at most a minute."""
    port = free_port()
    desk = Desk(f"http://127.0.0.1:{port}/v1", tmp_path)
    waits = []
    for _ in range(8):
        met = desk.error()
        assert isinstance(met, Offline)
        assert met.remedy is Remedy.WAIT
        assert met.after_seconds is not None
        waits.append(met.after_seconds)
        desk.clock.now += met.after_seconds
    assert waits == [5, 5, 10, 20, 40, 60, 60, 60]
    with EndpointServer(in_turn(reply), port=port) as server, suppress(ServerTrouble):
        desk.reader.read(document(), RECEIPT)
    assert len(server.asked) == 1
    assert desk.error(document(Path("/scans/b.jpg"))).after_seconds == 5
    desk.close()


def test_while_offline_one_tries_and_the_others_are_turned_away(tmp_path: Path) -> None:
    """A crowd of scans does not try one connection each; all are told the same, and go on when it is back."""
    port = free_port()
    pages = DrawnPages()
    desk = Desk(f"http://127.0.0.1:{port}/v1", tmp_path, pages)
    crowd = [document(Path(f"/scans/{number}.jpg")) for number in range(5)]
    first = desk.error(crowd[0])
    with EndpointServer(in_turn(good()), port=port) as server:
        for waiting in crowd * 3:
            met = desk.error(waiting)
            assert isinstance(met, Offline)
            assert met.message == first.message
            assert met.after_seconds is not None
            assert 5 <= met.after_seconds <= 10
        assert server.connections == 0
        assert len(pages.asked) == len(crowd)  # decoded once each, not at every try
        desk.clock.now += 5
        for waiting in crowd:
            assert desk.reader.read(waiting, RECEIPT).entries == (GOOD,)
    desk.close()


def test_stored_answers_are_found_while_offline(tmp_path: Path) -> None:
    """What was paid for needs no service."""
    port = free_port()
    desk = Desk(f"http://127.0.0.1:{port}/v1", tmp_path)
    with EndpointServer(in_turn(good()), port=port):
        desk.reader.read(document(), RECEIPT)
    assert isinstance(desk.error(document(Path("/scans/b.jpg"))), Offline)
    assert desk.reader.read(document(), RECEIPT).entries == (GOOD,)
    assert desk.new_reader().read(document(), RECEIPT).entries == (GOOD,)
    desk.close()


def test_a_host_that_is_not_found_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that cannot be resolved is how most computers are offline."""

    def nowhere(*_: object, **__: object) -> list[object]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    desk = Desk("http://ocr.example.com/v1", tmp_path)
    met = desk.error()
    desk.close()
    assert isinstance(met, Offline)
    assert "ocr.example.com is not found" in str(met)


def test_a_server_without_tls_is_offline_for_https(tmp_path: Path) -> None:
    """No secure connection is no connection; the message says what to look at."""
    with EndpointServer(in_turn(good())) as server:
        desk = Desk(server.base_url.replace("http:", "https:"), tmp_path)
        met = desk.error()
        desk.close()
    assert isinstance(met, Offline)
    assert "http://" in str(met)


def test_a_certificate_that_the_system_does_not_know_is_named(tmp_path: Path) -> None:
    """A certificate that cannot be trusted waits, and says so; the key is never sent there."""
    if which("openssl") is None:
        pytest.skip("openssl, which makes the certificate, is not here")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    where = ["-keyout", str(key), "-out", str(certificate), "-subj", "/CN=localhost", "-days", "2"]
    subprocess.run([*command, *where, "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with EndpointServer(in_turn(good()), tls=context) as server:
        desk = Desk(server, tmp_path / "state")
        met = desk.error()
        desk.close()
    assert isinstance(met, Offline)
    assert "certificate" in str(met)
    assert server.asked == []


def test_a_proxy_is_not_asked_for_this_computer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server on this computer is reached directly, whatever proxy the environment names."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with desk_at(tmp_path, good()) as (desk, _):
        assert desk.reader.read(document(), RECEIPT).entries == (GOOD,)


def test_a_proxy_is_asked_for_other_hosts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For a host of the world the environment's proxy is used; one that is down is no connection."""
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    desk = Desk("http://ocr.example.com/v1", tmp_path)
    assert isinstance(desk.error(), Offline)
    with EndpointServer(in_turn(good())) as proxy:
        for name in ("HTTP_PROXY", "http_proxy"):
            monkeypatch.setenv(name, proxy.base_url.removesuffix("/v1"))
        desk.new_reader().read(document(), RECEIPT)
        desk.base_url = "https://ocr.example.com/v1"
        for name in ("HTTPS_PROXY", "https_proxy"):
            monkeypatch.setenv(name, proxy.base_url.removesuffix("/v1"))
        desk.new_reader()
        assert isinstance(desk.error(document(Path("/scans/b.jpg"))), Offline)  # this proxy opens no tunnel
    assert [asked.path for asked in proxy.asked] == ["http://ocr.example.com/v1/chat/completions"]
    desk.close()


@pytest.mark.parametrize("proxy", ["nonsense://x", "socks5://127.0.0.1:1", "http://[bad"])
def test_a_proxy_that_cannot_be_used_is_no_connection(
    proxy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broken proxy setting of the computer waits for its owner, in words."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, proxy)
    desk = Desk("http://ocr.example.com/v1", tmp_path)
    met = desk.error()
    desk.close()
    assert isinstance(met, Offline)


# ---------------------------------------------------------------- hostile answers


def test_a_redirect_is_not_followed(tmp_path: Path) -> None:
    """The key and the picture go to the configured host alone."""
    with EndpointServer(in_turn(good())) as other:
        target = f"{other.base_url}/chat/completions"
        for status in (301, 302, 303, 307, 308):
            with desk_at(tmp_path / str(status), Reply(status=status, headers={"Location": target})) as (desk, _):
                assert isinstance(desk.error(), Offline)
    assert other.connections == 0


def endless() -> Iterator[bytes]:
    while True:
        yield b" " * 65_536


def test_an_endless_answer_is_given_up(tmp_path: Path) -> None:
    """An answer has a greatest size."""
    with desk_at(tmp_path, Reply(body=endless())) as (desk, _):
        assert isinstance(desk.error(), ServerTrouble)


def test_an_answer_that_unpacks_to_something_huge_is_given_up(tmp_path: Path) -> None:
    """A small packed answer is bounded by what it unpacks to."""
    bomb = gzip.compress(b" " * 200_000_000, 1)
    assert len(bomb) < 1_000_000
    with desk_at(tmp_path, Reply(body=bomb, headers={"Content-Encoding": "gzip"})) as (desk, _):
        assert isinstance(desk.error(), ServerTrouble)


def test_a_packed_answer_is_read(tmp_path: Path) -> None:
    """Servers that pack although nobody asked for it are understood."""
    whole = good().body
    assert isinstance(whole, bytes)
    with desk_at(tmp_path, Reply(body=gzip.compress(whole), headers={"Content-Encoding": "gzip"})) as (desk, _):
        assert desk.reader.read(document(), RECEIPT).entries == (GOOD,)


def test_an_answer_in_another_encoding_is_read_or_its_characters_marked(tmp_path: Path) -> None:
    """A declared encoding is honoured; bytes that are no text become marks for unread characters, not a lost answer."""
    whole = completion(fenced({"company": "上海", "total": "1"})).body
    assert isinstance(whole, bytes)
    chinese = Reply(body=whole.decode().encode("gbk"), headers={"Content-Type": "application/json; charset=gbk"})
    with desk_at(tmp_path / "declared", chinese) as (desk, _):
        assert desk.reader.read(document(), RECEIPT).entries[0]["company"] == "上海"
    with desk_at(tmp_path / "broken", Reply(body=whole.replace("海".encode(), b"\xff"))) as (desk, _):
        assert desk.reader.read(document(), RECEIPT).entries[0]["company"] == "上\ufffd"
    for charset in ("idna", "rot13", "no-such"):
        odd = Reply(
            body=whole.replace("海".encode(), b"\xff"), headers={"Content-Type": f"text/plain; charset={charset}"}
        )
        with desk_at(tmp_path / charset, odd) as (desk, _):
            assert desk.reader.read(document(), RECEIPT).entries[0]["company"] == "上\ufffd"


def test_half_a_character_can_be_stored(tmp_path: Path) -> None:
    """An encoding that makes halves of characters does not keep the answer, which is paid for, from being stored."""
    whole = completion(fenced({"company": "ACME"})).body
    assert isinstance(whole, bytes)
    body = whole.replace(b"ACME", rb"ACME \ud83e" + b" \xff")
    odd = Reply(body=body, headers={"Content-Type": "application/json; charset=raw_unicode_escape"})
    with desk_at(tmp_path, odd) as (desk, server):
        (entry,) = desk.reader.read(document(), RECEIPT).entries
        assert desk.reader.read(document(), RECEIPT).entries == (entry,)
        assert len(server.asked) == 1
    assert entry["company"] == "ACME \ufffd ÿ"


def test_a_server_that_never_answers_is_given_up(tmp_path: Path) -> None:
    """Sent and unanswered in time may have been billed: it is retried, and costs an attempt."""
    with desk_at(tmp_path, completion("", delay_seconds=60)) as (desk, _):
        desk.new_reader(timeout_seconds=0.2)
        met = desk.error()
    assert isinstance(met, ServerTrouble)
    assert met.remedy is Remedy.RETRY


def test_a_server_that_trickles_is_given_up_at_the_last_moment(tmp_path: Path) -> None:
    """Each byte comes in time, the answer does not."""

    def trickle() -> Iterator[bytes]:
        while True:
            desk.clock.now += 1
            yield b" "

    with EndpointServer(lambda asked: Reply(body=trickle())) as server:
        desk = Desk(server, tmp_path)
        met = desk.error()
        desk.close()
    assert isinstance(met, ServerTrouble)
    assert "the end of its answer" in str(met)


@pytest.mark.parametrize(
    "raw",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 999999 No\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nSet-Cookie: \xff\xfe=\x01\r\nLocation: http://[\r\n\r\n{}",
        b"\x00\xff" * 5000,
        b"",
    ],
)
def test_what_is_no_http_is_trouble(raw: bytes, tmp_path: Path) -> None:
    """Whatever bytes come back, they end as an error of the line."""
    with _raw_server(raw) as base_url:
        desk = Desk(base_url, tmp_path)
        desk.new_reader(timeout_seconds=5)
        met = desk.error()
        desk.close()
    assert isinstance(met, ServerTrouble)


@pytest.mark.parametrize("lingers", [True, False])
def test_a_refusal_in_the_middle_of_sending_is_understood(lingers: bool, tmp_path: Path) -> None:
    """A gateway may say "too large" and hang up before it took the whole picture."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                received = b""
                while b"\r\n\r\n" not in received:
                    received += connection.recv(4096)
                connection.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                connection.shutdown(socket.SHUT_WR)
                while lingers and connection.recv(65_536):
                    pass

        thread = threading.Thread(target=_quietly(serve))
        thread.start()
        base_url = f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
        connection = Connection(base_url=base_url, timeout_seconds=20, clock=HandClock())
        assert connection.post("/chat/completions", b" " * 9_000_000, None).status == 413
        thread.join()
        connection.close()


@contextmanager
def _raw_server(raw: bytes) -> Iterator[str]:
    """Takes one request and answers with `raw` bytes."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.settimeout(5)
                received = b""
                while not received.endswith(b"}]}"):  # the end of the body
                    received += connection.recv(65_536)
                connection.sendall(raw)
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(65_536):
                    pass

        thread = threading.Thread(target=_quietly(serve))
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
        thread.join()


def _quietly(work: Callable[[], None]) -> Callable[[], None]:
    def run() -> None:
        with suppress(OSError):  # the reader may hang up
            work()

    return run
