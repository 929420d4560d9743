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
from html import escape
from typing import TYPE_CHECKING, Annotated

from dbus_fast import Message as BusMessage
from dbus_fast import MessageType, PropertyAccess
from dbus_fast.annotations import DBusBool, DBusInt32, DBusObjectPath, DBusSignature, DBusStr
from dbus_fast.service import ServiceInterface, dbus_method, dbus_property, dbus_signal

from ocrwatch.desktop.dbus_menu import PATH as MENU_PATH
from ocrwatch.desktop.dbus_menu import DBusMenu
from ocrwatch.desktop.icons import icon
from ocrwatch.desktop.labels import one_line
from ocrwatch.desktop.look import Look, State
from ocrwatch.desktop.menu import Action
from ocrwatch.desktop.session_bus import SessionBus
from ocrwatch.ports import Render

if TYPE_CHECKING:
    from dbus_fast.aio import MessageBus

log = logging.getLogger(__name__)

WATCHER = "org.kde.StatusNotifierWatcher"
WATCHER_PATH = "/StatusNotifierWatcher"
ITEM_PATH = "/StatusNotifierItem"
SIZES_PX = (16, 22, 24, 32, 48, 64)

_Pixmap = tuple[int, int, bytes]
_Pixmaps = Annotated[list[_Pixmap], DBusSignature("a(iiay)")]
_ToolTip = Annotated[tuple[str, list[_Pixmap], str, str], DBusSignature("(sa(iiay)ss)")]
_LISTEN = (
    "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',member='NameOwnerChanged',"
    f"arg0='{WATCHER}'"
)


class StatusItem:
    """Implements `Tray`."""

    def __init__(self, bus: SessionBus, render: Render, on_action: Callable[[Action], None]) -> None:
        self._bus = bus
        self._item = _Item(render)
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


def pixmap(state: State, size_px: int, count: int) -> _Pixmap:
    """The icon as the interface wants it: ARGB, the most significant byte first."""
    red, green, blue, alpha = icon(state, size_px, count=count).split()
    from PIL import Image

    return (size_px, size_px, Image.merge("RGBA", (alpha, red, green, blue)).tobytes())


class _Item(ServiceInterface):
    """org.kde.StatusNotifierItem. Used on the bus's thread alone."""

    def __init__(self, render: Render) -> None:
        super().__init__("org.kde.StatusNotifierItem")
        self._render = render
        self._look: Look | None = None
        self._icons: list[_Pixmap] = []
        self._tooltip: tuple[str, str] = ("", "")

    def change(self, look: Look) -> None:
        """Show `look`; the panel is told of what is another."""
        before, self._look = self._look, look
        if before is None or (before.state, before.count) != (look.state, look.count):
            self._icons = [pixmap(look.state, size_px, look.count) for size_px in SIZES_PX]
            self.NewIcon()
        if before is None or before.tooltip != look.tooltip:
            first, *more = (one_line(self._render(said)) for said in look.tooltip)
            self._tooltip = (f"ocrwatch: {first}", "<br/>".join(map(escape, more)))
            self.NewToolTip()
            self.NewTitle()

    @dbus_method()
    def Activate(self, x: DBusInt32, y: DBusInt32) -> None:  # noqa: N802  D-Bus's name
        """A click: panels open the menu for it."""

    @dbus_method()
    def SecondaryActivate(self, x: DBusInt32, y: DBusInt32) -> None:  # noqa: N802
        """A click with the middle button: nothing."""

    @dbus_method()
    def ContextMenu(self, x: DBusInt32, y: DBusInt32) -> None:  # noqa: N802
        """Panels read the menu themselves."""

    @dbus_method()
    def Scroll(self, delta: DBusInt32, orientation: DBusStr) -> None:  # noqa: N802
        """The wheel: nothing."""

    @dbus_signal()
    def NewIcon(self) -> None:  # noqa: N802
        """The icon is another."""

    @dbus_signal()
    def NewToolTip(self) -> None:  # noqa: N802
        """The tooltip is another."""

    @dbus_signal()
    def NewTitle(self) -> None:  # noqa: N802
        """The title is another."""

    @dbus_property(access=PropertyAccess.READ)
    def Category(self) -> DBusStr:  # noqa: N802
        """What kind of icon it is."""
        return "ApplicationStatus"

    @dbus_property(access=PropertyAccess.READ)
    def Id(self) -> DBusStr:  # noqa: N802
        """By which panels remember where it stands."""
        return "ocrwatch"

    @dbus_property(access=PropertyAccess.READ)
    def Title(self) -> DBusStr:  # noqa: N802
        """For those who cannot see the icon."""
        return self._tooltip[0]

    @dbus_property(access=PropertyAccess.READ)
    def Status(self) -> DBusStr:  # noqa: N802
        """Always shown: an icon that hides looks like a program that ended."""
        return "Active"

    @dbus_property(access=PropertyAccess.READ)
    def WindowId(self) -> DBusInt32:  # noqa: N802
        """There is no window."""
        return 0

    @dbus_property(access=PropertyAccess.READ)
    def IconName(self) -> DBusStr:  # noqa: N802
        """None: the icon is drawn by us, and needs no theme."""
        return ""

    @dbus_property(access=PropertyAccess.READ)
    def IconPixmap(self) -> _Pixmaps:  # noqa: N802
        """The icon at several sizes."""
        return self._icons

    @dbus_property(access=PropertyAccess.READ)
    def ToolTip(self) -> _ToolTip:  # noqa: N802
        """Its title, and what stands below."""
        return ("", [], *self._tooltip)

    @dbus_property(access=PropertyAccess.READ)
    def ItemIsMenu(self) -> DBusBool:  # noqa: N802
        """A click opens the menu."""
        return True

    @dbus_property(access=PropertyAccess.READ)
    def Menu(self) -> DBusObjectPath:  # noqa: N802
        """Where the menu is."""
        return MENU_PATH
