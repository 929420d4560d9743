"""A child process for work that may crash, hang or grow: decoding pictures and local OCR.

    parent ◀─ frame(ready) ─────────────────────── child        once
    parent ── frame(function, arguments, blob) ──▶ child        over its standard input
    parent ◀─ frame(result | error, blob) ──────── child        over its standard output

Rules
  1. Started on demand, ended when idle; a call that takes too long or a child that dies is a `DecoderCrashed`. One
     that never says it is ready is a `Busy`: the computer's trouble, not the file's.
  2. A frame is a length, JSON of that length, and the blob whose length the JSON tells. Never pickle: what decodes
     a hostile picture must not be able to run code here. It may raise what its work may raise, and has no key.
  3. The child ends with its parent: a thread of it waits for the end of its input, busy or not. Work that does not
     let that thread run ends at its own time limit, by a clock of the child's that nothing holds up.
  4. Only functions of this package are called: `function(arguments, blob) -> (result, blob)`.
  5. Orders to stop are for the daemon, which lets the child finish or kills it.

On Linux the kernel bounds the child's memory. Elsewhere it is unbounded, but still apart from the daemon's.
"""

from __future__ import annotations

import errno
import faulthandler
import importlib
import json
import logging
import os
import queue
import re
import signal
import struct
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from string import Formatter
from typing import IO

from ocrwatch.errors import (
    Busy,
    DecoderCrashed,
    Gone,
    Halt,
    Incomplete,
    LineError,
    NotAScan,
    ServerTrouble,
    Unreadable,
)
from ocrwatch.messages import JSON, Message, message, message_from_data, message_to_data

log = logging.getLogger(__name__)

ARGUMENT = "--child"
"""The program's first argument in a child of the packaged program, which has no `-m`."""

_LENGTH = struct.Struct(">Q")
_LONGEST_HEADER_BYTES = 64 * 1024 * 1024
_LONGEST_BLOB_BYTES = 1024 * 1024 * 1024

_LONGEST_TEXT_CHARS = 8000
_LONGEST_WAIT_SECONDS = 3600.0

_READY_SECONDS = 60.0
"""For the child's start, which takes 0.1 s on a computer that is not busy."""

_OUR_KEY = re.compile("OCRWATCH_.*KEY.*", re.IGNORECASE)
"""Variables of the environment that the child must not know."""

_RAISED = {kind.__name__: kind for kind in (Busy, DecoderCrashed, Gone, Incomplete, NotAScan, Unreadable)}
"""What the child's work may raise: it cannot speak for the service or the ledger."""

_RAISED_BY = {"ocrwatch.reading.": Halt, "ocrwatch.inbox.fetching:": ServerTrouble}
"""And what only the work that begins so may: while it reads print, while it follows a link."""

_AFTERWARDS_SECONDS = 2.0
"""How much later than its parent the child itself ends a call that takes too long."""


