"""What goes wrong at the service, and the remedy of each."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import pytest

from ocrwatch.childprocess import ChildProcess
from ocrwatch.errors import (
    BadAnswer,
    BadKey,
    ConfigurationError,
    LineError,
    NoCredit,
    Offline,
    RefusedByEndpoint,
    Remedy,
    ServerTrouble,
    Throttled,
    UnexplainedRefusal,
    WrongModel,
)
from ocrwatch.inbox.pages import ChildPages
from ocrwatch.messages import message
from tests import endpoint_replies as replies
from tests.endpoint_server import EndpointServer, Reply, completion, error, fenced, in_turn
from tests.integration.endpoint_reading import (
    GOOD,
    KEY,
    RECEIPT,
    Desk,
    DrawnPages,
    desk_at,
    document,
    drawn,
    good,
    scan,
)

# ---------------------------------------------------------------- the table of errors


@pytest.mark.parametrize(
    ("reply", "expected", "after_seconds"),
    [
        (replies.bad_key(), BadKey, None),
        (error(401, ""), BadKey, None),
        (error(400, "Invalid API-key provided.", code="InvalidApiKey"), BadKey, None),
        (replies.no_credit(), NoCredit, 600),
        (error(402, "pay"), NoCredit, 600),
        (error(403, "no", code="quota_not_enough"), NoCredit, 600),
        (error(403, "no", code="pre_consume_token_quota_failed"), NoCredit, 600),
        (error(400, "Access denied", code="Arrearage"), NoCredit, 600),
        (error(403, "The free tier is exhausted", code="AllocationQuota.FreeTierOnly"), NoCredit, 600),
        (error(403, "not for you"), NoCredit, 600),
        (replies.no_model(), WrongModel, 600),
        (replies.no_channel(), WrongModel, 600),
        (error(503, "no channels available for model x"), WrongModel, 600),
        (replies.moderated(), RefusedByEndpoint, None),
        (replies.unexplained(), UnexplainedRefusal, None),
        (error(422, "who knows"), UnexplainedRefusal, None),
        (error(408, ""), ServerTrouble, None),
        (error(500, ""), ServerTrouble, None),
        (error(502, ""), ServerTrouble, None),
        (Reply(status=503, body=b"<html>sorry</html>", headers={"Content-Type": "text/html"}), ServerTrouble, None),
        (error(504, ""), ServerTrouble, None),
        (replies.failed_download(), ServerTrouble, None),  # bytes were sent, so nothing was to be fetched
        (completion(None), BadAnswer, None),
        (completion("no JSON here"), BadAnswer, None),
        (completion(fenced(dict(GOOD)), finish_reason="length"), BadAnswer, None),
        (completion("", finish_reason="content_filter"), RefusedByEndpoint, None),
        (Reply(body=b'{"choices": []}'), BadAnswer, None),
        (Reply(status=500, body=good().body), ServerTrouble, None),
        (Reply(body=b'{"error": {"code": 502, "message": "provider"}}'), ServerTrouble, None),
        (Reply(body=b"nonsense"), ServerTrouble, None),
        (Reply(body=b""), ServerTrouble, None),
        (Reply(body=b"\x80\xff\x00" * 100), ServerTrouble, None),
        (Reply(body=b"\x80\xff", headers={"Content-Encoding": "gzip"}), ServerTrouble, None),
        (Reply(body=b"\x80\xff", headers={"Content-Encoding": "br"}), ServerTrouble, None),
        (Reply(body=b"<!doctype html><title>Log in to the hotel</title>"), Offline, 5),
        (Reply(status=302, headers={"Location": "http://login.invalid/"}), Offline, 5),
        (Reply(cut="before"), ServerTrouble, None),
        (Reply(body=good().body, cut="within"), ServerTrouble, None),
    ],
)  # fmt: skip
def test_each_failure_has_its_remedy(
    reply: Reply, expected: type[LineError], after_seconds: float | None, tmp_path: Path
) -> None:
    """The contract's table of errors, line by line, and what else servers send."""
    with desk_at(tmp_path, reply) as (desk, _):
        met = desk.error()
    assert type(met) is expected
    assert met.after_seconds == after_seconds
    assert str(met)


