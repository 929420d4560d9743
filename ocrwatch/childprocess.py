"""A child process for work that may crash, hang or grow: decoding pictures and local OCR.

    parent ── frame(function, arguments, blob) ──▶ child        over its standard input
    parent ◀─ frame(result | error, blob) ──────── child        over its standard output

Rules
  1. Started on demand, ended when idle; a call that takes too long or a child that dies is a `DecoderCrashed`.
  2. A frame is a length, JSON of that length, and the blob whose length the JSON tells. Never pickle: what decodes
     a hostile picture must not be able to run code here.
  3. The child ends with its parent: a thread of it waits for the end of its input, busy or not. Work that does not
     let that thread run ends at its own time limit, by a clock of the child's that nothing holds up.
  4. Only functions of this package are called: `function(arguments, blob) -> (result, blob)`.
  5. Orders to stop are for the daemon, which lets the child finish or kills it.

On Linux the kernel bounds the child's memory. Elsewhere it is unbounded, but still apart from the daemon's.
"""

from __future__ import annotations

import faulthandler
import importlib
import json
import logging
import os
import queue
import signal
import struct
import subprocess
import sys
import threading
import traceback
from collections.abc import Mapping
from contextlib import suppress
from typing import IO

from ocrwatch import errors
from ocrwatch.errors import DecoderCrashed, LineError
from ocrwatch.messages import JSON, message, message_from_data, message_to_data

log = logging.getLogger(__name__)

ARGUMENT = "--child"
"""The program's first argument in a child of the packaged program, which has no `-m`."""

_LENGTH = struct.Struct(">Q")
_LONGEST_HEADER_BYTES = 64 * 1024 * 1024
_LONGEST_BLOB_BYTES = 1024 * 1024 * 1024

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

        Raises the `LineError` it raised there; `DecoderCrashed` when it died, hung or failed in any other way.
        """
        with self._lock:
            self._cancel_idle()
            try:
                header, answer = self._answered(
                    {"function": function, "arguments": dict(arguments), "timeout_seconds": timeout_seconds}, blob
                )
            except (OSError, EOFError, ValueError) as error:
                self._end()
                log.warning("The %s process ended while it worked", self.name)
                raise _crashed() from error
            finally:
                self._end_when_idle()
        if "error" in header:
            raise _restored(header["error"], self.name)
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

    def _answered(self, header: dict[str, JSON], blob: bytes) -> tuple[dict[str, JSON], bytes]:
        process = self._running()
        too_late = threading.Timer(float(str(header["timeout_seconds"])), process.kill)
        too_late.daemon = True
        too_late.start()
        try:
            return _exchange(process, header, blob)
        finally:
            too_late.cancel()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._end()
        self._process = _start(self._memory_bytes)
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
        self._idle = threading.Timer(self._idle_seconds, self._end_if_idle)
        self._idle.daemon = True
        self._idle.start()

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
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


def _exchange(process: subprocess.Popen[bytes], header: dict[str, JSON], blob: bytes) -> tuple[dict[str, JSON], bytes]:
    assert process.stdin is not None
    assert process.stdout is not None
    _write_frame(process.stdin, header, blob)
    return _read_frame(process.stdout)


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


def _restored(data: JSON, name: str) -> LineError:
    """The error that the child met, as it was raised there."""
    assert isinstance(data, dict)
    kind = getattr(errors, str(data["kind"]), None)
    if isinstance(kind, type) and issubclass(kind, LineError):
        after = data["after_seconds"]
        return kind(message_from_data(data["message"]), after_seconds=None if after is None else float(str(after)))
    log.error("The %s process met an unexpected error:\n%s", name, data["traceback"])
    return _crashed()


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
