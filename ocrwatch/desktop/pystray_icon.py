"""The tray by pystray: Windows, macOS, and Linux where GTK is there (its back ends `appindicator` and `gtk`).

Rules
  1. pystray's back end `xorg` is never used: it shows an icon without a menu. Importing pystray chooses a back end and
     looks for a display, so it may raise whatever the display's library raises.
  2. Its loops swallow signals. GTK's is made to heed them again; on Windows the loop runs beside the main thread; macOS
     delivers them through the run loop.
  3. pystray redraws the menu after each click by itself; what it draws is `show`'s look, made before.

The macOS parts were written by pystray's source and Apple's reference, and never ran.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ocrwatch.desktop.icons import icon
from ocrwatch.desktop.labels import one_line, within_units
from ocrwatch.desktop.look import Look
from ocrwatch.desktop.menu import Action, Entry, Item, OpenLedger, Separator
from ocrwatch.ports import Render

if TYPE_CHECKING:
    from PIL.Image import Image

log = logging.getLogger(__name__)

_TOOLTIP_UNITS = 127
_BALLOON_UNITS, _BALLOON_TITLE_UNITS = 255, 63
"""As many as Windows takes."""

_SIZE_PX = 64
_SIGNAL_SECONDS = 0.5
_END_SECONDS = 2.0
_WM_QUERYENDSESSION, _WM_ENDSESSION = 0x0011, 0x0016
_NIN_BALLOONUSERCLICK = 0x0405


class PystrayIcon:
    """Implements `Tray`, and says notices on Windows and macOS."""

    def __init__(
        self,
        render: Render,
        on_action: Callable[[Action], None],
        *,
        on_running: Callable[[], None] = lambda: None,
        on_session_end: Callable[[], object] = lambda: None,
    ) -> None:
        """`on_running` is called in the main thread once the loop has begun, `on_session_end` when the user logs out:
        it returns when the program may be ended.

        Raises ImportError where there is no back end that has a menu.
        """
        self._pystray = _imported()
        self._render = render
        self._on_action = on_action
        self._on_running = on_running
        self._on_session_end = on_session_end
        self._balloon_click: Callable[[], None] | None = None
        self._stopped = threading.Event()
        self._look: Look | None = None
        self._icon: Any = None

    @property
    def backend(self) -> str:
        """pystray's name of it."""
        return str(self._pystray.Icon.__module__).rpartition("._")[2]

    def show(self, look: Look) -> None:
        """Show `look` from now on."""
        before, self._look = self._look, look
        if self._icon is not None and before != look:
            _in_main_loop(lambda: self._change(before, look))

    def run(self) -> None:
        """Return after `stop`; signals are heeded meanwhile."""
        assert self._look is not None
        self._icon = self._pystray.Icon(
            "ocrwatch", self._drawn(self._look), self._tooltip(self._look), self._menu(self._look.menu)
        )
        if sys.platform == "win32":
            self._heed_windows()
            loop = threading.Thread(target=self._icon.run, name="tray", daemon=True)
            loop.start()
            while not self._stopped.wait(_SIGNAL_SECONDS):
                pass
            loop.join(_END_SECONDS)  # else the icon stays until the mouse passes over it
            return
        _when_running(self._running)
        if not self._stopped.is_set():
            self._icon.run(_appear)

    def stop(self) -> None:
        """Take the icon away, and end the loop."""
        self._stopped.set()
        if self._icon is not None:
            _in_main_loop(self._icon.stop)

    def tell(self, title: str, text: str, on_click: Callable[[], None] | None) -> None:
        """Say something beside the icon; on macOS a click does nothing."""
        if self._icon is not None:
            self._balloon_click = on_click
            self._icon.notify(within_units(text, _BALLOON_UNITS), within_units(title, _BALLOON_TITLE_UNITS))

    # ------------------------------------------------------------

    def _running(self) -> None:
        if sys.platform == "linux":  # it takes its last notice away at its end, and falls over where nobody shows any
            self._icon._notifier = _NoNotices()  # noqa: SLF001  there is no other way
        if self._stopped.is_set():  # between its making and its loop
            self._icon.stop()
        self._on_running()

    def _change(self, before: Look | None, look: Look) -> None:
        if before is None or (before.state, before.count) != (look.state, look.count):
            self._icon.icon = self._drawn(look)
            _as_template(self._icon)
        if before is None or before.tooltip != look.tooltip:
            self._icon.title = self._tooltip(look)
        if before is None or before.menu != look.menu:
            self._icon.menu = self._menu(look.menu)

    def _drawn(self, look: Look) -> Image:
        return icon(look.state, _size_px(), count=look.count, template=sys.platform == "darwin")

    def _tooltip(self, look: Look) -> str:
        return within_units("\n".join(one_line(self._render(said)) for said in look.tooltip), _TOOLTIP_UNITS)

    def _menu(self, entries: tuple[Entry, ...]) -> object:
        return self._pystray.Menu(*(self._entry(entry) for entry in entries))

    def _entry(self, entry: Entry) -> object:
        if isinstance(entry, Separator):
            return self._pystray.Menu.SEPARATOR
        label = one_line(self._render(entry.text))
        if sys.platform == "win32":
            label = label.replace("&", "&&")  # one would underline the next letter
        return self._pystray.MenuItem(
            label,
            self._menu(entry.entries) if entry.entries else self._does(entry),
            checked=None if entry.checked is None else _always(entry.checked),
            enabled=entry.is_enabled,
            default=sys.platform == "win32" and isinstance(entry.action, OpenLedger),
        )

    def _does(self, item: Item) -> Callable[[], None]:
        action = item.action
        return (lambda: None) if action is None else (lambda: self._on_action(action))

    def _heed_windows(self) -> None:
        """pystray answers what it does not know with 0, which vetoes every log-off; and it forgets balloons' clicks."""
        handlers = self._icon._message_handlers  # noqa: SLF001  there is no other way
        (number,) = (each for each in handlers if handlers[each] == self._icon._on_notify)  # noqa: SLF001
        usual = handlers[number]

        def notified(wparam: int, lparam: int) -> object:
            click = self._balloon_click
            if lparam == _NIN_BALLOONUSERCLICK and click is not None:
                click()
                return 0
            return usual(wparam, lparam)

        def ending(wparam: int, _: int) -> int:
            if wparam:
                self._on_session_end()
            return 0

        handlers[number] = notified
        handlers[_WM_QUERYENDSESSION] = lambda *_: 1
        handlers[_WM_ENDSESSION] = ending


