"""Which icon there is on this desktop, if any.

    Windows, macOS    pystray
    Linux             an item on D-Bus, for every panel that reads such items; GTK is not loaded for it, which would
                      cost 65 MB more
    Linux, an old     pystray on GTK, where GTK can be used: these trays know nothing of D-Bus, and i3bar, polybar or
    tray of X11       trayer have no other
    no D-Bus          none: the daemon runs on, and says how to see it

A panel may come up after us: at login everything starts at once.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import threading
from collections.abc import Callable
from typing import Protocol

from ocrwatch.desktop.look import Look
from ocrwatch.desktop.menu import Action
from ocrwatch.desktop.session_bus import SessionBus
from ocrwatch.ports import Render

log = logging.getLogger(__name__)

BACKEND_VARIABLE = "OCRWATCH_TRAY"
"""For whoever looks for a fault: "dbus" or "gtk", whatever the desktop has."""

PATIENCE_SECONDS = 30.0
"""So long after the start a panel may still come up; then it is said that there is none."""

_LOOK_SECONDS = 1.0


class Tray(Protocol):
    """An icon with a menu."""

    def show(self, look: Look) -> None:
        """Show `look` from now on; from any thread. To be called once before `run`."""
        ...

    def run(self) -> None:
        """Be there until `stop`; in the main thread. Signals are heeded meanwhile."""
        ...

    def stop(self) -> None:
        """Go away; from any thread."""
        ...


class LinuxTray:
    """Implements `Tray`: the item on D-Bus at first, GTK's icon once it is seen that only an old tray is there."""

    def __init__(
        self,
        bus: SessionBus,
        render: Render,
        on_action: Callable[[Action], None],
        *,
        on_running: Callable[[], None],
        on_no_panel: Callable[[], None],
    ) -> None:
        """`on_running` is called in the main thread when its loop has begun, `on_no_panel` once, when no panel has
        come up for a while."""
        from ocrwatch.desktop.status_item import StatusItem

        self._bus = bus
        self._render = render
        self._on_action = on_action
        self._on_running = on_running
        self._on_no_panel = on_no_panel
        self._item = StatusItem(bus, render, on_action)
        self._lock = threading.Lock()
        self._tray: Tray = self._item
        self._look: Look | None = None
        self._stopped = threading.Event()

    def show(self, look: Look) -> None:
        """As the protocol says."""
        with self._lock:
            self._look = look
            self._tray.show(look)

    def run(self) -> None:
        """As the protocol says."""
        threading.Thread(target=self._look_for_panel, name="panel", daemon=True).start()
        self._item.run()
        if self._tray is not self._item and not self._stopped.is_set():
            self._tray.run()

    def stop(self) -> None:
        """As the protocol says."""
        self._stopped.set()
        with self._lock:
            self._tray.stop()
            self._item.stop()

    def _look_for_panel(self) -> None:
        from ocrwatch.desktop.hosts import has_host, has_old_tray

        wanted = os.environ.get(BACKEND_VARIABLE, "")
        gtk = wanted != "dbus" and gtk_may_be_used()
        for _ in range(int(PATIENCE_SECONDS / _LOOK_SECONDS)):
            if wanted != "gtk" and has_host(self._bus):
                return
            if gtk and (wanted == "gtk" or has_old_tray()) and self._change_to_gtk():
                return
            if self._stopped.wait(_LOOK_SECONDS):
                return
        self._on_no_panel()

    def _change_to_gtk(self) -> bool:
        from ocrwatch.desktop.pystray_icon import PystrayIcon

        try:
            tray = PystrayIcon(self._render, self._on_action, on_running=self._on_running)
        except ImportError:
            log.info("GTK cannot be used")
            return False
        with self._lock:
            if self._look is not None:
                tray.show(self._look)
            self._tray = tray
        log.info("The icon goes into an old tray, by pystray's %s", tray.backend)
        self._item.withdraw()
        return True


def gtk_may_be_used() -> bool:
    """Whether GTK and a display of X11 are there."""
    return bool(os.environ.get("DISPLAY")) and importlib.util.find_spec("gi") is not None
