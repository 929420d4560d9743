from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from ocrwatch.childprocess import ARGUMENT, ChildProcess
from ocrwatch.errors import Busy, DecoderCrashed
from ocrwatch.messages import JSON
from tests.waiting import wait_until

WORK = Path(__file__).with_name("childwork")
SMALL = 512 * 1024 * 1024

posix = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")


@pytest.fixture(autouse=True)
def _work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(WORK))


@pytest.fixture
def child() -> Iterator[ChildProcess]:
    child = ChildProcess(name="test", memory_bytes=SMALL)
    yield child
    child.close()


def call(child: ChildProcess, name: str, blob: bytes = b"", *, seconds: float = 30.0, **arguments: JSON) -> JSON:
    result, _ = child.call(f"ocrwatch.childwork:{name}", arguments, blob, timeout_seconds=seconds)
    return result


def pid_of(child: ChildProcess) -> int:
    result = call(child, "echo")
    assert isinstance(result, dict)
    pid = result["pid"]
    assert isinstance(pid, int)
    return pid


def is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def works(child: ChildProcess) -> bool:
    return child.call("ocrwatch.childwork:echo", {}, b"ab", timeout_seconds=30)[1] == b"ba"


def test_started_on_demand(child: ChildProcess) -> None:
    """There is no child before the first call, and one for all calls."""
    assert child.pid() is None
    first = pid_of(child)
    assert first == child.pid() == pid_of(child)
    assert first != os.getpid()


def test_words_and_bytes_travel(child: ChildProcess) -> None:
    """Names that are no UTF-8, signs of every writing and large blobs arrive as they were."""
    name = os.fsdecode(b"\xff\xfe.jpg") + "\n\u202e票🧾"
    blob = os.urandom(3 * 1024 * 1024)
    result, back = child.call("ocrwatch.childwork:echo", {"name": name, "n": [1, 2.5, None]}, blob, timeout_seconds=30)
    assert isinstance(result, dict)
    assert (result["name"], result["n"]) == (name, [1, 2.5, None])
    assert back == blob[::-1]


def test_ended_when_idle() -> None:
    """A child that has nothing to do ends, leaves no zombie, and the next call has another."""
    child = ChildProcess(name="test", memory_bytes=SMALL, idle_seconds=0.05)
    pid = pid_of(child)
    wait_until(lambda: child.pid() is None and not psutil.pid_exists(pid))
    assert pid_of(child) != pid
    child.close()


def test_work_longer_than_the_idle_time() -> None:
    """A child that works is not idle."""
    child = ChildProcess(name="test", memory_bytes=SMALL, idle_seconds=0.05)
    pid_of(child)
    assert call(child, "linger") == "done"
    child.close()


@pytest.mark.parametrize("name", ["SIGSEGV", "SIGKILL", "SIGABRT"])
@posix
def test_crash(child: ChildProcess, name: str) -> None:
    """A child that dies is a DecoderCrashed; the next call has another, and no zombie is left."""
    pid = pid_of(child)
    with pytest.raises(DecoderCrashed):
        call(child, "die", by=name)
    assert not psutil.pid_exists(pid)
    assert works(child)


def test_leaving_without_an_answer(child: ChildProcess) -> None:
    """A library that ends the process is a DecoderCrashed, too."""
    with pytest.raises(DecoderCrashed):
        call(child, "leave")
    assert works(child)


@posix
def test_killed_between_calls(child: ChildProcess) -> None:
    """A child that was killed while it had nothing to do costs the next call nothing."""
    pid = pid_of(child)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: child.pid() is None)
    assert works(child)


@pytest.mark.parametrize("name", ["wait_for_ever", "hold_everything"])
def test_hang(child: ChildProcess, tmp_path: Path, name: str) -> None:
    """Work that takes too long is a DecoderCrashed; its process is gone and the next call has another."""
    pid = pid_of(child)
    with pytest.raises(DecoderCrashed):
        call(child, name, begun=str(tmp_path / "begun"), seconds=0.3)
    assert not psutil.pid_exists(pid)
    assert works(child)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds it")
