"""The local reader with a scripted engine: what it stores, says and raises."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from ocrwatch.document import Document, Signature
from ocrwatch.errors import BadAnswer, DecoderCrashed, Halt
from ocrwatch.messages import JSON, message
from ocrwatch.ports import Field, Inspection, Picture, PictureLimits
from ocrwatch.reading import local
from ocrwatch.reading.local import LocalReader
from tests.local_reading import MemoryAnswers
from tests.unit.reading.typed import fields, typed

FIRST = "CORNER SHOP LTD\nDate: 23/05/2025"
LAST = "TOTAL      £3.00"


class ScriptedPages:
    """Pages whose pictures are the words on them."""

    def __init__(self, *papers: str) -> None:
        self._papers = papers

    def inspect(self, path: Path) -> Inspection:
        return Inspection("d" * 64, "image/png", len(self._papers))

    def picture(self, path: Path, digest: str, page: int, limits: PictureLimits) -> Picture:
        return Picture(self._papers[page].encode(), "image/png", 1000, 1000)


class ScriptedEngine:
    """An engine that reads the words in the picture's bytes, or fails."""

    def __init__(self, score: float = 0.99, error: Exception | None = None) -> None:
        self.calls = 0
        self._score = score
        self._error = error

    def call(
        self, function: str, arguments: Mapping[str, JSON], blob: bytes = b"", *, timeout_seconds: float
    ) -> tuple[JSON, bytes]:
        assert function == "ocrwatch.reading.recognition:lines"
        self.calls += 1
        if self._error is not None:
            raise self._error
        read: list[JSON] = []
        for line in typed(blob.decode(), self._score) if blob else []:
            box = line.box
            corners: JSON = [[box.left, box.top], [box.right, box.top], [box.right, box.bottom], [box.left, box.bottom]]
            read.append([line.text, corners, line.score])
        return read, b""


def document(pages: int = 1) -> Document:
    return Document(
        inbox="inbox",
        book="book",
        path=Path("scan.png"),
        signature=Signature(1, 1, 1),
        digest="d" * 64,
        pages=pages,
        arrived_at=0.0,
    )


def reader(
    engine: ScriptedEngine, *papers: str, answers: MemoryAnswers | None = None
) -> tuple[LocalReader, MemoryAnswers]:
    answers = MemoryAnswers() if answers is None else answers
    return LocalReader(pages=ScriptedPages(*papers), child=engine, answers=answers), answers


@pytest.fixture(autouse=True)
def _engine_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "find_spec", lambda name: object())


def test_all_pages_are_read_into_one_entry() -> None:
    """A document of two pages is one entry with values of both, its text that of both."""
    reading = reader(ScriptedEngine(), FIRST, LAST)[0].read(document(2), fields("company", "date", "total"))
    assert reading.entries == ({"company": "CORNER SHOP LTD", "date": "23/05/2025", "total": "£3.00"},)
    assert (reading.engine, reading.pages, reading.remarks) == ("local", "2", ())
    assert reading.text == "CORNER SHOP LTD\nDate: 23/05/2025\n\nTOTAL  £3.00"


def test_two_papers_in_one_file_are_told_apart() -> None:
    """A feeder's PDF of two receipts: where their values differ, the first is kept and a remark names both."""
    other = "OLD MILL CAFE LTD\nDate: 24/05/2025\nTOTAL      £9.00"
    reading = reader(ScriptedEngine(), f"{FIRST}\n{LAST}", other)[0].read(document(2), fields("company", "total"))
    assert reading.entries == ({"company": "CORNER SHOP LTD", "total": "£3.00"},)
    assert [str(remark) for remark in reading.remarks] == [
        "company is CORNER SHOP LTD on page 1, and OLD MILL CAFE LTD on page 2: which?",
        "total is £3.00 on page 1, and £9.00 on page 2: which?",
    ]


def test_a_blank_back_side_is_no_matter() -> None:
    """A page without print among others says nothing."""
    reading = reader(ScriptedEngine(), f"{FIRST}\n{LAST}", "")[0].read(document(2), fields("total"))
    assert (reading.entries, reading.remarks) == (({"total": "£3.00"},), ())


def test_half_a_character_is_marked_as_not_read() -> None:
    """What the engine makes of a sign it does not know can be stored, whatever it is."""

    class Halving(ScriptedEngine):
        def call(
            self, function: str, arguments: Mapping[str, JSON], blob: bytes = b"", *, timeout_seconds: float
        ) -> tuple[JSON, bytes]:
            read, _ = super().call(function, arguments, blob, timeout_seconds=timeout_seconds)
            return json.loads(json.dumps(read).replace("SHOP", "\\ud83eHOP")), b""

    local_reader, answers = reader(Halving(), FIRST)
    assert local_reader.read(document(), fields("company")).entries == ({"company": "CORNER \ufffdHOP LTD"},)
    assert all(answer.encode() for answer in answers.stored.values())


