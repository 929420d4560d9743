"""Being asked to end: by a signal, or by the session that ends. One place for all of it.

    SIGINT, SIGTERM      Ctrl+C; `kill`, systemd, the end of a session
    SIGHUP               the terminal was closed (not where `nohup` had it ignored)
    SIGBREAK             Windows: Ctrl+Break
    console events       Windows: the console's window is closed, the user logs off, the computer is shut down

A GUI loop may swallow signals or set handlers of its own: it calls `heed` again once it runs, in the main thread.
"""

from __future__ import annotations

import queue
import signal
import sys
import threading
from collections.abc import Callable

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")

LAST_SECONDS = 5.0
"""What Windows leaves to a program whose console is closed."""


class Ending:
    """Whether this process was asked to end. `heed` may be called again, with another `stop`."""

    def __init__(self) -> None:
        self._is_asked = False
        self._requests: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._listener: threading.Thread | None = None
        self._over = threading.Event()
        self._stop: Callable[[], None] = lambda: None
        self._console: object = None  # a reference: Windows keeps none

    @property
    def is_asked(self) -> bool:
        """Whether somebody asked."""
        return self._is_asked

    def heed(self, stop: Callable[[], None]) -> None:
        """Call `stop`, on a thread of its own, when somebody asks; at once where that was before. Main thread only."""
        self._stop = stop
        for name in _SIGNALS:
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, lambda *_: self.ask())
        if sys.platform == "win32" and self._console is None:
            self._console = self._heeding_console()
        if self._listener is None:
            self._listener = threading.Thread(target=self._listen, name="ending", daemon=True)
            self._listener.start()
        if self.is_asked:
            self.ask()

    def ask(self) -> None:
        """Ask it to end. From any thread, and from a signal's handler: it waits for no lock."""
        self._is_asked = True
        self._requests.put(None)

    def over(self) -> None:
        """All is closed in order: the process may be ended."""
        self._over.set()

    def _listen(self) -> None:
        while True:
            self._requests.get()
            self._stop()

    def _heeding_console(self) -> object:
        """Windows ends the process as soon as the handler of such an event returns: it waits for `over`."""
        if sys.platform == "win32":
            import ctypes

            closing = (2, 5, 6)  # CTRL_CLOSE_EVENT, CTRL_LOGOFF_EVENT, CTRL_SHUTDOWN_EVENT

            def heard(event: int) -> bool:
                if event not in closing:
                    return False
                self.ask()
                self._over.wait(LAST_SECONDS)
                return True

            handler = ctypes.WINFUNCTYPE(ctypes.c_int, ctypes.c_uint)(heard)
            ctypes.windll.kernel32.SetConsoleCtrlHandler(handler, True)
            return handler
        return None