class ChildProcess:
    """A child that is there when it is needed. Calls of several threads take turns."""

    def __init__(self, *, name: str, memory_bytes: int, idle_seconds: float = 60.0) -> None:
        """`memory_bytes` bounds the child's own memory; it is ended after `idle_seconds` without a call."""
        self.name = name
        self._memory_bytes = memory_bytes
        self._idle_seconds = idle_seconds
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._idle: threading.Timer | None = None

    def call(
        self, function: str, arguments: Mapping[str, JSON], blob: bytes = b"", *, timeout_seconds: float
    ) -> tuple[JSON, bytes]:
        """What `function` ("ocrwatch.module:name") returns in the child.

        Raises the `LineError` it raised there; `Busy` when it cannot be started; `DecoderCrashed` when it died, hung
        or failed in any other way.
        """
        with self._lock:
            self._cancel_idle()
            process = self._running()
            try:
                header, answer = _exchange(
                    process,
                    {"function": function, "arguments": dict(arguments), "timeout_seconds": timeout_seconds},
                    blob,
                )
            except BlockingIOError as error:  # nothing was asked
                raise _no_start(error) from error
            except (OSError, EOFError, ValueError, RecursionError) as error:
                self._end()
                log.warning("The %s process ended while it worked", self.name)
                raise _crashed() from error
            finally:
                self._end_when_idle()
        if "result" not in header:
            raise _restored(header.get("error"), function, self.name)
        return header["result"], answer

    def pid(self) -> int | None:
        """The number of the running child, if there is one."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def close(self) -> None:
        """End the child, also one that works. The next call would start another."""
        process = self._process
        if process is not None:
            process.kill()
        with self._lock:
            self._cancel_idle()
            self._end()

    def _running(self) -> subprocess.Popen[bytes]:
        """The child, ready. Raises `Busy`."""
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._end()
        try:
            self._process = _start(self._memory_bytes)
            assert self._process.stdout is not None
            with _killed_after(self._process, _READY_SECONDS):
                _read_frame(self._process.stdout)
        except (OSError, EOFError, ValueError, RuntimeError) as error:  # no file, no memory, no process, no thread
            self._end()
            log.warning("The %s process cannot be started: %s", self.name, type(error).__name__)
            raise _no_start(error) from error
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()

    def _end_when_idle(self) -> None:
        idle = threading.Timer(self._idle_seconds, self._end_if_idle)
        idle.daemon = True
        with suppress(RuntimeError):  # no thread to be had now: after the next call
            idle.start()
            self._idle = idle

    def _end_if_idle(self) -> None:
        if self._lock.acquire(blocking=False):  # not free: it is working, and will be idle again
            try:
                self._end()
            finally:
                self._lock.release()

    def _cancel_idle(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None


def _start(memory_bytes: int) -> subprocess.Popen[bytes]:
    is_packaged = getattr(sys, "frozen", False)
    # -P: the folder the daemon was started in is no place to import from
    command = [sys.executable, ARGUMENT] if is_packaged else [sys.executable, "-P", "-m", "ocrwatch.childprocess"]
    return subprocess.Popen(  # noqa: S603  our own program
        [*command, str(memory_bytes)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl+C in a terminal is for the daemon
        env={name: value for name, value in os.environ.items() if not _OUR_KEY.fullmatch(name)},
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


def _exchange(process: subprocess.Popen[bytes], header: dict[str, JSON], blob: bytes) -> tuple[dict[str, JSON], bytes]:
    assert process.stdin is not None
    assert process.stdout is not None
    with _killed_after(process, float(str(header["timeout_seconds"]))):
        _write_frame(process.stdin, header, blob)
        return _read_frame(process.stdout)


@contextmanager
def _killed_after(process: subprocess.Popen[bytes], seconds: float) -> Iterator[None]:
    too_late = threading.Timer(seconds, process.kill)
    too_late.daemon = True
    try:
        too_late.start()
    except RuntimeError as error:  # no thread to be had: nothing was asked yet
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN)) from error
    try:
        yield
    finally:
        too_late.cancel()


def _write_frame(stream: IO[bytes], header: dict[str, JSON], blob: bytes) -> None:
    text = json.dumps({**header, "blob_bytes": len(blob)}).encode()
    stream.write(_LENGTH.pack(len(text)) + text)
    stream.write(blob)
    stream.flush()


def _read_frame(stream: IO[bytes]) -> tuple[dict[str, JSON], bytes]:
    (length,) = _LENGTH.unpack(_read_exactly(stream, _LENGTH.size))
    if length > _LONGEST_HEADER_BYTES:
        raise ValueError("no frame")
    header = json.loads(_read_exactly(stream, length))
    blob_bytes = header.get("blob_bytes") if isinstance(header, dict) else None
    if not isinstance(blob_bytes, int) or not 0 <= blob_bytes <= _LONGEST_BLOB_BYTES:
        raise ValueError("no frame")
    return header, _read_exactly(stream, blob_bytes)


def _read_exactly(stream: IO[bytes], length: int) -> bytes:
    data = stream.read(length)
    if len(data) < length:
        raise EOFError
    return data


def _crashed() -> DecoderCrashed:
    return DecoderCrashed(message("Opening the picture failed: the process that decodes it ended or took too long."))


def _no_start(error: Exception) -> Busy:
    reason = error.strerror if isinstance(error, OSError) else None
    if reason:
        text = "ocrwatch cannot start its helper process, which opens the scans ({reason}). It is tried again."
        return Busy(message(text, reason=reason))
    return Busy(
        message("The helper process of ocrwatch, which opens the scans, ends as soon as it starts. It is tried again.")
    )


def _restored(data: JSON, function: str, name: str) -> LineError:
    """The error that the child met, as it was raised there. What its work does not raise, it did not meet."""
    match data:
        case {"kind": str(kind), "message": told, "after_seconds": None | int() | float() as seconds} if (
            raised := _RAISED.get(kind) or _raised_by(kind, function)
        ):
            with suppress(KeyError, ValueError, AssertionError, RecursionError):
                after_seconds = None if seconds is None else min(max(float(seconds), 0.0), _LONGEST_WAIT_SECONDS)
                return raised(_plain(message_from_data(told)), after_seconds=after_seconds)
        case {"traceback": str(where)}:
            log.error("The %s process met an unexpected error:\n%s", name, where[:_LONGEST_TEXT_CHARS])
            return _crashed()
    log.error("The %s process told of an error that its work does not know", name)
    return _crashed()


def _raised_by(kind: str, function: str) -> type[LineError] | None:
    """The error `kind`, if it is one that the work `function` alone may raise."""
    return next(
        (raised for work, raised in _RAISED_BY.items() if function.startswith(work) and raised.__name__ == kind), None
    )


def _plain(told: Message) -> Message:
    """`told`, if it is filled in by its names alone, as all of ours are. Raises ValueError, KeyError."""
    places = dict(told.places)
    for _, place, layout, conversion in Formatter().parse(told.template[:_LONGEST_TEXT_CHARS]):
        if place is not None and (place not in places or layout or conversion):
            raise ValueError("no message")
    for value in places.values():
        if isinstance(value, Message):
            _plain(value)
    return told


# ---------------------------------------------------------------- in the child


def child_main(arguments: list[str]) -> None:
    """The child's whole life. `arguments`: the bound of its memory in bytes."""
    for order in (signal.SIGINT, signal.SIGTERM):
        signal.signal(order, signal.SIG_IGN)
    _bound_memory(int(arguments[0]))
    questions, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    # What a library prints must not land between frames, and what it reads or asks of its input not meet them: on
    # Windows it would wait for the next call.
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    calls: queue.Queue[tuple[dict[str, JSON], bytes]] = queue.Queue()
    threading.Thread(target=_listen, args=(questions, calls), daemon=True).start()
    _write_frame(answers, {"ready": True}, b"")
    with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123  `Path` costs the start 5 ms
        while True:
            header, blob = calls.get()
            # A thread of C that needs no lock of Python's: whatever the work does, it ends.
            seconds = float(str(header["timeout_seconds"])) + _AFTERWARDS_SECONDS
            faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)
            answer = _answer(header, blob)
            faulthandler.cancel_dump_traceback_later()
            _write_frame(answers, *answer)