@pytest.mark.parametrize(
    ("shape", "always_200"), [("text", False), ("flat", False), ("number", False), ("openai", True)]
)
@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (replies.no_credit(), NoCredit),
        (replies.no_model(), WrongModel),
        (replies.moderated(), RefusedByEndpoint),
        (error(502, "Provider returned error", code=502), ServerTrouble),
    ],
)
def test_errors_are_understood_in_every_shape(
    reply: Reply, expected: type[LineError], shape: str, always_200: bool, tmp_path: Path
) -> None:
    """A bare text, a flat object, a number for a code, an error with status 200: the words count, too."""
    if shape == "text" and expected is RefusedByEndpoint:
        reply = error(400, "data_inspection_failed")
    elif shape == "text" and expected is NoCredit:
        reply = error(403, "insufficient_user_quota")
    with desk_at(tmp_path, reply, error_shape=shape, errors_with_200=always_200) as (desk, _):
        assert type(desk.error()) is expected


# ---------------------------------------------------------------- the key


def test_a_changed_key_is_seen_at_once(tmp_path: Path) -> None:
    """The key is asked for before each request."""
    with desk_at(tmp_path, good(), key="sk-new") as (desk, _):
        assert isinstance(desk.error(), BadKey)
        desk.key = "sk-new"
        assert desk.reader.read(document(), RECEIPT).entries == (GOOD,)


def test_a_key_that_cannot_be_sent_is_a_bad_key(tmp_path: Path) -> None:
    """A key with a line end, or one that its file does not give up, is the key's fault; nothing is sent."""
    with desk_at(tmp_path, good()) as (desk, server):
        for key in ("sk-a\nHost: evil", "ключ"):
            desk.key = key
            met = desk.error()
            assert isinstance(met, BadKey)
            assert key not in str(met)

        def unreadable() -> str | None:
            raise ConfigurationError(message("the key file is gone"))

        desk.reader._key = unreadable
        assert isinstance(desk.error(), BadKey)
        assert server.asked == []


# ---------------------------------------------------------------- throttling


def test_throttling_lets_nobody_through_until_its_time(tmp_path: Path) -> None:
    """After a 429 the next ones are turned away at once, unasked; afterwards it goes on."""
    with desk_at(tmp_path, replies.throttled(), good()) as (desk, server):
        met = desk.error()
        assert isinstance(met, Throttled)
        assert met.after_seconds is not None
        assert 5 <= met.after_seconds <= 60
        desk.clock.now += met.after_seconds - 0.1
        turned_away = desk.error(document(Path("/scans/b.jpg")))
        assert isinstance(turned_away, Throttled)
        assert turned_away.after_seconds is not None
        assert len(server.asked) == 1
        desk.clock.now += 0.2
        assert desk.reader.read(document(), RECEIPT).entries == (GOOD,)


def test_a_waiting_scan_is_decoded_once(tmp_path: Path) -> None:
    """While the service asks to slow down, its pictures are not made again and again for nothing."""
    with desk_at(tmp_path, replies.throttled(), good()) as (desk, _):
        assert isinstance(desk.pages, DrawnPages)
        for _ in range(4):
            assert isinstance(desk.error(), Throttled)
        assert len(desk.pages.asked) == 1
        desk.clock.now += 120
        assert desk.reader.read(document(), RECEIPT).entries == (GOOD,)


def test_throttling_backs_off_longer_each_time_but_never_a_minute_more(tmp_path: Path) -> None:
    """5 s, then about twice as long each time, at most 60 s."""
    with desk_at(tmp_path, replies.throttled()) as (desk, _):
        waits = []
        for _ in range(7):
            met = desk.error()
            assert met.after_seconds is not None
            waits.append(met.after_seconds)
            desk.clock.now += met.after_seconds
    assert waits == sorted(waits)
    assert waits[-1] == 60


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_obeyed_in_seconds_and_as_a_date(status: int, tmp_path: Path) -> None:
    """`Retry-After` counts wherever it stands, in both of its forms."""
    at = format_datetime(datetime.fromtimestamp(1_800_000_200, tz=UTC), usegmt=True)
    turns = [error(status, "later", headers={"Retry-After": value}) for value in ("17", at)]
    with desk_at(tmp_path, *turns) as (desk, _):
        met = desk.error()
        assert met.remedy is (Remedy.WAIT if status == 429 else Remedy.RETRY)
        assert met.after_seconds == 17
        desk.clock.now += 100
        assert desk.error().after_seconds == 100


