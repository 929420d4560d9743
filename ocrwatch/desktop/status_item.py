"""The tray of Linux desktops, over D-Bus alone: a StatusNotifierItem (KDE, Xfce, Cinnamon, MATE, GNOME's extension).

    the watcher's name appears ──▶ the item registers with it        again, when the panel died and came back
    show(look) ──▶ NewIcon, NewToolTip, LayoutUpdated                 the panel asks for what it wants to draw
    a click ──▶ Event on the menu ──▶ on_action

No native library, no display of our own: the panel draws.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from dbus_fast import Message as BusMessage
from dbus_fast import MessageType

from ocrwatch.desktop.dbus_menu import PATH as MENU_PATH
from ocrwatch.desktop.dbus_menu import DBusMenu
from ocrwatch.desktop.look import Look
from ocrwatch.desktop.menu import Action
from ocrwatch.desktop.session_bus import SessionBus
from ocrwatch.desktop.status_interface import StatusInterface
from ocrwatch.ports import Render

if TYPE_CHECKING:
    from dbus_fast.aio import MessageBus

log = logging.getLogger(__name__)

WATCHER = "org.kde.StatusNotifierWatcher"
WATCHER_PATH = "/StatusNotifierWatcher"
ITEM_PATH = "/StatusNotifierItem"
_LISTEN = (
    "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',member='NameOwnerChanged',"
    f"arg0='{WATCHER}'"
)


class StatusItem:
    """Implements `Tray`."""

    def __init__(self, bus: SessionBus, render: Render, on_action: Callable[[Action], None]) -> None:
        self._bus = bus
        self._item = StatusInterface(render)
        self._menu = DBusMenu(render, on_action)
        self._name = ""
        self._stopped = threading.Event()
        self._added = False

    def show(self, look: Look) -> None:
        """Show `look` from now on."""

        async def change(_: MessageBus) -> None:
            self._item.change(look)
            self._menu.change(look.menu)

        self._bus.do(change)
        if not self._added:
            self._added = True
            self._bus.add(self)

    def run(self) -> None:
        """Return after `stop`; signals are heeded meanwhile."""
        self._stopped.wait()

    def stop(self) -> None:
        """Take the icon away: the panel does when we leave the bus."""
        self._stopped.set()

    def withdraw(self) -> None:
        """Leave the bus: another icon takes its place."""

        async def leave(bus: MessageBus) -> None:
            self._bus.remove(self)
            bus.unexport(ITEM_PATH, self._item)
            bus.unexport(MENU_PATH, self._menu)
            await bus.release_name(self._name)

        self._bus.do(leave)
        self._stopped.set()

    async def connected(self, bus: MessageBus) -> None:
        """Put the item onto the bus, and register it with the panel's watcher now and whenever that comes back."""
        self._name = f"org.kde.StatusNotifierItem-{os.getpid()}-1"
        bus.export(ITEM_PATH, self._item)
        bus.export(MENU_PATH, self._menu)
        await bus.request_name(self._name)

        def heard(said: BusMessage) -> None:
            if said.member == "NameOwnerChanged" and said.body[0] == WATCHER and said.body[2]:
                self._bus.do(self._register)

        bus.add_message_handler(heard)
        await bus.call(_to_bus("AddMatch", "s", _LISTEN))
        await self._register(bus)

    async def _register(self, bus: MessageBus) -> None:
        reply = await bus.call(
            BusMessage(
                destination=WATCHER,
                path=WATCHER_PATH,
                interface=WATCHER,
                member="RegisterStatusNotifierItem",
                signature="s",
                body=[self._name],
            )
        )
        if reply is None or reply.message_type is MessageType.ERROR:
            log.info("No panel shows icons now")
        else:
            log.info("The icon is shown")


def _to_bus(member: str, signature: str, argument: str) -> BusMessage:
    name = "org.freedesktop.DBus"
    return BusMessage(
        destination=name,
        path="/org/freedesktop/DBus",
        interface=name,
        member=member,
        signature=signature,
        body=[argument],
    )
