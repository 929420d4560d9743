"""Text, tables, documents and formulas with the installed program: recorded, filed, printed; killed in between."""

from __future__ import annotations

import json
import random
import signal
import subprocess
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests import task_papers
from tests.endpoint_server import Asked, EndpointServer, Reply, completion
from tests.program import Program
from tests.task_papers import fenced_as

ANSWERS = {
    "text": (task_papers.TEXT, task_papers.page_of(task_papers.TEXT)),
    "table": (fenced_as("html", task_papers.TABLE), task_papers.table_page()),
    "document": (fenced_as("markdown", task_papers.MARKDOWN), task_papers.page_of(task_papers.MARKDOWN)),
    "formula": (f"$${task_papers.FORMULA}$$", task_papers.formula_page()),
}


def program_for(folder: Path, task: str, *, base_url: str = "", more: str = "") -> Program:
    """The program with one folder of that task."""
    program = Program(folder, base_url=base_url, more=f"task = '{task}'\n{more}")
    lines = program.config.read_text(encoding="utf-8").splitlines()
    program.config.write_text("\n".join(line for line in lines if not line.startswith("fields")), encoding="utf-8")
    return program


def beside(program: Program, suffix: str) -> list[str]:
    """What stands in the files of that kind beside the filed scans."""
    return [path.read_bytes().decode("utf-8-sig") for path in sorted(program.done.glob(f"*{suffix}"))]


@pytest.mark.parametrize("task", ANSWERS)
def test_each_task_ends_in_its_place(tmp_path: Path, task: str) -> None:
    """In the row, on a sheet or beside the scan; `read` prints the same for a person and as JSON."""
    said, scan = ANSWERS[task]
    with EndpointServer(lambda _: completion(said)) as server:
        program = program_for(tmp_path, task, base_url=server.base_url)
        (program.inbox / "page.png").write_bytes(scan)
        program.once()
        loose = tmp_path / "loose.png"
        loose.write_bytes(scan)
        shown = program.run("read", "--task", task, str(loose)).stdout
        (result,) = json.loads(program.run("read", "--json", str(loose)).stdout)
    assert server.violations == []
    (row,) = program.rows()
    (printed,) = result["rows"]
    assert row["Check"] is None
    match task:
        case "text":
            assert row["Text"] == printed["fields"]["Text"] == task_papers.TEXT
            assert beside(program, ".txt") == [task_papers.TEXT + "\n"]
            assert "  Text     Delivery note 4711" in shown.splitlines()
        case "table":
            book = load_workbook(program.ledger)
            assert row["Table"] == '=HYPERLINK("#\'page\'!A1","page")'
            assert [values[3] for values in book["page"].iter_rows(min_row=2, values_only=True)] == [
                "Price", None, 1234.5, 8.25,
            ]  # fmt: skip
            assert len(printed["tables"][0]["cells"]) == 13
            assert "  00715               12      7  1234.50" in shown.splitlines()
        case "document":
            assert row["Document"] == '=HYPERLINK("in/done/page.md","page.md")'
            assert beside(program, ".md") == [task_papers.MARKDOWN + "\n"]
            assert printed["files"] == [{"suffix": ".md", "content": task_papers.MARKDOWN + "\n"}]
            assert task_papers.MARKDOWN in shown
        case _:
            assert row["Formula"] == printed["fields"]["Formula"] == task_papers.FORMULA
            assert program.filed() == ["page.png"]
            assert f"  Formula  {task_papers.FORMULA}" in shown.splitlines()


@pytest.mark.long
def test_a_bad_answer_is_followed_by_other_words_and_then_fails(tmp_path: Path) -> None:
    """As with fields: the second wording, then failed with a reason; nothing half read is recorded."""
    loop = "the same again and " * 100
    with EndpointServer(lambda asked: completion(loop if asked.number == 1 else task_papers.TEXT)) as server:
        program = program_for(tmp_path / "second", "text", base_url=server.base_url)
        (program.inbox / "page.png").write_bytes(ANSWERS["text"][1])
        program.once()
    assert [row["Text"] for row in program.rows()] == [task_papers.TEXT]
    assert len({asked.prompt for asked in server.asked}) == 2
    with EndpointServer(lambda _: completion("<table><tr><td>cut", finish_reason="length")) as server:
        program = program_for(tmp_path / "never", "table", base_url=server.base_url)
        (program.inbox / "page.png").write_bytes(ANSWERS["table"][1])
        program.once(expect=1)
    assert program.filed(program.failed) == ["page.png", "page.png.reason.txt"]
    assert (program.rows(), len(server.asked)) == ([], 2)


def test_reading_again_leaves_what_is_there(tmp_path: Path) -> None:
    """A text that was corrected in its file stays there; the row leads to what was read now."""
    with EndpointServer(lambda _: completion(task_papers.MARKDOWN)) as server:
        program = program_for(tmp_path, "document", base_url=server.base_url, more="document_format = 'latex'")
        (program.inbox / "page.png").write_bytes(ANSWERS["document"][1])
        program.once()
        (program.done / "page.tex").write_text("corrected", encoding="utf-8")
        server.respond = lambda _: completion(fenced_as("latex", task_papers.LATEX))
        program.run("reread", "--inbox", str(program.inbox))
        program.once()
        assert beside(program, ".tex") == ["corrected"], "what is read the same changes nothing"
        text = program.config.read_text(encoding="utf-8")
        program.config.write_text(f"{text}\nlanguages = ['English']\n", encoding="utf-8")
        program.run("reread", "--inbox", str(program.inbox))
        program.once()
    assert beside(program, ".tex") == [task_papers.LATEX + "\n", "corrected"]
    (row,) = program.rows()
    assert row["Document"] == '=HYPERLINK("in/done/page (2).tex","page (2).tex")'


