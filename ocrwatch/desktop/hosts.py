"""Whether anything on this Linux desktop shows icons: a StatusNotifier host, or an old tray of X11."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ocrwatch.desktop.session_bus import SessionBus

if TYPE_CHECKING:
    from dbus_fast.aio import MessageBus

_WATCHER = "org.kde.StatusNotifierWatcher"


def has_host(bus: SessionBus) -> bool:
    """Whether a panel reads items on D-Bus."""
    found: list[bool] = []

    async def look(connected: MessageBus) -> None:
        found.append(await _has_host(connected))

    waiting = bus.do(look)
    if waiting is not None:
        waiting.result()
    return any(found)


async def _has_host(bus: MessageBus) -> bool:
    from dbus_fast import Message as BusMessage
    from dbus_fast import MessageType

    reply = await bus.call(
        BusMessage(
            destination=_WATCHER,
            path="/StatusNotifierWatcher",
            interface="org.freedesktop.DBus.Properties",
            member="Get",
            signature="ss",
            body=[_WATCHER, "IsStatusNotifierHostRegistered"],
        )
    )
    return reply is not None and reply.message_type is not MessageType.ERROR and bool(reply.body[0].value)


def has_old_tray() -> bool:
    """Whether a tray of X11 is there: the owner of a selection, by the library that comes with pystray."""
    if not os.environ.get("DISPLAY"):
        return False
    try:
        from Xlib.display import Display
        from Xlib.error import DisplayError
    except ImportError:
        return False
    try:
        display = Display()
    except (DisplayError, OSError):
        return False
    try:
        selection = display.intern_atom(f"_NET_SYSTEM_TRAY_S{display.get_default_screen()}")
        return bool(display.get_selection_owner(selection))
    finally:
        display.close()
