"""The configuration is changed while the daemon runs."""

from __future__ import annotations

import json
import threading
from pathlib import Path

from tests.endpoint_server import Asked, EndpointServer, Reply, completion, fenced
from tests.pictures import jpeg
from tests.program import Program
from tests.waiting import wait_until

_ANSWER = fenced({"company": "Any", "date": "01/02/2018", "address": "Any", "total": "1.00"})


def _answer(_: Asked) -> Reply:
    return completion(_ANSWER)


def _save(program: Program, text: str) -> None:
    """As editors do: another file that takes the name."""
    part = program.config.with_name("config.toml~")
    part.write_text(text, encoding="utf-8")
    part.replace(program.config)


def _watched(program: Program) -> list[str]:
    return [folder["folder"] for folder in program.status()["folders"] if folder["mode"]]


def test_another_folder_is_watched_as_soon_as_the_file_is_saved(tmp_path: Path) -> None:
    """What is being read is finished and paid for once; the process and its lock stay; the new folder is read."""
    may_answer = threading.Event()

    def respond(asked: Asked) -> Reply:
        may_answer.wait(60)
        return _answer(asked)

    with EndpointServer(respond) as server:
        program = Program(tmp_path, base_url=server.base_url, concurrency=1)
        second = tmp_path / "second"
        second.mkdir()
        (program.inbox / "a.jpg").write_bytes(jpeg("a"))
        (second / "b.jpg").write_bytes(jpeg("b"))
        with program.running() as daemon:
            wait_until(lambda: len(server.asked) == 1)
            text = program.config.read_text(encoding="utf-8")
            table = text[text.index("[[inbox]]") :].replace(str(program.inbox), str(second)).replace("Scans", "Second")
            _save(program, text + "\n" + table)
            wait_until(lambda: "The configuration was changed" in program.log())
            assert program.run("run", "--once", "--no-tray").returncode == 3, "the lock is held all the while"
            may_answer.set()
            wait_until(lambda: _watched(program) == [str(program.inbox), str(second)], seconds=40)
            wait_until(lambda: program.status()["done"] == 2, seconds=40)
            assert daemon.poll() is None
        assert len(server.asked) == 2
        assert server.violations == []
    assert [row["File"] for row in program.rows()] != []
    assert len(program.rows()) == len(program.rows("Second")) == 1


def test_a_mistake_leaves_the_old_one_in_force_and_is_shown(tmp_path: Path) -> None:
    """Half a file, a wrong value, no file, another state folder: each is told, nothing stops; once right, it counts."""
    with EndpointServer(_answer) as server:
        program = Program(tmp_path, base_url=server.base_url)
        good = program.config.read_text(encoding="utf-8")
        other = tmp_path / "other.toml"
        other.write_text(good, encoding="utf-8")
        environment = {**program.environment, "OCRWATCH_CONFIG": str(other)}

        def said() -> str:
            return program.run("status", environment=environment).stderr

        def is_told(words: str) -> None:
            wait_until(lambda: words in said(), seconds=40)

        with program.running() as daemon:
            _save(program, good[: len(good) // 2] + '\nfolder = "')
            is_told("stays in force")
            state = json.loads(program.run("status", "--json", environment=environment).stdout)["state"]
            assert state == "attention"
            _save(program, good.replace("settle_seconds = 0.1", "settle_seconds = -1"))
            is_told("settle_seconds")
            program.config.unlink()
            is_told("not there any more")
            _save(program, good.replace(str(program.state), str(tmp_path / "elsewhere")))
            is_told("state_dir cannot be changed")
            _save(program, good.replace("[endpoint]", "[reader]\nengine = 'local'\n[endpoint]\napi_key_file = 'none'"))
            (program.inbox / "a.jpg").write_bytes(jpeg("a"))
            wait_until(lambda: len(program.rows()) == 1, seconds=40)
            _save(program, good)
            wait_until(lambda: "stays in force" not in said(), seconds=40)
            assert daemon.poll() is None
        assert not (tmp_path / "elsewhere").exists()


def test_a_stop_is_heard_while_a_change_waits_for_what_is_under_way(tmp_path: Path) -> None:
    """SIGTERM ends it with exit status 0, in time, though the answer does not come."""
    with EndpointServer(lambda _: Reply(delay_seconds=300)) as server:
        program = Program(tmp_path, base_url=server.base_url)
        (program.inbox / "a.jpg").write_bytes(jpeg("a"))
        with program.running():
            wait_until(lambda: len(server.asked) == 1)
            _save(program, program.config.read_text(encoding="utf-8").replace("Scans", "Others"))
            wait_until(lambda: "The configuration was changed" in program.log())
    assert program.left() == ["a.jpg"]
