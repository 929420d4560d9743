"""Reading at the service: what is asked, what is stored, what several pages make."""

from __future__ import annotations

import base64
import hashlib
import io
import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from ocrwatch.childprocess import ChildProcess
from ocrwatch.document import Document
from ocrwatch.errors import BadAnswer, DiskFull, TwinInProgress, Unusable
from ocrwatch.inbox.pages import ChildPages
from ocrwatch.messages import message
from ocrwatch.ports import Field
from ocrwatch.reading.prompts import wordings
from tests.endpoint_server import JSON, Asked, EndpointServer, Reply, answering, completion, error, fenced, in_turn
from tests.integration.endpoint_reading import GOOD, KEY, RECEIPT, Desk, document, drawn, scan, with_prompt


@pytest.fixture(scope="module")
def real_pages() -> Iterator[ChildPages]:
    """Pages decoded in a child process."""
    child = ChildProcess(name="decoding", memory_bytes=2**31)
    yield ChildPages(child)
    child.close()


# ---------------------------------------------------------------- what is asked


@pytest.mark.parametrize(("kind", "name"), [("JPEG", "a.jpg"), ("PNG", "a.png")])
def test_the_request_is_exactly_as_the_contract_says(
    kind: str, name: str, tmp_path: Path, real_pages: ChildPages
) -> None:
    """The scan's own bytes, one user message, the pixel fields beside the image's address, nothing else."""
    data = drawn(kind=kind)
    with EndpointServer(answering({hashlib.sha256(data).hexdigest(): GOOD}, delay_seconds=0)) as server:
        desk = Desk(server, tmp_path / "state", real_pages)
        reading = desk.new_reader(pixel_fields=True).read(scan(tmp_path, data, name), RECEIPT)
        desk.close()
    assert server.violations == []
    (asked,) = server.asked
    assert asked.images == (data,)
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    assert asked.headers["accept-encoding"] == "identity"
    assert asked.body == {
        "model": "qwen-vl-ocr-latest",
        "messages": [
            {
                "role": "user",
                "content": [
                    {
                        "type": "image_url",
                        "image_url": {"url": f"data:image/{kind.lower()};base64,{base64.b64encode(data).decode()}"},
                        "min_pixels": 3072,
                        "max_pixels": 8_388_608,
                    },
                    {"type": "text", "text": wordings(RECEIPT)[0]},
                ],
            }
        ],
    }
    assert reading.entries == (GOOD,)
    assert (reading.engine, reading.pages, reading.remarks) == ("qwen-vl-ocr-latest", "1", ())


def test_a_picture_beyond_the_limits_is_sent_upright_and_smaller(tmp_path: Path, real_pages: ChildPages) -> None:
    """Another format, or one that lies on its side, is made into what the contract allows."""
    from PIL import Image

    exif = Image.Exif()
    exif[0x0112] = 6
    turned = drawn(kind="JPEG", exif=exif)
    huge = io.BytesIO()
    page = Image.new("L", (4000, 4000), 255)
    page.paste(0, (1000, 1000, 3000, 3000))
    page.save(huge, "JPEG")
    webp = drawn(kind="WEBP")
    with EndpointServer(lambda asked: completion(fenced(dict(GOOD)))) as server:
        desk = Desk(server, tmp_path / "state", real_pages)
        for number, data in enumerate((turned, huge.getvalue(), webp)):
            assert desk.reader.read(scan(tmp_path, data, f"{number}.jpg"), RECEIPT).entries == (GOOD,)
        desk.close()
    assert server.violations == []
    with Image.open(io.BytesIO(server.asked[1].images[0])) as sent:
        assert sent.size[0] * sent.size[1] <= 8_388_608


def test_without_a_key_none_is_sent(tmp_path: Path) -> None:
    """Servers of one's own need no key."""
    with EndpointServer(lambda asked: completion(fenced(dict(GOOD)))) as server:
        desk = Desk(server, tmp_path)
        desk.key = None
        desk.reader.read(document(), RECEIPT)
        desk.close()
    assert "authorization" not in server.asked[0].headers