def test_memory_bomb(child: ChildProcess) -> None:
    """Work that grows without end meets its bound; the next call works."""
    with pytest.raises(DecoderCrashed):
        call(child, "eat_memory")
    assert works(child)


def test_errors_of_the_tree_come_back(child: ChildProcess) -> None:
    """What the work raises is raised here: class, nested message, delay."""
    with pytest.raises(Busy) as met:
        call(child, "refuse", file="票.jpg")
    assert type(met.value) is Busy
    assert str(met.value) == "票.jpg waits: it is 3 o'clock"
    assert met.value.after_seconds == 7


def test_other_errors(child: ChildProcess, caplog: pytest.LogCaptureFixture) -> None:
    """Any other error is a DecoderCrashed; the log has where it was, never what it said. The child lives on."""
    pid = pid_of(child)
    with caplog.at_level(logging.ERROR), pytest.raises(DecoderCrashed):
        call(child, "fail", secret="words of a document")
    assert "RuntimeError" in caplog.text
    assert "in fail" in caplog.text
    assert "words of a document" not in caplog.text
    assert pid_of(child) == pid


def test_a_missing_package_is_named(child: ChildProcess, caplog: pytest.LogCaptureFixture) -> None:
    """An installation that lacks a package can be understood from the log."""
    with caplog.at_level(logging.ERROR), pytest.raises(DecoderCrashed):
        call(child, "lack")
    assert "a_package_that_is_not_there" in caplog.text


@pytest.mark.parametrize("function", ["os:getcwd", "ocrwatch.childwork:nothing", "ocrwatch.nothing:at_all", ""])
def test_only_work_of_the_package(child: ChildProcess, function: str) -> None:
    """What is not a function of this package is not called."""
    with pytest.raises(DecoderCrashed):
        child.call(function, {}, timeout_seconds=30)
    assert works(child)


def test_answer_that_cannot_be_told(child: ChildProcess) -> None:
    """A result that is no JSON is a DecoderCrashed."""
    with pytest.raises(DecoderCrashed):
        call(child, "cannot_be_told")
    assert works(child)


def test_prints_do_not_reach_the_frames(child: ChildProcess) -> None:
    """What libraries print is lost, and answers arrive unharmed."""
    for _ in range(3):
        assert call(child, "chatter") == "said"
    assert works(child)


@pytest.mark.parametrize("lie", ['{"blob_bytes": 99999999999999}', '{"blob_bytes": -1}', "[]", "{}", "no JSON"])
def test_lies_about_lengths(child: ChildProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lie: str) -> None:
    """A child gone wild cannot make the daemon reserve what it claims to send."""
    liar = f"""
        import os, struct, sys, threading
        os.write(1, struct.pack(">Q", 17) + b'{{"blob_bytes": 0}}')
        os.write(1, struct.pack(">Q", {len(lie)}) + {lie!r}.encode())
        threading.Event().wait()
    """
    monkeypatch.setattr(sys, "executable", str(_program(tmp_path, liar)))
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    with pytest.raises(DecoderCrashed):
        works(child)


def test_threads_take_turns(child: ChildProcess) -> None:
    """Calls of several threads get their own answers."""
    answers: dict[int, bytes] = {}

    def ask(number: int) -> None:
        for turn in range(20):
            blob = b"%d %d" % (number, turn)
            answers[number * 100 + turn] = child.call("ocrwatch.childwork:echo", {}, blob, timeout_seconds=30)[1]

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {n * 100 + t: (b"%d %d" % (n, t))[::-1] for n in range(4) for t in range(20)}


def test_close_ends_work(child: ChildProcess, tmp_path: Path) -> None:
    """Closing does not wait for work that hangs; whoever waited for it has a DecoderCrashed."""
    begun, met = tmp_path / "begun", []

    def hang() -> None:
        try:
            call(child, "wait_for_ever", begun=str(begun), seconds=100)
        except DecoderCrashed as error:
            met.append(error)

    thread = threading.Thread(target=hang)
    thread.start()
    wait_until(begun.exists)
    child.close()
    thread.join(20)
    assert len(met) == 1
    assert child.pid() is None


