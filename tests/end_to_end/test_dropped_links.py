"""Links from a browser with the installed program: the picture becomes the scan."""

from __future__ import annotations

import hashlib
import json
import plistlib
from pathlib import Path

from tests.endpoint_server import EndpointServer, Reply, answering, error
from tests.pictures import receipts_of, truth_of
from tests.program import Program
from tests.web_server import WebServer, giving

ALLOWED = "allow_private_links = true"
PICTURES = receipts_of(4)
TRUTH = truth_of(PICTURES)


def drop_links(folder: Path, web: WebServer) -> None:
    """One of each kind."""
    first, second, third, fourth = (f"{web.url}/{name}" for name in PICTURES)
    (folder / "one.url").write_text(f"[InternetShortcut]\nURL={first}\n")
    (folder / "two.webloc").write_bytes(plistlib.dumps({"URL": second}))
    (folder / "three.desktop").write_text(f"[Desktop Entry]\nType=Link\nURL={third}\n")
    (folder / "four.txt").write_text(fourth + "\n")
    (folder / "note.txt").write_text("a note, and no link")


def serving() -> WebServer:
    return WebServer({f"/{name}": giving(data) for name, data in PICTURES.items()})


def check(program: Program) -> None:
    """A row for each picture, linked to the picture; pictures and links filed."""
    rows = {str(row["Document ID"]): row for row in program.rows()}
    assert {id_: row["company"] for id_, row in rows.items()} == {d[:16]: said["company"] for d, said in TRUTH.items()}
    for name, data in PICTURES.items():
        assert (program.done / name).read_bytes() == data
        assert f"in/done/{name}" in str(rows[hashlib.sha256(data).hexdigest()[:16]]["File"])
    assert sorted(path.name for path in (program.done / "links").iterdir()) == [
        "four.txt", "one.url", "three.desktop", "two.webloc",
    ]  # fmt: skip
    assert program.left() == ["note.txt"]


def test_the_service_is_told_the_address(tmp_path: Path) -> None:
    """It fetches the picture itself; its row stands beside the picture that was kept."""
    by_url = {}

    def respond(asked: object) -> Reply:
        (url,) = asked.image_urls  # type: ignore[attr-defined]
        assert url.startswith("http://"), "the bytes were sent"
        by_url[url] = hashlib.sha256(PICTURES[url.rpartition("/")[2]]).hexdigest()
        return Reply(body=_completion(TRUTH[by_url[url]]))

    with serving() as web, EndpointServer(respond) as server:
        program = Program(tmp_path, base_url=server.base_url, top=ALLOWED)
        drop_links(program.inbox, web)
        program.once()
        assert server.violations == []
        assert sorted(url for asked in server.asked for url in asked.image_urls) == sorted(
            f"{web.url}/{n}" for n in PICTURES
        )
    check(program)


def _completion(fields: dict[str, str]) -> bytes:
    from tests.endpoint_server import completion

    made = completion(json.dumps(fields))
    assert isinstance(made.body, bytes)
    return made.body


def test_where_the_service_does_not_fetch_the_bytes_are_sent(tmp_path: Path) -> None:
    """Asked by address first, then by the picture; each is billed once."""
    answers = answering(TRUTH, 0.0)

    def respond(asked: object) -> Reply:
        if any(url.startswith("http") for url in asked.image_urls):  # type: ignore[attr-defined]
            return error(400, "Failed to download multimodal content", kind="invalid_request_error")
        return answers(asked)  # type: ignore[arg-type]

    with serving() as web, EndpointServer(respond) as server:
        program = Program(tmp_path, base_url=server.base_url, top=ALLOWED)
        drop_links(program.inbox, web)
        program.once()
        assert len(server.asked) == 8
    check(program)


def test_addresses_stay_here_where_it_is_so_set(tmp_path: Path) -> None:
    """`send_links = false`: the bytes alone are sent."""
    with serving() as web, EndpointServer(answering(TRUTH, 0.0), takes_urls=False) as server:
        program = Program(tmp_path, base_url=server.base_url, top=ALLOWED)
        text = program.config.read_text()
        program.config.write_text(text.replace("[endpoint]\n", "[endpoint]\nsend_links = false\n"))
        drop_links(program.inbox, web)
        program.once()
        assert len(server.asked) == 4
    check(program)


def test_a_link_into_the_own_network_fails_with_its_reason(tmp_path: Path) -> None:
    """Nothing is asked there, and nobody is told of the address; allowed, it can be tried again."""
    with serving() as web, EndpointServer(answering(TRUTH, 0.0), takes_urls=False) as server:
        program = Program(tmp_path, base_url=server.base_url)
        name = next(iter(PICTURES))
        (program.inbox / "one.url").write_text(f"[InternetShortcut]\nURL={web.url}/{name}\n")
        program.once(expect=1)
        assert web.asked == []
        assert server.asked == []
        assert "allow_private_links" in (program.failed / "one.url.reason.txt").read_text()
        program.config.write_text(f"{ALLOWED}\n{program.config.read_text()}")
        program.run("retry", "one.url")
        program.once()
    assert (program.done / "links" / "one.url").exists()
    assert (program.done / name).exists()
    assert len(program.rows()) == 1


def test_the_same_link_twice_is_one_row(tmp_path: Path) -> None:
    """The picture is the same, so the second is a duplicate."""
    with serving() as web, EndpointServer(answering(TRUTH, 0.0), takes_urls=False) as server:
        program = Program(tmp_path, base_url=server.base_url, top=ALLOWED)
        for name in ("one.url", "two.txt"):
            url = f"{web.url}/scan000.jpg"
            (program.inbox / name).write_text(url if name.endswith("txt") else f"[InternetShortcut]\nURL={url}\n")
            program.once()
        assert len({digest for asked in server.asked for digest in asked.digests}) <= 1
    assert len(program.rows()) == 1
    assert (program.done / "duplicates" / "scan000.jpg").exists()


def test_read_follows_links_for_the_engine_of_this_computer_too(tmp_path: Path) -> None:
    """Where the service does not fetch it, `read` does; a dropped link can be read as well."""
    with serving() as web, EndpointServer(answering(TRUTH, 0.0), takes_urls=False) as server:
        program = Program(tmp_path, base_url=server.base_url, top=ALLOWED)
        link = tmp_path / "one.url"
        link.write_text(f"[InternetShortcut]\nURL={web.url}/scan001.jpg\n")
        for what in (f"{web.url}/scan001.jpg", str(link)):
            (result,) = json.loads(program.run("read", what, "--json").stdout)
            assert "Company of scan001.jpg" in json.dumps(result)
