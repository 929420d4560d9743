"""A session bus of one's own, and what a desktop has on it: a panel's watcher, a service of notices, a portal.

They speak dbus-fast as real ones do over the wire; none of them shares anything with the program under test.
"""

from __future__ import annotations

import asyncio
import subprocess
import threading
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from dbus_fast import Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from tests.waiting import wait_until

T = TypeVar("T")

WATCHER = "org.kde.StatusNotifierWatcher"
MENU = "com.canonical.dbusmenu"
ITEM = "org.kde.StatusNotifierItem"
PROPERTIES = "org.freedesktop.DBus.Properties"

_CONFIGURATION = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen>{services}
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>
"""


@contextmanager
def session_bus(folder: Path, *, activating: bool = False) -> Iterator[str]:
    """The address of a bus, which ends with the block. Nothing starts on it by itself, unless it is `activating`."""
    configuration = folder / "bus.conf"
    services = "<standard_session_servicedirs/>" if activating else ""
    configuration.write_text(_CONFIGURATION.replace("{services}", services), encoding="utf-8")
    daemon = subprocess.Popen(
        ["dbus-daemon", f"--config-file={configuration}", "--nofork", "--print-address"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert daemon.stdout is not None
    try:
        yield daemon.stdout.readline().strip()
    finally:
        daemon.terminate()
        daemon.wait(10)
        daemon.stdout.close()


async def _connected(address: str) -> MessageBus:
    return await MessageBus(bus_address=address).connect()


class Peer:
    """A connection with a thread of its own. `names` are taken; `answer` answers calls."""

    def __init__(self, address: str, *names: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.bus = self.do(_connected(address))
        self.bus.add_message_handler(self._handle)
        for name in names:
            self.do(self.bus.request_name(name))

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    def call(self, name: str, path: str, interface: str, member: str, signature: str = "", *body: Any) -> list[Any]:
        reply = self.do(
            self.bus.call(
                Message(
                    destination=name,
                    path=path,
                    interface=interface,
                    member=member,
                    signature=signature,
                    body=list(body),
                )
            )
        )
        assert reply is not None
        assert reply.message_type is not MessageType.ERROR, f"{member}: {reply.error_name} {reply.body}"
        return list(reply.body)

    def answer(self, call: Message) -> Message | None:
        """The reply to a call, None where it is not for us."""
        return None

    def close(self) -> None:
        async def leave() -> None:
            self.bus.disconnect()
            await self.bus.wait_for_disconnect()  # type: ignore[no-untyped-call]

        self.do(leave())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _handle(self, said: Message) -> Message | None:
        return self.answer(said) if said.message_type is MessageType.METHOD_CALL else None


# ---------------------------------------------------------------- a panel


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An entry of a menu as a panel sees it."""

    number: int
    label: str
    enabled: bool
    ticked: bool | None
    below: tuple[Shown, ...]


class Panel(Peer):
    """A watcher and host of icons: knows who registered, reads icons and menus, clicks."""

    def __init__(self, address: str) -> None:
        self.items: list[str] = []
        self.registrations = 0
        super().__init__(address, WATCHER)

    def answer(self, call: Message) -> Message | None:
        if call.member == "RegisterStatusNotifierItem":
            self.registrations += 1
            self.items.append(call.body[0])
            return Message.new_method_return(call)
        if call.interface == PROPERTIES and call.member == "Get" and call.path == "/StatusNotifierWatcher":
            return Message.new_method_return(call, "v", [Variant("b", True)])
        return None

    def item(self) -> str:
        """The name of the one item; waited for."""
        wait_until(lambda: bool(self.items), seconds=20)
        return self.items[-1]

    def property(self, name: str) -> Any:
        return self.call(self.item(), "/StatusNotifierItem", PROPERTIES, "Get", "ss", ITEM, name)[0].value

    def pixmap(self, size_px: int) -> bytes:
        """The icon at a size, ARGB."""
        return next(bytes(data) for width, _, data in self.property("IconPixmap") if width == size_px)

    def tooltip(self) -> str:
        """Title and text."""
        _, _, title, text = self.property("ToolTip")
        return f"{title}\n{text}"

    def menu(self) -> tuple[Shown, ...]:
        """The entries, separators left out."""
        path = self.property("Menu")
        _, (_, _, children) = self.call(self.item(), path, MENU, "GetLayout", "iias", 0, -1, [])
        return tuple(_entry(child.value) for child in children if "label" in child.value[1])

    def labels(self) -> list[str]:
        """Of the first level."""
        return [entry.label for entry in self.menu()]

    def find(self, *labels: str) -> Shown:
        """The entry below `labels`, each the beginning of one."""
        entries, found = self.menu(), None
        for label in labels:
            found = next((each for each in entries if each.label.startswith(label)), None)
            assert found is not None, f"no {label!r} in {[each.label for each in entries]}"
            entries = found.below
        assert found is not None
        return found

    def click(self, *labels: str) -> None:
        self.click_number(self.find(*labels).number)

    def click_number(self, number: int) -> None:
        path = self.property("Menu")
        self.call(self.item(), path, MENU, "Event", "isvu", number, "clicked", Variant("s", ""), 0)


def _entry(node: Sequence[Any]) -> Shown:
    number, drawn, children = node
    state = drawn.get("toggle-state")
    return Shown(
        number=number,
        label=drawn["label"].value.replace("__", "_"),
        enabled=drawn["enabled"].value,
        ticked=None if state is None else bool(state.value),
        below=tuple(_entry(child.value) for child in children if "label" in child.value[1]),
    )


# ---------------------------------------------------------------- notices, a portal


def clicked_on(number: int) -> Message:
    """What says that a notice was clicked."""
    name, path = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"
    return Message.new_signal(path, name, "ActionInvoked", "us", [number, "default"])


class NoticeBoard(Peer):
    """Shows notices: keeps them, and clicks them."""

    def __init__(self, address: str, capabilities: Sequence[str] = ("actions", "body", "body-markup")) -> None:
        self.shown: list[list[Any]] = []
        self._capabilities = list(capabilities)
        super().__init__(address, "org.freedesktop.Notifications")

    def answer(self, call: Message) -> Message | None:
        if call.member == "GetCapabilities":
            return Message.new_method_return(call, "as", [self._capabilities])
        if call.member == "Notify":
            self.shown.append(call.body)
            return Message.new_method_return(call, "u", [len(self.shown)])
        return None

    def titles(self) -> list[str]:
        return [body[3] for body in self.shown]

    def click(self, number: int) -> None:
        """The notice itself; the first is 1."""
        self.do(self._send(clicked_on(number)))

    async def _send(self, said: Message) -> None:
        await self.bus.send(said)


class Portal(Peer):
    """A person at a file dialogue who chooses `chosen` at once; None: who cancels."""

    def __init__(self, address: str, chosen: Sequence[Path] | None) -> None:
        self._chosen = chosen
        self.titles: list[str] = []
        super().__init__(address, "org.freedesktop.portal.Desktop")

    def answer(self, call: Message) -> Message | None:
        if call.member != "OpenFile":
            return None
        self.titles.append(call.body[1])
        request = "/org/freedesktop/portal/desktop/request/1_1/t"
        uris = Variant("as", [path.as_uri() for path in self._chosen or ()])
        body = [1, {}] if self._chosen is None else [0, {"uris": uris}]
        interface = "org.freedesktop.portal.Request"
        answer = Message.new_signal(request, interface, "Response", "ua{sv}", body)
        asyncio.get_running_loop().call_soon(self.bus.send, answer)
        return Message.new_method_return(call, "o", [request])