@pytest.mark.parametrize(
    ("program", "said"),
    [("/nowhere/python", "cannot start its helper process"), ("ending", "ends as soon as it starts")],
    ids=["moved away", "half there"],
)
def test_no_start(
    monkeypatch: pytest.MonkeyPatch, child: ChildProcess, tmp_path: Path, program: str, said: str
) -> None:
    """A child that cannot be started, as while the program is replaced, is no fault of the file: it waits."""
    with monkeypatch.context() as patch:
        place = str(_program(tmp_path, "raise SystemExit(1)")) if program == "ending" else program
        patch.setattr(sys, "executable", place)
        patch.setattr(sys, "frozen", True, raising=False)
        with pytest.raises(Busy, match=said) as met:
            works(child)
        assert type(met.value) is Busy
    assert works(child)


@pytest.mark.parametrize("runs", [False, True], ids=["at its start", "while it runs"])
def test_no_thread_to_be_had(monkeypatch: pytest.MonkeyPatch, child: ChildProcess, runs: bool) -> None:
    """At the limit of processes and threads the file waits, too."""
    if runs:
        assert works(child)

    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Timer, "start", refuse)
        with pytest.raises(Busy, match="cannot start its helper process"):
            works(child)
    assert works(child)


def test_the_child_has_no_key(monkeypatch: pytest.MonkeyPatch, child: ChildProcess) -> None:
    """What decodes a hostile picture does not find the key in its environment."""
    for name in ("OCRWATCH_API_KEY", "OCRWATCH_OTHER_KEY_2", "ocrwatch_api_key"):
        monkeypatch.setenv(name, "sk-secret")
    monkeypatch.setenv("OCRWATCH_TEST_LANGUAGE", "en")
    names = call(child, "environment")
    assert isinstance(names, list)
    assert "OCRWATCH_TEST_LANGUAGE" in names
    assert not [name for name in names if "KEY" in str(name).upper() and "OCRWATCH" in str(name).upper()]


HOSTILE: list[JSON] = [
    *({"kind": kind, "message": {"template": "x", "places": {}}, "after_seconds": None}
      for kind in ("BadKey", "EverythingRefused", "Halt", "LedgerBusy", "RefusedByEndpoint", "LineError", "log", "")),
    {"kind": "Busy"},
    {"kind": "Busy", "message": "x", "after_seconds": None},
    {"kind": "Busy", "message": {"template": "{x}", "places": {}}, "after_seconds": None},
    {"kind": "Busy", "message": {"template": "{x:9999999999}", "places": {"x": "y"}}, "after_seconds": None},
    {"kind": "Busy", "message": {"template": "{x.__class__}", "places": {"x": "y"}}, "after_seconds": None},
    {"kind": "Busy", "message": {"template": "{", "places": {}}, "after_seconds": None},
    {"kind": "Busy", "message": {"template": "x", "places": {}}, "after_seconds": "soon"},
    {"traceback": 5},
    [],
    None,
]  # fmt: skip


@pytest.mark.parametrize("told", HOSTILE)
def test_a_child_gone_wild_speaks_only_of_its_file(child: ChildProcess, told: JSON) -> None:
    """An error that decoding cannot meet (a refused key, a busy workbook, nonsense) is a crash of the child."""
    with pytest.raises(DecoderCrashed):
        call(child, "lie", told=told)
    assert works(child)


@pytest.mark.parametrize(("told", "obeyed"), [(1e300, 3600.0), (-5, 0.0), (7, 7.0)])
def test_a_wait_has_a_limit(child: ChildProcess, told: float, obeyed: float) -> None:
    """Nothing the child says puts a file off for ever."""
    said: JSON = {"template": "{name} waits", "places": {"name": "a.jpg"}}
    with pytest.raises(Busy, match=r"a\.jpg waits") as met:
        call(child, "lie", told={"kind": "Busy", "message": said, "after_seconds": told})
    assert met.value.after_seconds == obeyed


# ---------------------------------------------------------------- its parent


def _program(folder: Path, code: str) -> Path:
    path = folder / "program"
    path.write_text(f"#!{sys.executable}\n" + textwrap.dedent(code))
    path.chmod(0o755)
    return path


