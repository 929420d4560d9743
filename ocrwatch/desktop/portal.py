"""The file dialogue of Linux desktops: org.freedesktop.portal.FileChooser.

OpenFile ──▶ a Request's path ──▶ its signal Response(0 chosen, 1 cancelled, 2 ended; {uris})
"""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from ocrwatch.desktop.choosing import NoDialogue
from ocrwatch.desktop.session_bus import SessionBus
from ocrwatch.messages import message

if TYPE_CHECKING:
    from dbus_fast import Message as BusMessage
    from dbus_fast.aio import MessageBus

log = logging.getLogger(__name__)

NAME = "org.freedesktop.portal.Desktop"
PATH = "/org/freedesktop/portal/desktop"
_CHOSEN = 0


def choose_with_portal(bus: SessionBus, title: str) -> tuple[Path, ...]:
    """What the person chose. Raises `NoDialogue` where there is no portal. Not to be called on the bus's thread."""
    answer: list[tuple[Path, ...] | None] = []

    async def ask(connected: MessageBus) -> None:
        answer.append(await _asked(connected, title))

    waiting = bus.do(ask)
    if waiting is not None:
        waiting.result()
    if not answer or answer[0] is None:
        raise NoDialogue(message("Nothing on this computer shows a window to choose files in."))
    return answer[0]


async def _asked(bus: MessageBus, title: str) -> tuple[Path, ...] | None:
    """None where there is no portal."""
    from dbus_fast import MessageType

    request = ""
    early: dict[str, BusMessage] = {}
    answered: asyncio.Future[BusMessage] = asyncio.get_running_loop().create_future()

    def heard(said: BusMessage) -> None:
        if said.message_type is not MessageType.SIGNAL or said.member != "Response" or said.path is None:
            return
        early[said.path] = said  # it may come before the reply that names the request
        if said.path == request and not answered.done():
            answered.set_result(said)

    bus.add_message_handler(heard)
    try:
        await bus.call(_listening())
        reply = await bus.call(_question(title))
        if reply is None or reply.message_type is MessageType.ERROR:
            return None
        request = str(reply.body[0])
        said = early.get(request) or await answered
    finally:
        bus.remove_message_handler(heard)
    if said.body[0] != _CHOSEN:
        return ()
    return tuple(_path(address) for address in said.body[1]["uris"].value)


def _listening() -> BusMessage:
    from dbus_fast import Message as BusMessage

    rule = "type='signal',interface='org.freedesktop.portal.Request',member='Response'"
    name = "org.freedesktop.DBus"
    return BusMessage(
        destination=name, path="/org/freedesktop/DBus", interface=name, member="AddMatch", signature="s", body=[rule]
    )


def _question(title: str) -> BusMessage:
    from dbus_fast import Message as BusMessage
    from dbus_fast import Variant

    return BusMessage(
        destination=NAME,
        path=PATH,
        interface="org.freedesktop.portal.FileChooser",
        member="OpenFile",
        signature="ssa{sv}",
        body=["", title, {"multiple": Variant("b", True)}],
    )


def _path(address: str) -> Path:
    return Path(unquote(urlsplit(address).path, errors="surrogateescape"))
