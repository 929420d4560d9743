"""The menu on D-Bus, as panels read it: the interface com.canonical.dbusmenu.

An entry keeps its number as long as it does the same: a click on a menu that was drawn a moment ago does what stood
there, or nothing, never what has taken its place since.

Annotations are not deferred here: of a deferred `None` dbus-fast makes no signature.
"""

from collections.abc import Callable
from typing import Annotated

from dbus_fast import PropertyAccess, Variant
from dbus_fast.annotations import DBusBool, DBusInt32, DBusSignature, DBusStr, DBusUInt32, DBusVariant
from dbus_fast.service import ServiceInterface, dbus_method, dbus_property, dbus_signal

from ocrwatch.desktop.labels import one_line
from ocrwatch.desktop.menu import Action, Entry, Item, Separator
from ocrwatch.ports import Render

PATH = "/MenuBar"

_ROOT = 0

_Properties = dict[str, Variant]
_Node = list[int | _Properties | list[Variant]]
_Layout = Annotated[list[int | _Node], DBusSignature("u(ia{sv}av)")]
_Ids = Annotated[list[int], DBusSignature("ai")]
_Names = Annotated[list[str], DBusSignature("as")]
_Group = Annotated[list[list[int | _Properties]], DBusSignature("a(ia{sv})")]
_Events = Annotated[list[tuple[int, str, Variant, int]], DBusSignature("a(isvu)")]
_NeedUpdate = Annotated[list[list[int]], DBusSignature("aiai")]
_Change = Annotated[list[int], DBusSignature("ui")]


class DBusMenu(ServiceInterface):
    """The menu. Used on the bus's thread alone. `on_action` is called with what was clicked."""

    def __init__(self, render: Render, on_action: Callable[[Action], None]) -> None:
        super().__init__("com.canonical.dbusmenu")
        self._render = render
        self._on_action = on_action
        self._revision = 1
        self._numbers: dict[tuple[str, int, Entry | Action], int] = {}
        self._entries: dict[int, Entry] = {}
        self._children: dict[int, list[int]] = {_ROOT: []}

    def change(self, menu: tuple[Entry, ...]) -> None:
        """Show `menu` from now on."""
        self._entries = {}
        self._children = {}
        self._take(_ROOT, menu)
        self._revision += 1
        self.LayoutUpdated()

    # ------------------------------------------------------------ com.canonical.dbusmenu

    @dbus_method()
    def GetLayout(self, parent: DBusInt32, depth: DBusInt32, names: _Names) -> _Layout:  # noqa: N802  D-Bus's name
        """The entries below `parent`, `depth` levels deep (-1: all)."""
        del names
        return [self._revision, self._node(parent, depth)]

    @dbus_method()
    def GetGroupProperties(self, ids: _Ids, names: _Names) -> _Group:  # noqa: N802
        """What is to be drawn of entries; of all where none is named."""
        del names
        return [[number, self._properties(number)] for number in ids or self._entries if number in self._entries]

    @dbus_method()
    def GetProperty(self, number: DBusInt32, name: DBusStr) -> DBusVariant:  # noqa: N802
        """One property of an entry."""
        return self._properties(number).get(name, Variant("s", ""))

    @dbus_method()
    def Event(self, number: DBusInt32, event: DBusStr, data: DBusVariant, timestamp: DBusUInt32) -> None:  # noqa: N802
        """Somebody clicked, opened or closed."""
        del data, timestamp
        entry = self._entries.get(number)
        if event == "clicked" and isinstance(entry, Item) and entry.action is not None:
            self._on_action(entry.action)

    @dbus_method()
    def EventGroup(self, events: _Events) -> _Ids:  # noqa: N802
        """Several events; the numbers that are not known."""
        for number, event, data, timestamp in events:
            self.Event(number, event, data, timestamp)
        return [number for number, *_ in events if number not in self._entries]

    @dbus_method()
    def AboutToShow(self, number: DBusInt32) -> DBusBool:  # noqa: N802
        """Nothing is to be computed: what is shown was, when the look changed."""
        del number
        return False

    @dbus_method()
    def AboutToShowGroup(self, ids: _Ids) -> _NeedUpdate:  # noqa: N802
        """As `AboutToShow`, of several."""
        return [[], [number for number in ids if number != _ROOT and number not in self._entries]]

    @dbus_signal()
    def LayoutUpdated(self) -> _Change:  # noqa: N802
        """The menu is another."""
        return [self._revision, _ROOT]

    @dbus_property(access=PropertyAccess.READ)
    def Version(self) -> DBusUInt32:  # noqa: N802
        """Of the protocol."""
        return 3

    @dbus_property(access=PropertyAccess.READ)
    def TextDirection(self) -> DBusStr:  # noqa: N802
        """Left to right."""
        return "ltr"

    @dbus_property(access=PropertyAccess.READ)
    def Status(self) -> DBusStr:  # noqa: N802
        """Of the menu itself; the icon says the rest."""
        return "normal"

    @dbus_property(access=PropertyAccess.READ)
    def IconThemePath(self) -> _Names:  # noqa: N802
        """Entries have no icons."""
        return []

    # ------------------------------------------------------------

    def _take(self, parent: int, entries: tuple[Entry, ...]) -> None:
        children = self._children.setdefault(parent, [])
        seen: dict[Entry | Action, int] = {}
        for entry in entries:
            does: Entry | Action = entry.action if isinstance(entry, Item) and entry.action is not None else entry
            seen[does] = seen.get(does, 0) + 1
            number = self._numbers.setdefault((str(parent), seen[does], does), len(self._numbers) + 1)
            self._entries[number] = entry
            children.append(number)
            if isinstance(entry, Item) and entry.entries:
                self._take(number, entry.entries)

    def _node(self, number: int, depth: int) -> _Node:
        below = self._children.get(number, []) if depth else []
        children = [Variant("(ia{sv}av)", self._node(child, depth - 1)) for child in below]
        return [number, self._properties(number), children]

    def _properties(self, number: int) -> _Properties:
        match self._entries.get(number):
            case None:
                return {"children-display": Variant("s", "submenu")}
            case Separator():
                return {"type": Variant("s", "separator")}
            case Item() as item:
                return self._drawn(item)

    def _drawn(self, item: Item) -> _Properties:
        label = one_line(self._render(item.text)).replace("_", "__")  # one would underline the next letter
        drawn = {"label": Variant("s", label), "enabled": Variant("b", item.is_enabled)}
        if item.entries:
            drawn["children-display"] = Variant("s", "submenu")
        if item.checked is not None:
            drawn["toggle-type"] = Variant("s", "checkmark")
            drawn["toggle-state"] = Variant("i", int(item.checked))
        return drawn
