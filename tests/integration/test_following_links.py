from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from ocrwatch.childprocess import ChildProcess
from ocrwatch.document import Document
from ocrwatch.errors import ServerTrouble, Unreadable
from ocrwatch.inbox import fetching
from ocrwatch.inbox.links import LinkFetcher
from ocrwatch.inbox.pages import ChildPages
from ocrwatch.inbox.shortcuts import LINK
from ocrwatch.on_disk import signature_of
from tests import papers
from tests.web_server import WebServer, broken_off, giving, leading_to, without_end


@pytest.fixture(scope="module")
def child() -> Iterator[ChildProcess]:
    child = ChildProcess(name="test", memory_bytes=1024**3)
    yield child
    child.close()


class Desk:
    """An inbox, and who follows the links in it."""

    def __init__(self, folder: Path, child: ChildProcess, *, allow_private: bool = True) -> None:
        self.inbox = folder / "in"
        self.inbox.mkdir()
        self.told: list[tuple[str, str]] = []
        self.laid: list[Path] = []
        self.pages = ChildPages(child)
        self.fetcher = LinkFetcher(
            pages=self.pages,
            child=child,
            allow_private=allow_private,
            tell_private=True,
            remember=lambda digest, url: self.told.append((digest, url)),
            on_laid=self.laid.append,
        )

    def document(self, name: str, text: str) -> Document:
        """What was dropped."""
        path = papers.put(self.inbox, name, text.encode())
        signature = signature_of(path)
        assert signature is not None
        found = self.pages.inspect(path)
        return Document(
            inbox=str(self.inbox), book="", path=path, signature=signature, digest=found.digest, arrived_at=0.0
        )

    def link(self, url: str, name: str = "bought.url") -> Document:
        return self.document(name, f"[InternetShortcut]\r\nURL={url}\r\n")

    def left(self) -> list[str]:
        return sorted(path.name for path in self.inbox.iterdir())


@pytest.fixture
def desk(tmp_path: Path, child: ChildProcess) -> Desk:
    return Desk(tmp_path, child)


def test_the_picture_is_laid_beside_the_link(desk: Desk) -> None:
    """Its bytes as the web has them, under the name that the address gives, after redirects; its address remembered."""
    data = papers.jpeg()
    with WebServer(
        {"/go": leading_to("/files/Receipt%207.jpeg?x=1"), "/files/Receipt%207.jpeg?x=1": giving(data)}
    ) as web:
        document = desk.link(f"{web.url}/go")
        assert desk.pages.inspect(document.path).kind == LINK
        laid = desk.fetcher.fetched(document)
        assert web.hosts == [f"127.0.0.1:{web.port}"] * 2
        assert desk.told == [(hashlib.sha256(data).hexdigest(), f"{web.url}/go")]
    assert laid == desk.inbox / "go.jpg"
    assert laid.read_bytes() == data
    assert desk.laid == [laid]
    assert desk.left() == ["bought.url", "go.jpg"]


def test_fetched_twice_it_is_there_once(desk: Desk) -> None:
    """After a crash the same bytes are no second picture; other bytes under its name are left alone."""
    with WebServer({"/a.png": giving(papers.encoded(papers.page(), "PNG"), "image/png")}) as web:
        document = desk.link(f"{web.url}/a.png")
        first = desk.fetcher.fetched(document)
        assert desk.fetcher.fetched(document) == first
        (desk.inbox / "a.png").write_bytes(b"a person's own")
        assert desk.fetcher.fetched(document) == desk.inbox / "a (2).png"
    assert (desk.inbox / "a.png").read_bytes() == b"a person's own"
    assert desk.left() == ["a (2).png", "a.png", "bought.url"]


def test_what_is_no_link_is_not_followed(desk: Desk) -> None:
    """A picture, whatever its name says, is itself the scan."""
    path = papers.put(desk.inbox, "photo.txt", papers.jpeg())
    document = desk.link("http://127.0.0.1:1/")
    found = desk.pages.inspect(path)
    assert found.kind == "image/jpeg"
    scan = Document(**{**_fields(document), "path": path, "digest": found.digest})
    assert desk.fetcher.fetched(scan) is None


def _fields(document: Document) -> dict[str, object]:
    return {name: getattr(document, name) for name in Document.__slots__}


REFUSALS = {
    "/login": (
        giving(b"\n<!DOCTYPE html><title>Sign in</title>" + b" " * 5000, "text/html"),
        "page of 127.0.0.1.*sign in",
    ),
    "/short": (giving(b"<html>", "image/jpeg"), "page of 127.0.0.1"),
    "/json": (giving(b'{"error": "no"}', "application/json"), "no picture and no PDF"),
    "/empty": (giving(b""), "no picture and no PDF"),
    "/denied": (giving(b"", status=403), "only to who is signed in"),
    "/gone": (giving(b"", status=404), "has no picture where the link bought.url leads"),
    "/huge": (without_end(b"\xff\xd8\xff", announced=2 * 1024**3), "larger than 50 MB"),
    "/endless": (without_end(b"\xff\xd8\xff"), "larger than 50 MB"),
    "/round": (leading_to("/round"), "without an end"),
    "/file": (leading_to("file:///etc/passwd"), "begins with http"),
    "/user": (leading_to("http://me:secret@127.0.0.1/"), "user name"),
}


