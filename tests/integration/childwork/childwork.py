"""Work of every bad kind, for the child process to do."""

from __future__ import annotations

import os
import re
import signal
import sys
import threading
from pathlib import Path


def echo(arguments, blob):
    return {**arguments, "pid": os.getpid()}, blob[::-1]


def loaded(arguments, blob):
    return sorted(sys.modules), b""


def where_from(arguments, blob):
    return sys.path, b""


def chatter(arguments, blob):
    print("a library says hello")
    os.write(1, b"and another, past Python\n")
    sys.stderr.write("and complains\n")
    assert sys.stdin.read() == ""
    return "said", b""


def die(arguments, blob):
    os.kill(os.getpid(), getattr(signal, arguments["by"]))
    return None, b""


def leave(arguments, blob):
    os._exit(0)


def wait_for_ever(arguments, blob):
    Path(arguments["begun"]).write_text(str(os.getpid()))
    threading.Event().wait()
    return None, b""


def linger(arguments, blob):
    threading.Event().wait(0.3)
    return "done", b""


def hold_everything(arguments, blob):
    """Holds the interpreter's lock for hours: no other thread of Python runs."""
    begun = Path(arguments["begun"])
    begun.with_suffix(".new").write_text(str(os.getpid()))
    begun.with_suffix(".new").replace(begun)
    return re.match(r"(a+)+$", "a" * 64 + "b"), b""


def eat_memory(arguments, blob):
    eaten = []
    while True:
        eaten.append(bytearray(64 * 1024 * 1024))


def fail(arguments, blob):
    raise RuntimeError(arguments["secret"])


def lack(arguments, blob):
    import a_package_that_is_not_there  # noqa: F401


def refuse(arguments, blob):
    from ocrwatch.errors import Busy
    from ocrwatch.messages import message

    raise Busy(
        message("{name} waits: {why}", name=arguments["file"], why=message("it is {n} o'clock", n=3)), after_seconds=7
    )


def cannot_be_told(arguments, blob):
    return {"a set": {1}}, b""


def environment(arguments, blob):
    return sorted(os.environ), b""


def lie(arguments, blob):
    """The child's answer to this call is an error of one's own making."""
    main = sys.modules["__main__"]
    write = main._write_frame

    def lying(stream, header, blob):
        main._write_frame = write
        write(stream, {"error": arguments["told"]}, b"")

    main._write_frame = lying
    return None, b""