def test_beside_a_csv_the_tables_are_files(tmp_path: Path) -> None:
    """Each scan's beside it, and the way there in its record; a scan that stays has its file in done."""
    with EndpointServer(lambda _: completion(ANSWERS["table"][0])) as server:
        program = program_for(tmp_path, "table", base_url=server.base_url, more="after = 'keep'")
        text = program.config.read_text(encoding="utf-8")
        program.config.write_text(text.replace("Ledger.xlsx", "Ledger.csv"), encoding="utf-8")
        (program.inbox / "page.png").write_bytes(ANSWERS["table"][1])
        program.once()
    assert program.left() == ["page.png"]
    assert beside(program, ".csv")[0].splitlines()[3:] == ["00715,12,7,1234.50", "00716 & lid,0,,8.25"]
    record = (tmp_path / "Ledger.csv").read_text(encoding="utf-8-sig").splitlines()[1]
    assert record.startswith("in/done/page.csv,")


def test_the_engine_on_this_computer_says_what_it_cannot(tmp_path: Path) -> None:
    """The scan fails with what to do about it; and `read` says the same."""
    program = program_for(tmp_path, "table")
    with program.config.open("a", encoding="utf-8") as file:
        file.write("[reader]\nengine = 'local'\n")
    (program.inbox / "page.png").write_bytes(ANSWERS["table"][1])
    pytest.importorskip("rapidocr")
    program.once(expect=1)
    reason = (program.failed / "page.png.reason.txt").read_text(encoding="utf-8-sig")
    assert "the engine on this computer reads text and fields, no tables" in reason
    assert "ocrwatch key set" in reason


def test_a_task_that_is_none_is_told_with_a_guess(tmp_path: Path) -> None:
    """On the command line; a task and a document type do not go together."""
    program = program_for(tmp_path, "text", base_url="http://127.0.0.1:9/v1")
    finished = program.run("read", "--task", "tabel", "x.png")
    assert (finished.returncode, "Did you mean table?" in finished.stderr) == (2, True)
    finished = program.run("read", "--task", "text", "--profile", "receipt", "x.png")
    assert (finished.returncode, "not both" in finished.stderr) == (2, True)


def test_killed_at_any_moment_every_text_is_there_once(tmp_path: Path) -> None:
    """The daemon is killed again and again: each scan has one row and one file that says the same."""
    chance = random.Random(7)
    scans = {f"page {number}.png": task_papers.page_of(f"page number {number}") for number in range(24)}

    def respond(asked: Asked) -> Reply:
        (digest,) = asked.digests
        return completion(f"what {digest[:16]} says", delay_seconds=0.1)

    with EndpointServer(respond) as server:
        program = program_for(tmp_path, "text", base_url=server.base_url)
        for name, scan in scans.items():
            (program.inbox / name).write_bytes(scan)
        for _ in range(4):
            daemon = program.start()
            try:
                daemon.wait(chance.uniform(0.8, 2.0))
            except subprocess.TimeoutExpired:
                daemon.send_signal(signal.SIGKILL)
            daemon.wait()
        program.once()
    rows = program.rows()
    assert sorted(str(row["Text"]) for row in rows) == sorted(f"what {row['Document ID']} says" for row in rows)
    assert sorted(beside(program, ".txt")) == sorted(f"{row['Text']}\n" for row in rows)
    assert program.filed() == sorted([*scans, *(name.replace(".png", ".txt") for name in scans)])
    assert program.left() == []


def test_each_page_of_a_batch_has_a_text_of_its_own(tmp_path: Path) -> None:
    """Where pages are rows: each beside its own page; else one text, its pages parted by a form feed."""
    import io

    from PIL import Image

    first, second = (Image.open(io.BytesIO(task_papers.page_of(f"page number {n} " * 3))) for n in (1, 2))
    batch = io.BytesIO()
    first.save(batch, "PDF", save_all=True, append_images=[second])

    def respond(asked: Asked) -> Reply:
        return completion(f"what {asked.digests[0][:16]} says")

    found = {}
    for rule in ("each", "together"):
        with EndpointServer(respond) as server:
            program = program_for(tmp_path / rule, "text", base_url=server.base_url, more=f"pages = '{rule}'")
            (program.inbox / "batch.pdf").write_bytes(batch.getvalue())
            program.once()
        found[rule] = (sorted(str(row["Text"]) for row in program.rows()), sorted(beside(program, ".txt")))
    texts, files = found["each"]
    assert len(texts) == 2
    assert files == [f"{text}\n" for text in texts]
    ((whole,), (file,)) = found["together"]
    assert sorted(whole.split("\n\n")) == texts
    assert sorted(file.rstrip("\n").split("\n\f\n")) == texts