def test_a_prompt_of_ones_own_is_asked(tmp_path: Path) -> None:
    """The profile's prompt reaches the service as it stands."""
    with EndpointServer(lambda asked: completion(fenced(dict(GOOD)))) as server:
        desk = Desk(server, tmp_path)
        desk.reader.read(document(), with_prompt("Lies die Summe"))
        desk.close()
    assert server.asked[0].prompt == "Lies die Summe"


def test_connections_are_kept_and_many_threads_may_read(tmp_path: Path) -> None:
    """Each of many documents at once gets its own answer, over no more connections than threads."""
    gate = threading.Barrier(8)

    def respond(asked: Asked) -> Reply:
        if asked.number <= 8:
            gate.wait(20)  # eight are under way at once, or this breaks
        return completion(fenced({"company": asked.digests[0]}))

    def read(number: int) -> tuple[str | None, str]:
        paper = document(Path(f"/scans/{number}.jpg"))
        (entry,) = desk.reader.read(paper, RECEIPT).entries
        sent = desk.pages.picture(paper.path, paper.digest, 0, desk.reader._limits)
        return entry["company"], hashlib.sha256(sent.data).hexdigest()

    with EndpointServer(respond) as server:
        desk = Desk(server, tmp_path)
        with ThreadPoolExecutor(8) as pool:
            read_and_sent = list(pool.map(read, range(40)))
        desk.close()
    assert server.violations == []
    assert all(read == sent for read, sent in read_and_sent)
    assert len(server.asked) == 40
    assert server.connections <= 8


# ---------------------------------------------------------------- what is stored


def test_a_stored_answer_is_never_paid_for_again(tmp_path: Path) -> None:
    """Read again, after a restart or from another folder: the stored answer is used."""
    with EndpointServer(lambda asked: completion(fenced(dict(GOOD)))) as server:
        desk = Desk(server, tmp_path)
        first = desk.reader.read(document(), RECEIPT)
        again = desk.new_reader().read(document(), RECEIPT)
        desk.close()
    assert first == again
    assert len(server.asked) == 1


def test_the_same_picture_twice_at_once_is_paid_for_once(tmp_path: Path) -> None:
    """Of two that hold the same bytes one is asked for; the other waits, free of charge, and finds the answer."""
    is_asked, may_answer = threading.Event(), threading.Event()

    def respond(_: Asked) -> Reply:
        is_asked.set()
        may_answer.wait(20)
        return completion(fenced(dict(GOOD)))

    with EndpointServer(respond) as server:
        desk = Desk(server, tmp_path)
        twin = document(Path("/elsewhere/b.jpg"))
        twin = replace(twin, digest=document().digest)
        first = threading.Thread(target=desk.reader.read, args=(document(), RECEIPT))
        first.start()
        assert is_asked.wait(20)
        met = desk.error(twin)
        assert isinstance(met, TwinInProgress)
        assert met.after_seconds == 2
        may_answer.set()
        first.join(20)
        assert desk.reader.read(twin, RECEIPT).entries == (GOOD,)
        desk.close()
    assert len(server.asked) == 1


def test_another_model_or_profile_asks_anew(tmp_path: Path) -> None:
    """A stored answer holds for its model and its question only."""
    with EndpointServer(lambda asked: completion(fenced(dict(GOOD)))) as server:
        desk = Desk(server, tmp_path)
        desk.reader.read(document(), RECEIPT)
        desk.reader.read(document(), with_prompt("Read it."))
        desk.new_reader(model="another").read(document(), RECEIPT)
        desk.close()
    assert len(server.asked) == 3


def test_an_answer_is_stored_whole_before_it_is_looked_at(tmp_path: Path) -> None:
    """Even a useless answer was paid for: it is stored as it came, with its tokens, before it is found useless."""
    with EndpointServer(lambda asked: completion("I see nothing.", usage={"total_tokens": 77})) as server:
        desk = Desk(server, tmp_path)
        assert isinstance(desk.error(), BadAnswer)
        with desk.journal.database.reading() as connection:
            rows = connection.execute("SELECT digest, answer, tokens FROM answers").fetchall()
        desk.close()
    ((digest, stored, tokens),) = rows
    assert digest == document().digest
    assert "I see nothing." in stored
    assert "finish_reason" in stored
    assert tokens == 77