def _parent(code: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, start_new_session=True
    )


def _pid_from(begun: Path) -> int:
    wait_until(lambda: begun.exists() and begun.read_text() != "")
    return int(begun.read_text())


@pytest.mark.parametrize(
    ("name", "end"), [("wait_for_ever", "SIGKILL"), ("wait_for_ever", "SIGTERM"), ("hold_everything", "SIGKILL")]
)
@posix
def test_no_orphan_while_busy(tmp_path: Path, name: str, end: str) -> None:
    """When the daemon is killed the child ends, though it works: at once, or, if nothing else runs, at its limit."""
    begun = tmp_path / "begun"
    parent = _parent(
        f"""
        from ocrwatch.childprocess import ChildProcess
        child = ChildProcess(name="test", memory_bytes={SMALL})
        child.call("ocrwatch.childwork:{name}", {{"begun": {str(begun)!r}}}, timeout_seconds=0.5)
        """
    )
    pid = _pid_from(begun)
    parent.send_signal(getattr(signal, end))
    parent.wait(20)
    wait_until(lambda: is_gone(pid))


@posix
def test_no_orphan_while_idle(tmp_path: Path) -> None:
    """A child that has nothing to do ends with its parent, too, killed or not."""
    parent = _parent(
        f"""
        import os
        from ocrwatch.childprocess import ChildProcess
        child = ChildProcess(name="test", memory_bytes={SMALL})
        child.call("ocrwatch.childwork:echo", {{}}, timeout_seconds=30)
        print(child.pid(), flush=True)
        os.kill(os.getpid(), 9)
        """
    )
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.wait(20)
    wait_until(lambda: is_gone(pid))


@posix
def test_interrupts_are_for_the_daemon(child: ChildProcess) -> None:
    """Ctrl+C in the terminal does not reach the child, and orders to stop do not end its work."""
    pid = pid_of(child)
    assert os.getsid(pid) != os.getsid(0)
    for order in (signal.SIGINT, signal.SIGTERM):
        os.kill(pid, order)
        assert pid_of(child) == pid


# ---------------------------------------------------------------- how it is started


@posix
def test_packaged_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, child: ChildProcess) -> None:
    """A packaged program has no interpreter to start: it starts itself, with an argument of its own."""
    entry = """
        import sys
        from ocrwatch.childprocess import ARGUMENT, child_main
        assert sys.argv[1] == ARGUMENT
        child_main(sys.argv[2:])
    """
    monkeypatch.setattr(sys, "executable", str(_program(tmp_path, entry)))
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert works(child)
    assert psutil.Process(pid_of(child)).cmdline()[-2:] == [ARGUMENT, str(SMALL)]


def test_small_at_the_start(child: ChildProcess) -> None:
    """The child loads nothing that its work does not need."""
    loaded = call(child, "loaded")
    assert isinstance(loaded, list)
    heavy = {"PIL", "numpy", "onnxruntime", "openpyxl", "httpx", "pydantic", "typer", "psutil", "watchdog", "sqlite3"}
    assert heavy.isdisjoint(map(str, loaded))
    ours = {str(name) for name in loaded if str(name).startswith("ocrwatch.")}
    assert ours == {"ocrwatch.childwork", "ocrwatch.errors", "ocrwatch.messages"}


def test_imports_nothing_from_the_folder_it_was_started_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, child: ChildProcess
) -> None:
    """A json.py among somebody's scans is not run."""
    (tmp_path / "json.py").write_text("raise SystemExit")
    monkeypatch.chdir(tmp_path)
    assert works(child)
    path = call(child, "where_from")
    assert isinstance(path, list)
    assert not {"", str(tmp_path)} & {str(place) for place in path}


@posix
def test_leaves_no_dump(child: ChildProcess) -> None:
    """A crash writes no picture of the memory to the disk: somebody's papers are in it."""
    resource = pytest.importorskip("resource")
    assert psutil.Process(pid_of(child)).rlimit(resource.RLIMIT_CORE) == (0, 0)