def test_stored_lines_are_not_recognised_again() -> None:
    """After a crash, or for other fields, the lines come from the stored answers, engine or no engine."""
    answers = MemoryAnswers()
    reader(ScriptedEngine(), FIRST, LAST, answers=answers)[0].read(document(2), fields("total"))
    assert len(answers.stored) == 2

    again = ScriptedEngine(error=AssertionError("recognised again"))
    reading = reader(again, FIRST, LAST, answers=answers)[0].read(document(2), fields("date"))
    assert reading.entries == ({"date": "23/05/2025"},)
    assert again.calls == 0


def test_each_page_is_stored_as_soon_as_it_was_read() -> None:
    """When the engine dies on the second page, the first need not be recognised again."""
    answers, engine = MemoryAnswers(), ScriptedEngine()
    dies = ScriptedEngine(error=DecoderCrashed(message("It died.")))
    reader(engine, FIRST, answers=answers)[0].read(document(1), fields("total"))
    with pytest.raises(DecoderCrashed):
        reader(dies, FIRST, LAST, answers=answers)[0].read(document(2), fields("total"))
    assert dies.calls == 1


def test_a_missing_engine_stops_the_line_and_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its package nothing is read, and the message has the command that installs it."""
    monkeypatch.setattr(local, "find_spec", lambda name: None if name == "onnxruntime" else object())
    engine = ScriptedEngine()
    with pytest.raises(Halt) as halt:
        reader(engine, LAST)[0].read(document(), fields("total"))
    said = str(halt.value.message)
    assert "onnxruntime" in said
    assert 'pip install "ocrwatch[local]"' in said
    assert engine.calls == 0
    assert str(local.missing()) == said


def test_a_packaged_program_without_the_engine_names_no_command_of_pip(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes no packages: another setup is what helps, or a key."""
    monkeypatch.setattr(local, "find_spec", lambda _: None)
    monkeypatch.setattr("sys.frozen", True, raising=False)
    said = str(local.missing())
    assert "pip" not in said
    assert "setup" in said
    assert "ocrwatch key set" in said


def test_an_engine_that_is_there_is_not_missing() -> None:
    """With its packages installed there is nothing to say."""
    assert local.missing() is None


def test_a_crash_of_the_engine_is_passed_on() -> None:
    """The line decides what becomes of the document; nothing is stored."""
    made, answers = reader(ScriptedEngine(error=DecoderCrashed(message("It died."))), LAST)
    with pytest.raises(DecoderCrashed):
        made.read(document(), fields("total"))
    assert answers.stored == {}


def test_a_blank_page_is_an_empty_entry_with_a_remark() -> None:
    """A scan without print gives no value and tells the person to look at it."""
    reading = reader(ScriptedEngine(), "")[0].read(document(), fields("total"))
    assert reading.entries == ({},)
    assert reading.text == ""
    assert [str(remark) for remark in reading.remarks] == [
        "No print was found on the scan: look at it, and scan it again if need be."
    ]


def test_a_value_that_was_hard_to_read_is_pointed_out() -> None:
    """A value of faint print goes along with a remark that names its field."""
    reading = reader(ScriptedEngine(score=0.7), FIRST, LAST)[0].read(document(2), fields("total"))
    assert reading.entries == ({"total": "£3.00"},)
    assert [str(remark) for remark in reading.remarks] == ["total is hard to read: compare it with the scan."]


@pytest.mark.parametrize("damaged", ["", "{}", '[["text"]]', "[[1, 2, 3]]", json.dumps([["a", [[0, 0]] * 3, 1.0]])])
def test_a_damaged_stored_answer_is_no_list_of_lines(damaged: str) -> None:
    """What is not a list of lines is refused instead of being half understood."""
    made, answers = reader(ScriptedEngine(), LAST)
    made.read(document(), fields("total"))
    answers.stored = dict.fromkeys(answers.stored, damaged)
    with pytest.raises(BadAnswer):
        made.read(document(), fields("total"))


ITEMS = Field(
    name="items", type="items", fields=(Field(name="name"), Field(name="amount", type="amount"), Field(name="colour"))
)
TABLE = "Item     Amount\nTea      2.00\nMilk     1.00\nTOTAL    3.00"


def test_items_are_given_where_they_add_up_and_else_it_is_said() -> None:
    """Every page has its own; a page without any makes the table doubtful, none at all leaves it empty."""
    profile = fields("company", ITEMS)
    tea, milk = (
        {"name": name, "amount": amount, "colour": None} for name, amount in (("Tea", "2.00"), ("Milk", "1.00"))
    )
    reading = reader(ScriptedEngine(), TABLE)[0].read(document(), profile)
    assert reading.entries[0]["items"] == (tea, milk)
    assert reading.remarks == ()
    reading = reader(ScriptedEngine(), TABLE, LAST)[0].read(document(2), profile)
    assert reading.entries[0]["items"] == (tea, milk)
    assert [str(remark) for remark in reading.remarks] == ["items may be incomplete: compare with the scan"]
    reading = reader(ScriptedEngine(), LAST)[0].read(document(), profile)
    assert "items" not in reading.entries[0]
    assert [str(remark) for remark in reading.remarks] == [
        "items could not be told apart by the engine on this computer: enter them by hand"
    ]