def test_an_answer_that_cannot_be_stored_is_not_used(tmp_path: Path) -> None:
    """When the disk is full, the document waits; the answer is not taken as if it were safe."""

    class Full:
        def get(self, request: str) -> str | None:
            return None

        def put(self, request: str, answer: str, *, digest: str, tokens: int = 0) -> None:
            raise DiskFull(message("full"))

    with EndpointServer(lambda asked: completion(fenced(dict(GOOD)))) as server:
        desk = Desk(server, tmp_path)
        desk.new_reader(answers=Full())
        assert isinstance(desk.error(), DiskFull)
        desk.close()


def test_an_error_is_not_stored(tmp_path: Path) -> None:
    """An error was not billed and says nothing for later."""
    with EndpointServer(in_turn(error(500, "oops"), completion(fenced(dict(GOOD))))) as server:
        desk = Desk(server, tmp_path)
        desk.error()
        assert desk.reader.read(document(), RECEIPT).entries == (GOOD,)
        desk.close()


def test_a_bad_answer_is_followed_by_a_different_question(tmp_path: Path) -> None:
    """Bad once: another wording is asked. Its good answer is the reading."""
    with EndpointServer(in_turn(completion("?"), completion(fenced(dict(GOOD))))) as server:
        desk = Desk(server, tmp_path)
        assert isinstance(desk.error(), BadAnswer)
        assert desk.new_reader().read(document(), RECEIPT).entries == (GOOD,)
        desk.close()
    assert tuple(asked.prompt for asked in server.asked) == wordings(RECEIPT)


def test_two_bad_answers_are_the_end(tmp_path: Path) -> None:
    """Bad twice: the document is unusable, and nothing more is paid for it."""
    with EndpointServer(lambda asked: completion(fenced(dict(GOOD)), finish_reason="length")) as server:
        desk = Desk(server, tmp_path)
        met = [type(desk.error()) for _ in range(4)]
        desk.close()
    assert met == [BadAnswer, BadAnswer, Unusable, Unusable]
    assert len(server.asked) == 2


