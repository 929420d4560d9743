"""Servers of all kinds that people point the reader at, pictures by address, and the probe."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from ocrwatch.errors import RefusedByEndpoint, Unusable
from ocrwatch.reading.failures import UrlRefused
from tests import endpoint_replies as replies
from tests.endpoint_server import EndpointServer, completion, error, fenced, in_turn
from tests.integration.endpoint_reading import GOOD, RECEIPT, Desk, desk_at, document, good

SERVERS: dict[str, dict[str, object]] = {
    "DMXAPI, DashScope": {},
    "Ollama": {"takes_urls": False},
    "vLLM": {"error_shape": "flat"},
    "llama.cpp": {},
    "LM Studio": {"strict": True, "error_shape": "text", "takes_urls": False},
    "OpenAI": {"strict": True, "key": "sk-secret-of-the-test"},
    "OpenRouter": {"errors_with_200": True},
}


@pytest.mark.parametrize("pixel_fields", ["auto", True])
@pytest.mark.parametrize("name", SERVERS)
def test_every_server_is_read_unchanged(name: str, pixel_fields: bool, tmp_path: Path) -> None:
    """By itself the request holds nothing a server could refuse; told to send more, a strict one is met half way."""
    with desk_at(tmp_path, good(), **SERVERS[name]) as (desk, server):
        desk.new_reader(pixel_fields=pixel_fields)
        for number in range(2):
            assert desk.reader.read(document(Path(f"/scans/{number}.jpg")), RECEIPT).entries == (GOOD,)
        asked = server.asked
    refused = 1 if "strict" in SERVERS[name] and pixel_fields is True else 0
    assert len(asked) == 2 + refused  # refused once, and never sent to it again
    if pixel_fields == "auto":
        assert all(b"pixels" not in repr(one.body).encode() for one in asked)


@pytest.mark.parametrize("ending", ["", "/", "/chat/completions", "/chat/completions/"])
def test_the_address_may_be_written_in_several_ways(ending: str, tmp_path: Path) -> None:
    """With a slash at its end, or whole, as documentation prints it."""
    with EndpointServer(in_turn(good())) as server:
        desk = Desk(server.base_url + ending, tmp_path)
        assert desk.reader.read(document(), RECEIPT).entries == (GOOD,)
        desk.close()
    assert server.violations == []


def test_the_pixel_fields_go_to_the_services_that_know_them(tmp_path: Path) -> None:
    """By itself the reader sends them to hosts that are known to take them, and to no other that looks alike."""
    from ocrwatch.reading.requests import takes_pixel_fields

    for host in ("www.dmxapi.cn", "dmxapi.com", "dashscope.aliyuncs.com", "dashscope-intl.aliyuncs.com"):
        assert takes_pixel_fields(host)
    for host in ("127.0.0.1", "api.openai.com", "notdmxapi.cn", "dmxapi.cn.example.com", "aliyuncs.com.evil.test"):
        assert not takes_pixel_fields(host)


def test_a_strict_server_that_refuses_the_plain_request_too_is_unexplained(tmp_path: Path) -> None:
    """Without optional fields to leave out, an unknown parameter is no reason to ask for ever."""
    with desk_at(tmp_path, replies.unknown_parameter("messages")) as (desk, server):
        desk.new_reader(pixel_fields=True)
        assert desk.error().remedy.value == "retry"
        assert len(server.asked) == 2


def test_an_answer_to_the_plain_request_is_found_after_a_restart(tmp_path: Path) -> None:
    """What a strict server answered is not paid for again, though a new start sends the optional fields first."""
    with desk_at(tmp_path, good(), strict=True) as (desk, server):
        for _ in range(2):
            desk.new_reader(pixel_fields=True).read(document(), RECEIPT)
        answered = [asked for asked in server.asked if b"pixels" not in repr(asked.body).encode()]
    assert len(answered) == 1


# ---------------------------------------------------------------- by address

URL = "https://example.com/papers/receipt.jpg?token=1"


def test_a_picture_by_address_is_passed_on_as_it_is(tmp_path: Path) -> None:
    """The service fetches it; nothing is stored, for another picture may lie there tomorrow."""
    with desk_at(tmp_path, good()) as (desk, server):
        for _ in range(2):
            reading = desk.reader.read_url(URL, RECEIPT)
        assert [asked.image_urls for asked in server.asked] == [(URL,), (URL,)]
    assert reading.entries == (GOOD,)
    assert reading.pages == "1"


def test_a_bad_answer_by_address_is_asked_again_at_once_in_other_words(tmp_path: Path) -> None:
    """There is no line that would come again."""
    with desk_at(tmp_path, completion("?"), good()) as (desk, server):
        assert desk.reader.read_url(URL, RECEIPT).entries == (GOOD,)
        first, second = server.asked
        assert first.prompt != second.prompt
    with desk_at(tmp_path / "bad", completion("?")) as (desk, _), pytest.raises(Unusable):
        desk.reader.read_url(URL, RECEIPT)


@pytest.mark.parametrize("knobs", [{}, {"takes_urls": False}, {"takes_urls": False, "error_shape": "text"}])
def test_a_service_that_cannot_fetch_the_address_is_told_apart(knobs: dict[str, object], tmp_path: Path) -> None:
    """Then the bytes can be sent instead: it has an error of its own, which names the picture and not its token."""
    with desk_at(tmp_path, replies.failed_download(), **knobs) as (desk, _), pytest.raises(UrlRefused) as met:
        desk.reader.read_url(URL, RECEIPT)
    assert isinstance(met.value, RefusedByEndpoint)
    assert "token" not in str(met.value)


# ---------------------------------------------------------------- the probe


def test_the_probe_says_that_all_is_well_and_costs_nothing(tmp_path: Path) -> None:
    """A service that lists the model and takes the key is well."""
    with desk_at(tmp_path, good(), key="sk-secret-of-the-test") as (desk, server):
        found = desk.reader.probe()
        assert server.asked == []
    assert found.ok
    assert "qwen-vl-ocr-latest" in str(found.said)


def test_the_probe_names_a_bad_key_and_an_unknown_model(tmp_path: Path) -> None:
    """It says what to set right, and which models come near."""
    with desk_at(tmp_path / "key", good(), key="another") as (desk, _):
        found = desk.reader.probe()
    assert not found.ok
    assert "ocrwatch key set" in str(found.said)
    with desk_at(tmp_path / "model", good(), models=("qwen-vl-ocr", "llava", "gpt-x", "bge-m3")) as (desk, _):
        found = desk.reader.probe()
    assert not found.ok
    assert "qwen-vl-ocr" in str(found.said).replace("qwen-vl-ocr-latest", "")


def test_the_probe_believes_a_service_without_a_list(tmp_path: Path) -> None:
    """Many have none; the first scan will show."""
    with desk_at(tmp_path, good(), models=None) as (desk, _):
        assert desk.reader.probe().ok


def test_the_probe_says_that_nobody_is_there(tmp_path: Path) -> None:
    """No connection is said, not raised."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        desk = Desk(f"http://127.0.0.1:{taken.getsockname()[1]}/v1", tmp_path)
        found = desk.reader.probe()
        desk.close()
    assert not found.ok
    assert "127.0.0.1" in str(found.said)


# ---------------------------------------------------------------- the server itself


def test_the_tests_own_server_notes_every_breach_of_the_contract(tmp_path: Path) -> None:
    """A request that is not as the contract says does not pass unseen."""
    import httpx

    parts = [{"type": "image_url", "image_url": {"url": "data:image/png;base64,QUJD"}, "min_pixels": 1}]
    body = {"model": "m", "messages": [{"role": "user", "content": parts}], "temperature": 0}
    with EndpointServer(in_turn(completion(fenced({})), error(500, ""))) as server:
        httpx.post(f"{server.base_url}/chat/completions", json=body)
        noted = list(server.violations)
        httpx.post(f"{server.base_url}/chat/completions", content=b"nothing")
        whole = {**body, "messages": [{"role": "user", "content": [*parts, {"type": "text", "text": "hi"}]}]}
        httpx.post(f"{server.base_url}/chat/completions", json=whole, headers={"Authorization": "Basic x"})
        all_noted = "\n".join(server.violations)
    assert any("not one user message" in breach for breach in noted)
    for breach in ("temperature", "no JSON object", "no picture", "pixel fields", "bearer"):
        assert breach in all_noted