@pytest.mark.parametrize(
    "reply", [replies.throttled(), error(429, ""), Reply(status=429), error(500, "上游负载已饱和，请稍后再试")]
)
def test_every_form_of_throttling_costs_no_attempt(reply: Reply, tmp_path: Path) -> None:
    """With a code, empty, or with another status: the document waits."""
    with desk_at(tmp_path, reply) as (desk, _):
        met = desk.error()
    assert isinstance(met, Throttled)
    assert met.remedy is Remedy.WAIT


def test_throttling_lowers_how_many_ask_at_once(tmp_path: Path) -> None:
    """Of two that may ask, one may after a 429: the second is turned away while the first is under way."""
    is_asked, may_answer = threading.Event(), threading.Event()

    def respond(asked: object) -> Reply:
        if len(server.asked) == 1:
            return replies.throttled("0")
        is_asked.set()
        may_answer.wait(20)
        return good()

    with EndpointServer(respond) as server:
        desk = Desk(server, tmp_path)
        desk.new_reader(concurrency=2)
        assert isinstance(desk.error(), Throttled)
        first = threading.Thread(target=desk.reader.read, args=(document(), RECEIPT))
        first.start()
        assert is_asked.wait(20)
        assert isinstance(desk.error(document(Path("/scans/b.jpg"))), Throttled)
        may_answer.set()
        first.join()
        assert desk.reader.read(document(Path("/scans/b.jpg")), RECEIPT).entries == (GOOD,)
        desk.close()


def test_insufficient_quota_is_throttling_first_and_no_credit_after_three_minutes(tmp_path: Path) -> None:
    """The same word means both: only time tells. One good answer makes it throttling again."""
    quota = replies.insufficient_quota()
    with desk_at(tmp_path, quota, quota, quota, quota, good(), quota) as (desk, _):
        started = desk.clock.now
        for _ in range(3):
            met = desk.error()
            assert isinstance(met, Throttled)
            desk.clock.now += met.after_seconds or 0
        desk.clock.now = started + 181
        met = desk.error()
        assert isinstance(met, NoCredit)
        assert met.after_seconds == 600
        desk.clock.now += 600
        desk.reader.read(document(), RECEIPT)
        assert isinstance(desk.error(document(Path("/scans/b.jpg"))), Throttled)


# ---------------------------------------------------------------- the picture


@pytest.fixture(scope="module")
def real_pages() -> Iterator[ChildPages]:
    """Pages decoded in a child process."""
    child = ChildProcess(name="decoding", memory_bytes=2**31)
    yield ChildPages(child)
    child.close()


@pytest.mark.parametrize("refusal", [replies.bad_picture(), replies.too_large()])
def test_a_refused_picture_is_sent_smaller_once(refusal: Reply, tmp_path: Path, real_pages: ChildPages) -> None:
    """A picture that is not accepted is re-encoded smaller; the answer to that one counts."""
    from io import BytesIO

    from PIL import Image

    with EndpointServer(in_turn(refusal, good())) as server:
        desk = Desk(server, tmp_path / "state", real_pages)
        assert desk.reader.read(scan(tmp_path, drawn(kind="PNG"), "a.png"), RECEIPT).entries == (GOOD,)
        desk.close()
    assert server.violations == []
    first, second = (asked.images[0] for asked in server.asked)
    assert len(second) < len(first)
    with Image.open(BytesIO(second)) as smaller:
        assert smaller.format == "JPEG"
        assert smaller.width * smaller.height < 64 * 64


def test_a_picture_that_is_refused_twice_fails(tmp_path: Path, real_pages: ChildPages) -> None:
    """Once smaller, not endlessly."""
    with EndpointServer(lambda asked: replies.too_large()) as server:
        desk = Desk(server, tmp_path / "state", real_pages)
        met = desk.error(scan(tmp_path, drawn()))
        desk.close()
    assert isinstance(met, RefusedByEndpoint)
    assert met.remedy is Remedy.REJECT
    assert "scan.jpg" in str(met)
    assert len(server.asked) == 2


def test_the_messages_name_the_host_or_the_file_and_no_key(tmp_path: Path) -> None:
    """A person is told where to look."""
    for number, reply in enumerate(
        (replies.bad_key(), replies.no_credit(), replies.moderated(), replies.unexplained())
    ):
        with desk_at(tmp_path / str(number), reply) as (desk, _):
            said = str(desk.error())
        assert "127.0.0.1" in said or "a.jpg" in said
        assert KEY not in said