class _NoNotices:
    """In place of pystray's notices, which are not used on Linux."""

    def hide(self) -> None:
        """There is nothing to hide."""


def _imported() -> Any:
    """pystray with a back end that has a menu. Raises ImportError."""
    if sys.platform in ("win32", "darwin"):
        import pystray

        return pystray
    for backend in ("appindicator", "gtk"):
        with _chosen(backend):
            try:
                import pystray
            except (ImportError, ValueError) as error:  # ValueError: gi does not know the library
                log.info("pystray's %s: %s", backend, type(error).__name__)
            else:
                return pystray
    raise ImportError("pystray has no back end with a menu here")


@contextmanager
def _chosen(backend: str) -> Iterator[None]:
    """pystray reads the environment when it is imported."""
    before = os.environ.get("PYSTRAY_BACKEND")
    os.environ["PYSTRAY_BACKEND"] = before if before in ("appindicator", "gtk") else backend
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYSTRAY_BACKEND"]
        else:
            os.environ["PYSTRAY_BACKEND"] = before


def _when_running(call: Callable[[], None]) -> None:
    """Have `call` called in the main thread once the loop runs: pystray sets its own handler of Ctrl+C just before."""
    if sys.platform == "darwin":
        from PyObjCTools import AppHelper

        AppHelper.callAfter(call)
    else:
        from gi.repository import GLib

        def once() -> bool:
            call()
            return False

        GLib.idle_add(once)


def _in_main_loop(call: Callable[[], None]) -> None:
    """AppKit is touched from the main thread alone; pystray's other back ends see to it themselves."""
    if sys.platform == "darwin":
        from PyObjCTools import AppHelper

        AppHelper.callAfter(call)
    else:
        call()


def _appear(shown: Any) -> None:
    """As pystray does by itself, and as a template."""
    shown.visible = True
    _as_template(shown)


def _as_template(shown: Any) -> None:
    """macOS then colours it to fit the menu bar."""
    if sys.platform == "darwin" and shown._icon_image is not None:  # noqa: SLF001  there is no other way
        shown._icon_image.setTemplate_(True)  # noqa: SLF001


def _size_px() -> int:
    """What Windows loads, at the display's scale; elsewhere the panel scales it down."""
    if sys.platform == "win32":
        import ctypes

        large_icon = 11
        return max(16, int(ctypes.windll.user32.GetSystemMetrics(large_icon)))
    return _SIZE_PX


def _always(value: bool) -> Callable[[object], bool]:
    return lambda _: value
