"""Which icon there is on this desktop, if any.

Windows, macOS               pystray
Linux, GTK can be used       pystray (appindicator, else gtk), which also reaches old trays
Linux otherwise              an item of ours on D-Bus
no desktop, no D-Bus         none: the daemon runs on, and says how to see it
"""

from __future__ import annotations

import importlib.util
import logging
import os
import sys
from collections.abc import Callable
from typing import Protocol

from ocrwatch.desktop.look import Look
from ocrwatch.desktop.menu import Action
from ocrwatch.desktop.session_bus import SessionBus
from ocrwatch.ports import Render

log = logging.getLogger(__name__)

BACKEND_VARIABLE = "OCRWATCH_TRAY"
"""For whoever looks for a fault: "pystray", "dbus" or "none"."""


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


def tray_of_linux(
    bus: SessionBus | None, render: Render, on_action: Callable[[Action], None], on_running: Callable[[], None]
) -> Tray | None:
    """The icon for this desktop. `bus` is connected, or None where there is no D-Bus."""
    wanted = os.environ.get(BACKEND_VARIABLE, "")
    if bus is None:
        return None
    if wanted in ("", "pystray") and _gtk_may_be_used():
        from ocrwatch.desktop.pystray_icon import PystrayIcon

        try:
            return PystrayIcon(render, on_action, on_running=on_running)
        except ImportError:
            log.info("GTK shows no icon here")
    if wanted in ("", "dbus"):
        from ocrwatch.desktop.status_item import StatusItem

        return StatusItem(bus, render, on_action)
    return None


def _gtk_may_be_used() -> bool:
    has_display = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    return sys.platform == "linux" and has_display and importlib.util.find_spec("gi") is not None