def test_neither_contents_nor_the_key_are_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The log knows the request's id and the document's; never values, prompts or keys."""
    caplog.set_level(logging.DEBUG)
    answer = completion(fenced({"company": "TOP-SECRET LTD"}), headers={"X-Request-Id": "abc-1\x01"})
    with EndpointServer(in_turn(answer, error(401, f"Incorrect API key provided: {KEY}"))) as server:
        desk = Desk(server, tmp_path)
        desk.reader.read(document(), RECEIPT)
        failure = desk.error(document(Path("/scans/b.jpg")))
        desk.close()
    assert "abc-1" in caplog.text
    assert document().digest[:8] in caplog.text
    for secret in ("TOP-SECRET", KEY, "Extract from", "base64"):
        assert secret not in caplog.text
        assert secret not in str(failure)


# ---------------------------------------------------------------- several pages


def tiff(folder: Path, pages: int) -> Document:
    """A TIFF of `pages` pages on disk, and its document."""
    from PIL import Image

    images = [Image.open(io.BytesIO(drawn(seed=seed, kind="PNG"))) for seed in range(pages)]
    buffer = io.BytesIO()
    images[0].save(buffer, "TIFF", save_all=True, append_images=images[1:])
    return scan(folder, buffer.getvalue(), "scan.tif", pages=pages)


def test_several_pages_are_one_entry_and_contradictions_are_remarked(tmp_path: Path, real_pages: ChildPages) -> None:
    """The first page that has a field gives it; another page that says otherwise is named."""
    pages = [
        {"company": "ACME", "date": None, "total": "1.00"},
        {"company": "Acme ", "date": "3 May", "total": "2.00"},
        {"company": None, "date": None, "total": None},
    ]
    with EndpointServer(in_turn(*(completion(fenced(dict(page))) for page in pages))) as server:
        desk = Desk(server, tmp_path / "state", real_pages)
        reading = desk.reader.read(tiff(tmp_path, 3), RECEIPT)
        desk.close()
    assert server.violations == []
    assert len({asked.digests for asked in server.asked}) == 3
    assert reading.entries == ({"company": "ACME", "date": "3 May", "total": "1.00"},)
    assert reading.pages == "3"
    assert [str(remark) for remark in reading.remarks] == ["total is 1.00 on page 1, and 2.00 on page 2: which?"]


def test_the_items_of_all_pages_are_one_table(tmp_path: Path, real_pages: ChildPages) -> None:
    """A page whose table was cut off is said; the lines of all pages stand in their order."""
    table = Field(name="items", type="items", fields=(Field(name="name"), Field(name="price", type="amount")))
    profile = replace(RECEIPT, fields=(*RECEIPT.fields, table))
    lines: list[JSON] = [{"name": "Tea", "price": "1.00"}, {"name": "Milk", "price": "2.00"}]
    first, second = (fenced({**GOOD, "items": each}) for each in (lines, lines[:1]))
    cut = first[: first.index('"2.00"')]
    with EndpointServer(in_turn(completion(cut, finish_reason="length"), completion(second))) as server:
        desk = Desk(server, tmp_path / "state", real_pages)
        reading = desk.reader.read(tiff(tmp_path, 2), profile)
        desk.close()
    assert server.violations == []
    assert [asked.prompt for asked in server.asked] == [wordings(profile)[0]] * 2
    assert reading.entries == ({**GOOD, "items": ({"name": "Tea", "price": "1.00"}, {"name": "Tea", "price": "1.00"})},)
    assert [str(remark) for remark in reading.remarks] == [
        "the answer was cut off: items may be incomplete, compare with the scan"
    ]


def test_bad_pages_cost_one_attempt_together_and_lost_ones_are_named(tmp_path: Path, real_pages: ChildPages) -> None:
    """All pages are asked for before a bad one is raised; one that stays bad is said and counted, never hidden."""
    first = {asked: completion("no") for asked in (1, 2)} | {3: completion(fenced(dict(GOOD)))}
    second = {4: completion("no"), 5: completion(fenced({"company": "ACME"}))}
    with EndpointServer(lambda asked: (first | second)[asked.number]) as server:
        desk = Desk(server, tmp_path / "state", real_pages)
        paper = tiff(tmp_path, 3)
        assert isinstance(desk.error(paper), BadAnswer)
        assert isinstance(desk.error(paper), BadAnswer)
        reading = desk.reader.read(paper, RECEIPT)
        desk.close()
    assert server.violations == []
    assert len(server.asked) == 5
    assert reading.entries == (GOOD,)
    assert reading.pages == "2 of 3"
    assert [str(remark)[:20] for remark in reading.remarks] == ["page 1 was not read:"]


def test_a_document_of_which_no_page_can_be_used_is_unusable(tmp_path: Path, real_pages: ChildPages) -> None:
    """Nothing is read from it, so it fails."""
    with EndpointServer(lambda asked: completion("")) as server:
        desk = Desk(server, tmp_path / "state", real_pages)
        paper = tiff(tmp_path, 2)
        met = [type(desk.error(paper)) for _ in range(3)]
        desk.close()
    assert met == [BadAnswer, BadAnswer, Unusable]
    assert len(server.asked) == 4


def test_pages_with_several_papers_keep_them(tmp_path: Path, real_pages: ChildPages) -> None:
    """Where one page shows several papers, no page's values are mixed with another's."""
    two = [{"company": "A", "total": "1"}, {"company": "B", "total": "2"}]
    with EndpointServer(in_turn(completion(fenced(two)), completion(fenced({"company": "C"})))) as server:
        desk = Desk(server, tmp_path / "state", real_pages)
        reading = desk.reader.read(tiff(tmp_path, 2), RECEIPT)
        desk.close()
    assert reading.entries == (*two, {"company": "C"})
