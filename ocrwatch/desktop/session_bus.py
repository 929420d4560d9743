"""One connection to the session's D-Bus, on a thread of its own: for the tray of Linux and its notifications.

A `Part` is told when there is a connection, and again after it was lost and made anew.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from dbus_fast.aio import MessageBus

log = logging.getLogger(__name__)

CONNECT_SECONDS = 5.0
RECONNECT_SECONDS = 10.0
_STOP_SECONDS = 2.0


class Part(Protocol):
    """What lives on the bus."""

    async def connected(self, bus: MessageBus) -> None:
        """`bus` is connected: export what is to be there, listen to what is to be heard."""
        ...


class SessionBus:
    """The connection. All coroutines run on its thread."""

    def __init__(self, address: str | None = None) -> None:
        """`address`: of the bus, in place of the session's."""
        self._address = address
        self._parts: list[Part] = []
        self._loop = asyncio.new_event_loop()
        self._bus: MessageBus | None = None
        self._settled = threading.Event()
        self._ending: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, name="d-bus", daemon=True)

    def start(self) -> bool:
        """Connect; False where there is no bus."""
        if not (self._address or session_address()):
            return False
        self._thread.start()
        self._settled.wait(CONNECT_SECONDS)
        return self._bus is not None

    def add(self, part: Part) -> None:
        """Bring `part` onto the bus."""

        async def bring(bus: MessageBus) -> None:
            self._parts.append(part)
            await part.connected(bus)

        self.do(bring)

    def remove(self, part: Part) -> None:
        """Do not tell `part` of connections any more; on the bus's thread."""
        self._parts.remove(part)

    def do(self, work: Callable[[MessageBus], Awaitable[None]]) -> Future[None] | None:
        """Have `work` done on the bus's thread, from any other; not at all while there is no connection."""
        if not self._thread.is_alive() or self._loop.is_closed():
            return None
        return asyncio.run_coroutine_threadsafe(self._safely(work), self._loop)

    def stop(self) -> None:
        """Disconnect."""
        if not self._thread.is_alive():
            return
        if self._ending is not None:
            self._loop.call_soon_threadsafe(self._ending.set)
        self._thread.join(_STOP_SECONDS)

    # ------------------------------------------------------------ on its thread

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._live())
        finally:
            self._settled.set()
            self._loop.close()

    async def _live(self) -> None:
        self._ending = asyncio.Event()
        while not self._ending.is_set():
            bus = await self._connected()
            self._settled.set()
            if bus is None and not self._parts:
                return  # there was none from the beginning
            if bus is None:
                await self._pause(RECONNECT_SECONDS)
                continue
            for part in self._parts:
                await self._safely(part.connected)
            await self._until_lost(bus)
            self._bus = None

    async def _connected(self) -> MessageBus | None:
        from dbus_fast.aio import MessageBus
        from dbus_fast.errors import AuthError, InvalidAddressError

        try:
            self._bus = await MessageBus(bus_address=self._address or session_address()).connect()
        except (TimeoutError, OSError, EOFError, AuthError, InvalidAddressError) as error:
            log.info("No connection to D-Bus: %s", type(error).__name__)
            return None
        return self._bus

    async def _until_lost(self, bus: MessageBus) -> None:
        assert self._ending is not None
        lost = asyncio.ensure_future(_lost(bus))
        ending = asyncio.ensure_future(self._ending.wait())
        await asyncio.wait((lost, ending), return_when=asyncio.FIRST_COMPLETED)
        ending.cancel()
        if bus.connected:
            bus.disconnect()
        await lost

    async def _pause(self, seconds: float) -> None:
        assert self._ending is not None
        try:
            await asyncio.wait_for(self._ending.wait(), seconds)
        except TimeoutError:
            return

    async def _safely(self, work: Callable[[MessageBus], Awaitable[None]]) -> None:
        """A desktop that answers oddly is no reason to end."""
        from dbus_fast.errors import DBusError

        bus = self._bus
        if bus is None:
            return
        try:
            await work(bus)
        except DBusError as error:
            log.info("D-Bus: %s", error.type)
        except (OSError, EOFError) as error:
            log.info("D-Bus: %s", type(error).__name__)


async def _lost(bus: MessageBus) -> None:
    try:
        await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]
    except (OSError, EOFError) as error:
        log.info("The connection to D-Bus ended: %s", type(error).__name__)


def session_address() -> str | None:
    """Where the session's bus is, or None where there is none."""
    given = os.environ.get("DBUS_SESSION_BUS_ADDRESS")
    if given:
        return given
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    socket = Path(runtime) / "bus" if runtime else None
    return f"unix:path={socket}" if socket is not None and socket.exists() else None