def _listen(questions: IO[bytes], calls: queue.Queue[tuple[dict[str, JSON], bytes]]) -> None:
    try:
        while True:
            calls.put(_read_frame(questions))
    except BaseException:  # noqa: BLE001  the parent is gone, however it shows
        os._exit(0)


def _answer(header: dict[str, JSON], blob: bytes) -> tuple[dict[str, JSON], bytes]:
    try:
        module, _, name = str(header["function"]).partition(":")
        assert module.startswith("ocrwatch."), module
        result, answer = getattr(importlib.import_module(module), name)(header["arguments"], blob)
    except LineError as error:
        told: JSON = {
            "kind": type(error).__name__,
            "message": message_to_data(error.message),
            "after_seconds": error.after_seconds,
        }
        return {"error": told}, b""
    except MemoryError:
        os._exit(1)
    except Exception as error:  # noqa: BLE001  it is told to the parent, which logs it
        return {"error": {"kind": "", "traceback": _where(error)}}, b""
    return {"result": result}, answer


def _where(error: Exception) -> str:
    """The traceback, without what the error says: that may hold words of the document."""
    said = f": {error}" if isinstance(error, ImportError) else ""
    return "".join(traceback.format_tb(error.__traceback__)) + type(error).__name__ + said


def _bound_memory(memory_bytes: int) -> None:
    if sys.platform == "win32":
        return
    import resource

    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a dump would hold somebody's papers
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))


if __name__ == "__main__":
    child_main(sys.argv[1:])
