"""Showing notices: org.freedesktop.Notifications on Linux, the icon's balloons on Windows and macOS.

Quiet hours are the system's: it is for the desktop to hold back what it is given. Where nothing shows notices, that is
logged once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Protocol

from ocrwatch.desktop.icons import icon
from ocrwatch.desktop.look import State
from ocrwatch.desktop.menu import Action
from ocrwatch.desktop.notices import Kind, Notice
from ocrwatch.desktop.session_bus import SessionBus
from ocrwatch.ports import Render

if TYPE_CHECKING:
    from dbus_fast import Message as BusMessage
    from dbus_fast.aio import MessageBus

    from ocrwatch.desktop.pystray_icon import PystrayIcon

log = logging.getLogger(__name__)

NAME = "org.freedesktop.Notifications"
PATH = "/org/freedesktop/Notifications"
DEFAULT = "default"
"""The action of a click on the notice itself."""

_KEPT = 50
_ICON_PX = 48
_STATES = {
    Kind.DONE: State.IDLE,
    Kind.DOUBTFUL: State.ATTENTION,
    Kind.FAILED: State.ATTENTION,
    Kind.PAUSED: State.PAUSED,
    Kind.WAITING: State.WAITING,
}


class Notifier(Protocol):
    """Shows notices."""

    def tell(self, notice: Notice) -> None:
        """Show it, from any thread; a click carries out its action."""
        ...


class BalloonNotifier:
    """By the icon. Implements `Notifier`."""

    def __init__(self, icon_: PystrayIcon, render: Render, on_action: Callable[[Action], None]) -> None:
        self._icon = icon_
        self._render = render
        self._on_action = on_action

    def tell(self, notice: Notice) -> None:
        """As the protocol says."""
        action = notice.action
        click = None if action is None else (lambda: self._on_action(action))
        self._icon.tell(self._render(notice.title), self._render(notice.text), click)


class BusNotifier:
    """By D-Bus. Implements `Notifier`."""

    def __init__(self, bus: SessionBus, render: Render, on_action: Callable[[Action], None]) -> None:
        self._bus = bus
        self._render = render
        self._on_action = on_action
        self._actions: dict[int, Action] = {}
        self._asked = 0
        self._early: set[int] = set()
        self._is_missed = False
        bus.add(self)

    def tell(self, notice: Notice) -> None:
        """As the protocol says."""

        async def show(bus: MessageBus) -> None:
            await self._show(bus, notice)

        self._bus.do(show)

    async def connected(self, bus: MessageBus) -> None:
        """Listen to clicks."""
        bus.add_message_handler(self._heard)
        name = "org.freedesktop.DBus"
        rule = f"type='signal',interface='{NAME}',path='{PATH}'"
        await _call(bus, name, "/org/freedesktop/DBus", name, "AddMatch", "s", [rule])

    def _heard(self, said: BusMessage) -> None:
        if said.interface != NAME or said.path != PATH:
            return
        if said.member == "ActionInvoked":
            self._clicked(said.body[0])
        if said.member == "NotificationClosed":
            self._actions.pop(said.body[0], None)

    def _clicked(self, number: int) -> None:
        if (action := self._actions.get(number)) is not None:
            self._on_action(action)
        elif self._asked:  # the click is there before the number was heard; it may be another program's, too
            self._early.add(number)

    async def _show(self, bus: MessageBus, notice: Notice) -> None:
        from dbus_fast import MessageType

        reply = await _call(bus, NAME, PATH, NAME, "GetCapabilities", "", [])
        if reply.message_type is MessageType.ERROR:
            self._missing()
            return
        can: list[str] = reply.body[0]
        text = self._render(notice.text)
        body = escape(text, quote=False) if "body-markup" in can else text
        offer = self._render(notice.offer) if notice.offer is not None else ""
        actions = [DEFAULT, offer] if notice.action is not None and "actions" in can else []
        title = self._render(notice.title)
        arguments = ["ocrwatch", 0, "", title, body, actions, _hints(notice.kind), -1]
        self._asked += 1
        try:
            reply = await _call(bus, NAME, PATH, NAME, "Notify", "susssasa{sv}i", arguments)
            if reply.message_type is MessageType.ERROR:
                self._missing()
            elif notice.action is not None:
                self._remember(reply.body[0], notice.action)
        finally:
            self._asked -= 1
            if not self._asked:
                self._early.clear()

    def _remember(self, number: int, action: Action) -> None:
        self._actions[number] = action
        while len(self._actions) > _KEPT:
            del self._actions[next(iter(self._actions))]
        if number in self._early:
            self._early.discard(number)
            self._on_action(action)

    def _missing(self) -> None:
        if not self._is_missed:
            log.warning("Nothing on this desktop shows notices")
        self._is_missed = True


async def _call(
    bus: MessageBus, name: str, path: str, interface: str, member: str, signature: str, body: list[object]
) -> BusMessage:
    from dbus_fast import Message as BusMessage

    reply = await bus.call(
        BusMessage(destination=name, path=path, interface=interface, member=member, signature=signature, body=body)
    )
    assert reply is not None  # it is a call that has a reply
    return reply


def _hints(kind: Kind) -> dict[str, object]:
    from dbus_fast import Variant

    image = icon(_STATES[kind], _ICON_PX)
    has_alpha, bits, channels = True, 8, 4
    data = [image.width, image.height, image.width * channels, has_alpha, bits, channels, image.tobytes()]
    return {"desktop-entry": Variant("s", "ocrwatch"), "image-data": Variant("(iiibiiay)", data)}
