"""The icon on D-Bus, as panels read it: the interface org.kde.StatusNotifierItem.

Annotations are not deferred here: of a deferred `None` dbus-fast makes no signature.
"""

from html import escape
from typing import Annotated

from dbus_fast import PropertyAccess
from dbus_fast.annotations import DBusBool, DBusInt32, DBusObjectPath, DBusSignature, DBusStr
from dbus_fast.service import ServiceInterface, dbus_method, dbus_property, dbus_signal

from ocrwatch.desktop.dbus_menu import PATH as MENU_PATH
from ocrwatch.desktop.icons import icon
from ocrwatch.desktop.labels import one_line
from ocrwatch.desktop.look import Look, State
from ocrwatch.ports import Render

SIZES_PX = (16, 22, 24, 32, 48, 64)

_Pixmap = tuple[int, int, bytes]
_Pixmaps = Annotated[list[_Pixmap], DBusSignature("a(iiay)")]
_ToolTip = Annotated[tuple[str, list[_Pixmap], str, str], DBusSignature("(sa(iiay)ss)")]


def pixmap(state: State, size_px: int, count: int) -> _Pixmap:
    """The icon as the interface wants it: ARGB, the most significant byte first."""
    red, green, blue, alpha = icon(state, size_px, count=count).split()
    from PIL import Image

    return (size_px, size_px, Image.merge("RGBA", (alpha, red, green, blue)).tobytes())


class StatusInterface(ServiceInterface):
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