@pytest.mark.parametrize("path", list(REFUSALS))
def test_a_link_that_leads_to_no_picture_says_why(desk: Desk, path: str) -> None:
    """A login page, an endless or huge download, nothing there: a reason that names the link, and nothing left."""
    answer, reason = REFUSALS[path]
    with WebServer({path: answer}) as web, pytest.raises(Unreadable, match=reason) as caught:
        desk.fetcher.fetched(desk.link(f"{web.url}{path}"))
    assert "secret" not in str(caught.value)
    assert desk.left() == ["bought.url"]


def test_what_may_work_later_is_tried_again(desk: Desk) -> None:
    """A server in trouble, a connection that breaks, one that is not there."""
    with WebServer({"/busy": giving(b"", status=503), "/half": broken_off(papers.jpeg())}) as web:
        for path in ("/busy", "/half"):
            with pytest.raises(ServerTrouble, match=r"127\.0\.0\.1"):
                desk.fetcher.fetched(desk.link(f"{web.url}{path}"))
        port = web.port
    with pytest.raises(ServerTrouble, match=r"No connection to 127\.0\.0\.1"):
        desk.fetcher.fetched(desk.link(f"http://127.0.0.1:{port}/a.jpg"))
    assert desk.left() == ["bought.url"]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/a.jpg", "http://localhost:{port}/a.jpg", "http://[::1]:{port}/a.jpg", "http://2130706433:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/", "http://169.254.169.254/latest/meta-data/", "http://192.168.0.1/", "http://0.0.0.0:{port}/",
    ],
)  # fmt: skip
def test_addresses_inside_are_refused(tmp_path: Path, child: ChildProcess, url: str) -> None:
    """In whatever way they are written, nothing is asked there."""
    desk = Desk(tmp_path, child, allow_private=False)
    with WebServer({"/a.jpg": giving(papers.jpeg())}) as web:
        with pytest.raises(Unreadable, match="allow_private_links"):
            desk.fetcher.fetched(desk.link(url.format(port=web.port)))
        assert web.asked == []
    assert desk.told == []


@pytest.mark.parametrize(
    ("target", "addresses"),
    [
        ("http://169.254.169.254/latest/meta-data/", ["169.254.169.254"]),
        ("http://inside.example/", ["127.0.0.1", "10.0.0.1"]),
        ("https://router.example/", ["192.168.0.1"]),
    ],
)
def test_every_hop_is_checked_by_what_its_name_means(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str, addresses: list[str]
) -> None:
    """A redirect to 169.254.169.254, a name of which one address lies inside: refused before anything is sent there."""
    resolve = fetching.socket.getaddrinfo

    def resolved(host: str, port: int, *rest: object, **more: object) -> list[object]:
        meant = {"shop.example": ["127.0.0.1"], "127.0.0.1": ["127.0.0.1"]}.get(host, addresses)
        return [found for address in meant for found in resolve(address, port, *rest, **more)]

    monkeypatch.setattr(fetching.socket, "getaddrinfo", resolved)
    monkeypatch.setattr(fetching, "is_public", lambda address: address == "127.0.0.1")
    with WebServer({"/go": leading_to(target)}) as web:
        url = f"http://shop.example:{web.port}/go"
        told = {"name": "a.url", "url": url, "into": str(tmp_path / "x"), "allow_private": False}
        with pytest.raises(Unreadable, match=r"a\.url leads to \S+, in this computer or its own network"):
            fetching.fetch(told, b"")
        assert web.asked == ["/go"]


def test_the_checked_address_is_the_one_that_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name is resolved once a hop: it cannot mean another address a moment later. The server is told the name."""
    with WebServer({"/a.jpg": giving(papers.jpeg())}) as web:
        monkeypatch.setattr(fetching, "is_public", lambda address: True)
        asked: list[str] = []
        resolve = fetching.socket.getaddrinfo

        def once(host: str, *rest: object, **more: object) -> object:
            asked.append(host)
            assert asked.count("shop.example") <= 1
            return resolve("127.0.0.1" if host == "shop.example" else host, *rest, **more)

        monkeypatch.setattr(fetching.socket, "getaddrinfo", once)
        told = {
            "name": "a",
            "url": f"http://shop.example:{web.port}/a.jpg",
            "into": str(tmp_path / "x"),
            "allow_private": False,
        }
        found, _ = fetching.fetch(told, b"")
        assert web.hosts == [f"shop.example:{web.port}"]
    assert isinstance(found, dict)
    assert found["is_public"] is True
    assert asked[0] == "shop.example"
    assert "shop.example" not in asked[1:]


def test_a_slow_download_ends_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that drips for longer than a minute is ended, by the clock."""
    moments = iter([0.0, 1.0, 61.0])
    monkeypatch.setattr(fetching.time, "monotonic", lambda: next(moments, 61.0))
    monkeypatch.setattr(fetching, "is_public", lambda address: True)

    def drip(request: object) -> None:
        request.send_response(200)  # type: ignore[attr-defined]
        request.end_headers()  # type: ignore[attr-defined]
        request.wfile.write(papers.jpeg())  # type: ignore[attr-defined]
        for _ in range(1000):
            request.wfile.write(bytes(65536))  # type: ignore[attr-defined]

    with WebServer({"/a.jpg": drip}) as web, pytest.raises(Unreadable, match="did not end within 60 s"):
        fetching.fetch(
            {"name": "a", "url": f"{web.url}/a.jpg", "into": str(tmp_path / "x"), "allow_private": False}, b""
        )
